"""The ORM session of hand-written code, kept to one tenant.

What lives here: what is added to every statement of the session and checked at every flush. What must not: the
statements of the runtime, which ask for the tenant by themselves (`tenancy.py`).

Business code writes `select(Order).where(…)` and gets orders of the caller's tenant; `update` and `delete` reach no
others; a new row gets the tenant by itself. Who has no tenant gets nothing. Only the service itself (`SYSTEM`: a
command, a job) sees all tenants; for the work of one it acts as `system_of(tenant)`.

Statements on tables instead of classes are not rewritten, so they are refused. SQL text is not looked at.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Table, bindparam, event, inspect
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import ClauseElement

from backwright.columns import Id
from backwright.context import current
from backwright.entity import Entity
from backwright.errors import Forbidden
from backwright.tenancy import NAMES, TENANTS, column_of


class TenantSession(Session):
    """A session that knows one tenant: that of the caller at the time of each statement."""


def session_class() -> type[Session]:
    """The class of sessions: the ordinary one where no rows belong to tenants."""
    return TenantSession if NAMES else Session


def _sees_all() -> bool:
    actor = current.get().actor
    return actor.method == "system" and actor.tenant is None


def _mine() -> UUID | None:
    return current.get().actor.tenant


MINE: Final = bindparam("tenant_of_caller", callable_=_mine, type_=Id(), unique=True)


@event.listens_for(TenantSession, "do_orm_execute")
def _narrow(state: ORMExecuteState) -> None:
    """Add the tenant to a statement of the ORM; refuse one that it cannot be added to."""
    if _sees_all() or state.is_column_load:
        return
    if not state.is_orm_statement:
        _refuse_tables(state.statement)
        return
    kind = state.bind_mapper
    table = kind.local_table if kind is not None else None
    owner = column_of(table) if isinstance(table, Table) else None
    if owner is not None and state.is_insert:
        raise TypeError(f"rows of {table} belong to a tenant: add them with session.add()")
    if owner is not None and state.is_update:
        values: Any = getattr(state.statement, "_values", None) or {}
        if any(getattr(each, "key", each) == owner for each in values):
            raise TypeError(f"{owner} of {table} says to which tenant a row belongs: it stays")
    state.statement = state.statement.options(*_criteria(len(Entity.registry.mappers)))


@lru_cache(maxsize=1)
def _criteria(_: int) -> tuple[Any, ...]:
    """The condition for each class of which rows belong to a tenant; made again when there are more classes."""
    found = []
    for mapper in Entity.registry.mappers:
        table = mapper.local_table
        owner = column_of(table) if isinstance(table, Table) else None
        if owner is not None:
            mine: Any = (
                mapper.all_orm_descriptors[owner] == MINE
            )  # of the class, so that it fits an alias of it
            found.append(with_loader_criteria(mapper.class_, mine, include_aliases=True))
    return tuple(found)


def _refuse_tables(statement: Any) -> None:
    for each in visitors.iterate(statement) if isinstance(statement, ClauseElement) else ():
        table = getattr(each, "table", each)
        if isinstance(table, Table) and column_of(table) is not None:
            raise TypeError(f"rows of {table.name} belong to a tenant: write select(Class), not its table")


@event.listens_for(TenantSession, "before_flush")
def _own(session: Session, _: Any, __: Any) -> None:
    """Give new rows their tenant; refuse those of another."""
    _check(session.new, new=True)
    _check(session.dirty, new=False)


def _check(rows: Iterable[Any], *, new: bool) -> None:
    for row in rows:
        table = inspect(row).mapper.local_table
        owner = column_of(table)
        if owner is None or _sees_all():
            continue
        if table.info.get(TENANTS):
            if new:
                raise Forbidden("Tenants are made by the service itself.")
            continue
        if new and getattr(row, owner) is None:
            setattr(row, owner, _mine())
        if _mine() is None or getattr(row, owner) != _mine():
            raise Forbidden("This row belongs to another tenant.")
