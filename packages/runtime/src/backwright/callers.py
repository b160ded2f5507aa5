"""Who is calling, for hand-written routes: `current_actor` and `require`.

What must not live here: how a token is verified (`authentication.py`). Routes of resources do not need these;
they apply their declared access themselves.
"""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Annotated, Final

from fastapi import Depends, Request

from backwright.actor import PROGRAMS, SIGNED_IN, Actor
from backwright.context import current
from backwright.errors import Forbidden, Unauthenticated
from backwright.runtime import Runtime

WANTED: Final = "backwright_roles"
"""Where a dependency that `require` has made holds the roles of which one is needed."""


async def current_actor(request: Request) -> Actor:
    """The signed-in caller. Raises `Unauthenticated` for everybody else.

    `async def report(actor: Annotated[Actor, Depends(current_actor)])`: the route is closed to anonymous
    callers, and the service starts, because the route says who may call it.
    """
    runtime: Runtime = request.app.state.runtime
    given, context = request.headers.getlist("authorization"), current.get()
    if len(given) > 1:
        raise Unauthenticated("Send one Authorization header.", error="invalid_request")
    if not given and context.refused is not None:
        raise context.refused
    if runtime.accounts is None or (not given and context.verified is None):
        raise Unauthenticated()
    actor = await runtime.accounts.authenticate(given[0]) if given else context.verified
    assert actor is not None
    context.actor = actor
    if actor.method in PROGRAMS and not _is_for_programs(request, actor):
        raise Forbidden(
            "API keys manage neither accounts nor keys: sign in for that."
            if actor.method == "key"
            else "The scopes of this token do not reach here."
        )
    return actor


def _is_for_programs(request: Request, actor: Actor) -> bool:
    """Whether a program may come here: with a scope of the API, and never to what manages the account. A key, which
    may be years old, does not manage anybody's."""
    closed = ("/auth/", "/users/") if actor.method == "key" else ("/auth/",)
    return SIGNED_IN in actor.roles and not request.url.path.startswith(closed)


def require(*roles: str) -> Callable[..., Awaitable[Actor]]:
    """A dependency for callers with at least one of `roles`: `Depends(require(Role.ADMIN))`.

    Raises `Unauthenticated` or `Forbidden`; a refusal is recorded in the audit log.
    """
    if not roles:
        raise TypeError("require() needs at least one role; for any signed-in caller depend on current_actor")
    wanted = frozenset(str(role) for role in roles)

    async def required_actor(request: Request, actor: Annotated[Actor, Depends(current_actor)]) -> Actor:
        if not wanted & actor.roles:
            runtime: Runtime = request.app.state.runtime
            await runtime.audit.denied(request.method.lower(), route_name(request))
            raise Forbidden("Your roles do not allow this.")
        return actor

    setattr(required_actor, WANTED, wanted)
    return required_actor


def route_name(request: Request) -> str:
    """The route's path template, which names no row, cut to what the audit log takes."""
    return str(getattr(request.scope.get("route"), "path", "") or "route")[:63]


@contextmanager
def acting_as(actor: Actor) -> Iterator[None]:
    """Let `actor` be the one who acts in this block: for a login, where nobody is known until the end, and
    commands."""
    token = current.set(replace(current.get(), actor=actor))
    try:
        yield
    finally:
        current.reset(token)
