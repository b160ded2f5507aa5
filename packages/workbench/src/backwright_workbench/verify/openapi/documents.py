"""Finding one's way in an OpenAPI document: operations, references, places as JSON pointers.

What lives here: reading. What must not: judging what is read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Document = Mapping[str, Any]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

DEEPEST = 40
"""References that are followed one after the other; a cycle ends there."""

LITERAL = ("example", "examples", "default", "enum", "const")
"""What stands below these is a value, not part of the document."""


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of a document; `parameters` are its own and those of its path, references followed."""

    path: str
    method: str
    described: Document
    parameters: tuple[Document, ...]
    is_closed: bool
    """Whether it asks for credentials."""

    def __str__(self) -> str:
        """As people write it: `GET /work-orders/{id}`."""
        return f"{self.method.upper()} {self.path}"

    @property
    def pointer(self) -> str:
        """Where it stands."""
        return pointer("paths", self.path, self.method)


def operations(document: Document) -> Iterator[Operation]:
    """Each operation, in the order of the document."""
    for path, item in paths(document):
        shared = item.get("parameters", ())
        for method in METHODS:
            described = item.get(method)
            if isinstance(described, Mapping):
                given = {
                    (each.get("in"), each.get("name")): each
                    for each in (
                        followed(document, one) for one in (*shared, *described.get("parameters", ()))
                    )
                }
                security = described.get("security", document.get("security", ()))
                closed = bool(security) and not any(not each for each in security)
                yield Operation(path, method, described, tuple(given.values()), closed)


def paths(document: Document) -> Iterator[tuple[str, Document]]:
    """Each path with what is said of it."""
    for path, item in (document.get("paths") or {}).items():
        if isinstance(item, Mapping):
            yield path, followed(document, item)


def responses(document: Document, operation: Operation) -> Iterator[tuple[str, Document]]:
    """Each declared response by its status, references followed."""
    for status, each in (operation.described.get("responses") or {}).items():
        yield str(status), followed(document, each)


def contents(document: Document, operation: Operation) -> Document:
    """The media types of the body that an operation takes."""
    body: Document = followed(document, operation.described.get("requestBody") or {})
    found: Document = body.get("content") or {}
    return found


def pointer(*parts: object) -> str:
    """A JSON pointer (RFC 6901) as a fragment: `#/paths/~1users/get`."""
    return "/".join(("#", *(str(each).replace("~", "~0").replace("/", "~1") for each in parts)))


def resolved(document: Document, reference: str) -> Any:
    """What a reference within the document leads to. Raises `LookupError` if it leads nowhere."""
    found: Any = document
    for part in reference.removeprefix("#").split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(found, Mapping):
            found = found[name]
        elif isinstance(found, list) and name.isdigit():
            found = found[int(name)]
        else:
            raise LookupError(reference)
    return found


def followed(document: Document, part: Any) -> Any:
    """A part, or what it refers to; an empty one if that is not in the document."""
    for _ in range(DEEPEST):
        reference = part.get("$ref") if isinstance(part, Mapping) else None
        if not isinstance(reference, str):
            return part
        try:
            part = resolved(document, reference) if reference.startswith("#") else {}
        except LookupError:
            return {}
    return {}


def walk(part: Any, at: str = "#") -> Iterator[tuple[str, Any]]:
    """Every object and list below `part` with its place; not into examples and other values."""
    yield at, part
    if isinstance(part, Mapping):
        is_named = at.endswith(("/properties", "/schemas", "/patternProperties", "/$defs", "/parameters"))
        for key, each in part.items():
            if key not in LITERAL or is_named:
                yield from walk(each, f"{at}{pointer(key)[1:]}")
    elif isinstance(part, list):
        for number, each in enumerate(part):
            yield from walk(each, f"{at}/{number}")


def differences(left: Any, right: Any, at: str = "#") -> Iterator[tuple[str, str, str]]:
    """Each place in which two documents differ: the place, what is left, what is right; empty: nothing."""
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        for key in sorted({*left, *right}, key=str):
            below = f"{at}{pointer(key)[1:]}"
            if key not in left or key not in right:
                yield below, "something" if key in left else "", "something" if key in right else ""
            else:
                yield from differences(left[key], right[key], below)
    elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for number, (one, other) in enumerate(zip(left, right, strict=True)):
            yield from differences(one, other, f"{at}/{number}")
    elif left != right:
        yield at, f"{left!r:.80}", f"{right!r:.80}"
