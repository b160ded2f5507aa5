"""References between entities: where they lead, what a deletion does, and whether a first row can be made."""

from collections.abc import Iterator, Mapping

from backwright_workbench.blueprint.fault import Fault, did_you_mean
from backwright_workbench.blueprint.model import USER, Blueprint, Entity


def check(blueprint: Blueprint) -> Iterator[Fault]:
    """Faults in references."""
    known = [*blueprint.entities, USER]
    for name, entity in blueprint.entities.items():
        for field_name, field in entity.fields.items():
            path = ("entities", name, "fields", field_name)
            if field.type != "reference":
                continue
            if field.to is None:
                yield Fault(path, "a reference says what it refers to", f"add to: {known[0]}")
            elif field.to not in known:
                yield Fault((*path, "to"), f"{field.to!r} is not an entity", did_you_mean(field.to, known))
            if field.on_delete == "set_null" and not field.optional:
                yield Fault(
                    (*path, "on_delete"), "set_null needs a field that may be empty", "add optional: true"
                )
    yield from _cycles(blueprint.entities)


def _cycles(entities: Mapping[str, Entity]) -> Iterator[Fault]:
    """Circles of required references: no row of them could be the first.

    Each is said once, where it starts.
    """
    needs = {
        name: {n: f.to for n, f in entity.fields.items() if f.to and f.to in entities and not f.optional}
        for name, entity in entities.items()
    }
    makeable: set[str] = set()
    while ready := {name for name in needs if name not in makeable and set(needs[name].values()) <= makeable}:
        makeable |= ready
    said: set[str] = set()
    for start in needs:
        walk: list[str] = []
        at = start
        while at not in makeable and at not in walk:
            walk.append(at)
            at = next(to for to in needs[at].values() if to not in makeable)
        circle = walk[walk.index(at) :] if at in walk else []
        if circle and not said & set(circle):
            said |= set(circle)
            field = next(n for n, to in needs[circle[0]].items() if to == (circle[1:] or circle)[0])
            yield Fault(
                ("entities", circle[0], "fields", field),
                "required references run in a circle, so that no first row can be made: "
                + " → ".join([*circle, circle[0]]),
                "make one of them optional",
            )
