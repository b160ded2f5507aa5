"""What the ecosystem usually adds: rate limit (slowapi), metrics (instrumentator), a JSON access line (structlog)."""

import os
import sys
import time
from uuid import uuid4

import jwt
import structlog
from fastapi import APIRouter, FastAPI, Request
from prometheus_fastapi_instrumentator import Instrumentator
from slowapi import Limiter, _rate_limit_exceeded_handler
from slowapi.errors import RateLimitExceeded
from slowapi.middleware import SlowAPIASGIMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.processors.JSONRenderer(),
    ],
    logger_factory=structlog.WriteLoggerFactory(file=sys.stdout),
    cache_logger_on_first_use=True,
)
log = structlog.get_logger()


def caller(request: Request) -> str:
    """A limit counts users, not addresses, as the one that it is compared with."""
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    try:
        return str(jwt.decode(token, os.environ["JWT_SECRET"], algorithms=["HS256"])["sub"])
    except jwt.InvalidTokenError:
        return request.client.host if request.client else "unknown"


class AccessLog:
    """structlog's recipe for an access line, without BaseHTTPMiddleware."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start, status = time.perf_counter(), 500
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=str(uuid4()))

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noting)
        finally:
            took = round((time.perf_counter() - start) * 1000, 3)
            log.info("request", method=scope["method"], path=scope["path"], status=status, duration_ms=took)


def install(app: FastAPI, router: APIRouter) -> None:
    """Add the guards. The routes go on the app itself: slowapi does not look into included routers."""
    limiter = Limiter(key_func=caller, default_limits=[os.environ["RATE_LIMIT"]], headers_enabled=True)
    app.state.limiter = limiter
    app.add_exception_handler(RateLimitExceeded, _rate_limit_exceeded_handler)  # type: ignore[arg-type]
    app.add_middleware(SlowAPIASGIMiddleware)
    app.add_middleware(AccessLog)
    app.router.routes.extend(router.routes)
    Instrumentator().instrument(app).expose(app)
