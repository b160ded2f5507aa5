"""Views and viewsets of REST framework → routes, one for each method or action.

What lives here: which actions a class has, and making their routes. What must not: routers (`drf_routers.py`).
"""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Class, Function
from backwright_workbench.codebase.facts.web import Guard, Level, Purpose, Route, RouteParameter
from backwright_workbench.codebase.frameworks.django_project import DjangoProject
from backwright_workbench.codebase.frameworks.django_urls import Entry
from backwright_workbench.codebase.frameworks.django_views import function_routes
from backwright_workbench.codebase.frameworks.drf_choices import Chooser
from backwright_workbench.codebase.frameworks.drf_classes import BRINGING, STANDARD, VIEWS, Operation
from backwright_workbench.codebase.frameworks.drf_guards import DrfGuards
from backwright_workbench.codebase.frameworks.paths import join

VERBS = ("get", "post", "put", "patch", "delete")
PERFORM = {"create": "perform_create", "update": "perform_update", "delete": "perform_destroy"}
FINDING = {"retrieve", "update", "delete", "list"}


class DrfViews:
    """Makes the routes of a project's views."""

    def __init__(self, django: DjangoProject) -> None:
        self._django = django
        self._project = django.app.project
        self._guards = DrfGuards(django)
        defaults = django.settings.mapping("REST_FRAMEWORK")
        self._pages = s.constant(defaults.get("DEFAULT_PAGINATION_CLASS")) not in (..., None) and (
            s.constant(defaults.get("PAGE_SIZE")) is not None
        )

    def function(self, entry: Entry, view: Function, around: list[s.Expression]) -> Iterator[Route]:
        """A function under `@api_view`."""
        for route in function_routes(self._django, entry, view, around):
            route.framework = "drf"
            verb = next((each for each in route.methods if each != "GET"), "GET")
            route.guards = [*self._guards.of_function(view, verb), *route.guards]
            yield route

    def plain(self, entry: Entry, view: Class, mapping: s.Expression | None) -> Iterator[Route]:
        """A view that is registered with `as_view()`, or a viewset with `as_view({"get": "list"})`."""
        pairs = mapping if isinstance(mapping, s.Pairs) else None
        for each in self._mapped(view, pairs) if pairs is not None else self._methods(view):
            yield self._route(entry, view, each)

    def registered(self, entry: Entry, view: Class) -> Iterator[Route]:
        """A viewset that is registered with a router at the path of the entry."""
        lookup = self._lookup(view)
        for each in self._actions(view):
            path = each.path.replace("{pk}", f"{{{lookup}}}")
            at = Entry(
                join(entry.path, path, "/"),
                entry.view,
                None,
                entry.module,
                entry.declared,
                list(entry.parameters),
            )
            at.is_reachable = entry.is_reachable
            if "{" in path:
                at.parameters.append(RouteParameter(lookup, "path", "builtins.str", line=view.line))
            yield self._route(at, view, each)

    def _lookup(self, view: Class) -> str:
        for name in ("lookup_url_kwarg", "lookup_field"):
            found = self._project.attribute(view, name)
            text = s.text_of(found[1]) if found else None
            if text:
                return text
        return "pk"

    def _methods(self, view: Class) -> Iterator[Operation]:
        answered: dict[str, str] = {}
        for name, _ in self._project.lineage(view):
            for verb, rest in VIEWS.get(name.rpartition(".")[2], {}).items():
                answered.setdefault(verb, rest)
        for verb in VERBS:
            handler = self._project.method(view, verb)
            if handler is not None or verb in answered:
                yield Operation(verb.upper(), verb, answered.get(verb, ""), "", verb, handler)

    def _mapped(self, view: Class, mapping: s.Pairs) -> Iterator[Operation]:
        for key, value in zip(mapping.keys, mapping.values, strict=True):
            verb, action = s.text_of(key), s.text_of(value)
            if verb and action:
                rest = STANDARD[action][2] if action in STANDARD else ""
                handler = self._project.method(view, action)
                yield Operation(verb.upper(), action, rest, "", action, handler, _extra(handler))

    def _actions(self, view: Class) -> Iterator[Operation]:
        only = self._project.attribute(view, "http_method_names")
        allowed = {each.upper() for each in self._django.settings.names_in(only[1])} if only else None
        brought = {
            action
            for name, _ in self._project.lineage(view)
            for action in BRINGING.get(name.rpartition(".")[2], ())
        }
        for action, (verb, is_one, rest) in STANDARD.items():
            handler = self._project.method(view, action)
            if (handler is not None or action in brought) and (allowed is None or verb in allowed):
                yield Operation(verb, action, rest, "{pk}" if is_one else "", action, handler)
        for handler in self._methods_of(view):
            for decorator in handler.decorators:
                name = s.last_name(decorator)
                if isinstance(decorator, s.Call) and name in ("action", "detail_route", "list_route"):
                    yield from self._action(handler, decorator, name, allowed)

    def _methods_of(self, view: Class) -> list[Function]:
        found: dict[str, Function] = {}
        for _, each in self._project.lineage(view):
            for name, method in each.methods.items() if each is not None else ():
                found.setdefault(name, method)
        return list(found.values())

    def _action(
        self, handler: Function, decorator: s.Call, name: str, allowed: set[str] | None
    ) -> Iterator[Operation]:
        is_one = name == "detail_route" or s.constant(decorator.keyword("detail")) is True
        verbs = self._django.settings.names_in(decorator.argument(0, "methods")) or ["GET"]
        own = s.text_of(decorator.keyword("url_path")) or handler.name
        path = join("{pk}" if is_one else "", own).lstrip("/")
        extra = {each.name: each.value for each in decorator.keywords if each.name}
        for verb in verbs:
            if allowed is None or verb.upper() in allowed:
                yield Operation(verb.upper(), handler.name, "", path, handler.name, handler, extra)

    def _route(self, entry: Entry, view: Class, operation: Operation) -> Route:
        django, handler = self._django, operation.handler
        perform = self._project.method(view, PERFORM.get(operation.rest, ""))
        about = operation.rest in FINDING or handler is not None
        scopes = (
            [self._project.method(view, name) for name in ("get_queryset", "get_object")] if about else []
        )
        if operation.rest == "create":
            scopes = []
        own = django.decorator_guards(handler.decorators, Level.ROUTE, handler.module) if handler else []
        before = self._guards.before(view, operation.action, operation.verb, operation.extra)
        schema = self._serializer(view, operation)
        parameters = [*entry.parameters, *(django.inputs(handler) if handler else [])]
        known = any(each.source == "body" and each.schema for each in parameters)
        takes = operation.rest in ("create", "update") or _asks_for_serializer(handler)
        if schema is not None and takes and operation.verb in ("POST", "PUT", "PATCH") and not known:
            parameters.append(RouteParameter("", "body", schema.qualified, schema, line=view.line))
        return Route(
            methods=(operation.verb,),
            path=entry.path,
            handler=handler,
            view=view,
            place=handler.place if handler else view.place,
            declared=entry.declared,
            framework="drf",
            guards=[*before, *own, *django.class_guards(view, operation.method),
                    *django.body_guards(handler, perform, *scopes), *_scoped(scopes)],
            parameters=parameters,
            answers=schema if operation.rest != "delete" else None,
            answers_many=operation.rest == "list",
            is_reachable=entry.is_reachable,
            action=operation.rest,
            is_paginated=operation.rest == "list" and self._is_paginated(view),
        )  # fmt: skip

    def _serializer(self, view: Class, operation: Operation) -> Class | None:
        chooser = Chooser(self._project, view, operation.action, operation.verb)
        given: list[s.Expression] = []
        if "serializer_class" in operation.extra:
            given = [operation.extra["serializer_class"]]
        method = self._project.method(view, "get_serializer_class")
        if not given and method is not None:
            given = chooser.returned(method, "serializer_class")
        if not given:
            found = self._project.attribute(view, "serializer_class")
            given = [found[1]] if found else []
        classes = (self._project.classes.get(s.refers(each)) for each in given)
        return next((each for each in classes if each is not None), None)

    def _is_paginated(self, view: Class) -> bool:
        found = self._project.attribute(view, "pagination_class")
        return s.constant(found[1]) is not None if found else self._pages


def _asks_for_serializer(handler: Function | None) -> bool:
    names = ("get_serializer", "get_serializer_class", "serializer_class")
    return (
        any(isinstance(each, s.Attribute) and each.name in names for each in handler.walk())
        if handler
        else False
    )


def _scoped(scopes: list[Function | None]) -> list[Guard]:
    """A guard where what a view gives is chosen by who asks: `filter(owner=self.request.user)`."""
    found = []
    for each in scopes:
        for node in each.walk() if each is not None else ():
            if isinstance(node, s.Attribute) and node.name == "user" and s.last_name(node.base) == "request":
                assert each is not None
                found.append(Guard(each.name, frozenset({Purpose.AUTHORIZATION}), Level.BODY, each.head))
                break
    return found


def _extra(handler: Function | None) -> dict[str, s.Expression]:
    for each in handler.decorators if handler else ():
        if isinstance(each, s.Call) and s.last_name(each) == "action":
            return {keyword.name: keyword.value for keyword in each.keywords if keyword.name}
    return {}
