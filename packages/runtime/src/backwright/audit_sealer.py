"""Sealing the audit log behind the back of those who write to it.

What lives here: which entries the next seal lists, and when it is made. What must not: what a seal says
(`audit_seals.py`), how it is checked (`audit_verify.py`).

Whoever writes an entry takes no part in this and never waits for it. Every process tries now and then, and one at a
time seals what the others have left. Entries become visible in the order of their commits, which is not the order
of their ids; so each seal also says through which moment nothing can come any more (`complete_through`), and the
next one looks again at everything that was made since then.
"""

import asyncio
import logging
import random
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, insert, select, text

from backwright.actor import SYSTEM
from backwright.audit import audit_log
from backwright.audit_checkpoints import Checkpoint
from backwright.audit_places import Place, open_place
from backwright.audit_seals import (
    COLUMNS,
    FIRST,
    Seal,
    SealKeys,
    audit_seals,
    digest,
    ids_of,
    listed,
    made_at,
    made_since,
)
from backwright.callers import acting_as
from backwright.columns import Id
from backwright.context import now
from backwright.database import Database, Work
from backwright.errors import Error

if TYPE_CHECKING:
    from backwright.runtime import Runtime

EVERY: Final = 10.0
"""Seconds between two attempts. What is younger than this may not be sealed yet."""

BATCH: Final = 1_000
"""Entries of one seal at most. MariaDB takes lists of 1365."""

CHECKPOINT_EVERY: Final = 60.0
"""Seconds between two checkpoints of one process at least."""

SLACK: Final = timedelta(seconds=60)
"""How far the clocks of processes may be apart, and how long an entry may wait for its statement to be run."""

PATIENCE: Final = timedelta(minutes=10)
"""How long a transaction may stay open where the server does not tell which are."""

_PAGE: Final = 10_000
_AT_ONCE: Final = 100
_LOCK: Final = "audit seals"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_OPEN_SINCE: Final = {
    "postgresql": "SELECT extract(epoch FROM clock_timestamp() - min(xact_start)) FROM pg_stat_activity "
    "WHERE datname = current_database() AND backend_xid IS NOT NULL",
    "mariadb": "SELECT TIMESTAMPDIFF(SECOND, min(trx_started), CONVERT_TZ(NOW(), @@session.time_zone, 'SYSTEM')) "
    "FROM information_schema.innodb_trx",
}
"""The age in seconds of the oldest transaction under way that may have written. On SQLite there is none beside ours."""

_log = logging.getLogger("backwright.audit")


class _Unsealed(NamedTuple):
    """What no seal lists, how far was looked if not to the end, and the newest entry that a seal lists."""

    ids: list[UUID]
    looked_through: datetime | None
    newest_known: UUID | None


