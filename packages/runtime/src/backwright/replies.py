"""The small answer: bytes and headers that are ready to be sent.

What lives here: the response of the operations of resources. What must not: what is answered. Starlette's own
`Response` encodes and counts anew what is known beforehand, which costs as much as reading a row by its id.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Final

from starlette.responses import Response

Pair = tuple[bytes, bytes]

JSON: Final[Pair] = (b"content-type", b"application/json")


class Reply(Response):
    """A `Response` whose headers come as bytes. `Content-Length` is added where there may be content.

    `standing` are those that every answer of its kind has, `Cache-Control` among them, and `own` those of this one. It
    says nothing of the other headers that the perimeter gives to every answer.
    """

    def __init__(self, body: bytes, status: int, standing: "Standing", own: Sequence[Pair] = ()) -> None:
        self.body = body
        self.status_code = status
        self.background = None
        self.standing = standing
        self.own = own

    @property
    def head(self) -> bytes:
        """The headers as lines, ready to be sent."""
        if "raw_headers" in self.__dict__:  # somebody has looked at them one by one, and may have added some
            return lines(self.raw_headers)
        size = b"" if self.status_code in (204, 304) else b"content-length: %d\r\n" % len(self.body)
        return self.standing.lines + lines(self.own) + size

    @cached_property
    def raw_headers(self) -> list[Pair]:  # type: ignore[override]
        """The headers one by one; more may be added."""
        size = [] if self.status_code in (204, 304) else [(b"content-length", b"%d" % len(self.body))]
        return [*self.standing.headers, *self.own, *size]


class Standing:
    """Headers that many answers have, and their lines as they are sent, but for those that each answer says itself."""

    def __init__(self, headers: Iterable[Pair], but: frozenset[bytes] = frozenset()) -> None:
        self.headers = list(headers)
        self.lines = lines(pair for pair in self.headers if pair[0] not in but)


def lines(headers: Iterable[Pair]) -> bytes:
    """Headers as lines, ready to be sent. Raises `ValueError` for one that would begin a line of its own."""
    found = [b"%b: %b\r\n" % pair for pair in headers]
    joined = b"".join(found)
    if joined.count(b"\n") != len(found) or joined.count(b"\r") != len(found):
        raise ValueError("a header holds the end of a line")
    return joined


def pairs(**headers: str) -> list[Pair]:
    """Headers as they are sent: `pairs(cache_control="no-store")`."""
    return [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
