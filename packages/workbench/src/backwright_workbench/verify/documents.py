"""OpenAPI documents of backends that Backwright did not write: found, read, and brought into one form.

What lives here: from a text to a document whose paths begin at the root of the server. What must not: whether the
document tells the truth, which checks find out.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from backwright_workbench.errors import UserError

PLACES = (
    "/openapi.json", "/api/openapi.json", "/api/v1/openapi.json", "/api/schema/", "/schema/", "/schema/openapi.json",
    "/api/schema", "/schema", "/openapi.yaml", "/openapi/", "/openapi", "/swagger.json", "/v3/api-docs",
)  # fmt: skip
"""Where frameworks publish it: FastAPI, django-ninja, drf-spectacular, Litestar, flask-smorest and others."""

READ = ("3.0", "3.1")
"""Versions of OpenAPI that checks understand."""

LARGEST = 20_000_000
"""Bytes: what is larger is no document that a person published."""


def found(ask: Callable[[str], str | None]) -> dict[str, Any]:
    """The document that is published at one of the usual places; empty if there is none.

    `ask` gives the text at a path. Raises `UserError` if what is published cannot be used.
    """
    refused: UserError | None = None
    for path in PLACES:
        text = ask(path)
        content = None if text is None else _content(text)
        if not isinstance(content, dict) or not {"openapi", "swagger"} & content.keys():
            continue
        try:
            return checked(content, path)
        except UserError as error:
            refused = refused or error
    if refused is not None:
        raise refused
    return {}


def read(text: str, where: str) -> dict[str, Any]:
    """A document from JSON or YAML. Raises `UserError` if it is none."""
    content = _content(text)
    if not isinstance(content, dict):
        raise UserError(
            "this is not an OpenAPI document",
            where=where,
            why="it holds neither a JSON nor a YAML mapping",
            next_step="give the file or address of an OpenAPI 3.0 or 3.1 document",
        )
    return checked(content, where)


def checked(content: dict[str, Any], where: str) -> dict[str, Any]:
    """The document as it is, if it is one that can be used. Raises `UserError`."""
    if str(content.get("swagger", "")).startswith("2"):
        raise UserError(
            "this is a Swagger 2.0 document",
            where=where,
            why="OpenAPI 3.0 and 3.1 are read; Swagger 2.0 says too little of bodies and answers",
            next_step="convert it, with swagger2openapi for one, and give the result with --openapi",
        )
    version = content.get("openapi")
    if not isinstance(version, str) or not version.startswith(READ):
        raise UserError(
            "this is not an OpenAPI document that can be read",
            where=where,
            why=f"`openapi` is {version!r}; 3.0 and 3.1 are read",
            next_step="give the file or address of an OpenAPI 3.0 or 3.1 document",
        )
    if not isinstance(content.get("paths", {}), dict):
        raise UserError(
            "this OpenAPI document has no paths", where=where, why="`paths` is not a mapping of paths"
        )
    return content


def rooted(document: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """The document with the path of its first server before each path, so that they begin at the root.

    `prefix` is used where it names no server.
    """
    if not document:
        return {}
    servers = document.get("servers")
    before = _path_of(servers[0]) if isinstance(servers, list) and servers else prefix
    before = before.rstrip("/")
    paths = {f"{before}{path}": item for path, item in (document.get("paths") or {}).items()}
    kept = {key: value for key, value in document.items() if key != "servers"}
    return {**kept, "paths": paths}


def _path_of(server: Any) -> str:
    if not isinstance(server, dict):
        return ""
    url = str(server.get("url", ""))
    for name, variable in (server.get("variables") or {}).items():
        url = url.replace(f"{{{name}}}", str(variable.get("default", "")))
    path = urlsplit(url).path
    return path if path.startswith("/") or not path else f"/{path}"


def _content(text: str) -> Any:
    """What a text holds as JSON or YAML; `None` if it is neither."""
    if len(text) > LARGEST:
        return None
    try:
        return json.loads(text)
    except ValueError:
        pass
    if text.lstrip()[:1] in ("<", ""):  # a page; reading it as YAML takes long and finds nothing
        return None
    try:
        # Through JSON, so that dates and keys that are numbers look as in a document that was JSON.
        return json.loads(json.dumps(YAML(typ="safe", pure=True).load(text), default=str))
    except (YAMLError, ValueError, TypeError):
        return None
