"""Migrations run up and down as whole transactions, one runner at a time, and agree with the models."""

import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from backwright import migrations, revisions
from backwright.migration_connections import only_runner
from backwright.migrations import MigrationError, differences, downgrade, status, upgrade
from backwright.settings import Settings
from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, String, Table

ENV = """
from backwright.migrations import run
from sqlalchemy import MetaData

run(MetaData())
"""
ONE = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "one", None


def upgrade() -> None:
    op.create_table("parents", sa.Column("id", sa.Integer, primary_key=True))
    op.create_table(
        "children",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("parent_id", sa.Integer, sa.ForeignKey("parents.id", ondelete="CASCADE"), nullable=False),
    )
    op.execute("CREATE VIRTUAL TABLE parents_fts USING fts5(name)")


def downgrade() -> None:
    op.execute("DROP TABLE parents_fts")
    op.drop_table("children")
    op.drop_table("parents")
"""
TWO = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "two", "one"


def upgrade() -> None:
    with op.batch_alter_table("parents", recreate="always") as batch:
        batch.add_column(sa.Column("name", sa.String(20), nullable=False, server_default="x"))


def downgrade() -> None:
    with op.batch_alter_table("parents", recreate="always") as batch:
        batch.drop_column("name")
"""
HALF = """
from alembic import op

revision, down_revision = "half", "one"


def upgrade() -> None:
    op.execute("CREATE TABLE left_over (id INTEGER)")
    op.execute("DELETE FROM parents")


def downgrade() -> None: ...
"""


def write(folder: Path, **versions: str) -> None:
    (folder / "versions").mkdir(parents=True, exist_ok=True)
    (folder / "env.py").write_text(ENV)
    for name, text in versions.items():
        (folder / "versions" / f"{name}.py").write_text(text)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    write(tmp_path / "migrations", one=ONE, two=TWO)
    return Settings(
        _env_file=None,
        environment="test",
        database_url=f"sqlite:///{tmp_path}/var/test.db",
        migrations=tmp_path / "migrations",
    )


def rows(settings: Settings, sql: str) -> list[Any]:
    with sqlite3.connect(migrations.database_path(settings.database_url)) as connection:
        return connection.execute(sql).fetchall()


def test_up_and_down_and_up_again(settings: Settings) -> None:
    """With rows in the tables, which stay where the schema has a place for them."""
    assert status(settings).pending == ("one", "two")
    assert upgrade(settings).is_current
    with sqlite3.connect(migrations.database_path(settings.database_url)) as connection:
        connection.execute("INSERT INTO parents (id, name) VALUES (1, 'a')")
        connection.execute("INSERT INTO children (id, parent_id) VALUES (1, 1)")
    assert downgrade(settings).current == "one"
    assert upgrade(settings).current == "two"
    assert rows(settings, "SELECT id, name FROM parents") == [(1, "x")]
    assert rows(settings, "SELECT id FROM children") == [(1,)], "a rebuilt table must not cascade"
    assert downgrade(settings, "base").current is None
    assert upgrade(settings).pending == ()


def test_a_migration_that_fails_leaves_nothing_behind(settings: Settings) -> None:
    """Its DDL included; the rows that it would have orphaned are there too."""
    upgrade(settings, "one")
    with sqlite3.connect(migrations.database_path(settings.database_url)) as connection:
        connection.execute("INSERT INTO parents (id) VALUES (1)")
        connection.execute("INSERT INTO children (id, parent_id) VALUES (1, 1)")
    (settings.migrations / "versions" / "two.py").unlink()
    write(settings.migrations, half=HALF)
    with pytest.raises(MigrationError, match="children → parents"):
        upgrade(settings)
    assert status(settings).current == "one"
    assert rows(settings, "SELECT count(*) FROM parents") == [(1,)]
    assert rows(settings, "SELECT name FROM sqlite_master WHERE name = 'left_over'") == []


def test_looking_changes_nothing(settings: Settings) -> None:
    """Not even a file is made."""
    status(settings)
    assert not migrations.database_path(settings.database_url).exists()


def test_two_heads_are_refused(settings: Settings) -> None:
    """Before anything runs, with the names."""
    write(settings.migrations, half=HALF)
    with pytest.raises(MigrationError, match="2 heads: half, two"):
        upgrade(settings)
    with pytest.raises(MigrationError, match="2 heads"):
        revisions.head(settings.migrations)


def test_unknown_revisions_and_missing_folders_are_explained(settings: Settings, tmp_path: Path) -> None:
    """In sentences, not in stacks."""
    with pytest.raises(MigrationError, match="migrate status"):
        upgrade(settings, "nowhere")
    with pytest.raises(MigrationError, match=r"where pyproject\.toml is"):
        revisions.head(tmp_path / "elsewhere")


def test_runners_take_turns(settings: Settings) -> None:
    """Several that start at once: one migrates, the others find it done."""
    errors: list[BaseException] = []
    script = (
        "import sys; from pathlib import Path; from backwright.settings import Settings; "
        "from backwright.migrations import upgrade; "
        "s = Settings(_env_file=None, environment='test', database_url=sys.argv[1], "
        "migrations=Path(sys.argv[2])); "
        "assert upgrade(s).is_current"
    )

    def run() -> None:
        try:
            subprocess.run(
                [sys.executable, "-c", script, settings.database_url, str(settings.migrations)],
                check=True,
                capture_output=True,
            )
        except subprocess.CalledProcessError as error:
            errors.append(error)

    runners = [threading.Thread(target=run) for _ in range(3)]
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join()
    assert not errors
    assert status(settings).is_current


def test_a_runner_that_hangs_is_not_waited_for_forever(tmp_path: Path) -> None:
    """The message names the lock."""
    lock = tmp_path / "x.migrating"
    with (
        only_runner(lock),
        pytest.raises(MigrationError, match=r"x\.migrating"),
        only_runner(lock, seconds=0.1),
    ):
        pass


def test_differences_between_models_and_database_are_sentences(settings: Settings) -> None:
    """None when they agree; full-text tables are nobody's difference."""
    upgrade(settings)
    metadata = MetaData()
    parents = Table(
        "parents",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("name", String(20), nullable=False, server_default="x"),
    )
    children = Table(
        "children",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("parent_id", ForeignKey("parents.id", ondelete="CASCADE"), nullable=False),
    )
    assert differences(settings.database_url, metadata) == []
    parents.append_column(Column("size", Integer))
    Index("ix_children_parent_id", children.c.parent_id)
    found = differences(settings.database_url, metadata)
    assert any("add column" in each and "parents" in each and "size" in each for each in found)
    assert any("add index" in each and "ix_children_parent_id" in each for each in found)


def test_the_revision_can_be_read_while_others_work(settings: Settings) -> None:
    """For the readiness probe."""
    path = migrations.database_path(settings.database_url)
    with pytest.raises(sqlite3.OperationalError):
        revisions.current(path)
    upgrade(settings, "one")
    assert revisions.current(path) == "one"
    downgrade(settings, "base")
    assert revisions.current(path) is None
