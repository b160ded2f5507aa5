"""The HTTP side of a resource: requests in, calls to the service, bytes out.

What lives here: the routes and what each operation answers. What must not: SQL or access rules, bodies
(`payloads.py`), validators (`conditional.py`). Each route is an ordinary FastAPI `APIRoute`; its handler
takes the request directly (`get_route_handler` is FastAPI's own seam for that), because solving
dependencies and a response model would cost more than the work itself.
"""

from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from backwright import conditional, contract, listing, payloads, scalars
from backwright.access import Operation
from backwright.actor import ANONYMOUS, Actor
from backwright.conditional import JSON
from backwright.context import current
from backwright.errors import Error, FieldError, Forbidden, Kind, NotFound, Unauthenticated, problem
from backwright.hosts import limit_key
from backwright.payloads import MERGE_PATCH
from backwright.service import Action
from backwright.views import View

if TYPE_CHECKING:
    from backwright.bound_resource import BoundResource

Operate = Callable[["BoundResource", Request, Actor], Awaitable[Response]]
Handler = Callable[[Request], Coroutine[Any, Any, Response]]

PRIVATE: Final = {"Cache-Control": "private, no-cache", "Vary": "Authorization, Accept-Encoding"}
_encode = msgspec.json.Encoder().encode


class ResourceRoute(APIRoute):
    """A route that applies its resource's declared access itself."""

    guarded = True

    def get_route_handler(self) -> Handler:
        """The endpoint itself: it takes the request and returns the response."""
        return cast(Handler, self.endpoint)


def routes_of(bound: "BoundResource") -> list[APIRoute]:
    """Every route of a resource."""
    one, name = bound.path + "/{id}", bound.name
    single = contract.singular(bound)
    found = [
        _route(bound, bound.path, "GET", f"list_{name}", list_rows),
        _route(bound, bound.path, "POST", f"create_{single}", create_row, 201),
        _route(bound, one, "GET", f"get_{single}", get_row),
        _route(bound, one, "PATCH", f"update_{single}", update_row),
        _route(bound, one, "DELETE", f"delete_{single}", delete_row, 204),
    ]
    if bound.resource.bulk:
        found.append(_route(bound, bound.path + "/bulk", "POST", f"create_{name}_in_bulk", create_rows, 201))
    for action in bound.actions.values():
        segment = action.name.replace("_", "-")
        found.append(_route(bound, f"{one}/{segment}", "POST", f"{action.name}_{single}", _act(action)))
    if bound.resource.attachments is not None:
        from backwright.attachments import attachment_routes

        found += attachment_routes(bound, bound.runtime)
    return found


def _route(
    bound: "BoundResource", path: str, method: str, operation_id: str, operate: Operate, status: int = 200
) -> APIRoute:
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
        openapi_extra=contract.operation(bound, operation_id),
    )


async def handle(bound: "BoundResource", request: Request, operate: Operate, operation_id: str) -> Response:
    """Who asks, how often, may they, do it; a refusal becomes a problem."""
    actor = ANONYMOUS
    try:
        actor = current.get().actor = await _actor(bound, request)
        if bound.limit is None:
            return await operate(bound, request, actor)
        key = f"user:{actor.id}" if actor.id else limit_key(current.get().client_ip)
        verdict = await bound.runtime.limiter.enforce(bound.limit, key)
        response = await operate(bound, request, actor)
        response.headers.update(verdict.headers())
        return response
    except Forbidden as error:
        if actor.is_anonymous:
            return problem(Unauthenticated())
        await bound.runtime.audit.denied(operation_id, bound.name, _logged_id(request))
        return problem(error)
    except Error as error:
        if error.kind is Kind.INTERNAL:
            raise
        return problem(error)


async def _actor(bound: "BoundResource", request: Request) -> Actor:
    given = request.headers.getlist("authorization")
    if not given:
        return ANONYMOUS
    if len(given) > 1 or bound.runtime.accounts is None:
        raise Unauthenticated(error="invalid_request")
    return await bound.runtime.accounts.authenticate(given[0])


async def list_rows(bound: "BoundResource", request: Request, actor: Actor) -> Response:
    """`GET /{resource}`: one page of the rows that the caller may see."""
    view = bound.view(actor.roles)
    if view is None:
        raise Forbidden(f"Your roles may not read {bound.title_plural}.")
    given = listing.pairs(request.scope["query_string"])
    query = listing.parse(view, given, bound.sealer.open)

    async def load() -> bytes:
        page = await view.page(actor, query)
        found: dict[str, Any] = {"items": page.items}
        for name, cursor in (("next", page.next), ("prev", page.previous)):
            found[name] = bound.sealer.seal(cursor, query.binding) if cursor else None
        if page.total is not None:
            found["total"] = {"count": page.total[0], "exact": page.total[1]}
        return _encode(found)

    relations = {*query.embeds, *(each.filter.relation for each in query.conditions if each.filter.relation)}
    body = await _cached(view, relations, request, load)
    links = _links(request, given, body)
    headers = {**PRIVATE, **({"Link": links} if links else {})}
    return conditional.answer(request, body, f'"{conditional.digest(body)}"', headers)


def _links(request: Request, given: Mapping[str, str], body: bytes) -> str:
    """The `Link` header (RFC 8288), which agrees with the body by being made from it."""
    found = msgspec.json.decode(body, type=_Cursors)
    links = []
    for relation, cursor in (("next", found.next), ("prev", found.prev)):
        if cursor:
            target = request.scope["path"] + "?" + urlencode({**given, "cursor": cursor})
            links.append(f'<{target}>; rel="{relation}"')
    return ", ".join(links)


