"""Databases of the comparison: made, filled, copied for each start, dropped at the end.

What lives here: SQL and files. What must not: which rows (`data.py`) and which system gets which (`systems.py`).
"""

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import asyncpg

from bench.data import Asset, Data, Order, Technician, columns, values

SCHEMA: Final = Path(__file__).parent.parent / "schema"
SERVER: Final = os.environ.get("BENCH_POSTGRESQL", "postgresql://root@127.0.0.1:5432/postgres")
"""A superuser's address of the server, which must run on this machine for its CPU time to be seen."""

WHERE: Final = f"{urlsplit(SERVER).hostname}:{urlsplit(SERVER).port or 5432}"
"""The part of the address that may be shown."""

_PREFIX: Final = f"bench_{os.getpid()}_"


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who can sign in at a peer."""

    id: UUID
    email: str
    name: str
    role: str
    password_hash: str
    is_active: bool = True


def tables(data: Data, accounts: list[Account]) -> Iterator[tuple[str, list[str], Iterable[tuple[Any, ...]]]]:
    """Name, columns and rows of each table to fill, in the order of their references."""
    if accounts:
        yield "users", columns(Account), map(values, accounts)
    yield "assets", columns(Asset), map(values, data.assets)
    yield "technicians", columns(Technician), map(values, data.technicians)
    yield "work_orders", columns(Order), map(values, data.stream())


def address(name: str, server: str = SERVER) -> str:
    """The address of one database of the server."""
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


class PostgreSQL:
    """The server, and the databases of this run on it."""

    def __init__(self, connection: "asyncpg.Connection[Any]", version: str) -> None:
        self._connection = connection
        self.version = version
        self._made: list[str] = []
        self._turn = asyncio.Lock()
        """The connection takes one statement at a time; databases are filled several at once."""

    @classmethod
    async def connect(cls) -> "PostgreSQL":
        """Connect to the server. Raises `OSError` or `asyncpg.PostgresError` if there is none."""
        connection = await asyncpg.connect(SERVER, timeout=5)
        return cls(connection, await connection.fetchval("SHOW server_version"))

    async def create(self, name: str, template: str = "template0") -> str:
        """A new database: its name on the server."""
        full = _PREFIX + name.replace("-", "_")
        async with self._turn:
            await self._connection.execute(f'DROP DATABASE IF EXISTS "{full}" WITH (FORCE)')
            await self._connection.execute(f'CREATE DATABASE "{full}" TEMPLATE "{template}"')
        self._made.append(full)
        return full

    async def fill(self, name: str, data: Data, accounts: list[Account], schema: Path | None) -> None:
        """Put the rows into a database, behind its tables if `schema` says so."""
        connection = await asyncpg.connect(address(name))
        try:
            if schema is not None:
                await connection.execute(schema.read_text())  # noqa: ASYNC240 - before anything is measured
            for table, names, rows in tables(data, accounts):
                await connection.copy_records_to_table(table, columns=names, records=rows)
            await connection.execute("VACUUM (ANALYZE)")
        finally:
            await connection.close()

    async def drop(self, name: str) -> None:
        """Remove a database, whoever still uses it."""
        await self._connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        if name in self._made:
            self._made.remove(name)

    async def backends(self, name: str) -> list[int]:
        """The processes of the server that work for a database."""
        query = "SELECT pid FROM pg_stat_activity WHERE datname = $1 AND backend_type <> 'autovacuum worker'"
        return [row["pid"] for row in await self._connection.fetch(query, name)]

    async def one(self, name: str, query: str) -> Any:
        """A single value from a database."""
        connection = await asyncpg.connect(address(name))
        try:
            return await connection.fetchval(query)
        finally:
            await connection.close()

    async def close(self) -> None:
        """Drop everything that was made, and disconnect."""
        for name in list(self._made):
            await self.drop(name)
        await self._connection.close()


def fill_sqlite(path: Path, data: Data, accounts: list[Account], form: "Form", schema: Path | None) -> None:
    """Put the rows into a file, behind its tables if `schema` says so."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA cache_size = -400000")  # 400 MB: the indexes are filled in no order
    connection.execute("PRAGMA synchronous = OFF")
    if schema is not None:
        connection.executescript(schema.read_text())
    for table, names, rows in tables(data, accounts):
        marks = ", ".join("?" * len(names))
        stored = (tuple(map(form, row)) for row in rows)
        connection.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", stored)
    connection.commit()
    connection.execute("ANALYZE")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def copy_sqlite(source: Path, target: Path) -> None:
    """A fresh file for one start."""
    for old in target.parent.glob(target.name + "*"):
        old.unlink()
    shutil.copyfile(source, target)


Form = Callable[[Any], Any]


def backwright_form(value: Any) -> Any:
    """A value as Backwright stores it on SQLite: ids and times in their wire form."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    return str(value) if isinstance(value, (UUID, date)) else value


def sqlalchemy_form(value: Any) -> Any:
    """A value as SQLAlchemy's own types store it on SQLite."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S.%f")
    if isinstance(value, UUID):
        return value.hex
    return str(value) if isinstance(value, date) else value


def one_of_sqlite(path: Path, query: str) -> Any:
    """A single value from a file that another process may have open."""
    connection = sqlite3.connect(path, timeout=10)
    try:
        return connection.execute(query).fetchone()[0]
    finally:
        connection.close()
