"""From a thing to an entry: what is usual and what the brief says, put together.

What lives here: which usual fields stay, references renamed to the brief's entities, states and actions that
fit the fields, default queries. What must not: reading text; access (`access.py`).
"""

from collections.abc import Iterable

from backwright_workbench.blueprint.checks.queries import LARGE, QUERY_PARAMETERS, SEARCHABLE
from backwright_workbench.blueprint.model import USER, FieldModel
from backwright_workbench.blueprint.naming import pascal
from backwright_workbench.brief.entry import Entry
from backwright_workbench.brief.inference import generic_entity, infer_field
from backwright_workbench.brief.life import life
from backwright_workbench.brief.links import link
from backwright_workbench.brief.things import Thing, Things

_MOMENTS = ("created_at", "updated_at")
_BY_ANYBODY = ("comment", "review", "message", "reply", "rating")
"""What any account writes, whoever is on file as an author."""
_STANDING = frozenset({"status", "state", "stage", "phase"})
"""Names for where a row stands; where the brief lists the values of one, the usual other is left out."""
_NUMBERS = ("integer", "decimal", "money")


def shape(things: Things) -> None:
    """Turn each thing's entry into the one that the blueprint gets, but for access."""
    for thing in things:
        if thing.known and _another_sense(thing):
            _keep_references(things, thing)
            thing.known, thing.entry = False, generic_entity(thing.name)
    shaped = [(thing, _shaped(thing, things)) for thing in things]
    for thing, entry in shaped:
        thing.entry = entry
    _break_circles(things)


def _another_sense(thing: Thing) -> bool:
    """Whether the fields that the brief lists have little to do with the entry: the word means something else
    here.
    """
    if not thing.exhaustive or len(thing.fields) < 3 or thing.entry.person or "_" in thing.snake:
        return False
    names = {*thing.fields, *(name.split("_")[0] for name in thing.fields)}
    return len(
        {name for name in thing.entry.fields if name in names or name.split("_")[0] in names}
    ) < 0.34 * len(thing.fields)


def _keep_references(things: Things, thing: Thing) -> None:
    """Whatever a word means here, what cannot be without such a thing still refers to it (the lines of an order), and
    it to the accounts of those who usually make it (its customer).
    """
    for name, stand_in in thing.entry.stand_ins.items():
        usual = thing.entry.fields.get(name)
        maker = next((actor for actor, entry in things.actors.items() if usual and usual.to == entry), name)
        if stand_in.set == "actor" and maker in things.actors and maker not in thing.fields:
            thing.links.setdefault(maker, stand_in)
    for other in things:
        needs = (f for f in other.entry.fields.values() if f.to == thing.entry.name and not f.optional)
        if (
            other is not thing
            and other.known
            and any(needs)
            and not any(f.to == thing.name for f in other.links.values())
        ):
            link(other, thing.snake, thing.name, optional=False)


def _shaped(thing: Thing, things: Things) -> Entry:
    entry = thing.entry
    fields = _fields(thing, things)
    states, actions = life(thing, fields)
    plain = generic_entity(thing.name, [n for n, f in fields.items() if f.type != "reference"])
    usual = entry if thing.known else plain
    more = plain if thing.exhaustive else entry
    references = [name for name, field in fields.items() if field.to and name != "account"]
    chosen = [name for name, field in fields.items() if field.type == "enum"]
    said = [name for name in thing.fields if thing.fields[name].type in ("date", "datetime", "boolean")]
    filters = _kept([*usual.filters, *chosen, *references, *said, *more.filters], fields)
    return entry.model_copy(
        update={
            "name": thing.name,
            "fields": fields,
            "states": states,
            "actions": actions,
            "filters": tuple(n for n in filters if n not in QUERY_PARAMETERS),
            "sorts": tuple(_kept([*usual.sorts, *more.sorts], fields)) or ("created_at",),
            "search": _searched([*usual.search, *(more.search if thing.exhaustive else ())], fields),
            "embeds": tuple(
                n
                for n in dict.fromkeys((*entry.embeds, *references))
                if n in fields and fields[n].to not in (None, USER)
            ),
            "unique": tuple(
                g for g in dict.fromkeys((*entry.unique, *thing.unique)) if set(g) <= fields.keys()
            ),
        }
    )


def _searched(names: Iterable[str], fields: dict[str, FieldModel]) -> tuple[str, ...]:
    kept = tuple(n for n in dict.fromkeys(names) if n in fields and fields[n].type in SEARCHABLE)
    return kept[:6] or _prose(fields)


def _prose(fields: dict[str, FieldModel]) -> tuple[str, ...]:
    return tuple(name for name, field in fields.items() if field.type in SEARCHABLE)[:3]


def _kept(names: Iterable[str], fields: dict[str, FieldModel]) -> list[str]:
    return [n for n in dict.fromkeys(names) if n in _MOMENTS or (n in fields and fields[n].type not in LARGE)]


