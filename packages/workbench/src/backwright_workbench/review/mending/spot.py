"""A finding, with all that its fix may look at.

What lives here: the node that a finding speaks of, in both syntaxes, and what names mean around it. What must not:
what a rule wants.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

import libcst as cst

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application, Standing
from backwright_workbench.codebase.facts.code import Function, Module
from backwright_workbench.review.finding import Finding
from backwright_workbench.review.mending.edit import Edit, Mend
from backwright_workbench.review.mending.source import Source, last_name

N = TypeVar("N", bound=s.Node)
C = TypeVar("C", bound=cst.CSTNode)


@dataclass(frozen=True, slots=True)
class Spot:
    """A finding in its file."""

    app: Application
    finding: Finding
    source: Source
    module: Module

    @property
    def at(self) -> int:
        """Where the finding begins in the text."""
        place = self.finding.place
        return self.source.at(place.line, place.column)

    def nodes(self, *kinds: type[C]) -> Iterator[C]:
        """Nodes that begin in the lines of the finding; the one at its very place first."""
        place = self.finding.place
        found = [
            each for each in self.source.nodes(*kinds) if place.line <= self.source.line(each) <= place.end
        ]
        yield from sorted(
            found, key=lambda each: (self.source.span(each)[0] != self.at, self.source.span(each)[0])
        )

    def calls(self, *names: str) -> Iterator[cst.Call]:
        """Calls of what is called so last, in the lines of the finding."""
        return (each for each in self.nodes(cst.Call) if last_name(each.func) in names)

    def call(self, *names: str) -> cst.Call | None:
        """The call that the finding speaks of: the one at its place, or the only one in its lines."""
        found = list(self.calls(*names))
        exact = [each for each in found if self.source.span(each)[0] == self.at]
        return exact[-1] if exact else found[0] if len(found) == 1 else None

    @property
    def function(self) -> Function | None:
        """The innermost function that the finding stands in."""
        place = self.finding.place
        around = [each for each in self.module.everything if each.first <= place.line <= each.end]
        return max(around, key=lambda each: each.line, default=None)

    def standing(self, node: cst.CSTNode, kind: type[N]) -> Standing[N] | None:
        """The neutral node of a node: what begins in the same place (or alone in the same line)."""
        line, position = self.source.line(node), self.source.whole(node)[0]
        found = [
            each for each in self.app.nodes(kind) if each.module is self.module and each.node.line == line
        ]
        exact = [each for each in found if self.source.at(line, each.node.column) == position]
        return exact[0] if exact else found[0] if len(found) == 1 else None

    def refers(self, call: cst.Call) -> str:
        """The full name of what a call calls; empty if it is not known."""
        name = last_name(call.func)
        standing = self.standing(call, s.Call)
        if standing is not None and standing.node.name == name:
            return standing.node.refers
        written = self.source.code(call.func)
        first, dot, rest = written.partition(".")
        known = self.module.imports.get(first, "")
        return f"{known}{dot}{rest}" if known else ""

    def is_free(self, name: str, meaning: str = "") -> bool:
        """Whether a name may be imported here: it means nothing else in the file, nor in functions around."""
        if self.module.imports.get(name, meaning or name) != (meaning or name):
            return False
        taken = (
            {key for key, _ in self.module.assigned()} | set(self.module.functions) | set(self.module.classes)
        )
        place = self.finding.place
        for each in self.module.everything:
            if each.first <= place.line <= each.end:
                taken |= each.locals
        return name not in taken

    def mend(self, *edits: Edit | None, imports: tuple[str, ...] = (), note: str = "") -> Mend | None:
        """All of it, or nothing if a part is missing or a name that it imports is taken."""
        if any(each is None for each in edits):
            return None
        if any(not self.is_free(each.rpartition(".")[2], each) for each in imports):
            return None
        return Mend(tuple(each for each in edits if each is not None), imports, note=note)
