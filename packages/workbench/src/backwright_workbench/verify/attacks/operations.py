"""What a backend offers, by its OpenAPI document: operations, collections, and the schemas of what is sent.

What lives here: reading the document, also one that somebody else wrote. What must not: requests.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from backwright_workbench.verify.openapi.documents import followed

METHODS = ("get", "post", "put", "patch", "delete")
NOWHERE = "01935b2e-7c00-7000-8000-000000000000"
"""An id that no row has."""

PARAMETER = re.compile(r"{([^}:]+)(?::[^}]*)?}")
JSON = "application/json"

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """A method on a path, as the document describes it."""

    method: str
    path: str
    described: Mapping[str, Any] = field(repr=False, hash=False, compare=False)
    closed: bool
    """Whether the document says that it needs a signed-in caller."""
    parameters: tuple[Mapping[str, Any], ...] = field(default=(), repr=False, hash=False, compare=False)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def names(self) -> list[str]:
        """The parameters in its path."""
        return PARAMETER.findall(self.path)

    @property
    def ends_sessions(self) -> bool:
        """Whether it does something without being told to what, which is mostly to sign somebody out."""
        return self.method != "GET" and not self.names and "requestBody" not in self.described

    def at(self, values: Mapping[str, str] | None = None, default: str = NOWHERE) -> str:
        """Its path with values for the parameters."""
        given = values or {}
        return PARAMETER.sub(lambda found: quote(given.get(found[1], default), safe=""), self.path)

    def queried(self) -> list[str]:
        """The names of its query parameters."""
        return [str(each["name"]) for each in self.parameters if each.get("in") == "query"]


def operations(document: Mapping[str, Any]) -> list[Operation]:
    """Everything that a document names."""
    overall = document.get("security", [])
    found = []
    for path, item in document.get("paths", {}).items():
        shared = item.get("parameters", ())
        for method in METHODS:
            if method in item:
                said = item[method]
                security = said.get("security", overall)
                parameters = tuple(
                    resolved(each, document) for each in (*shared, *said.get("parameters", ()))
                )
                closed = bool(security) and {} not in security
                found.append(Operation(method.upper(), path, said, closed, parameters))
    return found


def resolved(schema: Schema, document: Mapping[str, Any]) -> Schema:
    """What a reference refers to; a schema that may be null without that; one of several that may be."""
    for _ in range(20):
        if "$ref" in schema:
            schema = followed(document, schema)
        elif "allOf" in schema:
            parts = [resolved(each, document) for each in schema["allOf"]]
            rest = {key: value for key, value in schema.items() if key != "allOf"}
            schema = _joined([*parts, rest])
        elif "anyOf" in schema or "oneOf" in schema:
            choices = [
                each
                for each in (*schema.get("anyOf", ()), *schema.get("oneOf", ()))
                if each.get("type") != "null"
            ]
            if not choices:
                return {}
            schema = choices[0]
        else:
            break
    return schema


def _joined(parts: list[Schema]) -> Schema:
    whole: dict[str, Any] = {}
    for part in parts:
        for key, value in part.items():
            if key == "properties":
                whole[key] = {**whole.get(key, {}), **value}
            elif key == "required":
                whole[key] = [*whole.get(key, []), *value]
            else:
                whole[key] = value
    return whole


def sent(operation: Operation, document: Mapping[str, Any]) -> Schema | None:
    """The schema of its JSON body; none if it takes none."""
    body = resolved(operation.described.get("requestBody", {}), document)
    for media, content in body.get("content", {}).items():
        if media.startswith(JSON):
            return resolved(content.get("schema", {}), document)
    return None


def takes_files(operation: Operation, document: Mapping[str, Any]) -> bool:
    """Whether it takes a form with a file called `file`."""
    body = resolved(operation.described.get("requestBody", {}), document)
    form = body.get("content", {}).get("multipart/form-data")
    return form is not None and "file" in resolved(form.get("schema", {}), document).get("properties", {})


def answered(operation: Operation, document: Mapping[str, Any]) -> Schema:
    """The schema of what it answers with success; empty if it says nothing."""
    for status, response in sorted(operation.described.get("responses", {}).items()):
        if str(status).startswith("2"):
            for media, content in resolved(response, document).get("content", {}).items():
                if media.startswith(JSON):
                    return resolved(content.get("schema", {}), document)
    return {}


@dataclass(frozen=True, slots=True)
class Collection:
    """A path that rows are added to and listed at, and what is done with one of them."""

    path: str
    one: str
    """The path of one row, `/orders/{id}`."""
    operations: Mapping[str, Operation]
    """`POST /orders` and whatever else begins with the path."""

    @property
    def key(self) -> str:
        """The parameter that names a row."""
        return str(PARAMETER.findall(self.one)[-1])

    @property
    def create(self) -> Operation | None:
        """What makes a row."""
        return self.operations.get(f"POST {self.path}")

    @property
    def list(self) -> Operation | None:
        """What lists rows."""
        return self.operations.get(f"GET {self.path}")

    def of_one(self, method: str) -> Operation | None:
        """What a method does with one row."""
        return self.operations.get(f"{method} {self.one}")

    def below(self) -> Iterator[Operation]:
        """Every operation about one row: itself, its actions, its files."""
        for operation in self.operations.values():
            if operation.path.startswith(self.one.rstrip("/")):
                yield operation


def collections(document: Mapping[str, Any]) -> list[Collection]:
    """Every collection: a path without parameters that has rows below it."""
    known = {str(each): each for each in operations(document)}
    paths = document.get("paths", {})
    found = []
    for path in paths:
        if PARAMETER.search(path):
            continue
        ones = [each for each in paths if re.fullmatch(re.escape(path.rstrip("/")) + r"/{[^}]+}/?", each)]
        if ones:
            mine = {
                name: each
                for name, each in known.items()
                if each.path == path or each.path.startswith(ones[0].rstrip("/"))
            }
            found.append(Collection(path, ones[0], mine))
    return found
