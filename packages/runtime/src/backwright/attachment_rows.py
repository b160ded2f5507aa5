"""What is stored about attachments.

What lives here: the table `attachments` and every statement on it. What must not: bytes, rights, HTTP.

A row is `pending` from before the first byte is stored until the file is verified. So every file has a row or
is being deleted, and what a crash leaves (a pending row, a file without a row) is never shown and is found by
the collector.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    String,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from backwright.columns import Id, Timestamp
from backwright.database import Database, Work
from backwright.entity import Entity
from backwright.storage import Stored

attachments: Final = Table(
    "attachments",
    Entity.metadata,
    Column("id", Id(), primary_key=True),
    Column("object_type", String(63), nullable=False),
    Column("object_id", Id(), nullable=False),
    Column("name", String(255), nullable=False),
    Column("media_type", String(127), nullable=False),
    Column("size", BigInteger(), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("storage_key", String(35), nullable=False, unique=True),
    Column("state", String(11), nullable=False),
    Column("created_by", Id()),
    Column("created_at", Timestamp(), nullable=False),
    Column("version", Integer(), nullable=False, server_default="1"),
    CheckConstraint("state IN ('pending', 'ready', 'quarantined')", name="state_values"),
    CheckConstraint("size >= 0", name="size_range"),
    Index("ix_attachments_object", "object_type", "object_id", "id"),
    Index("ix_attachments_state_created_at", "state", "created_at"),
    Index("ix_attachments_size", "size"),
)
"""`object_type` is the resource's name. There is no foreign key, because the row may belong to any table; the
rows of
a deleted object go in the same transaction (`backwright.attachments.forget`)."""


class State(StrEnum):
    """Where an attachment stands."""

    PENDING = "pending"
    """Room is reserved; the file is on its way. Not shown."""
    READY = "ready"
    """The file is verified and can be downloaded."""
    QUARANTINED = "quarantined"
    """The file is there and waits for `release`. Shown, not downloaded."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A row of the table."""

    id: UUID
    object_type: str
    object_id: UUID
    name: str
    media_type: str
    size: int
    sha256: str
    storage_key: str
    state: str
    created_by: UUID | None
    created_at: datetime
    version: int


