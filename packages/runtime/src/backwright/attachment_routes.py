"""Attachments over HTTP: add, list, show, download, link, remove.

What lives here: rights, status codes, headers, ranges. What must not: what happens to bytes (`uploads.py`,
`storage.py`). Who may read a row may read its files; who may change it may add and remove them; both are
asked each time. A download never runs in the service's origin: it is saved, not shown, and sandboxed should a
browser show it anyway.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import msgspec
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from backwright import attachment_contract as contract
from backwright import listing, paging
from backwright.actor import Actor
from backwright.attachment_rows import Attachment, State, rows_of
from backwright.context import now
from backwright.errors import MEDIA_TYPE, BadRequest, Conflict, Forbidden, Kind, NotFound, body
from backwright.errors import Error as ProblemError
from backwright.filenames import disposition
from backwright.multipart import FilePart
from backwright.routes import JSON, ResourceRoute, handle, row_id
from backwright.signed_links import PARAMETERS, SECONDS, Links
from backwright.sniffing import FORMATS
from backwright.uploads import Uploads

if TYPE_CHECKING:
    from backwright.resource import BoundResource
    from backwright.runtime import Runtime

Operate = Callable[["BoundResource", Request, Actor], Awaitable[Response]]

ENVELOPE: Final = 64 * 1024
"""Bytes of a request beside the file: boundaries and the part's headers."""

SANDBOX: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
    "Vary": "Authorization",
}

_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)
_FIRST: Final = UUID(int=0)


def routes_of(bound: "BoundResource", runtime: "Runtime") -> list[APIRoute]:
    """The routes of a resource's attachments."""
    declared = bound.resource.attachments
    assert declared is not None
    here = AttachmentRoutes(bound, runtime)
    many = f"{bound.path}/{{id}}/attachments"
    one = many + "/{attachment_id}"
    limit = declared.max_bytes + ENVELOPE
    return [
        _route(bound, many, "GET", "list", here.list_all),
        _route(bound, many, "POST", "add", here.add, 201, limit),
        _route(bound, one, "GET", "get", here.get),
        _route(bound, one, "DELETE", "remove", here.remove, 204),
        _route(bound, one + "/content", "GET", "download", here.download),
        _route(bound, one + "/link", "POST", "link", here.link),
    ]


def _route(
    bound: "BoundResource",
    path: str,
    method: str,
    verb: str,
    operate: Operate,
    status: int = 200,
    max_body_size: int | None = None,
) -> APIRoute:
    operation_id = contract.operation_id(bound, verb)

    async def endpoint(request: Request) -> Response:
        return await handle(bound, request, operate, operation_id)

    endpoint.__name__ = operation_id
    return ResourceRoute(
        path,
        endpoint,
        methods=[method],
        operation_id=operation_id,
        name=operation_id,
        status_code=status,
        tags=[bound.title_plural.capitalize()],
        response_class=Response,
        max_body_size=max_body_size,
        openapi_extra=contract.operation(bound, verb),
    )


