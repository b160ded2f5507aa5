"""Deny by default for hand-written routes: a route without a rule stops the start.

What lives here: the mark of a route that is open to all, and the walk over all routes when the service
starts. Routes of resources carry their rules in their declaration; a plain FastAPI route says who may call it
by depending on `current_actor` (or `require(...)`, which does), or by `dependencies=[public()]`.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, TypeVar

from fastapi import Depends
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from starlette.routing import BaseRoute

from backwright.callers import WANTED, current_actor

OPEN: Final = "backwright_open"
"""Set to true on a route or endpoint of ours that carries no dependency and needs none."""


Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


class RouteWithoutRule(Exception):
    """Some routes do not say who may call them. The message lists them with what to write."""


async def _anybody() -> None:
    """The rule of a public route."""


def public() -> Any:
    """The rule "everybody, signed in or not": `@app.get("/x", dependencies=[public()])`."""
    return Depends(_anybody)


def open_to_all(endpoint: Endpoint) -> Endpoint:
    """Mark an endpoint of the runtime (probes, docs) that answers everybody or checks by itself."""
    setattr(endpoint, OPEN, True)
    return endpoint


def is_public(route: Any) -> bool:
    """Whether a route is declared to be open to all."""
    return _depends_on(route, lambda call: call is _anybody)


def needs_actor(route: Any) -> bool:
    """Whether a route depends, directly or not, on knowing the actor."""
    return _depends_on(route, lambda call: call is current_actor)


def required_roles(route: Any) -> list[frozenset[str]]:
    """The sets of roles of each of which a caller of a route needs one (`require`)."""
    dependant = getattr(route, "dependant", None)
    found = (getattr(each.call, WANTED, None) for each in _walk(dependant)) if dependant is not None else ()
    return [each for each in found if each is not None]


def check(routes: Iterable[BaseRoute]) -> None:
    """Raise `RouteWithoutRule` unless each route has a rule."""
    unruled = [describe(context) for context in iter_route_contexts(list(routes)) if not has_rule(context)]
    if unruled:
        listed = "\n  ".join(unruled)
        raise RouteWithoutRule(
            f"These routes do not say who may call them:\n  {listed}\n"
            "Let them depend on backwright.accounts.current_actor, or declare them open with "
            "dependencies=[backwright.guard.public()]."
        )


def has_rule(context: RouteContext) -> bool:
    """Whether a route says who may call it. A mounted application cannot, so it has none."""
    route = context.original_route
    if getattr(route, OPEN, False) or getattr(context.endpoint, OPEN, False):
        return True
    if getattr(route, "guarded", False):  # routes of resources, which apply their declared access themselves
        return True
    return isinstance(route, APIRoute) and (is_public(context) or needs_actor(context))


def describe(context: RouteContext) -> str:
    """A route for a message: its methods, its path, its handler."""
    methods = ",".join(sorted(context.methods or ())) or type(context.original_route).__name__
    endpoint = context.endpoint
    handler = getattr(endpoint, "__qualname__", type(endpoint).__name__)
    where = f"  ({endpoint.__module__}.{handler})" if endpoint is not None else ""
    return f"{methods} {context.path}{where}"


def _depends_on(route: Any, matches: Callable[[Any], bool]) -> bool:
    dependant = getattr(route, "dependant", None)
    return dependant is not None and any(matches(each.call) for each in _walk(dependant))


def _walk(dependant: Dependant) -> Iterator[Dependant]:
    for each in dependant.dependencies:
        yield each
        yield from _walk(each)
