"""Migrations on MariaDB, which cannot undo a change of a table: what fails says what it leaves."""

import asyncio
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import services
from backwright import mariadb_migrating, migration_connections, migrations
from backwright.engine import parse
from backwright.migrations import MigrationError, downgrade, status, upgrade
from backwright.settings import Settings
from backwright.testing_databases import Template
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from test_migration_connections import ONE, TWO
from test_migrations import write

HALF = """
from alembic import op

revision, down_revision = "half", "two"


def upgrade() -> None:
    op.execute("CREATE TABLE left_over (id INTEGER)")
    op.execute("ALTER TABLE things ADD COLUMN colour VARCHAR(20)")
    op.execute("UPDATE things SET colour = 'red'")
    op.execute("SELECT nonsense")


def downgrade() -> None:
    op.execute("UPDATE things SET name = nonsense")
"""


@cache
def nothing() -> Template:
    """An empty database."""
    return Template("mariadb", lambda url: None)


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    services.mariadb()
    write(tmp_path / "migrations", one=ONE, two=TWO)
    url = nothing().lend(tmp_path)
    yield Settings(_env_file=None, environment="test", database_url=url, migrations=tmp_path / "migrations")
    nothing().give_back(url)


def run(settings: Settings, sql: str) -> list[Any]:
    """Rows of a statement, committed."""

    def call(connection: Any) -> list[Any]:
        result = connection.execute(text(sql))
        found = [tuple(row) for row in result] if result.returns_rows else []
        connection.commit()
        return found

    return migration_connections.run(settings.database_url, call)


def test_up_and_down_and_up_again_with_rows(settings: Settings) -> None:
    """The same text as on the other engines."""
    assert upgrade(settings).is_current
    run(settings, "INSERT INTO things (id, name, price) VALUES (uuid(), 'Lamp', 10.50)")
    assert downgrade(settings).current == "one"
    assert upgrade(settings).current == "two"
    assert run(settings, "SELECT name, size, is_old FROM things") == [("Lamp", 1, 0)]
    assert downgrade(settings, "base").current is None


def test_a_migration_that_fails_says_what_stays_done(settings: Settings) -> None:
    """Each change of a table, the engine's reason, and what to do; nothing of the migrations before it."""
    write(settings.migrations, half=HALF)
    with pytest.raises(MigrationError) as caught:
        upgrade(settings)
    said = str(caught.value)
    assert "Unknown column 'nonsense'" in said
    assert (
        "\n  CREATE TABLE left_over (id INTEGER)\n  ALTER TABLE things ADD COLUMN colour VARCHAR(20)\n"
        in said
    )
    assert "by hand, the last one first" in said
    assert "CREATE TABLE things" not in said
    assert "alembic_version" not in said
    assert status(settings).current == "two"
    assert run(settings, "SELECT count(*) FROM left_over") == [(0,)]


def test_what_was_taken_back_by_hand_can_be_run_again(settings: Settings) -> None:
    """As the message says."""
    write(settings.migrations, half=HALF)
    with pytest.raises(MigrationError):
        upgrade(settings)
    run(settings, "ALTER TABLE things DROP COLUMN colour")
    run(settings, "DROP TABLE left_over")
    (settings.migrations / "versions" / "half.py").write_text(HALF.replace("SELECT nonsense", "SELECT 1"))
    assert upgrade(settings).is_current


def test_a_migration_that_fails_before_it_changed_a_table_leaves_nothing(settings: Settings) -> None:
    """Rows are in a transaction, as elsewhere, and there is nothing to say."""
    upgrade(settings)
    run(settings, "INSERT INTO things (id, name, price) VALUES (uuid(), 'Lamp', 10.50)")
    failing = HALF.replace('op.execute("CREATE TABLE left_over (id INTEGER)")', "pass")
    failing = failing.replace('op.execute("ALTER TABLE things ADD COLUMN colour VARCHAR(20)")', "pass")
    write(settings.migrations, half=failing.replace("SET colour = 'red'", "SET name = 'red'"))
    with pytest.raises(DBAPIError, match="nonsense"):
        upgrade(settings)
    assert run(settings, "SELECT name FROM things") == [("Lamp",)]


def test_a_table_in_use_is_not_queued_for_but_tried_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who waits for a lock makes all others wait behind it; so a migration lets go and comes back."""
    upgrade(settings, "one")
    monkeypatch.setitem(mariadb_migrating._SETTINGS, "lock_wait_timeout", "1")
    in_use, let_go, slept = threading.Event(), threading.Event(), list[float]()

    async def use_the_table() -> None:
        raw = await mariadb_migrating.connect(parse(settings.database_url))
        await raw.cursor().execute("SELECT * FROM things")
        in_use.set()
        await asyncio.to_thread(let_go.wait, 20)
        await raw.ensure_closed()

    def pause(seconds: float) -> None:
        slept.append(seconds)
        let_go.set()
        user.join(20)

    user = threading.Thread(target=lambda: asyncio.run(use_the_table()))
    user.start()
    assert in_use.wait(10)
    monkeypatch.setattr(migrations.time, "sleep", pause)
    assert upgrade(settings).is_current
    assert slept == [1]


def test_a_second_runner_is_told_when_the_first_takes_too_long(settings: Settings) -> None:
    """By the lock of the first one, which goes with its connection."""

    async def both() -> None:
        url = parse(settings.database_url)
        async with mariadb_migrating.only_runner(url):
            with pytest.raises(MigrationError, match="PROCESSLIST"):
                async with mariadb_migrating.only_runner(url, seconds=0.2):
                    raise AssertionError
        async with mariadb_migrating.only_runner(url, seconds=0.2):
            pass

    asyncio.run(both())
