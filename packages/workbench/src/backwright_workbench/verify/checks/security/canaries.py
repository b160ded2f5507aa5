"""Values that are recognised wherever they turn up again, and requests that are full of them.

What lives here: filling the requests of an OpenAPI document. What must not: sending them, or looking for them
(`logs.py`).
"""

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import quote

from backwright_workbench.verify.openapi.documents import followed

SECRET = re.compile(
    r"pass(?:word|wd|phrase)|secret|token|api_?key|private_?key|credential|assertion|(?:^|_)otp$|^code$|recovery",
    re.IGNORECASE,
)
"""Names of what nobody but sender and receiver may see."""

NOBODY = "018f3b6e-0000-7000-8000-000000000001"
"""The id of a row that there is not."""

DEEPEST = 6
METHODS = ("get", "post", "put", "patch", "delete")
FORGED = "forged-line-of-a-caller"
BREAK = f'\r\n{{"level":"INFO","event":"{FORGED}"}}\r\n'
"""What a caller would write to add a line to a log."""


@dataclass(slots=True)
class Canaries:
    """Makes values and remembers them: what may not be seen at all, and what belongs to the business."""

    secret: dict[str, str] = field(default_factory=dict)
    """Value → where it was sent."""
    business: dict[str, str] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(10_001))

    def make(self, where: str, *, secret: bool) -> str:
        """A new one, good enough for a password."""
        value = f"Kq7{'Zx' if secret else 'Bz'}{next(self._numbers)}wmV4canary"
        (self.secret if secret else self.business)[value] = where
        return value


@dataclass(frozen=True, slots=True)
class Sent:
    """One request, ready to be sent."""

    operation: str
    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    form: Mapping[str, str] | None = None


def requests(document: Mapping[str, Any], canaries: Canaries, ids: Mapping[str, str]) -> Iterator[Sent]:
    """Two for each operation: as it should be, and wrong. `ids` are rows that there are, by the path of their list.

    What deletes, and what ends the caller's own session, comes last.
    """
    paths = document.get("paths", {})
    operations = [(path, method) for path in paths for method in METHODS if method in paths[path]]

    def turn(operation: tuple[str, str]) -> tuple[bool, bool, bool, str, int]:
        path, method = operation
        ends = any(word in path for word in ("logout", "password", "sessions"))
        return ends, "/auth" in path, method == "delete", path, METHODS.index(method)

    for path, method in sorted(operations, key=turn):
        shared = paths[path].get("parameters", [])
        yield from _of_operation(document, method, path, shared, canaries, ids)


def _of_operation(
    document: Mapping[str, Any],
    method: str,
    path: str,
    shared: list[Any],
    canaries: Canaries,
    ids: Mapping[str, str],
) -> Iterator[Sent]:
    name = f"{method.upper()} {path}"
    described = document["paths"][path][method]
    parameters = [followed(document, each) for each in (*shared, *described.get("parameters", []))]
    query = {
        each["name"]: canaries.make(
            f"{each['name']} in the query of {name}", secret=bool(SECRET.search(each["name"]))
        )
        for each in parameters
        if each.get("in") == "query" and _kind(document, each.get("schema", {})) == "string"
    }
    content = followed(document, described.get("requestBody", {})).get("content", {})
    known = ids.get(path.partition("/{")[0], NOBODY)
    right = re.sub(r"\{[^}]+\}", NOBODY, path.replace(re.sub(r"[^{]*(\{[^}]+\}).*", r"\1", path), known, 1))
    wrong = re.sub(
        r"\{[^}]+\}",
        lambda _: quote(canaries.make(f"the path of {name}", secret=False) + BREAK, safe=""),
        path,
    )
    for number, at in enumerate((right, wrong)):
        broken = BREAK if number else ""
        body, form = None, None
        if "application/json" in content or any("json" in each for each in content):
            schema = next(one.get("schema", {}) for each, one in content.items() if "json" in each)
            body = fill(document, schema, canaries, name, broken)
            if number and isinstance(body, dict):
                body |= {
                    "unknown": canaries.make(f"an unknown field of {name}", secret=False) + broken,
                    "version": "x",
                }
        elif "application/x-www-form-urlencoded" in content:
            filled = fill(
                document,
                content["application/x-www-form-urlencoded"].get("schema", {}),
                canaries,
                name,
                broken,
            )
            form = {key: str(value) for key, value in filled.items()} if isinstance(filled, dict) else {}
        sent = query if number else {}
        yield Sent(
            name, method.upper(), at, {key: value + broken for key, value in sent.items()}, {}, body, form
        )


def credentials(canaries: Canaries) -> Iterator[dict[str, str]]:
    """Headers of somebody who is not let in."""

    def new(where: str) -> str:
        return canaries.make(where, secret=True)

    pair = f"somebody:{new('Authorization: Basic')}"
    yield {"Authorization": f"Bearer {new('Authorization: Bearer')}"}
    yield {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
    yield {"Authorization": new("Authorization without a scheme")}
    yield {"Authorization": f"ApiKey {new('Authorization: ApiKey')}"}
    yield {"Cookie": f"session={new('a cookie')}; __Host-session={new('a cookie')}"}
    yield {
        "X-API-Key": new("X-API-Key"),
        "X-Auth-Token": new("X-Auth-Token"),
        "Proxy-Authorization": new("Proxy-Authorization"),
    }


def fill(
    document: Mapping[str, Any],
    schema: Any,
    canaries: Canaries,
    where: str,
    end: str,
    name: str = "",
    depth: int = 0,
) -> Any:
    """A value for a schema; texts are canaries. It need not be accepted."""
    schema = followed(document, schema)
    if depth > DEEPEST or not isinstance(schema, dict):
        return None
    for key in ("anyOf", "oneOf", "allOf"):
        for each in schema.get(key, ()):
            if followed(document, each).get("type") != "null":
                return fill(document, each, canaries, where, end, name, depth)
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][0]
    kind = _kind(document, schema)
    if kind == "object" or "properties" in schema:
        return {
            key: fill(document, each, canaries, where, end, key, depth + 1)
            for key, each in schema.get("properties", {}).items()
        }
    if kind == "array":
        return [fill(document, schema.get("items", {}), canaries, where, end, name, depth + 1)]
    if kind in ("integer", "number"):
        return schema.get("minimum", 1)
    if kind == "boolean":
        return True
    return _text(schema, canaries, f"{name} in the body of {where}", end, secret=bool(SECRET.search(name)))


def _text(schema: Mapping[str, Any], canaries: Canaries, where: str, end: str, *, secret: bool) -> str:
    known = {
        "date": "2026-03-01",
        "date-time": "2026-03-01T08:00:00Z",
        "uuid": NOBODY,
    }
    form = str(schema.get("format", ""))
    if form in known and not end:
        return known[form]
    value = canaries.make(where, secret=secret)
    if form in ("email", "idn-email") and not end:
        return f"{value.lower()}@example.com"
    return value + end


def _kind(document: Mapping[str, Any], schema: Any) -> str:
    schema = followed(document, schema)
    kind = schema.get("type", "string") if isinstance(schema, dict) else "string"
    if isinstance(kind, list):
        return str(next((each for each in kind if each != "null"), "string"))
    return str(kind)
