"""Permissions, throttles and authentication of REST framework as guards.

What lives here: what stands before an action, defaults of the settings counted. What must not: which actions there are.
"""

from collections.abc import Iterable, Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Class, Function, Module
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.facts.web import Guard, Level, Purpose
from backwright_workbench.codebase.frameworks.django_project import MAY, WHO, DjangoProject
from backwright_workbench.codebase.frameworks.drf_choices import SAFE, Chooser
from backwright_workbench.codebase.frameworks.guarding import as_permission, permission_guard

KNOWN = {
    "AllowAny": frozenset[Purpose](),
    "IsAuthenticated": WHO,
    "IsAuthenticatedOrReadOnly": WHO,
    "IsAdminUser": MAY,
    "DjangoModelPermissions": MAY,
    "DjangoModelPermissionsOrAnonReadOnly": MAY,
    "DjangoObjectPermissions": MAY,
    "HasAPIKey": WHO,
    "TokenHasScope": MAY,
    "TokenHasReadWriteScope": MAY,
}
"""Permissions of REST framework and its commonest companions."""
READERS_PASS = frozenset(["IsAuthenticatedOrReadOnly", "DjangoModelPermissionsOrAnonReadOnly"])
LIMITS = frozenset({Purpose.RATE_LIMIT})


class DrfGuards:
    """Answers for one project."""

    def __init__(self, django: DjangoProject) -> None:
        self._django = django
        self._project = django.app.project
        self._defaults = django.settings.mapping("REST_FRAMEWORK")

    def before(self, view: Class, action: str, verb: str, extra: dict[str, s.Expression]) -> list[Guard]:
        """The guards of one action of a view; `extra` are the arguments of its `@action`."""
        guards = self.permissions(view, action, verb, extra)
        chooser = Chooser(self._project, view, action, verb)
        found = self._chosen(chooser, view, "throttle_classes", "get_throttles", extra)
        throttles = found if found is not None else self._default_names("DEFAULT_THROTTLE_CLASSES")
        scoped = self._project.attribute(view, "throttle_scope") is not None
        guards += [
            Guard(name, LIMITS, Level.CLASS, view.place)
            for name in map(_last, throttles)
            if name != "ScopedRateThrottle" or scoped
        ]
        backends = self._chosen(chooser, view, "authentication_classes", "get_authenticators", extra)
        guards += [Guard(_last(each), WHO, Level.CLASS, view.place, optional=True) for each in backends or []]
        return guards

    def permissions(self, view: Class, action: str, verb: str, extra: dict[str, s.Expression]) -> list[Guard]:
        """What decides whether a caller may."""
        chooser = Chooser(self._project, view, action, verb)
        found = self._chosen(chooser, view, "permission_classes", "get_permissions", extra)
        if found is None:
            return self._default_permissions(view.place, verb)
        return [guard for each in found for guard in self._permission(each, verb, view.module, Level.CLASS)]

    def of_function(self, view: Function, verb: str) -> list[Guard]:
        """The guards of a view that is a function under `@api_view`."""
        guards: list[Guard] = []
        asked = False
        for each in view.decorators:
            if not isinstance(each, s.Call) or not each.args:
                continue
            items = each.args[0].items if isinstance(each.args[0], s.Group) else [each.args[0]]
            name = s.last_name(each)
            if name == "permission_classes":
                asked = True
                for item in items:
                    guards += self._permission(item, verb, view.module, Level.ROUTE)
            elif name == "throttle_classes":
                place = view.module.at(each)
                guards += [Guard(s.last_name(item), LIMITS, Level.ROUTE, place) for item in items]
        if not any(s.last_name(each) == "throttle_classes" for each in view.decorators):
            names = [_last(each) for each in self._default_names("DEFAULT_THROTTLE_CLASSES")]
            guards += [
                Guard(each, LIMITS, Level.APP, view.head) for each in names if each != "ScopedRateThrottle"
            ]
        return guards if asked else [*guards, *self._default_permissions(view.head, verb)]

    def _chosen(
        self, chooser: Chooser, view: Class, attribute: str, method: str, extra: dict[str, s.Expression]
    ) -> list[s.Expression | str] | None:
        """The classes that a view names for an action; None if it leaves them to the settings."""
        own = self._project.method(view, method)
        if own is not None:
            found = chooser.returned(own, attribute)
            if found or self._project.attribute(view, attribute) is None:
                return [*found] if found else None
        if attribute in extra:
            return [*chooser.items(extra[attribute], attribute)]
        given = self._project.attribute(view, attribute)
        return [*chooser.items(given[1], attribute)] if given else None

    def _default_names(self, name: str) -> list[s.Expression | str]:
        return [*self._django.settings.names_in(self._defaults.get(name))]

    def _default_permissions(self, place: Place, verb: str) -> list[Guard]:
        guards = []
        for name in self._django.settings.names_in(self._defaults.get("DEFAULT_PERMISSION_CLASSES")):
            own = self._own(name)
            if own is not None:
                guard = as_permission(self._django.purposes.guard(own, Level.APP, place), own)
                if verb in SAFE and _lets_readers_pass(own):
                    guard.optional = True
                guards.append(guard)
            else:
                guards += _known(name.rpartition(".")[2], verb, Level.APP, place)
        return guards

    def _own(self, name: str) -> Class | None:
        found = [
            each
            for known, each in self._project.classes.items()
            if known == name or known.endswith(f".{name}")
        ]
        return found[0] if found else None

    def _permission(
        self, node: s.Expression | str, verb: str, module: Module, level: Level
    ) -> Iterator[Guard]:
        """The guards of a permission; of `A | B` only what both ask for."""
        if isinstance(node, str):
            return
        match node:
            case s.Operation(operator="&", operands=operands):
                for each in operands:
                    yield from self._permission(each, verb, module, level)
            case s.Operation(operator="|", operands=operands):
                sides = [list(self._permission(each, verb, module, level)) for each in operands]
                common = [_purposes(each) for each in sides]
                shared = frozenset.intersection(*common) if common else frozenset()
                if shared:
                    name = " | ".join(s.last_name(each) for each in operands)
                    yield Guard(name, shared, level, module.at(node))
            case s.Operation():
                return
            case s.Call() if not s.refers(node):
                return
            case _:
                name = s.last_name(node)
                if name in KNOWN and not isinstance(self._project.definition(s.refers(node)), Class):
                    yield from _known(name, verb, level, module.at(node))
                else:
                    inner = node.callee if isinstance(node, s.Call) and not node.args else node
                    yield self._custom(inner, verb, level, module)

    def _custom(self, node: s.Expression, verb: str, level: Level, module: Module) -> Guard:
        """A permission of the project: by its body, and what it inherits from."""
        guard = permission_guard(self._django.purposes, self._project, node, level, module)
        if verb in SAFE and _lets_readers_pass(self._project.classes.get(s.refers(node))):
            guard.optional = True
        return guard


