"""Modules, classes and functions: the parts of a program that have names.

What lives here: what each is made of. What must not: what a framework makes of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.facts.syntax import (
    Assign,
    Attempt,
    Branch,
    Expression,
    Loop,
    Name,
    Node,
    Statement,
    Using,
    walk,
)


class Role(StrEnum):
    """What a file is for; a rule looks at code unless it says otherwise."""

    CODE = "code"
    TEST = "test"
    MIGRATION = "migration"
    SEED = "seed"
    EXAMPLE = "example"
    SCRIPT = "script"
    VENDORED = "vendored"
    GENERATED = "generated"


@dataclass(slots=True, eq=False)
class Parameter:
    """A parameter: `kind` is positional, keyword, `*` or `**`."""

    name: str
    annotation: Expression | None
    default: Expression | None
    kind: str
    line: int


@dataclass(slots=True, eq=False, repr=False)
class Function:
    """A function or method. `qualified` is `module.Class.name`; `inside` the function in which it is defined."""

    name: str
    qualified: str
    module: "Module"
    owner: "Class | None"
    inside: "Function | None"
    params: list[Parameter]
    decorators: list[Expression]
    returns: Expression | None
    body: list[Statement]
    is_async: bool
    line: int
    end: int
    column: int
    first: int
    """The line of its first decorator, or of itself."""
    doc: str = ""
    locals: frozenset[str] = frozenset()
    """Names that are assigned in it, parameters included."""
    functions: "list[Function]" = field(default_factory=list)
    """Functions that are defined in it."""
    _nodes: list[Node] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"Function({self.qualified})"

    @property
    def place(self) -> Place:
        """From its own line (not its decorators') to its end."""
        return Place(self.module.path, self.line, self.end, self.column)

    @property
    def head(self) -> Place:
        """Its own line only: where something is said of the function as a whole."""
        return Place(self.module.path, self.line, self.line, self.column)

    def param(self, name: str) -> Parameter | None:
        """The parameter of that name."""
        return next((each for each in self.params if each.name == name), None)

    def values_of(self, name: str) -> list[Expression]:
        """What its body assigns to a local name, in order."""
        return [
            node.value
            for node in self.walk()
            if isinstance(node, Assign)
            and node.value is not None
            and any(isinstance(each, Name) and each.id == name for each in node.targets)
        ]

    def walk(self) -> Iterator[Node]:
        """Every node of its body, not those of functions that are defined in it."""
        if not self._nodes:
            self._nodes = list(walk(*self.body))
        return iter(self._nodes)

    def at(self, node: Node) -> Place:
        """The place of a node of its body."""
        return self.module.at(node)


@dataclass(slots=True, eq=False, repr=False)
class Class:
    """A class; `bases` are as written, with `refers` set by imports."""

    name: str
    qualified: str
    module: "Module"
    bases: list[Expression]
    keywords: dict[str, Expression]
    decorators: list[Expression]
    body: list[Statement]
    line: int
    end: int
    column: int
    doc: str = ""
    methods: dict[str, Function] = field(default_factory=dict)
    classes: "dict[str, Class]" = field(default_factory=dict)
    """Classes that are defined in it: `Meta`, `Config`."""

    def __repr__(self) -> str:
        return f"Class({self.qualified})"

    @property
    def place(self) -> Place:
        """The whole of it."""
        return Place(self.module.path, self.line, self.end, self.column)

    def assigned(self) -> Iterator[tuple[str, Assign]]:
        """What its body assigns or declares, by name, in order; branches included."""
        return assigned(self.body)

    def value(self, name: str) -> Expression | None:
        """What its own body assigns to a name last."""
        return {key: each.value for key, each in self.assigned()}.get(name)


@dataclass(frozen=True, slots=True)
class Need:
    """Another module of the project that a module imports while it is imported itself; `names` are taken from it."""

    module: str
    names: tuple[str, ...]
    line: int


@dataclass(slots=True, eq=False, repr=False)
class Module:
    """A file of source code."""

    path: str
    name: str
    """Its dotted name, as imports in the project spell it."""
    role: Role
    lines: list[str]
    imports: dict[str, str] = field(default_factory=dict)
    """What each imported name refers to, wherever in the file it is imported."""
    stars: list[str] = field(default_factory=list)
    """Modules of which everything is imported."""
    needs: list[Need] = field(default_factory=list)
    """In the order of the text; not what functions import when they run, nor what only checkers of types see."""
    body: list[Statement] = field(default_factory=list)
    doc: str = ""
    functions: dict[str, Function] = field(default_factory=dict)
    classes: dict[str, Class] = field(default_factory=dict)
    everything: list[Function] = field(default_factory=list)
    """All functions of the file: methods and functions in functions too."""
    all_classes: list[Class] = field(default_factory=list)
    trouble: str = ""
    """Why it could not be read, if it could not."""

    def __repr__(self) -> str:
        return f"Module({self.name})"

    @property
    def package(self) -> str:
        """The dotted name of the package that it is in (or is)."""
        return self.name if self.path.endswith("__init__.py") else self.name.rpartition(".")[0]

    def at(self, node: Node) -> Place:
        """The place of a node of this file."""
        return Place(self.path, node.line, node.end, node.column)

    def text(self, place: Place) -> str:
        """The lines of a place."""
        return "\n".join(self.lines[place.line - 1 : place.end])

    def assigned(self) -> Iterator[tuple[str, Assign]]:
        """What the module assigns at its own level, by name, in order; branches included."""
        return assigned(self.body)


def assigned(body: list[Statement]) -> Iterator[tuple[str, Assign]]:
    """Names that a body assigns or declares, in order; branches included, functions and classes not."""
    for each in body:
        if isinstance(each, Assign):
            for target in each.targets:
                if isinstance(target, Name):
                    yield target.id, each
        else:
            for inner in blocks(each):
                yield from assigned(inner)


def blocks(statement: Statement) -> Iterator[list[Statement]]:
    """The bodies that a statement holds."""
    match statement:
        case Branch(body=body, orelse=orelse) | Loop(body=body, orelse=orelse):
            yield body
            yield orelse
        case Attempt(body=body, handlers=handlers, orelse=orelse, final=final):
            yield body
            for each in handlers:
                yield each.body
            yield orelse
            yield final
        case Using(body=body):
            yield body