class _Cursors(msgspec.Struct):
    next: str | None = None
    prev: str | None = None


async def get_row(bound: "BoundResource", request: Request, actor: Actor) -> Response:
    """`GET /{resource}/{id}`: one row, with `ETag` and answers to `If-None-Match`."""
    view = bound.view(actor.roles)
    if view is None:
        raise Forbidden(f"Your roles may not read {bound.title_plural}.")
    given = listing.pairs(request.scope["query_string"])
    listing.refuse_unknown(given, ["embed"] if bound.resource.embeds else [])
    embeds = listing.embeds_of(view, given.get("embed"))
    id_ = row_id(request)

    async def load() -> bytes:
        row = await view.get(actor, id_, embeds)
        if row is None:
            raise NotFound(f"There is no such {bound.title}.")
        return _encode(row)

    body = await _cached(view, embeds, request, load)
    return conditional.answer(request, body, conditional.row_tag(body), PRIVATE)


async def create_row(bound: "BoundResource", request: Request, actor: Actor) -> Response:
    """`POST /{resource}`: a new row, 201 with `Location`."""
    _no_query(request)
    bound.writer(actor.roles).grants(Operation.CREATE)
    values = payloads.sent(await payloads.body(request, bound.create_model))
    async with bound.database.work() as work:
        row = await bound.service(actor, work).create(values)
    return _written(bound, row, 201)


async def create_rows(bound: "BoundResource", request: Request, actor: Actor) -> Response:
    """`POST /{resource}/bulk`: all of them or none."""
    _no_query(request)
    bound.writer(actor.roles).grants(Operation.CREATE)
    items = await payloads.items(request, bound)
    rows = []
    async with bound.database.work() as work:
        service = bound.service(actor, work)
        for at, values in enumerate(items):
            try:
                rows.append(await service.create(values))
            except Error as error:
                error.errors = tuple(_within(at, each) for each in error.errors)
                error.detail = f"Item {at}: {error.detail} Nothing was created."
                raise
    return Response(_encode({"items": rows}), 201, media_type=JSON)


def _within(at: int, fault: FieldError) -> FieldError:
    return FieldError(fault.detail, pointer=f"/items/{at}{fault.pointer or ''}")


async def update_row(bound: "BoundResource", request: Request, actor: Actor) -> Response:
    """`PATCH /{resource}/{id}`: a merge patch (RFC 7396), guarded by `If-Match`."""
    _no_query(request)
    bound.writer(actor.roles).grants(Operation.UPDATE)
    id_, version = row_id(request), _expected(bound, request)
    changes = payloads.sent(await payloads.body(request, bound.update_model, MERGE_PATCH))
    async with bound.database.work() as work:
        row = await bound.service(actor, work).update(id_, changes, version=version)
    return _written(bound, row, 200)


async def delete_row(bound: "BoundResource", request: Request, actor: Actor) -> Response:
    """`DELETE /{resource}/{id}`: 204; again: 404."""
    _no_query(request)
    bound.writer(actor.roles).grants(Operation.DELETE)
    id_, version = row_id(request), _expected(bound, request)
    async with bound.database.work() as work:
        await bound.service(actor, work).delete(id_, version=version)
    return Response(status_code=204)


def _act(action: Action) -> Operate:
    async def act(bound: "BoundResource", request: Request, actor: Actor) -> Response:
        _no_query(request)
        bound.writer(actor.roles).action_grants(action.name)
        id_, version = row_id(request), _expected(bound, request)
        arguments: dict[str, Any] = {}
        if action.body is None:
            await payloads.no_body(request)
        else:
            arguments = dict((await payloads.body(request, action.body)).__dict__)
        async with bound.database.work() as work:
            row = await bound.service(actor, work).act(action, id_, arguments, version=version)
        return _written(bound, row, 200)

    return act


async def _cached(
    view: View, relations: Collection[str], request: Request, load: Callable[[], Awaitable[bytes]]
) -> bytes:
    """The answer from the cache, if the resource has one and all callers with these roles get the same answer."""
    bound = view.bound
    declared = bound.resource.cache
    targets = [view.related(name) for name in relations]
    if declared is None or any(each.row_ruled for each in (view, *targets)):
        return await load()
    query = request.scope["query_string"].decode("latin-1")
    if "cursor=" in query:
        return await load()
    key = f"{request.scope['path']}?{query}|{','.join(sorted(view.roles))}"
    tags = (bound.name, *(each.bound.name for each in targets))
    return await bound.runtime.cache.through(key, load, tags=tags, seconds=declared.seconds)


def row_id(request: Request) -> UUID:
    """The id in the path. What cannot be an id names nothing, so it is a 404. Raises `NotFound`."""
    try:
        return scalars.uuid(request.path_params["id"])
    except ValueError:
        raise NotFound("There is nothing with this id.") from None


def _logged_id(request: Request) -> UUID | None:
    try:
        return scalars.uuid(request.path_params.get("id"))
    except ValueError:
        return None


def _no_query(request: Request) -> None:
    listing.refuse_unknown(listing.pairs(request.scope["query_string"]), [])


def _expected(bound: "BoundResource", request: Request) -> int | None:
    return conditional.expected_version(request, required=bound.resource.require_match)


def _written(bound: "BoundResource", row: Mapping[str, Any], status: int) -> Response:
    body = _encode(row)
    headers = {"ETag": conditional.row_tag(body, row["version"]), "Cache-Control": "no-store"}
    if status == 201:
        headers["Location"] = f"{bound.path}/{row['id']}"
    return Response(body, status, headers, JSON)


__all__ = ["JSON", "ResourceRoute", "handle", "routes_of", "row_id"]
