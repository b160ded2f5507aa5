"""The OpenAPI 3.1 document of a service.

What lives here: what all operations have in common (who may call, problems, rate-limit headers) and the
merging of what resources say about themselves. What must not: any knowledge of a single resource.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import BaseRoute

from backwright.errors import MEDIA_TYPE, STATUS, TITLES, TYPE_ROOT, Kind
from backwright.guard import needs_actor
from backwright.limits import QUOTA_EXCEEDED, Policy
from backwright.openapi_bounds import bound

Document = dict[str, Any]
METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
BEARER: Final = "bearer"
BEARER_ONLY: Final[Document] = {BEARER: []}
SESSION: Final = "session"
CSRF: Final = "csrf"
_REFERENCE: Final = re.compile(r"#/components/responses/(\w+)")

PROBLEM: Final[Document] = {
    "type": "object",
    "title": "Problem",
    "description": "A refusal or failure (RFC 9457).",
    "required": ["type", "title", "status", "code", "request_id"],
    "properties": {
        "type": {
            "type": "string",
            "format": "uri-reference",
            "description": "Where this kind of error is explained.",
        },
        "title": {
            "type": "string",
            "description": "The kind of error in words; always the same for a `code`.",
        },
        "status": {"type": "integer", "minimum": 400, "maximum": 599, "description": "The HTTP status."},
        "code": {
            "type": "string",
            "enum": [kind.value for kind in Kind],
            "description": "The kind of error.",
        },
        "request_id": {
            "type": "string",
            "description": "Names this request in our logs. Quote it in reports.",
        },
        "detail": {"type": "string", "description": "What happened this time and what to do."},
        "errors": {
            "type": "array",
            "description": "Every field at fault.",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {
                    "detail": {"type": "string"},
                    "pointer": {"type": "string", "description": "JSON Pointer (RFC 6901) into the body."},
                    "parameter": {"type": "string", "description": "The name of a parameter."},
                },
            },
        },
        "violated-policies": {
            "type": "array",
            "items": {"type": "string"},
            "description": "The rate limits that were exceeded.",
        },
    },
}

HEADERS: Final[Document] = {
    "RateLimit-Policy": {
        "description": "The quotas that apply: name, requests `q` in any window of `w` seconds.",
        "schema": {"type": "string"},
    },
    "RateLimit": {
        "description": "What is left: requests `r`, and the seconds `t` until there are more.",
        "schema": {"type": "string"},
    },
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}},
    "X-Request-Id": {"description": "Names this request in our logs.", "schema": {"type": "string"}},
    "Access-Control-Allow-Origin": {
        "description": "The calling page's origin, if it is one of those that may call; else absent.",
        "schema": {"type": "string"},
    },
    "Allow": {"description": "The methods that are taken here.", "schema": {"type": "string"}},
    "WWW-Authenticate": {"description": "How to prove who you are.", "schema": {"type": "string"}},
}
EVERYWHERE: Final = ("RateLimit-Policy", "RateLimit", "X-Request-Id", "Access-Control-Allow-Origin")
_OWN_HEADERS: Final = {
    Kind.UNAUTHENTICATED: ("WWW-Authenticate",),
    Kind.METHOD_NOT_ALLOWED: ("Allow",),
    Kind.RATE_LIMITED: ("Retry-After",),
    Kind.UNAVAILABLE: ("Retry-After",),
}


def document(
    *,
    title: str,
    description: str,
    version: str,
    server: str,
    policy: Policy,
    routes: Sequence[BaseRoute],
    components: Iterable[Mapping[str, Any]] = (),
) -> Document:
    """The whole document.

    `components` are those of the resources (`schemas`, `parameters`, `responses` …).
    """
    found = get_openapi(
        title=title,
        version=version,
        description=description,
        routes=routes,
        servers=[{"url": server, "x-internal": False}],
        contact={"name": title},
        openapi_version="3.1.0",
    )
    parts: Document = found.setdefault("components", {})
    for own in components:
        for section, entries in own.items():
            parts.setdefault(section, {}).update(entries)
    parts.setdefault("schemas", {})["Problem"] = PROBLEM
    parts.setdefault("headers", {}).update(limit_headers(policy))
    responses = {name(kind): response(kind) for kind in Kind}
    parts.setdefault("responses", {}).update(responses)
    schemes = parts.setdefault("securitySchemes", {})
    schemes[BEARER] = {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "The access token from `POST /auth/login`: a JWT, verified as in RFC8725.",
    }
    signed = set(_signed_in(routes))
    for path, method, operation in operations(found):
        complete(path, operation, signed_in=(path, method) in signed)
        if BEARER_ONLY in operation["security"]:
            more = [*programs(path, method, schemes), *cookie(method, schemes)]
            operation["security"] = [*operation["security"], *more]
    for unused in ("HTTPValidationError", "ValidationError"):
        parts["schemas"].pop(unused, None)
    used = set(_REFERENCE.findall(str(found["paths"])))
    for unused in responses.keys() - used:
        del parts["responses"][unused]
    shown = str([found["paths"], parts["responses"]])
    for unused in [each for each in parts["headers"] if f"#/components/headers/{each}'" not in shown]:
        del parts["headers"][unused]
    found["tags"] = [{"name": tag, "description": f"Operations on {tag.lower()}."} for tag in _tags(found)]
    bound(found)
    return found


def operations(found: Document) -> Iterator[tuple[str, str, Document]]:
    """Each operation as (path, method, operation)."""
    for path, item in found.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def complete(path: str, operation: Document, *, signed_in: bool) -> None:
    """Add what every operation says: who may call it, its problems and its headers."""
    operation.setdefault("description", operation.get("summary", path) + ".")
    operation.setdefault("security", [{BEARER: []}] if signed_in else [])
    responses: Document = operation.setdefault("responses", {})
    for status in [status for status, each in responses.items() if "HTTPValidationError" in str(each)]:
        del responses[status]
    for kind in kinds(path, operation):
        responses.setdefault(str(STATUS[kind]), {"$ref": f"#/components/responses/{name(kind)}"})
    for each in responses.values():
        if "$ref" not in each:
            for header in EVERYWHERE:
                each.setdefault("headers", {}).setdefault(header, {"$ref": f"#/components/headers/{header}"})
    operation["responses"] = dict(sorted(responses.items()))


def programs(path: str, method: str, schemes: Document) -> Iterator[Document]:
    """A program's token will do, too, where programs can get one; not for what manages accounts. A key neither."""
    if not path.startswith("/auth/"):
        kinds_of = {"oauth2"} if manages_accounts(path, method) else {"oauth2", "apiKey"}
        taken = (name for name, scheme in schemes.items() if name not in (SESSION, CSRF))
        yield from ({name: []} for name in taken if schemes[name]["type"] in kinds_of)


