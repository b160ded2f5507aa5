"""Tenants: whether those who share the service see nothing of each other, and which entity they are.

What lives here: finding it in the words, and making the entities fit. What must not: the patterns
(`lexicon/tenancy.py`). Where the words leave a doubt, less is given: what would lead across tenants goes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from backwright_workbench.blueprint import naming
from backwright_workbench.blueprint.model import ActGrant, Action, Entity, FieldModel, Grant, Grants
from backwright_workbench.brief.grammar import singular_words
from backwright_workbench.brief.lexicon import tenancy as terms
from backwright_workbench.brief.mentions import negated
from backwright_workbench.brief.page import Page

USUAL: Final = (
    "Organization",
    "Organisation",
    "Company",
    "Workspace",
    "Firm",
    "Agency",
    "Clinic",
    "Practice",
    "School",
)
"""Entities that are tenants where a brief says that there are some and not what they are called."""


_WORD: Final = re.compile(r"[a-z0-9_]+")


@dataclass(frozen=True)
class Told:
    """What a brief says: that there are tenants, and what one is called (empty: it does not say)."""

    noun: str


def read_tenancy(page: Page) -> Told | None:
    """Whether the service has tenants."""
    told: Told | None = None
    for clause in page.clauses:
        for pattern in terms.NAMED:
            for first, stop, match in clause.find(pattern):
                if negated(clause, first) and clause.words[first] != "no":
                    continue
                page.claim(clause, first, stop, "tenancy")
                noun = naming.pascal("_".join(singular_words((match["noun"],))))
                told = Told(noun) if told is None or not told.noun else told
        for first, stop, _ in clause.find(terms.MULTI):
            if negated(clause, first):
                page.claim(clause, first, stop, note="said to be left out")
                continue
            page.claim(clause, first, stop, "tenancy")
            told = told or Told("")
    return told


def apart(page: Page, told: Told, entities: Mapping[str, Entity]) -> tuple[str, dict[str, Entity]]:
    """The entity that is the tenant, and all entities as they are where rows belong to one."""
    tenant = _tenant(page, told, entities)
    page.assumptions[:] = [each for each in page.assumptions if each.path != "auth.register_as"]
    made = _made(entities.get(tenant))
    rest = {name: _owned(page, name, each, tenant) for name, each in entities.items() if name != tenant}
    return tenant, {tenant: made, **rest}


def _tenant(page: Page, told: Told, entities: Mapping[str, Entity]) -> str:
    wanted = told.noun if told.noun != "Tenant" or "Tenant" in entities else ""
    if wanted in entities:
        return wanted
    found = [name for name in USUAL if name in entities] if not wanted else []
    tenant = found[0] if found else wanted or "Organization"
    line = f"tenancy: {tenant}"
    if not wanted:
        page.assume(
            f"{naming.title(tenant).lower()} is the tenant", "the brief does not say who is", "tenancy", line
        )
    return tenant


def _made(declared: Entity | None) -> Entity:
    """The tenant: it begins with a name alone, its admin changes it, and nobody makes or deletes one."""
    named = {"name": FieldModel(type="string")}
    entity = declared or Entity(description="Whoever uses the service.", fields=named, access={})
    kept = {
        name: field.model_copy(
            update={"optional": field.default is None, "unique": False, "read_only": False}
        )
        for name, field in entity.fields.items()
        if name not in ("name", "suspended_at") and field.type != "reference"
    }
    fields = {**named, **kept}
    readers = [
        role for role, given in entity.access.items() if role not in ("admin", "public") and _reads_all(given)
    ]
    access: dict[str, Grants] = {"admin": Grants(read=Grant(), update=Grant())}
    access |= {role: Grants(read=Grant()) for role in readers}
    update = {"fields": fields, "states": None, "actions": {}, "access": access, "bulk": None, "cache": None}
    return _trimmed(entity.model_copy(update=update), frozenset(entity.fields) - frozenset(fields))


def _reads_all(given: str | Grants) -> bool:
    return not isinstance(given, Grants) or (given.read is not None and given.read.rows == "all")


def _owned(page: Page, name: str, entity: Entity, tenant: str) -> Entity:
    """A row belongs to its tenant, so it does not refer to it; and nothing of it is public."""
    column = naming.snake(tenant)
    gone = frozenset(n for n, f in entity.fields.items() if f.to == tenant or n in (column, f"{column}_id"))
    access = {role: given for role, given in entity.access.items() if role != "public"}
    if "public" in entity.access:
        why = "the public belongs to no tenant"
        page.assume(f"the public sees no {name}", why, f"entities.{name}.tenancy", "tenancy: shared")
    fields = {n: f for n, f in entity.fields.items() if n not in gone} or {"name": FieldModel(type="string")}
    return _trimmed(entity.model_copy(update={"fields": fields, "access": access}), gone)


def _trimmed(entity: Entity, gone: frozenset[str]) -> Entity:
    """The entity without what speaks of fields that are gone. A right that went by them is not given."""
    if not gone:
        return entity
    update: dict[str, object] = {
        key: tuple(name for name in getattr(entity, key) if name not in gone)
        for key in ("filters", "sorts", "search", "embeds")
    }
    update["unique"] = tuple(group for group in entity.unique if not gone & set(group))
    update["actions"] = {name: _action(action, gone) for name, action in entity.actions.items()}
    update["access"] = {
        role: given if isinstance(given, str) else _grants(given, gone)
        for role, given in entity.access.items()
    }
    return entity.model_copy(update=update)


def _action(action: Action, gone: frozenset[str]) -> Action:
    return action.model_copy(update={"takes": tuple(name for name in action.takes if name not in gone)})


def _grants(given: Grants, gone: frozenset[str]) -> Grants:
    said: dict[str, Grant | ActGrant | None] = {}
    for verb in Grants.model_fields:
        grant: Grant | ActGrant | None = getattr(given, verb)
        if grant is not None and gone & set(_WORD.findall(grant.rows)):
            grant = None
        if isinstance(grant, Grant) and grant.fields is not None:
            fields = tuple(name for name in grant.fields if name not in gone)
            grant = grant.model_copy(update={"fields": fields}) if fields else None
        said[verb] = grant
    return given.model_copy(update=said)
