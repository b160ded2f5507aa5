"""The routes of Flask whose handlers are methods of a class: views, resources, flask-smorest and flask-restx.

What lives here: which class answers which path, and what guards its methods. What must not: functions
(`flask_routes.py`).
"""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Class, Function, Module
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.facts.web import Guard, Level
from backwright_workbench.codebase.frameworks.flask_registrations import (
    VERBS,
    registrations,
    route_decorator,
    wrapped,
)
from backwright_workbench.codebase.frameworks.flask_routes import Found, made, methods_of
from backwright_workbench.codebase.frameworks.flask_tree import Tree
from backwright_workbench.codebase.frameworks.guarding import guards_of
from backwright_workbench.codebase.frameworks.instances import Instance, items_of
from backwright_workbench.codebase.frameworks.paths import join, text_of


def view_routes(tree: Tree) -> Iterator[Found]:
    """All of them."""
    yield from _rules(tree)
    yield from _resources(tree)
    yield from _decorated(tree)
    yield from _exposed(tree)


def _rules(tree: Tree) -> Iterator[Found]:
    for each in registrations(tree):
        if isinstance(each.view, Class):
            only = methods_of(tree, each.call) if each.call.keyword("methods") is not None else ()
            guards = guards_of(tree.purposes, each.around, Level.CLASS, each.module)
            yield from class_routes(tree, each.on, each.path, each.view, each.place, guards, only)


def _resources(tree: Tree) -> Iterator[Found]:
    """`api.add_resource(Users, "/users", "/people")`."""
    for each in tree.app.calls("add_resource"):
        call = each.node
        if not isinstance(call.callee, s.Attribute) or not call.args:
            continue
        on = tree.resolve(call.callee.base, each.function, each.module) or tree.instances.nearest(
            each.module, "api", "app"
        )
        for node, function, module in tree.instances.several(call.args[0], each.function, each.module):
            view, around = wrapped(tree, node, function)
            if on is not None and isinstance(view, Class):
                guards = guards_of(tree.purposes, around, Level.CLASS, module)
                paths = [text_of(path, tree.app.project) or "" for path in call.args[1:]] or [""]
                for path in paths:
                    yield from class_routes(tree, on, path, view, each.place, guards)


def _decorated(tree: Tree) -> Iterator[Found]:
    """`@blp.route("/users")` or `@ns.route("/users")` on a class."""
    for module in tree.app.modules():
        for view in module.all_classes:
            for decorator in view.decorators:
                on = route_decorator(tree, decorator, None, module)
                if on is None or not isinstance(decorator, s.Call):
                    continue
                others = [each for each in view.decorators if each is not decorator]
                guards = guards_of(tree.purposes, others, Level.CLASS, module)
                for path in [text_of(each, tree.app.project) or "" for each in decorator.args[:4]] or [""]:
                    yield from class_routes(tree, on, path, view, module.at(decorator), guards)


def class_routes(
    tree: Tree,
    on: Instance,
    path: str,
    view: Class,
    declared: Place,
    guards: list[Guard],
    only: tuple[str, ...] = (),
) -> Iterator[Found]:
    """One route for each method of a class."""
    for verb, handler in _handlers(tree, view):
        methods = (verb.upper(),) if verb else _listed(tree, view) or only or ("GET",)
        if verb and only and verb.upper() not in only:
            continue
        own = guards_of(tree.purposes, handler.decorators, Level.ROUTE, handler.module)
        shared = _shared(tree, view, verb)
        yield from made(tree, on, path, methods, handler, view, declared, [*own, *guards, *shared])


def _handlers(tree: Tree, view: Class) -> Iterator[tuple[str, Function]]:
    found = {verb: tree.app.project.method(view, verb) for verb in VERBS}
    known = [(verb, handler) for verb, handler in found.items() if handler is not None]
    single = tree.app.project.method(view, "dispatch_request")
    if not known and single is not None:
        yield "", single
    yield from known


def _listed(tree: Tree, view: Class) -> tuple[str, ...]:
    found = tree.app.project.attribute(view, "methods")
    values = [s.text_of(each) for each in items_of(found[1], None, tree.instances)] if found else []
    return tuple(each.upper() for each in values if each)


def _shared(tree: Tree, view: Class, verb: str) -> list[Guard]:
    """What `decorators` and `method_decorators` of the class put around each method."""
    guards: list[Guard] = []
    for name in ("decorators", "method_decorators"):
        found = tree.app.project.attribute(view, name)
        if found is None:
            continue
        owner, value = found
        items = list(items_of(value, None, tree.instances))
        if isinstance(value, s.Pairs):
            for key, inner in zip(value.keys, value.values, strict=True):
                if s.text_of(key) == verb:
                    items += items_of(inner, None, tree.instances)
        guards += guards_of(tree.purposes, items, Level.CLASS, owner.module)
    return guards


def _exposed(tree: Tree) -> Iterator[Found]:
    """Flask-AppBuilder and Flask-Admin: `@expose("/path")` on methods of a view."""
    for module in tree.app.modules():
        for view in module.all_classes:
            for handler in view.methods.values():
                for decorator in handler.decorators:
                    if isinstance(decorator, s.Call) and decorator.refers.rpartition(".")[2] == "expose":
                        yield from _expose(tree, module, view, handler, decorator)


def _expose(tree: Tree, module: Module, view: Class, handler: Function, call: s.Call) -> Iterator[Found]:
    on = tree.instances.nearest(module, "app")
    if on is None or not call.refers.startswith(("flask_appbuilder", "flask_admin")):
        return
    base = next(
        (
            text
            for name in ("route_base", "resource_name")
            if (found := tree.app.project.attribute(view, name)) and (text := s.text_of(found[1]))
        ),
        view.name.lower(),
    )
    path = join(base, text_of(call.argument(0, "url"), tree.app.project) or "")
    guards = guards_of(tree.purposes, handler.decorators, Level.ROUTE, module)
    yield from made(tree, on, path, methods_of(tree, call), handler, view, module.at(call), guards)
