"""The audit log: who did what to which object, written in the transaction that did it.

What lives here: the table, its two triggers, and the one way to add an entry. What must not: reading rules or
routes. An entry is there exactly if the change is there, because both are one transaction. The database
itself refuses to change or delete an entry, so a bug or a stolen database session of the service cannot tidy
up after itself.
"""

import re
from collections.abc import Mapping
from enum import Enum
from typing import Any, Final, Protocol
from uuid import UUID

import msgspec
from sqlalchemy import DDL, JSON, Column, Index, String, Table, event, insert
from sqlalchemy.sql.elements import TextClause

from backwright.columns import Id, Timestamp
from backwright.context import current, now
from backwright.database import Database, Work
from backwright.entity import Entity, new_id

audit_log: Final = Table(
    "audit_log",
    Entity.metadata,
    Column("id", Id(), primary_key=True),
    Column("at", Timestamp(), nullable=False),
    Column("actor_id", Id()),
    Column("auth_method", String(32), nullable=False),
    Column("session_id", Id()),
    Column("tenant", Id()),
    Column("action", String(63), nullable=False),
    Column("object_type", String(63), nullable=False),
    Column("object_id", Id()),
    Column("changes", JSON(none_as_null=True)),
    Column("request_id", String(64), nullable=False),
    Column("ip", String(45), nullable=False),
    Index("ix_audit_log_object", "object_type", "object_id", "id"),
    Index("ix_audit_log_actor_id", "actor_id", "id"),
    Index("ix_audit_log_at", "at"),
)
"""One row per change or refusal. No foreign keys: an entry outlives the account and the object that it is
about."""

TRIGGERS: Final[Mapping[str, str]] = {
    f"audit_log_no_{verb.lower()}": (
        f"CREATE TRIGGER audit_log_no_{verb.lower()} BEFORE {verb} ON audit_log "
        "BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END"
    )
    for verb in ("UPDATE", "DELETE")
}
"""Name and text of the triggers that make the table append-only on SQLite."""

REDACTED: Final = "[redacted]"
LONGEST: Final = 500
"""Characters of one text value that an entry keeps; the row itself holds the rest."""

_SECRET: Final = re.compile(
    r"passw|secret|token|hash|credential|private|api_?key|otp|\bpin\b|cvv", re.IGNORECASE
)


class _Operations(Protocol):
    """The part of Alembic's `op` that is needed here."""

    def execute(self, sqltext: str | TextClause, /) -> Any: ...


def create_triggers(op: _Operations) -> None:
    """Make the table append-only; for migrations, after the table."""
    for text in TRIGGERS.values():
        op.execute(text)


def drop_triggers(op: _Operations) -> None:
    """Undo `create_triggers`; for migrations, before the table goes."""
    for name in TRIGGERS:
        op.execute(f"DROP TRIGGER IF EXISTS {name}")


for _text in TRIGGERS.values():
    event.listen(audit_log, "after_create", DDL(_text).execute_if(dialect="sqlite"))  # type: ignore[no-untyped-call]


class Audit:
    """Writes entries. The caller, session, request id and address come from the request under way."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = database.prepare(insert(audit_log))

    async def record(
        self,
        work: Work,
        *,
        action: str,
        object_type: str,
        object_id: UUID | None,
        changes: Mapping[str, object] | None = None,
    ) -> None:
        """Add an entry to the transaction `work`: it becomes durable with the change, or not at all.

        `changes` says what changed, by field. Values of fields that hold credentials are replaced before they
        are stored, by the field's name, at any depth.
        """
        context = current.get()
        actor = context.actor
        await work.execute(
            self._insert,
            {
                "id": new_id(),
                "at": now(),
                "actor_id": actor.id,
                "auth_method": actor.method,
                "session_id": actor.session_id,
                "tenant": actor.tenant,
                "action": action,
                "object_type": object_type,
                "object_id": object_id,
                "changes": None if changes is None else redacted(changes),
                "request_id": context.request_id,
                "ip": context.client_ip[:45],
            },
        )

    async def denied(self, action: str, object_type: str, object_id: UUID | None = None) -> None:
        """Add an entry for an attempt that was refused, in a transaction of its own: there is nothing to
        join."""
        async with self._database.work() as work:
            await self.record(work, action=f"{action}.denied", object_type=object_type, object_id=object_id)


def redacted(changes: Mapping[str, object]) -> dict[str, Any]:
    """The changes as plain JSON values, without credentials and with long texts cut."""
    return {name: REDACTED if _SECRET.search(name) else _plain(value) for name, value in changes.items()}


def _plain(value: object) -> Any:
    if isinstance(value, Enum):
        return _plain(value.value)
    if isinstance(value, str):
        return value if len(value) <= LONGEST else value[:LONGEST] + "…"
    if isinstance(value, Mapping):
        return redacted({str(name): each for name, each in value.items()})
    if isinstance(value, (list, tuple, set, frozenset)):
        return [
            _plain(each)
            for each in (sorted(value, key=str) if isinstance(value, (set, frozenset)) else value)
        ]
    return msgspec.to_builtins(value, enc_hook=str)
