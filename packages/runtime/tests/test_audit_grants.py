"""With the printed rights the account of a service writes the audit log, and the server lets it change nothing."""

from collections.abc import AsyncGenerator
from uuid import uuid4

import pytest
from backwright.actor import SYSTEM
from backwright.audit import Audit
from backwright.audit_grants import TABLES, statements
from backwright.audit_sealer import AuditSealer
from backwright.audit_seals import SealKeys
from backwright.callers import acting_as
from backwright.database import Database
from backwright.errors import Error
from sqlalchemy import text


@pytest.fixture
async def service(database: Database, engine: str) -> AsyncGenerator[Database, None]:
    """The database as the service's own account sees it."""
    if engine == "sqlite":
        pytest.skip("SQLite has no accounts")
    account, password = f"app_{uuid4().hex[:10]}", uuid4().hex
    host = "" if engine == "postgresql" else "@%"
    who = f'"{account}"' if engine == "postgresql" else f"'{account}'@'%'"
    create = (
        "CREATE ROLE {} LOGIN PASSWORD '{}'"
        if engine == "postgresql"
        else "CREATE USER {} IDENTIFIED BY '{}'"
    )
    tables = [str(row[0]) for row in await database.fetch(database.prepare(text(TABLES[engine])))]
    await say(database, create.format(who, password), *statements(engine, account + host, tables))
    found = Database(
        database.url.set(username=account, password=password).render_as_string(hide_password=False)
    )
    await found.connect()
    yield found
    await found.close()
    if engine == "postgresql":
        await say(database, f"DROP OWNED BY {who}", f"DROP ROLE {who}")
    else:
        await say(database, f"DROP USER {who}")


async def say(database: Database, *commands: str) -> None:
    for command in commands:
        async with database.work() as work:
            await work.execute(database.prepare(text(command)))


async def test_it_writes_reads_and_seals(service: Database) -> None:
    """All that a service does with its log."""
    with acting_as(SYSTEM):
        await Audit(service).denied("update", "orders")
    made = await AuditSealer(service, SealKeys([b"a secret for tests only, forty-eight characters!"])).seal()
    assert made is not None
    assert made.count == 1


@pytest.mark.parametrize(
    "command",
    [
        "UPDATE audit_log SET action = 'nothing'",
        "DELETE FROM audit_log",
        "TRUNCATE TABLE audit_log",
        "UPDATE audit_seals SET kept_from = 9",
        "DELETE FROM audit_seals",
        "DROP TRIGGER audit_log_no_update{of}",
        "DROP TABLE audit_log",
    ],
)
async def test_it_can_change_nothing(service: Database, command: str, engine: str) -> None:
    """By right, before any trigger is asked."""
    of = " ON audit_log" if engine == "postgresql" else ""
    with pytest.raises(Error) as refused:
        await say(service, command.format(of=of))
    cause = str(refused.value.__cause__)
    assert any(word in cause for word in ("denied", "must be owner")), cause
    assert "append-only" not in cause


async def test_other_tables_are_written_as_ever(service: Database) -> None:
    """The counter's, which has a sequence on PostgreSQL."""
    insert = "INSERT INTO rate_limits ({key}, at_us, expires_us) VALUES ('a', 1, 2)"
    key = '"key"'
    await say(service, insert.format(key=key), "UPDATE rate_limits SET at_us = 2", "DELETE FROM rate_limits")


@pytest.mark.parametrize("account", ["app; DROP TABLE users", 'a"b', "a'b", "", "x" * 80])
def test_a_name_that_is_none_is_refused(account: str) -> None:
    """Nothing is put into a statement that is not a name."""
    for engine in ("postgresql", "mariadb"):
        with pytest.raises(ValueError, match="is no name of an account"):
            statements(engine, account, ["users"])


def test_sqlite_has_no_accounts() -> None:
    """Which is said."""
    with pytest.raises(ValueError, match="SQLite has no accounts"):
        statements("sqlite", "app", ["users"])