def _fields(thing: Thing, things: Things) -> dict[str, FieldModel]:
    """The brief's fields if it lists them all, else the usual ones with the brief's laid over; then
    references.
    """
    usual = {
        name: _renamed(field, things)
        for name, field in thing.entry.fields.items()
        if not (name in thing.entry.stand_ins and field.to in things.actors.values())
    }
    usual = {
        name: field
        for name, field in usual.items()
        if field.to in (None, USER) or things.named(field.to or "")
    }
    usual |= {name: _to_kept(things, thing, name, field) for name, field in usual.items() if field.to == USER}
    if any(thing.fields[name].values for name in _STANDING & thing.fields.keys()):
        usual = {n: f for n, f in usual.items() if n not in _STANDING or n in thing.fields}
    stand_ins = {n: f for n, f in thing.entry.stand_ins.items() if n not in usual}
    fields: dict[str, FieldModel] = {}
    if thing.exhaustive:
        fields |= thing.fields
        if thing.known:
            fields |= {n: f for n, f in usual.items() if _stays(n, f, thing) and n not in fields}
            fields |= {n: f for n, f in stand_ins.items() if f.to == USER and _by_actor(n, thing, things)}
    else:
        fields |= {
            name: usual.get(name) or stand_ins[name]
            for name in thing.entry.fields
            if (name in usual or name in stand_ins) and not _twin(name, thing)
        }
        fields |= thing.fields
    _sole_parent(thing, fields)
    for name, field in thing.links.items():
        twins = [
            n
            for n, f in fields.items()
            if f.to == field.to and n != name and n not in thing.links and f.to != USER
        ]
        if len(twins) == 1 and name not in fields and not thing.entry.fields.get(name):
            fields[twins[0]] = field.model_copy(
                update={"on_delete": fields[twins[0]].on_delete if field.optional else field.on_delete}
            )
            continue
        fields[name] = field.model_copy(
            update={"description": fields[name].description if name in fields else ""}
        )
    return fields or {"name": infer_field("name")}


def _to_kept(things: Things, thing: Thing, name: str, field: FieldModel) -> FieldModel:
    """A usual reference to accounts goes to the table that the brief lists under its name: an article's author."""
    kept = things.named(pascal(name))
    if kept is None or not kept.laid_out or kept is thing or thing.snake in _BY_ANYBODY:
        return field
    return FieldModel(type="reference", to=kept.name, optional=field.optional, description=field.description)


def _twin(name: str, thing: Thing) -> bool:
    """Whether the brief's word for a usual field is shorter: its `grade` is the usual `final_grade`."""
    said = thing.fields.keys() - thing.entry.fields.keys()
    return any(name.endswith(f"_{own}") and thing.fields[own].type in _NUMBERS for own in said)


def _sole_parent(thing: Thing, fields: dict[str, FieldModel]) -> None:
    """What may hang on many kinds of rows hangs on the one kind that is there: a comment needs its post."""
    hangers = [
        n
        for n, f in thing.entry.fields.items()
        if f.to not in (None, USER) and f.optional and f.on_delete == "cascade"
    ]
    here = [name for name in hangers if name in fields]
    if len(hangers) > 1 and len(here) == 1:
        fields[here[0]] = fields[here[0]].model_copy(update={"optional": False})


def _stays(name: str, field: FieldModel, thing: Thing) -> bool:
    """Whether a usual field that the brief's list leaves out is there all the same: what ties the entities
    together.
    """
    if name == "account" and thing.entry.person:
        return True
    if field.to in (None, USER):
        return False
    return not any(link.to == field.to for link in thing.links.values())


def _by_actor(name: str, thing: Thing, things: Things) -> bool:
    """Whether a reference is to people who only act in this brief: their accounts stand in for them."""
    return thing.entry.fields[name].to in things.actors.values() and name not in thing.fields


def _renamed(field: FieldModel, things: Things) -> FieldModel:
    """The field with its reference to the thing that the brief calls otherwise."""
    if field.to in (None, USER):
        return field
    other = things.of_entry(field.to or "")
    if other is None and field.to in things.actors.values():
        return FieldModel(type="reference", to=USER, optional=field.optional, description=field.description)
    return (
        field.model_copy(update={"to": other.name})
        if other
        else field.model_copy(update={"to": f"?{field.to}"})
    )


def _break_circles(things: Things) -> None:
    """Make a required reference optional where a circle of them would let no first row be made."""
    made: set[str] = set()
    waiting = {thing.name: thing for thing in things}
    while waiting:
        ready = [thing for thing in waiting.values() if _needs(thing) <= made]
        if not ready:
            thing = next(iter(waiting.values()))
            name = next(n for n, f in thing.entry.fields.items() if f.to in waiting and not f.optional)
            fields = dict(thing.entry.fields)
            fields[name] = fields[name].model_copy(update={"optional": True, "on_delete": None})
            thing.entry = thing.entry.model_copy(update={"fields": fields})
            continue
        for thing in ready:
            made.add(thing.name)
            del waiting[thing.name]


def _needs(thing: Thing) -> set[str]:
    return {f.to for f in thing.entry.fields.values() if f.to and f.to != USER and not f.optional}
