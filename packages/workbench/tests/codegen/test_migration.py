"""The first migration is the same text for every engine, and runs on each."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from backwright import migration_connections, migrations
from backwright.settings import Settings
from backwright.testing_databases import Template, engines
from backwright_workbench.codegen.migration import migration_path, write_migration
from backwright_workbench.codegen.names import Names
from sqlalchemy import inspect

Make = Callable[..., Names]

SHOP: dict[str, Any] = {
    "Team": {
        "fields": {
            "name": {"type": "string", "max": 50},
            "lead": {"type": "reference", "to": "Member", "optional": True},
            "user": {"type": "string", "max": 10, "optional": True},
        },
        "search": ["name"],
    },
    "Member": {
        "fields": {
            "team": {"type": "reference", "to": "Team", "optional": True},
            "boss": {"type": "reference", "to": "Member", "optional": True},
            "wage": {"type": "money", "min": 0, "max": 9000},
            "is_new": {"type": "boolean"},
            "more": {"type": "json", "optional": True},
        }
    },
}
"""A circle of tables, an amount of money, a truth value, JSON, and a column called like a word of SQL."""

ENV = "from backwright.migrations import run\nfrom sqlalchemy import MetaData\n\nrun(MetaData())\n"


def test_what_engines_write_differently_is_left_to_them(names_of: Make) -> None:
    """Bounds of money, truth values and JSON are expressions; what would be a word of SQL is quoted."""
    text = write_migration(names_of(**SHOP))
    assert 'sa.column("wage", FixedPoint(14, 2)).between("0", "9000")' in text
    assert 'sa.column("is_new", sa.Boolean()).in_((False, True))' in text
    assert 'sa.Column("more", Json(), nullable=True)' in text
    assert """'length("user") BETWEEN 0 AND 10'""" in text


def test_a_reference_that_closes_a_circle_comes_after_both_tables(names_of: Make) -> None:
    """Where the engine can add it; where it cannot, it stands with its table. Others are not touched by that."""
    text = write_migration(names_of(**SHOP))
    assert text.count("use_alter=True") == text.count("op.create_foreign_key(") == 1
    assert text.count("op.drop_constraint(") == 1
    straight = write_migration(
        names_of(Team={"fields": SHOP["Team"]["fields"] | {"lead": {"type": "string"}}})
    )
    assert "supports_alter" not in straight


@pytest.mark.parametrize("engine", engines())
def test_it_runs_up_and_down_and_up_on_each_engine(names_of: Make, tmp_path: Path, engine: str) -> None:
    """With every table and reference there at the end."""
    names = names_of(**SHOP)
    path = tmp_path / migration_path(names)
    path.parent.mkdir(parents=True)
    path.write_text(write_migration(names))
    (tmp_path / "migrations" / "env.py").write_text(ENV)
    empty = Template(engine, lambda url: None)
    url = empty.lend(tmp_path) if engine != "sqlite" else f"sqlite:///{tmp_path}/shop.db"
    settings = Settings(
        _env_file=None, environment="test", database_url=url, migrations=tmp_path / "migrations"
    )
    assert migrations.upgrade(settings).is_current
    assert migrations.downgrade(settings, "base").current is None
    assert migrations.upgrade(settings).is_current
    keys = migration_connections.run(url, lambda connection: inspect(connection).get_foreign_keys("teams"))
    assert [key["referred_table"] for key in keys] == ["members"]
