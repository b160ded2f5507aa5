"""SQLAlchemy over connections that are ours.

What lives here: what the dialects of all engines leave to `Work`, and the engine of one connection for ORM
sessions. What must not: anything of one engine (`sqlite_dialect.py`, `postgresql_dialect.py`, `mariadb_dialect.py`).
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Dialect, Engine, Executable, event
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import Pool, StaticPool
from sqlalchemy.util import LRUCache

from backwright.encrypted_rows import before_execute


class Borrowed:
    """The part of a dialect that knows of transactions: it begins and ends none.

    Stands before the engine's own dialect among the bases, because it takes the place of its methods.
    """

    @classmethod
    def get_pool_class(cls, url: Any) -> type[Pool]:
        """One connection, ours."""
        return StaticPool

    def do_begin(self, dbapi_connection: Any) -> None:
        """Nothing: `Work` has begun the transaction."""

    def do_commit(self, dbapi_connection: Any) -> None:
        """Nothing: only `Work` commits, so that business code cannot commit half of a request."""

    def do_rollback(self, dbapi_connection: Any) -> None:
        """Nothing: an exception ends the `Work`, which rolls back."""


def engine_over(
    connection: Any,
    dialect: Dialect,
    address: str,
    seen: Callable[[Executable], None],
    cache: LRUCache[Any, Any] | None = None,
) -> AsyncEngine:
    """A SQLAlchemy engine over one connection. What it has compiled is shown to `seen` before it runs, and kept in
    `cache`, which many connections may share; in one of its own if there is none.
    """
    pool = StaticPool(lambda: connection, reset_on_return=None)
    plain = Engine(pool, dialect, make_url(address), hide_parameters=True)  # errors are logged, values not
    if cache is not None:
        plain._compiled_cache = cache

    def before(_conn: Any, _cursor: Any, _sql: str, _values: Any, context: Any, _many: bool) -> None:
        if context is not None and context.compiled is not None:
            seen(context.compiled.statement)

    event.listen(plain, "before_cursor_execute", before)
    event.listen(plain, "before_execute", before_execute, retval=True)
    return AsyncEngine(plain)
