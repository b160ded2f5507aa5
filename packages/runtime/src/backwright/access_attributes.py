"""Rules over attributes: of the caller, and of the request.

What lives here: what a rule may compare a row with beside constants. What must not: which rows those are
(`access.py`). Each of these becomes a part of the one statement: an attribute of the caller is read by it, one of the
request is a parameter of it. What is missing is NULL, and NULL never grants.

- "orders of their own site": `matching(lambda row: row.site_id == of_actor(Technician.site_id))`
- "invoices under 10,000": `matching(lambda row: row.total < 10_000)`
- "between 8 and 18 o'clock": `during(8, 18, zone="Europe/Berlin")`
- "only from the office": `from_networks("192.0.2.0/24")`
"""

import logging
from collections.abc import Callable
from datetime import time
from hashlib import sha256
from ipaddress import ip_address, ip_network
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import BindParameter, Boolean, ColumnElement, Table, UniqueConstraint, inspect, select
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import TypeEngine

from backwright.access import ACCOUNTS, ACTOR_ID, Rows
from backwright.context import Context, current, now

METHODS: Final = frozenset({"token", "session", "key", "oauth", "client"})
"""The ways of signing in that a rule can ask for (`Actor.method`)."""

EVERY_DAY: Final = frozenset(range(7))

_log = logging.getLogger("backwright.access")


def of_actor(column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    """The caller's own value of a column: of their account, or of the one row that refers to it.

    `of_actor(User.site_id)` is a column of the account itself, `of_actor(Technician.site_id)` that of the technician
    whose `account_id` is the caller. It is read by the statement that the rule is part of, so a change counts at once.
    Raises `TypeError` where there may be several such rows: the reference to the account must be unique.
    """
    table = inspect(column.class_).local_table
    rows = table.alias()
    mine = rows.c[_identity(table, column)] == ACTOR_ID
    return select(rows.c[column.key]).where(mine).correlate(None).scalar_subquery()


def _identity(table: Table, column: InstrumentedAttribute[Any]) -> str:
    """The column by which a row is the caller's one."""
    if table.name == ACCOUNTS:
        return "id"
    found = [
        each.key
        for each in table.columns
        if any(key.target_fullname == f"{ACCOUNTS}.id" for key in each.foreign_keys)
        and _is_unique(table, each.key)
    ]
    if len(found) != 1:
        raise TypeError(
            f"of_actor({column.class_.__name__}.{column.key}): {column.class_.__name__} needs one unique reference to"
            f" the accounts, so that one row is the caller's; it has {len(found)}"
        )
    return str(found[0])


def _is_unique(table: Table, name: str) -> bool:
    column = table.c[name]
    alone = (
        [each.key for each in constraint.columns] == [name]
        for constraint in table.constraints
        if isinstance(constraint, UniqueConstraint)
    )
    return bool(column.unique) or any(alone)


class OfRequest(BindParameter[Any]):
    """A parameter that each request fills in by itself. `said` is what it stands for, in words."""

    inherit_cache = True
    said: str = ""


def of_request(ask: Callable[[Context], Any], kind: TypeEngine[Any], *, said: str) -> ColumnElement[Any]:
    """What a function of the request gives, to compare columns with: for whatever else should decide.

    `ask` is called once for each statement that has the rule, with who asks and from where (`context.Context`). It must
    be quick, it cannot wait for anything, and it changes nothing. What it raises is logged and counts as missing, and
    so grants nothing. `said` is its name in the access matrix and in explanations.
    """

    def answer() -> Any:
        try:
            return ask(current.get())
        except Exception:
            _log.exception("a rule could not be asked", extra={"rule": said})
            return None

    name = f"asked_{sha256(f'{said}{ask.__module__}{ask.__qualname__}{id(ask)}'.encode()).hexdigest()[:12]}"
    made = OfRequest(name, callable_=answer, type_=kind)
    made.said = said
    return made


def requests(ask: Callable[[Context], bool | None], *, said: str) -> Rows:
    """All rows, in requests for which `ask` holds; see `of_request`. `said` completes "where …"."""
    asked = of_request(ask, Boolean(), said=said)
    return Rows(lambda table: asked.is_(True))


def during(start: int | time, end: int | time, *, zone: str, days: frozenset[int] = EVERY_DAY) -> Rows:
    """All rows, from `start` until before `end` by the clocks of a time zone, on these days (0 is Monday).

    Where `end` comes before `start` the time goes over midnight; the day is that on which it began. Raises `TypeError`
    for a zone that is not known and for a time that is empty.
    """
    first, last = _time(start), _time(end)
    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise TypeError(f"during(): {zone!r} is no time zone; write one as Europe/Berlin") from None
    if first == last or not days or not days <= EVERY_DAY:
        raise TypeError("during() needs a time that is not empty, and days from 0 (Monday) to 6")

    def holds(_: Context) -> bool:
        local = now().astimezone(place)
        at, day = local.time(), local.weekday()
        if first < last:
            return first <= at < last and day in days
        return (at >= first and day in days) or (at < last and (day - 1) % 7 in days)

    when = "" if days == EVERY_DAY else " on " + ", ".join(_DAYS[day] for day in sorted(days))
    return requests(holds, said=f"the time in {zone} is from {first:%H:%M} until {last:%H:%M}{when}")


_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _time(given: int | time) -> time:
    if isinstance(given, time):
        return given
    if not 0 <= given <= 24:
        raise TypeError(f"during(): {given} is no hour; there are 0 to 24")
    return time(given % 24)


def from_networks(*networks: str) -> Rows:
    """All rows, for callers whose address is in one of these networks (CIDR).

    The address is that of the connection, or the one that a trusted proxy (`TRUSTED_PROXIES`) vouches for. Raises
    `TypeError` for what is no network.
    """
    try:
        known = tuple(ip_network(each) for each in networks)
    except ValueError as error:
        raise TypeError(f"from_networks(): {error}") from None
    if not known:
        raise TypeError("from_networks() needs at least one network, as 192.0.2.0/24")

    def holds(context: Context) -> bool:
        if not context.client_ip:
            return False
        address = ip_address(context.client_ip)
        mapped = getattr(address, "ipv4_mapped", None)
        return any((mapped or address) in each for each in known)

    return requests(holds, said=f"the caller's address is in {' or '.join(networks)}")


def signed_in_by(*methods: str) -> Rows:
    """All rows, for callers who have proved who they are in one of these ways (`Actor.method`).

    Raises `TypeError` for a way that there is not.
    """
    wanted = frozenset(methods)
    if not wanted or not wanted <= METHODS:
        raise TypeError(f"signed_in_by(): say which of {', '.join(sorted(METHODS))}")

    def holds(context: Context) -> bool:
        return context.actor.method in wanted

    return requests(holds, said=f"the caller signed in by {' or '.join(sorted(wanted))}")
