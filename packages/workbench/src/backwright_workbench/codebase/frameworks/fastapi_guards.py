"""What FastAPI lets stand before a handler: dependencies of routers, decorators, classes and parameters.

What lives here: where guards are attached. What must not: what they are for (`purposes.py`).
"""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Class, Function, Module
from backwright_workbench.codebase.facts.values import listed as items_of
from backwright_workbench.codebase.facts.values import looked_up
from backwright_workbench.codebase.facts.web import Guard, Level, Purpose
from backwright_workbench.codebase.frameworks.depends import GIVERS, givers
from backwright_workbench.codebase.frameworks.purposes import Purposes

INNOCENT = frozenset(
    ["functools.wraps", "typing.no_type_check", "builtins.staticmethod", "builtins.classmethod", "typing.overload"]
)  # fmt: skip


class Guards:
    """Makes the guards of one application."""

    def __init__(self, app: Application, purposes: Purposes) -> None:
        self._app = app
        self._purposes = purposes

    def listed(
        self, node: s.Expression | None, function: Function | None, module: Module, level: Level
    ) -> Iterator[Guard]:
        """The `Depends(…)` of a list: `dependencies=[…]`."""
        for each in items_of(self._app, node, function):
            call = looked_up(self._app, each, function)
            if isinstance(call, s.Call) and call.name in GIVERS:
                provider = call.argument(0, "dependency")
                if provider is not None:
                    yield self._guard(call, provider, level, module, each)

    def _guard(self, call: s.Call, provider: s.Expression, level: Level, module: Module, at: s.Node) -> Guard:
        guard = self._purposes.guard(provider, level, module.at(at))
        if call.name == "Security" and call.argument(1, "scopes") is not None:
            guard.purposes |= {Purpose.AUTHENTICATION, Purpose.AUTHORIZATION}
        return guard

    def of_parameters(self, function: Function) -> Iterator[Guard]:
        """What the parameters of a handler depend on."""
        for param in function.params:
            for call, provider in givers(self._app.project, param):
                yield self._guard(
                    call, provider, Level.ROUTE, function.module, param.annotation or param.default or call
                )

    def of_class(self, owner: Class) -> Iterator[Guard]:
        """What a class of views depends on."""
        for _, assign in owner.assigned():
            value = assign.value
            if isinstance(value, s.Call) and value.name in GIVERS and value.args:
                yield self._guard(value, value.args[0], Level.CLASS, owner.module, assign)

    def attached(self, decorators: list[s.Expression], function: Function) -> list[Guard]:
        """What else decorates a handler: limits, caches, checks of their own."""
        return [
            self._purposes.guard(each, Level.ROUTE, function.module.at(each))
            for each in decorators
            if s.refers(each) not in INNOCENT
        ]
