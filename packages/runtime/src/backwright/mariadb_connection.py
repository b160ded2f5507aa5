"""A connection to MariaDB, as our pool lends it.

What lives here: one connection over asyncmy, how it is set, and how one is made from an address. What must not:
lending (`pool.py`), transactions (`mariadb_transactions.py`).
"""

import asyncio
import hashlib
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

from asyncmy import connect as driver_connect
from asyncmy import errors
from asyncmy.connection import Connection as Raw
from asyncmy.constants import CLIENT
from asyncmy.cursors import Cursor as DriverCursor
from sqlalchemy.engine import URL

from backwright.engine import wants_tls
from backwright.mariadb_sql import COLLATION

CONNECTING: Final = 5.0
"""Seconds that making a connection may take."""

MODES: Final = (
    "ANSI_QUOTES",
    "PIPES_AS_CONCAT",
    "STRICT_ALL_TABLES",
    "NO_ZERO_DATE",
    "NO_ZERO_IN_DATE",
    "ERROR_FOR_DIVISION_BY_ZERO",
    "NO_ENGINE_SUBSTITUTION",
    "SIMULTANEOUS_ASSIGNMENT",
)
"""What makes MariaDB understand SQL as other engines do, and refuse what does not fit instead of cutting it."""

NOTHING: Final[Mapping[str, str]] = {}
_LOST: Final = 2013
FAILURES: Final = (errors.MySQLError, TimeoutError, OSError, asyncio.IncompleteReadError)
"""What the driver raises when something fails, other than a mistake of ours in using it."""


class Cursor(DriverCursor):
    """A cursor that shows the last answer to a message of several statements: an UPDATE and its SELECT.

    It keeps the time itself: the driver's own limit waits in a way that on Python 3.11 may lose a cancellation.
    """

    patience: float | None = None

    async def execute(self, query: str, args: Any = None) -> Any:
        """Run them all."""
        try:
            async with asyncio.timeout(self.patience):
                await super().execute(query, args)
                while await self.nextset():
                    pass
        except TimeoutError:
            raise errors.OperationalError(_LOST, "no answer in time") from None
        return self.rowcount


class Connection:
    """One connection: what the pool and transactions need of it."""

    def __init__(self, raw: Raw, kill: Callable[[int], Awaitable[None]]) -> None:
        self.raw = raw
        self.holds_locks = False
        """Whether it holds locks by name, which outlive a transaction unless they are let go."""
        self._kill = kill
        self._broken_off = False

    async def fetch(self, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """The rows of a statement."""
        cursor = await self._run(sql, tuple(values))
        return list(await cursor.fetchall())

    async def change(self, sql: str, values: Sequence[Any]) -> int:
        """How many rows a statement has changed."""
        return int((await self._run(sql, tuple(values))).rowcount)

    async def execute(self, sql: str, timeout: float | None = None) -> None:  # noqa: ASYNC109 - the pool's way
        """Run what has no parameters. After a statement was broken off, the server is told to give it up."""
        if self._broken_off:
            self._broken_off = False
            await self._kill(self.raw.thread_id())
        if self.holds_locks and sql in ("COMMIT", "ROLLBACK"):
            sql += "; DO RELEASE_ALL_LOCKS()"
        async with asyncio.timeout(timeout):
            await self._run(sql, None)
        self.holds_locks = self.holds_locks and "RELEASE" not in sql

    async def _run(self, sql: str, values: tuple[Any, ...] | None) -> Any:
        if not values:  # nothing is put in, so nothing marks a place or a plain percent sign
            sql, values = sql.replace("%%", "%"), None
        cursor = self.raw.cursor()
        try:
            await cursor.execute(sql, values)
        except errors.MySQLError:
            self._broken_off = self.is_closed()
            raise
        except BaseException:
            self._broken_off = True
            self.raw.close()
            raise
        return cursor

    def is_closed(self) -> bool:
        """Whether nothing can be sent any more."""
        return not self.raw.connected

    def is_in_transaction(self) -> bool:
        """Whether there is something to undo or to let go."""
        return self.holds_locks or bool(self.raw.get_transaction_status())

    async def close(self, timeout: float) -> None:  # noqa: ASYNC109 - likewise
        """Say goodbye."""
        async with asyncio.timeout(timeout):
            await self.raw.ensure_closed()

    def terminate(self) -> None:
        """Close without a word."""
        self.raw.close()


async def open_raw(url: URL, settings: Mapping[str, str] = NOTHING, *, patience: float | None = None) -> Raw:
    """A connection of the driver's to this address, set as ours are; an answer may take `patience` seconds."""
    given = {
        "sql_mode": f"'{','.join(MODES)}'",
        "time_zone": "'+00:00'",
        # A list wants its first rows; an intersection of indexes reads all that each of them has, then sorts.
        "optimizer_switch": "'index_merge_intersection=off'",
        **settings,
    }
    assigned = ", ".join(f"{name} = {value}" for name, value in given.items())
    async with asyncio.timeout(CONNECTING):  # the driver's own limit ends where the server has accepted
        raw: Raw = await driver_connect(
            host=url.host or "127.0.0.1",
            port=url.port or 3306,
            user=url.username or "root",
            password=url.password or "",
            database=url.database,
            unix_socket=url.query.get("unix_socket"),
            ssl=ssl.create_default_context() if wants_tls(url) else None,
            charset="utf8mb4",
            autocommit=True,
            binary_prefix=True,
            client_flag=CLIENT.FOUND_ROWS,  # an UPDATE that changes nothing has found its row all the same
            cursor_cls=type("PatientCursor", (Cursor,), {"patience": patience}),
            connect_timeout=CONNECTING,
            init_command=f"SET NAMES utf8mb4 COLLATE {COLLATION}, {assigned}",
        )
    return raw


def lock_name(database: str | None, name: str) -> str:
    """The name of a lock on the server, where all databases share one space of at most 64 characters."""
    return hashlib.sha256(f"{database} {name}".encode()).hexdigest()
