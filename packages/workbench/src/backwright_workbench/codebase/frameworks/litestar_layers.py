"""The layers of a Litestar application: what an application, a router, a controller and a handler each add.

What lives here: paths, guards, dependencies and settings of one layer. What must not: which handler is in which.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Class, Function, Module
from backwright_workbench.codebase.facts.values import listed, looked_up, plain_value
from backwright_workbench.codebase.facts.web import Guard, Level, Purpose
from backwright_workbench.codebase.frameworks.middleware import guard_of
from backwright_workbench.codebase.frameworks.purposes import Purposes

AUTH = re.compile(
    r"(?:JWT\w*Auth|OAuth2PasswordBearerAuth|SessionAuth|JWTCookieAuth|AbstractSecurityConfig)$"
)
Look = Callable[[str], s.Expression | None]
"""The value that a layer has under a name: a keyword of a call, or an attribute of a controller."""


@dataclass(slots=True)
class Gate:
    """Something that stands before every route of an application but those that it lets alone."""

    guard: Guard
    but: list[str]

    def covers(self, path: str, is_exempt: bool) -> bool:
        """Whether a route is behind it; Litestar reads what is excluded as regular expressions."""
        return not is_exempt and not any(_found(each, path) for each in self.but)


@dataclass(slots=True)
class Layer:
    """What one layer adds."""

    path: str = ""
    guards: list[Guard] = field(default_factory=list)
    gates: list[Gate] = field(default_factory=list)
    provides: dict[str, tuple[s.Expression, Module]] = field(default_factory=dict)
    """Dependencies by the name of the parameter that asks for them."""
    is_exempt: bool = False


class Layers:
    """Reads layers."""

    def __init__(self, app: Application, purposes: Purposes) -> None:
        self._app = app
        self._purposes = purposes

    def called(self, call: s.Call, module: Module, function: Function | None, level: Level) -> Layer:
        """The layer of `Litestar(…)`, `Router(…)` or a decorator."""
        layer = self._layer(call.keyword, module, function, level)
        given = call.keyword("path") or (call.args[0] if call.args and level is not Level.APP else None)
        value = plain_value(self._app, given, function)
        first = value[0] if isinstance(value, list) and value else value
        layer.path = first if isinstance(first, str) else ""
        return layer

    def controller(self, owner: Class) -> Layer:
        """The layer of a controller; what it inherits counts."""

        def look(name: str) -> s.Expression | None:
            found = self._app.project.attribute(owner, name)
            return found[1] if found else None

        layer = self._layer(look, owner.module, None, Level.CLASS)
        path = plain_value(self._app, look("path"), None)
        layer.path = path if isinstance(path, str) else ""
        return layer

    def _layer(self, look: Look, module: Module, function: Function | None, level: Level) -> Layer:
        layer = Layer()
        for each in listed(self._app, look("guards"), function):
            layer.guards.append(self._purposes.guard(each, level, module.at(each)))
        for name in ("before_request",):
            hook = look(name)
            if hook is not None and s.constant(hook) is ...:
                layer.guards.append(self._purposes.guard(hook, level, module.at(hook)))
        provides = looked_up(self._app, look("dependencies"), function)
        if isinstance(provides, s.Pairs):
            for key, value in zip(provides.keys, provides.values, strict=True):
                text = s.text_of(key)
                if text:
                    layer.provides[text] = (_provider(value), module)
        for each in listed(self._app, look("middleware"), function):
            layer.gates.extend(self.gate(each, module, function))
        for each in listed(self._app, look("on_app_init"), function):
            layer.gates.extend(self.security(each, module, function))
        layer.is_exempt = s.constant(look("exclude_from_auth")) is True or _is_exempt(
            looked_up(self._app, look("opt"), function)
        )
        return layer

    def gate(self, node: s.Expression, module: Module, function: Function | None) -> Iterator[Gate]:
        """A middleware that refuses."""
        found = looked_up(self._app, node, function)
        what: s.Expression = found if found is not None else node
        call = what if isinstance(what, s.Call) else None
        if call is not None and call.name in ("DefineMiddleware", "partial") and call.args:
            what = call.args[0]
        elif isinstance(node, s.Attribute) and node.name == "middleware":  # `RateLimitConfig(…).middleware`
            config = looked_up(self._app, node.base, function)
            what = config if config is not None else node.base
            call = config if isinstance(config, s.Call) else None
        guard = guard_of(self._app, self._purposes, what, node, module.path)
        if guard is not None:
            yield Gate(guard, self._excluded(call, function))

    def security(self, node: s.Expression, module: Module, function: Function | None) -> Iterator[Gate]:
        """`jwt_auth.on_app_init`: Litestar's own authentication for the whole application."""
        if not isinstance(node, s.Attribute) or node.name != "on_app_init":
            return
        made = looked_up(self._app, node.base, function)
        if isinstance(made, s.Call) and (AUTH.search(made.name) or AUTH.search(s.last_name(made.callee))):
            who = frozenset({Purpose.AUTHENTICATION})
            yield Gate(
                Guard(s.written(node.base), who, Level.APP, module.at(node)), self._excluded(made, function)
            )

    def _excluded(self, call: s.Call | None, function: Function | None) -> list[str]:
        value = plain_value(self._app, call.keyword("exclude"), function) if call is not None else None
        return (
            [each for each in value if isinstance(each, str)]
            if isinstance(value, list)
            else ([value] if isinstance(value, str) else [])
        )


def _provider(node: s.Expression) -> s.Expression:
    is_wrapped = isinstance(node, s.Call) and node.name in ("Provide", "create_service_provider")
    return node.args[0] if isinstance(node, s.Call) and is_wrapped and node.args else node


def _is_exempt(node: s.Expression | None) -> bool:
    if not isinstance(node, s.Pairs):
        return False
    pairs = zip(node.keys, node.values, strict=True)
    return any(s.constant(key) == "exclude_from_auth" and s.constant(value) is True for key, value in pairs)


def _found(pattern: str, path: str) -> bool:
    try:
        return bool(re.search(pattern, path))
    except re.error:
        return path.startswith(pattern)
