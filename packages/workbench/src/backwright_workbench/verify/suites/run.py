"""Running the project's suite in a copy, and reading what became of it.

What lives here: the command line, the environment, and the lines that the plugin writes. What must not: judging.
"""

import json
import os
import re
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from time import monotonic
from typing import Any

from backwright.testing_servers import PREFIX, SERVERS

from backwright_workbench.errors import SetupError
from backwright_workbench.verify.fingerprint import fingerprint
from backwright_workbench.verify.keeper import prefix
from backwright_workbench.verify.subject import Subject
from backwright_workbench.verify.suites.measured import Measured, measure
from backwright_workbench.verify.suites.plugin import CANARY, VARIABLE
from backwright_workbench.verify.suites.sources import python_files
from backwright_workbench.workspace.processes import clean_environment, start

CHILD = "backwright_workbench.verify.suites.child"
PLUGIN = "backwright_workbench.verify.suites.plugin"
PATIENCE = 300.0
"""Seconds that a suite may take: one that takes longer is not run often enough."""

PERCENT = re.compile(r"\[\s*(\d+)%\]$")
RANK = ("passed", "xfailed", "skipped", "swallowed", "failed")


@dataclass(slots=True)
class Result:
    """What became of one test. `defined` and `line` are where its function stands, `at` where it failed."""

    node: str
    file: str = ""
    name: str = ""
    defined: str = ""
    line: int = 0
    outcome: str = "passed"
    reason: str = ""
    at: str = ""
    seconds: float = 0.0
    ran: bool = False
    """Whether the test itself was called, not only what it needs."""


@dataclass(frozen=True, slots=True)
class Suite:
    """One run of the suite."""

    results: tuple[Result, ...]
    unread: tuple[tuple[str, str, str], ...]
    """Files that pytest could not collect from: (file, outcome, reason)."""
    canaries: tuple[Result, ...]
    collected: int | None
    """How many tests pytest had after the project's own choice; none: it did not get so far."""
    status: int | None
    """Its exit status as pytest knows it; none: it did not come to its end."""
    seed: int
    seconds: float
    output: tuple[str, ...]
    command: str
    measured: Measured = field(default_factory=Measured)
    timed_out: bool = False

    @property
    def failing(self) -> list[Result]:
        """The tests that failed, whatever the project says of them."""
        return [each for each in self.results if each.outcome in ("failed", "swallowed")]


_RUNS: dict[Path, Suite | SetupError] = {}
_LOCKS: dict[Path, threading.Lock] = {}
_LOCK = threading.Lock()


def suite_of(subject: Subject) -> Suite:
    """The run of the suite that all checks of one verification look at. The first one that asks waits for it."""
    root = subject.files()
    with _LOCK:
        lock = _LOCKS.setdefault(root, threading.Lock())
    with lock:
        if root not in _RUNS:
            try:
                _RUNS[root] = run_suite(subject, measured=True, canaries=True)
            except SetupError as error:
                _RUNS[root] = error
        found = _RUNS[root]
    if isinstance(found, SetupError):
        raise found
    return found


def seed_of(root: Path) -> int:
    """The order that a state of the files is tested in: always the same, and another one after a change."""
    return int(fingerprint(root)[:8], 16)


def run_suite(
    subject: Subject,
    *arguments: str,
    measured: bool = False,
    canaries: bool = False,
    edit: Callable[[Path], None] = lambda copy: None,
    first: Sequence[str] = (),
    seed: int | None = None,
    reversed_: bool = False,
    patience: float = PATIENCE,
) -> Suite:
    """Runs it in a copy of the copy, after `edit` has changed that. `first` are tests to begin with."""
    root = subject.files()
    seed = seed_of(root) if seed is None else seed
    with copied(root) as (copy, aside):
        edit(copy)
        told = aside / "told.jsonl"
        data = aside / "measured"
        settings = {
            "root": str(copy),
            "out": str(told),
            "seed": seed,
            "reversed": reversed_,
            "first": list(first),
            "canaries": canaries,
            "measured": str(data) if measured else "",
        }
        command = [sys.executable, "-m", CHILD, *options(root), *arguments]
        own = f"--basetemp={aside / 'tmp'}"  # suites that share one tidy up each other's
        began = monotonic()
        output, timed_out = _carried_out(
            subject, [*command, own], copy, environment(subject, copy, settings), patience
        )
        return _read(
            told,
            output,
            seed=seed,
            seconds=monotonic() - began,
            command=" ".join(["python", *command[1:]]),
            timed_out=timed_out,
            measured=measure(data, copy) if measured and data.exists() else Measured(),
        )


