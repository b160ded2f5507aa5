"""What each operation of a resource does with a request and answers.

What lives here: status codes, headers and bodies, operation by operation. What must not: SQL or access
rules, who asks and how often (`routes.py`), the reading of bodies (`payloads.py`), validators
(`conditional.py`).
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from backwright import conditional, listing, payloads, replies, scalars
from backwright.access import Operation
from backwright.actor import Actor
from backwright.conditional import JSON
from backwright.database import Fetch, Work
from backwright.errors import Error, FieldError, Forbidden, NotFound
from backwright.idempotency import unit
from backwright.payloads import MERGE_PATCH
from backwright.replies import Pair, Reply, Standing, pairs
from backwright.service import Action
from backwright.views import View

if TYPE_CHECKING:
    from backwright.bound_resource import BoundResource

Operate = Callable[["BoundResource", Request, Actor], Awaitable[Response]]

PRIVATE: Final = pairs(cache_control="private, no-cache", vary="Authorization, Accept-Encoding")
SHOWN: Final = Standing([*PRIVATE, replies.JSON])
UNCHANGED: Final = Standing(PRIVATE)
WRITTEN: Final = Standing([*pairs(cache_control="no-store"), replies.JSON])
_encode = msgspec.json.Encoder().encode


async def list_rows(bound: "BoundResource", request: Request, actor: Actor) -> Response:
    """`GET /{resource}`: one page of the rows that the caller may see."""
    view = bound.view(actor.roles)
    if view is None:
        raise Forbidden(f"Your roles may not read {bound.title_plural}.")
    given = listing.pairs(request.scope["query_string"])
    cursors = bound.cursors(actor)
    query = listing.parse(view, given, cursors.open)

    async def load(fetch: Fetch) -> bytes:
        page = await view.page(actor, query, fetch)
        found: dict[str, Any] = {"items": page.items}
        for name, cursor in (("next", page.next), ("prev", page.previous)):
            found[name] = cursors.seal(cursor, query.binding) if cursor else None
        if page.total is not None:
            found["total"] = {"count": page.total[0], "exact": page.total[1]}
        return _encode(found)

    relations = {*query.embeds, *(each.filter.relation for each in query.conditions if each.filter.relation)}
    body = await _cached(view, relations, request, actor, load)
    links = _links(request.scope["path"] + query.address, body)
    own = [(b"link", links.encode())] if links else []
    return _shown(request, body, f'"{conditional.digest(body)}"', own)


def _links(address: str, body: bytes) -> str:
    """The `Link` header (RFC 8288), which agrees with the body by being made from it."""
    # Rows come first and may hold anything, so the last place that looks like it is the right one.
    found = _cursors(b"{" + body[body.rfind(b'],"next":') + 2 :])
    links = (("next", found.next), ("prev", found.prev))
    return ", ".join(f'<{address}cursor={cursor}>; rel="{name}"' for name, cursor in links if cursor)


class _Cursors(msgspec.Struct):
    next: str | None = None
    prev: str | None = None


_cursors = msgspec.json.Decoder(_Cursors).decode


async def get_row(bound: "BoundResource", request: Request, actor: Actor) -> Response:
    """`GET /{resource}/{id}`: one row, with `ETag` and answers to `If-None-Match`."""
    view = bound.view(actor.roles)
    if view is None:
        raise Forbidden(f"Your roles may not read {bound.title_plural}.")
    embeds: tuple[str, ...] = ()
    if request.scope["query_string"]:
        given = listing.pairs(request.scope["query_string"])
        listing.refuse_unknown(given, ["embed"] if bound.resource.embeds else [])
        embeds = listing.embeds_of(view, given.get("embed"))
    id_ = row_text(request)

    async def load(fetch: Fetch) -> bytes:
        row = await view.get(actor, id_, embeds, fetch)
        if row is None:
            raise NotFound(f"There is no such {bound.title}.")
        return _encode(row)

    body = await _cached(view, embeds, request, actor, load)
    return _shown(request, body, conditional.row_tag(body))


async def create_row(bound: "BoundResource", request: Request, actor: Actor) -> Response:
    """`POST /{resource}`: a new row, 201 with `Location`."""
    _no_query(request)
    bound.writer(actor.roles).grants(Operation.CREATE)
    values = payloads.sent(await payloads.body(request, bound.create_model))
    where, row, database = unit(bound, request), None, bound.database
    plain = where is database and bound.is_plain(Operation.CREATE)
    if plain and database.writes_at_once:
        row = await bound.writer(actor.roles).at_once.create(actor, values)
    if row is None:
        carried_out = database.grouped if plain else where.repeatable
        row = await carried_out(lambda work: bound.service(actor, work).create(dict(values)))
    return _written(bound, row, 201)


async def create_rows(bound: "BoundResource", request: Request, actor: Actor) -> Response:
    """`POST /{resource}/bulk`: all of them or none."""
    _no_query(request)
    bound.writer(actor.roles).grants(Operation.CREATE)
    items = await payloads.items(request, bound)

    async def create_all(work: Work) -> list[dict[str, Any]]:
        service, rows = bound.service(actor, work), []
        for at, values in enumerate(items):
            try:
                rows.append(await service.create(dict(values)))
            except Error as error:
                error.errors = tuple(_within(at, each) for each in error.errors)
                error.detail = f"Item {at}: {error.detail} Nothing was created."
                raise
        return rows

    rows = await unit(bound, request).repeatable(create_all)
    return Response(_encode({"items": rows}), 201, media_type=JSON)


def _within(at: int, fault: FieldError) -> FieldError:
    return FieldError(fault.detail, pointer=f"/items/{at}{fault.pointer or ''}")


async def update_row(bound: "BoundResource", request: Request, actor: Actor) -> Response:
    """`PATCH /{resource}/{id}`: a merge patch (RFC 7396), guarded by `If-Match`."""
    _no_query(request)
    bound.writer(actor.roles).grants(Operation.UPDATE)
    id_, version = row_text(request), _expected(bound, request)
    changes = payloads.sent(await payloads.body(request, bound.update_model, MERGE_PATCH))
    row, database, plain = None, bound.database, bound.is_plain(Operation.UPDATE)
    if plain and database.writes_at_once:
        row = await bound.writer(actor.roles).at_once.update(actor, id_, changes, version)
    if row is None:
        carried_out = database.grouped if plain else database.repeatable
        row = await carried_out(
            lambda work: bound.service(actor, work).update(row_id(request), dict(changes), version=version)
        )
    return _written(bound, row, 200)


async def delete_row(bound: "BoundResource", request: Request, actor: Actor) -> Response:
    """`DELETE /{resource}/{id}`: 204; again: 404."""
    _no_query(request)
    bound.writer(actor.roles).grants(Operation.DELETE)
    id_, version = row_id(request), _expected(bound, request)
    await bound.database.repeatable(lambda work: bound.service(actor, work).delete(id_, version=version))
    return Response(status_code=204)


def act(action: Action) -> Operate:
    async def operate(bound: "BoundResource", request: Request, actor: Actor) -> Response:
        _no_query(request)
        bound.writer(actor.roles).action_grants(action.name)
        id_, version = row_id(request), _expected(bound, request)
        arguments: dict[str, Any] = {}
        if action.body is None:
            await payloads.no_body(request)
        else:
            arguments = dict((await payloads.body(request, action.body)).__dict__)
        row = await unit(bound, request).repeatable(
            lambda work: bound.service(actor, work).act(action, id_, arguments, version=version)
        )
        return _written(bound, row, 200)

    return operate


async def _cached(
    view: View,
    relations: Collection[str],
    request: Request,
    actor: Actor,
    load: Callable[[Fetch], Awaitable[bytes]],
) -> bytes:
    """The answer from the cache, if the resource has one and all callers with these roles get the same answer.

    What is encrypted in the database is not kept at all. What is shown to others too is as new as the database; a
    replica may answer for one caller only.
    """
    bound = view.bound
    database = bound.database
    declared = bound.resource.cache
    targets = [view.related(name) for name in relations]
    if declared is None or any(each.row_ruled or each.shows_encrypted for each in (view, *targets)):
        return await load(database.showing(actor))
    query = request.scope["query_string"].decode("latin-1")
    if "cursor=" in query:
        return await load(database.showing(actor))
    key = f"{request.scope['path']}?{query}|{view.named}"
    if any(each.bound.tenant_column is not None for each in (view, *targets)):
        key = f"{key}|{actor.tenant}"
    tags = (bound.name, *(each.bound.name for each in targets))
    return await bound.runtime.cache.through(
        key, partial(load, database.fetch), tags=tags, seconds=declared.seconds
    )


def row_id(request: Request) -> UUID:
    """The id in the path. What cannot be an id names nothing, so it is a 404. Raises `NotFound`."""
    try:
        return scalars.uuid(request.path_params["id"])
    except ValueError:
        raise NotFound("There is nothing with this id.") from None


def row_text(request: Request) -> str:
    """The same as text. Raises `NotFound`."""
    try:
        return scalars.uuid_text(request.path_params["id"])
    except ValueError:
        raise NotFound("There is nothing with this id.") from None


def _no_query(request: Request) -> None:
    if request.scope["query_string"]:
        listing.refuse_unknown(listing.pairs(request.scope["query_string"]), [])


def _expected(bound: "BoundResource", request: Request) -> int | None:
    return conditional.expected_version(request, required=bound.resource.require_match)


def _shown(request: Request, body: bytes, tag: str, own: Sequence[Pair] = ()) -> Response:
    """The body with its tag; or 304 without it, if the caller has just that one."""
    tagged = [*own, (b"etag", tag.encode())]
    if conditional.is_known(request, tag):
        return Reply(b"", 304, UNCHANGED, tagged)
    return Reply(body, 200, SHOWN, tagged)


def _written(bound: "BoundResource", row: Mapping[str, Any], status: int) -> Response:
    body = _encode(row)
    own = [(b"etag", conditional.row_tag(body, row["version"]).encode())]
    if status == 201:
        own.append((b"location", f"{bound.path}/{row['id']}".encode()))
    return Reply(body, status, WRITTEN, own)
