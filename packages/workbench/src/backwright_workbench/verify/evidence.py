"""Evidence: what a check saw, where and when, and how to repeat it.

What lives here: the record of one check, as a value and as text that shows if it was edited. What must not: keeping
it (`store.py`).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from backwright_workbench.verify.outcome import Fault, Figure, Outcome, Status


@dataclass(frozen=True, slots=True)
class Output:
    """A file that a check kept: what was printed or sent, by which command, with which exit status and hash."""

    file: str
    sha256: str
    command: str
    exit_code: int | None = None
    """`None`: it was not a process."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The record of one check. `tree` and `inputs` are fingerprints; `command` repeats it."""

    check: str
    title: str
    status: Status
    summary: str
    required: bool
    command: str
    began: str
    """RFC 3339, UTC."""
    seconds: float
    profile: str
    engine: str
    tree: str
    inputs: str
    versions: Mapping[str, str]
    machine: Mapping[str, str | int]
    faults: tuple[Fault, ...] = ()
    figures: tuple[Figure, ...] = ()
    notes: tuple[str, ...] = ()
    next_step: str = ""
    proves: tuple[str, ...] = ()
    outputs: tuple[Output, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    reused: bool = False
    """Whether it was not run now: nothing that it depends on has changed since `began`."""

    @property
    def family(self) -> str:
        """`access` of `access/matrix`."""
        return self.check.partition("/")[0]


def as_json(evidence: Evidence) -> str:
    """A record as text; the hash over everything else in it tells a file that was edited or cut off."""
    content = asdict(evidence)
    return json.dumps({"sha256": _digest(content), **content}, indent=1, ensure_ascii=False) + "\n"


def from_json(text: str) -> Evidence:
    """The record. Raises `ValueError` if it is not as it was written."""
    content = json.loads(text)
    if content.pop("sha256") != _digest(content):
        raise ValueError("the record was changed after it was written")
    content["status"] = Status(content["status"])
    content["faults"] = tuple(Fault(**each) for each in content["faults"])
    content["figures"] = tuple(Figure(**each) for each in content["figures"])
    content["outputs"] = tuple(Output(**each) for each in content["outputs"])
    content["notes"] = tuple(content["notes"])
    content["proves"] = tuple(content["proves"])
    return Evidence(**content)


def outcome_of(evidence: Evidence) -> Outcome:
    """What the check said then."""
    return Outcome(
        evidence.status, evidence.summary, evidence.faults, evidence.figures, evidence.notes, evidence.data
    )


def _digest(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
