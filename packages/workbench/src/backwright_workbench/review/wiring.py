"""Which functions answer callers, and what they take from the request.

What lives here: handlers with their routes. What must not: any rule, how a framework spells a route.
"""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Class, Function, Role
from backwright_workbench.codebase.facts.web import Route
from backwright_workbench.codebase.frameworks.depends import givers
from backwright_workbench.review.reach import reach_of

REQUESTS = frozenset(["flask.request", "quart.request", "bottle.request", "sanic.request"])
DEEPEST = 4
"""Dependencies of dependencies that are followed."""
HTTP = frozenset(["Request", "HttpRequest", "HTTPConnection"])


def handlers(app: Application) -> dict[Function, Route]:
    """The functions of the application's own code that answer callers, each with the first of its routes."""
    return app.once(_handlers)


def _handlers(app: Application) -> dict[Function, Route]:
    found: dict[Function, Route] = {}
    for route in app.routes:
        if route.handler is not None and route.handler.module.role is Role.CODE:
            found.setdefault(route.handler, route)
    return found


def routes_of(app: Application) -> dict[Function, list[Route]]:
    """All routes of each handler."""
    return app.once(_routes_of)


def _routes_of(app: Application) -> dict[Function, list[Route]]:
    found: dict[Function, list[Route]] = {}
    for route in app.routes:
        if route.handler is not None and route.handler.module.role is Role.CODE:
            found.setdefault(route.handler, []).append(route)
    return found


def reads_request(function: Function) -> bool:
    """Whether a function looks into the request: the global one, or one that it is given."""
    given = {
        each.name
        for each in function.params
        if s.last_name(each.annotation) in HTTP or each.name == "request"
    }
    for node in function.walk():
        if isinstance(node, s.Attribute):
            if any(node.refers.startswith(f"{name}.") for name in REQUESTS):
                return True
            if isinstance(node.base, s.Name) and node.base.id in given:
                return True
    return False


def served(app: Application) -> dict[Function, Route]:
    """The functions that run for each request: handlers, what they depend on, guards, and what those call."""
    return app.once(_served)


def _served(app: Application) -> dict[Function, Route]:
    reach = app.once(reach_of)
    found: dict[Function, Route] = {}
    for route in app.routes:
        begin = [route.handler] if route.handler is not None else []
        begin += [each.function for each in route.guards if each.function is not None]
        for function in begin:
            for each in (function, *_providers(app, function, 0)):
                if each in found:
                    continue
                for way in reach.ways(each):
                    found.setdefault(way.function, route)
    return found


def _providers(app: Application, function: Function, depth: int) -> Iterator[Function]:
    """What gives a function its parameters, and what gives those theirs."""
    for param in function.params if depth < DEEPEST else ():
        for _, provider in givers(app.project, param):
            found = app.project.definition(s.refers(provider))
            if isinstance(found, Class):
                found = found.methods.get("__init__")
            if isinstance(found, Function):
                yield found
                yield from _providers(app, found, depth + 1)
