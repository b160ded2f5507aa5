"""What registers a view with a Flask application or blueprint: decorators and calls.

What lives here: which object it is registered with, and what stands behind wrappers. What must not: routes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Standing
from backwright_workbench.codebase.facts.code import Class, Function, Module
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.frameworks.flask_tree import Tree
from backwright_workbench.codebase.frameworks.instances import Instance, items_of, owner_of
from backwright_workbench.codebase.frameworks.paths import text_of

VERBS = ("get", "post", "put", "patch", "delete", "head", "options")
SOCKETS = ("websocket",)
FOREIGN = (
    "bottle", "sanic", "fastapi", "starlette", "aiohttp", "tornado", "falcon", "pyramid", "litestar", "chalice",
)  # fmt: skip


@dataclass(slots=True, eq=False)
class Registration:
    """A call that registers a view; `around` is what the view is wrapped in."""

    on: Instance
    path: str
    view: Function | Class
    call: s.Call
    module: Module
    place: Place
    around: list[s.Expression] = field(default_factory=list)


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


def registrations(tree: Tree) -> Iterator[Registration]:
    """`add_url_rule(…)`, `app.route("/path")(view)`, and helpers of the project that are given a `view_func`."""
    for each in tree.app.calls("add_url_rule"):
        base = each.node.callee.base if isinstance(each.node.callee, s.Attribute) else None
        on = tree.resolve(base, each.function, each.module) or tree.instances.nearest(each.module, "app")
        path = text_of(each.node.argument(0, "rule"), tree.app.project) or ""
        yield from _registered(tree, each, on, [path], each.node.argument(2, "view_func"))
    for each in tree.app.nodes(s.Call):
        call = each.node
        if isinstance(call.callee, s.Call) and call.args and s.last_name(call.callee) in ("route", *VERBS):
            on = route_decorator(tree, call.callee, each.function, each.module)
            path = text_of(call.callee.argument(0, "rule"), tree.app.project) or ""
            inner = Standing(each.module, each.function, call.callee)
            yield from _registered(tree, inner, on, [path], call.args[0])
        elif call.name != "add_url_rule" and call.keyword("view_func") is not None:
            given = [*call.args, *(keyword.value for keyword in call.keywords)]
            known = (tree.resolve(one, each.function, each.module) for one in given)
            on = next((one for one in known if one is not None), None)
            yield from _registered(tree, each, on, _paths(tree, given), call.keyword("view_func"))


def _registered(
    tree: Tree, site: Standing[s.Call], on: Instance | None, paths: list[str], view: s.Expression | None
) -> Iterator[Registration]:
    for node, function, module in tree.instances.several(view, site.function, site.module):
        found, around = wrapped(tree, node, function)
        if found is not None and on is not None:
            for path in paths:
                yield Registration(on, path, found, site.node, module, site.place, around)


def _paths(tree: Tree, given: list[s.Expression]) -> list[str]:
    """The texts among arguments that are paths."""
    texts: list[str] = []
    for each in given:
        for item in [each, *items_of(each, None, tree.instances)]:
            text = text_of(item, tree.app.project)
            if text is not None and text.startswith("/"):
                texts.append(text)
    return texts or [""]


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
    if found is None and isinstance(node, s.Attribute):
        owner = owner_of(node.base, function)
        found = tree.app.project.method(owner, node.name) if owner is not None else None
    if found is None:
        known = tree.instances.value(node, function)
        return wrapped(tree, known[0], known[1], depth + 1) if known is not None else (None, [])
    return found, []
