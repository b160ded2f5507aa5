"""Sample rows for any declared entities: plausible, valid, and the same each time.

What lives here: rows that fit together (references, unique values) and putting them into the database. What
must not: credentials. A sample account has no password hash, so nobody can sign in with one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, Index, Table, UniqueConstraint, bindparam, func, insert, select, update

from backwright import blind_index
from backwright.blind_index import BlindIndex
from backwright.database import Database
from backwright.entity import Entity
from backwright.sample_values import BASE, is_absent, told_apart, value
from backwright.tenancy import column_of, is_tenant

STANDARD: Final = ("id", "version", "created_at", "updated_at")
CREDENTIALS: Final = frozenset({"password_hash", "password_changed_at"})
ACCOUNTS: Final = "users"

SPAN: Final = timedelta(days=90)
"""How long before `BASE` the oldest sample row was created."""

_CHUNK: Final = 2_000
_TRIES: Final = 8
_OTHERS: Final = 500
"""How many values of a unique column are looked at before it counts as used up."""

Kind = type[Entity]
Row = dict[str, Any]
Ids = Mapping[Table, Sequence[UUID]]


class Samples:
    """Rows of one entity. `ids` are those of the rows that may be referred to, by table.

    `there`, the values of unique columns of rows that exist already, makes rows that join them: unique values
    carry the row's number from the first row on.
    """

    def __init__(self, entity: Kind, ids: Ids, *, there: Iterable[Mapping[str, Any]] | None = None) -> None:
        table = entity.__table__
        assert isinstance(table, Table)
        self.table = table
        self._name = entity.__name__
        self._ids = ids
        self._random = Random(table.name)  # noqa: S311 - the same each time is the point
        left = {*STANDARD, *CREDENTIALS, *(c.key for c in table.columns if isinstance(c.type, BlindIndex))}
        self._columns = [c for c in table.columns if c.key not in left]
        self._joins = there is not None
        self._unique = unique_groups(table)
        self._taken: list[set[tuple[Any, ...]]] = [set() for _ in self._unique]
        for row in there or ():
            self._take(row)

    def rows(self, count: int) -> Iterator[Row]:
        """Up to `count` rows, oldest first; fewer where unique values or references run out."""
        for number in range(count):
            created = BASE - SPAN + SPAN * number / count
            row = self.row(number, {"id": self._id(created), "created_at": created, "updated_at": created})
            if row is None:
                return
            yield row

    def row(self, number: int, given: Mapping[str, Any]) -> Row | None:
        """One row with these values in it; none if there is no further one that is unique."""
        for _ in range(_TRIES):
            row: Row = {"version": 1, **given}
            for column in self._columns:
                if column.key not in row:
                    row[column.key] = self._value(column, row, number)
            if any(row[c.key] is None and not c.nullable for c in self._columns):
                return None
            if self._is_told_apart(row, given, number):
                self._take(row)
                return row
        return None

    def _value(self, column: Column[Any], row: Row, number: int) -> Any:
        target = reference(column)
        if self.table.name == ACCOUNTS and column.key == "roles":
            return []  # nobody is given rights by chance
        if target is None:
            if column.nullable and is_absent(column, row, self._random):
                return None
            return value(column, self._name, row, number, self._random)
        if target is self.table:
            return None if column.nullable else row["id"]
        there = self._ids.get(target, ())
        if is_tenant(column):
            return (
                there[0] if there else None
            )  # samples are of one tenant, or they could not refer to each other
        if any(group == (column.key,) for group in self._unique):
            return there[number] if number < len(there) else None
        if not there or (column.nullable and self._random.random() < 0.1):
            return None
        # Squared: the first rows are referred to more often, as in life, and certainly at all.
        return there[int(len(there) * self._random.random() ** 2)]

    def _is_told_apart(self, row: Row, given: Mapping[str, Any], number: int) -> bool:
        """Change the row until no unique group in it is taken. Whether that was possible.

        Groups that are given as a whole are left to the database, which refuses what is taken.
        """
        groups = [at for at, group in enumerate(self._unique) if not given.keys() >= set(group)]
        if self._joins:
            for at in groups:
                self._tell_apart(at, row, given, number)
        for _ in groups:  # groups that share a column may undo each other's change
            for at in groups:
                if not self._is_free(at, row) and not self._tell_apart(at, row, given, number):
                    return False
        return all(self._is_free(at, row) for at in groups)

    def _tell_apart(self, at: int, row: Row, given: Mapping[str, Any], number: int) -> bool:
        """Give one column of a unique group another value, so that the group is free. Whether there was one."""
        columns = [self.table.c[key] for key in self._unique[at] if key not in given and row[key] is not None]
        for column in columns:
            before = row[column.key]
            for other in self._others(column, before, number):
                row[column.key] = other
                if self._is_free(at, row):
                    return True
            row[column.key] = before
        optional = next((column.key for column in columns if column.nullable), None)
        if optional is not None:
            row[optional] = None
        return optional is not None

    def _others(self, column: Column[Any], before: Any, number: int) -> Iterator[Any]:
        """What else could stand in a column, as far as it is worth looking."""
        target = reference(column)
        if target is None:
            for step in range(_OTHERS):
                yield told_apart(column, before, number + step)
            return
        there = self._ids.get(target, ())
        yield from (there[(number + step) % len(there)] for step in range(min(len(there), _OTHERS)))

    def _is_free(self, at: int, row: Row) -> bool:
        key = tuple(row[each] for each in self._unique[at])
        return None in key or key not in self._taken[at]

    def _take(self, row: Mapping[str, Any]) -> None:
        for group, taken in zip(self._unique, self._taken, strict=True):
            taken.add(tuple(row[key] for key in group))

    def _id(self, created: datetime) -> UUID:
        """A UUIDv7 of that moment whose random part is the same each time (RFC 9562 §5.7)."""
        milliseconds, noise = int(created.timestamp() * 1000), self._random.getrandbits(74)
        high, low = noise >> 62, noise & ((1 << 62) - 1)
        return UUID(int=milliseconds << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)


async def seed(database: Database, entities: Sequence[Kind], *, rows: int = 20) -> dict[str, int]:
    """Fill the tables that are empty with `rows` rows each: how many were added, by table.

    What a row refers to is filled first. Accounts are made only where a row cannot do without one. References
    to accounts that are still empty are set to accounts that exist, so that people who sign in find rows of
    their own.
    """
    ids: dict[Table, Sequence[UUID]] = {}
    added: dict[str, int] = {}
    tenant = await _first_tenant(database, entities)
    kinds = [
        kind for kind in in_order(entities) if kind.__tablename__ != ACCOUNTS or _is_needed(kind, entities)
    ]
    for kind in [*(kind for kind in entities if kind.__tablename__ == ACCOUNTS), *kinds]:
        table = kind.__table__
        assert isinstance(table, Table)
        ids[table] = await _existing(database, table, tenant)
    for kind in kinds:
        table = kind.__table__
        assert isinstance(table, Table)
        if not ids[table] and column_of(table) != "id":  # tenants are made with their first account
            found = list(Samples(kind, ids).rows(rows))
            await write(database, table, found)
            ids[table], added[table.name] = [row["id"] for row in found], len(found)
        await _link_accounts(database, kind, ids)
    return {name: count for name, count in added.items() if count}


async def write(database: Database, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert many rows, a chunk for each transaction."""
    for start in range(0, len(rows), _CHUNK):
        async with database.work() as work:
            connection = await work.session.connection()
            await connection.execute(insert(table), [dict(row) for row in rows[start : start + _CHUNK]])


