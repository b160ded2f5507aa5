"""MariaDB as an engine of the runtime, over asyncmy.

What lives here: connecting, reads, and the beginning of transactions. What must not: what happens in one
(`mariadb_transactions.py`), a connection itself (`mariadb_connection.py`), SQLAlchemy (`mariadb_dialect.py`), what a
refusal means (`mariadb_errors.py`).

A read is one round trip and no transaction. Transactions are READ COMMITTED; what must not change between a
look and a write is locked (`Work.lock`, row locks) or stands in the statement that writes. MySQL speaks the same
protocol and not the same SQL; it is refused.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from asyncmy import errors
from asyncmy.connection import Connection as Raw
from sqlalchemy import Dialect
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import LRUCache

from backwright import mariadb_dialect as dialect
from backwright.engine import Limits, Rows, warn_of_room
from backwright.errors import Unavailable
from backwright.mariadb_connection import FAILURES, NOTHING, Connection, open_raw
from backwright.mariadb_errors import told
from backwright.mariadb_transactions import Transaction
from backwright.pool import Held
from backwright.server_engine import Server
from backwright.server_password import Source

IDLE_IN_TRANSACTION: Final = 30
"""Seconds that a transaction may stay open without a statement before the server ends it."""

OLDEST: Final = (10, 6)
_NO_SUCH_TABLE: Final = 1146
_REFUSED: Final = 1045


class MariaDB(Server):
    """A server. Open between `connect` and `close`."""

    begin_reading = "START TRANSACTION READ ONLY"

    def __init__(self, url: URL, limits: Limits, source: Source | None = None) -> None:
        super().__init__(url, limits, source)
        self.dialect: Dialect = dialect.Dialect(dbapi=dialect.Dialect.import_dbapi())
        self._compiled: LRUCache[Any, Any] = LRUCache(dialect.COMPILED)

    async def read(self, sql: str, values: Sequence[Any]) -> Rows:
        """Rows of everything committed so far, in one round trip."""
        pool = self.pool
        held = await pool.take()
        try:
            found: Rows = await held.raw.fetch(sql, values)
        except FAILURES as error:
            pool.mend(held) if held.raw.is_closed() else pool.give(held)
            raise told(error) from error
        except BaseException:
            pool.mend(held)
            raise
        pool.give(held)
        return found

    async def begin(self) -> Transaction:
        """A transaction that may write."""
        return await self._begun("START TRANSACTION")

    async def _begun(self, sql: str) -> Transaction:
        held = await self.pool.take()
        found = Transaction(self.orm, self.pool, held, self.url.database, self._limits.lock)
        try:
            await found.control(sql)
        except BaseException:
            await found.end()
            raise
        return found

    async def ping(self) -> None:
        """Ask for an answer on a connection of its own."""
        try:
            async with asyncio.timeout(2):
                raw = await self._raw()
                try:
                    await raw.cursor().execute("SELECT 1")
                finally:
                    raw.close()
        except FAILURES as error:
            raise Unavailable(f"The database does not answer: {type(error).__name__}") from error

    async def revision(self) -> str | None:
        """What `alembic_version` says; `None` also where there is no such table yet."""
        try:
            async with asyncio.timeout(self._limits.statement):
                raw = await self._raw()
                try:
                    cursor = raw.cursor()
                    await cursor.execute("SELECT version_num FROM alembic_version")
                    found = await cursor.fetchone()
                finally:
                    await raw.ensure_closed()
        except FAILURES as error:
            if isinstance(error, errors.MySQLError) and error.args[:1] == (_NO_SUCH_TABLE,):
                return None
            raise told(error) from error
        return None if found is None else str(found[0])

    def orm(self, held: Held) -> AsyncEngine:
        """The engine for ORM sessions on one connection; made at the first use."""
        if held.orm is None:
            held.orm = dialect.engine(
                self.dialect,
                held.raw.raw,
                lambda statement: held.seen(statement) if held.seen is not None else None,
                self._compiled,
            )
        return held.orm

    async def _held(self) -> Held:
        """A new connection. Raises `Unavailable`, saying where and why."""
        patience = max(self._limits.statement, self._limits.lock) + 1
        try:
            raw = await self._raw(_settings(self._limits), patience)
        except (*FAILURES, ValueError) as error:
            where = f"{self.url.host or '127.0.0.1'}:{self.url.port or 3306}"
            reason = str(error) or type(error).__name__
            raise Unavailable(
                f"The database at {where} cannot be reached: {reason}", retry_after=1
            ) from error
        return Held(Connection(raw, self._kill))

    async def _raw(self, settings: Mapping[str, str] = NOTHING, patience: float | None = None) -> Raw:
        return await self.password.connected(
            lambda url: open_raw(url, settings, patience=patience), _is_refused
        )

    async def _kill(self, thread: int) -> None:
        """Let the server give up what a lost connection has asked of it, and the locks held for it."""
        async with asyncio.timeout(2):
            raw = await self._raw()
            try:
                await raw.cursor().execute(f"KILL {thread}")
            finally:
                raw.close()

    async def _knock(self, url: URL) -> None:
        """A connection of its own, which is ended at once."""
        try:
            (await open_raw(url)).close()
        except FAILURES as error:
            raise Unavailable(f"The database lets nobody in: {type(error).__name__}") from error

    async def _look_around(self, held: Held) -> None:
        """Refuse a server that is too old, and warn of one with too little room for all processes."""
        ((version, room),) = await held.raw.fetch("SELECT version(), @@max_connections", [])
        found = re.match(r"(\d+)\.(\d+)", str(version))
        if "MariaDB" not in str(version) or found is None:
            raise Unavailable(f"The server is MySQL {version}; MariaDB 10.6 or newer is needed.")
        if (int(found[1]), int(found[2])) < OLDEST:
            raise Unavailable(f"The server is MariaDB {found[0]}; 10.6 or newer is needed.")
        warn_of_room(self._limits, room)


def _is_refused(error: BaseException) -> bool:
    """Whether the server does not take this user with this password."""
    return isinstance(error, errors.MySQLError) and error.args[:1] == (_REFUSED,)


def _settings(limits: Limits) -> dict[str, str]:
    """What each session is set to. Waiting for a row is counted in whole seconds."""
    waiting = str(max(1, round(limits.lock)))
    return {
        "max_statement_time": str(limits.statement),
        "innodb_lock_wait_timeout": waiting,
        "lock_wait_timeout": waiting,
        "idle_transaction_timeout": str(IDLE_IN_TRANSACTION),
        "tx_isolation": "'READ-COMMITTED'",
    }
