"""The connections to MariaDB that migrations run on.

What lives here: how they are set, and the lock by name that keeps other runners out: it is of a connection, so it
goes however the runner ends. What must not: Alembic (`migrations.py`), other engines (`migration_connections.py`).
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from sqlalchemy.engine import URL

from backwright.mariadb_connection import FAILURES, lock_name, open_raw
from backwright.mariadb_dialect import ADDRESS
from backwright.revisions import MigrationError

__all__ = ["ADDRESS", "connect", "only_runner"]

LOCK_SECONDS: Final = 60.0
"""How long a second runner waits for the first."""

_SETTINGS: Final = {"lock_wait_timeout": "5", "innodb_lock_wait_timeout": "5", "max_statement_time": "1800"}
"""A migration must not stand in a queue for a table with everybody else behind it."""


async def connect(url: URL) -> Any:
    """A connection that SQLAlchemy begins and ends transactions on."""
    try:
        raw = await open_raw(url, _SETTINGS)
        await raw.autocommit(False)  # type: ignore[no-untyped-call]
    except FAILURES as error:
        reason = str(error) or type(error).__name__
        raise MigrationError(f"The database {url!r} cannot be reached: {reason}") from error
    return raw


@asynccontextmanager
async def only_runner(url: URL, seconds: float = LOCK_SECONDS) -> AsyncIterator[None]:
    """Hold the lock. Raises `MigrationError` when another process holds it for longer than `seconds`."""
    from backwright.migration_connections import occupied

    raw = await connect(url)
    try:
        cursor = raw.cursor()
        await cursor.execute("SELECT GET_LOCK(%s, %s)", (lock_name(url.database, "migrations"), seconds))
        if (await cursor.fetchone())[0] != 1:
            raise occupied(seconds, "SHOW PROCESSLIST shows its connection")
        yield
    finally:
        await raw.ensure_closed()
