"""Limits on request bodies, held while the body streams in.

What lives here: how many bytes a request may send, and how slowly. What must not: parsing.
"""

from collections.abc import Callable, Iterable
from re import Pattern
from typing import Final

from fastapi.routing import RouteContext
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

from backwright.errors import Error, Kind, TooLarge, UnsupportedMediaType

SLOWEST: Final = 32 * 1024
"""Bytes each second that a large upload must reach; slower ones meet the request deadline."""

UNMETERED: Final = 32 * 1024
"""Bytes; a body announced as no longer than this comes in one or two pieces and is not worth counting."""

Extend = Callable[[int], None]


class BodyLimits:
    """The limit of the service, and of the routes that have their own (`max_body_size`, FastAPI's word for
    it).
    """

    def __init__(self, default: int) -> None:
        self.default = default
        self._routes: list[tuple[Pattern[str], frozenset[str], int]] = []

    def learn(self, routes: Iterable[RouteContext]) -> None:
        """Take over the limits that routes declare. Called once, when all routes are known."""
        self._routes = [
            (route.path_regex, frozenset(route.methods or ()), limit)
            for route in routes
            if (limit := getattr(route, "max_body_size", None)) is not None
        ]

    def of(self, method: str, path: str) -> int:
        """The limit in bytes for a request."""
        for pattern, methods, limit in self._routes:
            if method in methods and pattern.match(path):
                return limit
        return self.default

    def refuse(self, method: str, path: str, length: bytes | None, encoding: bytes | None) -> Error | None:
        """The refusal that the headers alone give reason for; `None` if the body may come."""
        if encoding is not None and encoding.strip().lower() not in (b"", b"identity"):
            return UnsupportedMediaType(
                "Send the body without Content-Encoding.", headers={"Accept-Encoding": "identity"}
            )
        if length is None:
            return None
        if not length.isdigit():
            return Error("Content-Length is not a number.", kind=Kind.BAD_REQUEST)
        size = int(length) if len(length) < 16 else 10**15
        if size > self.default and size > (limit := self.of(method, path)):
            return too_large(limit)
        return None


class BodyTooLarge(HTTPException):
    """A body went over `limit` bytes while it came in.

    An `HTTPException`, which framework layers let through.
    """

    def __init__(self, limit: int) -> None:
        super().__init__(413)
        self.limit = limit


class Metered:
    """A `receive` that counts, refuses what goes over `limit` and gives a steady upload the time that it
    needs.
    """

    __slots__ = ("_extend", "_limit", "_receive", "_seen")

    def __init__(self, receive: Receive, limit: int, extend: Extend) -> None:
        self._receive = receive
        self._limit = limit
        self._extend = extend
        self._seen = 0

    async def __call__(self) -> Message:
        """The next message. Raises `BodyTooLarge`."""
        message = await self._receive()
        if message["type"] == "http.request":
            self._seen += len(message.get("body", b""))
            if self._seen > self._limit:
                raise BodyTooLarge(self._limit)
            self._extend(self._seen)
        return message


def too_large(limit: int) -> TooLarge:
    """The 413 for a limit in bytes."""
    return TooLarge(f"The body may have at most {limit // 1024} KiB.", headers={"Connection": "close"})
