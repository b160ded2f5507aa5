"""Django Ninja: `@api.get("/users")`, routers, controllers → routes.

What lives here: where an operation hangs, its `auth`, what it takes. What must not: Django's own views.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Class, Function, Module
from backwright_workbench.codebase.facts.web import Guard, Level, Purpose, Route, RouteParameter
from backwright_workbench.codebase.frameworks.depends import metadata
from backwright_workbench.codebase.frameworks.django_project import WHO, DjangoProject
from backwright_workbench.codebase.frameworks.django_urls import Entry
from backwright_workbench.codebase.frameworks.instances import Instance, items_of
from backwright_workbench.codebase.frameworks.paths import BRACES, join, text_of
from backwright_workbench.codebase.frameworks.rest import action_of

VERBS = ("get", "post", "put", "patch", "delete")
SOURCES = {"Query": "query", "Path": "path", "Body": "body", "Form": "form", "File": "file", "Header": "header",
           "Cookie": "cookie", "PathEx": "path", "QueryEx": "query"}  # fmt: skip
DEEPEST = 6


@dataclass(slots=True, eq=False)
class _Mount:
    parent: Instance
    prefix: str
    auth: list[Guard] | None


@dataclass(slots=True, eq=False)
class _Way:
    prefix: str
    auth: list[Guard]
    is_reachable: bool
    parameters: list[RouteParameter] = field(default_factory=list)


class Ninja:
    """All operations of a project; `entries` are where URL modules include its APIs."""

    def __init__(self, django: DjangoProject, entries: list[tuple[Instance, Entry]]) -> None:
        self._django = django
        self._entries = entries
        self._mounts: dict[int, list[_Mount]] = {}
        for each in django.app.calls("add_router"):
            callee = each.node.callee
            if isinstance(callee, s.Attribute) and len(each.node.args) > 1:
                parent = django.instances.resolve(callee.base, each.function, each.module)
                child = self._child(each.node.args[1], each.function, each.module)
                if parent is not None and child is not None:
                    prefix = text_of(each.node.args[0], django.app.project) or ""
                    auth = self._auth(each.node, each.module, Level.ROUTER)
                    self._mounts.setdefault(id(child), []).append(_Mount(parent, prefix, auth))

    def routes(self) -> Iterator[Route]:
        """One for each method of each operation."""
        for function in self._django.app.functions():
            for decorator in function.decorators:
                if not isinstance(decorator, s.Call) or not isinstance(decorator.callee, s.Attribute):
                    continue
                name = decorator.callee.name
                if name in VERBS or name == "api_operation":
                    on = self._django.instances.resolve(
                        decorator.callee.base, function.inside, function.module
                    )
                    if on is not None and on.kind in ("ninja", "ninja router"):
                        for way in self._ways(on, 0):
                            yield self._route(decorator, function, None, way, on.key)
        yield from self._controllers()

    def _controllers(self) -> Iterator[Route]:
        """ninja-extra: `@api_controller("/users")` on a class, `@http_get("/")` on its methods."""
        for module in self._django.app.modules():
            for view in module.all_classes:
                for decorator in view.decorators:
                    if isinstance(decorator, s.Call) and decorator.name == "api_controller":
                        prefix = (
                            text_of(decorator.argument(0, "prefix_or_class"), self._django.app.project) or ""
                        )
                        apis = self._django.instances.of_kind("ninja")
                        above = self._ways(apis[0], 0)[0] if apis else _Way("", [], True)
                        auth = self._auth(decorator, module, Level.CLASS)
                        way = _Way(join(above.prefix, prefix), above.auth if auth is None else auth, True)
                        for method in view.methods.values():
                            for each in method.decorators:
                                if isinstance(each, s.Call) and each.name.removeprefix("http_") in VERBS:
                                    yield self._route(each, method, view, way, "")

    def _child(self, node: s.Expression, function: Function | None, module: Module) -> Instance | None:
        """The router that is given, or named by a text: `add_router("/events", "events.api.router")`."""
        text = s.text_of(node)
        if text is None:
            return self._django.instances.resolve(node, function, module)
        found = [
            each
            for key, each in self._django.instances.all.items()
            if key == text or key.endswith(f".{text}")
        ]
        return found[0] if found else None

    def _auth(self, call: s.Call, module: Module, level: Level) -> list[Guard] | None:
        """The guards that `auth=` gives; None where it says nothing, so that what is above counts."""
        given = call.keyword("auth")
        if given is None:
            return None
        if s.constant(given) is None:
            return []
        items = (
            [given] if not isinstance(given, s.Group) else list(items_of(given, None, self._django.instances))
        )
        guards = []
        for each in items:
            guard = self._django.guard(each, level, module)
            guard.purposes = (guard.purposes - {Purpose.OTHER, Purpose.SESSION}) | WHO
            guard.optional = False
            guards.append(guard)
        return guards

    def _ways(self, on: Instance, depth: int) -> list[_Way]:
        own = self._auth(on.call, on.module, Level.APP if on.kind == "ninja" else Level.ROUTER)
        if on.kind == "ninja":
            found = [each for instance, each in self._entries if instance is on]
            return [_Way(each.path, own or [], each.is_reachable, each.parameters) for each in found] or [
                _Way("/api", own or [], not self._entries)
            ]
        ways = []
        for mount in self._mounts.get(id(on), ()) if depth < DEEPEST else ():
            for above in self._ways(mount.parent, depth + 1):
                auth = own if own is not None else mount.auth if mount.auth is not None else above.auth
                ways.append(
                    _Way(join(above.prefix, mount.prefix), auth, above.is_reachable, above.parameters)
                )
        return ways or [_Way("", own or [], False)]

    def _route(self, call: s.Call, handler: Function, view: Class | None, way: _Way, app: str) -> Route:
        django = self._django
        verb = call.name.removeprefix("http_").upper()
        if verb == "API_OPERATION":
            methods = tuple(
                each.upper() for each in django.settings.names_in(call.argument(0, "methods"))
            ) or ("GET",)
            own_path = text_of(call.argument(1, "path"), django.app.project) or ""
        else:
            methods, own_path = (verb,), text_of(call.argument(0, "path"), django.app.project) or ""
        path = BRACES.sub(lambda match: f"{{{match[2] or match[1]}}}", join(way.prefix, own_path))
        auth = self._auth(call, handler.module, Level.ROUTE)
        others = [each for each in handler.decorators if each is not call and s.last_name(each) != "paginate"]
        guards = [
            *(way.auth if auth is None else auth),
            *django.decorator_guards(others, Level.ROUTE, handler.module),
        ]
        if call.keyword("throttle") is not None:
            guards.append(
                Guard("throttle", frozenset({Purpose.RATE_LIMIT}), Level.ROUTE, handler.module.at(call))
            )
        answers, many = self._answers(call.keyword("response"))
        return Route(
            methods=methods,
            path=path,
            handler=handler,
            view=view,
            place=handler.place,
            declared=handler.module.at(call),
            framework="django",
            guards=[*guards, *django.body_guards(handler)],
            parameters=[*way.parameters, *self._parameters(handler, path), *django.inputs(handler)],
            answers=answers,
            answers_many=many,
            app=app,
            is_reachable=way.is_reachable,
            action=action_of(methods[0], path, handler.name, many),
            is_paginated=any(s.last_name(each) == "paginate" for each in handler.decorators),
        )

    def _answers(self, node: s.Expression | None) -> tuple[Class | None, bool]:
        if isinstance(node, s.Pairs):
            node = node.values[0] if node.values else None
        kind = self._django.app.types.annotated(node)
        inner = kind.item if kind is not None and kind.item is not None else kind
        found = self._django.app.project.classes.get(inner.name) if inner is not None else None
        return found, kind is not None and kind.item is not None

    def _parameters(self, handler: Function, path: str) -> Iterator[RouteParameter]:
        """The parameters of a handler but the request: of the path by their name, schemas from the body."""
        project = self._django.app.project
        for param in handler.params[2 if handler.owner is not None else 1 :]:
            if param.kind not in ("positional", "keyword"):
                continue
            kind, more = metadata(project, param.annotation)
            marks = [s.last_name(each) for each in [*more, param.default] if each is not None]
            if isinstance(param.annotation, s.Item):
                marks.append(s.last_name(param.annotation.base))
            source = next((SOURCES[each] for each in marks if each in SOURCES), "")
            known = self._django.app.types.annotated(kind)
            schema = project.classes.get(known.name) if known else None
            if f"{{{param.name}}}" in path:
                source = "path"
            source = source or ("body" if schema is not None else "query")
            yield RouteParameter(param.name, source, known.name if known else "", schema, line=param.line)