def cookie(method: str, schemes: Document) -> Iterator[Document]:
    """A browser's session will do, too, where there are any; for a write with its CSRF token."""
    if SESSION in schemes:
        yield {SESSION: []} if method in ("get", "head", "options") else {SESSION: [], CSRF: []}


def manages_accounts(path: str, method: str) -> bool:
    """Whether an operation changes accounts or their credentials, which no key may."""
    inside = path.removeprefix("/users").split("/") if f"{path}/".startswith("/users/") else []
    return bool(inside) and (method != "get" or len(inside) > 2)


def kinds(path: str, operation: Document) -> Iterator[Kind]:
    """The kinds of problems that the runtime itself may answer an operation with."""
    yield from (Kind.RATE_LIMITED, Kind.INTERNAL, Kind.UNAVAILABLE)
    if operation["security"]:
        yield from (Kind.UNAUTHENTICATED, Kind.FORBIDDEN)
    if "{" in path:
        yield Kind.NOT_FOUND
    if "requestBody" in operation:
        yield from (Kind.BAD_REQUEST, Kind.TOO_LARGE, Kind.UNSUPPORTED_MEDIA_TYPE, Kind.INVALID)
    elif operation.get("parameters"):
        yield from (Kind.BAD_REQUEST, Kind.INVALID)


def name(kind: Kind) -> str:
    """The name of a kind's response among the components: `not_found` → `NotFound`."""
    return "".join(part.capitalize() for part in kind.split("_"))


def response(kind: Kind) -> Document:
    """The response of a kind, with an example that is valid."""
    example: Document = {
        "type": QUOTA_EXCEEDED if kind is Kind.RATE_LIMITED else TYPE_ROOT + kind,
        "title": TITLES[kind],
        "status": STATUS[kind],
        "code": kind.value,
        "request_id": "0198f3c2a4d57b1e8c6f0a9d3e5b7c41",
    }
    if kind is Kind.INVALID:
        example["errors"] = [{"detail": "is required", "pointer": "/title"}]
    if kind is Kind.RATE_LIMITED:
        example["violated-policies"] = ["default"]
    headers = (*EVERYWHERE, *_OWN_HEADERS.get(kind, ()))
    return {
        "description": TITLES[kind],
        "headers": {header: {"$ref": f"#/components/headers/{header}"} for header in headers},
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}},
    }


def limit_headers(policy: Policy) -> Document:
    """The headers, with the service's own policy as their example."""
    found = {key: dict(value) for key, value in HEADERS.items()}
    found["RateLimit-Policy"]["example"] = policy.header
    found["RateLimit"]["example"] = f'"{policy.name}";r={policy.limit - 1};t={policy.window}'
    return found


def _signed_in(routes: Sequence[BaseRoute]) -> Iterator[tuple[str, str]]:
    """(path, method) of hand-written routes that need to know the actor."""
    for context in iter_route_contexts(list(routes)):
        if isinstance(context.original_route, APIRoute) and needs_actor(context):
            for method in context.methods or ():
                yield context.path_format or "", method.lower()


def _tags(found: Document) -> list[str]:
    tags = [tag for _, _, operation in operations(found) for tag in operation.get("tags", ())]
    return list(dict.fromkeys(tags))
