"""Handlers that use the session, the ORM or a cursor themselves."""

from collections.abc import Iterator

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Function
from backwright_workbench.codebase.facts.data import Query
from backwright_workbench.codebase.facts.web import Route
from backwright_workbench.review.finding import Confidence, Seen, Severity
from backwright_workbench.review.reach import Reach, reach_of
from backwright_workbench.review.rule import About
from backwright_workbench.review.wiring import handlers, reads_request

ABOUT = About("A handler talks to the database itself", Severity.LOW, cwe=(1057,))

IDIOMATIC = frozenset(["django", "drf"])
"""Where views that use the ORM are what everybody expects."""
HOUSEKEEPING = frozenset(["commit", "ddl"])
HANDED = frozenset(["refresh", "flush", "rollback", "close", "begin", "expunge", "expire"])
HEAVY = 4
FIX = (
    "move the queries to a repository or service that gets the session, and let the handler translate between HTTP "
    "and its result"
)


def find(app: Application) -> Iterator[Seen]:
    """Each handler in which queries stand, and each helper of one that takes the request apart and asks."""
    reach = app.once(reach_of)
    routes = handlers(app)
    for handler, route in routes.items():
        found = _asked(reach.queries(handler))
        if found and (route.framework not in IDIOMATIC or _heavy(found)):
            yield _seen(f"`{route}`", handler, found, route)
    for helper, route in _helpers(reach, routes).items():
        found = _asked(reach.queries(helper))
        if found:
            yield _seen(
                f"`{helper.name}`, a helper of `{route}` that reads the request,", helper, found, route
            )


def _asked(queries: list[Query]) -> list[Query]:
    """What a handler asks by itself; closing a transaction that others filled is its right."""
    asked = [
        each for each in queries if each.call.name not in HANDED and each.sql.strip().upper() != "SELECT 1"
    ]
    return asked if any(each.kind not in HOUSEKEEPING for each in asked) else []


def _heavy(found: list[Query]) -> bool:
    writes = [each for each in found if each.kind in ("insert", "update", "delete")]
    tables = {name for each in found for name in each.models}
    return len(found) > HEAVY and len(writes) > 1 and len(tables) > 1


def _helpers(reach: Reach, routes: dict[Function, Route]) -> dict[Function, Route]:
    """Functions beside a handler that it calls and that read the request: a part of the handler under another name."""
    found: dict[Function, Route] = {}
    for handler, route in routes.items():
        if route.framework in IDIOMATIC:
            continue
        for _, callee in reach.callees(handler):
            near = callee.module is handler.module and callee.owner is None and callee not in routes
            if near and reach.queries(callee) and reads_request(callee):
                found.setdefault(callee, route)
    return found


def _seen(who: str, function: Function, found: list[Query], route: Route) -> Seen:
    tables = sorted({name.rpartition(".")[2] for each in found for name in each.models})
    writes = any(each.kind not in ("select", "get", "count") for each in found)
    what = "changes" if writes else "asks"
    of = f" ({', '.join(tables[:3])})" if tables else ""
    times = "" if len(found) == 1 else f", {len(found)} times"
    sure = Confidence.HIGH if writes or len(found) > 1 else Confidence.MEDIUM
    return Seen(
        function.head,
        f"{who} {what} the database itself{of}{times}: it cannot be used or tested without HTTP, and the next handler "
        "repeats it",
        Confidence.LOW if route.framework in IDIOMATIC else sure,
        fix=FIX,
        cause=f"{function.module.path}",
        about=function.qualified,
    )
