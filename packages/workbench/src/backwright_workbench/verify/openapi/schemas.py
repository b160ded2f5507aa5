"""Holding values against the schemas of an OpenAPI document.

What lives here: finding what in a value breaks its schema, and which of its fields no schema declares. What must not:
where values come from.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from backwright_workbench.verify.openapi.documents import Document, followed

ADDRESS = "urn:backwright:document"
BRANCHES = ("allOf", "anyOf", "oneOf")
OPEN = ("additionalProperties", "unevaluatedProperties", "patternProperties")


class Schemas:
    """All schemas of a document, each found by the place where it stands."""

    def __init__(self, document: Document) -> None:
        """OpenAPI 3.0 writes two things in its own way; they are put as JSON Schema does."""
        old = str(document.get("openapi", "")).startswith("3.0")
        self._document: Any = modern(document) if old else document
        resource = DRAFT202012.create_resource(self._document)
        self._registry: Any = Registry().with_resource(ADDRESS, resource)
        self._validators: dict[str, Draft202012Validator] = {}

    def faults(self, at: str, value: Any) -> list[tuple[str, str]]:
        """What in a value breaks the schema at this JSON pointer: place in the value, and what."""
        if at not in self._validators:
            self._validators[at] = Draft202012Validator(
                {"$ref": f"{ADDRESS}{encoded(at)}"},
                registry=self._registry,
                format_checker=Draft202012Validator.FORMAT_CHECKER,
            )
        try:
            found = [self._said(each) for each in self._validators[at].iter_errors(value)]
        except re.error:  # a pattern in the words of another language, which nothing here can try
            return []
        return sorted(found)

    def _said(self, error: ValidationError) -> tuple[str, str]:
        place = "".join(f"/{each}" for each in error.absolute_path)
        return place, error.message if len(error.message) <= 200 else f"{error.message[:200]}…"

    def undeclared(self, schema: Any, value: Any, at: str = "") -> Iterator[str]:
        """Each field of a value that its schema does not name, where it names fields and does not say that there may
        be others.
        """
        parts = list(self._parts(schema))
        if isinstance(value, Mapping):
            named: dict[str, list[Any]] = {}
            for part in parts:
                for name, each in part.get("properties", {}).items():
                    named.setdefault(name, []).append(each)
            others = [part[key] for part in parts for key in OPEN if part.get(key) not in (None, False)]
            for name, each in value.items():
                if name in named:
                    yield from self.undeclared({"anyOf": named[name]}, each, f"{at}/{name}")
                elif named and not others:
                    yield f"{at}/{name}"
        elif isinstance(value, list):
            items = [part["items"] for part in parts if isinstance(part.get("items"), Mapping)]
            for number, each in enumerate(value if items else ()):
                yield from self.undeclared({"anyOf": items}, each, f"{at}/{number}")

    def _parts(self, schema: Any, depth: int = 0) -> Iterator[Mapping[str, Any]]:
        """A schema and all that it is put together from, on the same level."""
        schema = followed(self._document, schema)
        if isinstance(schema, Mapping) and depth < 12:
            yield schema
            for branch in BRANCHES:
                for each in schema.get(branch) or ():
                    yield from self._parts(each, depth + 1)


def encoded(at: str) -> str:
    """A JSON pointer as the fragment of an address."""
    return "#" + "".join(
        each if each.isalnum() or each in "/~-._" else "".join(f"%{byte:02X}" for byte in each.encode())
        for each in at.removeprefix("#")
    )


def modern(part: Any) -> Any:
    """A part of an OpenAPI 3.0 document with its `nullable` and `exclusiveMinimum: true` as JSON Schema has them."""
    if isinstance(part, list):
        return [modern(each) for each in part]
    if not isinstance(part, Mapping):
        return part
    found = {key: modern(each) for key, each in part.items()}
    for limit, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(found.get(exclusive), bool) and found.pop(exclusive) and limit in found:
            found[exclusive] = found.pop(limit)
    if found.get("nullable") is True and isinstance(found.get("type"), str):
        found["type"] = [found["type"], "null"]
        if isinstance(found.get("enum"), list) and None not in found["enum"]:
            found["enum"] = [*found["enum"], None]
    elif found.get("nullable") is True and any(key in found for key in ("$ref", *BRANCHES)):
        found = {"anyOf": [{key: each for key, each in found.items() if key != "nullable"}, {"type": "null"}]}
    return found
