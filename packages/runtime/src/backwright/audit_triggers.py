"""Tables that only grow: the triggers with which the database itself refuses to change or delete their rows.

What lives here: the text of the triggers on each engine, and making and dropping them in migrations. What must not:
what the tables hold (`audit.py`, `audit_seals.py`).
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, Protocol

from sqlalchemy import DDL, Table, event
from sqlalchemy.sql.elements import TextClause

_REFUSED: Final = {"sqlite": ("UPDATE", "DELETE"), "mariadb": ("UPDATE", "DELETE")}
"""No trigger of MariaDB sees TRUNCATE, which needs the right to DROP: do not grant it to the service's account."""

_BODIES: Final = {
    "sqlite": "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
    "postgresql": "FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_append_only()",
    "mariadb": "FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{table} is append-only'",
}
_REFUSING: Final = (
    "CREATE OR REPLACE FUNCTION {table}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
)
ENGINES: Final = tuple(_BODIES)


class Operations(Protocol):
    """The part of Alembic's `op` that is needed here."""

    def execute(self, sqltext: str | TextClause, /) -> Any: ...

    def get_context(self) -> Any: ...


def triggers(table: str, engine: str) -> Mapping[str, str]:
    """Name and text of the triggers that make a table append-only."""
    return {
        f"{table}_no_{verb.lower()}": (
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            + _BODIES[engine].format(table=table)
        )
        for verb in _REFUSED.get(engine, ("UPDATE", "DELETE", "TRUNCATE"))
    }


def creation(table: str, engine: str) -> Iterator[str]:
    """The statements that make a table append-only."""
    if engine == "postgresql":
        yield _REFUSING.format(table=table)
    yield from triggers(table, engine).values()


def removal(table: str, engine: str) -> Iterator[str]:
    """The statements that undo `creation`."""
    on_table = f" ON {table}" if engine == "postgresql" else ""
    for name in triggers(table, engine):
        yield f"DROP TRIGGER IF EXISTS {name}{on_table}"
    if engine == "postgresql":
        yield f"DROP FUNCTION IF EXISTS {table}_is_append_only()"


def create_triggers(op: Operations, table: str = "audit_log") -> None:
    """Make a table append-only; for migrations, after the table."""
    for statement in creation(table, op.get_context().dialect.name):
        op.execute(statement)


def drop_triggers(op: Operations, table: str = "audit_log") -> None:
    """Undo `create_triggers`; for migrations, before the table goes."""
    for statement in removal(table, op.get_context().dialect.name):
        op.execute(statement)


def append_only(table: Table) -> None:
    """Let the triggers be made wherever the table is made from its model."""
    for engine in ENGINES:
        for statement in creation(table.name, engine):
            event.listen(table, "after_create", DDL(statement).execute_if(dialect=engine))  # type: ignore[no-untyped-call]
