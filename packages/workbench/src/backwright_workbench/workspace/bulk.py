"""Many rows at once into one table, by each engine's shortest way.

What lives here: taking rows, with what slows each of them down done once for all. What must not: what is in them
(`filling.py`).

Indexes are built when the rows are there. Constraints stay, and are checked; references are not, because rows that
come here refer to rows that are there. Triggers run, but those of the search on SQLite, whose work is done at the end.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from typing import Any, Final

from backwright.database import Database
from sqlalchemy import Column, Table
from sqlalchemy.engine import URL, Dialect

Rows = tuple[Sequence[Column[Any]], Iterable[Sequence[Any]]]
"""Columns, and rows with a value for each as Python has it."""

_PART: Final = 1_000
"""Rows in one statement to MariaDB."""


async def write(database: Database, table: Table, rows: Rows) -> None:
    """Insert all of them."""
    columns, given = rows
    names = [column.name for column in columns]
    stored = _stored(columns, given, database.dialect)
    match database.url.get_backend_name():
        case "postgresql":
            await _to_postgresql(database.url, table.name, names, stored)
        case "mariadb":
            await _to_mariadb(database.url, table.name, names, stored)
        case _:
            _to_sqlite(str(database.url.database), table.name, names, stored)


async def count(database: Database) -> None:
    """Have the planner count what is there."""
    match database.url.get_backend_name():
        case "postgresql":
            raw = await _postgresql(database.url)
            await raw.execute("VACUUM ANALYZE")
            await raw.close()
        case "mariadb":
            raw = await _mariadb(database.url)
            async with raw.cursor() as cursor:
                await cursor.execute("SHOW FULL TABLES WHERE Table_type = 'BASE TABLE'")
                names = ", ".join(f"`{name}`" for name, *_ in await cursor.fetchall())
                await cursor.execute(f"ANALYZE TABLE {names}")
            await raw.ensure_closed()
        case _:
            with closing(sqlite3.connect(str(database.url.database))) as raw:
                raw.execute("ANALYZE")
                raw.commit()


def _stored(
    columns: Sequence[Column[Any]], rows: Iterable[Sequence[Any]], dialect: Dialect
) -> Iterator[list[Any]]:
    """The rows as the driver takes them."""
    kinds = [column.type.dialect_impl(dialect).bind_processor(dialect) for column in columns]
    steps: list[tuple[int, Callable[[Any], Any]]] = [(at, kind) for at, kind in enumerate(kinds) if kind]
    for row in rows:
        found = list(row)
        for at, step in steps:
            found[at] = step(found[at])
        yield found


async def _postgresql(url: URL) -> Any:
    import asyncpg  # type: ignore[import-untyped]  # here, because it is an extra

    return await asyncpg.connect(url.render_as_string(hide_password=False), timeout=10)


async def _to_postgresql(url: URL, name: str, columns: list[str], rows: Iterable[list[Any]]) -> None:
    raw = await _postgresql(url)
    try:
        async with raw.transaction():
            await raw.execute("SET LOCAL maintenance_work_mem = '256MB'; SET LOCAL synchronous_commit = off")
            triggers = await raw.fetchval(
                "SELECT count(*) FROM pg_trigger WHERE tgrelid = $1::regclass AND NOT tgisinternal", name
            )
            if not triggers:
                await raw.execute("SET LOCAL session_replication_role = replica")  # no look at each reference
            indexes = await raw.fetch(
                "SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS made FROM pg_index "
                "WHERE indrelid = $1::regclass AND NOT indisunique ORDER BY indexrelid",
                name,
            )
            for index in indexes:
                await raw.execute(f"DROP INDEX {index['name']}")
            await raw.copy_records_to_table(name, records=rows, columns=columns)
            for index in indexes:
                await raw.execute(index["made"])
    finally:
        await raw.close()


async def _mariadb(url: URL) -> Any:
    from backwright.mariadb_connection import open_raw  # here, because its driver is an extra

    return await open_raw(url)


async def _to_mariadb(url: URL, name: str, columns: list[str], rows: Iterable[list[Any]]) -> None:
    raw = await _mariadb(url)
    listed = ", ".join(f"`{each}`" for each in columns)
    insert = f"INSERT INTO `{name}` ({listed}) VALUES ({', '.join(['%s'] * len(columns))})"  # noqa: S608
    try:
        async with raw.cursor() as cursor:
            await cursor.execute("SET foreign_key_checks = 0, unique_checks = 0")
            part: list[list[Any]] = []
            for row in rows:
                part.append(row)
                if len(part) == _PART:
                    await cursor.executemany(insert, part)
                    part = []
            if part:
                await cursor.executemany(insert, part)
            await raw.commit()
    finally:
        await raw.ensure_closed()


def _to_sqlite(path: str, name: str, columns: list[str], rows: Iterable[list[Any]]) -> None:
    listed = ", ".join(f'"{each}"' for each in columns)
    insert = f'INSERT INTO "{name}" ({listed}) VALUES ({", ".join("?" * len(columns))})'  # noqa: S608
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("PRAGMA synchronous = OFF")
        raw.execute("PRAGMA cache_size = -200000")
        raw.execute("BEGIN IMMEDIATE")
        later = raw.execute(_PUT_OFF, {"name": name}).fetchall()
        for kind, each, _ in later:
            raw.execute(f'DROP {kind} "{each}"')
        raw.executemany(insert, rows)
        if any(kind == "trigger" for kind, _, _ in later):
            known = f"SELECT id FROM {name}_search"  # noqa: S608
            raw.execute(f'INSERT INTO {name}_search (id) SELECT id FROM "{name}" WHERE id NOT IN ({known})')  # noqa: S608
            raw.execute(f"INSERT INTO {name}_fts ({name}_fts) VALUES ('rebuild')")  # noqa: S608
        for _, _, made in later:
            raw.execute(made)
        raw.execute("COMMIT")


_PUT_OFF: Final = """
SELECT type, name, sql FROM sqlite_master WHERE tbl_name = :name AND sql IS NOT NULL AND (
    (type = 'index' AND sql NOT LIKE 'CREATE UNIQUE%') OR (type = 'trigger' AND name = :name || '_search_insert')
)
"""
"""What is cheaper done once for all rows: indexes, and the search, which its trigger takes each row into."""
