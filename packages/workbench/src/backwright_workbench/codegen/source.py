"""Python source as text: one line where it fits, else one item a line, as the formatter would leave it.

What lives here: layout and literals. What must not: what any of the text means.
"""

import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 110
"""Columns of a line in a written service."""


@dataclass(frozen=True, slots=True)
class Group:
    """Something in brackets whose items may stand one a line: a call, a tuple, a dictionary."""

    head: str
    items: tuple["Item", ...]
    tail: str
    comma: str = ","

    def flat(self) -> str:
        """The whole on one line."""
        joint = f"{self.comma} "
        inside = joint.join(item.before + flat(item.node) for item in self.items)
        single_tuple = self.head == "(" and len(self.items) == 1 and self.comma
        return f"{self.head}{inside}{',' if single_tuple else ''}{self.tail}"


@dataclass(frozen=True, slots=True)
class Chain:
    """Operands joined by an operator, such as rules joined by `|`."""

    operator: str
    operands: tuple["Node", ...]


Node = str | Group | Chain


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a group, with what stands before it (`fields=`, `Role.ADMIN: `)."""

    node: Node
    before: str = ""


def call(function: str, *arguments: Node, **named: Node) -> Group:
    """`function(arguments, name=value)`."""
    items = [Item(argument) for argument in arguments]
    items += [Item(value, f"{name}=") for name, value in named.items()]
    return Group(f"{function}(", tuple(items), ")")


def strings(values: Iterable[str]) -> Group:
    """A tuple of string literals."""
    return sequence(literal(value) for value in values)


def sequence(values: Iterable[Node]) -> Group:
    """A tuple."""
    return Group("(", tuple(Item(value) for value in values), ")")


def mapping(pairs: Iterable[tuple[str, Node]]) -> Group:
    """A dictionary; the keys are source text."""
    return Group("{", tuple(Item(value, f"{key}: ") for key, value in pairs), "}")


def flat(node: Node) -> str:
    """The node on one line."""
    if isinstance(node, Chain):
        return f" {node.operator} ".join(flat(operand) for operand in node.operands)
    return node if isinstance(node, str) else node.flat()


def lines(node: Node, *, indent: int = 0, before: str = "", after: str = "") -> list[str]:
    """The node as lines, broken at the outermost brackets that do not fit."""
    space = " " * indent
    one = f"{space}{before}{flat(node)}{after}"
    if len(one) <= WIDTH or isinstance(node, str):
        return [one]
    if isinstance(node, Chain):
        return _chain_lines(node, indent, before, after)
    found = [f"{space}{before}{node.head}"]
    for item in node.items:
        found += lines(item.node, indent=indent + 4, before=item.before, after=node.comma)
    return [*found, f"{space}{node.tail}{after}"]


def _chain_lines(node: Chain, indent: int, before: str, after: str) -> list[str]:
    first, *rest = node.operands
    found = [f"{' ' * indent}{before}("]
    if indent + 4 + len(flat(node)) <= WIDTH:
        return [*found, f"{' ' * (indent + 4)}{flat(node)}", f"{' ' * indent}){after}"]
    found += lines(first, indent=indent + 4)
    for operand in rest:
        found += lines(operand, indent=indent + 4, before=f"{node.operator} ")
    return [*found, f"{' ' * indent}){after}"]


def literal(value: str) -> str:
    """A string literal, with the quotes that need fewer escapes."""
    escaped = value.replace("\\", "\\\\")
    if '"' in value and "'" not in value:
        return f"'{escaped}'"
    return '"' + escaped.replace('"', '\\"') + '"'


def prose(value: str, *, room: int) -> Node:
    """A string literal that may be long: pieces of at most `room` columns, in brackets where one is not
    enough.
    """
    if len(literal(value)) <= room:
        return literal(value)
    pieces = textwrap.wrap(
        value, room - 8, drop_whitespace=False, break_long_words=False, break_on_hyphens=False
    )
    return Group("(", tuple(Item(literal(piece)) for piece in pieces), ")", comma="")


def docstring(text: str, *, indent: int = 0) -> list[str]:
    """A docstring of one line, or wrapped with the closing quotes on their own. It reads back as `text`, to
    the letter.
    """
    safe = _escaped(text)
    space = " " * indent
    if len(safe) + indent + 6 <= WIDTH:
        return [f'{space}"""{safe}"""']
    breakable = re.sub(r"(?<= ) ", r"\\x20", safe)
    body = textwrap.wrap(breakable, WIDTH - indent - 6, break_long_words=False, break_on_hyphens=False)
    if len(body) == 1:
        return [f'{space}"""{body[0]}"""']
    return [f'{space}"""{body[0]}', *(space + line for line in body[1:]), f'{space}"""']


def _escaped(text: str) -> str:
    """Text between three quotes; what the formatter would take for layout at its ends becomes escapes."""
    safe = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    if safe.startswith('"'):
        safe = f"\\{safe}"
    safe = re.sub(r'(?<!\\)((?:\\\\)*)"$', r'\1\\"', safe)
    inner = safe.strip()
    start = len(safe) - len(safe.lstrip()) if inner else len(safe)
    ends = (safe[:start], safe[start + len(inner) :])
    before, behind = (
        "".join(f"\\U{ord(each):08x}" if each != " " else "\\x20" for each in end) for end in ends
    )
    return before + inner + behind


def module(head: str, imports: Sequence[str], blocks: Iterable[Sequence[str]]) -> str:
    """A module: docstring, imports, then blocks. A block that starts a class or function stands two lines
    apart.
    """
    found = docstring(head)
    if imports:
        found += ["", *imports]
    near = False
    for block in blocks:
        defines = block[0].startswith(("class ", "def ", "async def ", "@"))
        gap = 2 if defines or near else 1
        found += [""] * gap + list(block)
        near = defines
    return "\n".join(found) + "\n"
