"""Example values for the OpenAPI document: plausible, and valid for what they are an example of.

What lives here: a value for a column or a JSON Schema. What must not: sample rows of a database
(`samples.py`).
"""

from decimal import Decimal
from typing import Any, Final

from sqlalchemy import JSON, Boolean, Column, Date, Enum, Integer, String

from backwright.columns import FixedPoint, Id, Texts, Timestamp, bounds, rules_of
from backwright.encrypted import plain
from backwright.fields import label

EXAMPLE_ID: Final = "01935b2e-7c00-7000-8000-000000000001"
EXAMPLE_TIME: Final = "2026-01-15T09:30:00Z"
_FORMATTED: Final = {
    "email": "ada@example.com",
    "phone": "+44 20 7946 0000",
    "url": "https://example.com/",
}
_BY_FORMAT: Final = {"uuid": EXAMPLE_ID, "date-time": EXAMPLE_TIME, "date": EXAMPLE_TIME[:10]}


def example(column: Column[Any]) -> Any:
    """A valid value of a column, as JSON."""
    column = plain(column)
    kind, form = column.type, rules_of(column.info).format
    if form is not None:
        return _FORMATTED[form]
    if isinstance(kind, Enum):
        return kind.enums[0]
    if isinstance(kind, FixedPoint):
        low, high = bounds(column)
        return f"{min(max(low, Decimal(1)), high):.{kind.places}f}"
    if isinstance(kind, Integer):
        low, high = bounds(column)
        return min(max(low, 1), high)
    if isinstance(kind, String):
        return (label(column.key).capitalize() or "Text")[: kind.length]
    others: dict[type, Any] = {
        Id: EXAMPLE_ID, Timestamp: EXAMPLE_TIME, Date: EXAMPLE_TIME[:10], Boolean: True, Texts: ["one"],
        JSON: {"key": "value"},
    }  # fmt: skip
    return next(value for each, value in others.items() if isinstance(kind, each))


def example_of(schema: dict[str, Any]) -> Any:
    """A valid value of a JSON Schema of our own making."""
    if "anyOf" in schema:
        return example_of(schema["anyOf"][0])
    for key in ("examples", "enum"):
        if key in schema:
            return schema[key][0]
    match schema.get("type"):
        case "string":
            return _BY_FORMAT.get(schema.get("format", ""), "Text"[: schema.get("maxLength", 4)])
        case "integer" | "number":
            low = max(schema.get("minimum", 1), 1)
            return min(low, schema.get("maximum", low))
        case "boolean":
            return True
        case "array":
            return []
        case _:
            return {}
