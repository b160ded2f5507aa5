"""The plain form of a blueprint: without what it says although it would follow anyway.

What lives here: which values follow from others. What must not: changing what is built; the plain form
and the blueprint give the same service, to the byte.

Code does not tell `max: 200` of a string from a string with no `max`; a blueprint that was read back is
plain.
"""

from dataclasses import replace
from typing import Any

from backwright_workbench.blueprint import naming, sentences
from backwright_workbench.blueprint.checks.fields import DEFAULT_LENGTH
from backwright_workbench.blueprint.model import (
    RESERVED_AREAS,
    ActGrant,
    Action,
    Blueprint,
    Entity,
    FieldModel,
    Grant,
    Grants,
    account_path,
)
from backwright_workbench.blueprint.rows import row_rule
from backwright_workbench.codebase.readback.columns import whole

PLACES = 2
"""Digits after the point of a decimal that says nothing else."""


def plain(blueprint: Blueprint) -> Blueprint:
    """The blueprint without what would follow anyway."""
    entities = {name: _entity(name, entity, blueprint) for name, entity in blueprint.entities.items()}
    return blueprint.model_copy(update={"entities": entities})


def _entity(name: str, entity: Entity, blueprint: Blueprint) -> Entity:
    plural = blueprint.plural(name)
    area = naming.snake(name) if plural in RESERVED_AREAS else plural
    said: dict[str, Any] = {
        "description": "" if entity.description == sentences.about(name) else entity.description,
        "area": None if entity.area == area else entity.area,
        "plural": None if plural == naming.plural(name) else plural,
        "fields": {each: _field(field) for each, field in entity.fields.items()},
        "actions": {each: _action(each, action, name) for each, action in entity.actions.items()},
        "access": {
            role: given if given == "everything" else _grants(given, name, blueprint)
            for role, given in entity.access.items()
        },
    }
    return entity.model_copy(update=said)


def _field(field: FieldModel) -> FieldModel:
    said: dict[str, Any] = {}
    if field.type in DEFAULT_LENGTH and field.max == DEFAULT_LENGTH[field.type]:
        said["max"] = None
    if field.type == "decimal" and field.places == PLACES:
        said["places"] = None
    if field.type in ("decimal", "money"):
        said["default"] = whole(field.default)
    if field.on_delete == ("set_null" if field.optional else "restrict"):
        said["on_delete"] = None
    return field.model_copy(update=said)


def _action(name: str, action: Action, entity: str) -> Action:
    if action.description != sentences.about_action(name, entity):
        return action
    return action.model_copy(update={"description": ""})


def _grants(grants: Grants, entity: str, blueprint: Blueprint) -> Grants:
    said: dict[str, Any] = {}
    for verb in Grants.model_fields:
        grant: Grant | ActGrant | None = getattr(grants, verb)
        if grant is not None and grant.rows != "all":
            said[verb] = grant.model_copy(update={"rows": _rows(grant.rows, entity, blueprint)})
    return grants.model_copy(update=said)


def _rows(rows: str, entity: str, blueprint: Blueprint) -> str:
    """The canonical form: the way to the account first, and as short as can be."""
    rule = row_rule(rows)
    return str(replace(rule, paths=tuple(_path(each, entity, blueprint) for each in rule.paths)))


def _path(rows: str, entity: str, blueprint: Blueprint) -> str:
    """The shortest path that leads to the same accounts: the last steps are found by themselves."""
    parts = rows.split(".")
    for count in range(1, len(parts) + 1):
        short = ".".join(parts[:count])
        try:
            if account_path(blueprint.entities, entity, short) == account_path(
                blueprint.entities, entity, rows
            ):
                return short
        except LookupError:
            continue
    return rows
