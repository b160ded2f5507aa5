"""Lists that are as long as their table: without a limit, or with one that callers choose freely."""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Function, Role
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.facts.web import Route, RouteParameter
from backwright_workbench.codebase.facts.words import words
from backwright_workbench.review.finding import Confidence, Seen, Severity, Step
from backwright_workbench.review.lists import Rows, lists_of
from backwright_workbench.review.rule import About
from backwright_workbench.review.wiring import routes_of

ABOUT = About("A list without an end", Severity.MEDIUM, cwe=(770,), owasp=("API4:2023",))

READS = frozenset(["GET", "QUERY", "*"])
LIMITS = frozenset(
    ["limit", "page_size", "per_page", "pagesize", "size", "perpage", "take", "max_results", "page_limit", "top",
     "first", "count", "results_per_page", "items_per_page", "num_results"]
)  # fmt: skip
NUMBERS = frozenset(["builtins.int", "int", "integer", ""])
SMALL = frozenset(
    ["role", "roles", "category", "categories", "tag", "tags", "status", "type", "types", "country", "countries",
     "permission", "language", "currency", "group", "setting", "settings", "option", "choice", "department", "genre"]
)  # fmt: skip
"""Tables of such names rarely grow."""
FORMS = frozenset(["new", "edit", "add", "create", "update", "login", "register", "signup", "form"])
"""Paths of such words show a form."""
FIX = "take a page from the query (`limit` with a maximum, and a cursor or offset) and put it into the query"
PAGES = (
    "set `DEFAULT_PAGINATION_CLASS` and `PAGE_SIZE` in `REST_FRAMEWORK`, or `pagination_class` of the view"
)
MAXIMUM = "give it a maximum"


def find(app: Application) -> Iterator[Seen]:
    """Each handler that gives back whole tables, and each limit that callers may set as high as they like."""
    lists = app.once(lists_of)
    dependencies: set[tuple[str, int]] = set()
    for handler, routes in routes_of(app).items():
        route = next((each for each in routes if READS & set(each.methods)), None)
        if route is None or route.is_paginated:
            continue
        rows = lists.of(handler)
        if rows is not None and not _is_beside(rows, routes):
            yield _endless(route, handler, rows)
            continue
        for param in route.parameters:
            found = _free(app, handler, route, param)
            if found is not None and (found.place.path, found.place.line) not in dependencies:
                dependencies.add((found.place.path, found.place.line))
                yield found
                break
        else:
            yield from _asked_freely(handler, route)
    yield from _framework(app)


def _is_beside(rows: Rows, routes: list[Route]) -> bool:
    """Whether the rows fill the choices of a form: they stand beside what the page is about."""
    takes = {method for route in routes for method in route.methods}
    parts = {part for route in routes for part in words(route.path.rpartition("}")[2] or route.path)}
    return ("POST" in takes and _is_small(rows)) or bool(parts & FORMS)


def _is_small(rows: Rows) -> bool:
    return bool(rows.query.models) and all(
        SMALL & {words(each.rpartition(".")[2])[-1:][0]}
        for each in rows.query.models
        if words(each.rpartition(".")[2])
    )


def _endless(route: Route, handler: Function, rows: Rows) -> Seen:
    query = rows.query
    tables = ", ".join(f"`{each.rpartition('.')[2]}`" for each in query.models[:2]) or "a query"
    what = f"the rows of {tables} that match" if query.filters else f"every row of {tables}"
    is_sure = not query.filters and not _is_small(rows)
    return Seen(
        handler.head,
        f"`{route}` gives back {what}, with no limit: its time and memory grow with the table",
        Confidence.HIGH if is_sure else Confidence.MEDIUM,
        fix=FIX,
        steps=(*rows.steps, Step(query.place, "reads all rows")),
        about=handler.qualified,
    )


def _free(app: Application, handler: Function, route: Route, param: RouteParameter) -> Seen | None:
    """A parameter that bounds the list and that nothing bounds."""
    if not _is_limit(param.name) or param.source != "query" or param.has_maximum or param.type not in NUMBERS:
        return None
    own = handler.param(param.name)
    if own is not None:
        if not _is_used(handler, param.name) or _is_checked(handler, param.name):
            return None
        place, cause = Place(handler.module.path, own.line, own.line), f"{handler.module.path}:limits"
    else:
        found = _elsewhere(app, param)
        if found is None:
            return None
        place, cause = found, f"{found}"
    return Seen(
        place,
        f"`{route}` lets callers choose `{param.name}` with no maximum: one request can ask for the whole table",
        Confidence.MEDIUM,
        fix=f"{MAXIMUM}: `Query(le=100)` in FastAPI, `min({param.name}, 100)` elsewhere",
        cause=cause,
        about=f"{route}.{param.name}",
    )


