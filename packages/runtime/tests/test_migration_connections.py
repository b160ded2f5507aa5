"""Migrations on PostgreSQL: whole transactions, one runner at a time, and nobody waits behind them."""

import asyncio
import threading
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import services
from backwright import migration_connections, migrations
from backwright.database import Database
from backwright.engine import parse
from backwright.migration_connections import advisory_lock
from backwright.migrations import MigrationError, differences, downgrade, status, upgrade
from backwright.settings import Settings
from backwright.testing_databases import Template
from sqlalchemy import Column, MetaData, String, Table, text
from sqlalchemy.exc import DBAPIError
from test_migrations import write

ONE = """
import sqlalchemy as sa
from alembic import op
from backwright.columns import FixedPoint, Id, Json, Timestamp
from backwright.search import create_index, drop_index

revision, down_revision = "one", None


def upgrade() -> None:
    op.create_table(
        "things",
        sa.Column("id", Id(), primary_key=True),
        sa.Column("name", sa.String(20), nullable=False),
        sa.Column("price", FixedPoint(8, 2), nullable=True),
        sa.Column("at", Timestamp(), nullable=True),
        sa.Column("more", Json(), nullable=True),
        sa.Column("is_old", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.CheckConstraint(sa.column("price", FixedPoint(8, 2)).between("0", "10.50"), name="ck_things_price_range"),
        sa.CheckConstraint(sa.column("is_old", sa.Boolean()).in_((False, True)), name="ck_things_is_old_boolean"),
    )
    create_index(op, "things", ["name"])


def downgrade() -> None:
    drop_index(op, "things")
    op.drop_table("things")
"""
TWO = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "two", "one"


def upgrade() -> None:
    with op.batch_alter_table("things") as batch:
        batch.add_column(sa.Column("size", sa.Integer, nullable=False, server_default="1"))


def downgrade() -> None:
    with op.batch_alter_table("things") as batch:
        batch.drop_column("size")
"""
HALF = """
from alembic import op

revision, down_revision = "half", "one"


def upgrade() -> None:
    op.execute("CREATE TABLE left_over (id INTEGER)")
    op.execute("SELECT nonsense")


def downgrade() -> None: ...
"""


@cache
def nothing() -> Template:
    """An empty database."""
    return Template("postgresql", lambda url: None)


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    services.postgresql()
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


ADD = "INSERT INTO things (id, name, price) VALUES (gen_random_uuid(), 'Lamp', 10.50)"


def test_up_and_down_and_up_again_with_rows(settings: Settings) -> None:
    """The same text as on SQLite: types, money bounds and search are the engine's own."""
    assert status(settings).pending == ("one", "two")
    assert upgrade(settings).is_current
    run(settings, ADD)
    assert downgrade(settings).current == "one"
    assert upgrade(settings).current == "two"
    assert run(settings, "SELECT name, price::text, size, is_old FROM things") == [
        ("Lamp", "10.50", 1, False)
    ]
    with pytest.raises(DBAPIError, match="ck_things_price_range"):
        run(settings, "UPDATE things SET price = 10.51")
    assert downgrade(settings, "base").current is None
    assert upgrade(settings).pending == ()


def test_a_migration_that_fails_leaves_nothing_behind(settings: Settings) -> None:
    """Its DDL included."""
    upgrade(settings, "one")
    (settings.migrations / "versions" / "two.py").unlink()
    write(settings.migrations, half=HALF)
    with pytest.raises(DBAPIError):
        upgrade(settings)
    assert status(settings).current == "one"
    assert run(settings, "SELECT to_regclass('left_over')") == [(None,)]


def test_runners_take_turns(settings: Settings) -> None:
    """One holds the advisory lock: another one waits until it goes, or gives up with a sentence."""
    held, let_go = threading.Event(), threading.Event()

    async def hold() -> None:
        async with advisory_lock(parse(settings.database_url)):
            held.set()
            await asyncio.to_thread(let_go.wait, 60)

    async def give_up() -> None:
        async with advisory_lock(parse(settings.database_url), seconds=0.2):
            raise AssertionError

    holder = threading.Thread(target=lambda: asyncio.run(hold()))
    holder.start()
    assert held.wait(60)
    with pytest.raises(MigrationError, match="advisory lock"):
        asyncio.run(give_up())
    done: list[bool] = []
    waiter = threading.Thread(target=lambda: done.append(upgrade(settings).is_current))
    waiter.start()
    time.sleep(0.3)
    assert not done
    let_go.set()
    waiter.join(60)
    holder.join(60)
    assert done == [True]


def test_a_table_in_use_is_not_queued_for_but_tried_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who waits for a lock makes all others wait behind it; so a migration lets go and comes back."""
    upgrade(settings, "one")
    monkeypatch.setitem(migration_connections._SETTINGS, "lock_timeout", "100ms")
    let_go, slept = threading.Event(), list[float]()

    async def use_the_table(in_use: threading.Event) -> None:
        raw = await asyncpg.connect(settings.database_url)
        await raw.execute("BEGIN; SELECT * FROM things")
        in_use.set()
        await asyncio.to_thread(let_go.wait, 60)
        await raw.close()

    def pause(seconds: float) -> None:
        slept.append(seconds)
        let_go.set()
        user.join(60)

    in_use = threading.Event()
    user = threading.Thread(target=lambda: asyncio.run(use_the_table(in_use)))
    user.start()
    assert in_use.wait(60)
    monkeypatch.setattr(migrations.time, "sleep", pause)
    assert upgrade(settings).is_current
    assert slept == [1]


async def test_the_revision_can_be_asked_for_where_a_loop_runs(settings: Settings) -> None:
    """By the readiness probe; migrations themselves can be run from there, too."""
    database = Database(settings.database_url)
    assert await database.revision() is None
    upgrade(settings, "one")
    assert await database.revision() == "one"


def test_differences_are_sentences_and_search_is_nobodys(settings: Settings) -> None:
    """A column that only the models have; the generated one that only the database has is not one."""
    upgrade(settings)
    metadata = MetaData()
    Table("things", metadata, Column("colour", String(20)))
    found = differences(settings.database_url, metadata)
    assert any("add column" in each and "colour" in each for each in found)
    assert not any("search" in each for each in found)


def test_a_server_that_cannot_be_reached_is_named_without_its_password(settings: Settings) -> None:
    """One sentence for the person who migrates."""
    url = f"postgresql://app:hunter2@127.0.0.1:{services.free_port()}/shop"
    with pytest.raises(MigrationError, match="cannot be reached") as caught:
        upgrade(settings.model_copy(update={"database_url": url}))
    assert "hunter2" not in str(caught.value)
