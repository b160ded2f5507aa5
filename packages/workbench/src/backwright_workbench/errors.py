"""Errors, sorted by who must act: the person who asked, whoever runs the machine, or us.

What lives here: the exceptions that a command may end with, and how they read in a terminal. What must not:
printing, exit codes of one verb, outcomes. What a check found is a list of values; a caller who cannot go on
raises them together, in one `InputError`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

SHOWN = 50
"""Problems that a message lists; the rest is counted."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where in a text something stands; lines and columns count from 1."""

    source: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.source}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in what was written: what, where, and what would be right."""

    what: str
    place: Place | None = None
    hint: str | None = None

    def __str__(self) -> str:
        place = f"{self.place}: " if self.place else ""
        hint = f"; {self.hint}" if self.hint else ""
        return f"{place}{self.what}{hint}"


class WorkbenchError(Exception):
    """A command cannot go on. The message says what, where, why, and the next step.

    The parts are kept apart so that each view shows them in its own way; `str()` is the plain terminal
    message.
    """

    exit_code = 1

    def __init__(
        self, what: str, where: str | None = None, why: str | None = None, next_step: str | None = None
    ) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.why = why
        self.next_step = next_step

    def __str__(self) -> str:
        parts = [("where", self.where), ("why", self.why), ("next", self.next_step)]
        return "\n".join([self.what, *(f"  {label}: {text}" for label, text in parts if text)])


class UserError(WorkbenchError):
    """The person who asked can put it right: by asking differently, or by changing a file of theirs."""

    exit_code = 2


class InputError(UserError):
    """What was given to read is wrong. Carries every problem found in it, so that one reading is enough."""

    def __init__(
        self,
        what: str,
        problems: Iterable[Problem] = (),
        where: str | None = None,
        why: str | None = None,
        next_step: str | None = None,
    ) -> None:
        super().__init__(what, where, why, next_step)
        self.problems = tuple(problems)

    def __str__(self) -> str:
        first, *rest = super().__str__().splitlines()
        left = len(self.problems) - SHOWN
        more = [f"  … and {left} more"] if left > 0 else []
        return "\n".join([first, *(f"  {problem}" for problem in self.problems[:SHOWN]), *more, *rest])


class SetupError(WorkbenchError):
    """The machine is not ready: a program, a port, a permission or a database is missing."""

    exit_code = 3


class InternalError(WorkbenchError):
    """We are to blame: something that cannot happen did. Worth a report."""

    exit_code = 70
