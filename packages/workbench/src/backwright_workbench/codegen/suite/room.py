"""How many rows of an entity can exist: as many as its unique fields have values.

What lives here: that number. What must not: the values (`sample_values.py`). Tests that need many rows are not
written for entities that cannot have them, and what must refer to such an entity shares its rows.
"""

import math
from collections.abc import Collection, Mapping
from typing import Final

from backwright_workbench.blueprint.model import USER, Entity, FieldModel

Entities = Mapping[str, Entity]

MANY: Final = 150
"""Rows that the tests of one entity never come near; sample values begin with the hundredth."""


def is_crowdable(entity: str, entities: Entities, *, sharing: Collection[str] = ()) -> bool:
    """Whether many rows can exist whose values of the fields `sharing` are the same."""
    return room(entity, entities, sharing=sharing) >= MANY


def can_share(entity: str, name: str, entities: Entities) -> bool:
    """Whether many rows can refer to the same row over this field."""
    groups = [group for group in _groups(entities[entity]) if name in group]
    return all(_most(group, entity, entities, (name,)) >= MANY for group in groups)


def room(entity: str, entities: Entities, *, sharing: Collection[str] = ()) -> float:
    """The number of rows that can exist for certain.

    Of fields that are unique together only the one with the most values counts: samples change one at a time.
    """
    groups = _groups(entities[entity])
    return min((_most(group, entity, entities, sharing) for group in groups), default=math.inf)


def _groups(declared: Entity) -> list[tuple[str, ...]]:
    return [(name,) for name, field in declared.fields.items() if field.unique] + list(declared.unique)


def _most(group: Collection[str], entity: str, entities: Entities, sharing: Collection[str]) -> float:
    free = [name for name in group if name not in sharing]
    return max((_values(entities[entity].fields[name], entities) for name in free), default=1)


def _values(field: FieldModel, entities: Entities) -> float:
    """How many values a field has; a field that may be empty is never used up."""
    if field.optional:
        return math.inf
    match field.type:
        case "reference":
            return math.inf if field.to in (None, USER) else room(str(field.to), entities)
        case "boolean":
            return 2
        case "enum":
            return len(field.values)
        case "string":
            return MANY if field.max is None else float(min(36**field.max, MANY))
        case "integer" | "decimal" | "money" if field.min is not None and field.max is not None:
            places = {"integer": 0, "money": 2}.get(field.type, 2 if field.places is None else field.places)
            return float((field.max - field.min) * 10**places + 1)
        case _:
            return math.inf
