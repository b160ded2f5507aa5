"""The short way to the routes of resources.

What lives here: one layer between the perimeter and the framework's own. What must not: what a route does. A route
of a resource takes the request and returns the response; it needs none of what stands around hand-written
routes (dependencies, their exit stacks, the framework's own limits of bodies). So when it is the first one that
fits, it is called from here. Whatever else comes, and what such a route raises, goes the long way.
"""

from collections.abc import Callable

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backwright.exchange import EXCHANGE, Exchange
from backwright.replies import Reply
from backwright.route_index import RAISED, RouteIndex


class DirectRequest(Request):
    """A request whose body, as a rule, has come with it."""

    async def body(self) -> bytes:
        """The whole body. Raises `ClientDisconnect`."""
        if not hasattr(self, "_body"):
            message = await self.receive()
            if message["type"] == "http.request" and not message.get("more_body", False):
                self._body: bytes = message.get("body", b"")
            else:
                self._body = await self._rest(message)
        return self._body

    async def _rest(self, message: Message) -> bytes:
        pieces = []
        while message["type"] == "http.request":
            pieces.append(message.get("body", b""))
            if not message.get("more_body", False):
                return b"".join(pieces)
            message = await self.receive()
        raise ClientDisconnect


class Shortcut:
    """The layer. `index` gives the routes once they are all known, and `None` before."""

    def __init__(self, app: ASGIApp, index: Callable[[], RouteIndex | None]) -> None:
        self._app = app
        self._index = index

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        index = self._index() if scope["type"] == "http" else None
        endpoint = index.direct(scope) if index is not None else None
        if endpoint is None:
            await self._app(scope, receive, send)
            return
        try:
            response = await endpoint(DirectRequest(scope, receive, send))
        except Exception as error:
            scope[RAISED] = (
                error  # the handlers of exceptions stand on the long way; the index raises it there
            )
            await self._app(scope, receive, send)
            return
        exchange: Exchange | None = scope.get(EXCHANGE)
        if exchange is None or type(response) is not Reply or not exchange.send_whole(response):
            await response(scope, receive, send)