async def _existing(database: Database, table: Table, tenant: UUID | None) -> list[UUID]:
    """Ids of rows that are there already, oldest first; as many as references need. Those of one tenant, where
    rows belong to tenants."""
    statement, owner = select(table.c.id).order_by(table.c.id).limit(1000), column_of(table)
    if owner is not None:
        statement = statement.where(table.c[owner] == bindparam("tenant"))
    return [id_ for (id_,) in await database.fetch(database.prepare(statement), {"tenant": tenant})]


async def _first_tenant(database: Database, entities: Sequence[Kind]) -> UUID | None:
    """The tenant that was made first: the one that sample rows are of."""
    for kind in entities:
        table = kind.__table__
        if isinstance(table, Table) and column_of(table) == "id":
            rows = await database.fetch(database.prepare(select(table.c.id).order_by(table.c.id).limit(1)))
            return rows[0][0] if rows else None
    return None


async def _link_accounts(database: Database, kind: Kind, ids: Ids) -> None:
    """Give rows an account where none of them has one yet, first those whose role is named like the table."""
    table = kind.__table__
    assert isinstance(table, Table)
    for column in table.columns:
        target = reference(column)
        if target is None or target.name != ACCOUNTS or not column.nullable or not ids.get(target):
            continue
        linked = select(func.count()).where(column.is_not(None))
        if (await database.fetch(database.prepare(linked)))[0][0]:
            continue
        accounts = await _accounts_for(database, table, target)
        same = {"updated_at": table.c.updated_at}
        link = update(table).where(table.c.id == bindparam("row"))
        link = link.values({column.key: bindparam("account"), **same})
        prepared = database.prepare(link)
        async with database.work() as work:
            for row_id, account in zip(ids[table], accounts, strict=False):
                await work.execute(prepared, {"row": row_id, "account": account})


