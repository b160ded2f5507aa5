"""What is stored about requests that carry an `Idempotency-Key`.

What lives here: the table `idempotency_keys` and every statement on it. What must not: what a name is made of
and what an answer holds (`idempotency.py`).

A row is written in the transaction of the effect that it tells of, so there is no row without an effect, and no
effect without its row, wherever a process is killed. While the transaction runs its name is locked; the lock
goes with the transaction, so nothing is left that would have to expire.
"""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from sqlalchemy import (
    Column,
    Integer,
    LargeBinary,
    String,
    Table,
    bindparam,
    delete,
    insert,
    select,
)

from backwright.columns import Timestamp
from backwright.context import now
from backwright.database import Database, Work
from backwright.entity import Entity

KEPT: Final = timedelta(hours=24)
"""How long an answer can be had again."""

PURGED: Final = 100
"""Rows past their time that go when a new one comes: more than come, so that the table does not grow."""

idempotency_keys: Final = Table(
    "idempotency_keys",
    Entity.metadata,
    Column("key", String(64), primary_key=True),
    Column("expires_at", Timestamp(), nullable=False, index=True),
    Column("answer_sealed", LargeBinary(length=2**24 - 1), nullable=False),
)
"""`key` is a digest of who asked, for what, and with which key; the answer can be opened by the service alone."""


class KeyRows:
    """The statements, compiled once for a database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        t = idempotency_keys.c
        one = t.key == bindparam("name", type_=String())
        before = bindparam("at", type_=Timestamp())
        self._find = database.prepare(select(t.answer_sealed, t.expires_at).where(one))
        self._add = database.prepare(insert(idempotency_keys))
        self._remove = database.prepare(delete(idempotency_keys).where(one))
        old = (
            select(t.key)
            .where(t.expires_at <= before)
            .limit(bindparam("most", type_=Integer()))
            .with_for_update(skip_locked=True)
            .subquery("old")
        )
        self._purge = database.prepare(delete(idempotency_keys).where(t.key.in_(select(old.c.key))))

    async def claim(self, work: Work, name: str) -> bool:
        """Whether nobody else is at work under this name, nor will be until this unit of work ends."""
        return await work.try_lock(f"idempotency_keys {name}")

    async def find(self, work: Work, name: str) -> bytes | None:
        """The sealed answer under a name that is claimed; one past its time goes."""
        rows = await work.fetch(self._find, {"name": name})
        if rows and rows[0][1] <= now():
            await work.execute(self._remove, {"name": name})
            return None
        return bytes(rows[0][0]) if rows else None

    async def look(self, name: str) -> bytes | None:
        """The sealed answer under a name, outside any unit of work."""
        rows = await self._database.fetch(self._find, {"name": name})
        return bytes(rows[0][0]) if rows and rows[0][1] > now() else None

    async def add(self, work: Work, name: str, sealed: bytes) -> None:
        """Store an answer under a name that is claimed, and let old ones go."""
        moment: datetime = now()
        await work.execute(self._purge, {"at": moment, "most": PURGED})
        row = {"key": name, "expires_at": moment + KEPT, "answer_sealed": sealed}
        await work.execute(self._add, row)


@lru_cache(maxsize=4)
def rows_of(database: Database) -> KeyRows:
    """The statements for a database; the same ones each time."""
    return KeyRows(database)
