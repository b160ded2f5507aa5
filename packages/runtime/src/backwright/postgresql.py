"""PostgreSQL as an engine of the runtime, over asyncpg.

What lives here: connecting, reads, and the beginning of transactions. What must not: what happens in one
(`postgresql_transactions.py`), lending connections (`pool.py`), SQLAlchemy (`postgresql_dialect.py`), what a
refusal means (`database_errors.py`).

A read is one round trip: no transaction is opened for it, and its statement is prepared once per connection.
Transactions are READ COMMITTED; what must not change between a look and a write is locked (`Work.lock`, row
locks) or stands in the statement that writes.

Texts are sorted as the database's collation says; one made with `LOCALE 'C.UTF-8'` sorts as SQLite does.

Behind PgBouncer in transaction mode, what is set for a session may be lost. There it takes
`ignore_startup_parameters = extra_float_digits,jit,statement_timeout,lock_timeout,
idle_in_transaction_session_timeout` or nothing (the limits are then set in each transaction), and
`max_prepared_statements` above 0 (PgBouncer 1.21) or `DATABASE_PREPARED=false`.
"""

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import asyncpg  # type: ignore[import-untyped]
import msgspec
from sqlalchemy import Dialect
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import LRUCache

from backwright import postgresql_dialect as dialect
from backwright.engine import Limits, Rows, warn_of_room
from backwright.errors import Unavailable
from backwright.pool import Held
from backwright.postgresql_transactions import FAILURES, Transaction, told
from backwright.server_engine import Server
from backwright.server_password import Source

CONNECTING: Final = 5.0
"""Seconds that making a connection may take."""

IDLE_IN_TRANSACTION: Final = 30.0
"""Seconds that a transaction may stay open without a statement before the server ends it."""

OLDEST: Final = (13, 0)
_log = logging.getLogger("backwright.database")


