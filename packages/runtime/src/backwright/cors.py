"""Cross-origin requests from browsers (Fetch standard, "CORS protocol").

What lives here: the decision and its headers. Origins are compared as a whole: `null`, prefixes, suffixes and
other ports are other origins. Cookies come along only from the origins that are listed for that: the front ends
of a service with browser sessions. All others send tokens, which need no such leave.
"""

from collections.abc import Sequence
from typing import Final

HeaderList = list[tuple[bytes, bytes]]

METHODS: Final = b"GET, HEAD, POST, PUT, PATCH, DELETE"
REQUEST_HEADERS: Final = (
    b"Authorization, Content-Type, Content-Digest, Idempotency-Key, If-Match, If-None-Match, X-CSRF-Token, "
    b"X-Request-Id"
)
EXPOSED: Final = (
    b"Content-Disposition, ETag, Idempotency-Replayed, Link, Location, RateLimit, RateLimit-Policy, Retry-After, "
    b"X-Request-Id"
)
MAX_AGE: Final = b"600"
VARY: Final = (b"vary", b"Origin")
COOKIES: Final = (b"access-control-allow-credentials", b"true")


class Cors:
    """The origins that may read answers; those in `with_cookies` also what a signed-in browser gets."""

    def __init__(self, origins: Sequence[str], with_cookies: Sequence[str] = ()) -> None:
        self._headers: dict[bytes, HeaderList] = {
            origin.encode(): [
                (b"access-control-allow-origin", origin.encode()),
                (b"access-control-expose-headers", EXPOSED),
                VARY,
            ]
            for origin in (*origins, *with_cookies)
        }
        for origin in with_cookies:
            self._headers[origin.encode()].append(COOKIES)
        self._others: HeaderList = [VARY] if self._headers else []

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
