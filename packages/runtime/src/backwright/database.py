"""The database: prepared reads, and the one door to everything that changes.

What lives here: the door that the rest of the runtime uses, the same for each engine. What must not:
anything that knows a driver (`sqlite.py`), a resource or a request.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Dialect, Executable
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from backwright import sqlite, sqlite_dialect
from backwright.database_errors import translated
from backwright.errors import Unavailable
from backwright.statement import Prepared, changed_by
from backwright.work import NOTHING, Work

__all__ = ["Database", "Prepared", "Work"]

READING_BUDGET: Final = 1.0
"""Seconds that one statement of a hand-written read may hold the event loop before it is stopped."""


class Database:
    """A database by URL. Only `sqlite:///path` in this version; settings refuse the rest with a sentence.

    `statement_timeout` and `lock_timeout` are in seconds; both end in 503 with `Retry-After`.
    """

    def __init__(self, url: str, *, statement_timeout: float = 5.0, lock_timeout: float = 5.0) -> None:
        self.url = make_url(url)
        if self.url.get_backend_name() != "sqlite" or self.url.database in (None, "", ":memory:"):
            raise ValueError(f"{self.url!r} is not a SQLite file; write sqlite:///./var/service.db")
        self.path = Path(str(self.url.database))
        self.dialect: Dialect = sqlite_dialect.Dialect(paramstyle="qmark")
        self.changed: Callable[[frozenset[str]], None] = lambda tables: None
        """Called after each commit with the names of the tables that it may have changed."""
        self._statement_timeout = statement_timeout
        self._lock_timeout = lock_timeout
        self._driver: sqlite.Driver | None = None
        self._working: Work | None = None
        self._write_engine: AsyncEngine | None = None
        self._read_engine: AsyncEngine | None = None

    async def connect(self) -> None:
        """Open the connections. Raises `Unavailable` if the file cannot be opened."""
        try:
            driver = sqlite.Driver(
                self.path, statement_timeout=self._statement_timeout, lock_timeout=self._lock_timeout
            )
        except (sqlite3.Error, OSError) as error:
            raise Unavailable(f"The database file {self.path} cannot be opened: {error}") from error
        self._driver = driver
        self._write_engine = sqlite_dialect.engine(driver.writer, self._statement_timeout, self._saw)
        self._read_engine = sqlite_dialect.engine(driver.reader, READING_BUDGET, lambda statement: None)

    async def close(self) -> None:
        """Close the connections; waits for a running commit."""
        if self._driver is not None:
            self._driver.close()
            self._driver = None

    @property
    def driver(self) -> sqlite.Driver:
        """The open driver. Raises `Unavailable` before `connect` and after `close`."""
        if self._driver is None:
            raise Unavailable("The database is not open.")
        return self._driver

    def prepare(self, statement: Executable, *, wire: bool = False) -> Prepared:
        """Compile a statement once; keep the result, never call this per request."""
        return Prepared(statement, self.dialect, wire=wire)

    async def fetch(self, prepared: Prepared, params: Mapping[str, Any] = NOTHING) -> list[tuple[Any, ...]]:
        """Rows of a read outside any transaction: everything committed so far."""
        with translated():
            return prepared.rows(await self.driver.read(prepared.sql, prepared.arguments(params)))

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        """One unit of work: begin, run the block, commit; on any exception or cancellation roll back."""
        driver, engine = self.driver, self._write_engine
        assert engine is not None
        with translated():
            await driver.begin()
        work = self._working = Work(driver, engine, self.changed)
        try:
            with translated():
                yield work
                await work.commit()
        finally:
            self._working = None
            try:
                await work.close()
            finally:
                driver.end()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """An ORM session for hand-written reads. Its connection cannot write (`PRAGMA query_only`)."""
        assert self._read_engine is not None, "connect() first"
        async with AsyncSession(self._read_engine, expire_on_commit=False) as session:
            with translated():
                yield session

    def _saw(self, statement: Executable) -> None:
        """A statement of the ORM session, or of a connection made from it, is about to run in the one `Work`."""
        if self._working is not None:
            self._working.touch(*changed_by(statement))

    def data_version(self) -> int:
        """A number that changes when another process has written, for caches."""
        return self.driver.data_version()

    async def ping(self) -> None:
        """Ask the engine for an answer on a connection of its own. Raises `Unavailable`."""
        try:
            await asyncio.wait_for(asyncio.to_thread(sqlite.ask, self.path), timeout=2)
        except (sqlite3.Error, TimeoutError) as error:
            raise Unavailable(f"The database does not answer: {type(error).__name__}") from error
