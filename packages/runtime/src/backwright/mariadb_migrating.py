"""The connections to MariaDB that migrations run on, and what a migration that fails leaves there.

What lives here: how they are set, the lock by name that keeps other runners out (it is of a connection, so it
goes however the runner ends), and the list of what cannot be undone. What must not: Alembic (`migrations.py`), other
engines (`migration_connections.py`).
"""

import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final

from sqlalchemy import Connection, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from backwright.mariadb_connection import FAILURES, lock_name, open_raw
from backwright.mariadb_dialect import ADDRESS
from backwright.revisions import MigrationError

__all__ = ["ADDRESS", "connect", "only_runner", "saying_what_stays"]

LOCK_SECONDS: Final = 60.0
"""How long a second runner waits for the first."""

_SETTINGS: Final = {"lock_wait_timeout": "5", "innodb_lock_wait_timeout": "5", "max_statement_time": "1800"}
"""A migration must not stand in a queue for a table with everybody else behind it."""

_LASTING: Final = re.compile(
    r"\s*(CREATE|ALTER|DROP|RENAME|TRUNCATE)\b(?!.*\balembic_version\b)", re.I | re.S
)
"""Statements that MariaDB commits by themselves, with all that came before them."""

_SHOWN: Final = 100
"""Characters of a statement that are repeated."""


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


@contextmanager
def saying_what_stays(connection: Connection) -> Iterator[Callable[..., None]]:
    """Run migrations; what is yielded is to be called after each one that is complete.

    Raises `MigrationError` with the list of what stays done when one fails after it has changed a table. Nothing
    of the kind may be tried again before somebody has looked. Whatever fails before that is raised as it is.
    """
    done: list[str] = []

    def note(_conn: Any, _cursor: Any, sql: str, _values: Any, _context: Any, _many: bool) -> None:
        if _LASTING.match(sql):
            done.append(" ".join(sql.split()))

    event.listen(connection, "after_cursor_execute", note)
    try:
        yield lambda **_: done.clear()
    except Exception as error:
        if not done:
            raise
        raise _half_done(error, done) from error
    finally:
        event.remove(connection, "after_cursor_execute", note)


def _half_done(error: Exception, done: list[str]) -> MigrationError:
    reason = error.orig if isinstance(error, DBAPIError) else error
    stays = (f"\n  {each[:_SHOWN]}{'…' if len(each) > _SHOWN else ''}" for each in done)
    return MigrationError(
        f"The migration failed: {reason}. MariaDB cannot undo changes of tables, and these stay done, with all that "
        f"the migration wrote before the last of them:{''.join(stays)}\n"
        "Take them back by hand, the last one first, or restore the backup from before; then run the migration again. "
        "Until then the database counts as being at the revision before (migrate status)."
    )
