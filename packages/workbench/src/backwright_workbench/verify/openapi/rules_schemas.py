"""What Spectral's OWASP ruleset asks of schemas (API3 and API4:2023): nothing without bounds.

What lives here: one small function for each rule. What must not: what makes a schema invalid.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from backwright_workbench.verify.openapi.documents import Document, walk
from backwright_workbench.verify.openapi.rule import Found, Rule

BOUNDS = "whoever calls can make the service read, keep and compute as much as they like (OWASP API4:2023)"
FREE = "fields that nobody expects get in"
TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}


def of_type(document: Document, kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each schema that allows values of a type."""
    for at, part in walk(document):
        if isinstance(part, Mapping):
            told = part.get("type")
            if told == kind or (isinstance(told, list) and kind in told):
                yield at, part


def string_limit(document: Document) -> Found:
    """Texts have a length."""
    for at, schema in of_type(document, "string"):
        if not {"maxLength", "enum", "const"} & schema.keys():
            yield at, "a text without maxLength, enum or const"


def string_restricted(document: Document) -> Found:
    """Texts have a form."""
    for at, schema in of_type(document, "string"):
        if not {"format", "pattern", "enum", "const"} & schema.keys():
            yield at, "a text without format, pattern, enum or const"


def array_limit(document: Document) -> Found:
    """Lists have a length."""
    for at, schema in of_type(document, "array"):
        if "maxItems" not in schema:
            yield at, "a list without maxItems"


def array_items(document: Document) -> Found:
    """Lists say of what."""
    for at, schema in of_type(document, "array"):
        if not schema.get("items") and "prefixItems" not in schema:
            yield at, "a list without items"


def integer_limit(document: Document) -> Found:
    """Numbers have a smallest and a largest."""
    for at, schema in of_type(document, "integer"):
        for one, other in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
            if (one in schema) == (other in schema):
                if "enum" in schema or "const" in schema:
                    continue  # nothing else is allowed anyway
                yield at, f"a whole number needs {one} or {other}, one of them"


def integer_format(document: Document) -> Found:
    """Numbers say how wide they are."""
    for at, schema in of_type(document, "integer"):
        if "format" not in schema:
            yield at, "a whole number without format (int32 or int64)"


def free_fields(keyword: str) -> Callable[[Document], Found]:
    """Objects do not take any field at all."""

    def find(document: Document) -> Found:
        for at, schema in of_type(document, "object"):
            if schema.get(keyword):
                yield f"{at}/{keyword}", f"{keyword} lets other fields in"

    return find


def bounded_fields(keyword: str) -> Callable[[Document], Found]:
    """Where other fields are let in, there are not any number of them."""

    def find(document: Document) -> Found:
        for at, schema in of_type(document, "object"):
            told = schema.get(keyword)
            if isinstance(told, Mapping) and told and "maxProperties" not in schema:
                yield at, f"{keyword} lets other fields in, any number of them: no maxProperties"

    return find


def enum_once(document: Document) -> Found:
    """A choice is offered once."""
    for at, part in walk(document):
        told = part.get("enum") if isinstance(part, Mapping) else None
        if isinstance(told, list) and len({f"{type(each)}{each}" for each in told}) < len(told):
            yield f"{at}/enum", "the same value twice"


def enum_of_type(document: Document) -> Found:
    """Choices are of the type that is declared."""
    for at, part in walk(document):
        told, kind = (part.get("enum"), part.get("type")) if isinstance(part, Mapping) else (None, None)
        kinds = [kind] if isinstance(kind, str) else kind if isinstance(kind, list) else []
        allowed = tuple(each for name in kinds for each in TYPES.get(name, ()))
        for value in told if isinstance(told, list) and allowed else ():
            fits = isinstance(value, allowed) and (bool in allowed or not isinstance(value, bool))
            if not fits and not (value is None and part.get("nullable")):
                yield f"{at}/enum", f"{value!r} is not of type {kind}"


TABLE = (
    Rule("owasp:api4:2023-string-limit", string_limit, is_error=True, why=BOUNDS),
    Rule("owasp:api4:2023-string-restricted", string_restricted, why="what has no form cannot be checked"),
    Rule("owasp:api4:2023-array-limit", array_limit, is_error=True, why=BOUNDS),
    Rule("owasp:api4:2023-integer-limit", integer_limit, is_error=True, why=BOUNDS),
    Rule("owasp:api4:2023-integer-format", integer_format, is_error=True, why="clients choose a type by it"),
    Rule(
        "owasp:api3:2023-no-additionalProperties",
        free_fields("additionalProperties"),
        why=FREE,
        only_in="3.0",
    ),
    Rule(
        "owasp:api3:2023-constrained-additionalProperties", bounded_fields("additionalProperties"), why=BOUNDS
    ),
    Rule(
        "owasp:api3:2023-no-unevaluatedProperties",
        free_fields("unevaluatedProperties"),
        why=FREE,
        only_in="3.1",
    ),
    Rule(
        "owasp:api3:2023-constrained-unevaluatedProperties",
        bounded_fields("unevaluatedProperties"),
        why=BOUNDS,
    ),
    Rule("array-items", array_items, is_error=True, why="generated clients do not know what is in it"),
    Rule("duplicated-entry-in-enum", enum_once),
    Rule("typed-enum", enum_of_type),
)
