"""Whether the process lives, and whether it should get requests.

What lives here: the two probes and their answers. Liveness looks at nothing outside, so that a database that
is down does not get the process killed. Readiness asks what the service cannot work without, briefly and on
connections of its own, and says no from the moment that the process is told to stop. What the service can do
without is looked at too: it is then ready, and operators read `degraded`.
"""

import asyncio
import hmac
import time
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Final

from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from backwright.errors import NotFound, Unauthenticated, Unavailable, problem
from backwright.guard import open_to_all
from backwright.hosts import is_loopback

Check = Callable[[], Awaitable[None]]
"""Returns when all is well; raises with a sentence when not."""

CACHED_SECONDS: Final = 1.0
TIMEOUT_SECONDS: Final = 2.0
FORWARDING: Final = ("x-forwarded-for", "forwarded", "via", "x-real-ip")


class Health:
    """The state of one application. `draining` is set when the process was told to stop."""

    def __init__(
        self,
        checks: Mapping[str, Check],
        token: SecretStr | None,
        optional: Mapping[str, Check] = MappingProxyType({}),
    ) -> None:
        self._checks = {**checks, **optional}
        self._optional = frozenset(optional)
        self._token = token
        self._found: dict[str, str] = {}
        self._looked_at = float("-inf")
        self._looking = asyncio.Lock()
        self.draining = False

    async def look(self) -> dict[str, str]:
        """Each check with `ok` or what is wrong. Runs them at most once a second, however many ask."""
        async with self._looking:
            if time.monotonic() - self._looked_at >= CACHED_SECONDS:
                answers = await asyncio.gather(*(_run(check) for check in self._checks.values()))
                self._found = dict(zip(self._checks, answers, strict=True))
                self._looked_at = time.monotonic()
        return self._found

    @open_to_all
    async def live(self, _: Request) -> Response:
        """GET /health/live."""
        return JSONResponse({"status": "live"})

    @open_to_all
    async def ready(self, request: Request) -> Response:
        """GET /health/ready. What the checks found is told to those who have the metrics token."""
        found = {} if self.draining else await self.look()
        failing = {name for name, state in found.items() if state != "ok"}
        detail: dict[str, object] = {"checks": found} if knows(request, self._token) else {}
        if not self.draining and failing <= self._optional:
            return JSONResponse({"status": "degraded" if failing and detail else "ready", **detail})
        error = Unavailable("Stopping." if self.draining else "Not ready.")
        error.extra = detail
        return problem(error)


async def _run(check: Check) -> str:
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            await check()
    except TimeoutError:
        return f"no answer within {TIMEOUT_SECONDS:g} seconds"
    # backwright: ignore[broad-except] whatever a check raises is what it found: it is told in the answer
    except Exception as error:
        return str(error) or type(error).__name__
    return "ok"


def knows(request: Request, token: SecretStr | None) -> bool:
    """Whether the request carries the metrics token. Compared in constant time."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if token is None or scheme.lower() != "bearer":
        return False
    return hmac.compare_digest(given.strip().encode(), token.get_secret_value().encode())


def require_operator(request: Request, token: SecretStr | None) -> None:
    """Let through the metrics token, and this machine when no proxy stands between; raise otherwise.

    Raises `NotFound`, or `Unauthenticated` where a token would help.
    """
    direct = request.client is not None and is_loopback(request.client.host)
    if knows(request, token) or (direct and not any(name in request.headers for name in FORWARDING)):
        return
    if token is None:
        raise NotFound
    raise Unauthenticated("Send the metrics token.")
