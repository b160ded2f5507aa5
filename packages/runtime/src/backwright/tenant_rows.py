"""The rows of the tenants, and to which tenant an account belongs.

What lives here: every statement on the tenants' own table, and the step from a verified account to a caller of its
tenant. What must not: the rows that belong to tenants (`tenancy.py`), the commands (`tenant_commands.py`).
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import Boolean, Column, ColumnElement, Table, bindparam, func, or_, select, update

from backwright.actor import SYSTEM, Actor
from backwright.audit import Audit
from backwright.callers import acting_as
from backwright.columns import Id, Timestamp
from backwright.context import current, now
from backwright.database import Database, Work
from backwright.entity import Entity, new_id
from backwright.errors import NotFound, Unauthenticated
from backwright.tenancy import ACTOR_TENANT, column_of
from backwright.tenants import Tenant

EXAMPLE: Final = "Example"
"""The tenant of sample rows and of the accounts of test suites."""

_SET: Final = frozenset({"id", "name", "suspended_at", "version", "created_at", "updated_at"})


@dataclass(frozen=True, slots=True)
class TenantRow:
    """A tenant as it is stored, with the number of its accounts."""

    id: UUID
    name: str
    suspended_at: datetime | None
    accounts: int


class TenantRows:
    """The tenants of one service. Raises `TypeError` where a name alone does not make one."""

    def __init__(self, database: Database, audit: Audit, users: Table) -> None:
        self._database = database
        self._audit = audit
        owner = users.c[cast(str, column_of(users))]
        self.entity = _entity(owner)
        table = self.entity.__table__
        assert isinstance(table, Table)
        needed = [c.name for c in table.columns if c.name not in _SET and not _can_be_left_out(c)]
        if needed:
            name = self.entity.__name__
            raise TypeError(
                f"{name}.{needed[0]} has neither a default nor None: tenants begin with a name alone"
            )
        self.name = table.name
        t, who, at = table.c, bindparam("id", type_=Id()), bindparam("at", type_=Timestamp())
        self._place = database.prepare(
            select(owner, t.suspended_at)
            .join_from(users, table, owner == t.id)
            .where(users.c.id == bindparam("user", type_=Id()))
        )
        counted = select(func.count()).select_from(users).where(owner == t.id).scalar_subquery()
        self._all = database.prepare(select(t.id, t.name, t.suspended_at, counted).order_by(t.id))
        self._named = database.prepare(
            select(t.id).where(t.name == bindparam("name_", type_=t.name.type)).order_by(t.id).limit(1)
        )
        changed = {"version": t.version + 1, "updated_at": at}
        self._suspend = database.prepare(
            update(table).where(t.id == who, t.suspended_at.is_(None)).values(suspended_at=at, **changed)
        )
        self._resume = database.prepare(
            update(table).where(t.id == who, t.suspended_at.is_not(None)).values(suspended_at=None, **changed)
        )

    async def placed(self, actor: Actor) -> Actor:
        """The caller within the tenant of their account; as it is for one that has no account.

        Raises `Unauthenticated` while the tenant is suspended.
        """
        rows = await self._database.fetch(self._place, {"user": actor.id})
        if not rows:
            return actor
        [(tenant, suspended_at)] = rows
        if suspended_at is not None:
            raise Unauthenticated("The accounts of this tenant are suspended.", error="invalid_token")
        return replace(actor, tenant=tenant)

    async def add(self, work: Work, name: str) -> UUID:
        """A new tenant. Goes through the service's class, so that columns which it has added get their defaults."""
        row = self.entity(id=new_id(), name=name)
        with acting_as(SYSTEM):
            work.session.add(row)
            await work.flush()
        changes = {"name": name}
        await self._audit.record(
            work, action="create", object_type=self.name, object_id=row.id, changes=changes
        )
        return row.id

    async def make(self, name: str) -> UUID:
        """A new tenant, in a unit of work of its own."""
        async with self._database.work() as work:
            return await self.add(work, name)

    async def example(self) -> UUID:
        """The tenant of samples and test suites, made if there is none."""
        rows = await self._database.fetch(self._named, {"name_": EXAMPLE})
        found: UUID = rows[0][0] if rows else await self.make(EXAMPLE)
        return found

    async def all(self) -> list[TenantRow]:
        """Every tenant, oldest first."""
        return [TenantRow(*row) for row in await self._database.fetch(self._all)]

    async def suspend(self, id_: UUID) -> None:
        """Refuse its accounts from now on. Raises `NotFound` unless it works."""
        await self._change(
            id_, "suspend", self._suspend, "There is no tenant with this id that is not suspended."
        )

    async def resume(self, id_: UUID) -> None:
        """Let its accounts in again. Raises `NotFound` unless it is suspended."""
        await self._change(id_, "resume", self._resume, "There is no suspended tenant with this id.")

    async def _change(self, id_: UUID, action: str, prepared: Any, otherwise: str) -> None:
        async with self._database.work() as work:
            if not await work.execute(prepared, {"id": id_, "at": now()}):
                raise NotFound(otherwise)
            await self._audit.record(work, action=action, object_type=self.name, object_id=id_)


def tenants_of(database: Database, audit: Audit, users: Table) -> TenantRows | None:
    """The tenants to which the accounts of a service belong; `None`: to none."""
    return TenantRows(database, audit, users) if column_of(users) is not None else None


def is_at_work(users: Table) -> ColumnElement[bool] | None:
    """That the tenant of an account is not suspended; `None` where accounts belong to none."""
    name = column_of(users)
    if name is None:
        return None
    t = _entity(users.c[name]).__table__.c
    return users.c[name].in_(select(t.id).where(t.suspended_at.is_(None)))


def administered(users: Table) -> ColumnElement[bool] | None:
    """The accounts that whoever acts may look after: those of their tenant, all for the service itself; `None` where
    accounts belong to no tenant. Its parameters are those of `administrator`."""
    name = column_of(users)
    return (
        None if name is None else or_(users.c[name] == ACTOR_TENANT, bindparam("operates", type_=Boolean()))
    )


def administrator() -> dict[str, Any]:
    """What `administered` asks about whoever acts."""
    actor = current.get().actor
    return {**actor.parameters, "operates": actor.method == "system" and actor.tenant is None}


def _entity(owner: Column[Any]) -> type[Tenant]:
    """The class to which the column of the owner leads. Raises `TypeError` if it is no class of tenants."""
    tables = {key.column.table for key in owner.foreign_keys if key.column.name == "id"}
    for mapper in Entity.registry.mappers:
        if mapper.local_table in tables and issubclass(mapper.class_, Tenant):
            return mapper.class_
    raise TypeError(
        f"{owner.table.name}.{owner.name} does not refer to a class of tenants (backwright.tenants.Tenant)"
    )


def _can_be_left_out(column: Column[Any]) -> bool:
    return bool(column.nullable) or column.default is not None or column.server_default is not None
