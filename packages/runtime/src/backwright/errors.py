"""What can go wrong, and how it is told (RFC 9457).

Business code raises an `Error` with a *kind*; it knows no HTTP. `STATUS` is the one table that turns a kind
into a status, and `problem` the one place that turns an error into bytes. Nothing here may echo what the
caller sent, name SQL, or hold a stack: that belongs in the log line with the same request id.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import msgspec
from starlette.responses import Response

from backwright.context import current


class Kind(StrEnum):
    """Every kind of trouble, which is also the stable `code` in the body."""

    BAD_REQUEST = "bad_request"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    NOT_ACCEPTABLE = "not_acceptable"
    CONFLICT = "conflict"
    GONE = "gone"
    PRECONDITION_FAILED = "precondition_failed"
    TOO_LARGE = "too_large"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    RANGE_NOT_SATISFIABLE = "range_not_satisfiable"
    MISDIRECTED = "misdirected"
    INVALID = "invalid"
    PRECONDITION_REQUIRED = "precondition_required"
    RATE_LIMITED = "rate_limited"
    HEADERS_TOO_LARGE = "headers_too_large"
    INTERNAL = "internal"
    UNAVAILABLE = "unavailable"


STATUS: Final[Mapping[Kind, int]] = {
    Kind.BAD_REQUEST: 400,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.METHOD_NOT_ALLOWED: 405,
    Kind.NOT_ACCEPTABLE: 406,
    Kind.CONFLICT: 409,
    Kind.GONE: 410,
    Kind.PRECONDITION_FAILED: 412,
    Kind.TOO_LARGE: 413,
    Kind.UNSUPPORTED_MEDIA_TYPE: 415,
    Kind.RANGE_NOT_SATISFIABLE: 416,
    Kind.MISDIRECTED: 421,
    Kind.INVALID: 422,
    Kind.PRECONDITION_REQUIRED: 428,
    Kind.RATE_LIMITED: 429,
    Kind.HEADERS_TOO_LARGE: 431,
    Kind.INTERNAL: 500,
    Kind.UNAVAILABLE: 503,
}

TITLES: Final[Mapping[Kind, str]] = {
    Kind.BAD_REQUEST: "The request cannot be understood",
    Kind.UNAUTHENTICATED: "Sign in first",
    Kind.FORBIDDEN: "Not allowed",
    Kind.NOT_FOUND: "Not found",
    Kind.METHOD_NOT_ALLOWED: "Method not allowed",
    Kind.NOT_ACCEPTABLE: "No acceptable representation",
    Kind.CONFLICT: "Conflict with what is stored",
    Kind.GONE: "No longer offered",
    Kind.PRECONDITION_FAILED: "Changed in the meantime",
    Kind.TOO_LARGE: "Too large",
    Kind.UNSUPPORTED_MEDIA_TYPE: "Unsupported media type",
    Kind.RANGE_NOT_SATISFIABLE: "The range cannot be served",
    Kind.MISDIRECTED: "Unknown host",
    Kind.INVALID: "Some fields are not valid",
    Kind.PRECONDITION_REQUIRED: "If-Match is required",
    Kind.RATE_LIMITED: "Too many requests",
    Kind.HEADERS_TOO_LARGE: "Headers too large",
    Kind.INTERNAL: "Something went wrong on our side",
    Kind.UNAVAILABLE: "Not available right now",
}

TYPE_ROOT: Final = "/docs/errors#"
"""Where `type` points: a page that every service serves itself, one anchor per kind."""

MEDIA_TYPE: Final = "application/problem+json"


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field at fault: a JSON Pointer (RFC 6901) into the body, or a parameter's name, and what to change."""

    detail: str
    pointer: str | None = None
    parameter: str | None = None

    def as_dict(self) -> dict[str, str]:
        """The entry as it stands in `errors[]`."""
        found = {"detail": self.detail}
        if self.pointer is not None:
            found["pointer"] = _named(self.pointer)
        if self.parameter is not None:
            found["parameter"] = _named(self.parameter)
        return found


LONGEST_NAME: Final = 1_000
"""Characters that are said of a name; names come from callers and may be as long as a body."""


def _named(name: str) -> str:
    """A name that a caller sent, within what the OpenAPI document says of names: no NUL, not endless."""
    return name.replace("\x00", "\ufffd")[:LONGEST_NAME]


class Error(Exception):
    """A refusal that the caller gets to see. Raise a subclass, or this with a `kind`."""

    kind: Kind = Kind.BAD_REQUEST

    def __init__(
        self,
        detail: str = "",
        *,
        kind: Kind | None = None,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.kind = kind or type(self).kind
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})

    @property
    def status(self) -> int:
        """The HTTP status of this kind."""
        return STATUS[self.kind]


class BadRequest(Error):
    """The request has the wrong form: an unknown parameter, a broken cursor."""

    kind = Kind.BAD_REQUEST


class Unauthenticated(Error):
    """Nobody has proved who they are; always carries `WWW-Authenticate` (RFC 9110 §11.6.1)."""

    kind = Kind.UNAUTHENTICATED

    def __init__(self, detail: str = "Send a valid access token.", *, error: str = "") -> None:
        challenge = f'Bearer error="{error}"' if error else "Bearer"
        super().__init__(detail, headers={"WWW-Authenticate": challenge})


class Forbidden(Error):
    """The caller is known and may not."""

    kind = Kind.FORBIDDEN


class NotFound(Error):
    """Not there, or not to be seen by this caller: the answer is the same."""

    kind = Kind.NOT_FOUND


class Conflict(Error):
    """What is stored stands against it: a unique value taken, a state that does not allow the move."""

    kind = Kind.CONFLICT


class Invalid(Error):
    """The content is well-formed and wrong; `errors` names every field at once."""

    kind = Kind.INVALID


class PreconditionFailed(Error):
    """`If-Match` names another version than the stored one."""

    kind = Kind.PRECONDITION_FAILED


class PreconditionRequired(Error):
    """This resource is changed only with `If-Match` (RFC 6585 §3)."""

    kind = Kind.PRECONDITION_REQUIRED


class TooLarge(Error):
    """A body, file or count above its limit."""

    kind = Kind.TOO_LARGE


class UnsupportedMediaType(Error):
    """A body in a format that is not taken here."""

    kind = Kind.UNSUPPORTED_MEDIA_TYPE


class RateLimited(Error):
    """More requests than the policy allows."""

    kind = Kind.RATE_LIMITED


class Unavailable(Error):
    """A dependency is busy or down; `retry_after` is in seconds."""

    kind = Kind.UNAVAILABLE

    def __init__(self, detail: str = "Try again in a moment.", *, retry_after: int = 1) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after)})


def body(error: Error) -> dict[str, object]:
    """The problem object of `error`, with the id of the request under way."""
    found: dict[str, object] = {
        "type": TYPE_ROOT + error.kind,
        "title": TITLES[error.kind],
        "status": error.status,
        "code": error.kind.value,
        "request_id": current.get().request_id,
    }
    if error.detail:
        found["detail"] = error.detail
    if error.errors:
        found["errors"] = [each.as_dict() for each in error.errors]
    found.update(error.extra)
    return found


def problem(error: Error) -> Response:
    """The response for `error`: `application/problem+json`, never cached."""
    return Response(
        msgspec.json.encode(body(error)),
        status_code=error.status,
        headers={"Cache-Control": "no-store", **error.headers},
        media_type=MEDIA_TYPE,
    )
