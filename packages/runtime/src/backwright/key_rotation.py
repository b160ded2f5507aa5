"""What an operator does with the keys of encrypted fields: look at them, make one, change to it, forget an old one.

What lives here: the steps and their order. What must not: how rows are encrypted anew (`reencryption.py`), what is
printed (`key_commands.py`). Each step is an entry of the audit log.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from backwright.actor import SYSTEM
from backwright.callers import acting_as
from backwright.context import now
from backwright.database import Work
from backwright.encryption_keys import AHEAD, DATA, KeyStore, StoredKey
from backwright.encryption_start import columns_of, store_of
from backwright.errors import Conflict, NotFound
from backwright.reencryption import ROWS_PER_SECOND, Walk, renew

if TYPE_CHECKING:
    from backwright.runtime import Runtime

SETTLED: Final = timedelta(minutes=5)
"""How long another key must be in use before an old one may go: no process, with whatever clock, uses it by then."""

Say = Callable[[str], None]


class FieldKeyRotation:
    """The keys of one service's encrypted fields, in an operator's hands."""

    def __init__(self, runtime: "Runtime") -> None:
        self._runtime = runtime
        self.store: KeyStore = store_of(runtime)
        tables = dict.fromkeys(column.table for column in columns_of(runtime))
        self.walks: dict[str, Walk] = {table.name: Walk(runtime.database, table) for table in tables}

    async def keys(self) -> list[StoredKey]:
        """All keys, oldest first; none where nothing is encrypted."""
        return await self.store.load() if self.walks else []

    async def usage(self) -> dict[str, Counter[str]]:
        """Column (`table.column`) → key → values under it; under the empty key those without their blind index."""
        return {
            f"{table}.{column}": counts
            for table, walk in self.walks.items()
            for column, counts in (await walk.count()).items()
        }

    async def create(self, ahead: timedelta = AHEAD) -> str:
        """Make a key that encrypts from soon on: its id. Raises `NotFound` where nothing is encrypted."""
        self._some()
        async with self._runtime.database.work() as work:
            made = await self.store.create(work, ahead=ahead)
            await self._record(work, "create", {"id": made})
        await self.store.load()
        return made

    async def rotate(
        self, say: Say, *, rows_per_second: float = ROWS_PER_SECOND, ahead: timedelta = AHEAD
    ) -> int:
        """Seal the keys under the newest master key, and encrypt all values under the newest key: how many.

        Where a rotation was broken off, this goes on with it; else there is a new key first. Raises `NotFound` where
        nothing is encrypted.
        """
        self._some()
        await self._rewrap(say)
        newest = newest_of(await self.store.load())
        used = sum((counts for counts in (await self.usage()).values()), Counter())
        if all(key == newest.id for key, count in used.items() if count):
            await self.create(ahead)
            newest = newest_of(await self.store.load())
            say(f"made the key {newest.id}")
        else:
            say(f"goes on with the key {newest.id}")
        wait = (newest.active_from - now()).total_seconds()
        if wait > 0:
            say(f"every process has the key in {wait:.0f} seconds")
            await asyncio.sleep(wait)
        changed = await renew(list(self.walks.values()), newest.id, rows_per_second)
        async with self._runtime.database.work() as work:
            await self._record(work, "rotate", {"id": newest.id, "values": changed})
        return changed

    async def retire(self, key: str) -> None:
        """Forget a data key that nothing is encrypted under. Raises `NotFound`, or `Conflict`: what is in the way."""
        found = {each.id: each for each in await self.keys() if each.kind == DATA}
        if key not in found:
            raise NotFound(f"There is no data key {key}; see: keys list")
        newest = newest_of(list(found.values()))
        if key == newest.id:
            raise Conflict(f"{key} is the key that encrypts; make another one first: keys rotate")
        if now() < newest.active_from + SETTLED:
            minutes = SETTLED.total_seconds() / 60
            raise Conflict(f"The newest key must have been in use for {minutes:.0f} minutes. Try again then.")
        left = {column: counts[key] for column, counts in (await self.usage()).items() if counts[key]}
        if left:
            told = ", ".join(f"{count} of {column}" for column, count in left.items())
            raise Conflict(f"Values are still encrypted under {key}: {told}. First: keys rotate")
        async with self._runtime.database.work() as work:
            await self.store.remove(work, key)
            await self._record(work, "retire", {"id": key})

    async def _rewrap(self, say: Say) -> None:
        async with self._runtime.database.work() as work:
            count = await self.store.rewrap(work)
            if count:
                await self._record(work, "rewrap", {"master": self.store.masters.newest, "count": count})
        if count:
            say(f"sealed {count} keys under the master key {self.store.masters.newest}")

    async def _record(self, work: Work, action: str, changes: dict[str, Any]) -> None:
        with acting_as(SYSTEM):
            await self._runtime.audit.record(
                work, action=action, object_type="encryption_keys", object_id=None, changes=changes
            )

    def _some(self) -> None:
        if not self.walks:
            raise NotFound("No field of this service is encrypted.")


def newest_of(keys: list[StoredKey]) -> StoredKey:
    """The data key that encrypts, or will."""
    return max((each for each in keys if each.kind == DATA), key=lambda each: (each.active_from, each.id))
