"""Every value in the OpenAPI document bounded: how long a text, how many items, how large a number.

What lives here: bounds for what no declaration bounds by itself. A client generator, a gateway and a reviewer want to
know them (OWASP API Security Top 10 2023, API4), and they are true: the runtime sends and takes nothing larger.
"""

from typing import Any, Final

Document = dict[str, Any]

LENGTHS: Final = {"uuid": 36, "date-time": 64, "date": 10, "email": 254, "uri": 2048, "uri-reference": 2048}
"""Characters of a formatted text."""

LONGEST: Final = 16_384
"""Characters of any other text, a header or a token."""

MOST: Final = 1_000
"""Items of a list that says nothing else."""

NO_NUL: Final = r"^[^\x00]*$"
_KEYWORDS: Final = ("properties", "$defs", "patternProperties")
_LISTS: Final = ("anyOf", "allOf", "oneOf", "prefixItems")


def bound(found: Document) -> None:
    """Fill in what is missing, in the whole document and in place."""
    for name, part in found.items():
        if name == "schema" and isinstance(part, dict):
            bound_schema(part)
        elif name == "schemas" and isinstance(part, dict):
            for each in part.values():
                bound_schema(each)
        elif name not in ("example", "examples") and isinstance(part, dict):
            bound(part)
        elif isinstance(part, list):
            for each in part:
                if isinstance(each, dict):
                    bound(each)


def bound_schema(schema: Document) -> None:
    """Fill in the bounds of one schema and of all that it is made of."""
    kinds = schema.get("type", ())
    kinds = (kinds,) if isinstance(kinds, str) else kinds
    if "string" in kinds and not {"enum", "const"} & schema.keys():
        schema.setdefault("maxLength", LENGTHS.get(schema.get("format", ""), LONGEST))
        if not {"format", "pattern", "contentMediaType"} & schema.keys():
            schema["pattern"] = NO_NUL
    if "array" in kinds:
        schema.setdefault("maxItems", MOST)
    if "integer" in kinds and not {"enum", "const"} & schema.keys():
        _bound_integer(schema)
    for keyword in _KEYWORDS:
        for each in schema.get(keyword, {}).values():
            bound_schema(each)
    for keyword in _LISTS:
        for each in schema.get(keyword, ()):
            bound_schema(each)
    for keyword in ("items", "additionalProperties"):
        if isinstance(schema.get(keyword), dict):
            bound_schema(schema[keyword])


def _bound_integer(schema: Document) -> None:
    is_wide = max(abs(schema.get("minimum", 0)), abs(schema.get("maximum", 2**31 - 1))) >= 2**31
    schema.setdefault("format", "int64" if is_wide else "int32")
    schema.setdefault("minimum", 0)
    schema.setdefault("maximum", 2**53 - 1 if schema["format"] == "int64" else 2**31 - 1)
