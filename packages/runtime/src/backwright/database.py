"""The database: prepared reads, and one unit of work for everything that changes.

What lives here: the door that the rest of the runtime uses, the same for each engine. What must not: anything that
knows a driver (`sqlite.py`), a resource or a request. `Work` is the only thing that commits (one per request).
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import sqlalchemy.exc
from sqlalchemy import Dialect, Executable
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from backwright import sqlite
from backwright.database_errors import translate
from backwright.errors import PreconditionFailed, Unavailable
from backwright.statement import Prepared

NOTHING: Mapping[str, Any] = {}


class ReadSession(AsyncSession):
    """An ORM session that cannot write: its connection refuses (`PRAGMA query_only`)."""


class Work:
    """One transaction. Made by `Database.work()`; commits when the block ends, rolls back on any exception."""

    def __init__(self, driver: sqlite.Driver, engine: AsyncEngine) -> None:
        self._driver = driver
        self._engine = engine
        self._session: AsyncSession | None = None
        self._after: list[Callable[[], None]] = []

    async def fetch(self, prepared: Prepared, params: Mapping[str, Any] = NOTHING) -> list[tuple[Any, ...]]:
        """Rows of a statement inside the transaction, `RETURNING` included."""
        return prepared.rows(self._driver.write(prepared.sql, prepared.arguments(params))[0])

    async def execute(self, prepared: Prepared, params: Mapping[str, Any] = NOTHING) -> int:
        """The number of rows that a statement changed."""
        return self._driver.write(prepared.sql, prepared.arguments(params))[1]

    @property
    def session(self) -> AsyncSession:
        """An ORM session on the same connection and transaction; made at the first use."""
        if self._session is None:
            self._session = AsyncSession(self._engine, expire_on_commit=False, autoflush=True)
        return self._session

    def after_commit(self, call: Callable[[], None]) -> None:
        """Call this once the transaction is durable; not at all if it rolls back. It must not raise."""
        self._after.append(call)

    async def flush(self) -> None:
        """Send what the ORM session holds back."""
        if self._session is not None:
            await self._session.flush()

    async def _commit(self) -> None:
        await self.flush()
        try:
            await self._driver.commit()
        except asyncio.CancelledError:
            self._committed()
            raise
        self._committed()

    def _committed(self) -> None:
        for call in self._after:
            call()

    async def _close(self) -> None:
        if self._session is not None:
            await self._session.close()


class Database:
    """A database by URL. Only `sqlite:///path` in this version; settings refuse the rest with a sentence.

    `statement_timeout` and `lock_timeout` are in seconds; both end in 503 with `Retry-After`.
    """

    def __init__(self, url: str, *, statement_timeout: float = 5.0, lock_timeout: float = 5.0) -> None:
        self.url = make_url(url)
        if self.url.get_backend_name() != "sqlite" or self.url.database in (None, "", ":memory:"):
            raise ValueError(f"{self.url!r} is not a SQLite file; write sqlite:///./var/service.db")
        self.path = Path(str(self.url.database))
        self.dialect: Dialect = sqlite.Dialect(paramstyle="qmark")
        self._statement_timeout = statement_timeout
        self._lock_timeout = lock_timeout
        self._driver: sqlite.Driver | None = None
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
        self._write_engine = _engine(driver.writer)
        self._read_engine = _engine(driver.reader)

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
        try:
            return prepared.rows(await self.driver.read(prepared.sql, prepared.arguments(params)))
        except sqlite3.Error as error:
            raise translate(error) from error

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        """One unit of work: begin, run the block, commit; on any exception or cancellation roll back."""
        driver = self.driver
        assert self._write_engine is not None
        await driver.begin()
        work = Work(driver, self._write_engine)
        try:
            yield work
            await work._commit()
        except (sqlite3.Error, sqlalchemy.exc.DBAPIError) as error:
            raise translate(error) from error
        except StaleDataError as error:
            raise PreconditionFailed("The row was changed in the meantime. Read it again.") from error
        finally:
            driver.rollback()
            driver.release()
            await work._close()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """An ORM session for hand-written reads. It cannot write."""
        assert self._read_engine is not None, "connect() first"
        async with ReadSession(self._read_engine, expire_on_commit=False) as session:
            try:
                yield session
            except (sqlite3.Error, sqlalchemy.exc.DBAPIError) as error:
                raise translate(error) from error

    def data_version(self) -> int:
        """A number that changes when another process has written, for caches."""
        return self.driver.data_version()

    async def ping(self) -> None:
        """Ask the engine for an answer on a connection of its own. Raises `Unavailable`."""

        def ask() -> None:
            probe = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=1)
            try:
                probe.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
            finally:
                probe.close()

        try:
            await asyncio.wait_for(asyncio.to_thread(ask), timeout=2)
        except (sqlite3.Error, TimeoutError) as error:
            raise Unavailable(f"The database does not answer: {type(error).__name__}") from error


def _engine(connection: sqlite.Connection) -> AsyncEngine:
    """A SQLAlchemy engine over one connection that we own and close ourselves."""
    from sqlalchemy import Engine
    from sqlalchemy.pool import StaticPool

    dialect = sqlite.Dialect(dbapi=sqlite.Dialect.import_dbapi())
    pool = StaticPool(lambda: connection.raw, reset_on_return=None)
    return AsyncEngine(Engine(pool, dialect, make_url("sqlite+backwright://")))


__all__ = ["Database", "Prepared", "ReadSession", "Session", "Work", "create_async_engine"]
