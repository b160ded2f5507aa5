"""What every request passes through, once: one pure-ASGI layer around the whole application.

What lives here: the order of things. Context, host, size of headers, cross-origin rules, body limits, the
default rate limit, the deadline; on the way out headers, one count, one line. What must not: any of these
things themselves (`hosts`, `cors`, `bodies`, `limits`, `metrics`, `logging`) and who may do what (routes
decide that).

Everything that does not change from request to request is made ready as bytes when the application starts.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import perf_counter
from typing import Final

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from backwright import logging as logs
from backwright.actor import Actor
from backwright.api_key_header import HEADER, carry
from backwright.bodies import UNMETERED, BodyLimits, BodyTooLarge, Metered, too_large
from backwright.browser_callers import ByCookie
from backwright.context import current
from backwright.cors import Cors, HeaderList
from backwright.deadlines import Deadlines
from backwright.error_handlers import CLIENT_CLOSED
from backwright.errors import Error, Kind, Unavailable
from backwright.exchange import EXCHANGE, Exchange
from backwright.hosts import Hosts, Proxies, limit_key
from backwright.limits import Limiter, Policy, exceeded
from backwright.metrics import UNMATCHED, Metrics
from backwright.replies import Standing

PROBES: Final = frozenset({"/health/live", "/health/ready", "/metrics"})
"""Paths of the machinery: any host, no rate limit, no log line."""

CROWD: Final = 512
"""Requests that may wait for their answers in one process. What comes then would wait for longer than people do, and
probes would wait with it.
"""

SECURITY: Final[HeaderList] = [
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
]
"""Added unless the route has said otherwise (the docs have a policy of their own)."""

SAID: Final = frozenset({b"cache-control"})
"""What each `Reply` says itself."""

HSTS: Final = (b"strict-transport-security", b"max-age=63072000; includeSubDomains")

Known = Callable[[bytes], Actor | None]
"""From an `Authorization` header to the caller whom it proves, if that is known without asking anybody."""

Identify = Callable[[bytes], Awaitable[Actor | None]]
"""The same, asking whoever has to be asked; `None` if it proves nothing."""

_log = logging.getLogger("backwright.request")


@dataclass(slots=True)
class Guards:
    """What the perimeter is made of; `create_app` puts it together."""

    hosts: Hosts
    proxies: Proxies
    cors: Cors
    bodies: BodyLimits
    limiter: Limiter
    policy: Policy
    metrics: Metrics
    known: Known
    identify: Identify
    timeout: float
    secure: bool
    by_cookie: ByCookie | None = None
    """How a session cookie is looked at, where the service has any."""
    keys: bool = False
    """Whether API keys are taken."""
    deadlines: Deadlines = field(default_factory=Deadlines)


class Perimeter:
    """The layer.

    `compressed` is the same application behind compression, for answers that may be compressed.
    """

    def __init__(self, app: ASGIApp, guards: Guards, compressed: ASGIApp | None = None) -> None:
        self._app = app
        self._compressed = compressed or app
        self._guards = guards
        self._always = Standing([*SECURITY, HSTS] if guards.secure else SECURITY, SAID)
        self._policy_header = (b"ratelimit-policy", guards.policy.header.encode())
        self._waiting: set[Exchange] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection's event: HTTP here, the rest (lifespan) passed on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = Exchange(scope, receive, send, self._always)
        token = current.set(exchange.context)
        self._guards.metrics.begin()
        try:
            await self._serve(exchange)
        finally:
            self._waiting.discard(exchange)
            self._finish(exchange)
            current.reset(token)

    async def _serve(self, exchange: Exchange) -> None:
        """Run the application within the deadline and turn whatever comes out into an answer."""
        deadlines, late = self._guards.deadlines, False
        exchange.deadline = deadlines.begin(self._guards.timeout)
        try:
            try:
                refusal = self._refuse(exchange)
                if refusal is None and not exchange.silent:
                    refusal = (
                        await self._preflight(exchange)
                        if exchange.is_preflight
                        else await self._limit(exchange)
                    )
                if refusal is not None:
                    await exchange.answer(refusal)
                elif not exchange.started:
                    app = self._compressed if exchange.compressible else self._app
                    await app(exchange.scope, exchange.receive, exchange.reply)
            finally:
                late = deadlines.end(exchange.deadline)
        except asyncio.CancelledError:
            if not late:
                raise
            await exchange.answer(Unavailable("The request took too long.", retry_after=5))
        except ClientDisconnect:
            exchange.status = CLIENT_CLOSED
        except BodyTooLarge as error:
            await exchange.answer(too_large(error.limit))
        except Exception as error:
            await self._failed(exchange, error)

    async def _failed(self, exchange: Exchange, error: Exception) -> None:
        """Log an exception that nobody handled, once, and answer 500 if nothing has been sent."""
        broken = (
            error if isinstance(error, Unavailable) else error.__cause__
        )  # Starlette wraps what comes late
        if exchange.started and isinstance(broken, Unavailable):  # a store that went away in a download, say
            _log.warning("an answer was broken off", extra={"reason": broken.detail})
            return
        _log.error("unhandled exception", exc_info=error)
        if not exchange.started:
            await exchange.answer(Error(kind=Kind.INTERNAL))

    def _refuse(self, exchange: Exchange) -> Error | None:
        """What a request is refused for by its headers alone, without counting it."""
        guards, context, headers = self._guards, exchange.context, exchange.headers
        client = exchange.scope.get("client")
        context.client_ip = guards.proxies.client(
            client[0] if client else "", headers.get(b"x-forwarded-for")
        )
        exchange.extra = guards.cors.headers(headers.get(b"origin"))
        if exchange.malformed is not None:
            return exchange.malformed
        if context.path in PROBES:
            exchange.silent = True
            return None
        if self._is_crowded(exchange):
            return Unavailable("Too many requests wait for their answers.", retry_after=1)
        if not guards.hosts.allows(headers.get(b"host")):
            return Error("This host name is not served here.", kind=Kind.MISDIRECTED)
        if guards.keys and (HEADER in headers or exchange.scope["query_string"]):
            return carry(exchange)
        return None

    def _is_crowded(self, exchange: Exchange) -> bool:
        """Whether so many wait that one more would only make all of them late; if not, it waits from now on.

        Who sends slowly or reads slowly does not count: a few of them must not keep everybody out.
        """
        headers, waiting = exchange.headers, self._waiting
        if b"transfer-encoding" in headers or headers.get(b"content-length", b"0") != b"0":
            return False
        if len(waiting) >= CROWD:
            waiting -= {each for each in waiting if each.started}
            if len(waiting) >= CROWD:
                return True
        waiting.add(exchange)
        return False

    async def _preflight(self, exchange: Exchange) -> Error | None:
        allowed = self._guards.cors.preflight(exchange.headers[b"origin"])
        if allowed is None:
            return Error("This origin may not call the API.", kind=Kind.FORBIDDEN)
        await exchange.reply({"type": "http.response.start", "status": 204, "headers": allowed})
        await exchange.reply({"type": "http.response.body", "body": b""})
        return None

    async def _limit(self, exchange: Exchange) -> Error | None:
        """Count the request under the default policy, or that of its key: the user's if the credential is good, else
        the address's."""
        guards, context = self._guards, exchange.context
        authorization = exchange.headers.get(b"authorization")
        if authorization is not None:
            context.verified = guards.known(authorization) or await guards.identify(authorization)
        elif guards.by_cookie is not None and (cookies := exchange.headers.get(b"cookie")) is not None:
            await guards.by_cookie(cookies, exchange.scope["headers"], context)
        actor, policy, announced = context.verified, guards.policy, self._policy_header
        key = f"user:{actor.principal}" if actor is not None else limit_key(context.client_ip)
        if actor is not None and actor.quota is not None:
            policy, key = actor.quota, f"key:{actor.session_id}"
            announced = (b"ratelimit-policy", policy.header.encode())
        try:
            verdict = guards.limiter.hit_now(policy, key) or await guards.limiter.hit(policy, key)
        except Unavailable:  # the count cannot be kept; refusing everybody would be the greater harm
            return self._body(exchange)
        if not verdict.allowed:
            return exceeded(verdict)
        exchange.extra = [*exchange.extra, announced, (b"ratelimit", verdict.header.encode())]
        return self._body(exchange)

    def _body(self, exchange: Exchange) -> Error | None:
        headers, context, bodies = exchange.headers, exchange.context, self._guards.bodies
        length, chunked = headers.get(b"content-length"), b"transfer-encoding" in headers
        if not chunked and (length is None or length == b"0"):
            return None
        refusal = bodies.refuse(context.method, context.path, length, headers.get(b"content-encoding"))
        if refusal is None and (chunked or length is None or int(length) > UNMETERED):
            limit = bodies.of(context.method, context.path)
            exchange.receive = Metered(exchange.receive, limit, exchange.extend)
        return refusal

    def _finish(self, exchange: Exchange) -> None:
        """Count and log what the request came to."""
        context = exchange.context
        exchange.scope.pop(EXCHANGE, None)  # what points at itself stays until the collector comes round
        seconds = perf_counter() - context.started
        status = exchange.status or CLIENT_CLOSED
        context.route = route_template(exchange.scope) or UNMATCHED
        self._guards.metrics.end(context.method, context.route, status, seconds)
        if not exchange.silent and (sink := logs.sink()) is not None:
            sink.access(context, status, seconds)


def route_template(scope: Scope) -> str:
    """The template of the route that matched, such as `/work-orders/{id}`; empty if none did."""
    route = scope.get("route")
    if route is None:
        return ""
    included = scope.get("fastapi", {}).get("effective_route_context")
    if included is not None and included.original_route is route:
        route = included
    return str(getattr(route, "path_format", None) or getattr(route, "path", ""))