def _lets_readers_pass(found: Class | None) -> bool:
    """Whether a permission answers True for safe methods: `if request.method in SAFE_METHODS: return True`."""
    method = (
        found.methods.get("has_permission") or found.methods.get("has_object_permission") if found else None
    )
    if method is None:
        return False
    for node in method.walk():
        if isinstance(node, s.Branch):
            texts = {
                s.last_name(each) for each in s.walk(node.test) if isinstance(each, s.Name | s.Attribute)
            }
            passes = any(isinstance(each, s.Return) and s.constant(each.value) is True for each in node.body)
            is_not = isinstance(node.test, s.Operation) and node.test.operator in ("not in", "not", "and")
            if "SAFE_METHODS" in texts and passes and not is_not:
                return True
    return False


def _known(name: str, verb: str, level: Level, place: Place) -> list[Guard]:
    purposes = KNOWN.get(name)
    if purposes is None or not purposes:
        return []
    return [Guard(name, purposes, level, place, optional=name in READERS_PASS and verb in SAFE)]


def _purposes(guards: Iterable[Guard]) -> frozenset[Purpose]:
    return frozenset(purpose for each in guards if not each.optional for purpose in each.purposes)


def _last(node: s.Expression | str) -> str:
    return node.rpartition(".")[2] if isinstance(node, str) else s.last_name(node)
