"""What the readers of Django's parts share: settings, what guards are for, the request of a handler.

What lives here: looking at one view's surroundings. What must not: routes.
"""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Class, Function, Module
from backwright_workbench.codebase.facts.web import Guard, Level, Purpose, RouteParameter
from backwright_workbench.codebase.frameworks.django_settings import DjangoSettings
from backwright_workbench.codebase.frameworks.guarding import guard_of, guards_of
from backwright_workbench.codebase.frameworks.instances import Instances
from backwright_workbench.codebase.frameworks.purposes import Purposes
from backwright_workbench.codebase.frameworks.request_reads import DJANGO, reads

OBJECTS = {
    "rest_framework.routers.DefaultRouter": "router", "rest_framework.routers.SimpleRouter": "router",
    "rest_framework.routers.BaseRouter": "router", "rest_framework_nested.routers.DefaultRouter": "router",
    "rest_framework_nested.routers.SimpleRouter": "router",
    "rest_framework_nested.routers.NestedDefaultRouter": "nested",
    "rest_framework_nested.routers.NestedSimpleRouter": "nested",
    "rest_framework_extensions.routers.ExtendedDefaultRouter": "router",
    "rest_framework_extensions.routers.ExtendedSimpleRouter": "router",
    "rest_framework_bulk.routes.BulkRouter": "router", "ninja.NinjaAPI": "ninja", "ninja.main.NinjaAPI": "ninja",
    "ninja_extra.NinjaExtraAPI": "ninja", "ninja.Router": "ninja router", "ninja.router.Router": "ninja router",
}  # fmt: skip
WHO = frozenset({Purpose.AUTHENTICATION})
MAY = frozenset({Purpose.AUTHENTICATION, Purpose.AUTHORIZATION})
MIXINS = {
    "LoginRequiredMixin": WHO,
    "AccessMixin": frozenset[Purpose](),
    "PermissionRequiredMixin": MAY,
    "UserPassesTestMixin": MAY,
    "StaffuserRequiredMixin": MAY,
    "SuperuserRequiredMixin": MAY,
    "GroupRequiredMixin": MAY,
    "CsrfExemptMixin": frozenset[Purpose](),
    "RatelimitMixin": frozenset({Purpose.RATE_LIMIT}),
}
"""Classes that views inherit to be guarded, of Django, django-braces and the like."""
ENTRANCES = (
    "dispatch", "initial", "setup", "check_permissions", "has_permission", "test_func", "handle_no_permission",
)  # fmt: skip
"""Methods that run before the one that answers."""


class DjangoProject:
    """An application seen as a Django project."""

    def __init__(self, app: Application) -> None:
        self.app = app
        self.purposes = Purposes(app)
        self.settings = DjangoSettings(app)
        self.instances = Instances(app, OBJECTS)

    def unwrapped(
        self, node: s.Expression | None, function: Function | None, depth: int = 0
    ) -> tuple[Function | Class | str | None, list[s.Expression], s.Call | None]:
        """What a pattern's view is: function, class (or its full name), what is put around it, and `as_view(…)`."""
        if node is None or depth > 6:
            return None, [], None
        if isinstance(node, s.Call):
            if node.name == "as_view" and isinstance(node.callee, s.Attribute):
                name = s.refers(node.callee.base)
                return self.app.project.classes.get(name) or name or None, [], node
            if node.args:
                found, around, made = self.unwrapped(node.args[-1], function, depth + 1)
                if found is None and isinstance(node.callee, s.Call):
                    return None, [], None
                return found, [node.callee, *around], made
            return None, [], None
        text = s.text_of(node)
        known = self.app.project.definition(s.refers(node)) if text is None else self._by_text(text)
        if known is None:
            value = self.instances.value(node, function)
            if value is not None:
                return self.unwrapped(value[0], value[1], depth + 1)
        return known, [], None

    def _by_text(self, text: str) -> Function | Class | None:
        """A view that is named by a text: the end of a full name."""
        if "." not in text:
            return None
        found = [each for name, each in self.app.project.functions.items() if name.endswith(text)]
        return found[0] if found else None

    def class_guards(self, view: Class, method: str) -> list[Guard]:
        """What the bases, decorators and entrances of a view put before one of its methods."""
        guards: list[Guard] = []
        for name, each in self.app.project.lineage(view):
            last = name.rpartition(".")[2]
            if each is None:
                if last in MIXINS:
                    guards += [Guard(last, MIXINS[last], Level.CLASS, view.place)] if MIXINS[last] else []
                elif last.endswith("Mixin"):
                    purposes = self.purposes.of(name) - {Purpose.OTHER}
                    guards += [Guard(last, purposes, Level.CLASS, view.place)] if purposes else []
                continue
            wanted = [found for found, name in _class_decorators(each) if name in ("", "dispatch", method)]
            guards += self.decorator_guards(wanted, Level.CLASS, each.module)
            for entrance in ENTRANCES:
                own = each.methods.get(entrance)
                if own is not None:
                    guards += self.decorator_guards(own.decorators, Level.CLASS, each.module)
                    guard = self.purposes.guard(own, Level.CLASS, own.head)
                    guards += [guard] if guard.purposes & MAY else []
        return guards

    def decorator_guards(self, decorators: list[s.Expression], level: Level, module: Module) -> list[Guard]:
        """The guards among decorators, those in `method_decorator(…)` too."""
        plain = [inner for each in decorators for inner in unpacked(each)]
        return guards_of(self.purposes, plain, level, module)

    def guard(self, node: s.Expression, level: Level, module: Module) -> Guard:
        """One guard."""
        return guard_of(self.purposes, node, level, module)

    def inputs(self, handler: Function) -> list[RouteParameter]:
        """What a handler reads of the request."""
        at = 1 if handler.owner is not None else 0
        name = handler.params[at].name if len(handler.params) > at else "request"

        def is_request(node: s.Expression) -> bool:
            match node:
                case s.Name(id=found):
                    return found == name or found == "request"
                case s.Attribute(base=s.Name(id="self"), name="request" | "_request"):
                    return True
            return False

        return reads(self.app, handler, is_request, DJANGO)

    def body_guards(self, *functions: Function | None) -> list[Guard]:
        """The checks in bodies, each once."""
        found = [guard for each in functions if each is not None for guard in self.purposes.body_guards(each)]
        return list({(each.name, each.purposes): each for each in found}.values())


def unpacked(decorator: s.Expression) -> Iterator[s.Expression]:
    """A decorator, or what `method_decorator` holds."""
    if isinstance(decorator, s.Call) and s.last_name(decorator) == "method_decorator" and decorator.args:
        inner = decorator.args[0]
        yield from inner.items if isinstance(inner, s.Group) else [inner]
    else:
        yield decorator


def _class_decorators(view: Class) -> Iterator[tuple[s.Expression, str]]:
    """The decorators of a class with the method that each is for; empty for all."""
    for each in view.decorators:
        name = s.text_of(each.argument(1, "name")) if isinstance(each, s.Call) else None
        yield each, name or ""
