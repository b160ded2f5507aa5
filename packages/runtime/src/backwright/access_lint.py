"""Ill-written rules: those that cannot be meant stop the start, those that may be a mistake are said.

What lives here: what the rules of a resource mean together. What must not: single expressions (`access_types.py`), and
what they can hold for at all (`access_reach.py`).
"""

import itertools
import logging
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from sqlalchemy import Column
from sqlalchemy.sql import visitors

from backwright import access_types
from backwright.access import Grant, Operation, Rows
from backwright.access_reach import reach
from backwright.access_words import grant_in_words, rows_in_words
from backwright.fields import STANDARD

if TYPE_CHECKING:
    from backwright.bound_resource import BoundResource

_log = logging.getLogger("backwright.access")


def faults(bound: "BoundResource") -> Iterator[str]:
    """What cannot be meant: wrong types, rules that hold always or never, grants that a wider one swallows."""
    for role, grant in _grants(bound):
        if grant.where is None:
            continue
        place = f"the rule of {role!r} for {grant.operation}"
        wrong = list(dict.fromkeys(access_types.faults(grant.where.on(bound.table))))
        yield from (f"{place} {each}" for each in wrong)
        holds = None if wrong else reach(grant.where.on(bound.table))
        if holds is not None:
            how, instead = ("always", "take the rule away") if holds else ("never", "take the grant away")
            yield f"{place} holds {how} ({rows_in_words(grant.where, bound.table)}); {instead}"
    for role, access in bound.policy.access.items():
        for wide, narrow in itertools.permutations(access.grants, 2):
            if _swallows(wide, narrow, bound):
                yield (
                    f"{role!r} may {grant_in_words(wide, bound.table)}, and so the grant to "
                    f"{grant_in_words(narrow, bound.table)} changes nothing; take one of them away"
                )


def warnings(bound: "BoundResource") -> Iterator[str]:
    """What may be meant and gives something away, or nothing at all."""
    for role, grant in _grants(bound):
        if grant.where is not None:
            yield from _oracles(bound, role, grant, grant.where)
            yield from _self_service(bound, role, grant.where)
    for what in ("filters", "sorts", "search"):
        for name in getattr(bound.resource, what):
            if "." not in name and name not in STANDARD and not _usable(bound, name):
                yield f"{what} names {name!r}, which no role sees on every row that it sees: nobody can use it"


def warn(resources: "Iterable[BoundResource]") -> None:
    """Say at the start of a service what may be a mistake."""
    for bound in resources:
        for text in warnings(bound):
            _log.warning("doubtful access rule", extra={"resource": bound.name, "reason": text})


def _grants(bound: "BoundResource") -> Iterator[tuple[str, Grant]]:
    for role, access in bound.policy.access.items():
        for grant in access.grants:
            yield role, grant


def _swallows(wide: Grant, narrow: Grant, bound: "BoundResource") -> bool:
    """Whether a grant gives all that another one of the same role gives. Of two that are alike, the first does."""
    if wide.operation is not narrow.operation or wide is narrow:
        return False
    names = wide.names is None or (narrow.names is not None and wide.names >= narrow.names)
    if wide.where is None:
        return names
    alike = narrow.where is not None and rows_in_words(wide.where, bound.table) == rows_in_words(
        narrow.where, bound.table
    )
    return names and alike


def _oracles(bound: "BoundResource", role: str, grant: Grant, rows: Rows) -> Iterator[str]:
    """Columns that decide what a role gets and that it does not see: what it gets tells their values."""
    seen = [each for each in bound.policy.access[role].grants if each.operation is Operation.READ]
    for name in sorted(_read(rows, bound)):
        if name in STANDARD or any(each.covers(name) for each in seen):
            continue
        yield (
            f"the rule of {role!r} for {grant.operation} asks for {name!r}, which {role!r} does not see: "
            "what they get tells them its value"
        )


def _read(rows: Rows, bound: "BoundResource") -> set[str]:
    """The columns of the row itself that a rule reads, those that only say whose it is left out."""
    if rows.path:
        return set()
    if rows.joined:
        return set().union(*(_read(each, bound) for each in rows.parts))
    found = (each for each in visitors.iterate(rows.on(bound.table)) if isinstance(each, Column))
    return {each.key for each in found if each.table is bound.table}


def _self_service(bound: "BoundResource", role: str, rows: Rows) -> Iterator[str]:
    """Attributes of the caller that decide what they may do and that they may change themselves."""
    for other in bound.runtime.resources.values():
        access = other.policy.access.get(role)
        for name in sorted(_asked_of_actor(rows, bound, other)):
            if (
                access
                and name in other.sendable
                and any(each.operation is Operation.UPDATE and each.covers(name) for each in access.grants)
            ):
                yield (
                    f"a rule of {role!r} asks for the caller's own {name!r}, which {role!r} may change in "
                    f"{other.name}: they give themselves what they want"
                )


def _asked_of_actor(rows: Rows, bound: "BoundResource", other: "BoundResource") -> set[str]:
    """The columns of another table that a rule reads of the caller's own row there."""
    if rows.path:
        return set()
    if rows.joined:
        return set().union(*(_asked_of_actor(each, bound, other) for each in rows.parts))
    found = (each for each in visitors.iterate(rows.on(bound.table)) if isinstance(each, Column))
    aliased = (each for each in found if getattr(each.table, "element", None) is other.table)
    own = {each.key for each in other.table.columns if each.foreign_keys}
    return {each.key for each in aliased} - {"id"} - {name for name in own if _leads_to_account(other, name)}


def _leads_to_account(other: "BoundResource", name: str) -> bool:
    return any(key.column.table.name == "users" for key in other.table.c[name].foreign_keys)


def _usable(bound: "BoundResource", name: str) -> bool:
    """Whether some role may use a field in lists."""
    views = (bound.view(frozenset({role})) for role in bound.policy.access)
    return any(view is not None and view.shows_always(name) for view in views)
