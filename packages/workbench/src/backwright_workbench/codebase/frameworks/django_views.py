"""Django's own views, functions and classes → routes.

What lives here: which methods they answer, what guards them. What must not: REST framework (`drf.py`).
"""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Class, Function
from backwright_workbench.codebase.facts.web import Level, Route, RouteParameter
from backwright_workbench.codebase.frameworks.django_project import DjangoProject, unpacked
from backwright_workbench.codebase.frameworks.django_urls import Entry
from backwright_workbench.codebase.frameworks.rest import action_of

VERBS = ("get", "post", "put", "patch", "delete", "head", "options")
GENERIC = {
    "TemplateView": {"get": ""},
    "RedirectView": {"get": ""},
    "ListView": {"get": "list"},
    "DetailView": {"get": "retrieve"},
    "FormView": {"get": "", "post": ""},
    "CreateView": {"get": "", "post": "create"},
    "UpdateView": {"get": "retrieve", "post": "update"},
    "DeleteView": {"get": "retrieve", "post": "delete"},
    "ArchiveIndexView": {"get": "list"},
    "YearArchiveView": {"get": "list"},
    "MonthArchiveView": {"get": "list"},
    "DayArchiveView": {"get": "list"},
    "DateDetailView": {"get": "retrieve"},
    "LoginView": {"get": "", "post": ""},
    "LogoutView": {"post": ""},
    "PasswordChangeView": {"get": "", "post": ""},
    "PasswordChangeDoneView": {"get": ""},
    "PasswordResetDoneView": {"get": ""},
    "PasswordResetCompleteView": {"get": ""},
    "PasswordResetView": {"get": "", "post": ""},
    "PasswordResetConfirmView": {"get": "", "post": ""},
}
"""What generic views answer, with what that does in the words of REST."""
METHOD_DECORATORS = {
    "require_POST": ("POST",),
    "require_GET": ("GET",),
    "require_safe": ("GET",),
}
WRITING = frozenset(
    ["save", "delete", "create", "update", "bulk_create", "get_or_create", "update_or_create", "add"]
)
HOOKS = {"post": ("form_valid", "perform_destroy"), "get": ()}
SCOPES = ("get_queryset", "get_object", "test_func")


def function_routes(
    django: DjangoProject, entry: Entry, view: Function, around: list[s.Expression]
) -> Iterator[Route]:
    """The route of a view that is a function."""
    guards = django.decorator_guards([*around, *view.decorators], Level.ROUTE, view.module)
    methods = methods_of(django, view)
    yield Route(
        methods=methods,
        path=entry.path,
        handler=view,
        view=None,
        place=view.place,
        declared=entry.declared,
        framework="django",
        guards=[*guards, *django.body_guards(view)],
        parameters=[*entry.parameters, *django.inputs(view)],
        is_reachable=entry.is_reachable,
        action=action_of(methods[0], entry.path, view.name) if len(methods) == 1 else "",
    )


def methods_of(django: DjangoProject, view: Function) -> tuple[str, ...]:
    """The methods of a function: as its decorators say, or as its body asks; any if it writes without asking."""
    for decorator in view.decorators:
        name = s.last_name(decorator)
        if name in METHOD_DECORATORS:
            return METHOD_DECORATORS[name]
        if name in ("require_http_methods", "api_view") and isinstance(decorator, s.Call) and decorator.args:
            return tuple(each.upper() for each in django.settings.names_in(decorator.args[0])) or ("GET",)
    return _asked(view)


def _asked(view: Function) -> tuple[str, ...]:
    asked: set[str] = set()
    writes = False
    for node in view.walk():
        match node:
            case s.Operation(operands=[s.Attribute(name="method"), *others]):
                asked |= {
                    text.upper() for other in others for each in s.walk(other) if (text := s.text_of(each))
                }
            case s.Attribute(name="POST" | "FILES"):
                asked.add("POST")
            case s.Attribute(name="body", base=s.Name(id="request")):
                asked.add("POST")
            case s.Call() if node.name in WRITING and isinstance(node.callee, s.Attribute):
                writes = True
    asked &= {each.upper() for each in VERBS}
    if not asked:
        return ("*",) if writes else ("GET",)
    return tuple(each.upper() for each in VERBS if each.upper() in asked | {"GET"})


