"""A file with the place of each of its nodes.

What lives here: finding nodes of the concrete syntax by where they stand, and edits of arguments. What must not:
what a rule wants.
"""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import TypeVar

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

from backwright_workbench.review.mending.edit import Edit

N = TypeVar("N", bound=cst.CSTNode)
LINE_END = re.compile(r"\r\n|\r|\n")


class Source:
    """The text of one file and its concrete syntax; reading it can raise `libcst.ParserSyntaxError`."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.starts = [0, *(found.end() for found in LINE_END.finditer(text))]
        self.tree = cst.parse_module(text)

    @cached_property
    def _places(self) -> dict[cst.CSTNode, CodeRange]:
        wrapper = MetadataWrapper(self.tree, unsafe_skip_copy=True)
        return dict(wrapper.resolve(PositionProvider))

    @cached_property
    def _kinds(self) -> dict[type[cst.CSTNode], list[cst.CSTNode]]:
        kinds: dict[type[cst.CSTNode], list[cst.CSTNode]] = {}
        for node in self._places:
            kinds.setdefault(type(node), []).append(node)
        return kinds

    @cached_property
    def parents(self) -> dict[cst.CSTNode, cst.CSTNode]:
        """What each node stands in."""
        return {child: node for node in self._places for child in node.children}

    def nodes(self, *kinds: type[N]) -> Iterator[N]:
        """Every node of these kinds."""
        for kind in kinds:
            yield from self._kinds.get(kind, ())  # type: ignore[misc]

    def line(self, node: cst.CSTNode) -> int:
        """The line that it begins in, from 1."""
        return self._places[node].start.line

    def span(self, node: cst.CSTNode) -> tuple[int, int]:
        """Where it begins and ends in the text, without parentheses around it."""
        place = self._places[node]
        return (
            self.starts[place.start.line - 1] + place.start.column,
            self.starts[place.end.line - 1] + place.end.column,
        )

    def whole(self, node: cst.CSTNode) -> tuple[int, int]:
        """Where it begins and ends, with the parentheses around it."""
        start, end = self.span(node)
        for _ in getattr(node, "lpar", ()):
            start = self.text.rindex("(", 0, start)
            end = self.text.index(")", end) + 1
        return start, end

    def at(self, line: int, column: int) -> int:
        """The position of a line (from 1) and a column that counts bytes."""
        start = self.starts[min(line, len(self.starts)) - 1]
        text = self.text[start : self.starts[line] if line < len(self.starts) else None]
        return start + len(text.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "ignore"))

    def code(self, node: cst.CSTNode) -> str:
        """It as it is written."""
        start, end = self.whole(node)
        return self.text[start:end]

    def indent(self, position: int) -> str:
        """The white space at the beginning of the line of a position."""
        start = self.text.rfind("\n", 0, position) + 1
        found = re.match(r"[ \t]*", self.text[start:])
        return found[0] if found else ""

    @cached_property
    def newline(self) -> str:
        """How its lines end."""
        return self.tree.default_newline

    def replace(self, node: cst.CSTNode, text: str) -> Edit:
        """Something else in the place of a node (parentheses around it stay)."""
        return Edit(self.path, *self.span(node), text)

    def insert(self, position: int, text: str) -> Edit:
        """Something new."""
        return Edit(self.path, position, position, text)

    def with_argument(self, call: cst.Call, *texts: str) -> Edit | None:
        """A call with more arguments at its end; None where that cannot be told apart."""
        if not call.args:
            return self.insert(self.span(call)[1] - 1, ", ".join(texts))
        last = call.args[-1]
        if isinstance(last.value, cst.GeneratorExp) and not last.value.lpar:
            return None
        start, end = self.span(last)
        before = self.text[self.text.rfind("\n", 0, start) + 1 : start]
        gap = f",{self.newline}{before}" if not before.strip() else ", "
        return self.insert(end, "".join(f"{gap}{text}" for text in texts))

    def without_argument(self, call: cst.Call, arg: cst.Arg) -> Edit | None:
        """A call without one of its arguments; None if a comment would go with it."""
        args = list(call.args)
        at = args.index(arg)
        start, end = self.span(arg)
        if at:
            start = self.span(args[at - 1])[1]
        elif len(args) > 1:
            end = self.span(args[1])[0]
        else:
            end = self.span(call)[1] - 1
        return None if "#" in self.text[start:end] else Edit(self.path, start, end, "")


def last_name(node: cst.BaseExpression) -> str:
    """`c` of `a.b.c` and `c`."""
    if isinstance(node, cst.Attribute):
        return node.attr.value
    return node.value if isinstance(node, cst.Name) else ""


def argument(call: cst.Call, name: str) -> cst.Arg | None:
    """The argument of that name."""
    return next((each for each in call.args if each.keyword and each.keyword.value == name), None)


def positional(call: cst.Call) -> list[cst.Arg]:
    """The arguments without a name; what is spread is not among them."""
    return [each for each in call.args if each.keyword is None and not each.star]


def is_spread(call: cst.Call) -> bool:
    """Whether arguments come from a list or mapping."""
    return any(each.star for each in call.args)


def is_name(node: cst.BaseExpression | None, *names: str) -> bool:
    """Whether it is one of these names: `False`, `None`."""
    return isinstance(node, cst.Name) and node.value in names


def text_in(node: cst.BaseExpression | None) -> str | None:
    """The value of a text without values in it; None for everything else."""
    if isinstance(node, cst.SimpleString | cst.ConcatenatedString):
        value = node.evaluated_value
        return value if isinstance(value, str) else None
    return None
