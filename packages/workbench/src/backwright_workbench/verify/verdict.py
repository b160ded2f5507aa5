"""The verdict over all evidence: ready, not ready, or not proven.

What lives here: that judgement. What must not: how it is shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

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

    def of(self, status: Status) -> list[Evidence]:
        """Those that ended so."""
        return [each for each in self.evidence if each.status is status]

    @property
    def verdict(self) -> Verdict:
        """Ready only if every required check has passed, and one has."""
        required = [each for each in self.evidence if each.required]
        if any(each.status is Status.FAILED for each in required):
            return Verdict.NOT_READY
        if not required or any(each.status is Status.NOT_RUN for each in required):
            return Verdict.NOT_PROVEN
        return Verdict.READY


RANK = (Status.FAILED, Status.NOT_RUN, Status.PASSED)


def in_order(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Failures first, then required ones that were not run, then others that were not, then what passed."""
    return tuple(sorted(evidence, key=lambda each: (RANK.index(each.status), not each.required, each.check)))
