"""What a check comes to: passed, failed or not run, with what it saw.

What lives here: values. What must not: judging, or how an outcome looks.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """There are three, and no fourth that means "probably"."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_RUN = "not run"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: what, where, why it matters, and what to do next."""

    what: str
    place: str = ""
    """`src/shop/orders/resource.py:31`, `GET /orders/{id}`, `orders.customer_id`: where to look first."""
    why: str = ""
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number that was measured, with its unit, and its limit where it has one."""

    name: str
    value: float
    unit: str = ""
    limit: float | None = None
    least: bool = False
    """Whether `limit` is the least that is allowed; otherwise it is the most."""

    @property
    def holds(self) -> bool:
        """Whether it keeps to its limit."""
        if self.limit is None:
            return True
        return self.value >= self.limit if self.least else self.value <= self.limit


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check saw. `summary` is one line; `data` is what reports draw from, as JSON."""

    status: Status
    summary: str
    faults: tuple[Fault, ...] = ()
    figures: tuple[Figure, ...] = ()
    notes: tuple[str, ...] = ()
    """What was not looked at, and what a reader should know of the circumstances."""
    data: Mapping[str, Any] = field(default_factory=dict)


def judged(
    summary: str,
    faults: list[Fault],
    *,
    figures: tuple[Figure, ...] = (),
    notes: tuple[str, ...] = (),
    data: Mapping[str, Any] | None = None,
) -> Outcome:
    """Failed if there is a fault or a figure outside its limit, else passed."""
    beyond = [
        Fault(f"{each.name} is {each.value:g} {each.unit}".rstrip(), why=f"the limit is {each.limit:g}")
        for each in figures
        if not each.holds and each.limit is not None
    ]
    found = (*faults, *beyond)
    return Outcome(Status.FAILED if found else Status.PASSED, summary, found, figures, notes, data or {})


class NotRun(Exception):
    """A check finds that it cannot run here: raised with the reason and what would make it run.

    `required` is false where there is nothing to look at: what a project does not have leaves no verdict open.
    """

    def __init__(self, reason: str, next_step: str = "", *, required: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.next_step = next_step
        self.required = required
