"""Expressions and statements as every language of backends has them.

What lives here: the nodes that readers of languages make and that rules read. What must not: names of frameworks.

A node knows its lines and its column, not its file: the function or module that holds it does (`place_of`).
`refers` of names, attributes and calls is the full dotted name that an import or a definition of the module gives them
(`flask.request.args`, `app.models.User`, `builtins.print`); it is empty where the name is a local variable.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backwright_workbench.codebase.facts.code import Class, Function


@dataclass(slots=True, eq=False, repr=False)
class Node:
    """A piece of a file: its first and last line (from 1) and its first column (from 0)."""

    line: int
    end: int
    column: int

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.line}:{self.column})"


@dataclass(slots=True, eq=False, repr=False)
class Expression(Node):
    """What has a value."""


@dataclass(slots=True, eq=False, repr=False)
class Statement(Node):
    """What does something."""


@dataclass(slots=True, eq=False, repr=False)
class Literal(Expression):
    """`"text"`, `12`, `None`, `...`."""

    value: object


@dataclass(slots=True, eq=False, repr=False)
class Name(Expression):
    """`request`."""

    id: str
    refers: str


@dataclass(slots=True, eq=False, repr=False)
class Attribute(Expression):
    """`base.name`."""

    base: Expression
    name: str
    refers: str


@dataclass(slots=True, eq=False, repr=False)
class Keyword(Expression):
    """`name=value` in a call; `name` is empty for `**value`."""

    name: str
    value: Expression


@dataclass(slots=True, eq=False, repr=False)
class Call(Expression):
    """`callee(*args, **keywords)`."""

    callee: Expression
    args: list[Expression]
    keywords: list[Keyword]

    @property
    def refers(self) -> str:
        """The dotted name of what is called; empty for a method of a local value."""
        return refers(self.callee)

    @property
    def name(self) -> str:
        """The last part of what is called: `execute` of `session.execute(…)`."""
        return last_name(self.callee)

    def keyword(self, name: str) -> Expression | None:
        """The value given as `name=`."""
        return next((each.value for each in self.keywords if each.name == name), None)

    def argument(self, position: int, name: str = "") -> Expression | None:
        """The value given at a position, or under a name."""
        if 0 <= position < len(self.args):
            return self.args[position]
        return self.keyword(name) if name else None


@dataclass(slots=True, eq=False, repr=False)
class Item(Expression):
    """`base[key]`."""

    base: Expression
    key: Expression


@dataclass(slots=True, eq=False, repr=False)
class Text(Expression):
    """A text with values in it: an f-string or a template literal; literal parts are `Literal`."""

    parts: list[Expression]


@dataclass(slots=True, eq=False, repr=False)
class Operation(Expression):
    """`a + b`, `a and b`, `not a`, `a == b`, `a < b < c` (operator `<`), `a in b`."""

    operator: str
    operands: list[Expression]


@dataclass(slots=True, eq=False, repr=False)
class Group(Expression):
    """A list, tuple or set; `kind` says which."""

    kind: str
    items: list[Expression]


@dataclass(slots=True, eq=False, repr=False)
class Pairs(Expression):
    """A mapping that is written out; a key of None is `**value`."""

    keys: list[Expression | None]
    values: list[Expression]

    def entries(self) -> Iterator[tuple[str, Expression]]:
        """Each value with its key, which is empty where it is not a text that is written out."""
        for key, value in zip(self.keys, self.values, strict=True):
            yield text_of(key) or "", value


@dataclass(slots=True, eq=False, repr=False)
class Choice(Expression):
    """`yes if test else no`."""

    test: Expression
    yes: Expression
    no: Expression


@dataclass(slots=True, eq=False, repr=False)
class Clause(Node):
    """`for target in iterable if …` of a comprehension."""

    target: Expression
    iterable: Expression
    conditions: list[Expression]
    is_async: bool


@dataclass(slots=True, eq=False, repr=False)
class Each(Expression):
    """A comprehension or generator: `kind` is list, set, dict or generator; `key` only for dict."""

    kind: str
    element: Expression
    key: Expression | None
    clauses: list[Clause]


@dataclass(slots=True, eq=False, repr=False)
class Awaited(Expression):
    """`await value`."""

    value: Expression


@dataclass(slots=True, eq=False, repr=False)
class Spread(Expression):
    """`*value`."""

    value: Expression


@dataclass(slots=True, eq=False, repr=False)
class Lambda(Expression):
    """A function without a name; `params` are the names of its parameters."""

    params: list[str]
    body: Expression


@dataclass(slots=True, eq=False, repr=False)
class Range(Expression):
    """`low:high:step` of an item."""

    low: Expression | None
    high: Expression | None
    step: Expression | None


@dataclass(slots=True, eq=False, repr=False)
class Bound(Expression):
    """`(target := value)`."""

    target: Expression
    value: Expression


@dataclass(slots=True, eq=False, repr=False)
class Yielded(Expression):
    """`yield value`."""

    value: Expression | None


@dataclass(slots=True, eq=False, repr=False)
class Assign(Statement):
    """`a = b = value`, `a: annotation = value`, `a += value` (operator `+`); without value only a declaration."""

    targets: list[Expression]
    value: Expression | None
    annotation: Expression | None
    operator: str


@dataclass(slots=True, eq=False, repr=False)
class Do(Statement):
    """An expression for its effect."""

    value: Expression


@dataclass(slots=True, eq=False, repr=False)
class Return(Statement):
    """`return value`."""

    value: Expression | None


@dataclass(slots=True, eq=False, repr=False)
class Raise(Statement):
    """`raise value from cause`; without value the error that is under way."""

    value: Expression | None
    cause: Expression | None


@dataclass(slots=True, eq=False, repr=False)
class Branch(Statement):
    """`if test: body else: orelse`; a `match` is a chain of these with operator `case`."""

    test: Expression
    body: list[Statement]
    orelse: list[Statement]


@dataclass(slots=True, eq=False, repr=False)
class Loop(Statement):
    """`for target in subject`, or `while subject` where there is no target."""

    target: Expression | None
    subject: Expression
    body: list[Statement]
    orelse: list[Statement]
    is_async: bool


@dataclass(slots=True, eq=False, repr=False)
class Handler(Node):
    """`except types as name: body`; without types it takes everything."""

    types: list[Expression]
    name: str
    body: list[Statement]


@dataclass(slots=True, eq=False, repr=False)
class Attempt(Statement):
    """`try: body except … else: orelse finally: final`."""

    body: list[Statement]
    handlers: list[Handler]
    orelse: list[Statement]
    final: list[Statement]


@dataclass(slots=True, eq=False, repr=False)
class Held(Node):
    """`value as target` of a `with`."""

    value: Expression
    target: Expression | None


@dataclass(slots=True, eq=False, repr=False)
class Using(Statement):
    """`with items: body`."""

    items: list[Held]
    body: list[Statement]
    is_async: bool


@dataclass(slots=True, eq=False, repr=False)
class Define(Statement):
    """A function or class that is defined here; what is in it is not a part of this body."""

    defined: "Function | Class"


@dataclass(slots=True, eq=False, repr=False)
class Other(Statement):
    """Whatever else: `pass`, `break`, `assert`, `del`, `global`; `kind` is the word."""

    kind: str
    values: list[Expression]


NODES = ("Expression", "Statement", "Node", "Keyword", "Clause", "Handler", "Held")
_FIELDS: dict[type, tuple[str, ...]] = {}


def _fields(kind: type) -> tuple[str, ...]:
    """The fields of a kind of node that hold nodes, as their annotations say; the last one first."""
    names = tuple(
        each.name
        for each in reversed(fields(kind))
        if each.name not in ("line", "end", "column") and any(name in str(each.type) for name in NODES)
    )
    _FIELDS[kind] = names
    return names


def children(node: Node) -> Iterator[Node]:
    """The nodes right below a node, in order; never into a function or class that is defined there."""
    below: list[Node] = []
    _below(node, below)
    below.reverse()
    return iter(below)


def _below(node: Node, found: list[Node]) -> None:
    """Adds the nodes right below a node, the last one first."""
    kind = type(node)
    names = _FIELDS.get(kind)
    for name in _fields(kind) if names is None else names:
        value = getattr(node, name)
        if value is None:
            continue
        if type(value) is list:
            for each in reversed(value):
                if each is not None:
                    found.append(each)
        else:
            found.append(value)


def walk(*nodes: Node) -> Iterator[Node]:
    """Each node with all that is below it, in the order of the text."""
    waiting = list(reversed(nodes))
    pop = waiting.pop
    while waiting:
        node = pop()
        yield node
        _below(node, waiting)


def walk_all(nodes: Iterable[Node]) -> Iterator[Node]:
    """`walk` for a body."""
    return walk(*nodes)


def calls_in(*nodes: Node) -> Iterator[Call]:
    """The calls below the nodes."""
    return (each for each in walk(*nodes) if isinstance(each, Call))


def refers(node: Node | None) -> str:
    """The full dotted name of a name, attribute or (of what is called by) a call; empty if local or none of these."""
    if isinstance(node, Name | Attribute | Call):
        return node.refers
    return refers(node.value) if isinstance(node, Awaited) else ""


def last_name(node: Node | None) -> str:
    """`c` of `a.b.c`, `a.b.c(…)` and `await a.b.c(…)`."""
    match node:
        case Name(id=name) | Attribute(name=name):
            return name
        case Call(callee=inner) | Awaited(value=inner) | Item(base=inner):
            return last_name(inner)
    return ""


def written(node: Node | None) -> str:
    """A name as it is written: `self.session.query`; calls and items with `()` and `[]`; `…` for what has none."""
    match node:
        case Name(id=name):
            return name
        case Attribute(base=base, name=name):
            return f"{written(base)}.{name}"
        case Call(callee=callee):
            return f"{written(callee)}()"
        case Item(base=base):
            return f"{written(base)}[]"
        case Awaited(value=value):
            return written(value)
        case Literal(value=value):
            return repr(value)
    return "…"


def root_of(node: Node) -> Node:
    """What a chain of attributes, items, calls and awaits begins with: `session` of `session.query(A).all()`."""
    while True:
        match node:
            case Attribute(base=inner) | Item(base=inner) | Call(callee=inner) | Awaited(value=inner):
                node = inner
            case _:
                return node


def text_of(node: Node | None) -> str | None:
    """The value of a text that is written out; None for everything else."""
    return node.value if isinstance(node, Literal) and isinstance(node.value, str) else None


def constant(node: Node | None) -> object:
    """The value of a literal; `...` for what is not one."""
    return node.value if isinstance(node, Literal) else ...
