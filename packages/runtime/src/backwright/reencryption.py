"""Encrypting what is stored anew, under the newest key, while the service runs.

What lives here: the walk over the rows, and what it finds. What must not: keys (`encryption_keys.py`), the terminal
(`key_commands.py`).

Each table is walked by id, a few rows for each transaction, so nothing is locked for long. A value is replaced only if
it is still the one that was read: what somebody writes meanwhile stays. Where the walk stands need not be remembered,
because each value says itself which key it is under. So it can be broken off anywhere, and the next one goes on.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from functools import cached_property, partial
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Column, Table, Text, bindparam, select, type_coerce, update

from backwright.blind_index import SUFFIX
from backwright.columns import Id
from backwright.database import Database, Work
from backwright.encrypted import Encrypted
from backwright.encrypted_forms import decode
from backwright.encryption import FieldKeys, Place, Unreadable, key_of
from backwright.errors import Unavailable
from backwright.statement import Prepared

BATCH: Final = 200
"""Rows of one transaction."""

ROWS_PER_SECOND: Final = 1_000
"""How fast it goes at most if nobody says otherwise: a service with something else to do stays quick."""

Row = tuple[UUID, dict[str, str | None]]
"""An id, and what is stored in the encrypted columns and their indexes."""


class Change(NamedTuple):
    """One value: what was read, what is to stand there, and the value of a blind index that is missing."""

    row: UUID
    column: str
    old: str
    new: str
    value: Any


class Walk:
    """The rows of one table, and their encrypted values as they are stored."""

    def __init__(self, database: Database, table: Table) -> None:
        self._database = database
        self._table = table
        self.unreadable = 0
        """Values that did not open on the last walk."""
        self.kinds: dict[str, Encrypted] = {
            each.key: each.type for each in table.columns if isinstance(each.type, Encrypted)
        }

    @property
    def _keys(self) -> FieldKeys:
        return self._database.field_keys

    async def rows(self, batch: int = BATCH) -> AsyncIterator[list[Row]]:
        """All rows, oldest first, a batch at a time."""
        last = UUID(int=0)
        while found := await self._database.fetch(self._next, {"last": last, "batch": batch}):
            names = self._names
            yield [(row[0], dict(zip(names, row[1:], strict=True))) for row in found]
            last = found[-1][0]

    async def count(self) -> dict[str, Counter[str]]:
        """Column → key → how many values are under it; under the empty key those without their blind index."""
        found: dict[str, Counter[str]] = {name: Counter() for name in self.kinds}
        async for rows in self.rows(10 * BATCH):
            for _, values in rows:
                for name, kind in self.kinds.items():
                    if (envelope := values[name]) is not None:
                        found[name][key_of(envelope)] += 1
                        found[name][""] += kind.searchable and values[name + SUFFIX] is None
        return found

    async def renew(self, key: str, pause: Callable[[int], Any]) -> int:
        """Put all values under `key`, and make the blind indexes that are missing: how many values have changed.

        `pause` is awaited after each transaction, with the number of rows that were looked at.
        """
        changed = 0
        self.unreadable = 0
        async for rows in self.rows():
            changes = [each for row in rows for each in self._changes(key, row)]
            if changes:
                changed += await self._database.repeatable(partial(self._write, changes))
            await pause(len(rows))
        return changed

    def _changes(self, key: str, row: Row) -> Iterator[Change]:
        """What is to be changed of a row. A value that does not open stays as it is; the log says which."""
        id_, values = row
        for name, kind in self.kinds.items():
            envelope = values[name]
            if envelope is None:
                continue
            lacks_index = kind.searchable and values[name + SUFFIX] is None
            if key_of(envelope) != key or lacks_index:
                place = Place(self._table.name, name)
                try:
                    content = self._keys.open(place, id_, envelope)
                except (Unreadable, Unavailable):
                    self.unreadable += 1
                    continue
                new = self._keys.seal_under(key, place, id_, content)
                yield Change(id_, name, envelope, new, decode(kind.kind, content) if lacks_index else None)

    async def _write(self, changes: Sequence[Change], work: Work) -> int:
        done = 0
        for each in changes:
            params = {"row": each.row, "old": each.old, "new": each.new, "value": each.value}
            done += await work.execute(self._replacing(each.column, indexed=each.value is not None), params)
        return done

    @cached_property
    def _names(self) -> list[str]:
        indexes = [name + SUFFIX for name, kind in self.kinds.items() if kind.searchable]
        return [*self.kinds, *indexes]

    @cached_property
    def _next(self) -> Prepared:
        c = self._table.c
        stored = [type_coerce(c[name], Text()).label(f"stored_{name}") for name in self._names]
        statement = select(c.id, *stored).where(c.id > bindparam("last", type_=Id())).order_by(c.id)
        return self._database.prepare(statement.limit(bindparam("batch")))

    def _replacing(self, name: str, *, indexed: bool) -> Prepared:
        """The update of one value that is still what it was. It is no change of the row: version and time stay."""
        prepared = self._statements.get((name, indexed))
        if prepared is None:
            c: Any = self._table.c
            values: dict[Any, Any] = {c[name]: bindparam("new", type_=Text()), c.updated_at: c.updated_at}
            if indexed:
                index: Column[Any] = c[name + SUFFIX]
                values[index] = bindparam("value", type_=index.type)
            still = type_coerce(c[name], Text()) == bindparam("old", type_=Text())
            statement = update(self._table).where(c.id == bindparam("row", type_=Id()), still).values(values)
            prepared = self._statements[name, indexed] = self._database.prepare(statement)
            prepared.changes = frozenset()  # answers that were cached are as good as before
        return prepared

    @cached_property
    def _statements(self) -> dict[tuple[str, bool], Prepared]:
        return {}


class Throttle:
    """Lets at most so many rows pass each second."""

    def __init__(self, rows_per_second: float) -> None:
        self._rate = rows_per_second
        self._clock = asyncio.get_running_loop().time
        self._free_at = 0.0

    async def __call__(self, rows: int) -> None:
        """Wait until the next rows may be looked at."""
        self._free_at = max(self._free_at, self._clock()) + rows / self._rate
        await asyncio.sleep(max(0.0, self._free_at - self._clock()))


async def renew(walks: Sequence[Walk], key: str, rows_per_second: float = ROWS_PER_SECOND) -> int:
    """Put every value of these tables under `key`: how many were changed.

    What a transaction that had begun before commits later is found by another round, until one finds nothing.
    """
    throttle, changed = Throttle(rows_per_second), 0
    while found := sum([await walk.renew(key, throttle) for walk in walks]):
        changed += found
    return changed
