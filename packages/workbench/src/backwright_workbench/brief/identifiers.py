"""Numbers that identify one kind of row: a licence plate is unique among cars, not among parking tickets.

What lives here: whether a name that is usually unique is so in a given thing. What must not: names and types
(`field_names.py`).
"""

from backwright_workbench.blueprint.model import FieldModel
from backwright_workbench.brief.lexicon import identifiers as terms
from backwright_workbench.brief.things import Thing


def identifying(field: FieldModel, name: str, thing: Thing) -> FieldModel:
    """The field as it is in this thing: unique only where it tells one row from another."""
    if not field.unique or field.type != "string" or (thing.known and name in thing.entry.fields):
        return field
    return field if _identifies(name, thing.snake.split("_")) else field.model_copy(update={"unique": False})


def _identifies(name: str, noun: list[str]) -> bool:
    """Whether a name is that of the thing itself (`invoice_number`), or of what such things are."""
    if name.split("_")[0] in noun or name in terms.OF_ANYTHING:
        return noun[-1] not in terms.HAPPENINGS
    kinds = next((kinds for names, kinds in terms.IDENTIFIES if name in names), None)
    if kinds is None:
        return noun[-1] not in terms.HAPPENINGS
    return bool(kinds & set(noun[-1:]))
