"""Attachments over HTTP: add, list, show, download, link, remove.

What lives here: rights, status codes, headers, ranges. What must not: what happens to bytes (`uploads.py`,
`storage.py`). Who may read a row may read its files; who may change it may add and remove them; both are
asked each time. A download never runs in the service's origin: it is saved, not shown, and sandboxed should a
browser show it anyway.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, cast
from uuid import UUID

import msgspec
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from backwright import attachment_contract as contract
from backwright import listing, paging, payloads
from backwright.access import Operation
from backwright.actor import Actor
from backwright.attachment_rows import Attachment, State, rows_of
from backwright.context import now
from backwright.direct_uploads import Announced, DirectUploads, Sent
from backwright.downloads import content
from backwright.errors import BadRequest, Conflict, Forbidden, NotFound
from backwright.idempotency_uploads import KeyedUploads
from backwright.routes import JSON, Ruled, route, row_id
from backwright.signed_links import PARAMETERS, SECONDS, Links
from backwright.uploads import Uploads

if TYPE_CHECKING:
    from backwright.resource import BoundResource
    from backwright.runtime import Runtime

Operate = Callable[["BoundResource", Request, Actor], Awaitable[Response]]

ENVELOPE: Final = 64 * 1024
"""Bytes of a request beside the file: boundaries and the part's headers."""

_READING: Final = frozenset({"list", "get", "download", "link"})
"""What whoever sees a row may do with its files."""

_FIRST: Final = UUID(int=0)


def routes_of(bound: "BoundResource", runtime: "Runtime") -> list[APIRoute]:
    """The routes of a resource's attachments."""
    declared = bound.resource.attachments
    assert declared is not None
    here = AttachmentRoutes(bound, runtime)
    many = f"{bound.path}/{{id}}/attachments"
    one = many + "/{attachment_id}"
    limit = declared.max_bytes + ENVELOPE
    found = [
        _route(bound, many, "GET", "list", here.list_all),
        _route(bound, many, "POST", "add", here.add, 201, limit),
        _route(bound, one, "GET", "get", here.get),
        _route(bound, one, "DELETE", "remove", here.remove, 204),
        _route(bound, one + "/content", "GET", "download", here.download),
        _route(bound, one + "/link", "POST", "link", here.link),
    ]
    if declared.direct:
        uploads = f"{bound.path}/{{id}}/uploads"
        found += [
            _route(bound, uploads, "POST", "begin", here.begin, 201),
            _route(bound, uploads + "/{attachment_id}/finish", "POST", "finish", here.finish),
        ]
    return found


def _route(
    bound: "BoundResource",
    path: str,
    method: str,
    verb: str,
    operate: Operate,
    status: int = 200,
    max_body_size: int | None = None,
) -> APIRoute:
    operation_id, described = contract.operation_id(bound, verb), contract.operation(bound, verb)
    needed = Operation.READ if verb in _READING else Operation.UPDATE
    ruled = Ruled(bound, needed, files=True, success=status)
    return route(ruled, path, method, operation_id, operate, described, max_body_size)


class AttachmentRoutes:
    """The handlers for one resource."""

    def __init__(self, bound: "BoundResource", runtime: "Runtime") -> None:
        assert bound.resource.attachments is not None
        self._bound = bound
        self._runtime = runtime
        self._rows = rows_of(runtime.database)
        self._uploads = Uploads(bound, bound.resource.attachments, runtime)
        self._direct = DirectUploads(bound, bound.resource.attachments, runtime, self._uploads)
        self._keyed = KeyedUploads(bound, contract.operation_id(bound, "add"))
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
        at = f"{bound.path}/{id_}/attachments"
        return await self._keyed.once(
            request,
            actor,
            lambda part, also: self._uploads.take(actor, id_, part, also),
            lambda found: _json(as_shown(found), 201, {"Location": f"{at}/{found.id}"}),
        )

    async def begin(self, bound: "BoundResource", request: Request, actor: Actor) -> Response:
        """`POST …/uploads`: a form that takes one file straight to the storage."""
        _no_query(request)
        id_ = await self._changeable(request, actor)
        announced = cast(Announced, await payloads.body(request, Announced))
        begun = await self._direct.begin(actor, id_, announced)
        shown = {"id": begun.id, "url": begun.ticket.url, "fields": begun.ticket.fields}
        where = f"{bound.path}/{id_}/uploads/{begun.id}/finish"
        return _json({**shown, "finish": where, "expires_at": begun.expires_at}, 201)

    async def finish(self, bound: "BoundResource", request: Request, actor: Actor) -> Response:
        """`POST …/uploads/{attachment_id}/finish`: verify what was sent; the attachment."""
        _no_query(request)
        id_ = await self._changeable(request, actor)
        sent = cast(Sent, await payloads.body(request, Sent))
        return _json(as_shown(await self._direct.finish(actor, id_, _attachment_id(request), sent)))

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
        direct = self._runtime.storage.direct
        if direct is not None:
            _refuse_quarantined(found)
            url = await direct.link(found.storage_key, found.name, found.media_type, SECONDS)
            return _json({"url": url, "expires_at": until})
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
        _refuse_quarantined(found)
        return await content(request, self._runtime.storage, found)

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


def _refuse_quarantined(found: Attachment) -> None:
    if found.state != State.READY:
        raise Conflict("This file waits to be examined and cannot be downloaded yet.")


def _missing() -> NotFound:
    return NotFound("There is no such attachment.")


def _no_query(request: Request) -> None:
    listing.refuse_unknown(listing.pairs(request.scope["query_string"]), ())


def _json(shown: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(
        msgspec.json.encode(shown), status, {"Cache-Control": "no-store", **(headers or {})}, JSON
    )
