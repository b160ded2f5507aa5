"""The routes of a resource: ordinary FastAPI routes, and what every request of them passes through.

What lives here: who asks, how often, and what becomes of a refusal. What must not: what an operation does
(`operations.py`). A handler takes the request directly (`get_route_handler` is FastAPI's own seam for
that), because solving dependencies and a response model would cost more than the work itself.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from fastapi.routing import APIRoute
from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response

from backwright import contract, idempotency, operations, scalars
from backwright.access import Operation
from backwright.actor import ANONYMOUS, Actor
from backwright.conditional import JSON
from backwright.context import current
from backwright.errors import Error, Forbidden, Kind, Unauthenticated, problem
from backwright.hosts import limit_key
from backwright.operations import Operate, row_id

if TYPE_CHECKING:
    from backwright.bound_resource import BoundResource

__all__ = ["JSON", "ResourceRoute", "handle", "routes_of", "row_id"]

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class _Row(Convertor[str]):
    """One segment of a path that is not `bulk`, which is another resource (405 for what it does not take)."""

    regex = "(?!bulk(?:/|$))[^/]+"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("row", _Row())


@dataclass(frozen=True)
class Ruled:
    """By what of a resource's access a route goes: the operation, the name of an action, whether it is about the
    files of a row; and the status of success."""

    bound: "BoundResource"
    operation: Operation
    action: str | None = None
    files: bool = False
    success: int = 200


class ResourceRoute(APIRoute):
    """A route that applies its resource's declared access itself."""

    guarded = True
    ruled: Ruled
    """Set where the route is made."""

    @property
    def direct(self) -> bool:
        """Whether it may be called without the framework's layers (`shortcut.py`): all but those with a limit of
        their own on bodies, which one of these layers holds."""
        return self.max_body_size is None

    def get_route_handler(self) -> Handler:
        """The endpoint itself: it takes the request and returns the response."""
        return cast(Handler, self.endpoint)


def routes_of(bound: "BoundResource") -> list[APIRoute]:
    """Every route of a resource that some role may use. What nobody may do has no route: 405, not a sure 403."""
    one, name = bound.path + ("/{id:row}" if bound.resource.bulk else "/{id}"), bound.name
    single, found = contract.singular(bound), []
    for operation, path, method, operation_id, operate, status in (
        (Operation.READ, bound.path, "GET", f"list_{name}", operations.list_rows, 200),
        (Operation.CREATE, bound.path, "POST", f"create_{single}", operations.create_row, 201),
        (Operation.READ, one, "GET", f"get_{single}", operations.get_row, 200),
        (Operation.UPDATE, one, "PATCH", f"update_{single}", operations.update_row, 200),
        (Operation.DELETE, one, "DELETE", f"delete_{single}", operations.delete_row, 204),
    ):
        if bound.policy.allows(operation):
            found.append(_route(Ruled(bound, operation, success=status), path, method, operation_id, operate))
    if bound.resource.bulk and bound.policy.allows(Operation.CREATE):
        path, ruled = bound.path + "/bulk", Ruled(bound, Operation.CREATE, success=201)
        found.append(_route(ruled, path, "POST", f"create_{name}_in_bulk", operations.create_rows))
    for action in bound.actions.values():
        if bound.policy.allows(Operation.ACT, action.name):
            path = f"{one}/{action.name.replace('_', '-')}"
            ruled = Ruled(bound, Operation.ACT, action.name)
            found.append(_route(ruled, path, "POST", f"{action.name}_{single}", operations.act(action)))
    if bound.resource.attachments is not None:
        from backwright.attachments import attachment_routes

        found += attachment_routes(bound, bound.runtime)
    return found


def _route(ruled: Ruled, path: str, method: str, operation_id: str, operate: Operate) -> APIRoute:
    described = contract.operation(ruled.bound, operation_id)
    if method == "POST":
        operate = idempotency.once(ruled.bound, operate, operation_id)
    return route(ruled, path, method, operation_id, operate, described)


def route(
    ruled: Ruled,
    path: str,
    method: str,
    operation_id: str,
    operate: Operate,
    described: dict[str, Any],
    max_body_size: int | None = None,
) -> APIRoute:
    """One guarded route of a resource. `described` is its part of the OpenAPI document, `max_body_size` in bytes."""
    bound = ruled.bound

    async def endpoint(request: Request) -> Response:
        return await handle(bound, request, operate, operation_id)

    endpoint.__name__ = operation_id
    made = ResourceRoute(
        path,
        endpoint,
        methods=[method],
        operation_id=operation_id,
        name=operation_id,
        status_code=ruled.success,
        tags=[bound.title_plural.capitalize()],
        response_class=Response,
        max_body_size=max_body_size,
        openapi_extra=described,
    )
    made.ruled = ruled
    return made


async def handle(bound: "BoundResource", request: Request, operate: Operate, operation_id: str) -> Response:
    """Who asks, how often, may they, do it; a refusal becomes a problem."""
    actor = ANONYMOUS
    try:
        actor = current.get().actor = await _actor(bound, request)
        if bound.limit is None:
            return await operate(bound, request, actor)
        key = f"user:{actor.principal}" if actor.id else limit_key(current.get().client_ip)
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
    if (verified := current.get().verified) is not None:
        return verified
    given = [value for name, value in request.scope["headers"] if name == b"authorization"]
    if not given:
        if (refused := current.get().refused) is not None:
            raise refused
        return ANONYMOUS
    if len(given) > 1 or bound.runtime.accounts is None:
        raise Unauthenticated(error="invalid_request")
    return await bound.runtime.accounts.authenticate(given[0].decode("latin-1"))


def _logged_id(request: Request) -> UUID | None:
    try:
        return scalars.uuid(request.path_params.get("id"))
    except ValueError:
        return None
