"""Transactions on MariaDB.

What lives here: one transaction on a connection that is lent for it. What must not: connecting and lending
(`mariadb.py`, `pool.py`), what a refusal means (`mariadb_errors.py`).
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from backwright.database_errors import Collision, slow
from backwright.engine import Rows, Seen, settled
from backwright.mariadb_connection import FAILURES, Connection, lock_name
from backwright.mariadb_errors import told
from backwright.pool import Held, Pool


class Transaction:
    """A transaction on a connection that is lent for it."""

    def __init__(
        self,
        orm: Callable[[Held], AsyncEngine],
        pool: Pool,
        held: Held,
        database: str | None,
        patience: float,
    ) -> None:
        self._orm = orm
        self._pool = pool
        self._held = held
        self._raw: Connection = held.raw
        self._database = database
        self._patience = patience
        self._undone: Collision | None = None
        """Why the server has undone everything, after which no statement of this transaction may run."""

    async def fetch(self, sql: str, values: Sequence[Any]) -> Rows:
        self._check()
        try:
            return await self._raw.fetch(sql, values)
        except FAILURES as error:
            raise self._failed(error) from error

    async def execute(self, sql: str, values: Sequence[Any]) -> int:
        self._check()
        try:
            return await self._raw.change(sql, values)
        except FAILURES as error:
            raise self._failed(error) from error

    async def control(self, sql: str) -> None:
        """Run what begins or ends a transaction."""
        self._check()
        try:
            await self._raw.execute(sql)
        except FAILURES as error:
            raise self._failed(error) from error

    async def lock(self, name: str) -> None:
        """A lock by name: of the connection, so whoever ends the transaction lets it go as well."""
        if not await self._locked(name, self._patience):
            raise slow()

    async def try_lock(self, name: str) -> bool:
        return await self._locked(name, 0)

    async def _locked(self, name: str, patience: float) -> bool:
        self._raw.holds_locks = True
        key = lock_name(self._database, name)
        return bool((await self.fetch("SELECT GET_LOCK(%s, %s)", [key, patience]))[0][0] == 1)

    def orm(self, seen: Seen) -> AsyncEngine:
        self._held.seen = seen
        return self._orm(self._held)

    async def commit(self) -> asyncio.CancelledError | None:
        """Commit. Raises why everything was undone, if a deadlock was passed over."""
        return (await settled(asyncio.ensure_future(self.control("COMMIT"))))[1]

    async def end(self) -> None:
        if not self._raw.is_closed() and not self._raw.is_in_transaction():
            self._pool.give(self._held)
            return
        torn = self._raw.is_closed()
        mending = self._pool.mend(self._held)
        if not torn:
            await asyncio.shield(mending)

    def _check(self) -> None:
        if self._undone is not None:
            raise self._undone

    def _failed(self, error: BaseException) -> BaseException:
        found = told(error)
        if isinstance(found, Collision):
            self._undone = found
        return found
