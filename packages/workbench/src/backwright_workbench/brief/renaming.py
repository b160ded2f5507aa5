"""Fields under another name, wherever an entry mentions them.

What lives here: a reference follows the name that the brief gives to what it refers to (`article` → `post`).
What must not: choosing the names of things.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from backwright_workbench.blueprint.model import Grant, Grants
from backwright_workbench.blueprint.naming import plural, snake
from backwright_workbench.blueprint.rows import row_rule
from backwright_workbench.brief.entry import Entry
from backwright_workbench.brief.things import Things

__all__ = ["rename_references", "renamed"]


def rename_references(things: Things) -> None:
    """Give every usual reference the name of the thing that it refers to, if it had that of the catalogue's
    entry.
    """
    called = {
        thing.entry.name: thing.snake
        for thing in things
        if thing.known and thing.snake != snake(thing.entry.name)
    }
    areas = {plural(thing.entry.name): plural(thing.name) for thing in things if thing.known}
    for thing in things:
        names = {
            name: called[field.to]
            for name, field in thing.entry.fields.items()
            if field.to in called and name == snake(field.to) and called[field.to] not in thing.entry.fields
        }
        if names:
            thing.entry = renamed(thing.entry, names)
        if thing.entry.area in areas:
            thing.entry = thing.entry.model_copy(update={"area": areas[thing.entry.area]})


def renamed(entry: Entry, names: Mapping[str, str]) -> Entry:
    """The entry with some fields under other names, wherever it mentions them."""

    def each(listed: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(names.get(name, name) for name in listed)

    return entry.model_copy(
        update={
            "fields": {names.get(name, name): field for name, field in entry.fields.items()},
            "stand_ins": {names.get(name, name): field for name, field in entry.stand_ins.items()},
            "actions": {
                name: a.model_copy(
                    update={"takes": each(a.takes), "stamps": names.get(a.stamps or "", a.stamps)}
                )
                for name, a in entry.actions.items()
            },
            "filters": each(entry.filters),
            "sorts": each(entry.sorts),
            "search": each(entry.search),
            "embeds": each(entry.embeds),
            "unique": tuple(each(group) for group in entry.unique),
            "access": {role: _granted(given, names) for role, given in entry.access.items()},
        }
    )


def _granted(
    given: Literal["everything"] | Grants, names: Mapping[str, str]
) -> Literal["everything"] | Grants:
    if not isinstance(given, Grants):
        return given
    changed: dict[str, object] = {}
    for verb in Grants.model_fields:
        grant = getattr(given, verb)
        if grant is None:
            continue
        rule = row_rule(grant.rows)
        renamed = replace(
            rule,
            paths=tuple(_path(each, names) for each in rule.paths),
            comparisons=tuple(replace(c, field=names.get(c.field, c.field)) for c in rule.comparisons),
        )
        update: dict[str, object] = {"rows": str(renamed)}
        if isinstance(grant, Grant) and grant.fields is not None:
            update["fields"] = tuple(names.get(name, name) for name in grant.fields)
        changed[verb] = grant.model_copy(update=update)
    return given.model_copy(update=changed)


def _path(path: str, names: Mapping[str, str]) -> str:
    head, dot, rest = path.partition(".")
    return f"{names.get(head, head)}{dot}{rest}"
