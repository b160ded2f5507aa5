"""Fitting entries together: what a blueprint takes of catalogue entries, given which entities and roles it
has.

What lives here: leaving out what refers to something absent. What must not: choosing entities or roles; the
reader of the brief does that.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from backwright_workbench.blueprint.checks.rows import faults as row_faults
from backwright_workbench.blueprint.model import (
    USER,
    ActGrant,
    Action,
    Entity,
    FieldModel,
    Grant,
    Grants,
    States,
)
from backwright_workbench.blueprint.naming import snake
from backwright_workbench.brief.entry import ANYBODY, Entry
from backwright_workbench.brief.grants import referring

STANDARD_COLUMNS = ("created_at", "updated_at")
"""Every row has them; they may be filtered and sorted by."""


def closure(names: Iterable[str], known: Mapping[str, Entry]) -> tuple[Entry, ...]:
    """The entries of these names and all that they bring, in order, each once.

    Raises `KeyError` for a name that is not known.
    """
    found: dict[str, Entry] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop(0)
        if name not in found and name != USER:
            found[name] = known[name]
            waiting[:0] = known[name].brings
    return tuple(found.values())


def fit(entries: Iterable[Entry], roles: Collection[str]) -> dict[str, Entity]:
    """The entities of a blueprint that has just these entries and roles, in the order given.

    A reference to an absent entity gives way to its stand-in or goes; filters, embeds, actions and grants
    that need it go too, so whatever is left holds together. Access only ever shrinks, but for `admin`, who
    may do everything.
    """
    chosen = {entry.name: entry for entry in entries}
    bare = {name: _without_access(entry, chosen) for name, entry in chosen.items()}
    granted = {
        name: entity.model_copy(update={"access": _access(chosen[name], bare, roles)})
        for name, entity in bare.items()
    }
    return {name: _creatable(name, entity, granted) for name, entity in granted.items()}


def usual_roles(entries: Iterable[Entry], home: str | None = None) -> dict[str, str]:
    """The roles that a service with these entities usually has, and what each is for; `admin` first.

    They are those of the `home` domain (default: the one that most of the entities belong to), and of the
    people among the entities. A role that is about one's own rows is left out where nobody would have any.
    """
    chosen = tuple(entries)
    counted = Counter(entry.domain for entry in chosen if entry.roles).most_common(1)
    home = home or (counted[0][0] if counted else None)
    found = {r: text for entry in chosen if entry.domain == home for r, text in entry.roles.items()}
    for entry in chosen:
        if entry.person and snake(entry.name) in entry.access:
            found.setdefault(snake(entry.name), entry.description)
    fitted = fit(chosen, found)
    wanted = {entry.name: entry.access for entry in chosen}
    given = {name: entity.access for name, entity in fitted.items()}
    kept = {r: text for r, text in found.items() if _has_rows(r, given) or not _has_rows(r, wanted)}
    return {"admin": "Runs the service and may do everything."} | kept


def _has_rows(role: str, access: Mapping[str, Mapping[str, object]]) -> bool:
    """Whether some grant to the role is about the caller's own rows."""
    granted = [grants[role] for grants in access.values() if role in grants]
    return any(
        grant is not None and grant.rows != "all"
        for grants in granted
        if isinstance(grants, Grants)
        for grant in (grants.read, grants.create, grants.update, grants.delete, grants.act)
    )


def _without_access(entry: Entry, present: Collection[str]) -> Entity:
    fields = _fields(entry, present)
    return Entity(
        description=entry.description,
        area=entry.area,
        fields=fields,
        states=entry.states,
        actions=_actions(entry.actions, fields, entry.states),
        filters=tuple(n for n in entry.filters if n in fields or n in STANDARD_COLUMNS),
        sorts=tuple(n for n in entry.sorts if n in fields or n in STANDARD_COLUMNS),
        search=tuple(
            n for n in entry.search if n in fields and fields[n].type in ("string", "text", "email")
        ),
        embeds=tuple(n for n in entry.embeds if n in fields and fields[n].to not in (None, USER)),
        unique=tuple(group for group in entry.unique if fields.keys() >= set(group)),
        access={"admin": "everything"},
    )


