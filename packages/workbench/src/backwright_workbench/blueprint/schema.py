"""The JSON Schema of a blueprint's file form, for editors and for programs that write blueprints.

What lives here: what the file form allows beyond the model (short forms) and what it does not (nulls). What
must not: a second list of keys or patterns; they come from the model.
"""

from typing import Any

from backwright_workbench.blueprint.model import Blueprint

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """The document (JSON Schema 2020-12).

    It accepts every text that has the right shapes; `load` checks more.
    """
    document = _plain(Blueprint.model_json_schema())
    definitions = document["$defs"]
    for name in ("Grant", "ActGrant"):
        whole = definitions[name]
        definitions[name] = {
            "description": whole.pop("description"),
            "anyOf": [dict(whole["properties"]["rows"]), whole],
        }
    states = definitions["States"]
    definitions["States"] = {
        "description": states.pop("description"),
        "if": {"type": "object", "properties": {"moves": {"type": "object"}}, "required": ["moves"]},
        "then": states,
        "else": states["properties"]["moves"],
    }
    document["properties"]["created"]["pattern"] = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
    return {"$schema": DIALECT, **document}


def _plain(node: Any) -> Any:
    """The schema without nulls and generated titles; free names are checked by `propertyNames`, and nothing
    else.
    """
    if isinstance(node, list):
        return [_plain(each) for each in node if each != {"type": "null"}]
    if not isinstance(node, dict):
        return node
    kept = {key: _plain(value) for key, value in node.items() if not _noise(key, value)}
    if len(kept.get("anyOf", [])) == 1:
        kept |= kept.pop("anyOf")[0]
    if "patternProperties" in kept:
        [(pattern, value)] = kept.pop("patternProperties").items()
        kept["propertyNames"] = {**kept.get("propertyNames", {}), "pattern": pattern}
        kept["additionalProperties"] = value
    return kept


def _noise(key: str, value: Any) -> bool:
    """Generated titles and `default: null`; a property called `title` has a mapping there."""
    return (key == "title" and isinstance(value, str)) or (key == "default" and value is None)
