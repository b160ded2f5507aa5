"""The endpoints of an application: a handler with its routes, what it reaches, and what that does.

What lives here: following calls from handlers, the effects and queries on the way. What must not: judging them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Class, Function
from backwright_workbench.codebase.facts.data import Model, Query
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.facts.web import Guard, Purpose, Route, RouteParameter
from backwright_workbench.codebase.facts.words import words
from backwright_workbench.review.access.effects import IDEMPOTENT, QUERIES, Effect, effects_of
from backwright_workbench.review.access.intents import Intent, intent_of
from backwright_workbench.review.access.tables import tables

DEEPEST = 3
"""Calls of calls that are followed from a handler."""
MOST = 60
"""Functions that one handler reaches at most: more says nothing about it."""
RECORDING = frozenset(["audit", "audits", "log", "logs", "logger", "history", "visit", "visits", "metric",
     "metrics", "stat",
                       "stats", "analytics", "tracking", "telemetry"])  # fmt: skip
AUTOMATIC = frozenset(["create", "update", "delete", "partial_update", "destroy"])
"""Actions that change rows where the framework brings the handler."""


@dataclass(eq=False)
class Endpoint:
    """A handler, or a view whose handler the framework brings, with the routes that lead to it."""

    routes: list[Route]
    known: "Endpoints"
    calls: list[tuple[s.Call, Function]] = field(default_factory=list)
    """Every call on the way, with the function in which it stands."""

    @property
    def route(self) -> Route:
        """The first of its routes: all have the same handler."""
        return self.routes[0]

    @property
    def handler(self) -> Function | None:
        """The function that answers."""
        return self.route.handler

    @property
    def name(self) -> str:
        """As a person would call it."""
        return self.handler.name if self.handler else self.route.view.name if self.route.view else ""

    @property
    def place(self) -> Place:
        """Its head: where something is said of it as a whole."""
        if self.handler is not None:
            return self.handler.head
        place = self.route.place if self.route.view is not None else self.route.declared
        return Place(place.path, place.line, place.line, place.column)

    @property
    def methods(self) -> set[str]:
        """All methods that are answered."""
        return {method for route in self.routes for method in route.methods}

    @property
    def is_write(self) -> bool:
        """Whether a method is answered that is meant to change something."""
        return any(route.is_write for route in self.routes)

    @property
    def title(self) -> str:
        """`POST /users/{id}`, or the name of the handler where no path is known."""
        return str(self.route) if self.route.path else f"{'|'.join(self.route.methods)} {self.name}".strip()

    @property
    def parameters(self) -> list[RouteParameter]:
        """What it takes from the request, by all of its routes."""
        return [each for route in self.routes for each in route.parameters]

    @cached_property
    def intent(self) -> Intent:
        """What callers come for."""
        return next((found for route in self.routes if (found := intent_of(route))), Intent.OTHER)

    @cached_property
    def reached(self) -> list[Function]:
        """The handler and the functions of the project that it calls, nearest first; not those of its guards."""
        return self.known.reached(self)

    @cached_property
    def queries(self) -> list[Query]:
        """What it asks of a database."""
        return [query for function in self.reached for query in self.known.queries.get(function, [])]

    @cached_property
    def effects(self) -> list[Effect]:
        """What it does to the world."""
        return [
            each for function in self.reached for each in self.known.effects(function) if not _is_record(each)
        ]

    @property
    def changes(self) -> bool:
        """Whether it changes something."""
        return bool(self.effects) or (self.handler is None and self.route.action in AUTOMATIC)

    @cached_property
    def models(self) -> list[Model]:
        """The models that its queries are about, or that its view or schema is made of."""
        names = [name for query in self.queries for name in query.models]
        names += [name for name in self.known.view_models(self.route) if name not in names]
        found = [self.known.model(name) for name in dict.fromkeys(names)]
        return [each for each in found if each is not None]

    def guarded(self, purpose: Purpose) -> list[Guard]:
        """The guards with that purpose; none if one of its routes has none."""
        by_route = [route.guarded(purpose) for route in self.routes]
        return by_route[0] if all(by_route) else []


class Endpoints:
    """All endpoints of one application."""

    def __init__(self, app: Application) -> None:
        self.app = app
        self.queries: dict[Function, list[Query]] = {}
        for query in app.queries:
            if query.function is not None:
                self.queries.setdefault(query.function, []).append(query)
        self._tables = tables(app) | {each.table: each for each in app.models.values() if each.table}
        self._effects: dict[Function, list[Effect]] = {}
        self._callees: dict[Function, list[tuple[s.Call, Function | Class | None]]] = {}
        self._guarding = {guard.function for route in app.routes for guard in route.guards if guard.function}
        self.all = list(self._grouped())

    def _grouped(self) -> Iterator[Endpoint]:
        groups: dict[object, list[Route]] = {}
        for route in self.app.routes:
            if _is_ours(self.app, route):
                at = route.declared if route.view is None else route.place
                declared = (at.path, at.line, route.action, route.methods, "" if route.view else route.path)
                groups.setdefault(route.handler or declared, []).append(route)
        for routes in groups.values():
            yield Endpoint(routes, self)

    @property
    def known_models(self) -> list[Model]:
        """The models of the project and the tables that only SQL tells of."""
        return [*self.app.models.values(), *(each for each in self._tables.values() if each.orm == "sql")]

    def model(self, name: str) -> Model | None:
        """The model of a full name or of a table."""
        return self.app.models.get(name) or self._tables.get(name)

    def view_models(self, route: Route) -> list[str]:
        """The models that a class-based view or an answer's schema is made of."""
        found = []
        if route.view is not None:
            for name in ("model", "queryset"):
                value = self.app.project.attribute(route.view, name)
                if value is not None:
                    named = s.refers(value[1]) or s.refers(s.root_of(value[1]))
                    found += [
                        each for each in self.app.models if named == each or named.startswith(each + ".")
                    ]
        for owner in (route.answers, *(each.schema for each in route.parameters)):
            schema = self.app.schemas.get(owner.qualified) if owner is not None else None
            if schema is not None and schema.model:
                found.append(schema.model)
        return found

    def effects(self, function: Function) -> list[Effect]:
        """The effects of one body, by its queries and by what it calls."""
        known = self._effects.get(function)
        if known is None:
            known = effects_of(self.app, function)
            asked = [
                Effect(QUERIES[query.kind], query.call, function, query.models)
                for query in self.queries.get(function, [])
                if query.kind in QUERIES and not IDEMPOTENT.match(" ".join(query.sql.lower().split()[:6]))
            ]
            lines = {each.node.line for each in asked}
            known = [*asked, *(each for each in known if each.node.line not in lines)]
            self._effects[function] = known
        return known

    def callees(self, function: Function) -> list[tuple[s.Call, Function | Class | None]]:
        """The calls of a body with what of the project they call."""
        known = self._callees.get(function)
        if known is None:
            calls = list(s.calls_in(*function.body))
            known = self._callees[function] = [
                (call, self.app.types.callee(call, function)) for call in calls
            ]
        return known

    def reached(self, endpoint: Endpoint) -> list[Function]:
        """The handler with what it calls, breadth first."""
        first = endpoint.handler
        if first is None:
            return []
        found: dict[Function, int] = {first: 0}
        waiting = [first]
        for each in self._given(first):
            found.setdefault(each, 1)
            waiting.append(each)
        while waiting and len(found) < MOST:
            function = waiting.pop(0)
            for call, called in self.callees(function):
                endpoint.calls.append((call, function))
                if isinstance(called, Class):
                    called = (
                        called.methods.get("__init__") if called.qualified not in self.app.models else None
                    )
                if called is not None and called not in found and found[function] < DEEPEST:
                    found[called] = found[function] + 1
                    waiting.append(called)
        return list(found)

    def _given(self, handler: Function) -> Iterator[Function]:
        """What a handler depends on, as far as it is no guard: `Depends(get_article)`."""
        for param in handler.params:
            for node in s.walk(*(each for each in (param.annotation, param.default) if each is not None)):
                if isinstance(node, s.Call) and node.name in ("Depends", "Security") and node.args:
                    found = self.app.project.definition(s.refers(node.args[0]))
                    if isinstance(found, Function) and found not in self._guarding:
                        yield found


def endpoints(app: Application) -> Endpoints:
    """The endpoints of an application, worked out once."""
    found = app.notes.get(__name__)
    if not isinstance(found, Endpoints):
        found = app.notes[__name__] = Endpoints(app)
    return found


def _is_record(effect: Effect) -> bool:
    """Whether an effect only records that something happened: an audit entry, a counter of visits."""
    names = [effect.function.name, effect.function.owner.name if effect.function.owner else ""]
    said = {word for name in names for word in words(name)}
    if effect.models:
        said = {word for name in effect.models for word in words(name.rpartition(".")[2])}
    return bool(said & RECORDING)


def _is_ours(app: Application, route: Route) -> bool:
    module = app.project.paths.get(route.place.path) or app.project.paths.get(route.declared.path)
    return module is None or module.role.value == "code"
