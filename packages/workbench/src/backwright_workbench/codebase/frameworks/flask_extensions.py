"""Extensions of Flask and hooks on answers: what sees every request of an application.

What lives here: CORS, limiters, CSRF protection, headers that are set on every answer. What must not: routes.
"""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Standing
from backwright_workbench.codebase.facts.code import Function
from backwright_workbench.codebase.facts.values import sure_options, sure_value
from backwright_workbench.codebase.facts.web import Guard, Level, Middleware, Purpose
from backwright_workbench.codebase.frameworks.flask_hooks import Hook
from backwright_workbench.codebase.frameworks.flask_routes import Found
from backwright_workbench.codebase.frameworks.flask_tree import EXTENSIONS, Tree
from backwright_workbench.codebase.frameworks.guarding import guard_of, waives

BEFORE = frozenset({Purpose.AUTHENTICATION, Purpose.AUTHORIZATION, Purpose.RATE_LIMIT})
"""What cannot be done when the answer is there already."""
EVERYWHERE = ("default_limits", "application_limits", "default_limit", "global_limits")
CAREFUL = (
    "x-frame-options",
    "content-security-policy",
    "strict-transport-security",
    "x-content-type-options",
)


def extensions(tree: Tree) -> Iterator[Middleware]:
    """`CORS(app)`, `limiter = Limiter(…)` with `limiter.init_app(app)`."""
    inits = tree.app.calls("init_app")
    for each in tree.app.calls(*{name.rpartition(".")[2] for name in EXTENSIONS}):
        purpose = EXTENSIONS.get(each.node.refers)
        if purpose is None:
            continue
        made = sure_options(tree.app, each.node)
        started = (
            [each] if _has_app(tree, each) else [site for site in inits if _starts(tree, each.node, site)]
        )
        if started:
            for site in started:
                made |= sure_options(tree.app, site.node)
            on = tree.resolve(_app_of(started[0].node), started[0].function, started[0].module)
            yield Middleware(each.node.name, frozenset({purpose}), each.place, made, on.key if on else "")


def _app_of(call: s.Call) -> s.Expression | None:
    return call.keyword("app") or (call.args[0] if call.args else None)


def _has_app(tree: Tree, site: Standing[s.Call]) -> bool:
    """Whether an extension is given an application when it is made; a limiter may get its key first."""
    if site.node.keyword("app") is not None:
        return s.constant(site.node.keyword("app")) is not None
    given = [tree.resolve(each, site.function, site.module) for each in site.node.args[:2]]
    return any(each is not None and each.kind in ("app", "blueprint", "api") for each in given)


def _starts(tree: Tree, call: s.Call, site: Standing[s.Call]) -> bool:
    callee = site.node.callee
    if not isinstance(callee, s.Attribute):
        return False
    found = tree.instances.resolve(callee.base, site.function, site.module)
    return found is not None and found.call is call


def answers(tree: Tree, known: list[Hook]) -> Iterator[Middleware]:
    """`after_request` functions that set headers, and WSGI applications that are put around this one."""
    for hook in known:
        if hook.name == "after_request":
            headers = dict(_headers(tree, hook.function))
            purposes = set(tree.purposes.of(hook.function)) - BEFORE
            names = {each.lower() for each in headers}
            purposes |= {Purpose.HEADERS} if names & set(CAREFUL) else set()
            purposes |= {Purpose.CORS} if any(each.startswith("access-control-") for each in names) else set()
            on = hook.on.key if hook.on else ""
            yield Middleware(hook.function.name, frozenset(purposes), hook.function.head, headers, on)
    for each in tree.app.nodes(s.Assign):
        for target in each.node.targets:
            if (
                isinstance(target, s.Attribute)
                and target.name == "wsgi_app"
                and isinstance(each.node.value, s.Call)
            ):
                call = each.node.value
                yield Middleware(call.name, tree.purposes.of(call), each.place, sure_options(tree.app, call))


def _headers(tree: Tree, function: Function) -> Iterator[tuple[str, object]]:
    """The headers that a function sets, with their values where these are written out."""
    for node in function.walk():
        match node:
            case s.Assign(targets=targets, value=value):
                for target in targets:
                    if isinstance(target, s.Item) and s.last_name(target.base) == "headers":
                        name = s.text_of(target.key)
                        if name:
                            yield name, sure_value(tree.app, value)
            case s.Call(callee=s.Attribute(base=base), args=[first, *rest]) if s.last_name(base) == "headers":
                name = s.text_of(first)
                if name:
                    yield name, sure_value(tree.app, rest[0]) if rest else ...
                given = sure_value(tree.app, first)
                if isinstance(given, dict):
                    yield from ((str(key), value) for key, value in given.items())


def guard_routes(tree: Tree, found: list[Found], middleware: list[Middleware]) -> None:
    """Adds what extensions do for every route (CSRF, default limits) to the routes that are not left out of it."""
    for each in middleware:
        csrf = Purpose.CSRF in each.purposes
        limits = Purpose.RATE_LIMIT in each.purposes and (
            any(name in each.options for name in EVERYWHERE) or _is_configured(tree)
        )
        if csrf or limits:
            guard = Guard(each.name, each.purposes, Level.APP, each.place)
            exempt = _exempt(tree, "csrf" if csrf else "limit")
            for route, hung in found:
                handler = route.handler
                out = exempt & ({id(one) for one in hung.chain} | {id(handler), id(route.view)})
                decorators = [
                    *(handler.decorators if handler else ()),
                    *(route.view.decorators if route.view else ()),
                ]
                if not out and not waives(decorators, "csrf" if csrf else "limit"):
                    route.guards.append(guard)
    _limited_blueprints(tree, found)


def _is_configured(tree: Tree) -> bool:
    """Whether a setting gives limits for all routes: `RATELIMIT_DEFAULT`."""
    for each in tree.app.nodes(s.Assign):
        for target in each.node.targets:
            name = s.text_of(target.key) if isinstance(target, s.Item) else s.last_name(target)
            if name in ("RATELIMIT_DEFAULT", "RATELIMIT_APPLICATION"):
                return True
    return False


def _exempt(tree: Tree, what: str) -> set[int]:
    """The blueprints and handlers that are given to `csrf.exempt(…)`."""
    found = set()
    for each in tree.app.calls("exempt"):
        if each.node.args and what in s.written(each.node.callee).lower():
            on = tree.resolve(each.node.args[0], each.function, each.module)
            handler = tree.app.project.definition(s.refers(each.node.args[0]))
            found |= {id(on)} if on is not None else {id(handler)} if handler is not None else set()
    return found


def _limited_blueprints(tree: Tree, found: list[Found]) -> None:
    """`limiter.limit("5/minute")(blueprint)`."""
    for each in tree.app.nodes(s.Call):
        if (
            isinstance(each.node.callee, s.Call)
            and each.node.callee.name in ("limit", "shared_limit")
            and each.node.args
        ):
            on = tree.resolve(each.node.args[0], each.function, each.module)
            if on is not None:
                guard = guard_of(tree.purposes, each.node.callee, Level.ROUTER, each.module)
                for route, hung in found:
                    if on in hung.chain:
                        route.guards.append(guard)
