"""The first three requests to a service: lines that work when they are pasted into a shell.

What lives here: choosing them, from the OpenAPI document that the service serves and one row that it holds.
What must not: sending any.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from shlex import quote
from typing import Any

Document = Mapping[str, Any]

TOKEN_OF = 'sed -n \'s/.*"access_token": *"\\([^"]*\\)".*/\\1/p\''  # noqa: S105 a sed program
"""Takes the access token out of the answer to a login, with what every shell has."""

AUTHORIZED = '-H "Authorization: Bearer $TOKEN"'
JSON_BODY = "-H 'Content-Type: application/json'"


@dataclass(frozen=True, slots=True)
class Login:
    """An account that can sign in, for one role."""

    role: str
    email: str
    password: str


def tour(
    base: str, document: Document, logins: Sequence[Login], first_row: Callable[[str], Document], stamp: str
) -> str:
    """What somebody sees who has just started a service: addresses, logins, and lines to paste.

    `first_row` gives a row that a path lists, or an empty one.
    """
    admin = next(login for login in logins if login.role == "admin")
    lines = [
        "",
        f"{document['info']['title']} is served.",
        "",
        f"  API     {base}",
        f"  docs    {base}/docs",
        f"  health  {base}/health/ready",
        "",
        "Logins (the password is DEV_PASSWORD in .env):",
        *(f"  {login.role:<12}  {login.email:<28}  {login.password}" for login in logins),
        "",
        "Try it, from another terminal:",
        f"  {login_line(base, admin)}",
    ]
    path = main_collection(document)
    if path is not None:
        row = first_row(path)
        lines += [
            f"  {list_line(base, document, path, row)}",
            f"  {create_line(base, document, path, row, stamp)}",
        ]
    return "\n".join([*lines, "", "Ctrl-C stops it."])


def main_collection(document: Document) -> str | None:
    """The path whose resource has the most to show: a list with filters, a create, and actions.

    `None`: there is none.
    """
    paths: Document = document["paths"]
    found = [
        path
        for path, item in paths.items()
        if "get" in item and "post" in item and _create_schema(document, path)
    ]

    def weight(path: str) -> tuple[int, int]:
        operations = sum(other.startswith(f"{path}/") for other in paths)
        return operations, len(paths[path]["get"].get("parameters", ()))

    return max(found, key=weight, default=None)


def login_line(base: str, login: Login) -> str:
    """Signs in and keeps the access token in `$TOKEN`."""
    body = quote(json.dumps({"email": login.email, "password": login.password}))
    return f"TOKEN=$(curl -fsS -X POST {base}/auth/login {JSON_BODY} -d {body} | {TOKEN_OF})"


def list_line(base: str, document: Document, path: str, row: Document) -> str:
    """Lists rows, filtered so that `row` is among them."""
    offered = {each.get("name") for each in document["paths"][path]["get"].get("parameters", ())}
    shown = _shown(document, path)
    filters = [
        f"{name}={row[name]}"
        for name, schema in shown.items()
        if name in offered and "enum" in schema and row.get(name) is not None
    ]
    return f"curl -fsS {AUTHORIZED} {quote(f'{base}{path}?' + '&'.join([*filters[:2], 'limit=3']))}"


def create_line(base: str, document: Document, path: str, row: Document, stamp: str) -> str:
    """Creates a row like the example in the document.

    References point where those of `row` do; `stamp` keeps texts unique.
    """
    schema = _create_schema(document, path)
    properties = schema.get("properties", {})
    example = next(iter(schema.get("examples", [{}])))
    body = {
        name: _value(name, value, properties.get(name, {}), row, stamp) for name, value in example.items()
    }
    sent = quote(json.dumps(body, ensure_ascii=False))
    return f"curl -fsS -X POST {AUTHORIZED} {JSON_BODY} -d {sent} {base}{path}"


def _value(name: str, value: Any, schema: Document, row: Document, stamp: str) -> Any:
    if schema.get("format") == "uuid":
        return row.get(name) or value
    if not isinstance(value, str) or "enum" in schema or "$ref" in schema:
        return value
    if "@" in value:
        return value.replace("@", f".{stamp}@", 1)
    stamped = f"{value} {stamp}"
    fits = len(stamped) <= schema.get("maxLength", 0) and re.search(schema.get("pattern", ""), stamped)
    return stamped if fits and schema.get("type") == "string" and "format" not in schema else value


def _create_schema(document: Document, path: str) -> Document:
    content = document["paths"][path]["post"].get("requestBody", {}).get("content", {})
    found = _resolved(document, content.get("application/json", {}).get("schema", {}))
    return found if found.get("type") == "object" else {}


def _shown(document: Document, path: str) -> Document:
    answer = document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    items = _resolved(document, answer).get("properties", {}).get("items", {}).get("items", {})
    found: Document = _resolved(document, items).get("properties", {})
    return found


def _resolved(document: Document, schema: Document) -> Document:
    reference = re.fullmatch(r"#/components/schemas/(\w+)", schema.get("$ref", ""))
    return document["components"]["schemas"][reference[1]] if reference else schema
