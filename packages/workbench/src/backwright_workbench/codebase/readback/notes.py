"""What reading a service leaves behind: its blueprint, and what no blueprint can say.

What lives here: the outcome as values, and the sheet on which readers note down what they cannot read.
What must not: deciding what can be read.
"""

import ast
from dataclasses import dataclass, field

from backwright_workbench.blueprint.model import Blueprint
from backwright_workbench.codebase.readback.modules import Module
from backwright_workbench.errors import InputError, Place, Problem


@dataclass(frozen=True, slots=True, order=True)
class Unread:
    """Something in the code that the blueprint does not say: where, what, and why not. The code stays as it
    is.
    """

    place: Place
    what: str
    why: str

    def __str__(self) -> str:
        return f"{self.place.source}:{self.place.line}: {self.what}: {self.why}"


@dataclass(frozen=True, slots=True)
class ReadBack:
    """A service read back.

    `unread` is in the order of the files. `problems` are the essential parts that are missing or broken;
    with any of them there is no blueprint.
    """

    blueprint: Blueprint | None
    unread: tuple[Unread, ...] = ()
    problems: tuple[Problem, ...] = ()

    def demanded(self) -> Blueprint:
        """The blueprint. Raises `InputError` with every problem if there is none."""
        if self.blueprint is not None:
            return self.blueprint
        count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        raise InputError(
            f"the service cannot be read back: {count}",
            self.problems,
            next_step="correct the files and read again",
        )


class Unreadable(Exception):
    """A declaration means nothing that a blueprint has a word for; whoever reads the whole notes it down."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(slots=True)
class Notes:
    """What readers note down on their way."""

    unread: set[Unread] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def leave(self, module: Module, node: ast.AST, what: str, why: str) -> None:
        """Something that cannot be said in a blueprint."""
        self.unread.add(Unread(module.place(node), what, why))

    def miss(self, what: str, place: Place | None, hint: str) -> None:
        """Something without which there is no blueprint."""
        self.problems.append(Problem(what, place, hint))
