"""Which fields of an entity the tests send, store and look for.

What lives here: selections of fields. What must not: values (`sample_values.py`), text of tests.
"""

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


def settled(declared: Entity) -> Fields:
    """What a stored row of the tests may be given: no references to accounts or to its own table."""
    return {n: f for n, f in declared.fields.items() if f.to != USER}


def is_crowdable(declared: Entity) -> bool:
    """Whether many rows can exist: no field is unique and has only a few values."""
    few = [f for f in declared.fields.values() if f.unique and not f.optional]
    ranges = [f for f in few if f.type == "integer" and f.min is not None and f.max is not None]
    narrow = [f for f in ranges if (f.max or 0) - (f.min or 0) < 100]
    return not narrow and not any(f.type in ("boolean", "enum") for f in few)


def changeable(declared: Entity) -> Fields:
    """What a test may change without a rule of its own: neither state nor reference."""
    return {n: f for n, f in sendable(declared).items() if f.type not in ("reference", "json")}
