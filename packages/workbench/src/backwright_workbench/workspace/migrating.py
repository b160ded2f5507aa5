"""A service's migrations taken step by step on a throw-away database, and what its models declare.

What lives here: the steps, told as values. What must not: judging them.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from backwright import migrations
from backwright.entity import Entity
from backwright.revisions import MigrationError
from backwright.runtime import Runtime
from backwright.settings import Settings
from backwright.testing_kits import create_tables
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from backwright_workbench.workspace.schemas import Schema, changes, rows, schema


@dataclass(slots=True)
class Step:
    """One revision, taken back and applied again with rows in the tables."""

    revision: str
    error: str = ""
    differences: list[tuple[str, str | None, str | None]] = field(default_factory=list)
    """What is not as it was before it was taken back."""
    left: list[str] = field(default_factory=list)
    """Of the first revision: what there still is when it has been taken back."""
    lost: dict[str, int] = field(default_factory=dict)
    """Rows that are gone when it has been taken back, by table."""
    sql: list[str] = field(default_factory=list)
    """What it says to the database on its way up."""


def steps(settings: Settings) -> dict[str, Any]:
    """Take all revisions back, one after the other, each applied again in between; then all of them up again."""
    url = settings.database_url
    order = list(reversed(_revisions(settings)))
    top = schema(url)
    found = [
        _step(settings, revision, before)
        for revision, before in zip(order, [*order[1:], "base"], strict=True)
    ]
    again = ""
    try:
        migrations.upgrade(settings)
    except (MigrationError, SQLAlchemyError) as error:
        again = _message(error)
    return {
        "steps": [asdict(each) for each in found],
        "again": again,
        "differences": changes(top, schema(url)),
    }


def _revisions(settings: Settings) -> list[str]:
    """All of them, oldest first."""
    return list(migrations._between(migrations._config(settings), None))


def _step(settings: Settings, revision: str, before: str) -> Step:
    """Back, up, and back for good."""
    url = settings.database_url
    step = Step(revision)
    above, counted = schema(url), rows(url)
    try:
        migrations.downgrade(settings, before)
        now = rows(url)
        step.lost = {
            name: count - now.get(name, 0) for name, count in counted.items() if count > now.get(name, 0)
        }
        if before == "base":
            step.left = _left(schema(url))
        with _heard() as heard:
            migrations.upgrade(settings, revision)
        step.sql = heard
        step.differences = changes(above, schema(url))
        migrations.downgrade(settings, before)
    except (MigrationError, SQLAlchemyError) as error:
        step.error = _message(error)
    return step


def _left(found: Schema) -> list[str]:
    """Functions stay: other tables may use them."""
    return [name for name in found if not name.startswith("function ")]


@contextmanager
def _heard() -> Iterator[list[str]]:
    """What is said to the database meanwhile."""
    said: list[str] = []

    def hear(_: Any, __: Any, statement: str, *___: Any) -> None:
        if "alembic_version" not in statement and not statement.startswith(
            ("SET LOCAL", "PRAGMA", "SELECT", "BEGIN")
        ):
            said.append(statement.strip().rstrip(";"))

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield said
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


def declared(runtime: Runtime, settings: Settings) -> dict[str, Any]:
    """What models and migrated database say differently: by Alembic, and by the catalogues of a database that is made
    from the models, `DECLARED_URL`."""
    other = os.environ["DECLARED_URL"]
    searched = {each.name: tuple(each.resource.search) for each in runtime.resources.values()}
    create_tables(other, None, {name: columns for name, columns in searched.items() if columns})
    return {
        "alembic": migrations.differences(settings.database_url, Entity.metadata),
        "catalogues": changes(schema(other), schema(settings.database_url)),
    }


def _message(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error)[:1_000]


CHORES: dict[str, Callable[[Runtime, Settings], dict[str, Any]]] = {
    "steps": lambda runtime, settings: steps(settings),
    "declared": declared,
}

__all__ = ["CHORES", "Step", "declared", "steps"]
