"""Cross-origin requests from browsers (Fetch standard, "CORS protocol").

What lives here: the decision and its headers. Origins are compared as a whole: `null`, prefixes, suffixes and
other ports are other origins. Credentials are never allowed, because the API takes bearer tokens and no
cookies.
"""

from collections.abc import Sequence
from typing import Final

HeaderList = list[tuple[bytes, bytes]]

METHODS: Final = b"GET, HEAD, POST, PUT, PATCH, DELETE"
REQUEST_HEADERS: Final = (
    b"Authorization, Content-Type, Content-Digest, Idempotency-Key, If-Match, If-None-Match, X-Request-Id"
)
EXPOSED: Final = (
    b"Content-Disposition, ETag, Idempotency-Replayed, Link, Location, RateLimit, RateLimit-Policy, Retry-After, "
    b"X-Request-Id"
)
MAX_AGE: Final = b"600"
VARY: Final = (b"vary", b"Origin")


class Cors:
    """The origins that may read answers."""

    def __init__(self, origins: Sequence[str]) -> None:
        self._headers: dict[bytes, HeaderList] = {
            origin.encode(): [
                (b"access-control-allow-origin", origin.encode()),
                (b"access-control-expose-headers", EXPOSED),
                VARY,
            ]
            for origin in origins
        }
        self._others: HeaderList = [VARY] if origins else []

    def headers(self, origin: bytes | None) -> HeaderList:
        """What to add to an answer. `Vary` is there whoever asks, so that a cache never mixes origins up."""
        return self._others if origin is None else self._headers.get(origin, self._others)

    def preflight(self, origin: bytes) -> HeaderList | None:
        """What a preflight is answered with besides `headers`; `None` if the origin may not ask."""
        if origin not in self._headers:
            return None
        return [
            (b"access-control-allow-methods", METHODS),
            (b"access-control-allow-headers", REQUEST_HEADERS),
            (b"access-control-max-age", MAX_AGE),
        ]
