"""Fields that are called like a role: a crew leader of an installation is somebody who has an account.

What lives here: making such a field a reference to accounts. What must not: people that the service keeps as rows
(`fields.py`), and whose rows are whose (`ownership.py`).
"""

from collections.abc import Collection

from backwright_workbench.blueprint.model import USER, FieldModel
from backwright_workbench.brief.inference import infer_field
from backwright_workbench.brief.things import Thing, Things


def refer_to_roles(things: Things, roles: Collection[str]) -> None:
    """Let the fields that the brief calls like one of its roles refer to accounts, as long as nothing types them."""
    for thing in things:
        for name in [
            name for name in thing.fields if name in roles and things.meant_by(name.split("_")) is None
        ]:
            field = thing.entry.fields.get(name)
            if field is not None and field == infer_field("unheard"):
                _refer(thing, name)


def _refer(thing: Thing, name: str) -> None:
    field = FieldModel(type="reference", to=USER, optional=True)
    entry = thing.entry
    thing.fields[name] = field
    thing.entry = entry.model_copy(
        update={
            "fields": {**entry.fields, name: field},
            "filters": tuple(dict.fromkeys((*entry.filters, name))),
            "search": tuple(each for each in entry.search if each != name),
        }
    )
