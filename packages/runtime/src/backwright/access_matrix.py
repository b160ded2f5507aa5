"""The access matrix of a service: every route, every role, whose row, and the fields, as plain values.

What lives here: collecting what `access_decisions.py` decides, for people and programs to read. What must not:
how it is shown; the command `access` (`access_commands.py`) and the workbench do that.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from fastapi import FastAPI
from fastapi.routing import RouteContext, iter_route_contexts

from backwright import guard
from backwright.access import Grant, Operation
from backwright.access_decisions import Whose, decide, granted_for, kinds_of_rows, roles_of
from backwright.access_lint import warnings
from backwright.access_words import grant_in_words, rows_in_words
from backwright.actor import PUBLIC, SIGNED_IN
from backwright.routes import ResourceRoute, Ruled
from backwright.runtime import Runtime

if TYPE_CHECKING:
    from backwright.bound_resource import BoundResource

Document = dict[str, Any]
_KIND: Final = re.compile(r":\w+}")


def matrix(app: FastAPI) -> Document:
    """The whole matrix; JSON can hold it.

    `routes` has a line for each method, path and kind of row: caller → statuses (two where it depends on more
    than whose row it is; none for routes that are not a resource's and that let the caller in). `fields` has for
    each resource and caller what may be done with each field, and on which rows. `rules` has every grant in words.
    """
    runtime: Runtime = app.state.runtime
    names = callers(runtime)
    return {
        "service": runtime.settings.service,
        "callers": list(names),
        "routes": [line for context in routes(app) for line in _lines(context, names)],
        "fields": {bound.name: _fields(bound, names) for bound in runtime.resources.values()},
        "rules": {bound.name: _rules(bound) for bound in runtime.resources.values()},
        "warnings": {
            bound.name: found for bound in runtime.resources.values() if (found := list(warnings(bound)))
        },
    }


def callers(runtime: Runtime) -> tuple[str, ...]:
    """Every role of the service; then who has signed in and has none, and who has not signed in."""
    declared = runtime.accounts.declared.roles if runtime.accounts is not None else ()
    return (*map(str, declared), SIGNED_IN, PUBLIC)


def routes(app: FastAPI) -> Iterator[RouteContext]:
    """The routes that are about the service's business, by path: probes and documentation are left out."""
    found = [
        each
        for each in iter_route_contexts(app.routes)
        if getattr(each.original_route, "include_in_schema", False)
    ]
    yield from sorted(found, key=lambda each: (path_of(each), sorted(each.methods or ())))


def path_of(context: RouteContext) -> str:
    """The path of a route as people write it: `/orders/{id}`."""
    return _KIND.sub("}", str(context.path))


def ruled_by(context: RouteContext) -> Ruled | None:
    """By what of a resource's access a route goes; `None` for a route of another kind."""
    route = context.original_route
    return route.ruled if isinstance(route, ResourceRoute) else None


def kinds_for(path: str, ruled: Ruled) -> tuple[Whose | None, ...]:
    """The kinds of rows that a route can be asked for: none for a list."""
    if ruled.operation is Operation.CREATE and "{" not in path:
        return tuple(each for each in kinds_of_rows(ruled.bound) if not each.elsewhere)
    return kinds_of_rows(ruled.bound) if "{" in path else (None,)


def _lines(context: RouteContext, names: tuple[str, ...]) -> Iterator[Document]:
    ruled, path = ruled_by(context), path_of(context)
    for method in sorted((context.methods or set()) - {"HEAD"}):
        head: Document = {"method": method, "path": path}
        if ruled is None:
            statuses = {name: _outside(context, name) for name in names}
            yield {**head, "resource": None, "operation": None, "row": None, "callers": statuses}
            continue
        said = {"resource": ruled.bound.name, "operation": ruled.action or str(ruled.operation)}
        for whose in kinds_for(path, ruled):
            statuses = {name: list(decide(ruled, roles_of(name), whose).statuses) for name in names}
            yield {**head, **said, "row": whose.label if whose else None, "callers": statuses}


def _outside(context: RouteContext, caller: str) -> list[int]:
    """Whether a route that is not a resource's lets a caller in (no status), or what it answers instead."""
    if not guard.needs_actor(context):
        return []
    if caller == PUBLIC:
        return [401]
    wanted = guard.required_roles(context)
    return [] if all(roles_of(caller) & each for each in wanted) else [403]


def _fields(bound: "BoundResource", names: tuple[str, ...]) -> Document:
    return {name: _fields_of(bound, roles_of(name)) for name in names}


def _fields_of(bound: "BoundResource", roles: frozenset[str]) -> Document:
    """Field → what may be done with it: the rows in words, `all`, or `None`; and whether lists may use it."""
    view = bound.view(roles)
    creatable = {field.name for field in bound.writable[0]}
    found: Document = {}
    for name in bound.fields:
        found[name] = {
            "read": _where(bound, roles, Operation.READ, name),
            "create": _where(bound, roles, Operation.CREATE, name) if name in creatable else None,
            "update": _where(bound, roles, Operation.UPDATE, name) if name in bound.sendable else None,
            "filter": view is not None
            and any(each.field == name and not each.relation for each in view.filters.values()),
            "sort": view is not None and name in view.sorts,
            "search": view is not None and name in view.searched,
        }
    return found


def _where(bound: "BoundResource", roles: frozenset[str], operation: Operation, name: str) -> str | None:
    """The rows on which roles may do this with a field: `all`, in words, or `None`."""
    covering = [each for _, each in granted_for(bound.policy, roles, operation) if each.covers(name)]
    if not covering:
        return None
    rules = [each.where for each in covering]
    if None in rules:
        return "all"
    return " or ".join(dict.fromkeys(rows_in_words(each, bound.table) for each in rules if each is not None))


def _rules(bound: "BoundResource") -> Document:
    """Role → its grants in words."""
    return {
        role: [_said(each, bound) for each in access.grants] for role, access in bound.policy.access.items()
    }


def _said(grant: Grant, bound: "BoundResource") -> str:
    return grant_in_words(grant, bound.table)
