"""SQLAlchemy over a connection that we own.

What lives here: the dialect, and the engine for ORM sessions. What must not: when a transaction begins and
ends (`sqlite.py`).
"""

import sqlite3
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlalchemy import Executable, event
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import await_only

from backwright.borrowed import Borrowed, engine_over
from backwright.encryption import FieldKeys

if TYPE_CHECKING:
    from backwright.sqlite import Connection


async def _turn() -> None:
    """Nothing to wait for."""


class Dialect(Borrowed, SQLiteDialect_pysqlite):
    """The SQLAlchemy dialect for a connection that we own: asynchronous in name, transactions left to `Work`."""

    driver = "backwright"
    is_async = True
    supports_statement_cache = True

    def do_execute(self, cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        """Execute, after showing SQLAlchemy that we are where waiting is allowed: elsewhere (a lazy load in
        a template, say) it raises `MissingGreenlet`, on SQLite as on every other engine."""
        await_only(_turn())
        cursor.execute(statement, parameters)

    def do_executemany(self, cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        """The same for many rows."""
        await_only(_turn())
        cursor.executemany(statement, parameters)

    def do_execute_no_params(self, cursor: Any, statement: str, context: Any = None) -> None:
        """The same for a statement without parameters."""
        await_only(_turn())
        cursor.execute(statement)

    def get_driver_connection(self, connection: Any) -> Any:
        """The `sqlite3` connection itself."""
        return connection


class Cursor(sqlite3.Cursor):
    """A cursor as SQLAlchemy's asynchronous results expect it: rows are there at once, closing waits for nothing."""

    async def _async_soft_close(self) -> None:
        pass


class Raw(sqlite3.Connection):
    """A connection whose cursors are ours."""

    def cursor(self, factory: Any = Cursor) -> Any:
        return super().cursor(factory)


def engine(
    connection: "Connection", prepared: Any, seconds: float, seen: Callable[[Executable], None]
) -> AsyncEngine:
    """A SQLAlchemy engine over a connection that we own, beside the dialect that statements are `prepared` with.

    Each statement may take `seconds`; those that SQLAlchemy has compiled are shown to `seen` before they run.
    """
    dialect = Dialect(dbapi=Dialect.import_dbapi())
    FieldKeys.share(prepared, dialect)
    found = engine_over(connection.raw, dialect, "sqlite+backwright://", seen)
    event.listen(found.sync_engine, "before_cursor_execute", lambda *_: connection.limit(seconds))
    return found
