"""Services that Backwright writes: what their declared resources and their accounts answer.

What lives here: declarations → routes, with what the runtime puts before each. What must not: reading a service back
into its blueprint (`readback`).
"""

from collections.abc import Iterator
from dataclasses import replace

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application, Standing
from backwright_workbench.codebase.facts.code import Class, Function
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.facts.web import (
    ErrorHandler,
    Guard,
    Level,
    Middleware,
    Purpose,
    Route,
    RouteParameter,
    WebApp,
)

PERIMETER = frozenset(
    [Purpose.HEADERS, Purpose.RATE_LIMIT, Purpose.CORS, Purpose.ERRORS, Purpose.CSRF, Purpose.LOGGING]
)
"""What the runtime does for every request, whatever the service says."""

ROWS = (("GET", "", "list"), ("POST", "", "create"), ("GET", "/{id}", "retrieve"), ("PATCH", "/{id}", "update"),
        ("DELETE", "/{id}", "delete"))  # fmt: skip
PUBLIC = (
    ("POST", "/auth/login"),
    ("POST", "/auth/refresh"),
    ("POST", "/auth/password/forgot"),
    ("GET", "/health/ready"),
)


def read(app: Application) -> None:
    """Adds an application for each `create_app(…)`, and routes for each `Resource(…)`."""
    calls = [each for each in app.nodes(s.Call) if each.node.refers.startswith("backwright.")]
    for standing in calls:
        if standing.node.refers in ("backwright.app.create_app", "backwright.create_app"):
            _application(app, standing)
        elif standing.node.refers in ("backwright.resource.Resource", "backwright.Resource"):
            app.routes.extend(_resource(app, standing))


def _application(app: Application, standing: Standing[s.Call]) -> None:
    place = standing.place
    app.apps.append(WebApp(s.text_of(standing.node.keyword("title")) or "app", "backwright", place))
    app.middleware.append(Middleware("the runtime's perimeter", PERIMETER, place))
    app.error_handlers.append(ErrorHandler(("Exception",), None, place, is_general=True))
    app.routes += [Route((method,), path, None, None, place, place, "backwright") for method, path in PUBLIC]
    if "backwright" not in app.frameworks:
        app.frameworks.insert(0, "backwright")


def _resource(app: Application, standing: Standing[s.Call]) -> Iterator[Route]:
    call, place = standing.node, standing.place
    entity = app.project.classes.get(s.refers(call.argument(0, "entity")))
    if entity is None:
        return
    path = _path(app, call, entity)
    guards = list(_guards(standing))
    base = Route(("GET",), path, None, entity, place, place, "backwright", guards=guards, answers=entity)
    for method, end, action in ROWS:
        yield replace(
            base,
            methods=(method,),
            path=path + end,
            action=action,
            answers_many=action == "list",
            is_paginated=action == "list",
            parameters=[RouteParameter("limit", "query", "builtins.int", has_maximum=True)]
            if action == "list"
            else [],
        )
    service = app.project.classes.get(s.refers(call.keyword("service")))
    for name, method_of in _actions(service):
        yield replace(
            base, methods=("POST",), path=f"{path}/{{id}}/{name}", handler=method_of, place=method_of.head
        )


def _path(app: Application, call: s.Call, entity: Class) -> str:
    given = s.text_of(call.keyword("path"))
    model = app.models.get(entity.qualified)
    table = model.table if model is not None else entity.name.lower()
    return given or "/" + table.replace("_", "-")


def _guards(standing: Standing[s.Call]) -> Iterator[Guard]:
    place: Place = standing.place
    who = frozenset([Purpose.AUTHENTICATION, Purpose.AUTHORIZATION])
    yield Guard("access rules of the resource", who, Level.ROUTER, place)
    yield Guard("limit", frozenset([Purpose.RATE_LIMIT]), Level.APP, place)


def _actions(service: Class | None) -> Iterator[tuple[str, Function]]:
    """`@action("assign")` of a service class."""
    for method in service.methods.values() if service is not None else ():
        for each in method.decorators:
            if isinstance(each, s.Call) and each.name == "action":
                yield s.text_of(each.argument(0, "name")) or method.name, method
