"""What somebody can do who has every right on the database, for the tests of the audit log."""

from collections.abc import Sequence

from backwright import migration_connections
from backwright.audit_triggers import creation, removal
from backwright.database import Database
from sqlalchemy import Connection, text
from sqlalchemy.sql.elements import TextClause

TABLES = ("audit_log", "audit_seals")


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
