"""The audit log: who did what to which object, written in the transaction that did it.

What lives here: the table, and the one way to add an entry. What must not: reading rules or routes, and how entries
are sealed against later changes (`audit_sealer.py`). An entry is there exactly if the change is there, because both
are one transaction. The database itself refuses to change or delete an entry (`audit_triggers.py`), so a bug or a
stolen database session of the service cannot tidy up after itself.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Column, Index, String, Table, bindparam, insert
from uuid_utils import uuid7

from backwright.audit_triggers import append_only, create_triggers, drop_triggers
from backwright.columns import Id, Json, Timestamp
from backwright.context import current, now
from backwright.database import Database, Work
from backwright.entity import Entity

__all__ = [
    "LOGGED", "LONGEST", "REDACTED", "Audit", "audit_log", "create_triggers", "drop_triggers", "is_secret", "redacted",
]  # fmt: skip

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
    Column("changes", Json()),
    Column("request_id", String(64), nullable=False),
    Column("ip", String(45), nullable=False),
    Index("ix_audit_log_object", "object_type", "object_id", "id"),
    Index("ix_audit_log_actor_id", "actor_id", "id"),
    Index("ix_audit_log_at", "at"),
)
"""One row per change or refusal. No foreign keys: an entry outlives the account and the object that it is
about."""

append_only(audit_log)

LOGGED: Final = "log_"
"""What the parameters of an entry begin with."""

REDACTED: Final = "[redacted]"
LONGEST: Final = 500
"""Characters of one text value that an entry keeps; the row itself holds the rest."""

_SECRET: Final = re.compile(
    r"passw|secret|token|hash|credential|private|api_?key|otp|\bpin\b|cvv", re.IGNORECASE
)


class Audit:
    """Writes entries. The caller, session, request id and address come from the request under way."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._prints = database.dialect.name == "postgresql"
        """Whether the engine's JSON printer knows times, ids and exact numbers."""
        named = {each.name: bindparam(f"{LOGGED}{each.name}", type_=each.type) for each in audit_log.columns}
        self._insert = database.prepare(insert(audit_log).values(named))
        self.encrypted: dict[str, frozenset[str]] = {}
        """Type of objects → the fields that are encrypted where they are stored, and so are not told here."""

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
        await work.execute(
            self._insert,
            self.entry(action=action, object_type=object_type, object_id=object_id, changes=changes),
        )

    def entry(
        self,
        *,
        action: str,
        object_type: str,
        object_id: UUID | str | None,
        changes: Mapping[str, object] | None = None,
    ) -> dict[str, Any]:
        """The parameters of an entry, for a statement that writes it together with what it tells of."""
        context = current.get()
        actor = context.actor
        return {
            "log_id": str(uuid7()),  # as text, because nobody but the driver looks at it
            "log_at": now(),
            "log_actor_id": actor.id,
            "log_auth_method": actor.method,
            "log_session_id": actor.session_id,
            "log_tenant": actor.tenant,
            "log_action": action,
            "log_object_type": object_type,
            "log_object_id": object_id,
            "log_changes": None if changes is None else self._told(object_type, changes),
            "log_request_id": context.request_id,
            "log_ip": context.client_ip[:45],
        }

    def _told(self, object_type: str, changes: Mapping[str, object]) -> Any:
        if hidden := self.encrypted.get(object_type):
            changes = {name: REDACTED if name in hidden else value for name, value in changes.items()}
        told = redacted(changes)
        return told if self._prints else msgspec.to_builtins(told)

    async def denied(self, action: str, object_type: str, object_id: UUID | None = None) -> None:
        """Add an entry for an attempt that was refused, in a transaction of its own: there is nothing to
        join."""
        async with self._database.work() as work:
            await self.record(work, action=f"{action}.denied", object_type=object_type, object_id=object_id)


def redacted(changes: Mapping[str, object]) -> dict[str, Any]:
    """The changes as values that are printed as JSON, without credentials and with long texts cut."""
    return {name: REDACTED if is_secret(name) else _plain(value) for name, value in changes.items()}


@lru_cache(4096)
def is_secret(name: str) -> bool:
    """Whether a field of this name holds credentials."""
    return _SECRET.search(name) is not None


_PRINTED: Final = frozenset({bool, int, float, date, datetime, Decimal, UUID})
"""Types whose values are printed as JSON as they are."""


def _plain(value: object) -> Any:
    if value is None or type(value) in _PRINTED:
        return value
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
