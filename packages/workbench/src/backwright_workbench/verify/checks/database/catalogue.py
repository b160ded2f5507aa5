"""Indexes, keys and references of a database as values.

What lives here: reading them, the same for each engine. What must not: judging.
"""

from dataclasses import dataclass, field
from typing import Any

from backwright import migration_connections
from backwright.search import is_search_object
from sqlalchemy import Connection, inspect


@dataclass(frozen=True, slots=True)
class Index:
    """One index; a key and a unique constraint are one, too."""

    name: str
    columns: tuple[str, ...]
    unique: bool = False
    kind: str = ""
    """What it can be asked: empty for order and equality, else `gin`, `fulltext` …"""
    where: str = ""
    """Of a partial index its condition."""

    @property
    def serves(self) -> bool:
        """Whether it answers equality and order for all rows."""
        return not self.kind and not self.where and bool(self.columns)


@dataclass(frozen=True, slots=True)
class Reference:
    """One foreign key."""

    name: str
    columns: tuple[str, ...]
    to: str
    on_delete: str


@dataclass(slots=True)
class Relation:
    """One table."""

    name: str
    columns: list[str]
    key: tuple[str, ...]
    indexes: list[Index] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)

    def begins(self, columns: tuple[str, ...]) -> Index | None:
        """An index that begins with these columns, in any order."""
        size = len(columns)
        return next(
            (each for each in self.indexes if each.serves and set(each.columns[:size]) == set(columns)), None
        )


def relations(url: str) -> dict[str, Relation]:
    """Every table, the record of revisions and what belongs to a search left out."""

    def read(connection: Connection) -> dict[str, Relation]:
        seen = inspect(connection)
        names = [name for name in seen.get_table_names() if not _is_left_out(name)]
        return {name: _relation(seen, name) for name in names}

    return migration_connections.run(url, read)


def _is_left_out(name: str) -> bool:
    return name == "alembic_version" or name.startswith("sqlite_") or is_search_object(name)


def _relation(seen: Any, name: str) -> Relation:
    key = tuple(seen.get_pk_constraint(name)["constrained_columns"])
    found = Relation(name, [each["name"] for each in seen.get_columns(name)], key)
    if key:
        found.indexes.append(Index(f"the primary key of {name}", key, unique=True))
    for each in seen.get_indexes(name):
        found.indexes.append(_index(each))
    known = {each.name for each in found.indexes}
    for each in seen.get_unique_constraints(name):
        if each["name"] not in known:
            found.indexes.append(Index(str(each["name"]), tuple(each["column_names"]), unique=True))
    for each in seen.get_foreign_keys(name):
        action = each["options"].get("ondelete") or ""
        columns = tuple(each["constrained_columns"])
        found.references.append(Reference(str(each["name"] or ""), columns, each["referred_table"], action))
    return found


def _index(found: Any) -> Index:
    options = found.get("dialect_options", {})
    kind = next(
        (str(value) for name, value in options.items() if name.endswith(("_using", "_prefix")) and value), ""
    )
    where = next(
        (str(value) for name, value in options.items() if name.endswith("_where") and value is not None), ""
    )
    columns = tuple(each for each in found["column_names"] if each is not None)
    expressions = "expression" if len(columns) < len(found["column_names"]) else ""
    if found.get("type"):
        kind = str(found["type"]).lower()
    return Index(
        str(found["name"]), columns, bool(found["unique"]), kind if kind != "btree" else expressions, where
    )
