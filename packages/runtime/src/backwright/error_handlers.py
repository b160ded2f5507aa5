"""Every refusal of the framework as a problem (RFC 9457), in the same form as our own.

What lives here: the handlers that an application registers. What must not: any echo of what the caller sent.
"""

from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from backwright.bodies import BodyTooLarge, too_large
from backwright.errors import STATUS, Error, FieldError, Kind, NotFound, problem

KIND_OF: Final[Mapping[int, Kind]] = {status: kind for kind, status in STATUS.items()}
CLIENT_CLOSED: Final = 499
"""The status that is logged and counted when the caller has gone before the answer."""

Handler = Callable[[Request, Any], Coroutine[Any, Any, Response]]


async def on_error(_: Request, error: Error) -> Response:
    """Our own refusals. A kind `internal` is a defect, so it goes on to the log with its cause."""
    if error.kind is Kind.INTERNAL:
        raise error
    return problem(error)


async def on_http_exception(request: Request, error: HTTPException) -> Response:
    """What Starlette, FastAPI and hand-written routes raise, 404 and 405 of the router included."""
    if isinstance(error, BodyTooLarge):
        return problem(too_large(error.limit))
    if error.status_code < 400:
        return Response(status_code=error.status_code, headers=error.headers)
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = ", ".join(allowed_methods(request.app.routes, request.scope["path"]))
        return problem(Error(kind=Kind.METHOD_NOT_ALLOWED, headers=headers))
    if error.status_code == 401:
        headers.setdefault("WWW-Authenticate", "Bearer")
    kind = KIND_OF.get(error.status_code, Kind.INTERNAL if error.status_code >= 500 else Kind.BAD_REQUEST)
    return problem(Error(kind=kind, headers=headers))


async def on_invalid(_: Request, error: RequestValidationError) -> Response:
    """Parameters and bodies that FastAPI refuses: all fields at once, none of their values."""
    found = error.errors()
    if any(each["loc"][:1] == ("path",) for each in found):
        return problem(NotFound())  # an id that cannot exist names nothing
    if any(each["type"] == "json_invalid" for each in found):
        return problem(Error("The body is not valid JSON.", kind=Kind.INVALID))
    return problem(Error(kind=Kind.INVALID, errors=field_errors(found)))


async def on_exception(_: Request, error: Exception) -> Response:
    """Anything else: the caller learns the request id, the log has the rest.

    One who has left learns nothing.
    """
    if isinstance(error, ClientDisconnect):
        return Response(status_code=CLIENT_CLOSED)
    return problem(Error(kind=Kind.INTERNAL))


def handlers() -> dict[int | type[Exception], Handler]:
    """The handlers of an application."""
    return {
        Error: on_error,
        HTTPException: on_http_exception,
        RequestValidationError: on_invalid,
        Exception: on_exception,
    }


def allowed_methods(routes: Iterable[BaseRoute], path: str) -> Sequence[str]:
    """Every method that some route takes at `path`.

    The router itself names only those of the first that fits.
    """
    found: set[str] = set()
    for context in iter_route_contexts(list(routes)):
        pattern = getattr(context._effective_route, "path_regex", None)
        if pattern is not None and pattern.match(path):
            found |= context.methods or set()
    return sorted(found | {"HEAD"} if "GET" in found else found)


def field_errors(found: Iterable[Mapping[str, Any]]) -> list[FieldError]:
    """Pydantic's errors as ours: a JSON Pointer for the body, a name for a parameter, a sentence without the
    value.
    """
    errors = []
    for each in found:
        place, *path = each["loc"]
        if place == "body":
            errors.append(FieldError(sentence(each), pointer=pointer(path)))
        else:
            errors.append(FieldError(sentence(each), parameter=str(path[0]) if path else str(place)))
    return errors


def pointer(path: Iterable[str | int]) -> str:
    """A JSON Pointer (RFC 6901)."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def sentence(error: Mapping[str, Any]) -> str:
    """What to change. A message that quotes the value gives way to a plain one."""
    message = str(error.get("msg", "")).removeprefix("Value error, ")
    given = error.get("input")
    quoted = isinstance(given, str) and len(given) > 2 and given in message
    if not message or quoted or error.get("type") in ("union_tag_invalid", "value_error.email"):
        return "is not valid"
    return message[0].lower() + message[1:]
