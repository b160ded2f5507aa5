"""The application model: all that is known of a project before anything is judged."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar, cast

from backwright_workbench.codebase.facts.code import Function, Module, Role
from backwright_workbench.codebase.facts.data import Engine, Migration, Model, Query
from backwright_workbench.codebase.facts.live import Live
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.facts.project import Project
from backwright_workbench.codebase.facts.syntax import Call, Expression, Node, walk
from backwright_workbench.codebase.facts.types import Types
from backwright_workbench.codebase.facts.web import ErrorHandler, Middleware, Route, Schema, WebApp

N = TypeVar("N", bound=Node)
T = TypeVar("T")


@dataclass(slots=True, eq=False)
class Standing(Generic[N]):
    """A node with where it stands; `function` is None at the level of a module or class, and for decorators."""

    module: Module
    function: Function | None
    node: N

    @property
    def place(self) -> Place:
        """Where it is."""
        return self.module.at(self.node)


@dataclass(slots=True, eq=False)
class Setting:
    """A name that configures the application: of Django, `app.config[…]`, a field of a settings class, a constant.

    `value` is None where it is only declared; `source` is module, config, class or env.
    """

    name: str
    value: Expression | None
    place: Place
    source: str
    environment: str = ""
    """development, test, production, if the file or class says that it is for one; else empty."""


@dataclass(slots=True, eq=False)
class Outgoing:
    """A call to another server. `has_timeout` is None where the library has one by default."""

    library: str
    call: Call
    place: Place
    function: Function | None
    has_timeout: bool | None
    is_async: bool


@dataclass(slots=True, eq=False)
class LogCall:
    """A line that is logged (or printed); `level` in lower case, `print` for that."""

    level: str
    call: Call
    place: Place
    function: Function | None


@dataclass(slots=True, eq=False)
class Application:
    """A project as rules see it. Lists are in the order of the files."""

    project: Project
    types: Types
    files: dict[str, str]
    """Every text file by its path, source code included."""
    frameworks: list[str] = field(default_factory=list)
    """Web frameworks, the one with most routes first: fastapi, starlette, flask, django, drf, litestar, graphene, …"""
    orms: list[str] = field(default_factory=list)
    dependencies: dict[str, str] = field(default_factory=dict)
    """Distributions that the project declares (lower case, hyphens) with what it says of the version."""
    apps: list[WebApp] = field(default_factory=list)
    routes: list[Route] = field(default_factory=list)
    middleware: list[Middleware] = field(default_factory=list)
    error_handlers: list[ErrorHandler] = field(default_factory=list)
    schemas: dict[str, Schema] = field(default_factory=dict)
    """By the full name of their class."""
    models: dict[str, Model] = field(default_factory=dict)
    """By full name."""
    queries: list[Query] = field(default_factory=list)
    engines: list[Engine] = field(default_factory=list)
    migrations: list[Migration] = field(default_factory=list)
    settings: list[Setting] = field(default_factory=list)
    outgoing: list[Outgoing] = field(default_factory=list)
    logs: list[LogCall] = field(default_factory=list)
    live: Live | None = None
    """The running database, if somebody gave its address."""
    unread: dict[str, str] = field(default_factory=dict)
    """Files that could not be read, with why."""
    notes: dict[str, object] = field(default_factory=dict)
    """What is computed from the rest once for several rules, by name: `flows`."""
    _nodes: dict[type[Node], list[Standing[Node]]] = field(default_factory=dict)
    _calls: dict[str, list[Standing[Call]]] = field(default_factory=dict)
    _queries: dict[Function, list[Query]] = field(default_factory=dict)

    def once(self, make: Callable[["Application"], T]) -> T:
        """What `make` finds out about this application: it is asked once, however many rules want to know."""
        name = f"{make.__module__}.{make.__qualname__}"
        if name not in self.notes:
            self.notes[name] = make(self)
        return cast(T, self.notes[name])

    def modules(self, *roles: Role) -> list[Module]:
        """The modules with one of these roles; without any, those that are the application's own code."""
        wanted = roles or (Role.CODE,)
        return [each for each in self.project.modules.values() if each.role in wanted]

    def functions(self, *roles: Role) -> list[Function]:
        """The functions of these modules."""
        return [function for module in self.modules(*roles) for function in module.everything]

    def setting(self, *names: str) -> list[Setting]:
        """The settings of one of these names."""
        return [each for each in self.settings if each.name in names]

    def depends_on(self, *names: str) -> bool:
        """Whether one of these distributions is declared, or imported somewhere (with `_` for `-`)."""
        return any(name in self.dependencies for name in names) or self.imports(*names)

    def imports(self, *names: str) -> bool:
        """Whether a file of the project imports one of these distributions (with `_` for `-`)."""
        tops = {name.replace("-", "_") for name in names}
        return any(
            target.partition(".")[0] in tops
            for module in self.project.modules.values()
            for target in module.imports.values()
        )

    def queries_of(self, function: Function) -> list[Query]:
        """What the body of a function asks; not what it calls."""
        if not self._queries:
            for each in self.queries:
                if each.function is not None:
                    self._queries.setdefault(each.function, []).append(each)
        return self._queries.get(function, [])

    def nodes(self, kind: type[N]) -> list[Standing[N]]:
        """The nodes of that kind in the application's own code, in the order of the files; one walk serves all."""
        if not self._nodes:
            for module in self.modules():
                for function, node in _standing(module):
                    self._nodes.setdefault(type(node), []).append(Standing(module, function, node))
        return self._nodes.get(kind, [])  # type: ignore[return-value]

    def calls(self, *names: str) -> list[Standing[Call]]:
        """The calls of what is called so last (`execute` of `session.execute(…)`), in the application's own code."""
        if not self._calls:
            for each in self.nodes(Call):
                self._calls.setdefault(each.node.name, []).append(each)
        return [each for name in names for each in self._calls.get(name, ())]


def _standing(module: Module) -> Iterator[tuple[Function | None, Node]]:
    """Every node of a module with the function that it stands in."""
    loose: list[Node] = [*module.body]
    for each in module.all_classes:
        loose += [*each.bases, *each.keywords.values(), *each.decorators, *each.body]
    for function in module.everything:
        loose += function.decorators
        loose += [each.default for each in function.params if each.default is not None]
    for node in walk(*loose):
        yield None, node
    for function in module.everything:
        for node in function.walk():
            yield function, node
