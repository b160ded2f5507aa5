"""The HTTP side of a resource: requests in, calls to the service, bytes out.

What lives here: status codes, headers, conditional requests. What must not: SQL or access rules. Each route is an
ordinary FastAPI `APIRoute`; its handler takes the request directly (`get_route_handler` is FastAPI's own seam for that),
because solving dependencies and a response model would cost more than the work itself.
"""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from backwright import contract, listing
from backwright.actor import ANONYMOUS, Actor
from backwright.context import current
from backwright.error_handlers import pointer, sentence
from backwright.errors import (
    Error,
    FieldError,
    Forbidden,
    Invalid,
    Kind,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    TooLarge,
    Unauthenticated,
    UnsupportedMediaType,
    problem,
)
from backwright.hosts import limit_key
from backwright.service import Action

if TYPE_CHECKING:
    from backwright.resource import BoundResource

Operate = Callable[["BoundResource", Request, Actor], Awaitable[Response]]

JSON: Final = "application/json"
MERGE_PATCH: Final = "application/merge-patch+json"
PRIVATE: Final = {"Cache-Control": "private, no-cache", "Vary": "Authorization"}
_encode = msgspec.json.Encoder().encode


class ResourceRoute(APIRoute):
    """A route that applies its resource's declared access itself."""

    guarded = True

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The endpoint itself: it takes the request and returns the response."""
        return self.endpoint  # type: ignore[no-any-return]


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
        if bound.limit is not None:
            key = f"user:{actor.id}" if actor.id else limit_key(current.get().client_ip)
            await bound.runtime.limiter.enforce(bound.limit, key)
        return await operate(bound, request, actor)
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

    body = await _cached(bound, actor, view.row_ruled, request, load, query.embeds)
    links = _links(request, given, body)
    headers = {**PRIVATE, **({"Link": links} if links else {})}
    return _conditional(request, body, f'"{_digest(body)}"', headers)


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

    body = await _cached(bound, actor, view.row_ruled, request, load, embeds)
    return _conditional(request, body, _etag(body), PRIVATE)


async def create_row(bound: "BoundResource", request: Request, actor: Actor) -> Response:
    """`POST /{resource}`: a new row, 201 with `Location`."""
    _no_query(request)
    model = await _body(request, bound.create_model)
    async with bound.database.work() as work:
        row = await bound.service(actor, work).create(_sent(model))
    return _written(bound, row, 201)


async def create_rows(bound: "BoundResource", request: Request, actor: Actor) -> Response:
    """`POST /{resource}/bulk`: all of them or none."""
    _no_query(request)
    items = await _items(request, bound)
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
    id_, version = row_id(request), _expected(bound, request)
    changes = _sent(await _body(request, bound.update_model, MERGE_PATCH))
    async with bound.database.work() as work:
        row = await bound.service(actor, work).update(id_, changes, version=version)
    return _written(bound, row, 200)


async def delete_row(bound: "BoundResource", request: Request, actor: Actor) -> Response:
    """`DELETE /{resource}/{id}`: 204; again: 404."""
    _no_query(request)
    id_, version = row_id(request), _expected(bound, request)
    async with bound.database.work() as work:
        await bound.service(actor, work).delete(id_, version=version)
    return Response(status_code=204)


def _act(action: Action) -> Operate:
    async def act(bound: "BoundResource", request: Request, actor: Actor) -> Response:
        _no_query(request)
        id_, version = row_id(request), _expected(bound, request)
        model = await _body(request, action.body) if action.body else await _no_body(request)
        arguments = {name: getattr(model, name) for name in type(model).model_fields} if model else {}
        async with bound.database.work() as work:
            row = await bound.service(actor, work).act(action, id_, arguments, version=version)
        return _written(bound, row, 200)

    return act


async def _cached(
    bound: "BoundResource",
    actor: Actor,
    row_ruled: bool,
    request: Request,
    load: Callable[[], Awaitable[bytes]],
    embeds: tuple[str, ...],
) -> bytes:
    """The answer from the cache if the resource has one and the answer is the same for all callers of these roles."""
    declared = bound.resource.cache
    targets = [bound.embeds[name].target for name in bound.embeds]
    views = [bound.runtime.resources[target].view(actor.roles) for target in targets]
    if declared is None or row_ruled or any(view is not None and view.row_ruled for view in views):
        return await load()
    key = f"{request.scope['path']}?{request.scope['query_string'].decode('latin-1')}|{','.join(sorted(actor.roles))}"
    if "cursor=" in key:
        return await load()
    tags = (bound.name, *(bound.runtime.resources[target].name for target in targets))
    return await bound.runtime.cache.through(key, load, tags=tags, seconds=declared.seconds)


def row_id(request: Request) -> UUID:
    """The id in the path. What cannot be an id names nothing, so it is a 404. Raises `NotFound`."""
    try:
        return UUID(request.path_params["id"])
    except ValueError:
        raise NotFound("There is nothing with this id.") from None


def _logged_id(request: Request) -> UUID | None:
    try:
        return UUID(request.path_params.get("id", ""))
    except ValueError:
        return None


def _no_query(request: Request) -> None:
    listing.refuse_unknown(listing.pairs(request.scope["query_string"]), [])


async def _body(request: Request, model: type[BaseModel], *also: str) -> BaseModel:
    """The strict reading of a JSON body. Raises `UnsupportedMediaType` or `Invalid` with every fault."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media not in (JSON, *also):
        raise UnsupportedMediaType(f"Send {' or '.join((JSON, *also))}.")
    try:
        return model.model_validate_json(await request.body())
    except ValidationError as error:
        raise invalid(error) from None