def _fields(entry: Entry, present: Collection[str]) -> dict[str, FieldModel]:
    """The entry's fields without references into the void."""
    kept: dict[str, FieldModel] = {}
    for name, field in entry.fields.items():
        if field.to is None or field.to == USER or field.to in present:
            kept[name] = field
        elif name in entry.stand_ins:
            kept[name] = entry.stand_ins[name]
    return kept


def _actions(
    actions: Mapping[str, Action], fields: Mapping[str, FieldModel], states: States | None
) -> dict[str, Action]:
    """Actions with the fields that are there; one that would then do nothing goes."""
    kept: dict[str, Action] = {}
    for name, action in actions.items():
        fitted = action.model_copy(
            update={
                "takes": tuple(n for n in action.takes if n in fields and not fields[n].set),
                "to": action.to if states else None,
                "from_": action.from_ if states else (),
                "stamps": action.stamps if action.stamps in fields else None,
            }
        )
        if fitted.takes or fitted.to or fitted.stamps:
            kept[name] = fitted
    return kept


def _access(entry: Entry, entities: Mapping[str, Entity], roles: Collection[str]) -> dict[str, object]:
    access: dict[str, object] = {"admin": "everything"}
    for role, said in entry.access.items():
        if role == "admin" or (role not in roles and role not in ANYBODY):
            continue
        grants = said if said == "everything" else _grants(entry.name, said, entities)
        if grants != Grants():
            access[role] = grants
    return access


def _grants(entity: str, said: Grants, entities: Mapping[str, Entity]) -> Grants:
    fitted: dict[str, Grant | ActGrant | None] = {}
    for what in Grants.model_fields:
        grant: Grant | ActGrant | None = getattr(said, what)
        fitted[what] = grant and _grant(entity, what, grant, entities)
    grants = Grants.model_validate(fitted)
    return grants.model_copy(update={"refer": referring(grants, entities[entity].fields)})


def _grant(
    entity: str, what: str, grant: Grant | ActGrant, entities: Mapping[str, Entity]
) -> Grant | ActGrant | None:
    """The grant on what is there; none if its rows cannot be told or nothing is left that it is about."""
    if grant.rows != "all" and any(True for _ in row_faults(entities, entity, grant.rows)):
        return None
    if isinstance(grant, ActGrant):
        actions = entities[entity].actions
        kept = tuple(
            name for name in (actions if grant.actions is None else grant.actions) if name in actions
        )
        return grant.model_copy(update={"actions": None if grant.actions is None else kept}) if kept else None
    if grant.fields is None:
        return grant
    there = entities[entity].fields
    fields = tuple(n for n in grant.fields if n in there and (what == "read" or not there[n].set))
    return grant.model_copy(update={"fields": fields}) if fields else None


def _creatable(name: str, entity: Entity, entities: Mapping[str, Entity]) -> Entity:
    """No leave to create a row for those who may not read what it must refer to: they could not name it."""
    needed = [
        field.to
        for field in entity.fields.values()
        if field.to not in (None, USER, name) and not field.optional and not field.read_only
    ]
    access = {
        role: grants.model_copy(update={"create": None})
        if isinstance(grants, Grants) and not all(_reads(role, entities[to]) for to in needed if to)
        else grants
        for role, grants in entity.access.items()
    }
    return entity.model_copy(
        update={"access": {role: grants for role, grants in access.items() if grants != Grants()}}
    )


def _reads(role: str, entity: Entity) -> bool:
    everybody = {role, "public"} if role == "public" else {role, *ANYBODY}
    granted = [grants for who, grants in entity.access.items() if who in everybody]
    return any(not isinstance(grants, Grants) or grants.read is not None for grants in granted)
