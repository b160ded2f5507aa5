"""Which entries of the audit log no seal lists yet, and through which moment nothing can come any more.

What lives here: looking, outside of any transaction. What must not: making seals (`audit_sealer.py`).

Entries become visible in the order of their commits, which is not the order of their ids. So everything is looked at
again that was made since the moment through which the last seal says that the log is complete; and that moment is
before the oldest transaction that is still open.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, select, text

from backwright.audit import audit_log
from backwright.audit_seals import EPOCH, Seal, audit_seals, digest, ids_of, made_at, made_since
from backwright.columns import Id
from backwright.context import now
from backwright.database import Database
from backwright.errors import Error

SLACK: Final = timedelta(seconds=30)
"""How far the clocks of processes may be apart, and how long an entry may wait for its statement to be run."""

PATIENCE: Final = timedelta(minutes=10)
"""How long a transaction may stay open where the server does not tell which are."""

_PAGE: Final = 10_000
_AT_ONCE: Final = 100

_OPEN_SINCE: Final = {
    "postgresql": "SELECT extract(epoch FROM clock_timestamp() - min(xact_start)) FROM pg_stat_activity "
    "WHERE datname = current_database() AND backend_xid IS NOT NULL",
    "mariadb": "SELECT TIMESTAMPDIFF(SECOND, min(trx_started), CONVERT_TZ(NOW(), @@session.time_zone, 'SYSTEM')) "
    "FROM information_schema.innodb_trx",
}
"""The age in seconds of the oldest transaction under way that may have written. SQLite needs no question."""


class Unsealed(NamedTuple):
    """What no seal lists, how far was looked if not to the end, and the newest entry that a seal lists."""

    ids: list[UUID]
    looked_through: datetime | None
    newest_known: UUID | None


class Finder:
    """Looks into one log."""

    def __init__(self, database: Database) -> None:
        self._database = database
        after = bindparam("after", type_=Id())
        self._known = database.prepare(select(audit_seals.c.members).where(audit_seals.c.last_id > after))
        self._ids = database.prepare(
            select(audit_log.c.id).where(audit_log.c.id > after).order_by(audit_log.c.id).limit(_PAGE),
            wire=True,  # most of them are known, and need not become values
        )
        some = [bindparam(f"id_{at}", type_=Id()) for at in range(_AT_ONCE)]
        self._entries = database.prepare(select(*audit_log.c).where(audit_log.c.id.in_(some)))
        oldest = _OPEN_SINCE.get(database.dialect.name)
        self._oldest = database.prepare(text(oldest)) if oldest is not None else None

    async def complete(self) -> datetime:
        """The moment before which every entry that will ever be visible is visible."""
        if self._oldest is None:
            async with self._database.work():  # one writes at a time, so nobody else is writing now
                return now() - SLACK
        moment = now()
        try:
            [(age,)] = await self._database.fetch(self._oldest)
        except Error:  # MariaDB tells who has the right PROCESS
            return moment - PATIENCE - SLACK
        return moment - timedelta(seconds=float(age or 0)) - SLACK

    async def unsealed(self, last: Seal | None, most: int) -> Unsealed:
        """Entries that no seal lists, the oldest first, `most` of them."""
        after = made_since(last.complete_through if last is not None else EPOCH)
        known: set[bytes] = set()
        for (members,) in await self._database.fetch(self._known, {"after": after}):
            known.update(ids_of(members))
        newest = UUID(bytes=max(known)) if known else None
        found: list[UUID] = []
        while True:
            page = [_bytes(id_) for (id_,) in await self._database.fetch(self._ids, {"after": after})]
            found += [UUID(bytes=id_) for id_ in page if id_ not in known]
            if len(found) > most:
                found = found[:most]
                return Unsealed(found, made_at(found[-1]), newest)
            if len(page) < _PAGE:
                return Unsealed(found, None, newest)
            after = UUID(bytes=page[-1])
            await asyncio.sleep(0)

    async def digests(self, ids: Sequence[UUID]) -> list[tuple[UUID, bytes]]:
        """The digest of each of these entries."""
        found: list[tuple[UUID, bytes]] = []
        for at in range(0, len(ids), _AT_ONCE):
            some = ids[at : at + _AT_ONCE]
            asked = {f"id_{n}": some[min(n, len(some) - 1)] for n in range(_AT_ONCE)}
            rows = await self._database.fetch(self._entries, asked)
            entries = [dict(zip(self._entries.columns, row, strict=True)) for row in rows]
            found += [(each["id"], digest(each)) for each in entries]
            await asyncio.sleep(0)  # a request may be waiting
        return sorted(found)


def _bytes(id_: UUID | str) -> bytes:
    """An id as the driver gives it, in the form that a seal keeps."""
    return id_.bytes if isinstance(id_, UUID) else bytes.fromhex(id_.replace("-", ""))
