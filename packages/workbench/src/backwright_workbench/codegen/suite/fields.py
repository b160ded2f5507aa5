"""Which fields of an entity the tests send, store and look for.

What lives here: selections of fields. What must not: values (`sample_values.py`), text of tests.
"""

from collections.abc import Mapping

from backwright_workbench.blueprint.model import USER, Entity, FieldModel

Fields = dict[str, FieldModel]


def state_field(declared: Entity) -> str | None:
    """The field whose moves are restricted."""
    return declared.states.field if declared.states is not None else None


def sendable(declared: Entity) -> Fields:
    """What a client may send at creation."""
    state = state_field(declared)
    return {n: f for n, f in declared.fields.items() if not f.read_only and f.set is None and n != state}


def required(declared: Entity) -> Fields:
    """What a client must send."""
    return {n: f for n, f in sendable(declared).items() if not f.optional and f.default is None}


def sent(declared: Entity) -> Fields:
    """What the tests send: every field, but of the references only those that must be there."""
    return {n: f for n, f in sendable(declared).items() if f.type != "reference" or not f.optional}


def needed(declared: Entity) -> Fields:
    """The references that a stored row must have."""
    return {n: f for n, f in declared.fields.items() if f.type == "reference" and not f.optional}


def brings(entity: str, other: str, entities: Mapping[str, Entity]) -> bool:
    """Whether rows of one entity cannot be stored without rows of the other, or are the same."""
    onward = {str(field.to) for field in needed(entities[entity]).values()} & entities.keys()
    return entity == other or any(brings(to, other, entities) for to in onward)


def in_groups(name: str, declared: Entity) -> bool:
    """Whether a field is unique, alone or together with others."""
    return declared.fields[name].unique or any(name in group for group in declared.unique)


def settled(declared: Entity) -> Fields:
    """What a stored row of the tests may be given: no references to accounts or to its own table."""
    return {n: f for n, f in declared.fields.items() if f.to != USER}


def changeable(declared: Entity) -> Fields:
    """What a test may change without a rule of its own: neither state nor reference."""
    return {n: f for n, f in sendable(declared).items() if f.type not in ("reference", "json")}
