"""What a service says of itself: who may do what, as recorded and as its code has it now, and its real routes.

What lives here: asking it once for all checks. What must not: comparing.
"""

import json
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backwright_workbench.codegen import DERIVED
from backwright_workbench.verify.outcome import NotRun
from backwright_workbench.verify.subject import Subject
from backwright_workbench.workspace.processes import run

RECORD = DERIVED["rights"]

Matrix = dict[str, Any]
"""As `backwright.access_matrix` has it."""


@dataclass(frozen=True, slots=True)
class Route:
    """A route that the application really has, and where its handler is written."""

    method: str
    path: str
    place: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the code says now."""

    matrix: Matrix
    routes: tuple[Route, ...]


_asked: dict[Path, Facts] = {}
_asking = threading.Lock()


def facts(subject: Subject) -> Facts:
    """What the service's own process tells. It is asked once for each copy of a service."""
    service = subject.running()
    with _asking:
        if service.directory not in _asked:
            done = run(
                [
                    sys.executable,
                    "-m",
                    "backwright_workbench.workspace.chores",
                    service.package,
                    "rights",
                    "routes",
                ],
                cwd=service.directory,
                env=service.environment,
                timeout=120,
            )
            told = [json.loads(line) for line in done.output if line.startswith('{"chore"')]
            if [each["status"] for each in told] != [0, 0]:
                raise NotRun(
                    "the service does not tell who may do what: "
                    + (told[-1]["output"] if told else done.tail()),
                    f"python -m {service.package} access",
                )
            _asked[service.directory] = _read(told[0]["output"], told[1]["output"])
        return _asked[service.directory]


def record(subject: Subject) -> Matrix | None:
    """What is recorded beside the contract; none if nothing is, or if it is no record."""
    place = subject.files() / RECORD
    try:
        found = json.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return (
        found
        if isinstance(found, dict) and {"callers", "routes", "fields", "rules"} <= found.keys()
        else None
    )


def recorded(subject: Subject) -> Matrix:
    """The same for checks that go by it: without a record they do not run."""
    found = record(subject)
    if found is None:
        raise NotRun(f"{RECORD} is not there, or is no record of who may do what", accept(subject))
    return found


def accept(subject: Subject) -> str:
    """The command that makes what the code says the record."""
    return f"python -m {subject.running().package} access --record {RECORD}"


def _read(matrix: str, routes: str) -> Facts:
    start = matrix.index("{")
    return Facts(
        json.loads(matrix[start:]), tuple(Route(**each) for each in json.loads(routes[routes.index("[") :]))
    )
