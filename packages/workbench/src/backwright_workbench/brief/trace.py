"""What a reading gives back.

What lives here: the values that say what became of every phrase, what was assumed and what contradicts
itself. What must not: how any of it is found.
"""

from dataclasses import dataclass
from typing import Literal

from backwright_workbench.blueprint.model import Blueprint
from backwright_workbench.errors import InputError, Place, Problem

Status = Literal["understood", "carried", "partly", "not understood"]
"""`carried`: understood and kept in `wanted`, not built by this version."""


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of the brief and where they stand (line and column from 1)."""

    phrase: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"“{self.phrase}” ({self.line}:{self.column})"


@dataclass(frozen=True, slots=True)
class TraceRow:
    """A phrase of the brief and what it led to: paths into the blueprint, or names of what every service
    has.
    """

    phrase: str
    line: int
    column: int
    status: Status
    elements: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Assumption:
    """A choice that the brief left open, and the line of the blueprint to change for another one."""

    what: str
    why: str
    path: str
    """Where in the blueprint: `auth.register_as`."""
    line: str
    """That line as it stands now: `register_as: customer`."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two places of a brief that cannot both be meant."""

    what: str
    first: Quote
    second: Quote

    def __str__(self) -> str:
        return f"{self.what}: {self.first} against {self.second}"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why no blueprint could be drawn, and what to do about it."""

    what: str
    place: Place
    why: str
    next_step: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A brief, read. `blueprint` is `None` exactly if there are contradictions or a refusal."""

    blueprint: Blueprint | None
    trace: tuple[TraceRow, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    refusal: Refusal | None = None
    name: str = "brief"

    @property
    def not_understood(self) -> tuple[TraceRow, ...]:
        """The rows of the trace of which nothing or only a part was understood."""
        return tuple(row for row in self.trace if row.status in ("partly", "not understood"))

    def require(self) -> Blueprint:
        """The blueprint. Raises `InputError` that says everything that stands in its way."""
        if self.blueprint is not None:
            return self.blueprint
        if self.refusal is not None:
            at = self.refusal
            raise InputError(at.what, where=str(at.place), why=at.why, next_step=at.next_step)
        raise InputError(
            "the brief contradicts itself",
            [
                Problem(
                    f"{at.what}: “{at.second.phrase}”, but {at.first}",
                    Place(self.name, at.second.line, at.second.column),
                )
                for at in self.contradictions
            ],
            next_step="decide which of the two is meant and strike the other from the brief",
        )
