"""The unit of work: everything that one request changes, in one transaction.

What lives here: what can be done inside the transaction, and what follows from its commit. What must not:
when it begins and ends (`Database.work()`). Nothing else commits, so business code cannot commit half of a
request.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from backwright import sqlite
from backwright.database_errors import translated
from backwright.statement import Prepared

NOTHING: Mapping[str, Any] = {}
_log = logging.getLogger("backwright.database")


class Work:
    """One transaction. Made by `Database.work()`; commits when the block ends, rolls back on any exception."""

    def __init__(
        self, driver: sqlite.Driver, engine: AsyncEngine, changed: Callable[[frozenset[str]], None]
    ) -> None:
        self._driver = driver
        self._engine = engine
        self._changed = changed
        self._session: AsyncSession | None = None
        self._tables: set[str] = set()
        self._after: list[Callable[[], None]] = []

    async def fetch(self, prepared: Prepared, params: Mapping[str, Any] = NOTHING) -> list[tuple[Any, ...]]:
        """Rows of a statement inside the transaction, `RETURNING` included."""
        return prepared.rows((await self._run(prepared, params))[0])

    async def execute(self, prepared: Prepared, params: Mapping[str, Any] = NOTHING) -> int:
        """The number of rows that a statement changed."""
        return (await self._run(prepared, params))[1]

    @property
    def session(self) -> AsyncSession:
        """An ORM session on the same connection and transaction; made at the first use."""
        if self._session is None:
            self._session = AsyncSession(self._engine, expire_on_commit=False)
        return self._session

    def touch(self, *tables: str) -> None:
        """Note that rows of these tables change. Needed only after SQL text of your own; all else is noticed."""
        self._tables.update(tables)

    def after_commit(self, call: Callable[[], None]) -> None:
        """Call this once the transaction is durable; not at all if it rolls back.

        What it raises is logged: the change has happened, and its caller is told so.
        """
        self._after.append(call)

    async def flush(self) -> None:
        """Send what the ORM session holds back."""
        if self._session is not None:
            with translated():
                await self._session.flush()

    async def commit(self) -> None:
        """Make it durable and tell whoever asked to be told. For `Database.work()` alone."""
        await self.flush()
        cancelled = await self._driver.commit()
        if self._tables:
            self._after.insert(0, lambda: self._changed(frozenset(self._tables)))
        for call in self._after:
            try:
                call()
            except Exception:
                _log.exception("a call after the commit failed; the change itself is stored")
        if cancelled is not None:
            raise cancelled

    async def close(self) -> None:
        """Let the ORM session go."""
        if self._session is not None:
            await self._session.close()

    async def _run(self, prepared: Prepared, params: Mapping[str, Any]) -> tuple[list[Any], int]:
        if self._session is not None and self._session.sync_session.autoflush:
            await self.flush()  # a statement sees what business code has added to the session before it
        with translated():
            found = self._driver.write(prepared.sql, prepared.arguments(params))
        self._tables.update(prepared.changes)
        return found
