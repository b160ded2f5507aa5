"""What runs before all handlers of a Flask application or blueprint, and what answers errors.

What lives here: `before_request` with the routes it leaves out, error handlers. What must not: extensions
(`flask_extensions.py`).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Function, Module
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.facts.web import ErrorHandler, Level, Purpose, Route
from backwright_workbench.codebase.frameworks.flask_registrations import wrapped
from backwright_workbench.codebase.frameworks.flask_routes import Found
from backwright_workbench.codebase.frameworks.flask_tree import Hung, Tree
from backwright_workbench.codebase.frameworks.guarding import waives
from backwright_workbench.codebase.frameworks.instances import Instance, items_of

APP_WIDE = {
    "before_app_request": "before_request",
    "after_app_request": "after_request",
    "app_url_value_preprocessor": "before_request",
}
BEFORE = ("before_request", "url_value_preprocessor")
HANDLERS = (
    "errorhandler", "app_errorhandler", "register_error_handler", "add_error_handler", "error_handler",
)  # fmt: skip
GENERAL = frozenset(
    ["Exception", "BaseException", "HTTPException", "InternalServerError", "500", "default_exceptions"]
)
MATTERS = frozenset(
    [Purpose.AUTHENTICATION, Purpose.AUTHORIZATION, Purpose.RATE_LIMIT, Purpose.CSRF, Purpose.VALIDATION]
)


@dataclass(slots=True, eq=False)
class Hook:
    """A function that runs for all requests to what hangs on `on`; with None to every application."""

    name: str
    function: Function
    on: Instance | None
    place: Place
    parameters: frozenset[str] = frozenset()
    """Where it looks at parameters of the path (`url_value_preprocessor`): it does something for those only."""


def hooks(tree: Tree) -> Iterator[Hook]:
    """`before_request` and `after_request`, as decorators and as calls."""
    names = (*BEFORE, "after_request", *APP_WIDE)
    for function in tree.app.functions():
        for each in function.decorators:
            if s.last_name(each) in names and isinstance(each, s.Attribute):
                on = tree.resolve(each.base, function.inside, function.module)
                yield _hook(tree, each.name, function, on, function.module.at(each))
    for site in tree.app.calls(*names):
        callee = site.node.callee
        if site.node.args and isinstance(callee, s.Attribute):
            found, _ = wrapped(tree, site.node.args[0], site.function)
            on = tree.resolve(callee.base, site.function, site.module)
            if isinstance(found, Function) and on is not None:
                yield _hook(tree, callee.name, found, on, site.place)


def _hook(tree: Tree, name: str, function: Function, on: Instance | None, place: Place) -> Hook:
    if name in APP_WIDE:
        ways = tree.hung(on) if on is not None else []
        on = next((each.chain[0] for each in ways if each.chain[0].kind == "app"), None)
    known = "before_request" if name in BEFORE else APP_WIDE.get(name, name)
    return Hook(known, function, on, place, _asked(function) if "url_value" in name else frozenset())


def guard_routes(tree: Tree, found: list[Found], known: list[Hook]) -> None:
    """Adds what runs before to the guards of each route that it runs before."""
    for hook in known:
        if hook.name != "before_request":
            continue
        is_app = hook.on is None or hook.on.kind == "app"
        guard = tree.purposes.guard(hook.function, Level.APP if is_app else Level.ROUTER, hook.place)
        if not guard.purposes & MATTERS:
            continue
        limits = list(_limits(tree, hook.function))
        for route, hung in found:
            if hook.on is not None and hook.on not in hung.chain:
                continue
            if hook.parameters and not any(f"{{{each}}}" in route.path for each in hook.parameters):
                continue
            is_left_out = _left_out(limits, route.path, _endpoints(route, hung))
            if not is_left_out and not waives(route.handler.decorators if route.handler else ()):
                route.guards.append(guard)


def _asked(function: Function) -> frozenset[str]:
    """The parameters of the path that a preprocessor takes out of its values."""
    name = function.params[1].name if len(function.params) > 1 else ""
    found = set()
    for node in function.walk():
        match node:
            case s.Call(callee=s.Attribute(base=s.Name(id=base)), args=[first, *_]) if base == name:
                found.add(s.text_of(first) or "")
            case s.Item(base=s.Name(id=base), key=key) if base == name:
                found.add(s.text_of(key) or "")
    return frozenset(found - {""})


@dataclass(slots=True, eq=False)
class Limit:
    """A condition of a hook on the path, endpoint or blueprint: it looks only at these, or at all but these."""

    part: str
    texts: tuple[str, ...]
    only: bool
    is_start: bool


def _limits(tree: Tree, function: Function) -> Iterator[Limit]:
    for node in function.walk():
        if isinstance(node, s.Branch):
            exits = bool(node.body) and _is_plain_exit(node.body[-1])
            for test, negated in _tests(node.test, False):
                limit = _limit(tree, function, test, negated, exits)
                if limit is not None:
                    yield limit


def _tests(node: s.Expression, negated: bool) -> Iterator[tuple[s.Expression, bool]]:
    match node:
        case s.Operation(operator="not", operands=[inner]):
            yield from _tests(inner, not negated)
        case s.Operation(operator="and" | "or", operands=operands):
            for each in operands:
                yield from _tests(each, negated)
        case _:
            yield node, negated


def _limit(tree: Tree, function: Function, test: s.Expression, negated: bool, exits: bool) -> Limit | None:
    match test:
        case s.Operation(operator="in" | "not in" | "==" | "!=" as operator, operands=[one, other]):
            part = _part(one) or _part(other)
            listed = other if _part(one) else one
            negated = negated != (operator in ("not in", "!="))
            is_start = operator in ("in", "not in") and not _part(one)
        case s.Call(callee=s.Attribute(base=base, name="startswith"), args=[listed, *_]):
            part, is_start = _part(base), True
        case _:
            return None
    texts = [s.text_of(each) for each in items_of(listed, function, tree.instances)] or [s.text_of(listed)]
    known = tuple(each for each in texts if each)
    return Limit(part, known, negated == exits, is_start) if part and known else None


def _part(node: s.Expression) -> str:
    if isinstance(node, s.Name) and node.id == "endpoint":
        return node.id  # of a preprocessor
    return node.name if s.refers(node) in PARTS and isinstance(node, s.Attribute) else ""


PARTS = frozenset(
    f"{module}.request.{part}" for module in ("flask", "quart") for part in ("path", "endpoint", "blueprint")
)


def _is_plain_exit(node: s.Statement) -> bool:
    return isinstance(node, s.Return) and (node.value is None or s.constant(node.value) is None)


def _left_out(limits: list[Limit], path: str, endpoints: tuple[str, ...]) -> bool:
    """Whether a hook does nothing for a route."""
    only = [each for each in limits if each.only]
    if only and not any(_fits(each, path, endpoints) for each in only):
        return True
    return any(_fits(each, path, endpoints) for each in limits if not each.only)


def _fits(limit: Limit, path: str, endpoints: tuple[str, ...]) -> bool:
    if limit.part == "path":
        same = any(path.rstrip("/") == each.rstrip("/") for each in limit.texts)
        return same or (limit.is_start and any(path.startswith(each) for each in limit.texts))
    if limit.part == "blueprint":
        return any(each.startswith(f"{text}.") for each in endpoints for text in limit.texts)
    return any(
        each == text or (limit.is_start and each.startswith(text))
        for each in endpoints
        for text in limit.texts
    )


def _endpoints(route: Route, hung: Hung) -> tuple[str, ...]:
    """The names of a route's endpoint, with its blueprint's name."""
    own = route.view.name.lower() if route.view else route.handler.name if route.handler else ""
    on = hung.chain[-1]
    blueprint = s.text_of(on.call.argument(0, "name")) if on.kind == "blueprint" else None
    plain = {own, route.view.name if route.view else own}
    return tuple(f"{blueprint}.{each}" if blueprint else each for each in plain)


def error_handlers(tree: Tree) -> Iterator[ErrorHandler]:
    """`@app.errorhandler(404)`, `app.register_error_handler(Exception, handler)`."""
    for function in tree.app.functions():
        for each in function.decorators:
            if s.last_name(each) in HANDLERS and _is_ours(tree, each, function.inside, function.module):
                args = each.args if isinstance(each, s.Call) else []
                errors = _errors(tree, args[0], function.inside) if args else []
                yield _handler(errors, function, function.head)
    for site in tree.app.calls("register_error_handler", "add_error_handler"):
        if _is_ours(tree, site.node, site.function, site.module) and site.node.args:
            found, _ = wrapped(tree, site.node.argument(1, "f"), site.function)
            errors = _errors(tree, site.node.args[0], site.function)
            yield _handler(errors, found if isinstance(found, Function) else None, site.place)


def _is_ours(tree: Tree, node: s.Expression, scope: Function | None, module: Module) -> bool:
    callee = node.callee if isinstance(node, s.Call) else node
    if not isinstance(callee, s.Attribute):
        return False
    found = tree.resolve(callee.base, scope, module)
    return found is not None or callee.name in ("errorhandler", "app_errorhandler", "register_error_handler")


def _errors(tree: Tree, node: s.Expression, scope: Function | None) -> list[str]:
    """What an error handler is for: a class, a code, or what a loop goes through."""
    value = s.constant(node)
    if isinstance(value, int | str):
        return [str(value)]
    subject = tree.instances.looped(node, scope)
    if subject is not None:
        names = [_errors(tree, each, scope) for each in items_of(subject, scope, tree.instances)]
        return [one for each in names for one in each] or [s.refers(subject) or s.last_name(subject)]
    return [s.refers(node) or s.last_name(node)]


def _handler(errors: list[str], function: Function | None, place: Place) -> ErrorHandler:
    named = {each.rpartition(".")[2] for each in errors}
    return ErrorHandler(tuple(errors), function, place, not errors or bool(named & GENERAL))