class PostgreSQL(Server):
    """A server. Open between `connect` and `close`."""

    begin_reading = "BEGIN READ ONLY"

    def __init__(self, url: URL, limits: Limits, source: Source | None = None) -> None:
        super().__init__(url, limits, source)
        driver: Any = dialect.Dialect.import_dbapi()  # type: ignore[no-untyped-call]
        self.dialect: Dialect = dialect.Dialect(  # type: ignore[no-untyped-call]
            paramstyle="numeric_dollar", dbapi=driver, json_serializer=_json
        )
        self._compiled: LRUCache[Any, Any] = LRUCache(dialect.COMPILED)
        self._takes_settings = True

    async def read(self, sql: str, values: Sequence[Any]) -> Rows:
        """Rows of everything committed so far, in one round trip."""
        if not self._limits.prepared:
            return await self._read_pinned(sql, values)
        pool = self.pool
        held = pool.take_now() or await pool.take()
        try:
            found: Rows = await held.fetch(sql, values)
        except asyncpg.PostgresError as error:
            pool.give(held)  # refused, and in order again
            raise told(error) from error
        except FAILURES as error:
            pool.mend(held)
            raise told(error) from error
        except BaseException:
            pool.mend(held)
            raise
        pool.give(held)
        return found

    @property
    def writes_at_once(self) -> bool:
        """Where a session keeps its settings and statements; behind other poolers limits come with `BEGIN`."""
        return self._takes_settings and self._limits.prepared

    async def write(self, sql: str, values: Sequence[Any]) -> Rows:
        """As `read`. When it returns or raises, the server is done with it, also if it was broken off."""
        pool = self.pool
        held = pool.take_now() or await pool.take()
        try:
            found: Rows = await held.fetch(sql, values)
        except asyncpg.PostgresError as error:
            pool.give(held)
            raise told(error) from error
        except FAILURES as error:
            pool.mend(held)
            raise told(error) from error
        except BaseException:
            await asyncio.shield(pool.mend(held))
            raise
        pool.give(held)
        return found

    async def _read_pinned(self, sql: str, values: Sequence[Any]) -> Rows:
        """The same in a transaction, so that a pooler does not change servers between parsing and running."""
        transaction = await self.begin()
        try:
            return await transaction.fetch(sql, values)
        finally:
            await transaction.end()

    async def begin(self) -> Transaction:
        """A transaction that may write."""
        return await self._begun("BEGIN ISOLATION LEVEL READ COMMITTED")

    async def _begun(self, sql: str) -> Transaction:
        held = await self.pool.take()
        found = Transaction(self.orm, self.pool, held)
        try:
            await found.control(sql if self._takes_settings else f"{sql}; {_local(self._limits)}")
        except BaseException:
            await found.end()
            raise
        return found

    async def ping(self) -> None:
        """Ask for an answer on a connection of its own."""
        try:
            async with asyncio.timeout(2):
                raw = await self._raw({})
                try:
                    await raw.execute("SELECT 1")
                finally:
                    raw.terminate()
        except FAILURES as error:
            raise Unavailable(f"The database does not answer: {type(error).__name__}") from error

    async def revision(self) -> str | None:
        """What `alembic_version` says; `None` also where there is no such table yet."""
        try:
            raw = await self._raw({})
            try:
                found = await raw.fetchval("SELECT version_num FROM alembic_version")
            finally:
                await raw.close(timeout=2)
        except asyncpg.UndefinedTableError:
            return None
        except FAILURES as error:
            raise told(error) from error
        return None if found is None else str(found)

    def orm(self, held: Held) -> AsyncEngine:
        """The engine for ORM sessions on one connection; made at the first use."""
        if held.orm is None:
            held.orm = dialect.engine(
                self.dialect,
                held.raw,
                lambda statement: held.seen(statement) if held.seen is not None else None,
                self._compiled,
                prepared=self._limits.prepared,
            )
        return held.orm

    async def _held(self) -> Held:
        """A new connection. Raises `Unavailable`, saying where and why."""
        try:
            if self._takes_settings:
                try:
                    return Held(await self._raw(_settings(self._limits)))
                except asyncpg.ProtocolViolationError as error:
                    if "startup parameter" not in str(error):
                        raise
                    self._takes_settings = False
                    _log.warning("the pooler takes no settings; they go with each transaction instead")
            return Held(await self._raw({}))
        except (*FAILURES, ValueError) as error:
            where = f"{self.url.host or 'the local socket'}:{self.url.port or 5432}"
            reason = _no_authority(self.url) or str(error) or type(error).__name__
            raise Unavailable(
                f"The database at {where} cannot be reached: {reason}", retry_after=1
            ) from error

    async def _raw(self, settings: dict[str, str]) -> "asyncpg.Connection[Any]":
        return await self.password.connected(lambda url: self._connected(url, settings), _is_refused)

    async def _connected(self, url: URL, settings: dict[str, str]) -> "asyncpg.Connection[Any]":
        return await asyncpg.connect(
            url.render_as_string(hide_password=False),
            timeout=CONNECTING,
            command_timeout=self._limits.statement + 1,
            statement_cache_size=1_000 if self._limits.prepared else 0,
            max_cached_statement_lifetime=0,
            max_cacheable_statement_size=0,
            server_settings={"application_name": "backwright", **settings},
        )

    async def _knock(self, url: URL) -> None:
        """A connection of its own, which is ended at once."""
        try:
            (await self._connected(url, {})).terminate()
        except FAILURES as error:
            raise Unavailable(f"The database lets nobody in: {type(error).__name__}") from error

    async def _look_around(self, held: Held) -> None:
        """Refuse a server that is too old, and warn of one with too little room for all processes."""
        version = held.raw.get_server_version()
        if version[:2] < OLDEST:
            raise Unavailable(f"The server is PostgreSQL {version.major}; 13 or newer is needed.")
        room = await held.raw.fetchval(
            "SELECT current_setting('max_connections')::int"
            " - current_setting('superuser_reserved_connections')::int"
        )
        warn_of_room(self._limits, room)


def _is_refused(error: BaseException) -> bool:
    """Whether the server does not take this user with this password."""
    return isinstance(error, asyncpg.InvalidAuthorizationSpecificationError)


def _json(value: Any) -> str:
    """A value for a column of the type `jsonb`, which keeps the value and not its text."""
    return msgspec.json.encode(value).decode()


def _no_authority(url: URL) -> str | None:
    """What is wrong with the path of the certificate authority; the driver says that a file is missing, not which."""
    path = url.query.get("sslrootcert")
    if not isinstance(path, str) or Path(path).is_file():
        return None
    return f"sslrootcert names {path}, and there is no such file"


def _settings(limits: Limits) -> dict[str, str]:
    """What each session is set to. No `jit`: it costs more than it saves for statements of this kind."""
    return {"jit": "off", "TimeZone": "UTC", **_timeouts(limits)}


def _timeouts(limits: Limits) -> dict[str, str]:
    milliseconds = {
        "statement_timeout": limits.statement,
        "lock_timeout": limits.lock,
        "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION,
    }
    return {name: str(int(seconds * 1000)) for name, seconds in milliseconds.items()}


def _local(limits: Limits) -> str:
    """The same for one transaction, in one message with its BEGIN."""
    return "; ".join(f"SET LOCAL {name} = {value}" for name, value in _timeouts(limits).items())
