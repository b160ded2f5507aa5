"""Litestar (and Starlite, as it was called): handlers, controllers, routers and applications.

What lives here: which handler is in which layers. What must not: what a layer adds (`litestar_layers.py`).
"""

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Class, Function, Role
from backwright_workbench.codebase.facts.values import listed, looked_up, plain_options
from backwright_workbench.codebase.facts.web import (
    ErrorHandler,
    Level,
    Middleware,
    Purpose,
    Route,
    WebApp,
)
from backwright_workbench.codebase.frameworks.hub_facts import Hub
from backwright_workbench.codebase.frameworks.hubs import Hubs
from backwright_workbench.codebase.frameworks.litestar_handlers import (
    PARAMETER,
    answers,
    methods,
    parameters,
    provided,
)
from backwright_workbench.codebase.frameworks.litestar_layers import Gate, Layer, Layers
from backwright_workbench.codebase.frameworks.purposes import Purposes
from backwright_workbench.codebase.frameworks.rest import action_of

KINDS = {
    "litestar.Litestar": "app", "litestar.app.Litestar": "app", "starlite.Starlite": "app",
    "starlite.app.Starlite": "app",
    "litestar.Router": "router", "litestar.router.Router": "router", "starlite.Router": "router",
}  # fmt: skip
CONTROLLERS = (
    "litestar.Controller",
    "litestar.controller.Controller",
    "starlite.Controller",
    "litestar.handlers.Controller",
)
VERBS = frozenset(
    ["get", "post", "put", "patch", "delete", "head", "route", "websocket", "websocket_listener"]
)
SKIPPED = (Role.TEST, Role.VENDORED, Role.MIGRATION)
GENERAL = frozenset(["Exception", "500", "HTTP_500_INTERNAL_SERVER_ERROR"])
CONFIGS = {"cors_config": Purpose.CORS, "csrf_config": Purpose.CSRF}
DEEPEST = 8


def read(app: Application) -> None:
    """Fills routes, applications, middleware and error handlers."""
    tops = {
        each.partition(".")[0] for module in app.project.modules.values() for each in module.imports.values()
    }
    if tops & {"litestar", "starlite"}:
        Reader(app).read()


