"""Sealing the audit log behind the back of those who write to it.

What lives here: when seals are made, and that they are one chain. What must not: which entries they list
(`audit_unsealed.py`), what a seal says (`audit_seals.py`), how it is checked (`audit_verify.py`).

Whoever writes an entry takes no part in this and never waits for it. Every process tries now and then: it reads and
digests outside of any transaction, and adds its seals if no other process has added one meanwhile.
"""

import asyncio
import logging
import random
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy import insert, select

from backwright.actor import SYSTEM
from backwright.audit_checkpoints import Checkpoint
from backwright.audit_places import Place, open_place
from backwright.audit_seals import COLUMNS, EPOCH, FIRST, Seal, SealKeys, audit_seals, listed, made_at
from backwright.audit_unsealed import Finder
from backwright.callers import acting_as
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

AT_MOST: Final = 20 * BATCH
"""Entries that are sealed in one transaction. To find them, the ids of the last half minute at least are read."""

_LOCK: Final = "audit seals"

_log = logging.getLogger("backwright.audit")


class AuditSealer:
    """Makes seals. Safe with any number of processes."""

    def __init__(
        self, database: Database, keys: SealKeys, service: str = "service", place: Place | None = None
    ) -> None:
        self._database = database
        self.keys = keys
        self.place = place
        self._service = service
        self._made: Seal | None = None
        self._unkept: Seal | None = None
        self._kept_at = float("-inf")
        self._last = database.prepare(select(*COLUMNS).order_by(audit_seals.c.sequence.desc()).limit(1))
        self._add = database.prepare(insert(audit_seals))
        self.finder = Finder(database)

    async def seal(self) -> Seal | None:
        """Seal what is there, `AT_MOST` entries of it: the last seal made. Raises `Unavailable`.

        `None` if there was nothing, and if another process is sealing just now.
        """
        complete = await self.finder.complete()
        last = await self.newest()
        unsealed = await self.finder.unsealed(last, AT_MOST)
        if unsealed.looked_through is not None:
            complete = min(complete, unsealed.looked_through)
        if last is not None:
            complete = max(complete, last.complete_through)
        if not unsealed.ids and not _is_news(unsealed.newest_known, complete):
            return None
        parts = list(_parts(unsealed.ids, BATCH))
        members = [await self.finder.digests(part) for part in parts]
        with acting_as(SYSTEM):
            async with self._database.work() as work:
                if not await work.try_lock(_LOCK) or await self.last(work) != last:
                    return None
                for part, listing in zip(parts, members, strict=True):
                    # What the next parts list was made after this one's last entry.
                    through = complete if part is parts[-1] else min(complete, made_at(part[-1]))
                    last = await self.append(work, last, members=listing, complete_through=through)
        return last

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
                complete_through=complete_through or (last.complete_through if last else EPOCH),
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
        newest = await self.newest()
        if (
            newest is not None
            and newest != self._made
            and now() - newest.sealed_at < timedelta(seconds=EVERY / 2)
        ):
            return  # another process has just been here
        started = time.monotonic()
        while (made := await self.seal()) is not None:
            self._made = self._unkept = made
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


def _parts(ids: Sequence[UUID], size: int) -> Iterator[Sequence[UUID]]:
    """Parts of this size at most; one that is empty if there is nothing."""
    return (ids[at : at + size] for at in range(0, max(1, len(ids)), size))


def _is_news(newest_known: UUID | None, complete: datetime) -> bool:
    """Whether it is worth a seal that nothing came late: the next ones need not look so far back."""
    return newest_known is not None and made_at(newest_known) < complete


def sealer(runtime: "Runtime") -> AuditSealer:
    """The sealer of a service."""
    settings = runtime.settings
    place = open_place(settings.audit_checkpoints, settings.s3_access, settings.service)
    return AuditSealer(runtime.database, SealKeys(settings.secrets), settings.service, place)


async def keep_sealing(runtime: "Runtime", every: float = EVERY) -> None:
    """Seal now and then, until cancelled. A failure is logged, once, and the next round tries again."""
    found, told = sealer(runtime), ""
    try:
        while True:
            await asyncio.sleep(every * random.uniform(0.8, 1.2))  # noqa: S311 - processes take turns
            try:
                await found.catch_up()
                told = ""
            except Exception as error:  # whatever it is: nobody would seal if this ended
                reason = (error.detail or str(error.kind)) if isinstance(error, Error) else repr(error)
                if reason != told:
                    _log.warning("sealing the audit log failed", extra={"reason": reason}, exc_info=error)
                told = reason
    finally:
        await found.close()
