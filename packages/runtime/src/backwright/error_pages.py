"""The page that every problem's `type` points to: one anchor for each kind of error.

What lives here: what a kind means and what the caller can do, in plain words, and the page made from it. The
page is served in production too, because problems are.
"""

from collections.abc import Mapping
from html import escape
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from backwright.errors import STATUS, TITLES, Kind
from backwright.guard import open_to_all

MEANING: Final[Mapping[Kind, tuple[str, str]]] = {
    Kind.BAD_REQUEST: (
        "The request has the wrong form: broken JSON, an unknown parameter, a cursor of another list.",
        "Compare the request with the API description; the answer names what it stumbled over.",
    ),
    Kind.UNAUTHENTICATED: (
        "There is no access token, or it is expired, revoked or not ours.",
        "Sign in or refresh, and send Authorization: Bearer <access token>.",
    ),
    Kind.FORBIDDEN: (
        "The caller is known, and none of their roles allows this.",
        "Ask an administrator for a role that does. Sending the request again will not help.",
    ),
    Kind.NOT_FOUND: (
        "Nothing is there, or the caller may not know that it is.",
        "Check the address and the id.",
    ),
    Kind.METHOD_NOT_ALLOWED: (
        "The address exists and does not take this method.",
        "The Allow header lists what it takes.",
    ),
    Kind.NOT_ACCEPTABLE: (
        "The answer cannot be given in any format that Accept names.",
        "Accept application/json.",
    ),
    Kind.CONFLICT: (
        "What is stored stands against it: a value that must be unique is taken, other rows refer to "
        "this one, or its state does not allow the move.",
        "Read the row again, settle the conflict, then send the request again.",
    ),
    Kind.GONE: ("This was offered once and is not any more.", "Use what the API description offers instead."),
    Kind.PRECONDITION_FAILED: (
        "If-Match names an older version: somebody else has changed the row.",
        "Read the row again, apply the change to what it is now, and send its new ETag.",
    ),
    Kind.RANGE_NOT_SATISFIABLE: (
        "The Range header asks for bytes that the file does not have.",
        "Ask for a range within the size that Content-Range names.",
    ),
    Kind.TOO_LARGE: (
        "A body, file or list is over its limit.",
        "Send less at once; the answer names the limit.",
    ),
    Kind.UNSUPPORTED_MEDIA_TYPE: (
        "The body comes in a format or encoding that is not taken here.",
        "Send Content-Type: application/json (or what the operation names) without Content-Encoding.",
    ),
    Kind.MISDIRECTED: (
        "The Host header names a host that is not served here.",
        "Use the address of the service.",
    ),
    Kind.INVALID: (
        "The content is well-formed and some values are not valid.",
        "errors[] lists every field at fault with a JSON Pointer; correct them all.",
    ),
    Kind.PRECONDITION_REQUIRED: (
        "This resource is changed only by those who say which version they have seen.",
        "Read the row and send its ETag as If-Match.",
    ),
    Kind.RATE_LIMITED: (
        "The caller has used up a quota; violated-policies names it.",
        "Wait for the seconds in Retry-After. RateLimit tells how much is left.",
    ),
    Kind.HEADERS_TOO_LARGE: ("The headers are too many or too large.", "Send fewer or smaller headers."),
    Kind.INTERNAL: (
        "Something went wrong on our side. Nothing was changed.",
        "Try again later. When reporting it, quote request_id: the log has the rest under it.",
    ),
    Kind.UNAVAILABLE: (
        "Something that is needed is busy or down, or the request took too long.",
        "Try again after the seconds in Retry-After.",
    ),
}

_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Errors</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>Errors</h1>
<p>Every answer that is not a success is a problem (RFC 9457): <code>application/problem+json</code> with
<code>type</code>, <code>title</code>, <code>status</code>, <code>code</code>, <code>request_id</code>,
and where it helps <code>detail</code> and <code>errors</code>.</p>
{sections}
</main></body></html>
"""


def page() -> str:
    """The page as HTML."""
    sections = "\n".join(
        f'<section id="{kind}"><h2>{STATUS[kind]} {escape(TITLES[kind])}</h2>'
        f"<p><code>{kind}</code></p><p>{escape(meaning)}</p><p>{escape(remedy)}</p></section>"
        for kind, (meaning, remedy) in MEANING.items()
    )
    return _PAGE.format(sections=sections)


_BODY: Final = page().encode()


@open_to_all
async def error_page(_: Request) -> Response:
    """GET /docs/errors."""
    return Response(_BODY, media_type="text/html", headers={"Cache-Control": "public, max-age=3600"})
