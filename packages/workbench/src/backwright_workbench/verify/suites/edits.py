"""Small changes of source text at places that its tree names: the rest of the file stays as it is.

What lives here: replacing and leaving out. What must not: which changes are worth making (`mutants.py`).
"""

import ast
from collections.abc import Sequence
from dataclasses import dataclass

Node = ast.expr | ast.stmt | ast.keyword


@dataclass(frozen=True, slots=True)
class Edit:
    """The bytes from `start` to `end` become `text`."""

    start: int
    end: int
    text: str

    def of(self, source: bytes) -> bytes:
        """The source with the change."""
        return source[: self.start] + self.text.encode() + source[self.end :]


class Source:
    """A file's bytes with its tree, which counts in lines and columns."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        self.tree = ast.parse(source)
        self._starts = [0]
        for line in source.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))

    def start(self, node: Node) -> int:
        """Where it begins."""
        return self._starts[node.lineno - 1] + node.col_offset

    def end(self, node: Node) -> int:
        """Where it ends."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self._starts[node.end_lineno - 1] + node.end_col_offset

    def text(self, node: Node) -> str:
        """How it is written, on one line."""
        return " ".join(self.source[self.start(node) : self.end(node)].decode().split())

    def replaced(self, node: Node, text: str) -> Edit:
        """Something else in its place."""
        return Edit(self.start(node), self.end(node), text)

    def without(self, node: Node, among: Sequence[Node], last: Node | None = None) -> Edit:
        """It is left out of a sequence with commas. `last` is where it ends, if it is more than one node."""
        number = list(among).index(node)
        if number + 1 < len(among):
            return Edit(self.start(node), self.start(among[number + 1]), "")
        begin = self.end(among[number - 1]) if number and last is None else self.start(node)
        return Edit(begin, self.end(last or node), "")