class AttachmentRoutes:
    """The handlers for one resource."""

    def __init__(self, bound: "BoundResource", runtime: "Runtime") -> None:
        assert bound.resource.attachments is not None
        self._bound = bound
        self._runtime = runtime
        self._rows = rows_of(runtime.database)
        self._uploads = Uploads(bound, bound.resource.attachments, runtime)
        self._links = Links(runtime.settings.secret_key.get_secret_value().encode())

    async def list_all(self, bound: "BoundResource", request: Request, actor: Actor) -> Response:
        """`GET …/attachments`: one page, oldest first."""
        given = listing.pairs(request.scope["query_string"])
        listing.refuse_unknown(given, ("limit", "cursor"))
        limit, after = _limit(given.get("limit")), _cursor(given.get("cursor"))
        id_ = await self._readable(request, actor)
        found = await self._rows.page(bound.name, id_, after, limit + 1)
        shown = found[:limit]
        following = str(shown[-1].id) if len(found) > limit else None
        return _json({"items": [as_shown(each) for each in shown], "next": following})

    async def get(self, bound: "BoundResource", request: Request, actor: Actor) -> Response:
        """`GET …/attachments/{attachment_id}`: what is known about a file."""
        _no_query(request)
        return _json(as_shown(await self._one(request, await self._readable(request, actor))))

    async def add(self, bound: "BoundResource", request: Request, actor: Actor) -> Response:
        """`POST …/attachments`: take one file in."""
        _no_query(request)
        id_ = await self._changeable(request, actor)
        found = await self._uploads.take(actor, id_, await FilePart.receive(request))
        location = f"{bound.path}/{id_}/attachments/{found.id}"
        return _json(as_shown(found), 201, {"Location": location})

    async def remove(self, bound: "BoundResource", request: Request, actor: Actor) -> Response:
        """`DELETE …/attachments/{attachment_id}`: 204; again: 404."""
        _no_query(request)
        found = await self._one(request, await self._changeable(request, actor))
        async with self._runtime.database.work() as work:
            keys = await self._rows.remove(work, found)
            if not keys:
                raise _missing()
            await self._runtime.audit.record(
                work,
                action="attachment_removed",
                object_type=found.object_type,
                object_id=found.object_id,
                changes={"attachment": str(found.id), "name": found.name, "sha256": found.sha256},
            )
            work.after_commit(lambda: self._runtime.storage.delete_later(keys))
        return Response(status_code=204)

    async def link(self, bound: "BoundResource", request: Request, actor: Actor) -> Response:
        """`POST …/attachments/{attachment_id}/link`: an address that opens the file for five minutes."""
        _no_query(request)
        found = await self._one(request, await self._readable(request, actor))
        until = now().replace(microsecond=0) + timedelta(seconds=SECONDS)
        path = f"{bound.path}/{found.object_id}/attachments/{found.id}/content"
        return _json({"url": f"{path}?{self._links.sign(found.id, until)}", "expires_at": until})

    async def download(self, bound: "BoundResource", request: Request, actor: Actor) -> Response:
        """`GET …/attachments/{attachment_id}/content`: the bytes, whole or a range."""
        given = listing.pairs(request.scope["query_string"])
        listing.refuse_unknown(given, PARAMETERS)
        if given:
            self._links.check(_attachment_id(request), *(given.get(name, "") for name in PARAMETERS))
            found = await self._one(request, row_id(request))
        else:
            found = await self._one(request, await self._readable(request, actor))
        if found.state != State.READY:
            raise Conflict("This file waits to be examined and cannot be downloaded yet.")
        return await self._content(request, found)

    async def _content(self, request: Request, found: Attachment) -> Response:
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
            pieces = await self._runtime.storage.open(found.storage_key, start, length)
        except FileNotFoundError:
            raise _missing() from None
        headers["Content-Length"] = str(length)
        is_part = length < found.size
        if is_part:
            headers["Content-Range"] = f"bytes {start}-{start + length - 1}/{found.size}"
        return StreamingResponse(pieces, 206 if is_part else 200, headers, found.media_type)

    async def _readable(self, request: Request, actor: Actor) -> UUID:
        """The row's id, if the caller may see the row.

        Raises `NotFound`, or `Forbidden` if roles may see none.
        """
        id_ = row_id(request)
        if self._bound.view(actor.roles) is None:
            raise Forbidden(f"Your roles may not read {self._bound.title_plural}.")
        if not await self._bound.visible(actor, id_):
            raise NotFound(f"There is no such {self._bound.title}.")
        return id_

    async def _changeable(self, request: Request, actor: Actor) -> UUID:
        """The row's id, if the caller may change something of the row."""
        id_ = await self._readable(request, actor)
        if not await self._bound.updatable(actor, id_):
            raise Forbidden(
                f"Your roles may not change this {self._bound.title}, and so not its attachments."
            )
        return id_

    async def _one(self, request: Request, object_id: UUID) -> Attachment:
        found = await self._rows.one(self._bound.name, object_id, _attachment_id(request))
        if found is None:
            raise _missing()
        return found


def as_shown(found: Attachment) -> dict[str, Any]:
    """An attachment as it goes over the wire: everything but its place in the storage."""
    names = ("id", "name", "media_type", "size", "sha256", "state", "created_by", "created_at", "version")
    return {name: getattr(found, name) for name in names}


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
    refusal = ProblemError(f"The file has {size} bytes; the range lies outside.", kind=Kind.BAD_REQUEST)
    told = {**body(refusal), "title": "The range cannot be served", "status": 416}
    return Response(msgspec.json.encode(told), 416, {"Content-Range": f"bytes */{size}"}, MEDIA_TYPE)


def _limit(given: str | None) -> int:
    if given is None:
        return paging.DEFAULT_LIMIT
    if not (given.isascii() and given.isdigit() and 1 <= int(given[:9]) <= paging.MAX_LIMIT):
        raise BadRequest(f"limit must be a whole number from 1 to {paging.MAX_LIMIT}.")
    return int(given)


def _cursor(given: str | None) -> UUID:
    try:
        return UUID(given) if given is not None else _FIRST
    except ValueError:
        raise BadRequest("cursor is not one that a list has returned.") from None


def _attachment_id(request: Request) -> UUID:
    try:
        return UUID(request.path_params["attachment_id"])
    except ValueError:
        raise _missing() from None


def _missing() -> NotFound:
    return NotFound("There is no such attachment.")


def _no_query(request: Request) -> None:
    listing.refuse_unknown(listing.pairs(request.scope["query_string"]), ())


def _json(shown: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(
        msgspec.json.encode(shown), status, {"Cache-Control": "no-store", **(headers or {})}, JSON
    )
