"""What sees every request of an application, and which paths it lets alone.

What lives here: reading a middleware's body for its paths. What must not: how a framework registers it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Class, Function
from backwright_workbench.codebase.facts.values import listed, looked_up
from backwright_workbench.codebase.facts.web import Guard, Level, Purpose
from backwright_workbench.codebase.frameworks.purposes import Purposes

GUARDING = frozenset({Purpose.AUTHENTICATION, Purpose.AUTHORIZATION, Purpose.RATE_LIMIT})
ENTRANCES = ("dispatch", "__call__", "handle", "intercept", "process_request", "process_view")
PASSING = ("call_next", "app", "get_response", "next")
IDENTIFIES = ("starlette.middleware.authentication.", "starlette.middleware.sessions.")
"""Middleware of libraries that only says who calls and refuses nobody."""


@dataclass(slots=True)
class Reach:
    """The paths that a guard for all requests looks at: those it names, or all but those it names."""

    only: set[str] = field(default_factory=set)
    but: set[str] = field(default_factory=set)

    def covers(self, path: str) -> bool:
        """Whether a route on this path is guarded."""
        if any(_begins(path, each) for each in self.but):
            return False
        return not self.only or any(_begins(path, each) for each in self.only)


def _begins(path: str, start: str) -> bool:
    start = start.rstrip("*$").lstrip("^")
    return path.rstrip("/") == start.rstrip("/") or (len(start) > 1 and path.startswith(start))


def entrance(app: Application, found: Function | Class | None) -> Function | None:
    """The function of a middleware that sees the request."""
    if isinstance(found, Class):
        return next((method for name in ENTRANCES if (method := app.project.method(found, name))), None)
    return found


def reach_of(app: Application, function: Function | None) -> Reach:
    """The paths that a function for all requests names in its branches."""
    reach = Reach()
    for node in function.walk() if function else ():
        if isinstance(node, s.Branch):
            paths = set(_paths(app, node.test, function))
            if paths:
                denies = isinstance(node.test, s.Operation) and node.test.operator in ("not", "not in", "!=")
                passes = _passes(node.body)
                (reach.only if passes == denies else reach.but).update(paths)
    return reach


def _passes(body: list[s.Statement]) -> bool:
    """Whether a branch lets the request go on: it answers with what comes next, or simply returns."""
    last = body[-1] if body else None
    if isinstance(last, s.Return):
        if last.value is None or s.constant(last.value) is None:
            return True
        return any(call.name in PASSING for call in s.calls_in(last)) and len(body) < 4
    return isinstance(last, s.Do) and any(call.name in PASSING for call in s.calls_in(last)) and len(body) < 3


def _paths(app: Application, test: s.Expression, function: Function | None) -> Iterator[str]:
    if not any(
        s.last_name(node) in ("path", "url", "full_path", "raw_path", "path_info") for node in s.walk(test)
    ):
        names = {node.id for node in s.walk(test) if isinstance(node, s.Name)}
        if not names & {"path", "url", "route", "endpoint", "request_path", "url_path"}:
            return
    for node in s.walk(test):
        if isinstance(node, s.Literal) and isinstance(node.value, str) and node.value.startswith(("/", "^/")):
            yield node.value
        elif isinstance(node, s.Name | s.Attribute):
            found = looked_up(app, node, function)
            if isinstance(found, s.Group | s.Operation | s.Call):
                for each in listed(app, found, function):
                    text = s.text_of(each)
                    if text and text.startswith(("/", "^/")):
                        yield text


def guard_of(
    app: Application, purposes: Purposes, what: s.Expression | Function, place: s.Node, path: str
) -> Guard | None:
    """The guard that a middleware is for every route, if it is one."""
    found = purposes.of(what) & GUARDING
    name = s.refers(what) if isinstance(what, s.Expression) else what.qualified
    if not found or name.startswith(IDENTIFIES):
        return None
    made = purposes.guard(what, Level.APP, app.project.paths[path].at(place))
    made.purposes = frozenset(found)
    return made
