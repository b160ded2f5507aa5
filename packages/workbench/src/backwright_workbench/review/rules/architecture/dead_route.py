"""Routes that nobody reaches: routers that are never included, handlers behind an earlier route of the same path."""

import re
from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Role
from backwright_workbench.codebase.facts.web import Route
from backwright_workbench.review.finding import Confidence, Seen, Severity, Step
from backwright_workbench.review.rule import About

ABOUT = About("A route that nobody reaches", Severity.MEDIUM, cwe=(561,))

IN_ORDER = frozenset(["fastapi", "starlette", "django", "drf"])
"""Frameworks in which the first route that fits answers, however general it is."""
PARAMETER = re.compile(r"\{(\w+)(?::(\w+))?\}")
TYPED = re.compile(r"<(?:int|uuid|float):|\{\w+:(?:int|uuid|float)\}")


def find(app: Application) -> Iterator[Seen]:
    """Each router that is never included, once, and each route behind another one."""
    yield from _loose(app)
    seen: dict[tuple[str, str, str], Route] = {}
    general: dict[tuple[str, str], list[Route]] = {}
    apart = _has_several_roots(app)
    for route in app.routes:
        if apart and route.framework in ("django", "drf"):
            continue
        if not route.is_reachable or not route.path or route.declared.path not in app.project.paths:
            continue
        if app.project.paths[route.declared.path].role is not Role.CODE or not _is_plain(route):
            continue
        for method in route.methods:
            shape = PARAMETER.sub("{}", route.path)
            first = seen.setdefault((route.framework, method, shape), route)
            if first is not route and _differs(first, route):
                yield _behind(route, first, f"has the same path as `{first}`, which stands before it")
                break
            earlier = _taken(route, general.get((route.framework, method), []))
            if earlier is not None:
                yield _behind(
                    route, earlier, f"is answered by `{earlier}`, which stands before it and takes any word"
                )
                break
            if route.framework in IN_ORDER and PARAMETER.search(route.path) and not _is_typed(app, route):
                general.setdefault((route.framework, method), []).append(route)


def _has_several_roots(app: Application) -> bool:
    """Whether requests choose among several lists of URLs, by host: then the same path may stand in each of them."""
    return any(each.node.name == "set_urlconf" for each in app.nodes(s.Call)) or any(
        isinstance(target, s.Attribute) and target.name == "urlconf"
        for each in app.nodes(s.Assign)
        for target in each.node.targets
    )


def _loose(app: Application) -> Iterator[Seen]:
    routers: dict[tuple[str, str], list[Route]] = {}
    included = {each.app for each in app.routes if each.is_reachable}
    if not included:
        return
    for route in app.routes:
        module = app.project.paths.get(route.declared.path)
        if (
            not route.is_reachable
            and module is not None
            and module.role is Role.CODE
            and route.app not in included
        ):
            routers.setdefault((route.declared.path, route.app), []).append(route)
    for (path, name), routes in routers.items():
        first, *others = routes
        router = name.rpartition(".")[2] or path
        yield Seen(
            first.declared,
            f"`{router}` is included nowhere: nobody reaches `{first}`"
            + (f" and {len(others)} more" if others else ""),
            Confidence.MEDIUM,
            fix=f"include `{router}` in the application, or remove it",
            also=tuple(Step(each.declared, f"`{each}`") for each in others[:10]),
            about=name or path,
        )


def _is_plain(route: Route) -> bool:
    return not {"*", "QUERY", "MUTATION", "WEBSOCKET", "SUBSCRIPTION"} & set(route.methods)


def _differs(first: Route, route: Route) -> bool:
    """Whether they are two handlers of one application, not one that is registered twice."""
    if route.framework == "flask" and first.view is not route.view and first.view and route.view:
        return False  # classes may have a prefix of their own
    same = first.handler is route.handler and first.view is route.view
    return not same and first.handler is not None and route.handler is not None and first.app == route.app


def _taken(route: Route, general: list[Route]) -> Route | None:
    """An earlier route of the same router whose parameter takes a word that this one writes out."""
    parts = route.path.strip("/").split("/")
    for earlier in general:
        if earlier.app != route.app or earlier.handler is route.handler:
            continue
        others = earlier.path.strip("/").split("/")
        if len(others) != len(parts) or earlier.path.endswith("/") != route.path.endswith("/"):
            continue
        pairs = list(zip(others, parts, strict=True))
        wide = [
            other for other, part in pairs if other != part and PARAMETER.fullmatch(other) and "{" not in part
        ]
        same = all(other == part or PARAMETER.fullmatch(other) for other, part in pairs)
        if same and wide and not any(PARAMETER.fullmatch(part) and "{" not in other for other, part in pairs):
            return earlier
    return None


def _is_typed(app: Application, route: Route) -> bool:
    """Whether its parameters take numbers only: `<int:pk>`, `{id:int}`."""
    module = app.project.paths[route.declared.path]
    return bool(TYPED.search(module.text(route.declared)))


def _behind(route: Route, first: Route, why: str) -> Seen:
    return Seen(
        route.declared,
        f"`{route}` {why}: nobody reaches it",
        Confidence.HIGH,
        fix="put the route with the written path before the one with the parameter, or remove one of them",
        also=(Step(first.declared, f"`{first}`"),),
        about=f"{route}",
    )
