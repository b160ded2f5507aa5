"""`urlpatterns` of Django across files → paths with their views.

What lives here: `path`, `re_path`, `url`, `include`, lists that are added up. What must not: what a view is.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Function, Module
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.facts.web import RouteParameter
from backwright_workbench.codebase.frameworks.instances import Instances, key_of
from backwright_workbench.codebase.frameworks.paths import (
    braced,
    converted,
    grouped,
    join,
    text_of,
    unregexed,
)

PLAIN = frozenset(["django.urls.path", "django.urls.conf.path"])
REGEX = frozenset(
    ["django.urls.re_path", "django.urls.conf.re_path", "django.conf.urls.url", "django.conf.urls.re_path"]
)
DECLARING = PLAIN | REGEX
PASSING = frozenset(
    ["i18n_patterns", "format_suffix_patterns", "list", "tuple", "patterns", "decorator_include"]
)
DEEPEST = 20
"""Includes in includes, and names of lists, that are followed."""


@dataclass(slots=True, eq=False)
class Entry:
    """A path with what answers it, as written; for routers and APIs the object whose `urls` are included."""

    path: str
    view: s.Expression
    function: Function | None
    module: Module
    declared: Place
    parameters: list[RouteParameter] = field(default_factory=list)
    is_reachable: bool = True
    is_include: bool = False
    """Whether `view` is an object that brings paths of its own."""


@dataclass(slots=True, eq=False)
class _At:
    prefix: str
    parameters: list[RouteParameter]
    depth: int
    is_reachable: bool


class UrlPatterns:
    """Reads all patterns of a project; `entries` gives each path once for each way that leads to it."""

    def __init__(self, app: Application, instances: Instances, root: str | None) -> None:
        self._app = app
        self._instances = instances
        self._root = root
        self._seen: set[int] = set()
        self._reading: list[str] = []
        self._is_complete = True

    def entries(self) -> list[Entry]:
        """From the root module, then what it does not lead to."""
        found: list[Entry] = []
        roots = [module for module in self._with_patterns() if self._is_root(module)]
        for module in roots:
            found += self._of_module(module, _At("", [], 0, True))
        leftovers = [module for module in self._with_patterns() if module.name not in self._visited]
        for module in leftovers:
            found += self._of_module(module, _At("", [], 0, not roots or not self._is_complete))
        for each in self._app.calls("path", "re_path", "url"):
            if id(each.node) not in self._seen and each.node.refers in DECLARING:
                found += self._declared(each.node, each.function, each.module, _At("", [], 0, True))
        return found

    @property
    def _visited(self) -> set[str]:
        return set(self._reading)

    def _with_patterns(self) -> list[Module]:
        return [
            each for each in self._app.modules() if f"{each.name}.urlpatterns" in self._app.project.values
        ]

    def _is_root(self, module: Module) -> bool:
        if self._root and (module.name == self._root or module.name.endswith(f".{self._root}")):
            return True
        return not self._root and not self._is_included(module)

    def _is_included(self, module: Module) -> bool:
        for each in self._app.calls("include"):
            for node in s.walk(*each.node.args):
                text = s.text_of(node) or s.refers(node)
                if text and (module.name == text or module.name.endswith(f".{text}")):
                    return True
        return False

    def _of_module(self, module: Module, at: _At) -> Iterator[Entry]:
        name = f"{module.name}.urlpatterns"
        if at.depth > DEEPEST:
            return
        self._reading.append(module.name)
        for home, assign in self._app.project.values.get(name, ()):
            yield from self._listed(assign.value, None, home, at)
        for each in self._app.calls("append", "extend", "insert"):
            callee = each.node.callee
            if each.module is module and isinstance(callee, s.Attribute) and s.refers(callee.base) == name:
                for argument in each.node.args[-1:]:
                    yield from self._listed(argument, each.function, module, at)

    def _listed(
        self, node: s.Node | None, function: Function | None, module: Module, at: _At
    ) -> Iterator[Entry]:
        """The entries of a list, however it is put together."""
        if node is None or at.depth > DEEPEST:
            return
        deeper = _At(at.prefix, at.parameters, at.depth + 1, at.is_reachable)
        match node:
            case s.Group(items=items) | s.Operation(operator="+", operands=items):
                for each in items:
                    yield from self._listed(each, function, module, deeper)
            case s.Spread(value=value):
                yield from self._listed(value, function, module, deeper)
            case s.Each(element=element):
                yield from self._listed(element, function, module, deeper)
            case s.Choice(yes=yes, no=no):
                yield from self._listed(yes, function, module, deeper)
                yield from self._listed(no, function, module, deeper)
            case s.Call() if node.refers in DECLARING:
                yield from self._declared(node, function, module, at)
            case s.Call(args=args) if node.name in PASSING:
                for each in args:
                    yield from self._listed(each, function, module, deeper)
            case s.Attribute(base=base, name="urls"):
                yield Entry(
                    at.prefix, base, function, module, module.at(node), at.parameters, at.is_reachable, True
                )
            case s.Name() | s.Attribute():
                yield from self._named(node, function, module, deeper)

    def _named(
        self, node: s.Name | s.Attribute, function: Function | None, module: Module, at: _At
    ) -> Iterator[Entry]:
        known = self._app.project.values.get(node.refers) if node.refers else None
        if known and not node.refers.endswith(".urlpatterns"):
            for home, assign in known:
                yield from self._listed(assign.value, None, home, at)
        elif known:
            other = self._app.project.modules.get(node.refers.rpartition(".")[0])
            if other is not None and other is not module:
                yield from self._of_module(other, at)
        elif key_of(node, function):
            found = self._instances.value(node, function)
            if found is not None:
                yield from self._listed(found[0], found[1], found[2], at)

    def _declared(self, call: s.Call, function: Function | None, module: Module, at: _At) -> Iterator[Entry]:
        self._seen.add(id(call))
        route = text_of(call.argument(0, "route") or call.keyword("regex"), self._app.project) or ""
        view = call.argument(1, "view")
        if view is None:
            return
        if call.refers in REGEX:
            path, parameters = unregexed(route), grouped(route, None)
        else:
            path, parameters = braced(route), converted(route, None)
        inner = _At(join(at.prefix, path), [*at.parameters, *parameters], at.depth + 1, at.is_reachable)
        is_include = isinstance(view, s.Call) and view.name == "include"
        if isinstance(view, s.Call) and is_include:
            yield from self._included(view, function, module, inner)
        elif isinstance(view, s.Attribute) and view.name == "urls":
            yield Entry(
                inner.prefix,
                view.base,
                function,
                module,
                module.at(call),
                inner.parameters,
                at.is_reachable,
                True,
            )
        else:
            yield Entry(
                inner.prefix, view, function, module, module.at(call), inner.parameters, at.is_reachable
            )

    def _included(self, call: s.Call, function: Function | None, module: Module, at: _At) -> Iterator[Entry]:
        target: s.Expression | None = call.argument(0, "arg")
        if isinstance(target, s.Group) and target.kind == "tuple" and target.items:
            target = target.items[0]
        text = text_of(target, self._app.project)
        known = self._app.project.modules.get(s.refers(target))
        other = self._module(text, module) if text is not None else known
        if other is not None:
            if self._reading.count(other.name) < 4:
                yield from self._of_module(other, at)
        elif text is None:
            before = len(self._seen)
            found = list(self._listed(target, function, module, at))
            self._is_complete = self._is_complete and bool(found or before != len(self._seen))
            yield from found

    def _module(self, text: str, near: Module) -> Module | None:
        """The module of the project that an import in a settings or URL module names."""
        modules = self._app.project.modules
        found = [each for name, each in modules.items() if name == text or name.endswith(f".{text}")]
        first = near.name.split(".")[0]
        return max(found, key=lambda each: (each.name.split(".")[0] == first, -len(each.name)), default=None)
