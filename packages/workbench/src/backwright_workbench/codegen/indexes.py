"""Which indexes an entity's declared queries need.

What lives here: the choice, as lists of columns. What must not: how it is written (`models.py`, `tables.py`).

Lists are walked newest first by default, which is the order of the ids (UUIDv7), so that an index of a filter
or a sort goes on with `id`: one seek finds the page, and no sorting follows. Enums are no exception: the runtime
walks a list sorted by one value by value, as they are declared (`backwright.paging`). An index whose columns
begin another one is left out: it would be written on every change and never used.
"""

import hashlib

from backwright_workbench.blueprint.model import Entity
from backwright_workbench.codegen.names import column

RANGED = ("date", "datetime", "integer", "decimal", "money")
"""Types that are filtered by ranges: nothing after them in an index would be used."""


def indexes(entity: Entity) -> tuple[tuple[str, ...], ...]:
    """The indexes beyond keys and unique constraints, each as its columns, in the order of the fields."""
    wanted: list[tuple[str, ...]] = [
        _filtered(name, entity)
        for name in entity.filters
        if not _unique(name, entity) and not _blind(name, entity)
    ]
    wanted += [(column(name, entity), "id") for name in entity.sorts if not _unique(name, entity)]
    wanted += [
        (column(name, entity),)
        for name, field in entity.fields.items()
        if field.type == "reference" and not field.unique
    ]
    kept = tuple(tuple(column(part, entity) for part in group) for group in entity.unique)
    found: list[tuple[str, ...]] = []
    for index in dict.fromkeys(wanted):
        longer = [other for other in (*wanted, *kept) if other != index and other[: len(index)] == index]
        if not longer and index not in kept:
            found.append(index)
    return tuple(found)


def index_name(table: str, columns: tuple[str, ...]) -> str:
    """The name by convention, within the 63 characters that PostgreSQL keeps."""
    name = "_".join(("ix", table, *columns))
    return name if len(name) <= 63 else f"{name[:54]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _filtered(name: str, entity: Entity) -> tuple[str, ...]:
    field = entity.fields.get(name)
    if field is None or field.type in RANGED:
        return (column(name, entity),)
    return (column(name, entity), "id")


def _blind(name: str, entity: Entity) -> bool:
    """Whether the column brings its index itself, one that says nothing about the values."""
    field = entity.fields.get(name)
    return field is not None and field.encrypted


def _unique(name: str, entity: Entity) -> bool:
    field = entity.fields.get(name)
    return field is not None and field.unique
