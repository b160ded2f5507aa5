"""The schemas of a resource in the OpenAPI document: rows, pages, bodies.

What lives here: what is sent and what comes back. What must not: operations (`contract.py`), parameters
(`contract_parameters.py`). Reading and writing have schemas of their own, because they differ.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel
from sqlalchemy import JSON, Boolean, Column, Date, Enum, Integer, String

from backwright import paging
from backwright.access import Operation
from backwright.columns import FixedPoint, Id, JsonObject, Texts, Timestamp, bounds
from backwright.encrypted import plain
from backwright.examples import EXAMPLE_ID, EXAMPLE_TIME, example, example_of
from backwright.fields import STANDARD, ResourceField, field_of, label
from backwright.pages import TOTAL_CAP
from backwright.scalars import decimal_pattern

if TYPE_CHECKING:
    from backwright.bound_resource import BoundResource

Document = dict[str, Any]
REFS: Final = "#/components/schemas/{model}"


def ref(name: str) -> Document:
    """A reference to a schema."""
    return {"$ref": REFS.format(model=name)}


def sentence(text: str) -> str:
    """A description that ends as a sentence."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def schemas(bound: "BoundResource") -> Document:
    """Every schema of a resource by its name."""
    name = bound.resource.entity.__name__
    found: Document = {name: row_schema(bound)}
    if bound.policy.allows(Operation.READ):
        found[f"{name}List"] = list_schema(bound)
    for model in _bodies(bound):
        schema, others = body_schema(bound, model)
        found.update({**others, model.__name__: schema})
    if bound.resource.bulk and bound.policy.allows(Operation.CREATE):
        found.update(bulk_schemas(bound))
    return found


def _bodies(bound: "BoundResource") -> Iterator[type[BaseModel]]:
    """What is sent to the routes that there are."""
    if bound.policy.allows(Operation.CREATE):
        yield bound.create_model
    if bound.policy.allows(Operation.UPDATE):
        yield bound.update_model
    for action in bound.actions.values():
        if action.body is not None and bound.policy.allows(Operation.ACT, action.name):
            yield action.body


def body_schema(bound: "BoundResource", model: type[BaseModel]) -> tuple[Document, Document]:
    """The schema of a body with an example, and those that it refers to. Enums stand in it: names may clash."""
    schema = model.model_json_schema(ref_template=REFS)
    others = schema.pop("$defs", {})
    _inline(schema, {REFS.format(model=name): each for name, each in others.items() if "enum" in each})
    for key, part in schema.get("properties", {}).items():
        part.pop("default", None)
        part.pop("title", None)
        column = bound.table.c.get(key)
        part.setdefault("description", _describe(column, key))
    required = schema.get("required") or list(schema.get("properties", {}))[:2]
    schema["examples"] = [{key: _example(bound, key, schema["properties"][key]) for key in required}]
    return schema, {name: each for name, each in others.items() if "enum" not in each}


def _inline(value: Any, enums: Document) -> None:
    """Put the values of enums where they are referred to."""
    if isinstance(value, dict):
        if value.get("$ref") in enums:
            kind = enums[value.pop("$ref")]
            value.update({"type": kind["type"], "enum": kind["enum"]})
        for each in value.values():
            _inline(each, enums)
    elif isinstance(value, list):
        for each in value:
            _inline(each, enums)


def _example(bound: "BoundResource", key: str, part: Document) -> Any:
    column = bound.table.c.get(key)
    return example_of(part) if column is None else example(column)


def _describe(column: Column[Any] | None, key: str) -> str:
    says = sentence(column.doc if column is not None and column.doc else label(key).capitalize())
    if column is not None and isinstance((column := plain(column)).type, FixedPoint):
        low, high = bounds(column)
        says += f" An exact number from {low} to {high}, as digits in a string."
    return says


def bulk_schemas(bound: "BoundResource") -> Document:
    """The body and the answer of a bulk create."""
    name, most = bound.resource.entity.__name__, bound.resource.bulk
    items = {"type": "array", "minItems": 1, "maxItems": most, "items": ref(f"{name}Create")}
    rows = {"type": "array", "maxItems": most, "items": ref(name)}
    return {
        f"{name}Bulk": {
            "type": "object", "required": ["items"], "additionalProperties": False, "properties": {"items": items},
        },
        f"{name}BulkResult": {"type": "object", "required": ["items"], "properties": {"items": rows}},
    }  # fmt: skip