async def _accounts_for(database: Database, table: Table, users: Table) -> list[UUID]:
    statement = select(users.c.id, users.c.roles).order_by(users.c.id).limit(1000)
    found = await database.fetch(database.prepare(statement))
    named = [id_ for id_, roles in found if any(role in table.name for role in roles)]
    return [*named, *(id_ for id_, _ in found if id_ not in named)]


def in_order(entities: Sequence[Kind]) -> list[Kind]:
    """The entities so that what is referred to comes first.

    References that may be empty count too, as far as there is no circle. Raises `ValueError` for a circle of
    rows that need each other.
    """
    by_table = {kind.__table__: kind for kind in entities}
    found: list[Kind] = []
    left = list(entities)
    while left:
        waiting = {kind: _referred(kind, by_table) & set(left) for kind in left}
        needing = {kind: _referred(kind, by_table, needed=True) & set(left) for kind in left}
        free = [kind for kind in left if not waiting[kind]] or [kind for kind in left if not needing[kind]]
        if not free:
            names = " and ".join(kind.__name__ for kind in left[:2])
            raise ValueError(f"rows of {names} need each other; no row can be first")
        found.append(free[0])
        left.remove(free[0])
    return found


def _referred(kind: Kind, by_table: Mapping[Any, Kind], *, needed: bool = False) -> set[Kind]:
    """The other entities that a row refers to; with `needed` only those that it cannot do without."""
    columns = [column for column in kind.__table__.columns if not (needed and column.nullable)]
    return {by_table[target] for c in columns if (target := reference(c)) in by_table} - {kind}


def reference(column: Any) -> Table | None:
    """The table that a column refers to. What it refers to together with others (`TenantKey`) does not count."""
    for key in sorted(column.foreign_keys, key=lambda key: len(key.constraint.elements)):
        target = key.column.table
        assert isinstance(target, Table)
        return target
    return None


def unique_groups(table: Table) -> list[tuple[str, ...]]:
    """The columns that must be unique together, ids left out."""
    kept: list[UniqueConstraint | Index] = [
        each for each in table.constraints if isinstance(each, UniqueConstraint)
    ]
    kept += [each for each in table.indexes if each.unique]
    found = [tuple(blind_index.beside(c.key) for c in each.columns) for each in kept]
    return sorted({group for group in found if group and "id" not in group})


def _is_needed(accounts: Kind, entities: Sequence[Kind]) -> bool:
    columns = [column for kind in entities if kind is not accounts for column in kind.__table__.columns]
    return any(reference(column) is accounts.__table__ and not column.nullable for column in columns)


__all__ = ["ACCOUNTS", "Samples", "in_order", "reference", "seed", "unique_groups", "write"]