class AuditSealer:
    """Makes seals. Safe with any number of processes."""

    def __init__(
        self, database: Database, keys: SealKeys, service: str = "service", place: Place | None = None
    ) -> None:
        self._database = database
        self.keys = keys
        self.place = place
        self._service = service
        self._unkept: Seal | None = None
        self._kept_at = float("-inf")
        self._last = database.prepare(select(*COLUMNS).order_by(audit_seals.c.sequence.desc()).limit(1))
        after = bindparam("after", type_=Id())
        self._known = database.prepare(select(audit_seals.c.members).where(audit_seals.c.last_id > after))
        self._ids = database.prepare(
            select(audit_log.c.id).where(audit_log.c.id > after).order_by(audit_log.c.id).limit(_PAGE)
        )
        some = [bindparam(f"id_{at}", type_=Id()) for at in range(_AT_ONCE)]
        self._entries = database.prepare(select(*audit_log.c).where(audit_log.c.id.in_(some)))
        self._add = database.prepare(insert(audit_seals))
        oldest = _OPEN_SINCE.get(database.dialect.name)
        self._oldest = database.prepare(text(oldest)) if oldest is not None else None

    async def seal(self) -> Seal | None:
        """Make one seal of what is there, if anything is: the seal. Raises `Unavailable`.

        `None` also if another process is sealing just now.
        """
        complete = await self._complete()
        with acting_as(SYSTEM):
            async with self._database.work() as work:
                if not await work.try_lock(_LOCK):
                    return None
                last = await self.last(work)
                unsealed = await self._unsealed(work, last)
                if unsealed.looked_through is not None:
                    complete = min(complete, unsealed.looked_through)
                if last is not None:
                    complete = max(complete, last.complete_through)
                if not unsealed.ids and not _is_news(unsealed.newest_known, complete):
                    return None
                members = await self._digests(work, unsealed.ids)
                return await self.append(work, last, members=members, complete_through=complete)

    async def append(
        self,
        work: Work,
        last: Seal | None,
        *,
        members: Sequence[tuple[UUID, bytes]] = (),
        complete_through: datetime | None = None,
        kept_from: int | None = None,
    ) -> Seal:
        """Add a seal that says this, and otherwise what the one before says. For who holds the lock."""
        made = self.keys.signed(
            Seal(
                sequence=1 if last is None else last.sequence + 1,
                sealed_at=now(),
                complete_through=complete_through or (last.complete_through if last else _EPOCH),
                kept_from=kept_from or (last.kept_from if last else 1),
                last_id=members[-1][0] if members else None,
                members=listed(members),
                previous=FIRST if last is None else last.hash,
                key_id=self.keys.key_id,
            )
        )
        await work.execute(self._add, made.row())
        return made

    async def catch_up(self) -> None:
        """Make the seals that are due, and keep a checkpoint now and then. Raises `Unavailable` and `OSError`."""
        started = time.monotonic()
        while (made := await self.seal()) is not None:
            self._unkept = made
            told = {"sequence": made.sequence, "entries": made.count, "hash": made.hash}
            _log.info("the audit log is sealed", extra=told)
            await asyncio.sleep(time.monotonic() - started)  # requests have half of the time at least
            started = time.monotonic()
        if self._unkept is not None and time.monotonic() - self._kept_at >= CHECKPOINT_EVERY:
            await self.keep(self._unkept)

    async def keep(self, seal: Seal) -> None:
        """Keep a checkpoint of a seal, if there is a place for them. Raises `Unavailable` and `OSError`."""
        if self.place is not None:
            await self.place.write(Checkpoint.of(self._service, seal))
        self._unkept, self._kept_at = None, time.monotonic()

    async def newest(self) -> Seal | None:
        """The newest seal."""
        rows = await self._database.fetch(self._last)
        return Seal(*rows[0]) if rows else None

    async def close(self) -> None:
        """Keep the last checkpoint, and let go of what is open."""
        try:
            if self._unkept is not None:
                await self.keep(self._unkept)
        except (Error, OSError) as error:
            _log.warning("the last checkpoint was not kept", extra={"reason": str(error)})
        finally:
            if self.place is not None:
                await self.place.close()

    async def last(self, work: Work) -> Seal | None:
        """The newest seal."""
        rows = await work.fetch(self._last)
        return Seal(*rows[0]) if rows else None

    async def locked(self, work: Work) -> None:
        """Keep other processes from sealing until `work` ends."""
        await work.lock(_LOCK)

    async def _complete(self) -> datetime:
        """The moment before which every entry that will ever be visible is visible."""
        moment = now()
        if self._oldest is None:
            return moment - SLACK
        try:
            [(age,)] = await self._database.fetch(self._oldest)
        except Error:  # MariaDB tells who has the right PROCESS
            return moment - PATIENCE - SLACK
        return moment - timedelta(seconds=float(age or 0)) - SLACK

    async def _unsealed(self, work: Work, last: Seal | None) -> "_Unsealed":
        """Entries that no seal lists, the oldest first."""
        after = made_since(last.complete_through if last is not None else _EPOCH)
        known: set[bytes] = set()
        for (members,) in await work.fetch(self._known, {"after": after}):
            known.update(ids_of(members))
        newest = UUID(bytes=max(known)) if known else None
        found: list[UUID] = []
        while True:
            page = [id_ for (id_,) in await work.fetch(self._ids, {"after": after})]
            found += [id_ for id_ in page if id_.bytes not in known]
            if len(found) > BATCH:
                found = found[:BATCH]
                return _Unsealed(found, made_at(found[-1], _EPOCH), newest)
            if len(page) < _PAGE:
                return _Unsealed(found, None, newest)
            after = page[-1]
            await asyncio.sleep(0)

    async def _digests(self, work: Work, ids: Sequence[UUID]) -> list[tuple[UUID, bytes]]:
        found: list[tuple[UUID, bytes]] = []
        for at in range(0, len(ids), _AT_ONCE):
            some = ids[at : at + _AT_ONCE]
            asked = {f"id_{n}": some[min(n, len(some) - 1)] for n in range(_AT_ONCE)}
            rows = await work.fetch(self._entries, asked)
            entries = [dict(zip(self._entries.columns, row, strict=True)) for row in rows]
            found += [(each["id"], digest(each)) for each in entries]
            await asyncio.sleep(0)  # a request may be waiting
        return sorted(found)


def _is_news(newest_known: UUID | None, complete: datetime) -> bool:
    """Whether it is worth a seal that nothing came late: the next ones need not look so far back."""
    return newest_known is not None and made_at(newest_known, _EPOCH) < complete


def sealer(runtime: "Runtime") -> AuditSealer:
    """The sealer of a service."""
    settings = runtime.settings
    place = open_place(settings.audit_checkpoints, settings.s3_access, settings.service)
    return AuditSealer(runtime.database, SealKeys(settings.secrets), settings.service, place)


async def keep_sealing(runtime: "Runtime", every: float = EVERY) -> None:
    """Seal now and then, until cancelled. A failure is logged and the next round tries again."""
    found = sealer(runtime)
    try:
        while True:
            await asyncio.sleep(every * random.uniform(0.8, 1.2))  # noqa: S311 - processes take turns
            try:
                await found.catch_up()
            except (Error, OSError) as error:
                reason = (error.detail or str(error.kind)) if isinstance(error, Error) else str(error)
                _log.warning("sealing the audit log failed", extra={"reason": reason})
    finally:
        await found.close()