def row_schema(bound: "BoundResource") -> Document:
    """A row as it is shown. Only what everybody sees who gets a row is required."""
    everywhere = set(_shown_everywhere(bound))
    properties: Document = {}
    for name in (STANDARD[0], *bound.fields, *STANDARD[1:]):
        field = bound.fields.get(name) or field_of(bound.table.c[name])
        maybe_hidden = name not in everywhere and name not in STANDARD
        properties[name] = value_schema(field, maybe_hidden=maybe_hidden)
        properties[name]["description"] = _describe(field.column, name)
    for name in bound.resource.embeds:
        properties[name] = {
            "anyOf": [ref(bound.embeds[name].target.__name__), {"type": "null"}],
            "description": f"The {label(name)}, if it was asked for with embed and may be seen.",
        }
    words = (bound.resource.entity.__doc__ or bound.title).strip().splitlines()[0]
    required = [STANDARD[0], *(name for name in bound.fields if name in everywhere), *STANDARD[1:]]
    return {"type": "object", "description": words, "required": required, "properties": properties}


def _shown_everywhere(bound: "BoundResource") -> Iterator[str]:
    """The fields in every row that anybody gets. Who writes without reading gets none of them back."""
    access = bound.policy.access
    readers = {role for role in access if bound.policy.grants((role,), Operation.READ)}
    if {role for role in access if access[role].grants} - readers:
        return
    grants = bound.policy.grants(access, Operation.READ)
    yield from (name for name in bound.fields if all(grant.covers(name) for grant in grants))


def value_schema(field: ResourceField, *, maybe_hidden: bool) -> Document:
    """A field's value as it is shown."""
    found = _value(field.column)
    if (field.nullable or maybe_hidden) and "type" in found:
        if "enum" in found:
            found["enum"] = [*found["enum"], None]
        found["type"] = [found["type"], "null"]
    return found


def _value(column: Column[Any]) -> Document:
    column = plain(column)
    kind = column.type
    if isinstance(kind, Enum):
        return {"type": "string", "enum": list(kind.enums)}
    if isinstance(kind, FixedPoint):
        low, _ = bounds(column)
        pattern = decimal_pattern(kind.precision, kind.places, signed=low < 0)
        return {"type": "string", "pattern": pattern, "maxLength": kind.precision + 2}
    if isinstance(kind, Integer):
        low, high = bounds(column)
        size = "int64" if high > 2**31 else "int32"
        return {"type": "integer", "format": size, "minimum": low, "maximum": high}
    if isinstance(kind, String):
        return {"type": "string", "maxLength": kind.length}
    return next(dict(schema) for each, schema in _PLAIN if isinstance(kind, each))


_PLAIN: Final[tuple[tuple[type, Document], ...]] = (
    (Id, {"type": "string", "format": "uuid", "examples": [EXAMPLE_ID]}),
    (Timestamp, {"type": "string", "format": "date-time", "maxLength": 27, "examples": [EXAMPLE_TIME]}),
    (Date, {"type": "string", "format": "date", "maxLength": 10}),
    (Boolean, {"type": "boolean"}),
    (Texts, {"type": "array", "maxItems": 100, "items": {"type": "string", "maxLength": 200}}),
    (JsonObject, {"type": "object"}),
    (JSON, {}),
)


def list_schema(bound: "BoundResource") -> Document:
    """One page."""
    cursor = {"type": ["string", "null"], "maxLength": 4096}
    count = {"type": "integer", "format": "int32", "minimum": 0, "maximum": TOTAL_CAP}
    exact = {"type": "boolean", "description": "False if there are more than were counted."}
    rows = {"type": "array", "maxItems": paging.MAX_LIMIT, "items": ref(bound.resource.entity.__name__)}
    return {
        "type": "object",
        "description": f"One page of {bound.title_plural}.",
        "required": ["items", "next", "prev"],
        "properties": {
            "items": rows,
            "next": {**cursor, "description": "Send it as cursor to get the next page; null on the last."},
            "prev": {**cursor, "description": "Send it as cursor to get the page before; null on the first."},
            "total": {
                "type": "object",
                "description": "Only with total=true.",
                "required": ["count", "exact"],
                "properties": {"count": count, "exact": exact},
            },
        },
    }
