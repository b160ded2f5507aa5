"""Databases for tests: each test begins with an empty one that is as it was at first."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from backwright import migration_connections, testing_databases
from backwright.database import Database
from backwright.testing_databases import Template
from sqlalchemy import text


def fill(*statements: str) -> Callable[[str], None]:
    """What makes a template by plain SQL."""

    def call(connection: Any) -> None:
        for each in statements:
            connection.exec_driver_sql(each)
        connection.commit()

    return lambda url: migration_connections.run(url, call)


async def run(url: str, statement: str) -> list[tuple[Any, ...]]:
    """Rows of a statement, committed."""
    database = Database(url)
    await database.connect()
    async with database.work() as work:
        result = await work.session.execute(text(statement))
        found = [tuple(row) for row in result] if result.returns_rows else []
    await database.close()
    return found


def test_an_engine_that_there_is_not_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A typing error must not leave engines out."""
    monkeypatch.setenv("BACKWRIGHT_TEST_DATABASES", "sqlite,postgres")
    with pytest.raises(ValueError, match="'postgres'; there are sqlite, postgresql"):
        testing_databases.engines()
    monkeypatch.delenv("BACKWRIGHT_TEST_DATABASES")
    assert testing_databases.engines() == ("sqlite",)


async def test_a_copy_is_empty_for_the_next_test(engine: str, tmp_path: Path) -> None:
    """Whatever was stored, past references; and while one is lent, another test gets another one."""
    one = fill("CREATE TABLE a (id INTEGER PRIMARY KEY)", "CREATE TABLE b (a_id INTEGER REFERENCES a (id))")
    template = Template(engine, one)
    (tmp_path / "x").mkdir()
    first = template.lend(tmp_path)
    await run(first, "INSERT INTO a VALUES (1)")
    await run(first, "INSERT INTO b VALUES (1)")
    other = template.lend(tmp_path / "x")
    assert other != first
    assert await run(other, "SELECT * FROM a") == []
    template.give_back(first)
    again = template.lend(tmp_path)
    assert (await run(again, "SELECT * FROM a"), await run(again, "SELECT * FROM b")) == ([], [])


@pytest.mark.parametrize(
    "change", ["ALTER TABLE a ADD COLUMN b INTEGER", "DROP TABLE a", "CREATE TABLE c (id INTEGER)"]
)
async def test_tables_that_a_test_has_changed_are_as_before(engine: str, tmp_path: Path, change: str) -> None:
    """A test of a migration, say."""
    template = Template(engine, fill("CREATE TABLE a (id INTEGER)"))
    lent = template.lend(tmp_path)
    await run(lent, change)
    template.give_back(lent)
    again = template.lend(tmp_path)
    await run(again, "INSERT INTO a VALUES (1)")
    assert await run(again, "SELECT * FROM a") == [(1,)]
    await run(again, "CREATE TABLE c (id INTEGER)")


async def test_rows_of_the_template_are_in_every_copy(engine: str, tmp_path: Path) -> None:
    """What a migration has stored belongs to an empty database."""
    template = Template(engine, fill("CREATE TABLE a (id INTEGER)", "INSERT INTO a VALUES (7)"))
    for _ in range(2):
        lent = template.lend(tmp_path)
        assert await run(lent, "SELECT * FROM a") == [(7,)]
        await run(lent, "DELETE FROM a")
        template.give_back(lent)
