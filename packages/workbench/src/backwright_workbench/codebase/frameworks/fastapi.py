"""FastAPI and Starlette: applications, routers and the routes on them.

What lives here: how routes are registered and what hangs in front of them. What must not: what guards are for
(`purposes.py`), where parameters come from (`parameters.py`), middleware and error handlers (`starlette.py`).
"""

import re

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Class, Function, Module, Role
from backwright_workbench.codebase.facts.values import (
    Rows,
    listed,
    plain_options,
    text_value,
)
from backwright_workbench.codebase.facts.web import Guard, Level, Purpose, Route, WebApp
from backwright_workbench.codebase.frameworks import starlette
from backwright_workbench.codebase.frameworks.fastapi_guards import Guards
from backwright_workbench.codebase.frameworks.fastapi_names import (
    COLLECTIONS,
    KINDS,
    LISTS,
    MANY,
    SOCKETS,
    VERBS,
    is_foreign,
    registers,
    status,
)
from backwright_workbench.codebase.frameworks.hub_facts import Hub, Spot, Way
from backwright_workbench.codebase.frameworks.hubs import Hubs
from backwright_workbench.codebase.frameworks.middleware import Reach
from backwright_workbench.codebase.frameworks.parameters import parameters
from backwright_workbench.codebase.frameworks.purposes import Purposes
from backwright_workbench.codebase.frameworks.rest import action_of

PARAMETER = re.compile(r"\{(\w+):\w+\}")
SKIPPED = (Role.TEST, Role.VENDORED, Role.MIGRATION)
PURPOSEFUL = frozenset({Purpose.DATABASE, Purpose.OTHER})


def read(app: Application) -> None:
    """Fills routes, applications, middleware and error handlers."""
    tops = {
        each.partition(".")[0] for module in app.project.modules.values() for each in module.imports.values()
    }
    if tops & {"fastapi", "starlette", "fastapi_utils", "fastapi_restful"}:
        Reader(app).read()


