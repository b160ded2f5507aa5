"""The unit of work: everything that one request changes, in one transaction.

What lives here: what can be done inside the transaction, and what follows from its commit. What must not:
when it begins and ends (`Database.work()`). Nothing else commits, so business code cannot commit half of a
request.
"""

import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Executable
from sqlalchemy.ext.asyncio import AsyncSession

from backwright.database_errors import translated
from backwright.engine import Transaction
from backwright.statement import Prepared, changed_by
from backwright.tenant_sessions import session_class

NOTHING: Mapping[str, Any] = {}
_log = logging.getLogger("backwright.database")


class Work:
    """One transaction. Made by `Database.work()`; commits when the block ends, rolls back on any exception."""

    def __init__(self, transaction: Transaction, changed: Callable[[frozenset[str]], None]) -> None:
        self._transaction = transaction
        self._changed = changed
        self._session: AsyncSession | None = None
        self._tables: set[str] = set()
        self._after: list[Callable[[], None]] = []

    async def fetch(self, prepared: Prepared, params: Mapping[str, Any] = NOTHING) -> list[tuple[Any, ...]]:
        """Rows of a statement inside the transaction, `RETURNING` included."""
        await self._before(prepared)
        with translated():
            return prepared.rows(await self._transaction.fetch(prepared.sql, prepared.arguments(params)))

    async def execute(self, prepared: Prepared, params: Mapping[str, Any] = NOTHING) -> int:
        """The number of rows that a statement changed."""
        await self._before(prepared)
        with translated():
            return await self._transaction.execute(prepared.sql, prepared.arguments(params))

    async def lock(self, name: str) -> None:
        """Let nobody else go on who locks the same name, until this unit of work ends.

        For decisions that rest on what is not there, which no constraint can guard: the last administrator,
        the room that is left.
        """
        with translated():
            await self._transaction.lock(name)

    async def try_lock(self, name: str) -> bool:
        """The same if nobody holds it, else `False` at once: whoever waits in the server holds a connection."""
        with translated():
            return await self._transaction.try_lock(name)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """A part that can fail alone: what its block raises undoes the part, and the rest may go on.

        PostgreSQL lets nothing more be done in a transaction after a refused statement, except going back
        to a savepoint. So whoever wants to catch a refusal puts the statement in here.
        """
        await self.flush()
        with translated():
            if (session := self._session) is not None:
                async with session.begin_nested():
                    yield
                    await self.flush()
                return
            await self._transaction.execute("SAVEPOINT part", [])
            try:
                yield
                await self.flush()
            except BaseException:
                self._forget()
                await self._transaction.execute("ROLLBACK TO SAVEPOINT part", [])
                raise
            await self._transaction.execute("RELEASE SAVEPOINT part", [])

    def _forget(self) -> None:
        """Let go of the rows of a session that was made in a part which is undone."""
        if self._session is not None:
            self._session.expunge_all()

    @property
    def session(self) -> AsyncSession:
        """An ORM session on the same connection and transaction; made at the first use."""
        if self._session is None:
            self._session = AsyncSession(
                self._transaction.orm(self._saw), expire_on_commit=False, sync_session_class=session_class()
            )
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
        cancelled = await self._transaction.commit()
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

    def _saw(self, statement: Executable) -> None:
        """A statement of the ORM session, or of a connection made from it, is about to run."""
        self.touch(*changed_by(statement))

    async def _before(self, prepared: Prepared) -> None:
        """A statement sees what business code has added to the session before it."""
        if self._session is not None and self._session.sync_session.autoflush:
            await self.flush()
        self._tables.update(prepared.changes)
