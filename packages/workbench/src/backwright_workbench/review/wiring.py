"""Which functions answer callers, and what they take from the request.

What lives here: handlers with their routes. What must not: any rule, how a framework spells a route.
"""

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Function, Role
from backwright_workbench.codebase.facts.web import Route

REQUESTS = frozenset(["flask.request", "quart.request", "bottle.request", "sanic.request"])
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