class Reader:
    """Reads one application."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._purposes = Purposes(app)
        self._guards = Guards(app, self._purposes)
        self._hubs = Hubs(app, KINDS)
        self._everywhere: list[tuple[str, Reach, Guard]] = []
        self._is_dynamic = False
        """Whether something is included of which nobody can tell what it is."""
        self._found: list[tuple[Route, list[Hub]]] = []

    def read(self) -> None:
        """Reads hubs, what hangs on them, and then the routes with all that lies on the way."""
        for hub in self._hubs.all.values():
            self._hub(hub)
        for spot in self._hubs.spots:
            self._call(spot)
        for module in self._app.project.modules.values():
            for function in module.everything:
                for decorator in function.decorators:
                    if isinstance(decorator, s.Call) and isinstance(decorator.callee, s.Attribute):
                        self._decorated(function, decorator, decorator.callee)
        self._everywhere = starlette.read(self._app, self._hubs, self._purposes)
        self._finish()

    # Applications and routers

    def _hub(self, hub: Hub) -> None:
        hub.prefix = text_value(
            self._app, hub.call.keyword("prefix") or hub.call.keyword("root_prefix"), hub.function
        )
        level = Level.APP if hub.kind == "app" else Level.ROUTER
        hub.guards = list(
            self._guards.listed(hub.call.keyword("dependencies"), hub.function, hub.module, level)
        )
        place = hub.module.at(hub.call)
        if hub.kind == "app" and hub.module.role not in SKIPPED:
            options = plain_options(self._app, hub.call, hub.function)
            framework = "starlette" if "starlette" in hub.call.refers else "fastapi"
            self._app.apps.append(WebApp(hub.name, framework, place, options))
        for routes in (hub.call.keyword("routes"),):
            for each in listed(self._app, routes, hub.function):
                self._in_list(each, hub, hub.function, hub.module, "", [])

    def _in_list(
        self,
        node: s.Expression,
        hub: Hub,
        function: Function | None,
        module: Module,
        prefix: str,
        guards: list[Guard],
    ) -> None:
        """`Route`, `Mount` and `WebSocketRoute` of Starlette, in the list of an application or mount."""
        if not isinstance(node, s.Call):
            return
        path = prefix + text_value(self._app, node.argument(0, "path"), function)
        if node.name in ("Route", "WebSocketRoute", "APIRoute"):
            methods = ("WEBSOCKET",) if node.name == "WebSocketRoute" else self._methods(node, ("GET",))
            self._endpoint(node.argument(1, "endpoint"), methods, path, node, module, function, [hub], guards)
        elif node.name in ("Mount", "Host"):
            inner = node.argument(1, "app")
            more = [*guards, *starlette.mount_guards(self._app, self._purposes, node, function, module)]
            for each in listed(self._app, node.keyword("routes"), function):
                self._in_list(each, hub, function, module, path, more)
            for child in self._hubs.of(inner, function):
                self._hubs.hang(inner, Spot(node, module, function, {}), [hub], path, lambda: list(more))
                del child
                break

    def _call(self, spot: Spot) -> None:
        call, callee = spot.call, spot.call.callee
        if isinstance(callee, s.Call) and isinstance(
            callee.callee, s.Attribute
        ):  # `router.get("/")(handler)`
            hubs = self._hubs.of(callee.callee.base, spot.function, spot.rows)
            if hubs and callee.callee.name in VERBS | {"api_route"} and call.args:
                self._registered(callee, callee.callee.name, call.args[0], spot, hubs)
            return
        if not isinstance(callee, s.Attribute):
            return
        if callee.name in ("include_router", "mount", "include_routers"):
            self._included(spot, callee)
        elif callee.name in ("add_api_route", "add_route", "add_websocket_route", "add_api_websocket_route"):
            hubs = self._hubs.of(callee.base, spot.function, spot.rows)
            if hubs:
                self._registered(call, callee.name, call.argument(1, "endpoint"), spot, hubs)
        elif callee.name == "add_resource" and len(call.args) > 1:
            hubs = self._hubs.of(callee.base, spot.function, spot.rows)
            resource = self._app.types.of(call.args[0], spot.function)
            view = self._app.project.classes.get(resource.name) if resource else None
            if hubs and view is not None:
                self._view(
                    view,
                    text_value(self._app, call.args[1], spot.function, spot.rows),
                    spot.module,
                    call,
                    hubs,
                    [],
                )

    def _included(self, spot: Spot, callee: s.Attribute) -> None:
        parents = self._hubs.of(callee.base, spot.function, spot.rows)
        call = spot.call
        is_mount = callee.name == "mount"
        child = call.argument(1, "app") if is_mount else call.argument(0, "router")
        if not parents and s.last_name(callee.base) not in (
            "app",
            "application",
            "api",
            "router",
            "api_router",
        ):
            return
        given = call.argument(0, "path") if is_mount else call.keyword("prefix")
        prefix = text_value(self._app, given, spot.function, spot.rows)
        if not parents:
            parents = [each for each in self._hubs.all.values() if each.kind == "app"][:1]
        if not parents:
            return
        level = Level.APP if parents[0].kind == "app" else Level.ROUTER
        is_known = self._hubs.hang(
            child,
            spot,
            parents,
            prefix,
            lambda: list(
                self._guards.listed(call.keyword("dependencies"), spot.function, spot.module, level)
            ),
        )
        if not is_known and not is_mount and spot.module.role not in SKIPPED:
            self._is_dynamic = self._is_dynamic or not is_foreign(self._app, child)

    # Routes

    def _decorated(self, function: Function, decorator: s.Call, callee: s.Attribute) -> None:
        if callee.name not in VERBS | SOCKETS | MANY:
            return
        hubs = self._hubs.of(callee.base, function.inside)
        if (
            not hubs and function.owner is not None and isinstance(callee.base, s.Name)
        ):  # a router of the class
            value = function.owner.value(callee.base.id)
            hubs = self._hubs.of(value, None)
        if not hubs and not self._seems(function.module, decorator, callee):
            return
        methods = self._methods(decorator, ("GET",)) if callee.name in MANY else (callee.name.upper(),)
        methods = ("WEBSOCKET",) if callee.name in SOCKETS else methods
        path = text_value(self._app, decorator.argument(0, "path"), function.inside)
        route = self._route(function, methods, path, decorator, function.module, function.inside)
        below = function.decorators[
            function.decorators.index(decorator) + 1 :
        ]  # those above see nothing of it
        others = [each for each in below if not registers(each)]
        route.guards += self._guards.attached(others, function)
        self._found.append((route, hubs))

    def _seems(self, module: Module, decorator: s.Call, callee: s.Attribute) -> bool:
        """A router that is handed over by somebody unknown, in a file that imports FastAPI."""
        tops = {each.partition(".")[0] for each in module.imports.values()}
        text = s.text_of(decorator.argument(0, "path"))
        root = s.root_of(callee.base)
        is_named = isinstance(root, s.Name) and root.id.lower().endswith(
            ("app", "router", "api", "self", "application")
        )
        others = {"flask", "aiohttp", "sanic", "litestar", "quart", "ninja", "robyn", "httpx", "requests"}
        return (
            is_named
            and "fastapi" in tops
            and not tops & others
            and text is not None
            and text[:1] in ("/", "")
        )

    def _registered(
        self, call: s.Call, name: str, endpoint: s.Expression | None, spot: Spot, hubs: list[Hub]
    ) -> None:
        methods = ("WEBSOCKET",) if name in SOCKETS else self._methods(call, ("GET",))
        methods = (name.upper(),) if name in VERBS else methods
        path = text_value(self._app, call.argument(0, "path"), spot.function, spot.rows)
        self._endpoint(endpoint, methods, path, call, spot.module, spot.function, hubs, [], spot.rows)

    def _endpoint(
        self, endpoint: s.Expression | None, methods: tuple[str, ...], path: str, call: s.Call, module: Module,
        function: Function | None, hubs: list[Hub], guards: list[Guard], rows: Rows | None = None,
    ) -> None:  # fmt: skip
        endpoint = (rows or {}).get(endpoint.id, endpoint) if isinstance(endpoint, s.Name) else endpoint
        found = self._purposes.definition(endpoint) if endpoint is not None else None
        if found is None and isinstance(endpoint, s.Name) and function is not None:
            found = next((each for each in function.functions if each.name == endpoint.id), None)
        if found is None and isinstance(endpoint, s.Attribute):
            owner = self._app.types.of(endpoint.base, function)
            each = self._app.project.classes.get(owner.name) if owner else None
            found = self._app.project.method(each, endpoint.name) if each else None
        if isinstance(found, Class):
            self._view(found, path, module, call, hubs, guards)
        elif isinstance(found, Function):
            route = self._route(found, methods, path, call, module, function)
            route.guards = [
                *guards,
                *route.guards,
                *self._guards.attached([d for d in found.decorators if not registers(d)], found),
            ]
            self._found.append((route, hubs))

    def _view(
        self, view: Class, path: str, module: Module, call: s.Call, hubs: list[Hub], guards: list[Guard]
    ) -> None:
        """A class with a method for each verb: `HTTPEndpoint`, `Resource`."""
        for name in sorted(VERBS):
            method = self._app.project.method(view, name)
            if method is not None:
                route = self._route(method, (name.upper(),), path, call, module, None)
                route.view = view
                route.guards = [
                    *guards,
                    *route.guards,
                    *self._guards.attached([d for d in method.decorators if not registers(d)], method),
                ]
                self._found.append((route, hubs))

    def _route(
        self,
        function: Function,
        methods: tuple[str, ...],
        path: str,
        call: s.Call,
        module: Module,
        inside: Function | None,
    ) -> Route:
        route = Route(
            methods, PARAMETER.sub(r"{\1}", path), function, None, function.place, module.at(call), "fastapi"
        )
        route.status = status(call.keyword("status_code"))
        route.guards += self._guards.listed(call.keyword("dependencies"), inside, module, Level.ROUTE)
        if function.owner is not None and any(
            s.last_name(each) in ("cbv", "controller") for each in function.owner.decorators
        ):
            route.view = function.owner
            route.guards += self._guards.of_class(function.owner)
        route.guards += self._guards.of_parameters(function)
        self._answers(route, call, function)
        return route

    def _answers(self, route: Route, call: s.Call, function: Function) -> None:
        model = call.keyword("response_model")
        given = model if model is not None and s.constant(model) is ... else function.returns
        if model is not None and s.constant(model) is None:
            given = None
        kind = self._app.types.annotated(given)
        if kind is not None:
            outer = kind.name.rpartition(".")[2]
            route.answers_many = (kind.item is not None and outer.lower() in LISTS) or outer in COLLECTIONS
            name = kind.item.name if kind.item and kind.item.name in self._app.project.classes else kind.name
            route.answers = self._app.project.classes.get(name)

    def _methods(self, call: s.Call, default: tuple[str, ...]) -> tuple[str, ...]:
        found = [s.text_of(each) for each in listed(self._app, call.keyword("methods"), None)]
        return tuple(each.upper() for each in found if each) or default

    # All together

    def _finish(self) -> None:
        is_library = not any(each.kind == "app" for each in self._hubs.all.values())
        bodies: dict[Function, list[Guard]] = {}
        done: set[tuple[Function | None, tuple[str, ...], str]] = set()
        for route, hubs in self._found:
            handler = route.handler
            if (
                handler is None
                or handler.module.role in SKIPPED
                or (handler, route.methods, route.path) in done
            ):
                continue
            done.add((handler, route.methods, route.path))
            ways = [way for hub in hubs for way in self._hubs.ways(hub)]
            ways = [each for each in ways if each.is_reachable] or ways
            way = min(ways, key=lambda each: len(each.guards)) if ways else Way("", [], "", True)
            route.path = PARAMETER.sub(r"{\1}", way.prefix + route.path) or "/"
            route.app = way.app
            route.is_reachable = way.is_reachable or self._is_dynamic or is_library
            wide = [
                guard
                for app, reach, guard in self._everywhere
                if reach.covers(route.path) and app in ("", way.app)
            ]
            if handler not in bodies:
                bodies[handler] = self._purposes.body_guards(handler)
            route.guards = [*wide, *way.guards, *route.guards, *bodies[handler]]
            route.parameters = parameters(self._app, handler, route.path)
            route.action = action_of(route.methods[0], route.path, handler.name, route.answers_many)
            if hubs and "starlette" in hubs[0].call.refers:
                route.framework = "starlette"
            self._app.routes.append(route)
        for name in ("fastapi", "starlette"):
            used = {each.framework for each in self._app.routes} | {each.framework for each in self._app.apps}
            if name in used and name not in self._app.frameworks:
                self._app.frameworks.append(name)
