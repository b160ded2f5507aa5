"""References between things, while the brief is being read.

What lives here: entering one reference, and words for people that are references to accounts. What must not:
finding them.
"""

import keyword

from backwright_workbench.blueprint.model import USER, FieldModel
from backwright_workbench.brief.lexicon import links as terms
from backwright_workbench.brief.things import Thing


def link(thing: Thing, name: str, to: str, *, optional: bool) -> str:
    """Let a thing refer to another by a field; one that is there already keeps its name. Gives the name."""
    name = terms.CALLED.get(name, name)
    name = name.removesuffix("_id") or name
    if keyword.iskeyword(name):
        name = f"{name}_row"
    usual = thing.entry.fields.get(name)
    for known, field in thing.links.items():
        if known == name or (field.to == to and name in (to.lower(), known)):
            return known
    caller = to == USER and (name in terms.BY_CALLER or (usual is not None and usual.set == "actor"))
    on_delete = usual.on_delete if usual and usual.type == "reference" else None
    said: dict[str, object] = {"type": "reference", "to": to}
    if optional and not caller:
        said["optional"] = True
    if caller:
        said["set"] = "actor"
    if on_delete and not (on_delete == "set_null" and not optional):
        said["on_delete"] = on_delete
    thing.links[name] = FieldModel.model_validate(said)
    return name
