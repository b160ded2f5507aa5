"""A request of each kind that a document describes: lists in each of their ways, single rows, writes, actions.

What lives here: making requests from an OpenAPI document and from rows that the backend shows. What must not: what
is measured while they are sent.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

import httpx2

from backwright_workbench.verify.openapi.documents import followed
from backwright_workbench.verify.stand.callers import Caller
from backwright_workbench.verify.stand.stand import Stand

METHODS: Final = ("get", "post", "patch", "put", "delete")

MARK: Final = "verify"

NOBODY: Final = {"text": f"{MARK} nobody", "uuid": "00000000-0000-7000-8000-000000000000"}
"""Values that no row has: without an index, all rows are read to see that."""

PAGES: Final = 4
"""How many pages a deep page lies behind."""

Schema = Mapping[str, Any]
Send = Callable[[], httpx2.Response]


@dataclass(frozen=True, slots=True)
class Request:
    """One request, and the operation that it is of."""

    operation: str
    role: str
    send: Send
    about: str = ""


@dataclass(slots=True)
class Exercise:
    """Requests to one stand, as one caller."""

    stand: Stand
    caller: Caller
    _client: httpx2.Client = field(init=False)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self._client = self.caller.client()

    def __enter__(self) -> "Exercise":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def operations(self) -> Iterator[tuple[str, str, Schema]]:
        """Method, path and description of each operation."""
        for path, item in self.stand.document.get("paths", {}).items():
            for method in METHODS:
                if method in item:
                    yield method, path, item[method]

    def lists(self) -> list[str]:
        """The paths that show pages of rows and need nothing else to be known."""
        found = []
        for method, path, operation in self.operations():
            names = {each["name"] for each in self.parameters(operation)}
            if method == "get" and "{" not in path and "limit" in names:
                found.append(path)
        return found

    def plain_gets(self) -> list[str]:
        """Other paths that can be read without knowing anything."""
        pages = set(self.lists())
        return [
            path
            for method, path, operation in self.operations()
            if method == "get"
            and "{" not in path
            and path not in pages
            and not any(each.get("required") for each in self.parameters(operation))
            and not path.startswith(("/health", "/metrics", "/docs", "/openapi"))
        ]

    def parameters(self, operation: Schema) -> list[Schema]:
        """Its parameters, references followed."""
        return [followed(self.stand.document, each) for each in operation.get("parameters") or ()]

    def get(self, path: str, **query: Any) -> httpx2.Response:
        """Ask for something."""
        return self._client.get(path, params=query)

    def rows(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """The rows of a page; none where it is refused."""
        answer = self.get(path, **query)
        body = answer.json() if answer.status_code == 200 else []
        items = body.get("items", body.get("results")) if isinstance(body, dict) else body
        return [each for each in items or () if isinstance(each, dict)]

    def of_list(self, path: str, *, ways: bool = True) -> Iterator[Request]:
        """A list in each of the ways that its parameters offer: filters, sorts, search; first and later pages."""
        operation = self.stand.document["paths"][path]["get"]
        parameters = {each["name"]: each for each in self.parameters(operation)}
        yield self._request(path, {}, "first page")
        yield from self._deep(path, {})
        if not ways:
            return
        rows = self.rows(path, limit=50)
        for name, parameter in parameters.items():
            for value in self._values(name, parameter, rows):
                yield self._request(path, {name: value}, f"{name}={value}")
                if name == "sort":
                    yield from self._deep(path, {name: value}, 1)

    def _deep(self, path: str, query: dict[str, Any], pages: int = PAGES) -> Iterator[Request]:
        cursor: list[str] = []

        def follow() -> httpx2.Response:
            answer = self.get(path, **query, limit=100, **({"cursor": cursor[-1]} if cursor else {}))
            body = answer.json() if answer.status_code == 200 else {}
            if isinstance(body, dict) and body.get("next"):
                cursor.append(str(body["next"]))
            return answer

        for page in range(1, pages + 2):
            if page == 1 or cursor:
                yield Request(f"GET {path}", self.caller.role, follow, f"{_told(query)} page {page}".strip())

    def _values(self, name: str, parameter: Schema, rows: list[dict[str, Any]]) -> list[Any]:
        """What to send for one parameter of a list."""
        schema = followed(self.stand.document, parameter.get("schema", {}))
        if parameter.get("in") != "query" or name in ("limit", "cursor", "offset", "page"):
            return []
        each = (
            followed(self.stand.document, schema.get("items", {}))
            if schema.get("type") == "array"
            else schema
        )
        if name in ("sort", "embed") or "enum" in each:
            options = list(each.get("enum", ()))
            return options if name == "sort" else options[:1]
        if schema.get("type") == "boolean":
            return ["true"]
        if name == "q":
            return sorted({word for row in rows[:3] for word in _words(row)})[:2]
        known = [row[key] for row in rows if (key := name.split("__")[0]) in row and row[key] is not None]
        nobody = [
            NOBODY[kind] for kind in [schema.get("format", "text")] if kind in NOBODY and "__" not in name
        ]
        return [*known[:1], *nobody]

    def of_row(self, path: str, row: Mapping[str, Any]) -> Request:
        """One row by its id."""
        return self._request(path.replace(_variable(path), str(row["id"])), {}, operation=f"GET {path}")

    def create(self, path: str, like: Mapping[str, Any]) -> Request | None:
        """A new row, like one that is there."""
        schema = self._body(self.stand.document["paths"][path].get("post", {}))
        if schema is None:
            return None

        def send() -> httpx2.Response:
            return self._client.post(path, json=self._filled(schema, like))

        return Request(f"POST {path}", self.caller.role, send)

    def update(self, path: str, row: Mapping[str, Any]) -> Request | None:
        """A change of one text of a row."""
        schema = self._body(self.stand.document["paths"][path].get("patch", {}))
        texts = [name for name, each in _properties(schema).items() if self._is_plain(each)]
        if schema is None or not texts or "id" not in row:
            return None
        place = path.replace(_variable(path), str(row["id"]))

        def send() -> httpx2.Response:
            tag = self._client.get(place).headers.get("etag")
            changed = {texts[0]: f"{MARK} {next(self._numbers)}"}
            return self._client.patch(place, json=changed, headers={"If-Match": tag} if tag else {})

        return Request(f"PATCH {path}", self.caller.role, send)

    def delete(self, path: str, row: Mapping[str, Any]) -> Request:
        """The end of one row."""
        place = path.replace(_variable(path), str(row["id"]))

        def send() -> httpx2.Response:
            tag = self._client.get(place).headers.get("etag")
            return self._client.delete(place, headers={"If-Match": tag} if tag else {})

        return Request(f"DELETE {path}", self.caller.role, send)

    def action(self, path: str, row: Mapping[str, Any], known: Mapping[str, Any]) -> Request:
        """What can be done with a row, with references that are known."""
        place = path.replace(_variable(path), str(row["id"]))
        schema = self._body(self.stand.document["paths"][path]["post"])
        home = path.rpartition("/")[0]

        def send() -> httpx2.Response:
            tag = self._client.get(home.replace(_variable(path), str(row["id"]))).headers.get("etag")
            body = self._filled(schema, {**row, **known}) if schema is not None else {}
            return self._client.post(place, json=body, headers={"If-Match": tag} if tag else {})

        return Request(f"POST {path}", self.caller.role, send)

    def plain(self, path: str) -> Request:
        """What can be read without knowing anything."""
        return self._request(path, {})

    def _request(self, path: str, query: dict[str, Any], about: str = "", *, operation: str = "") -> Request:
        return Request(operation or f"GET {path}", self.caller.role, lambda: self.get(path, **query), about)

    def _body(self, operation: Schema) -> Schema | None:
        content = followed(self.stand.document, operation.get("requestBody", {})).get("content", {})
        found = next((each for kind, each in content.items() if "json" in kind), None)
        return None if found is None else followed(self.stand.document, found.get("schema", {}))

    def _filled(self, schema: Schema, like: Mapping[str, Any]) -> dict[str, Any]:
        body: dict[str, Any] = {}
        for name, each in _properties(schema).items():
            value = like.get(name)
            kind = self._kind(each)
            if self._is_plain(each) and (value is not None or name in schema.get("required", ())):
                body[name] = f"{MARK} {next(self._numbers)}"
            elif kind.get("format") == "email":
                body[name] = f"{MARK}.{next(self._numbers)}@example.com"
            elif kind.get("format") == "uuid" and name not in schema.get("required", ()):
                continue
            elif value is not None:
                body[name] = value
        return body

    def _kind(self, schema: Schema) -> Schema:
        """A property's schema without the alternative of being empty."""
        schema = followed(self.stand.document, schema)
        for each in schema.get("anyOf", schema.get("oneOf", ())):
            found = followed(self.stand.document, each)
            if found.get("type") != "null":
                return dict(found)
        return dict(schema)

    def _is_plain(self, schema: Schema) -> bool:
        kind = self._kind(schema)
        is_text = kind.get("type") in ("string", ["string", "null"])
        fits = re.search(kind.get("pattern", ""), f"{MARK} 1") is not None
        return (
            is_text
            and fits
            and "enum" not in kind
            and "format" not in kind
            and kind.get("maxLength", 99) >= 20
        )


def _properties(schema: Schema | None) -> Mapping[str, Schema]:
    return {} if schema is None else schema.get("properties", {})


def _variable(path: str) -> str:
    return path[path.index("{") : path.index("}") + 1]


def _words(row: Mapping[str, Any]) -> list[str]:
    return [
        word
        for value in row.values()
        if isinstance(value, str)
        for word in value.split()
        if word.isalpha() and len(word) > 4
    ]


def _told(query: Mapping[str, Any]) -> str:
    return " ".join(f"{name}={value}" for name, value in query.items())
