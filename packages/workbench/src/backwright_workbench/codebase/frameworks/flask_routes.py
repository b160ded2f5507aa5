"""The routes of Flask, Quart and what builds on them, whose handlers are functions.

What lives here: decorators, `add_url_rule`, and making a route. What must not: classes (`flask_views.py`), hooks.
"""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Class, Function, Module
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.facts.web import Guard, Level, Route, RouteParameter
from backwright_workbench.codebase.frameworks.flask_inputs import given
from backwright_workbench.codebase.frameworks.flask_tree import Hung, Tree
from backwright_workbench.codebase.frameworks.guarding import guards_of
from backwright_workbench.codebase.frameworks.instances import Instance, items_of
from backwright_workbench.codebase.frameworks.paths import braced, converted, join, text_of
from backwright_workbench.codebase.frameworks.rest import action_of

VERBS = ("get", "post", "put", "patch", "delete", "head", "options")
SOCKETS = ("websocket",)
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


def route_decorator(
    tree: Tree, decorator: s.Expression, scope: Function | None, module: Module
) -> Instance | None:
    """What a decorator registers a route on; None if it does not."""
    if not isinstance(decorator, s.Call) or not isinstance(decorator.callee, s.Attribute):
        return None
    name = decorator.callee.name
    if name not in ("route", *VERBS, *SOCKETS):
        return None
    found = tree.resolve(decorator.callee.base, scope, module)
    if found is None and name == "route":
        first = s.text_of(decorator.argument(0, "rule"))
        base = s.refers(decorator.callee.base)
        is_ours = not base or (tree.app.project.value(base) is None and base.partition(".")[0] not in FOREIGN)
        if first is not None and first.startswith("/") and is_ours:
            return tree.instances.nearest(module, "app", "blueprint")
    return found


FOREIGN = (
    "bottle",
    "sanic",
    "fastapi",
    "starlette",
    "aiohttp",
    "tornado",
    "falcon",
    "pyramid",
    "litestar",
    "chalice",
)


def rule_routes(tree: Tree) -> Iterator[Found]:
    """`add_url_rule("/path", view_func=handler)` with a function."""
    for each in tree.app.calls("add_url_rule"):
        call = each.node
        if not isinstance(call.callee, s.Attribute):
            continue
        on = tree.resolve(call.callee.base, each.function, each.module) or tree.instances.nearest(
            each.module, "app"
        )
        handler, around = wrapped(tree, call.argument(2, "view_func"), each.function)
        if on is None or not isinstance(handler, Function):
            continue
        path = text_of(call.argument(0, "rule"), tree.app.project) or ""
        guards = guards_of(tree.purposes, [*around, *handler.decorators], Level.ROUTE, each.module)
        yield from made(tree, on, path, methods_of(tree, call), handler, None, each.place, guards)


def wrapped(
    tree: Tree, node: s.Expression | None, function: Function | None, depth: int = 0
) -> tuple[Function | Class | None, list[s.Expression]]:
    """The function or class behind `login_required(view)` and `View.as_view("name")`, with what is wrapped around."""
    if node is None or depth > 6:
        return None, []
    if isinstance(node, s.Call):
        if node.name == "as_view" and isinstance(node.callee, s.Attribute):
            return tree.app.project.classes.get(s.refers(node.callee.base)), []
        if node.args:
            inner, around = wrapped(tree, node.args[-1], function, depth + 1)
            if inner is not None:
                return inner, [node.callee, *around]
        return None, []
    found = tree.app.project.definition(s.refers(node))
    if found is None and isinstance(node, s.Name):
        scope = function
        while scope is not None and found is None:
            found = next((each for each in scope.functions if each.name == node.id), None)
            scope = scope.inside
    if found is None:
        known = tree.instances.value(node, function)
        return wrapped(tree, known[0], known[1], depth + 1) if known is not None else (None, [])
    return found, []


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
            guards=[*guards, *tree.purposes.body_guards(handler)],
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