def _is_limit(name: str) -> bool:
    return name.lower() in LIMITS


def _is_used(function: Function, name: str) -> bool:
    return any(isinstance(node, s.Name) and node.id == name for node in function.walk())


def _is_checked(function: Function, name: str) -> bool:
    """Whether it is cut down or compared with something: `min(limit, 100)`, `if limit > 100`."""
    return any(
        isinstance(each, s.Name) and each.id == name
        for node in function.walk()
        if (isinstance(node, s.Call) and node.name in ("min", "clamp", "max", "clip"))
        or (isinstance(node, s.Operation) and node.operator in ("<", ">", "<=", ">=", "in", "not in"))
        for each in s.walk(node)
    )


def _elsewhere(app: Application, param: RouteParameter) -> Place | None:
    """Where a parameter of a dependency is declared."""
    for function in app.functions():
        found = function.param(param.name)
        if found is not None and found.line == param.line:
            if _is_checked(function, param.name):
                return None
            return Place(function.module.path, found.line, found.line)
    for schema in app.schemas.values():
        for each in schema.fields:
            if each.name == param.name and each.place.line == param.line:
                return each.place
    return None


def _asked_freely(handler: Function, route: Route) -> Iterator[Seen]:
    """`limit = request.args.get("limit", type=int)`, then `.limit(limit)`."""
    for node in handler.walk():
        if not isinstance(node, s.Assign) or node.value is None or not isinstance(node.targets[0], s.Name):
            continue
        asked = [call for call in s.calls_in(node.value) if call.name == "get" and _is_arguments(call)]
        name = node.targets[0].id
        cut = any(call.name in ("min", "max", "clamp") for call in s.calls_in(node.value))
        if not asked or cut or not _is_limit(str(s.text_of(asked[0].argument(0)))):
            continue
        if _limits(handler, name) and not _is_checked(handler, name):
            yield Seen(
                handler.head,
                f"`{route}` takes `{s.text_of(asked[0].argument(0))}` from the request with no maximum: one request "
                "can ask for the whole table",
                Confidence.MEDIUM,
                fix=f"{MAXIMUM}: `min({name}, 100)`",
                about=handler.qualified,
            )
            return


def _is_arguments(call: s.Call) -> bool:
    base = call.callee.base if isinstance(call.callee, s.Attribute) else None
    return s.last_name(base) in ("args", "query_params", "GET", "values")


def _limits(function: Function, name: str) -> bool:
    """Whether a local value says how many rows a query gives."""
    for node in function.walk():
        given: list[s.Node] = []
        if isinstance(node, s.Call) and node.name in ("limit", "slice", "fetchmany"):
            given = [*node.args]
        elif isinstance(node, s.Range) and node.high is not None:
            given = [node.high]
        if any(isinstance(each, s.Name) and each.id == name for each in s.walk(*given)):
            return True
    return False


def _framework(app: Application) -> Iterator[Seen]:
    """Lists that a framework gives by itself (`ListAPIView`, `ModelViewSet`), and pages as long as callers like."""
    for route in app.routes:
        if route.handler is not None or route.view is None or route.view.module.role is not Role.CODE:
            continue
        if route.action == "list" and not route.is_paginated:
            yield Seen(
                Place(route.place.path, route.place.line, route.place.line, route.place.column),
                f"`{route}` ({route.view.name}) gives back every row: neither it nor the settings make pages of it",
                Confidence.HIGH,
                fix=PAGES,
                about=route.view.qualified,
            )
    for each in app.project.classes.values():
        if each.module.role is Role.CODE and app.project.inherits(each, "*.PageNumberPagination"):
            chosen = app.project.attribute(each, "page_size_query_param")
            if chosen and s.text_of(chosen[1]) and app.project.attribute(each, "max_page_size") is None:
                yield Seen(
                    Place(each.module.path, each.line, each.line, each.column),
                    f"`{each.name}` lets callers choose `{s.text_of(chosen[1])}` with no maximum",
                    Confidence.MEDIUM,
                    fix="set `max_page_size`",
                    about=each.qualified,
                )
