"""Transactions on PostgreSQL, and what its driver's exceptions are to us.

What lives here: one transaction on a connection that is lent for it. What must not: connecting and lending
(`postgresql.py`, `pool.py`).
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any, Final

import asyncpg  # type: ignore[import-untyped]
from sqlalchemy.ext.asyncio import AsyncEngine

from backwright.database_errors import Collision, from_postgresql, unreachable
from backwright.engine import Rows, Seen, settled
from backwright.errors import Error, Kind
from backwright.pool import Held, Pool

FAILURES: Final = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    TimeoutError,
    OSError,
)
"""What the driver raises when something fails, other than a mistake of ours in using it."""

_log = logging.getLogger("backwright.database")


def told(error: BaseException) -> Error:
    """The error to raise for what the driver raised."""
    if isinstance(error, asyncpg.InvalidCachedStatementError):
        return Collision("The database has just been migrated. Try again.", retry_after=1)
    if isinstance(error, (TimeoutError, OSError)):
        return unreachable()
    return from_postgresql(error)


class Transaction:
    """A transaction on a connection that is lent for it."""

    def __init__(self, orm: Callable[[Held], AsyncEngine], pool: Pool, held: Held) -> None:
        self._orm = orm
        self._pool = pool
        self._held = held
        self._torn = False
        """Whether a statement was broken off, so that the connection may be busy with it still."""

    async def fetch(self, sql: str, values: Sequence[Any]) -> Rows:
        try:
            found: Rows = await self._held.raw.fetch(sql, *values)
        except BaseException as error:
            raise self._failed(error) from error
        return found

    async def execute(self, sql: str, values: Sequence[Any]) -> int:
        try:
            status = await self._held.raw.execute(sql, *values)
        except BaseException as error:
            raise self._failed(error) from error
        count = status.rpartition(" ")[2]
        return int(count) if count.isdecimal() else -1

    async def control(self, sql: str) -> str:
        """Run what begins or ends a transaction: what the server says was done."""
        try:
            return str(await self._held.raw.execute(sql))
        except BaseException as error:
            raise self._failed(error) from error

    async def lock(self, name: str) -> None:
        await self.fetch("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [name])

    async def try_lock(self, name: str) -> bool:
        return bool(
            (await self.fetch("SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0))", [name]))[0][0]
        )

    def orm(self, seen: Seen) -> AsyncEngine:
        self._held.seen = seen
        return self._orm(self._held)

    async def commit(self) -> asyncio.CancelledError | None:
        """Commit. Raises what the server refuses, and an internal error if a refused statement was passed over:
        the server then undoes everything, whatever it is told."""
        done, cancelled = await settled(asyncio.ensure_future(self.control("COMMIT")))
        if done != "COMMIT":
            _log.error("a refused statement was caught outside a savepoint, so nothing was stored")
            raise Error(kind=Kind.INTERNAL)
        return cancelled

    async def end(self) -> None:
        raw = self._held.raw
        if not self._torn and not raw.is_closed() and not raw.is_in_transaction():
            self._pool.give(self._held)
            return
        mending = self._pool.mend(self._held)
        if not self._torn:
            await asyncio.shield(mending)

    def _failed(self, error: BaseException) -> BaseException:
        """What to raise for `error`."""
        if not isinstance(error, asyncpg.PostgresError):
            self._torn = True
        return told(error) if isinstance(error, FAILURES) else error
