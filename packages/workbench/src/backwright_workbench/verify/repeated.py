"""What came of evidence that was put to the proof.

What lives here: the answer for each record, and what all of them come to. What must not: how it is found out
(`repeat.py`), and how it is shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from backwright_workbench.verify.outcome import Status


class Answer(StrEnum):
    """What came of a record."""

    REPRODUCED = "reproduced"
    DIFFERS = "differs"
    BROKEN = "broken"
    """The record or an output is not what was written."""
    STALE = "stale"
    """It is about other files."""
    NOT_RUN = "not run"
    """It says something, and could not be repeated here."""
    MISSING = "missing"
    """There is none."""
    NOT_NEEDED = "not needed"
    """There is none, and none can be made here."""


@dataclass(frozen=True, slots=True)
class Repeated:
    """One record put to the proof. `was` and `now` are what the check said then and says now."""

    check: str
    answer: Answer
    required: bool
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    was: Status | None = None
    now: Status | None = None

    @property
    def proven(self) -> bool:
        """Whether it says "passed", then and now."""
        return self.answer is Answer.REPRODUCED and self.now is Status.PASSED


def proven(answers: Sequence[Repeated]) -> bool:
    """Whether everything that is required was reproduced as passed, and something is."""
    required = [each for each in answers if each.required]
    return bool(required) and all(each.proven for each in required) and not contradicted(answers)


def contradicted(answers: Sequence[Repeated]) -> bool:
    """Whether a record was changed, or a check says something else now, or says that something is wrong."""
    return any(
        each.answer in (Answer.BROKEN, Answer.DIFFERS) or (each.required and each.now is Status.FAILED)
        for each in answers
    )
