"""Very many sample rows in a throw-away database, in seconds.

What lives here: some thousand rows as the runtime makes them, and copies of these that differ in what must differ.
What must not: how an engine takes rows quickly (`bulk.py`).

A copy of a row has an id of its own, other times, other unique values, and refers to copies made in the same
round; so whatever holds between the first rows holds between copies, too. A quarter of the copies keeps
referring to the first rows, of which some are referred to by thousands then, as in life.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from backwright import encryption_start, samples
from backwright.columns import Timestamp
from backwright.encrypted import Encrypted
from backwright.encrypted_rows import EncryptedRows
from backwright.lifecycle import open_database
from backwright.runtime import Runtime
from backwright.sample_values import BASE, told_apart
from backwright.tenancy import column_of
from sqlalchemy import Column, Table, select

from backwright_workbench.workspace import bulk

FIRST: Final = 2_000
"""Rows of each table that are made one by one."""

KEEPS: Final = 4
"""One copy of so many keeps referring to first rows."""

_START: Final = int((BASE - samples.SPAN).timestamp() * 1000)
_SPAN: Final = samples.SPAN // timedelta(milliseconds=1)
_STRIDE: Final = int(_SPAN * 0.6180339887)
"""How far rounds lie apart: the golden section spreads them evenly."""

_NOISE: Final = (1 << 62) - 1

Row = dict[str, Any]


async def fill(runtime: Runtime, rows: int) -> None:
    """Fill the empty tables of a service with `rows` rows each, the same each time, and count them for the planner.

    From twice `FIRST` on, `rows` is rounded down to a multiple of it.
    """
    database = runtime.database
    kinds = list(runtime.resources)
    await open_database(database)
    try:
        await encryption_start.start(runtime)
        before = {kind: {row["id"] for row in await _rows(runtime, _table(kind))} for kind in kinds}
        await samples.seed(database, kinds, rows=min(rows, FIRST))
        first = {}
        for kind in samples.in_order(kinds):
            found = await _rows(runtime, _table(kind))
            first[_table(kind)] = [row for row in found if row["id"] not in before[kind]]
        whole = {
            table: found for table, found in first.items() if len(found) == FIRST and column_of(table) != "id"
        }
        made = {table: Copies(table, whole).rows(rows // FIRST) for table in whole if rows >= 2 * FIRST}
        await asyncio.gather(*(bulk.write(database, table, copies) for table, copies in made.items()))
        await bulk.count(database)
    finally:
        await runtime.storage.close()
        await database.close()


def _is_copied(table: Table) -> bool:
    """Whether there may be very many rows. Accounts stay some thousand, and so does what each has one of."""
    lone = [table.c[group[0]] for group in samples.unique_groups(table) if len(group) == 1]
    bound = [
        c
        for c in lone
        if not c.nullable and (to := samples.reference(c)) is not None and to.name == samples.ACCOUNTS
    ]
    return table.name != samples.ACCOUNTS and column_of(table) != "id" and not bound


async def _rows(runtime: Runtime, table: Table) -> list[Row]:
    async with runtime.database.work() as work:
        connection = await work.session.connection()
        found = await connection.execute(select(table).order_by(table.c.id))
        return [dict(row) for row in found.mappings()]


def _table(kind: Any) -> Table:
    table = kind.__table__
    assert isinstance(table, Table)
    return table


def shift(first: UUID, round_: int) -> int:
    """By how many milliseconds a copy is later than the row with this id, or earlier: copies lie among all others."""
    since = (first.int >> 80) - _START
    return (since + round_ * _STRIDE) % _SPAN - since


def copied_id(first: UUID, round_: int) -> UUID:
    """The id of the copy of that row in a round: that of a row of the copy's time (UUIDv7)."""
    high, noise = first.int >> 64, first.int & _NOISE
    return UUID(int=(high + (shift(first, round_) << 16)) << 64 | 0b10 << 62 | noise ^ round_)


class Copies:
    """Copies of the first rows of one table. `first` has as many rows of each table that is copied."""

    def __init__(self, table: Table, first: Mapping[Table, Sequence[Row]]) -> None:
        self._table = table
        self._first = first[table]
        self._ids = {each: {row["id"] for row in rows} for each, rows in first.items()}
        self._columns = [c for c in table.columns if not c.computed]
        self._encrypted = EncryptedRows(table)
        self._unique = samples.unique_groups(table)

    def rows(self, rounds: int) -> tuple[list[Column[Any]], Iterator[list[Any]]]:
        """The columns, and the copies of each round but the first, as Python has them."""
        return self._columns, self._copies(rounds)

    def _copies(self, rounds: int) -> Iterator[list[Any]]:
        size = len(self._first)
        identity = next(at for at, column in enumerate(self._columns) if column.key == "id")
        changed = self._changed()
        templates = [[row[c.key] for c in self._columns] for row in self._first]
        for number in range(size, size * rounds):
            round_, at = divmod(number, size)
            row = templates[at].copy()
            later = timedelta(milliseconds=shift(row[identity], round_))
            keeps = (round_ + at) % KEEPS == 0
            for place, column, ids, is_unique in changed:
                value = row[place]
                if value is None:
                    continue
                if isinstance(value, UUID):
                    if ids is not None and value in ids:
                        row[place] = value if keeps and not is_unique else copied_id(value, round_)
                    elif is_unique:
                        row[place] = None
                elif isinstance(value, datetime):
                    row[place] = value + later
                else:
                    row[place] = told_apart(column, value, number)
            yield self._sealed(row) if self._encrypted else row

    def _changed(self) -> list[tuple[int, Column[Any], set[UUID] | None, bool]]:
        """Which columns of a copy are other than in the first row: place, column, ids of what it refers to, and
        whether it has to differ."""
        apart = self._told_apart()
        found = []
        for place, column in enumerate(self._columns):
            target = self._table if column.key == "id" else samples.reference(column)
            if column.key == "id" or target is not None:
                ids = self._ids.get(target) if target is not None else None
                is_bound = column.key == "id" or any(column.key in group for group in self._unique)
                found.append((place, column, ids, is_bound))
            elif isinstance(column.type, Timestamp) or column.key in apart:
                found.append((place, column, None, column.key in apart))
        return found

    def _told_apart(self) -> set[str]:
        """One column of each unique group that no copied reference tells apart."""
        found: set[str] = set()
        for group in self._unique:
            columns = [self._table.c[key] for key in group]
            if any(samples.reference(c) in self._ids for c in columns) or found & set(group):
                continue
            free = [c for c in columns if samples.reference(c) is None]
            found |= {max(free, key=_room).key} if free else set()
        return found

    def _sealed(self, row: list[Any]) -> list[Any]:
        given = dict(zip((c.key for c in self._columns), row, strict=True))
        sealed = self._encrypted.parameters(given, is_new=True)
        return [sealed[c.key] for c in self._columns]


def _room(column: Column[Any]) -> int:
    """How many values a column can tell apart, roughly."""
    kind = column.type.kind if isinstance(column.type, Encrypted) else column.type
    if isinstance(kind, date):
        return 20_000
    return int(getattr(kind, "length", None) or 100)


__all__ = ["FIRST", "Copies", "copied_id", "fill", "shift"]