class Reader:
    """Reads one application."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._purposes = Purposes(app)
        self._hubs = Hubs(app, KINDS)
        self._layers = Layers(app, self._purposes)
        self._layer: dict[Hub, Layer] = {}
        self._parents: dict[Hub | Function | Class, list[Hub]] = {}
        self._is_dynamic = False

    def read(self) -> None:
        """Reads layers, then who is registered where, then the handlers."""
        for hub in self._hubs.all.values():
            level = Level.APP if hub.kind == "app" else Level.ROUTER
            self._layer[hub] = self._layers.called(hub.call, hub.module, hub.function, level)
            first = hub.call.args[:1] if hub.kind == "app" else hub.call.args[1:2]
            self._register(hub.call.keyword("route_handlers") or next(iter(first), None), hub, hub.function)
            if hub.kind == "app" and hub.module.role not in SKIPPED:
                self._application(hub)
        self._plugins()
        for function in [each for module in self._app.project.modules.values() for each in module.everything]:
            for decorator in function.decorators:
                if _is_handler(decorator) and function.module.role not in SKIPPED:
                    self._handler(
                        function, decorator if isinstance(decorator, s.Call) else None, s.last_name(decorator)
                    )
        if (
            any(each.framework == "litestar" for each in (*self._app.routes,))
            and "litestar" not in self._app.frameworks
        ):
            self._app.frameworks.append("litestar")

    def _register(
        self, node: s.Expression | None, hub: Hub, function: Function | None, depth: int = 0
    ) -> None:
        if depth > DEEPEST:
            return
        for each in listed(self._app, node, function):
            hubs = self._hubs.of(each, function)
            found = self._purposes.definition(each) if not isinstance(each, s.Call) else None
            for child in hubs:
                self._parents.setdefault(child, []).append(hub)
            if isinstance(found, Function | Class):
                self._parents.setdefault(found, []).append(hub)
            elif not hubs:
                inner = looked_up(self._app, each, function)
                if isinstance(inner, s.Group):
                    self._register(inner, hub, function, depth + 1)
                else:
                    self._is_dynamic = True
        found_list = looked_up(self._app, node, function)
        if node is not None and not isinstance(found_list, s.Group | s.Operation):
            self._is_dynamic = True

    def _plugins(self) -> None:
        """What plugins add: `app_config.route_handlers.extend(…)`, `app.register(…)`, security that is switched on."""
        apps = [each for each in self._hubs.all.values() if each.kind == "app"]
        for spot in self._hubs.spots:
            callee = spot.call.callee
            if not isinstance(callee, s.Attribute) or not apps or spot.module.role in SKIPPED:
                continue
            if (
                callee.name in ("extend", "append")
                and s.last_name(callee.base) == "route_handlers"
                and spot.call.args
            ):
                at = spot.call
                given = (
                    at.args[0]
                    if callee.name == "extend"
                    else s.Group(at.line, at.end, at.column, "list", at.args[:1])
                )
                self._register(given, apps[0], spot.function)
            elif callee.name == "register" and spot.call.args:
                for hub in self._hubs.of(callee.base, spot.function, spot.rows):
                    at = spot.call
                    self._register(
                        s.Group(at.line, at.end, at.column, "list", at.args[:1]), hub, spot.function
                    )
            elif callee.name == "on_app_init":
                self._layer[apps[0]].gates.extend(self._layers.security(callee, spot.module, spot.function))
            elif callee.name in ("extend", "append") and s.last_name(callee.base) == "middleware":
                for each in spot.call.args:
                    for item in listed(self._app, each, spot.function) or [each]:
                        self._layer[apps[0]].gates.extend(self._layers.gate(item, spot.module, spot.function))

    def _application(self, hub: Hub) -> None:
        app, call = self._app, hub.call
        app.apps.append(
            WebApp(hub.name, "litestar", hub.module.at(call), plain_options(app, call, hub.function))
        )
        for each in listed(app, call.keyword("middleware"), hub.function):
            what = looked_up(app, each, hub.function)
            inner = (
                what.args[0]
                if isinstance(what, s.Call) and what.name == "DefineMiddleware" and what.args
                else each
            )
            base = looked_up(app, inner.base, hub.function) if isinstance(inner, s.Attribute) else None
            named = base if isinstance(base, s.Call) else inner
            options = plain_options(app, named, hub.function) if isinstance(named, s.Call) else {}
            said = s.last_name(named)
            app.middleware.append(
                Middleware(said, self._purposes.of(named), hub.module.at(each), options, hub.name)
            )
        for name, purpose in CONFIGS.items():
            config = looked_up(app, call.keyword(name), hub.function)
            if config is not None and s.constant(config) is not None:
                options = plain_options(app, config, hub.function) if isinstance(config, s.Call) else {}
                place = hub.module.at(call.keyword(name) or call)
                app.middleware.append(
                    Middleware(s.last_name(config) or name, frozenset({purpose}), place, options, hub.name)
                )
        handlers = looked_up(app, call.keyword("exception_handlers"), hub.function)
        if isinstance(handlers, s.Pairs):
            for key, value in zip(handlers.keys, handlers.values, strict=True):
                error = str(s.constant(key)) if isinstance(key, s.Literal) else s.last_name(key)
                found = self._purposes.definition(value)
                function = found if isinstance(found, Function) else None
                place = function.head if function else hub.module.at(value)
                app.error_handlers.append(ErrorHandler((error,), function, place, error in GENERAL))

    # Handlers

    def _handler(self, function: Function, call: s.Call | None, verb: str) -> None:
        owner = function.owner
        layers: list[Layer] = []
        own = self._layers.called(call, function.module, function, Level.ROUTE) if call else Layer()
        layers.append(own)
        if owner is not None and self._app.project.inherits(owner, *CONTROLLERS):
            layers.append(self._layers.controller(owner))
        registered: Function | Class = owner if owner is not None else function
        hub, is_reachable, above = self._above(registered)
        layers = [*reversed(layers)]
        layers = [*above, *layers]
        path = "/" + "/".join(part for part in (each.path.strip("/") for each in layers) if part)
        route = Route(
            methods(self._app, call, verb), PARAMETER.sub(r"{\1}", path), function, owner, function.place,
            function.module.at(call or function.decorators[0]), "litestar",
        )  # fmt: skip
        route.app = hub.name if hub else ""
        route.is_reachable = is_reachable or self._is_dynamic or not self._hubs.all
        provides = {name: value for each in layers for name, value in each.provides.items()}
        route.guards = [guard for each in layers for guard in each.guards]
        is_exempt = any(each.is_exempt for each in layers)
        gates: list[Gate] = [gate for each in layers for gate in each.gates]
        route.guards = [gate.guard for gate in gates if gate.covers(route.path, is_exempt)] + route.guards
        route.guards += provided(self._purposes, function, provides)
        route.guards += self._purposes.body_guards(function)
        route.parameters = list(parameters(self._app, self._purposes, function, route.path, provides))
        answers(self._app, route, function, call)
        route.action = action_of(route.methods[0], route.path, function.name, route.answers_many)
        self._app.routes.append(route)

    def _above(self, start: Function | Class | Hub) -> tuple[Hub | None, bool, list[Layer]]:
        """The application that something is registered at, and the layers between, outermost first."""
        layers: list[Layer] = []
        at: Function | Class | Hub = start
        for _ in range(DEEPEST):
            parents = self._parents.get(at, [])
            if not parents:
                break
            at = parents[0]
            layers.insert(0, self._layer[at])
        if isinstance(at, Hub):
            return at, at.kind == "app", layers
        if isinstance(at, Class):  # a controller that another one inherits from
            for each in self._app.project.subclasses(at.qualified):
                if each in self._parents:
                    return self._above(each)
        return None, False, layers


def _is_handler(decorator: s.Expression) -> bool:
    known = s.refers(decorator)
    return known.partition(".")[0] in ("litestar", "starlite") and known.rpartition(".")[2] in VERBS
