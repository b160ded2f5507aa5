"""The routes of Flask, Quart and what builds on them, whose handlers are functions.

What lives here: decorators, `add_url_rule`, and making a route. What must not: classes (`flask_views.py`), hooks.
"""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Class, Function
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.facts.web import Guard, Level, Route, RouteParameter
from backwright_workbench.codebase.frameworks.flask_inputs import form_guards, given
from backwright_workbench.codebase.frameworks.flask_registrations import (
    SOCKETS,
    VERBS,
    registrations,
    route_decorator,
)
from backwright_workbench.codebase.frameworks.flask_tree import Hung, Tree
from backwright_workbench.codebase.frameworks.guarding import guards_of
from backwright_workbench.codebase.frameworks.instances import Instance, items_of
from backwright_workbench.codebase.frameworks.paths import braced, converted, join, text_of
from backwright_workbench.codebase.frameworks.rest import action_of

Found = tuple[Route, Hung]
"""A route with how it hangs on its application."""


def decorated_routes(tree: Tree) -> Iterator[Found]:
    """`@app.route(…)`, `@blueprint.post(…)`; decorators above it do not run before the handler."""
    for function in tree.app.functions():
        for at, decorator in enumerate(function.decorators):
            found = route_decorator(tree, decorator, function.inside, function.module)
            if found is None or (function.owner is not None and found.kind not in ("app", "blueprint")):
                continue
            call = decorator
            assert isinstance(call, s.Call)
            path = text_of(call.argument(0, "rule") or call.keyword("path"), tree.app.project)
            below = guards_of(tree.purposes, function.decorators[at + 1 :], Level.ROUTE, function.module)
            yield from made(
                tree,
                found,
                path or "",
                methods_of(tree, call),
                function,
                None,
                function.module.at(call),
                below,
            )


def rule_routes(tree: Tree) -> Iterator[Found]:
    """`add_url_rule("/path", view_func=handler)` with a function."""
    for each in registrations(tree):
        if isinstance(each.view, Function):
            guards = guards_of(tree.purposes, [*each.around, *each.view.decorators], Level.ROUTE, each.module)
            methods = methods_of(tree, each.call)
            yield from made(tree, each.on, each.path, methods, each.view, None, each.place, guards)


def methods_of(tree: Tree, call: s.Call) -> tuple[str, ...]:
    """The methods that a registration names; GET if it names none."""
    name = call.name
    if name in VERBS:
        return (name.upper(),)
    if name in SOCKETS:
        return ("WEBSOCKET",)
    values = [s.text_of(each) for each in items_of(call.keyword("methods"), None, tree.instances)]
    return tuple(each.upper() for each in values if each) or ("GET",)


def made(
    tree: Tree,
    on: Instance,
    path: str,
    methods: tuple[str, ...],
    handler: Function,
    view: Class | None,
    declared: Place,
    guards: list[Guard],
    action: str = "",
) -> Iterator[Found]:
    """The routes of one registration: one for each way on which its blueprint hangs on an application."""
    parameters: list[RouteParameter] = [*converted(path, handler), *given(tree.app, handler)]
    for hung in tree.hung(on)[:4]:
        full = join(hung.prefix, path) if path or hung.prefix else ""
        known = {each.name for each in parameters if each.source == "path"}
        more = [each for each in converted(hung.prefix, handler) if each.name not in known]
        route = Route(
            methods=methods,
            path=braced(full),
            handler=handler,
            view=view,
            place=handler.place,
            declared=declared,
            framework="flask",
            guards=[
                *guards,
                *tree.purposes.body_guards(handler),
                *form_guards(tree.app, handler, parameters),
            ],
            parameters=_annotated([*more, *parameters], handler),
            app=on.key,
            is_reachable=tree.is_reachable(on),
            action=action
            or (action_of(methods[0], braced(full), _spoken(handler, view)) if len(methods) == 1 else ""),
        )
        yield route, hung


def _spoken(handler: Function, view: Class | None) -> str:
    """The name that says what a handler does: a class's where its method is only called `post`."""
    return view.name if view is not None and handler.name in VERBS else handler.name


def _annotated(parameters: list[RouteParameter], handler: Function) -> list[RouteParameter]:
    """Parameters of the path with the line on which the handler names them."""
    for each in parameters:
        param = handler.param(each.name) if each.source == "path" else None
        if param is not None:
            each.line = param.line
    return parameters
