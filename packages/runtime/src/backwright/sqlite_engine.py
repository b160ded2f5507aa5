"""SQLite as an engine of the runtime.

What lives here: the shape that `engine.py` asks for, over the driver. What must not: connections and
transactions themselves (`sqlite.py`), SQLAlchemy's side of them (`sqlite_dialect.py`).
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import Dialect, Executable
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine

from backwright import revisions, sqlite, sqlite_dialect
from backwright.engine import Limits, Rows, Seen, Transaction
from backwright.errors import Unavailable
from backwright.sqlite_groups import Groups

T = TypeVar("T")

READING_BUDGET: Final = 1.0
"""Seconds that one statement of a hand-written read may hold the event loop before it is stopped."""


class SQLite:
    """A database file. Open between `connect` and `close`."""

    def __init__(self, url: URL, limits: Limits) -> None:
        self.path = Path(str(url.database))
        self.dialect: Dialect = sqlite_dialect.Dialect(paramstyle="qmark")
        self._limits = limits
        self._driver: sqlite.Driver | None = None
        self._groups: Groups | None = None
        self._writing: AsyncEngine | None = None
        self._reading: AsyncEngine | None = None
        self._transaction: _Transaction | None = None

    async def connect(self) -> None:
        """Open the connections. Raises `Unavailable` if the file cannot be opened."""
        limits = self._limits
        try:
            driver = sqlite.Driver(self.path, statement_timeout=limits.statement, lock_timeout=limits.lock)
        except (sqlite3.Error, OSError) as error:
            raise Unavailable(f"The database file {self.path} cannot be opened: {error}") from error
        self._driver, self._groups = driver, Groups(driver)
        self._writing = sqlite_dialect.engine(driver.writer, self.dialect, limits.statement, self._saw)
        self._reading = sqlite_dialect.engine(
            driver.reader, self.dialect, READING_BUDGET, lambda statement: None
        )

    async def close(self) -> None:
        """Close the connections; waits for a running commit."""
        if self._groups is not None:
            await self._groups.ended()
        if self._driver is not None:
            self._driver.close()
            self._driver = None

    @property
    def driver(self) -> sqlite.Driver:
        """The open driver. Raises `Unavailable` before `connect` and after `close`."""
        if self._driver is None:
            raise Unavailable("The database is not open.")
        return self._driver

    async def read(self, sql: str, values: Sequence[Any]) -> Rows:
        """Rows of everything committed so far."""
        return await self.driver.read(sql, values)

    async def begin(self) -> Transaction:
        """Take the one writer's place and begin."""
        driver = self.driver
        await driver.begin()
        assert self._writing is not None
        self._transaction = _Transaction(driver, self._writing)
        return self._transaction

    async def grouped(self, unit: Callable[[Transaction], T], after: Callable[[T], None]) -> T:
        """What `unit` returns, once it is durable: other short units may be in the same transaction."""
        driver = self.driver
        assert self._groups is not None
        assert self._writing is not None
        part = _Part(driver, self._writing)
        return await self._groups.run(lambda: unit(part), after)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncEngine]:
        """The one reader in the loop; it cannot write (`PRAGMA query_only`)."""
        assert self._reading is not None, "connect() first"
        yield self._reading

    def _saw(self, statement: Executable) -> None:
        """A statement of the ORM session, or of a connection made from it, is about to run in the one transaction."""
        if self._transaction is not None:
            self._transaction.seen(statement)

    def data_version(self) -> int:
        """`PRAGMA data_version`."""
        return self.driver.data_version()

    async def ping(self) -> None:
        """Ask the file for an answer on a connection of its own."""
        try:
            await asyncio.wait_for(asyncio.to_thread(sqlite.ask, self.path), timeout=2)
        except (sqlite3.Error, TimeoutError) as error:
            raise Unavailable(f"The database does not answer: {type(error).__name__}") from error

    async def revision(self) -> str | None:
        """What `alembic_version` says; `None` also where there is no file yet."""
        if not self.path.exists():
            return None
        return await asyncio.to_thread(revisions.current, self.path)


class _Transaction:
    """The one transaction that may be open at a time."""

    def __init__(self, driver: sqlite.Driver, engine: AsyncEngine) -> None:
        self._driver = driver
        self._engine = engine
        self.seen: Seen = lambda statement: None

    async def fetch(self, sql: str, values: Sequence[Any]) -> Rows:
        return self._driver.write(sql, values)[0]

    async def execute(self, sql: str, values: Sequence[Any]) -> int:
        return self._driver.write(sql, values)[1]

    async def lock(self, name: str) -> None:
        """Nothing: there is one writer, and this is it."""

    async def try_lock(self, name: str) -> bool:
        """As `lock`."""
        return True

    def orm(self, seen: Seen) -> AsyncEngine:
        self.seen = seen
        return self._engine

    async def commit(self) -> asyncio.CancelledError | None:
        return await self._driver.commit()

    async def end(self) -> None:
        self._driver.end()


class _Part(_Transaction):
    """A part of a transaction that others share: it ends with all of them."""

    async def commit(self) -> asyncio.CancelledError | None:
        return None

    async def end(self) -> None:
        """Nothing."""
