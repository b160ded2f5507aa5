"""The bytes of an attachment as an answer: headers that keep it harmless, conditions, ranges.

What lives here: what RFC 9110 says about validators and ranges, and the sandbox. What must not: who may
download.
"""

import re
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from backwright.attachment_rows import Attachment
from backwright.errors import Error, Kind, NotFound, problem
from backwright.filenames import disposition
from backwright.sniffing import FORMATS
from backwright.storage import Storage

SANDBOX: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
    "Vary": "Authorization",
}

_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


async def content(request: Request, storage: Storage, found: Attachment) -> Response:
    """The file or the part of it that the request asks for. Raises `NotFound` if the storage has lost it."""
    tag = etag(found)
    headers = {
        **SANDBOX,
        "ETag": tag,
        "Accept-Ranges": "bytes",
        "Content-Disposition": disposition(found.name),
    }
    if matches(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    wanted = wanted_range(request, tag, found.size)
    if wanted is None:
        return _unsatisfiable(found.size)
    start, length = wanted
    try:
        pieces = await storage.open(found.storage_key, start, length)
    except FileNotFoundError:
        raise NotFound("There is no such attachment.") from None
    headers["Content-Length"] = str(length)
    is_part = length < found.size
    if is_part:
        headers["Content-Range"] = f"bytes {start}-{start + length - 1}/{found.size}"
    return StreamingResponse(pieces, 206 if is_part else 200, headers, found.media_type)


def etag(found: Attachment) -> str:
    """The validator of the content: its digest.

    Weak for text, which may be compressed on the way: a part of it must not be joined to a compressed
    beginning.
    """
    weak = "W/" if FORMATS[found.media_type].is_text else ""
    return f'{weak}"{found.sha256}"'


def matches(header: str | None, tag: str) -> bool:
    """Whether `If-None-Match` names this content (weak comparison, RFC 9110 §13.1.2)."""
    named = [each.strip().removeprefix("W/") for each in (header or "").split(",")]
    return header is not None and ("*" in named or tag.removeprefix("W/") in named)


def wanted_range(request: Request, tag: str, size: int) -> tuple[int, int] | None:
    """The (start, length) that a request asks for; none if it lies outside the file.

    One range is served; several, another unit or an outdated `If-Range` get the whole file, as RFC 9110 §14.2
    allows.
    """
    found = _RANGE.fullmatch(request.headers.get("range", "").strip())
    condition = request.headers.get("if-range")
    is_outdated = condition is not None and (condition != tag or tag.startswith("W/"))
    if found is None or found[1] == found[2] == "" or is_outdated:
        return 0, size
    if not found[1]:
        length = min(int(found[2]), size)
        return (size - length, length) if length else None
    start = int(found[1])
    last = min(int(found[2]), size - 1) if found[2] else size - 1
    if found[2] and int(found[2]) < start:
        return 0, size
    return (start, last - start + 1) if start < size else None


def _unsatisfiable(size: int) -> Response:
    headers = {"Content-Range": f"bytes */{size}"}
    detail = f"The file has {size} bytes; the range lies outside."
    return problem(Error(detail, kind=Kind.RANGE_NOT_SATISFIABLE, headers=headers))
