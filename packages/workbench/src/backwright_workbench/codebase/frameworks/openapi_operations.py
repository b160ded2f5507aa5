"""An OpenAPI or Swagger document → its operations, as a framework that routes by it sees them.

What lives here: paths, `operationId`, parameters, security. What must not: Python.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
CONTROLLERS = ("x-openapi-router-controller", "x-swagger-router-controller")
CHECKERS = ("x-bearerInfoFunc", "x-tokenInfoFunc", "x-tokenInfoUrl", "x-basicInfoFunc", "x-apikeyInfoFunc")
"""What makes a security scheme more than words: the function that looks at the token."""
SOURCES = {
    "path": "path",
    "query": "query",
    "header": "header",
    "cookie": "cookie",
    "formData": "form",
    "body": "body",
}
TYPES = {
    "integer": "builtins.int",
    "number": "builtins.float",
    "boolean": "builtins.bool",
    "string": "builtins.str",
}
LARGEST = 2_000_000
"""Characters of a document that is read."""


@dataclass(slots=True, eq=False)
class Described:
    """An operation of a document; `handler` is the full name of a function."""

    method: str
    path: str
    handler: str
    base: str
    line: int
    parameters: list[tuple[str, str, str]] = field(default_factory=list)
    """Name, source and type."""
    security: list[tuple[str, str, bool]] = field(default_factory=list)
    """Schemes that are checked: name, the function that checks, whether scopes are asked for."""
    allows_anonymous: bool = False


def described(text: str) -> list[Described]:
    """The operations of a document; none if it cannot be read."""
    document = _read(text)
    paths = document.get("paths") if isinstance(document, dict) else None
    if not isinstance(paths, dict):
        return []
    return list(_operations(document, paths))


def _read(text: str) -> Any:
    if len(text) > LARGEST:
        return None
    try:
        if text.lstrip().startswith("{"):
            return json.loads(text)
        return YAML(typ="rt", pure=True).load(text)
    except (YAMLError, ValueError, RecursionError, TypeError, AttributeError, LookupError, AssertionError):
        return None


def _operations(document: dict[str, Any], paths: dict[Any, Any]) -> Iterator[Described]:
    base = _base(document)
    for path, item in paths.items():
        item = _followed(document, item)
        for method in METHODS:
            operation = item.get(method)
            if isinstance(operation, dict):
                found = Described(
                    method.upper(), str(path), _handler(item, operation), base, _line(item, method)
                )
                shared = item.get("parameters")
                own = operation.get("parameters")
                for each in [
                    *(shared if isinstance(shared, list) else []),
                    *(own if isinstance(own, list) else []),
                ]:
                    found.parameters += _parameter(_followed(document, each))
                if "requestBody" in operation:
                    found.parameters.append(("", "body", ""))
                _secure(document, operation, found)
                yield found


def _handler(item: dict[str, Any], operation: dict[str, Any]) -> str:
    name = str(operation.get("operationId") or "")
    for key in CONTROLLERS:
        controller = operation.get(key) or item.get(key)
        if controller:
            return f"{controller}.{name}"
    return name


def _parameter(item: dict[str, Any]) -> list[tuple[str, str, str]]:
    source = SOURCES.get(str(item.get("in", "")))
    schema = item.get("schema")
    kind = str((schema if isinstance(schema, dict) else item).get("type", ""))
    return (
        [("" if source == "body" else str(item.get("name", "")), source, TYPES.get(kind, ""))]
        if source
        else []
    )


def _secure(document: dict[str, Any], operation: dict[str, Any], found: Described) -> None:
    asked = operation["security"] if "security" in operation else document.get("security")
    components = document.get("components")
    schemes = components.get("securitySchemes") if isinstance(components, dict) else None
    schemes = schemes if isinstance(schemes, dict) else document.get("securityDefinitions")
    for choice in asked if isinstance(asked, list) else []:
        if not isinstance(choice, dict):
            continue
        if not choice:
            found.allows_anonymous = True
        for name, scopes in choice.items():
            scheme = _followed(document, schemes.get(name)) if isinstance(schemes, dict) else {}
            checker = next((str(scheme[key]) for key in CHECKERS if scheme.get(key)), "")
            if checker:
                found.security.append((str(name), checker, bool(scopes)))


def _base(document: dict[str, Any]) -> str:
    servers = document.get("servers")
    if isinstance(servers, list) and servers and isinstance(servers[0], dict):
        url = str(servers[0].get("url", ""))
        return "/" + url.split("://", 1)[1].partition("/")[2] if "://" in url else url
    return str(document.get("basePath") or "")


def _followed(document: dict[str, Any], item: Any) -> dict[str, Any]:
    """A part of the document, or what its `$ref` points to."""
    for _ in range(5):
        if not isinstance(item, dict):
            return {}
        target = item.get("$ref")
        if not isinstance(target, str) or not target.startswith("#/"):
            return item
        found: Any = document
        for step in target[2:].split("/"):
            found = found.get(step) if isinstance(found, dict) else None
        item = found
    return {}


def _line(item: Any, key: str) -> int:
    """The line of a key, where the reader of the document remembers it."""
    lines = getattr(getattr(item, "lc", None), "data", None) or {}
    return int(lines[key][0]) + 1 if key in lines else 1
