"""What one request carries with it: its id, its caller, its route.

The context is made by the outermost middleware and read by logging, audit and problem details. It lives in a
context variable, so code far from the request (a log call in a service) finds it without being handed it.
"""

from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime

from backwright.actor import ANONYMOUS, Actor


@dataclass(slots=True)
class Context:
    """The facts of the request under way. `started` is `time.perf_counter()` at the first byte, in seconds."""

    request_id: str = "-"
    method: str = ""
    path: str = ""
    client_ip: str = ""
    started: float = 0.0
    route: str = ""
    """The route template (`/work-orders/{id}`), empty until a route has matched."""
    actor: Actor = field(default=ANONYMOUS)
    verified: Actor | None = None
    """Whom the `Authorization` header, or else a session cookie, proves, where the perimeter has looked already.

    Routes decide whether that counts."""
    refused: Exception | None = None
    """Why a session cookie that came does not count; raised where a route asks who is calling."""
    set_cookie: bytes | None = None
    """The session cookie that the answer sets, if it changes it."""


current: ContextVar[Context] = ContextVar("backwright_context", default=Context())  # noqa: B039 - read only


def now() -> datetime:
    """The time in UTC. The one clock of the runtime, so that a test can move it."""
    return datetime.now(UTC)
