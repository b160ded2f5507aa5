"""A sealer, and what somebody can do who has every right on the database, for the tests of the audit log."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from backwright import audit_unsealed, migration_connections
from backwright.audit_sealer import AuditSealer
from backwright.audit_seals import SealKeys
from backwright.audit_triggers import creation, removal
from backwright.database import Database
from sqlalchemy import Connection, text
from sqlalchemy.sql.elements import TextClause

TABLES = ("audit_log", "audit_seals")
SECRET = b"a secret for tests only, forty-eight characters!"
KEYS = SealKeys([SECRET])


def lone_sealer(database: Database, monkeypatch: pytest.MonkeyPatch) -> AuditSealer:
    """One that knows that nobody else is writing, and that there is one clock."""
    monkeypatch.setattr(audit_unsealed, "SLACK", timedelta())
    found = AuditSealer(database, KEYS)
    monkeypatch.setattr(found.finder, "_oldest", None)
    return found


def tamper(database: Database, *statements: str | TextClause, leave_open: Sequence[str] = ()) -> None:
    """Run statements with the triggers out of the way, which are put back except on the tables `leave_open`."""

    def run(connection: Connection) -> None:
        engine = connection.dialect.name
        for table in TABLES:
            for statement in removal(table, engine):
                connection.execute(text(statement))
        for given in statements:
            connection.execute(text(given) if isinstance(given, str) else given)
        for table in TABLES:
            for statement in creation(table, engine) if table not in leave_open else ():
                connection.execute(text(statement))
        connection.commit()

    migration_connections.run(database.url.render_as_string(hide_password=False), run)
