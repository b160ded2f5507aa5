"""What lists can be asked: filters, sorts, search, embeds, and groups of fields that are unique together."""

from collections.abc import Iterator

from backwright_workbench.blueprint.checks.service import repeated
from backwright_workbench.blueprint.fault import Fault, Path, did_you_mean
from backwright_workbench.blueprint.model import USER, Blueprint, Entity, reference_column

TIMES = ("created_at", "updated_at")
"""Columns of every entity that a list may be filtered and sorted by."""
SEARCHABLE = ("string", "text", "email")
INDEX_COLUMNS = frozenset({"docid", "rank", "rowid"})
"""Columns that the search index has itself."""
LARGE = ("text", "json")
QUERY_PARAMETERS = frozenset({"limit", "cursor", "sort", "q", "embed", "total"})
"""What every list understands already."""


def check(blueprint: Blueprint) -> Iterator[Fault]:
    """Faults in the queries of each entity."""
    for name, entity in blueprint.entities.items():
        path: Path = ("entities", name)
        yield from _columns(entity, "filters", path)
        yield from _columns(entity, "sorts", path)
        yield from _search(entity, (*path, "search"))
        yield from _embeds(entity, (*path, "embeds"))
        for index, group in enumerate(entity.unique):
            yield from _together(entity, group, (*path, "unique", index))


def _unknown(entity: Entity, name: str, path: Path, more: tuple[str, ...] = ()) -> Fault:
    return Fault(path, f"no field is called {name!r}", did_you_mean(name, [*entity.fields, *more]))


def _columns(entity: Entity, key: str, path: Path) -> Iterator[Fault]:
    names: tuple[str, ...] = getattr(entity, key)
    yield from repeated(names, (*path, key))
    for index, name in enumerate(names):
        here = (*path, key, index)
        field = entity.fields.get(name)
        if field is None:
            if name not in TIMES:
                yield _unknown(entity, name, here, TIMES)
        elif field.encrypted and key == "sorts":
            yield Fault(
                here, f"{name!r} is encrypted, and has no order in the database", "sort by another field"
            )
        elif field.type in LARGE:
            yield Fault(here, f"{key} cannot use {name!r} of type {field.type}", "search it instead")
        elif (
            key == "filters"
            and (reference_column(name) if field.type == "reference" else name) in QUERY_PARAMETERS
        ):
            yield Fault(here, f"?{name}= means something else in every list", "name the field more exactly")


def _search(entity: Entity, path: Path) -> Iterator[Fault]:
    yield from repeated(entity.search, path)
    for index, name in enumerate(entity.search):
        field = entity.fields.get(name)
        if field is None:
            yield _unknown(entity, name, (*path, index))
        elif field.encrypted:
            yield Fault(
                (*path, index), f"{name!r} is encrypted, and cannot be searched", "filter it for equality"
            )
        elif field.type not in SEARCHABLE:
            yield Fault(
                (*path, index),
                f"{name!r} is of type {field.type}",
                f"search looks in {', '.join(SEARCHABLE)}",
            )
        elif name in INDEX_COLUMNS:
            yield Fault(
                (*path, index), f"{name!r} is a column of the search index", "name the field more exactly"
            )


def _embeds(entity: Entity, path: Path) -> Iterator[Fault]:
    yield from repeated(entity.embeds, path)
    for index, name in enumerate(entity.embeds):
        field = entity.fields.get(name)
        if field is None:
            yield _unknown(entity, name, (*path, index))
        elif field.type != "reference":
            yield Fault(
                (*path, index), f"{name!r} is not a reference", "embeds are rows that a reference leads to"
            )
        elif field.to == USER:
            yield Fault(
                (*path, index), "accounts are not shown inside other rows", "refer to an entity for people"
            )


def _together(entity: Entity, group: tuple[str, ...], path: Path) -> Iterator[Fault]:
    if len(group) < 2:
        yield Fault(path, "a group has two fields or more", "for one field, say unique: true there")
    yield from repeated(group, path)
    for index, name in enumerate(group):
        field = entity.fields.get(name)
        if field is None:
            yield _unknown(entity, name, (*path, index))
        elif field.encrypted:
            yield Fault(
                (*path, index),
                f"{name!r} is encrypted, and unique alone or not at all",
                "say unique: true there",
            )
        elif field.type in LARGE:
            yield Fault((*path, index), f"a {field.type} cannot be part of what is unique", "use a string")
