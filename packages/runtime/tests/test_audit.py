"""An entry is there exactly if its change is, says who did it, holds no secret, and cannot be changed."""

from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import msgspec
import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from backwright import migration_connections
from backwright.actor import SYSTEM, signed_in
from backwright.audit import (
    LONGEST,
    REDACTED,
    Audit,
    audit_log,
    create_triggers,
    drop_triggers,
    redacted,
)
from backwright.audit_triggers import triggers
from backwright.callers import acting_as
from backwright.context import Context, current
from backwright.database import Database
from backwright.errors import Error
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, select, text

ADA, ORDER, SESSION = UUID(int=1), UUID(int=2), UUID(int=3)


@pytest.fixture
def audit(database: Database) -> Audit:
    return Audit(database)


async def entries(database: Database) -> list[dict[str, Any]]:
    prepared = database.prepare(select(*audit_log.c).order_by(audit_log.c.id))
    return [dict(zip(prepared.columns, row, strict=True)) for row in await database.fetch(prepared)]


async def test_an_entry_says_who_what_which_and_from_where(audit: Audit, database: Database) -> None:
    """Taken from the request under way, not from what code claims."""
    actor = signed_in(ADA, frozenset({"admin"}), session_id=SESSION)
    token = current.set(Context(request_id="r-1", client_ip="203.0.113.7", actor=actor))
    async with database.work() as work:
        changes = {"status": ["open", "done"], "due_at": datetime(2026, 5, 4, tzinfo=UTC)}
        await audit.record(work, action="update", object_type="orders", object_id=ORDER, changes=changes)
    current.reset(token)
    [entry] = await entries(database)
    assert {name: entry[name] for name in entry if name not in ("id", "at", "tenant")} == {
        "actor_id": ADA,
        "auth_method": "token",
        "session_id": SESSION,
        "action": "update",
        "object_type": "orders",
        "object_id": ORDER,
        "changes": {"status": ["open", "done"], "due_at": "2026-05-04T00:00:00Z"},
        "request_id": "r-1",
        "ip": "203.0.113.7",
    }
    assert entry["at"].tzinfo is not None


async def test_what_is_rolled_back_was_never_done(audit: Audit, database: Database) -> None:
    """The entry goes with the change."""

    async def fail() -> None:
        async with database.work() as work:
            await audit.record(work, action="update", object_type="orders", object_id=ORDER)
            raise RuntimeError("the business rule says no")

    with pytest.raises(RuntimeError):
        await fail()
    assert await entries(database) == []


async def test_a_refusal_is_recorded_by_itself(audit: Audit, database: Database) -> None:
    """There is no change to go with."""
    with acting_as(SYSTEM):
        await audit.denied("delete", "orders", ORDER)
    [entry] = await entries(database)
    assert (entry["action"], entry["auth_method"], entry["changes"]) == ("delete.denied", "system", None)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_log SET action = 'nothing'", "DELETE FROM audit_log", "DELETE FROM audit_log WHERE 0 = 0"],
)
async def test_the_database_refuses_to_change_an_entry(
    audit: Audit, database: Database, statement: str
) -> None:
    """Whoever asks, with whatever SQL."""
    async with database.work() as work:
        await audit.record(work, action="update", object_type="orders", object_id=ORDER)
    with pytest.raises(Error) as caught:
        async with database.work() as work:
            await work.session.execute(text(statement))
    assert "append-only" in str(caught.value.__cause__)
    assert [each["action"] for each in await entries(database)] == ["update"]


async def test_a_migration_makes_and_drops_the_triggers(database: Database) -> None:
    """The names are fixed, so a later migration can find them."""

    def there_and_back(connection: Connection) -> None:
        op = Operations(MigrationContext.configure(connection))
        engine = connection.dialect.name
        catalogue = {
            "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
            "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
            "mariadb": "SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = database()",
        }[engine]

        def names() -> set[str]:
            return set(connection.scalars(text(catalogue))) & set(triggers("audit_log", engine))

        drop_triggers(op)
        assert names() == set()
        create_triggers(op)
        assert names() == set(triggers("audit_log", engine)) >= {"audit_log_no_update", "audit_log_no_delete"}
        connection.commit()

    migration_connections.run(database.url.render_as_string(hide_password=False), there_and_back)


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "password_hash",
        "api_key",
        "apiKey",
        "client_secret",
        "access_token",
        "PIN",
        "otp_seed",
        "cvv",
    ],
)
def test_credentials_are_not_recorded(name: str) -> None:
    """By the name of the field, at any depth."""
    assert redacted({name: ["old-canary", "new-canary"]}) == {name: REDACTED}
    assert "canary" not in str(redacted({"settings": {"inner": [{name: "canary"}]}}))


def test_other_fields_are_recorded_as_plain_json() -> None:
    """Exact numbers as text, enums by value, sets in order, long texts cut."""

    class Status(Enum):
        OPEN = "open"

    changes = {
        "cost": Decimal("12.50"),
        "status": Status.OPEN,
        "tags": {"b", "a"},
        "by": ADA,
        "notes": "x" * 9_999,
        "n": None,
    }
    found = msgspec.to_builtins(redacted(changes))
    assert found["cost"] == "12.50"
    assert found["status"] == "open"
    assert found["tags"] == ["a", "b"]
    assert found["by"] == str(ADA)
    assert len(found["notes"]) == LONGEST + 1
    assert found["n"] is None


PLAIN = st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=20)


@given(st.dictionaries(st.text(max_size=9), PLAIN | st.lists(PLAIN, max_size=3), max_size=4))
def test_redacting_twice_is_redacting_once(changes: dict[str, Any]) -> None:
    """Whatever the changes are."""
    once = redacted(changes)
    assert set(once) == set(changes)
    assert redacted(once) == once
