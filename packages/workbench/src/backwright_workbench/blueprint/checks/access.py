"""Who may do what: roles, rows and fields that exist, and rights that work together."""

from collections.abc import Iterator, Mapping

from backwright_workbench.blueprint.checks import rows
from backwright_workbench.blueprint.checks.names import STANDARD_COLUMNS
from backwright_workbench.blueprint.checks.service import ANYBODY, repeated
from backwright_workbench.blueprint.fault import Fault, Path, did_you_mean
from backwright_workbench.blueprint.model import (
    USER,
    ActGrant,
    Blueprint,
    Entity,
    Grant,
    Grants,
)

EVERYTHING = Grants(
    read=Grant(), create=Grant(), update=Grant(), delete=Grant(), act=ActGrant(), refer=Grant()
)
_VERBS = ("read", "create", "update", "delete", "act")


def check(blueprint: Blueprint) -> Iterator[Fault]:
    """Faults in the access of each entity."""
    for name, entity in blueprint.entities.items():
        path: Path = ("entities", name, "access")
        if not any(granted(given).read for given in entity.access.values()):
            yield Fault(path, "nobody may read it", "for example admin: everything")
        for role, given in entity.access.items():
            here = (*path, role)
            if role not in blueprint.roles and role not in ANYBODY:
                yield Fault(here, f"{role!r} is not a role", did_you_mean(role, [*blueprint.roles, *ANYBODY]))
            if role == "public":
                yield from _public(entity, granted(given), here)
            if isinstance(given, Grants):
                yield from _grants(blueprint.entities, name, given, here)
            yield from _creation(blueprint, entity, role, granted(given), here)


def granted(given: str | Grants) -> Grants:
    """`everything`, spelled out."""
    return given if isinstance(given, Grants) else EVERYTHING


def _public(entity: Entity, given: Grants, path: Path) -> Iterator[Fault]:
    """Callers without an account have no rows of their own, and nobody could say who changed something."""
    for verb in ("update", "delete", "act", "refer"):
        if getattr(given, verb) is not None:
            yield Fault((*path, verb), f"public callers may not {verb}", "grant it to signed_in or to a role")
    for verb in ("read", "create"):
        grant = getattr(given, verb)
        if grant is not None and grant.rows != "all":
            yield Fault((*path, verb), "public callers have no rows of their own", "rows: all, or a role")
    if given.create is not None:
        for name, field in entity.fields.items():
            if field.set is not None and not field.optional:
                yield Fault(
                    (*path, "create"),
                    f"{name!r} is filled with the caller's account",
                    f"make {name} optional",
                )


def _grants(entities: Mapping[str, Entity], name: str, grants: Grants, path: Path) -> Iterator[Fault]:
    if not any(getattr(grants, verb) for verb in _VERBS):
        yield Fault(path, "grants nothing", "leave the role out: what is not granted is refused")
    for verb in _VERBS:
        grant = getattr(grants, verb)
        if grant is not None and grant.rows != "all":
            for what, hint in rows.faults(entities, name, grant.rows):
                yield Fault((*path, verb, "rows"), what, hint)
    entity = entities[name]
    for verb in ("read", "create", "update", "delete"):
        grant = getattr(grants, verb)
        if grant is not None and grant.fields is not None:
            yield from _fields(entity, verb, grant.fields, (*path, verb, "fields"))
    if grants.act is not None:
        yield from _actions(entity, grants.act, (*path, "act"))
    if grants.refer is not None:
        yield from _refer(entity, grants, grants.refer, (*path, "refer"))


def _fields(entity: Entity, verb: str, names: tuple[str, ...], path: Path) -> Iterator[Fault]:
    if verb == "delete":
        yield Fault(path, "a row is deleted as a whole", "leave fields out")
        return
    if not names:
        yield Fault(path, "no field is named", "leave `fields` out for all of them")
    yield from repeated(names, path)
    for index, name in enumerate(names):
        here = (*path, index)
        field = entity.fields.get(name)
        if field is None:
            known = [*entity.fields, *(STANDARD_COLUMNS if verb == "read" else ())]
            if name not in known:
                yield Fault(here, f"no field is called {name!r}", did_you_mean(name, known))
        elif verb == "read":
            continue
        elif field.read_only or field.set is not None:
            yield Fault(here, f"{name!r} is never taken from a request", "leave it out")
        elif verb == "create" and entity.states is not None and name == entity.states.field:
            yield Fault(
                here,
                f"rows start in the state {field.default!r}",
                "leave it out; actions and moves change it",
            )
    if verb == "create":
        yield from _needed(entity, names, path)


def _refer(entity: Entity, grants: Grants, refer: Grant, path: Path) -> Iterator[Fault]:
    """Accounts are named in references to them that the role sees: who sets a field blindly could only guess."""
    if refer.rows != "all" or not refer.fields:
        yield Fault(path, "says which references, and nothing of rows", "for example {fields: [assignee]}")
        return
    yield from repeated(refer.fields, (*path, "fields"))
    accounts = [name for name, field in entity.fields.items() if field.to == USER and field.set is None]
    seen = grants.read and (entity.fields if grants.read.fields is None else grants.read.fields)
    for index, name in enumerate(refer.fields):
        here = (*path, "fields", index)
        if name not in accounts:
            yield Fault(
                here, f"{name!r} is not a reference to {USER} that is sent", did_you_mean(name, accounts)
            )
        elif name not in (seen or ()):
            yield Fault(here, f"the role may not read {name!r}", "grant read on it as well")


def _needed(entity: Entity, names: tuple[str, ...], path: Path) -> Iterator[Fault]:
    for name, field in entity.fields.items():
        given = field.optional or field.default is not None or field.set is not None or field.read_only
        if not given and name not in names:
            yield Fault(
                path, f"the required field {name!r} is not among them", "add it: nothing could be created"
            )


def _actions(entity: Entity, grant: ActGrant, path: Path) -> Iterator[Fault]:
    if not entity.actions:
        yield Fault(path, "the entity has no actions", "leave act out")
        return
    yield from repeated(grant.actions or (), (*path, "actions"))
    for index, name in enumerate(grant.actions or ()):
        if name not in entity.actions:
            hint = did_you_mean(name, entity.actions)
            yield Fault((*path, "actions", index), f"no action is called {name!r}", hint)


def _creation(blueprint: Blueprint, entity: Entity, role: str, given: Grants, path: Path) -> Iterator[Fault]:
    """Whoever creates a row must be able to see what it must refer to."""
    if given.create is None:
        return
    for name, field in entity.fields.items():
        target = blueprint.entities.get(field.to or "")
        if target is None or field.to == USER or field.optional or field.read_only:
            continue
        if not any(granted(target.access[who]).read for who in _as(role) if who in target.access):
            yield Fault(
                (*path, "create"),
                f"{role} may create, but may not read {field.to}, which {name!r} must refer to",
                f"grant read on {field.to} to {role}, or make {name} optional",
            )


def _as(role: str) -> tuple[str, ...]:
    """The keys of `access` that apply to a caller with this role."""
    return ("public",) if role == "public" else (role, *ANYBODY)
