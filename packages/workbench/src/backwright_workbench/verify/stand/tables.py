"""Looking into the database of a stand, past the service: for what it has really stored.

What lives here: asking with SQL that every engine understands. What must not: changing anything.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from typing import Any

from backwright import migration_connections
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url


def ask(url: str, sql: str, /, **values: Any) -> Sequence[tuple[Any, ...]]:
    """The rows of a statement. On SQLite it waits for no writer and holds none up."""
    if url.startswith("sqlite"):
        address = f"file:{make_url(url).database}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=5)) as connection:
            return connection.execute(sql, values).fetchall()

    def call(connection: Connection) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in connection.execute(text(sql), values).fetchall()]

    return migration_connections.run(url, call)


def count(url: str, table: str, where: str = "1 = 1", /, **values: Any) -> int:
    """How many rows there are of which `where` is true. `table` and `where` are ours, never anybody's input."""
    return int(ask(url, f"SELECT count(*) FROM {table} WHERE {where}", **values)[0][0])  # noqa: S608