class AttachmentRows:
    """The statements, compiled once for a database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        t = attachments.c
        mine = (t.object_type == bindparam("object_type"), t.object_id == bindparam("object_id", type_=Id()))
        one = t.id == bindparam("id", type_=Id())
        shown = t.state != State.PENDING
        row = select(*attachments.columns)
        self._one = database.prepare(row.where(one, *mine, shown))
        self._pending = database.prepare(row.where(one, *mine, t.state == State.PENDING))
        self._page = database.prepare(
            row.where(*mine, shown, t.id > bindparam("after", type_=Id()))
            .order_by(t.id)
            .limit(bindparam("limit", type_=Integer()))
        )
        self._count = database.prepare(select(func.count()).where(*mine))
        self._total = database.prepare(select(func.coalesce(func.sum(t.size), 0)))
        self._reserve = database.prepare(insert(attachments))
        facts = {
            "size": bindparam("v_size", type_=BigInteger()),
            "sha256": bindparam("v_sha256", type_=String()),
            "state": bindparam("v_state", type_=String()),
            "storage_key": bindparam("v_key", type_=String()),
        }
        self._complete = database.prepare(
            update(attachments)
            .where(one, t.state == State.PENDING)
            .values(facts)
            .returning(*attachments.columns)
        )
        self._release = database.prepare(
            update(attachments)
            .where(one, t.state == State.QUARANTINED)
            .values(state=State.READY.value, version=t.version + 1)
            .returning(*attachments.columns)
        )
        gone = (t.storage_key,)
        self._abandon = database.prepare(
            delete(attachments).where(one, t.state == State.PENDING).returning(*gone)
        )
        self._remove = database.prepare(delete(attachments).where(one, *mine, shown).returning(*gone))
        self._forget = database.prepare(delete(attachments).where(*mine).returning(*gone))
        before = t.created_at < bindparam("before", type_=Timestamp())
        self._expire = database.prepare(
            delete(attachments).where(t.state == State.PENDING, before).returning(*gone)
        )
        self._known = database.prepare(
            select(t.storage_key).where(
                t.storage_key >= bindparam("first", type_=String()),
                t.storage_key <= bindparam("last", type_=String()),
            )
        )

    async def one(self, object_type: str, object_id: UUID, id_: UUID) -> Attachment | None:
        """An attachment of a row, unless it is pending."""
        params = {"object_type": object_type, "object_id": object_id, "id": id_}
        found = await self._database.fetch(self._one, params)
        return Attachment(*found[0]) if found else None

    async def pending(self, object_type: str, object_id: UUID, id_: UUID) -> Attachment | None:
        """An attachment of a row whose file has not been verified yet."""
        params = {"object_type": object_type, "object_id": object_id, "id": id_}
        found = await self._database.fetch(self._pending, params)
        return Attachment(*found[0]) if found else None

    async def page(self, object_type: str, object_id: UUID, after: UUID, limit: int) -> list[Attachment]:
        """Attachments of a row in the order of their ids, which is that of their arrival."""
        params = {"object_type": object_type, "object_id": object_id, "after": after, "limit": limit}
        return [Attachment(*each) for each in await self._database.fetch(self._page, params)]

    async def count(self, work: Work, object_type: str, object_id: UUID) -> int:
        """How many a row has, pending ones included. Nobody else adds one to it before this unit of work ends."""
        await work.lock(f"attachments {object_type} {object_id}")
        params = {"object_type": object_type, "object_id": object_id}
        return int((await work.fetch(self._count, params))[0][0])

    async def total(self, work: Work) -> int:
        """Bytes of all attachments of the service. Nobody else fills the room before this unit of work ends."""
        await work.lock("attachments")
        return int((await work.fetch(self._total))[0][0])

    async def reserve(self, work: Work, values: Mapping[str, Any]) -> None:
        """Add a pending row."""
        await work.execute(
            self._reserve, {**values, "size": 0, "sha256": "", "state": State.PENDING.value, "version": 1}
        )

    async def complete(self, work: Work, id_: UUID, stored: Stored, state: State) -> Attachment | None:
        """Make a pending row visible; none if it was deleted or completed in the meantime."""
        params = {"id": id_, "v_size": stored.size, "v_sha256": stored.sha256, "v_state": state.value}
        found = await work.fetch(self._complete, {**params, "v_key": stored.key})
        return Attachment(*found[0]) if found else None

    async def release(self, work: Work, id_: UUID) -> Attachment | None:
        """Let a quarantined file be downloaded; none if there is no such one."""
        found = await work.fetch(self._release, {"id": id_})
        return Attachment(*found[0]) if found else None

    async def abandon(self, work: Work, id_: UUID) -> list[str]:
        """Delete a row that is still pending: its key, if so."""
        return [key for (key,) in await work.fetch(self._abandon, {"id": id_})]

    async def remove(self, work: Work, found: Attachment) -> list[str]:
        """Delete a row: its key, if it was still there."""
        params = {"object_type": found.object_type, "object_id": found.object_id, "id": found.id}
        return [key for (key,) in await work.fetch(self._remove, params)]

    async def forget(self, work: Work, object_type: str, object_id: UUID) -> list[str]:
        """Delete all rows of an object: their keys."""
        params = {"object_type": object_type, "object_id": object_id}
        return [key for (key,) in await work.fetch(self._forget, params)]

    async def expire(self, work: Work, before: datetime) -> list[str]:
        """Delete rows that have been pending since before that moment: their keys."""
        return [key for (key,) in await work.fetch(self._expire, {"before": before})]

    async def adrift(self, work: Work, object_type: str, objects: Table) -> list[str]:
        """Delete rows whose object is gone without having told (a cascade in the database): their keys."""
        t = attachments.c
        there = select(objects.c.id).where(objects.c.id == t.object_id).exists()
        lost = delete(attachments).where(t.object_type == object_type, ~there).returning(t.storage_key)
        return [key for (key,) in await work.fetch(self._database.prepare(lost))]

    async def known(self, keys: list[str]) -> set[str]:
        """Which of these keys, given in order, have a row."""
        if not keys:
            return set()
        params = {"first": keys[0], "last": keys[-1]}
        return {key for (key,) in await self._database.fetch(self._known, params)} & set(keys)


@lru_cache(maxsize=4)
def rows_of(database: Database) -> AttachmentRows:
    """The statements for a database; the same ones each time."""
    return AttachmentRows(database)