def class_routes(
    django: DjangoProject, entry: Entry, view: Class, around: list[s.Expression]
) -> Iterator[Route]:
    """One route for each method of a view that is a class."""
    project = django.app.project
    answered: dict[str, str] = {}
    for name, _ in project.lineage(view):
        for verb, action in GENERIC.get(name.rpartition(".")[2], {}).items():
            answered.setdefault(verb, action)
    for verb in VERBS:
        if project.method(view, verb) is not None and verb not in ("head", "options"):
            answered.setdefault(verb, "")
    only = project.attribute(view, "http_method_names")
    allowed = {each.lower() for each in django.settings.names_in(only[1])} if only else set(VERBS)
    outer = django.decorator_guards(around, Level.CLASS, entry.module)
    scopes = [project.method(view, name) for name in SCOPES]
    for verb, action in answered.items():
        if verb not in allowed:
            continue
        handler = project.method(view, verb) or _hook(django, view, verb)
        own = django.decorator_guards(handler.decorators, Level.ROUTE, handler.module) if handler else []
        yield Route(
            methods=(verb.upper(),),
            path=entry.path,
            handler=handler,
            view=view,
            place=handler.place if handler else view.place,
            declared=entry.declared,
            framework="django",
            guards=[*outer, *own, *django.class_guards(view, verb), *django.body_guards(handler, *scopes)],
            parameters=[
                *entry.parameters,
                *(django.inputs(handler) if handler else []),
                *_form(django, view, verb),
            ],
            is_reachable=entry.is_reachable,
            action=action,
            is_paginated=project.attribute(view, "paginate_by") is not None and action == "list",
        )


def _hook(django: DjangoProject, view: Class, verb: str) -> Function | None:
    """The method of the project that a generic view calls when it has been sent something."""
    found = (django.app.project.method(view, name) for name in HOOKS.get(verb, ()))
    return next((each for each in found if each is not None), None)


def _form(django: DjangoProject, view: Class, verb: str) -> list[RouteParameter]:
    """The form of a generic view."""
    found = django.app.project.attribute(view, "form_class") if verb == "post" else None
    schema = django.app.project.classes.get(s.refers(found[1])) if found else None
    return [RouteParameter("", "form", schema.qualified, schema, line=schema.line)] if schema else []


def foreign_routes(
    django: DjangoProject, entry: Entry, name: str, around: list[s.Expression]
) -> Iterator[Route]:
    """The routes of a view of another package: `LoginView.as_view()`."""
    guards = django.decorator_guards(around, Level.ROUTE, entry.module)
    for verb, action in GENERIC.get(name.rpartition(".")[2], {"*": ""}).items():
        yield Route(
            methods=(verb.upper(),),
            path=entry.path,
            handler=None,
            view=None,
            place=entry.declared,
            declared=entry.declared,
            framework="django",
            guards=list(guards),
            parameters=list(entry.parameters),
            is_reachable=entry.is_reachable,
            action=action,
        )


def is_exempt(view: Class | None, handler: Function | None, around: list[s.Expression]) -> bool:
    """Whether a view is taken out of the protection against forged requests."""
    decorators = [*around, *(handler.decorators if handler else ())]
    if view is not None:
        decorators += [*view.decorators]
        decorators += view.methods["dispatch"].decorators if "dispatch" in view.methods else []
        if any(s.last_name(each) == "CsrfExemptMixin" for each in view.bases):
            return True
    return any(s.last_name(inner) == "csrf_exempt" for each in decorators for inner in unpacked(each))