def options(root: Path) -> list[str]:
    """What pytest is told on top of what the project tells it: to the end, in one process, in our order."""
    told = ["-p", PLUGIN, "-p", "no:randomly", "-p", "no:random_order", "--maxfail=0", "--no-header", "-q"]
    if find_spec("xdist") is not None:
        told += ["-n", "0"]
    if find_spec("pytest_cov") is not None:
        told += ["--no-cov"]
    if not any(b"schemathesis" in (root / path).read_bytes() for path in python_files(root)):
        told += ["-p", "no:schemathesis"]  # it takes half a second to load, and comes with the runtime
    return told


def environment(subject: Subject, copy: Path, settings: dict[str, Any]) -> dict[str, str]:
    """What the suite sees: the engine of the stand as the runtime's test tools understand it."""
    engine = subject.stands.engine
    sources = [str(copy / "src")] if (copy / "src").is_dir() else []
    told = {
        "PYTHONPATH": os.pathsep.join([*sources, str(copy)]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        VARIABLE: json.dumps(settings),
    }
    if engine in SERVERS:
        told["BACKWRIGHT_TEST_DATABASES"] = engine
        told[SERVERS[engine].variable] = SERVERS[engine].address()
        told[PREFIX] = prefix()
    if subject.service is not None:
        told = {**subject.service.environment, **told}
    return clean_environment(**told)


@contextmanager
def copied(root: Path) -> Iterator[tuple[Path, Path]]:
    """A copy of the copy, for what a suite writes, and a folder beside it. Both go when the block ends."""
    with tempfile.TemporaryDirectory(dir=root.parent, prefix="suite-", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        shutil.copytree(root, folder / root.name, symlinks=True)
        yield folder / root.name, folder


def _carried_out(
    subject: Subject, command: list[str], copy: Path, env: dict[str, str], patience: float
) -> tuple[tuple[str, ...], bool]:
    """What it printed, and whether its time was up."""
    with start(command, cwd=copy, env=env, timeout=patience) as running:
        try:
            for line in running:
                if found := PERCENT.search(line):
                    subject.say(f"{found[1]} % of the suite")
            lines, late = running.finished().output, False
        except SetupError as error:
            lines, late = (f"ended after {patience:.0f} s", error.why or ""), True
    return tuple(line.replace(f"{copy}/", "").replace(str(copy), ".") for line in lines), late


def _read(told: Path, output: tuple[str, ...], **known: Any) -> Suite:
    lines = [json.loads(line) for line in told.read_text().splitlines()] if told.exists() else []
    results: dict[str, Result] = {}
    for line in lines:
        if line["kind"] == "test":
            _add(results.setdefault(line["node"], Result(line["node"])), line)
    own = tuple(each for each in results.values() if each.name.rpartition(".")[2] != CANARY)
    collected = [line["tests"] for line in lines if line["kind"] == "collected"]
    ended = [line["status"] for line in lines if line["kind"] == "end"]
    return Suite(
        results=own,
        unread=tuple(
            (line["node"], line["outcome"], line["reason"]) for line in lines if line["kind"] == "file"
        ),
        canaries=tuple(each for each in results.values() if each.name.rpartition(".")[2] == CANARY),
        collected=collected[-1] if collected else None,
        status=ended[-1] if ended else None,
        output=output,
        **known,
    )


def _add(result: Result, line: dict[str, Any]) -> None:
    """One phase more of a test: the worst of the three counts."""
    result.seconds += line["seconds"]
    result.ran = result.ran or line["when"] == "call"
    for name in ("file", "name", "defined", "line"):
        setattr(result, name, line.get(name) or getattr(result, name))
    if RANK.index(line["outcome"]) > RANK.index(result.outcome):
        result.outcome, result.reason = line["outcome"], line.get("reason", "")
        result.at = line.get("at", "")
