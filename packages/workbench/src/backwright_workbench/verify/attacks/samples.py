"""A value that a schema allows, with a mark in every text that can hold one, so that it is known again anywhere.

What lives here: making values. What must not: sending them.
"""

import re
from collections.abc import Mapping
from typing import Any

from backwright_workbench.verify.attacks.operations import NOWHERE, Schema, resolved

PLAUSIBLE = (
    "+49 30 5551201", "https://example.com/sample", "AB-12", "EUR", "DE", "12:30", "abc", "abc_1", "1", "1.00",
    "2026-03-01", "10115", "#336699", "de-DE",
)  # fmt: skip
"""What is tried where a pattern is asked for."""


def marked(number: int, word: str) -> str:
    """A mark that nothing else holds: letters and digits alone, so that every search takes it as one word."""
    return f"{word}q{number:05d}z"


def sample(schema: Schema, name: str, mark: str, document: Mapping[str, Any], depth: int = 0) -> Any:
    """A value for a field called `name`."""
    schema = resolved(schema, document)
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return next(each for each in schema["enum"] if each is not None)
    kind = schema.get("type")
    kind = next((each for each in kind if each != "null"), "string") if isinstance(kind, list) else kind
    match kind:
        case "boolean":
            return True
        case "integer" | "number":
            return _number(schema, whole=kind == "integer")
        case "array":
            least = int(schema.get("minItems", 0))
            return [sample(schema.get("items", {}), name, mark, document, depth + 1) for _ in range(least)]
        case "object":
            return {} if depth > 4 else body(schema, mark, document, depth=depth + 1)
        case "string" | None:
            return _text(schema, name, mark)
    return None


def body(
    schema: Schema, mark: str, document: Mapping[str, Any], *, whole: bool = False, depth: int = 0
) -> dict[str, Any]:
    """A body with the fields that are required, and with `whole` the others whose values can be made up."""
    required = set(schema.get("required", ()))
    found = {}
    for name, inner in schema.get("properties", {}).items():
        if resolved(inner, document).get("readOnly"):
            continue
        if name in required or (whole and _is_free(name, resolved(inner, document))):
            found[name] = sample(inner, name, mark, document, depth)
    return found


def _is_free(name: str, schema: Schema) -> bool:
    """Whether any value will do, so that it cannot be wrong to send one."""
    if (
        name.endswith("_id")
        or schema.get("format") in ("uuid", "uri", "binary", "password")
        or "enum" in schema
    ):
        return False
    return schema.get("type") == "string" and "const" not in schema


def _number(schema: Schema, *, whole: bool) -> int | float:
    least = schema.get("minimum", schema.get("exclusiveMinimum"))
    most = schema.get("maximum", schema.get("exclusiveMaximum"))
    value = 1.0 if least is None else float(least) + (1 if "exclusiveMinimum" in schema else 0)
    if most is not None and value > float(most):
        value = float(most)
    return int(value) if whole else value


def _text(schema: Schema, name: str, mark: str) -> str:
    match schema.get("format"):
        case "uuid":
            return NOWHERE
        case "email":
            return f"{mark}@example.com"
        case "date":
            return "2026-03-01"
        case "date-time":
            return "2026-03-01T09:30:00Z"
        case "time":
            return "09:30:00Z"
        case "uri" | "url":
            return f"https://example.com/{mark}"
        case "password":
            return f"seven-quiet-lamps-{mark}"
    most, least = int(schema.get("maxLength", 200)), int(schema.get("minLength", 0))
    text = f"{mark} {name.replace('_', ' ')}" if most > len(mark) + len(name) else mark[:most]
    text = text.ljust(least, "x")
    pattern = schema.get("pattern")
    if pattern is None or _fits(pattern, text):
        return text
    for each in (mark, mark.upper(), f"{mark}@example.com", *PLAUSIBLE):
        if least <= len(each) <= most and _fits(pattern, each):
            return each
    return text


def _fits(pattern: str, text: str) -> bool:
    try:
        return re.search(pattern, text) is not None
    except re.error:
        return False
