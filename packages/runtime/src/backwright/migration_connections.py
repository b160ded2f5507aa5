"""The connections that migrations run on, one runner at a time.

What lives here: how each engine is connected to for migrations, and how other runners are kept out. What must
not: Alembic (`migrations.py`).

On SQLite a lock file keeps others out. On PostgreSQL an advisory lock does, held by a transaction of its own,
which ends with its connection however the runner ends, behind a transaction pooler too. On MariaDB it is a lock by
name, of a connection of its own.
"""

import asyncio
import fcntl
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from backwright.engine import parse
from backwright.revisions import MigrationError

LOCK_SECONDS: Final = 60.0
"""How long a second runner waits for the first."""

_LOCK: Final = 7_164_250_916_117_113_709
"""The advisory lock: a number that means migrations, in each database of a server for itself."""

_SETTINGS: Final = {"lock_timeout": "5s", "statement_timeout": "30min"}
"""A migration must not stand in a queue for a table with everybody else behind it. Set in each transaction, because
a pooler drops what is set for a session."""

_UNNAMED: Final[dict[str, Any]] = {
    "prepared_statement_cache_size": 0,
    "prepared_statement_name_func": lambda: "",
}
"""Nothing is kept on the server by name, for the same reason."""

T = TypeVar("T")
Call = Callable[[Connection], T]


def run(url: str, call: Call[T]) -> T:
    """What `call` returns for a connection to the database."""
    return _run(url, call, alone=False)


def run_alone(url: str, call: Call[T]) -> T:
    """The same with every other runner shut out. Raises `MigrationError` when another one takes too long."""
    return _run(url, call, alone=True)


def _run(text: str, call: Call[T], *, alone: bool) -> T:
    url = parse(text)
    if url.get_backend_name() in ("postgresql", "mariadb"):
        return _outside_the_loop(lambda: _on_server(url, call, alone=alone))
    path = database_path(text)
    if alone:
        path.parent.mkdir(parents=True, exist_ok=True)
    engine = sqlite_engine(text)
    try:
        with (
            only_runner(path.with_name(path.name + ".migrating")) if alone else nullcontext(),
            engine.connect() as connection,
        ):
            return call(connection)
    finally:
        engine.dispose()


def database_path(url: str) -> Path:
    """The file of a SQLite address."""
    return Path(str(make_url(url).database))


def sqlite_engine(url: str) -> Engine:
    """An engine whose transactions include DDL."""
    engine = create_engine(url, poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def connect(raw: sqlite3.Connection, _: Any) -> None:
        raw.isolation_level = None
        raw.execute("PRAGMA busy_timeout = 30000")
        raw.execute("PRAGMA foreign_keys = OFF")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


@contextmanager
def only_runner(path: Path, seconds: float = LOCK_SECONDS) -> Iterator[None]:
    """Hold the lock file. Raises `MigrationError` when another process holds it for longer than `seconds`."""
    with path.open("w") as file:
        until = time.monotonic() + seconds
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise occupied(seconds, f"it holds {path}") from None
                time.sleep(0.05)
        yield


def occupied(seconds: float, sign: str) -> MigrationError:
    """What to say when another runner keeps this one waiting."""
    return MigrationError(
        f"Another process has been migrating this database for {seconds:g} seconds. "
        f"Wait for it, or end it if it hangs; {sign}."
    )


def _outside_the_loop(make: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run to the end what the driver does with a loop of its own, also where a loop is running already."""
    with ThreadPoolExecutor(1, thread_name_prefix="migrations") as thread:
        return thread.submit(lambda: asyncio.run(make())).result()


def _server(url: URL) -> tuple[str, Callable[[URL], Any], Callable[[URL], AbstractAsyncContextManager[None]]]:
    """What SQLAlchemy calls the engine, how it is connected to, and how other runners are kept out."""
    if url.get_backend_name() == "mariadb":
        from backwright import mariadb_migrating  # here, because its driver is an extra

        return mariadb_migrating.ADDRESS, mariadb_migrating.connect, mariadb_migrating.only_runner
    return "postgresql+asyncpg://", _connect, advisory_lock


async def _on_server(url: URL, call: Call[T], *, alone: bool) -> T:
    address, connect, locked = _server(url)

    async def connected(*_: Any, **__: Any) -> Any:
        return await connect(url)

    on_postgresql = url.get_backend_name() == "postgresql"
    options = _UNNAMED if on_postgresql else {}
    engine = create_async_engine(address, async_creator=connected, poolclass=NullPool, connect_args=options)
    if on_postgresql:
        event.listen(engine.sync_engine, "begin", _limited)
    try:
        async with locked(url) if alone else nullcontext(), engine.connect() as connection:
            return await connection.run_sync(call)
    finally:
        await engine.dispose()


def _limited(connection: Connection) -> None:
    """Begin a transaction of a migration."""
    for name, value in _SETTINGS.items():
        connection.exec_driver_sql(f"SET LOCAL {name} = '{value}'")


async def _connect(url: URL) -> Any:
    import asyncpg  # type: ignore[import-untyped]  # here, because it is an extra

    try:
        return await asyncpg.connect(
            url.render_as_string(hide_password=False),
            timeout=10,
            statement_cache_size=0,
            server_settings={"application_name": "backwright migrations"},
        )
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
        reason = str(error) or type(error).__name__
        raise MigrationError(f"The database {url!r} cannot be reached: {reason}") from error


@asynccontextmanager
async def advisory_lock(url: URL, seconds: float = LOCK_SECONDS) -> AsyncIterator[None]:
    """Hold the lock. Raises `MigrationError` when another process holds it for longer than `seconds`."""
    raw = await _connect(url)
    try:
        await raw.execute("BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0")
        until = time.monotonic() + seconds
        while not await raw.fetchval("SELECT pg_try_advisory_xact_lock($1)", _LOCK):
            if time.monotonic() > until:
                raise occupied(seconds, "pg_locks shows its advisory lock")
            await asyncio.sleep(0.1)
        yield
    finally:
        await raw.close(timeout=5)
