"""What a database engine gives to the rest of the runtime.

What lives here: the two shapes, `Engine` and `Transaction`, and the choice of one by URL. What must not: a
driver (`sqlite_engine.py`, `postgresql.py`, `mariadb.py`). Everything above asks for nothing else, so a service
does not know on which engine it runs.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar

from sqlalchemy import Dialect, Executable
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from backwright.server_password import Source

Rows = Sequence[Sequence[Any]]
Seen = Callable[[Executable], None]
T = TypeVar("T")
_log = logging.getLogger("backwright.database")


@dataclass(frozen=True, slots=True)
class Limits:
    """What an engine may take: seconds for a statement and for a lock, connections, processes that share them."""

    statement: float = 5.0
    lock: float = 5.0
    connections: int = 10
    processes: int = 1
    prepared: bool = True
    """Whether statements may be kept on the server by name, which some connection poolers do not allow."""


class Transaction(Protocol):
    """A transaction that has begun. Whoever began it calls `end`, whatever happens."""

    async def fetch(self, sql: str, values: Sequence[Any]) -> Rows:
        """The rows of one statement."""

    async def execute(self, sql: str, values: Sequence[Any]) -> int:
        """How many rows one statement has changed."""

    async def lock(self, name: str) -> None:
        """Let nobody else go on who locks the same name, until this transaction ends."""

    async def try_lock(self, name: str) -> bool:
        """Whether nobody else has locked the name, which then is locked. Asks the server and does not wait there."""

    def orm(self, seen: Seen) -> AsyncEngine:
        """An engine for ORM sessions inside this transaction. Its statements are shown to `seen`."""

    async def commit(self) -> asyncio.CancelledError | None:
        """Make it durable. Cancellation does not interrupt that; it is returned, for the caller to raise."""

    async def end(self) -> None:
        """Undo what was not committed and let the connection go."""


class Engine(Protocol):
    """A database server or file, as `Database` uses it. What fails raises the driver's error or ours."""

    dialect: Dialect

    async def connect(self) -> None:
        """Open. Raises `Unavailable`."""

    async def close(self) -> None:
        """Close for good, after what is under way."""

    async def read(self, sql: str, values: Sequence[Any]) -> Rows:
        """Rows of a statement that changes nothing, outside any transaction."""

    async def begin(self) -> Transaction:
        """A new transaction that may write."""

    def reading(self) -> AbstractAsyncContextManager[AsyncEngine]:
        """An engine for ORM sessions that cannot write."""

    def data_version(self) -> int | None:
        """A number that changes when another process has written; `None` where asking would cost a round trip."""

    async def ping(self) -> None:
        """Ask for an answer on a connection of its own. Raises `Unavailable`."""

    async def revision(self) -> str | None:
        """The migration that the database is at, asked on a connection of its own."""


TLS: Final = ("1", "true", "required")
"""What may stand after `?ssl=` to have it."""

PLAIN: Final = ("0", "false", "disabled")
"""And to say that there is none."""


class AtOnce(Protocol):
    """An engine on which one statement can write to several tables, which saves the round trips of a transaction."""

    @property
    def writes_at_once(self) -> bool:
        """Whether it can as it is set up."""

    async def write(self, sql: str, values: Sequence[Any]) -> Rows:
        """Rows of a statement that is a transaction of its own."""


class Grouping(Protocol):
    """An engine on which units of work that wait for nothing else may share a commit."""

    async def grouped(self, unit: Callable[[Transaction], T], after: Callable[[T], None]) -> T:
        """What `unit` returns, once it is durable and `after` has been called with it. It gets a transaction whose end
        is not its own.
        """


def parse(text: str | URL) -> URL:
    """A database URL in its one form. Raises `ValueError` for an engine that is not supported."""
    url = make_url(text)
    backend = url.get_backend_name()
    if backend in ("postgres", "postgresql"):
        if not url.database and "dbname" not in url.query:
            raise ValueError(f"{url!r} names no database; write postgresql://user@host/name")
        return url.set(drivername="postgresql")
    if backend in ("mariadb", "mysql"):
        if not url.database:
            raise ValueError(f"{url!r} names no database; write mariadb://user@host/name")
        wants_tls(url)
        return url.set(drivername="mariadb")
    if backend != "sqlite" or url.database in (None, "", ":memory:"):
        raise ValueError(
            f"{url!r} is neither a SQLite file nor PostgreSQL or MariaDB; write sqlite:///./var/service.db, "
            "postgresql://user@host/name or mariadb://user@host/name"
        )
    return url


def wants_tls(url: URL) -> bool:
    """Whether an address of MariaDB asks for TLS, with `?ssl=required`; then the server's certificate is checked.

    Raises `ValueError` for any other option: whoever wrote `sslmode=require` must not get a connection without.
    """
    unknown = sorted(set(url.query) - {"ssl", "unix_socket"})
    word = str(url.query.get("ssl", "0")).lower()
    if unknown or word not in (*TLS, *PLAIN):
        named = ", ".join(unknown) or "ssl"
        raise ValueError(
            f"{url!r} has an option that means nothing here: {named}; for TLS write ?ssl=required"
        )
    return word in TLS


def engine_for(url: URL, limits: Limits, source: Source | None = None) -> Engine:
    """The engine of a URL that `parse` has made, not yet open. `source` is asked when the password is refused."""
    if url.get_backend_name() == "postgresql":
        from backwright.postgresql import PostgreSQL  # here, because its driver is an extra

        return PostgreSQL(url, limits, source)
    if url.get_backend_name() == "mariadb":
        from backwright.mariadb import MariaDB

        return MariaDB(url, limits, source)
    from backwright.sqlite_engine import SQLite

    return SQLite(url, limits)


async def settled(done: "asyncio.Future[T]") -> tuple[T, asyncio.CancelledError | None]:
    """What `done` comes to, which no cancellation interrupts: a commit, say. Raises what it raises.

    A cancellation that comes meanwhile is returned, for the caller to raise when everything that follows is done.
    """
    cancelled = None
    while not done.done():
        try:
            await asyncio.wait([done])
        except asyncio.CancelledError as error:
            cancelled = error
    return done.result(), cancelled


def warn_of_room(limits: Limits, room: int) -> None:
    """Say so when a server gives fewer connections than all processes together may ask for."""
    wanted = limits.connections * limits.processes
    if wanted > room:
        _log.warning(
            "the server has too few connections: %d processes x %d = %d, and it gives %d; lower"
            " DATABASE_CONNECTIONS or raise max_connections",
            limits.processes,
            limits.connections,
            wanted,
            room,
        )
