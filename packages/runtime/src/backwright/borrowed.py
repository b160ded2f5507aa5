"""SQLAlchemy over connections that are ours.

What lives here: what the dialects of all engines leave to `Work`. What must not: anything of one engine
(`sqlite_dialect.py`, `postgresql_dialect.py`, `mariadb_dialect.py`).
"""

from typing import Any

from sqlalchemy.pool import Pool, StaticPool


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
