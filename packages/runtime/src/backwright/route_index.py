"""Finding the route of a path without trying all of them.

What lives here: an index by the first segment of the path, in front of the router. What must not: any meaning
of its own. Routes are tried in their order, and whatever the index does not settle (405, 404, included
routers, mounts) is left to the router. Without it the two-hundredth route costs a quarter of a millisecond
before it is reached.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send

RAISED: Final = "backwright.raised"
"""Where a scope holds the exception of a route that was called directly."""

Endpoint = Callable[[Request], Awaitable[Response]]


class RouteIndex:
    """Stands in front of `router`; made when all routes are known.

    Routes added later are found by the router.
    """

    def __init__(self, router: APIRouter) -> None:
        self._router = router
        self._anywhere: list[Route] = []
        self._by_segment: dict[str, list[Route]] = {}
        for route in router.routes:
            if not self._add(route):
                break

    def _add(self, route: BaseRoute) -> bool:
        """Take a route in; false if it is of a kind that only the router can try, and so ends what is
        indexed.
        """
        if not isinstance(route, Route):
            return False
        segment = first_segment(route.path)
        if "{" in segment:
            self._anywhere.append(route)
            for routes in self._by_segment.values():
                routes.append(route)
        else:
            self._by_segment.setdefault(segment, list(self._anywhere)).append(route)
        return True

    def candidates(self, path: str) -> Sequence[Route]:
        """The routes that may fit `path`, in the order in which they were added."""
        return self._by_segment.get(first_segment(path), self._anywhere)

    def direct(self, scope: Scope) -> Endpoint | None:
        """What answers a request if the first route that fits wholly may be called directly; the scope then says
        which route it is.
        """
        if scope.get("root_path"):
            return None
        path, method = scope["path"], scope["method"]
        for route in self.candidates(path):
            found = route.path_regex.match(path)
            if found is None or (route.methods and method not in route.methods):
                continue
            if not getattr(route, "direct", False):
                return None
            convertors, parameters = route.param_convertors, found.groupdict()
            for name, value in parameters.items():
                parameters[name] = convertors[name].convert(value)
            scope["path_params"], scope["router"] = parameters, self._router
            scope["route"], scope["endpoint"] = route, route.endpoint
            endpoint: Any = route.endpoint
            return endpoint  # type: ignore[no-any-return]
        return None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request to the first route that fits wholly; the rest is the router's."""
        if RAISED in scope:
            raise scope[RAISED]
        if scope["type"] == "http" and not scope.get("root_path"):
            for route in self.candidates(scope["path"]):
                match, child_scope = route.matches(scope)
                if match is Match.FULL:
                    scope.setdefault("router", self._router)
                    scope.update(child_scope)
                    scope["route"] = route  # as FastAPI's own routes say it; plain ones do not
                    await route.handle(scope, receive, send)
                    return
        await self._router.app(scope, receive, send)


def first_segment(path: str) -> str:
    """`/work-orders/7` → `work-orders`."""
    end = path.find("/", 1)
    return path[1:] if end < 0 else path[1:end]
