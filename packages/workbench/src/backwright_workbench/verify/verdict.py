"""The verdict over all evidence: ready, not ready, or not proven.

What lives here: that judgement, and the value that reports are drawn from. What must not: how it is shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from backwright_workbench.blueprint.model import Blueprint
from backwright_workbench.verify.evidence import Evidence
from backwright_workbench.verify.outcome import Status


class Verdict(StrEnum):
    """What a verification comes to."""

    READY = "ready"
    NOT_READY = "not ready"
    NOT_PROVEN = "not proven"


@dataclass(frozen=True, slots=True)
class Verification:
    """All evidence about one subject, failures first, then what was not run."""

    name: str
    evidence: tuple[Evidence, ...]
    profile: str
    engine: str
    meant_for: str
    seconds: float
    command: str
    title: str = ""
    """What the service calls itself; empty: its name."""
    began: str = ""
    """RFC 3339, UTC."""
    commit: str = ""
    """What git says about the tree; empty: it has no history."""
    tree: str = ""
    """The fingerprint of its files."""
    versions: Mapping[str, str] = field(default_factory=dict)
    machine: Mapping[str, str | int] = field(default_factory=dict)
    blueprint: Blueprint | None = None
    """The facts of a service that Backwright wrote; `None` for others."""
    asked: frozenset[str] = frozenset()
    """The checks that were asked for by name; none: all of them."""
    kept: frozenset[str] = frozenset()
    """The checks whose record lies in `evidence/`, to be linked to."""

    def of(self, status: Status) -> list[Evidence]:
        """Those that ended so."""
        return [each for each in self.evidence if each.status is status]

    def get(self, check: str) -> Evidence | None:
        """The evidence of one check."""
        return next((each for each in self.evidence if each.check == check), None)

    @property
    def required(self) -> list[Evidence]:
        """Those that a verdict of "ready" needs."""
        return [each for each in self.evidence if each.required]

    @property
    def verdict(self) -> Verdict:
        """Ready only if every required check has passed, and one has."""
        if any(each.status is Status.FAILED for each in self.required):
            return Verdict.NOT_READY
        if not self.required or any(each.status is Status.NOT_RUN for each in self.required):
            return Verdict.NOT_PROVEN
        return Verdict.READY

    @property
    def answer(self) -> Verdict:
        """The verdict over what was asked for: the same, unless only some checks were."""
        if not self.asked:
            return self.verdict
        found = {each.status for each in self.evidence if each.check in self.asked and each.required}
        if Status.FAILED in found:
            return Verdict.NOT_READY
        return Verdict.NOT_PROVEN if Status.NOT_RUN in found else Verdict.READY


RANK = (Status.FAILED, Status.NOT_RUN, Status.PASSED)


def in_order(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Failures first, then required ones that were not run, then others that were not, then what passed."""
    return tuple(sorted(evidence, key=lambda each: (RANK.index(each.status), not each.required, each.check)))
