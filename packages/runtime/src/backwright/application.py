"""FastAPI with the perimeter around it.

What lives here: the one subclass that puts our layer outermost, compression inside it, and our OpenAPI
document in the place of FastAPI's. What must not: the choice of parts (`app.py`). Everything else is plain
FastAPI; a middleware that a service adds runs inside the perimeter, so headers, limits and logs cover it too.
"""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.types import ASGIApp, Lifespan, Receive, Scope, Send
from starlette_compress import CompressMiddleware

from backwright import openapi
from backwright.error_handlers import handlers
from backwright.exchange import COMPRESS_FROM
from backwright.middleware import Guards, Perimeter
from backwright.route_index import RouteIndex
from backwright.shortcut import Shortcut

Components = Callable[[], list[Mapping[str, Any]]]


class Application(FastAPI):
    """The ASGI application of a service."""

    def __init__(
        self,
        *,
        title: str,
        description: str,
        version: str,
        server: str,
        guards: Guards,
        components: Components = list,
        lifespan: Lifespan[Any] | None = None,
    ) -> None:
        super().__init__(
            title=title,
            description=description,
            version=version,
            docs_url=None,
            redoc_url=None,
            openapi_url=None,
            redirect_slashes=False,
            lifespan=lifespan,
            exception_handlers=handlers(),
            telemetry={"tracing": False, "metrics": False, "logs": False},
        )
        self.guards = guards
        self._server = server
        self._components = components
        self._index: RouteIndex | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one event. A request goes to the layers at once; FastAPI's own way there is for its telemetry."""
        if scope["type"] != "http" or self.root_path or self.middleware_stack is None:
            await super().__call__(scope, receive, send)
            return
        scope["app"] = self
        await self.middleware_stack(scope, receive, send)

    def build_middleware_stack(self) -> ASGIApp:
        """The layers, outermost first: perimeter, compression where it may be, FastAPI's own."""
        app = super().build_middleware_stack()
        if not self.user_middleware:  # what a service adds must see every request
            app = Shortcut(app, lambda: self._index)
        compressed = CompressMiddleware(
            app, minimum_size=COMPRESS_FROM, zstd_level=1, brotli_quality=3, gzip_level=4
        )
        return Perimeter(app, self.guards, compressed)

    def learn_routes(self) -> None:
        """Take over what routes say about themselves. Called at the start, when all of them are known."""
        self.guards.bodies.learn(iter_route_contexts(self.routes))
        self._index = self.router.middleware_stack = RouteIndex(self.router)

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, made once for each state of the routes."""
        version = self.router._get_routes_version()
        if self.openapi_schema is None or self._openapi_routes_version != version:
            self.openapi_schema = openapi.document(
                title=self.title,
                description=self.description,
                version=self.version,
                server=self._server,
                policy=self.guards.policy,
                routes=self.routes,
                components=self._components(),
            )
            self._openapi_routes_version = version
        return self.openapi_schema
