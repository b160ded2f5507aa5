"""Middleware and error handlers of FastAPI and Starlette.

What lives here: how they are registered. What must not: routes (`fastapi.py`).
"""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Class, Function, Module, Role
from backwright_workbench.codebase.facts.values import listed, looked_up, plain_options, plain_value
from backwright_workbench.codebase.facts.web import ErrorHandler, Guard, Middleware, Purpose
from backwright_workbench.codebase.frameworks.hub_facts import Spot
from backwright_workbench.codebase.frameworks.hubs import Hubs
from backwright_workbench.codebase.frameworks.middleware import GUARDING, Reach, entrance, guard_of, reach_of
from backwright_workbench.codebase.frameworks.purposes import Purposes

GENERAL = frozenset(
    ["Exception", "BaseException", "500", "HTTP_500_INTERNAL_SERVER_ERROR", "INTERNAL_SERVER_ERROR"]
)
SKIPPED = (Role.TEST, Role.VENDORED, Role.MIGRATION)
WRAPPERS = ("CORSMiddleware", "SessionMiddleware", "SecureHeadersMiddleware")
"""Middleware that people also put around an application by hand: `app = CORSMiddleware(app, …)`."""
Wide = tuple[str, Reach, Guard]
"""The application, the paths and the guard of something that stands in front of every route."""


def read(app: Application, hubs: Hubs, purposes: Purposes) -> list[Wide]:
    """Fills middleware and error handlers; gives the middleware that guards routes."""
    found = Found(app, hubs, purposes)
    for hub in hubs.all.values():
        for each in listed(app, hub.call.keyword("middleware"), hub.function):
            if isinstance(each, s.Call) and each.args:
                found.add(each.args[0], each, hub.module, hub.function, hub.name)
        handlers = looked_up(app, hub.call.keyword("exception_handlers"), hub.function)
        if isinstance(handlers, s.Pairs):
            for key, value in zip(handlers.keys, handlers.values, strict=True):
                if key is not None:
                    found.handles([key], value, hub.module, hub.call, hub.function)
    for spot in hubs.spots:
        found.call(spot)
    for module in app.project.modules.values():
        for function in module.everything:
            for decorator in function.decorators:
                if isinstance(decorator, s.Call) and isinstance(decorator.callee, s.Attribute):
                    found.decorated(function, decorator, decorator.callee)
    return found.wide


def mount_guards(
    app: Application, purposes: Purposes, mount: s.Call, function: Function | None, module: Module
) -> Iterator[Guard]:
    """What the middleware of a mount guards."""
    for each in listed(app, mount.keyword("middleware"), function):
        if isinstance(each, s.Call) and each.args:
            guard = guard_of(app, purposes, each.args[0], each, module.path)
            if guard is not None:
                yield guard


class Found:
    """What is found while the calls of a project are gone through."""

    def __init__(self, app: Application, hubs: Hubs, purposes: Purposes) -> None:
        self._app = app
        self._hubs = hubs
        self._purposes = purposes
        self.wide: list[Wide] = []

    def call(self, spot: Spot) -> None:
        """`add_middleware`, `add_exception_handler`, and middleware put around an application."""
        call, callee = spot.call, spot.call.callee
        if isinstance(callee, s.Attribute) and callee.name in (
            "add_middleware",
            "add_exception_handler",
            "middleware",
        ):
            hubs = self._hubs.of(callee.base, spot.function, spot.rows)
            if not hubs and s.last_name(callee.base) not in (
                "app",
                "application",
                "api",
                "_app",
                "fastapi_app",
            ):
                return
            name = hubs[0].name if hubs else ""
            if callee.name == "add_middleware" and (call.args or call.keyword("middleware_class")):
                what = call.argument(0, "middleware_class")
                if s.last_name(what) == "BaseHTTPMiddleware":
                    what = call.keyword("dispatch") or what
                what = spot.rows.get(what.id, what) if isinstance(what, s.Name) else what
                if what is not None:
                    self.add(what, call, spot.module, spot.function, name)
            elif callee.name == "add_exception_handler" and len(call.args) > 1:
                error = call.args[0]
                error = spot.rows.get(error.id, error) if isinstance(error, s.Name) else error
                self.handles([error], call.args[1], spot.module, call, spot.function)
        elif isinstance(callee, s.Call) and isinstance(callee.callee, s.Attribute) and call.args:
            if callee.callee.name == "middleware" and self._hubs.of(callee.callee.base, spot.function):
                self.add(call.args[0], callee, spot.module, spot.function, "")
        elif call.name in WRAPPERS and (call.args or call.keyword("app")) and "Middleware" in call.refers:
            hubs = self._hubs.of(call.argument(0, "app"), spot.function)
            if hubs:
                self.add(callee, call, spot.module, spot.function, hubs[0].name)

    def decorated(self, function: Function, decorator: s.Call, callee: s.Attribute) -> None:
        """`@app.middleware("http")` and `@app.exception_handler(…)`."""
        if callee.name not in ("middleware", "exception_handler"):
            return
        hubs = self._hubs.of(callee.base, function.inside)
        if not hubs and s.last_name(callee.base) not in ("app", "application", "api"):
            return
        if callee.name == "middleware":
            self.add(function, decorator, function.module, function, hubs[0].name if hubs else "")
        else:
            self._handles(decorator.args, function, function.module, decorator)

    def add(
        self,
        what: s.Expression | Function,
        call: s.Call,
        module: Module,
        function: Function | None,
        name: str,
    ) -> None:
        """A middleware of an application."""
        if module.role in SKIPPED:
            return
        purposes = self._purposes.of(what)
        options = plain_options(self._app, call, function)
        said = what.name if isinstance(what, Function) else s.last_name(what) or s.written(what)
        own = self._purposes.definition(what)
        place = own.head if isinstance(own, Function) and own is what else module.at(call)
        if not isinstance(own, Function | Class):
            purposes -= {Purpose.DATABASE}
        self._app.middleware.append(
            Middleware(said, purposes or frozenset({Purpose.OTHER}), place, options, name)
        )
        guard = guard_of(self._app, self._purposes, what, call, module.path) if purposes & GUARDING else None
        if guard is not None:
            self.wide.append((name, reach_of(self._app, entrance(self._app, own)), guard))

    def handles(
        self,
        errors: list[s.Expression],
        handler: s.Expression,
        module: Module,
        at: s.Call,
        function: Function | None,
    ) -> None:
        """An error handler that is handed over."""
        found = self._purposes.definition(handler)
        if found is None and isinstance(handler, s.Name) and function is not None:
            found = next((each for each in function.functions if each.name == handler.id), None)
        self._handles(errors, found if isinstance(found, Function) else None, module, at)

    def _handles(
        self, errors: list[s.Expression], handler: Function | None, module: Module, at: s.Call
    ) -> None:
        if module.role in SKIPPED:
            return
        names: list[str] = []
        for each in errors:
            value = plain_value(self._app, each, None)
            names.append(str(value) if isinstance(value, int) else s.last_name(each))
        place = handler.head if handler is not None else module.at(at)
        general = any(each in GENERAL for each in names)
        self._app.error_handlers.append(ErrorHandler(tuple(names), handler, place, general))