async def _no_body(request: Request) -> None:
    if (await request.body()).strip() not in (b"", b"{}"):
        raise Invalid("This action takes no body.")


async def _items(request: Request, bound: "BoundResource") -> list[dict[str, Any]]:
    model = await _body(request, contract.bulk_model(bound))
    items: list[BaseModel] = model.items  # type: ignore[attr-defined]
    if len(items) > bound.resource.bulk:
        raise TooLarge(f"At most {bound.resource.bulk} items in one request.")
    return [_sent(item) for item in items]


def invalid(error: ValidationError) -> Invalid:
    """Every fault of a body as a JSON Pointer and a sentence; nothing that was sent."""
    found = error.errors(include_url=False, include_context=False)
    if found and found[0]["type"] == "json_invalid":
        return Invalid("The body is not valid JSON.")
    return Invalid(
        "Some fields are not valid.",
        errors=[FieldError(_say(each), pointer=pointer(each["loc"])) for each in found],
    )


def _say(error: Any) -> str:
    if error["type"] == "extra_forbidden":
        return "is not a field that can be set here"
    if error["type"] == "missing":
        return "is required"
    if error["type"] == "string_pattern_mismatch":
        return "has characters or a form that this field does not take"
    return sentence(error)


def _sent(model: BaseModel) -> dict[str, Any]:
    """The fields that the client sent: absent is not null."""
    values = model.__dict__
    return {name: values[name] for name in model.model_fields_set}


def _expected(bound: "BoundResource", request: Request) -> int | None:
    """The version that `If-Match` names. Raises `PreconditionRequired`, or `PreconditionFailed` if it names none of ours."""
    given = request.headers.get("if-match")
    if given is None:
        if bound.resource.require_match:
            raise PreconditionRequired("Send If-Match with the ETag of the version that you have seen.")
        return None
    if given.strip() == "*":
        return None
    versions = [int(tag.strip()[1:].split("-")[0]) for tag in given.split(",") if _ours(tag.strip())]
    if not versions:
        raise PreconditionFailed("If-Match names no version of this row.")
    return max(versions)


def _ours(tag: str) -> bool:
    number = tag[1:].split("-")[0]
    return tag.startswith('"') and number.isascii() and number.isdigit() and len(number) < 10


def _conditional(request: Request, body: bytes, etag: str, headers: Mapping[str, str]) -> Response:
    given = request.headers.get("if-none-match")
    if given is not None and (
        given.strip() == "*" or etag in [tag.strip().removeprefix("W/") for tag in given.split(",")]
    ):
        return Response(status_code=304, headers={**headers, "ETag": etag})
    return Response(body, headers={**headers, "ETag": etag}, media_type=JSON)


def _written(bound: "BoundResource", row: Mapping[str, Any], status: int) -> Response:
    body = _encode(row)
    headers = {"ETag": _etag(body, row["version"]), "Cache-Control": "no-store"}
    if status == 201:
        headers["Location"] = f"{bound.path}/{row['id']}"
    return Response(body, status, headers, JSON)


def _etag(body: bytes, version: int | None = None) -> str:
    """A strong validator of this representation that begins with the row's version, for `If-Match`."""
    number = msgspec.json.decode(body, type=_Versioned).version if version is None else version
    return f'"{number}-{_digest(body)}"'


class _Versioned(msgspec.Struct):
    version: int


def _digest(body: bytes) -> str:
    return blake2b(body, digest_size=8).hexdigest()


__all__ = ["ResourceRoute", "handle", "invalid", "row_id", "routes_of"]
