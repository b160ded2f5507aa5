"""Routers of REST framework → the viewsets that are registered with them, and where.

What lives here: `router.register`, nested routers, routers that take over others. What must not: actions.
"""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Class, Function, Module
from backwright_workbench.codebase.facts.web import RouteParameter
from backwright_workbench.codebase.frameworks.django_project import DjangoProject
from backwright_workbench.codebase.frameworks.django_urls import Entry
from backwright_workbench.codebase.frameworks.instances import Instance
from backwright_workbench.codebase.frameworks.paths import join, text_of

DEEPEST = 5


class Routers:
    """All registrations of a project."""

    def __init__(self, django: DjangoProject) -> None:
        self._django = django
        self._registered: dict[int, list[tuple[str, Class, Entry]]] = {}
        self._taken: dict[int, list[Instance]] = {}
        for each in django.app.calls("register"):
            self._register(each.node, each.function, each.module)
        for each in django.app.calls("extend"):
            callee = each.node.callee
            if isinstance(callee, s.Attribute) and s.last_name(callee.base) == "registry" and each.node.args:
                into, other = (
                    django.instances.resolve(getattr(node, "base", None), each.function, each.module)
                    for node in (callee.base, each.node.args[0])
                )
                if into is not None and other is not None:
                    self._taken.setdefault(id(into), []).append(other)

    @property
    def all(self) -> list[Instance]:
        """The routers."""
        return self._django.instances.of_kind("router", "nested")

    def entries(self, router: Instance, at: Entry, depth: int = 0) -> Iterator[tuple[Entry, Class]]:
        """The viewsets of a router that is included at an entry."""
        prefix, parameters = self._nesting(router, depth)
        for path, view, declared in self._registered.get(id(router), ()):
            entry = Entry(
                join(at.path, prefix, path),
                declared.view,
                None,
                declared.module,
                declared.declared,
                [*at.parameters, *parameters],
                at.is_reachable,
            )
            yield entry, view
        for other in self._taken.get(id(router), ()):
            if depth < DEEPEST:
                yield from self.entries(other, at, depth + 1)

    def _register(self, call: s.Call, function: Function | None, module: Module) -> None:
        django = self._django
        if not isinstance(call.callee, s.Attribute):
            return
        router = django.instances.resolve(call.callee.base, function, module)
        view = django.app.project.classes.get(s.refers(call.argument(1, "viewset")))
        if router is None or router.kind not in ("router", "nested") or view is None:
            return
        path = text_of(call.argument(0, "prefix"), django.app.project) or ""
        entry = Entry(path, call, None, module, module.at(call))
        self._registered.setdefault(id(router), []).append((path, view, entry))

    def _nesting(self, router: Instance, depth: int) -> tuple[str, list[RouteParameter]]:
        """The path of what a nested router hangs on: `domains/{domain_pk}`."""
        if router.kind != "nested" or depth > DEEPEST:
            return "", []
        call = router.call
        parent = self._django.instances.resolve(
            call.argument(0, "parent_router"), router.function, router.module
        )
        name = s.text_of(call.argument(1, "parent_prefix")) or ""
        lookup = s.text_of(call.keyword("lookup")) or "nested"
        above, parameters = self._nesting(parent, depth + 1) if parent is not None else ("", [])
        own = RouteParameter(f"{lookup}_pk", "path", "builtins.str", line=call.line)
        return join(above, name, f"{{{lookup}_pk}}"), [*parameters, own]
