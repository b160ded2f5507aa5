"""The small answer: bytes and headers that are ready to be sent.

What lives here: the response of the operations of resources. What must not: what is answered. Starlette's own
`Response` encodes and counts anew what is known beforehand, which costs as much as reading a row by its id.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from starlette.responses import Response

Pair = tuple[bytes, bytes]

JSON: Final[Pair] = (b"content-type", b"application/json")


class Reply(Response):
    """A `Response` whose headers come as bytes. `Content-Length` is added where there may be content.

    It says nothing of the headers that the perimeter gives to every answer, except for `Cache-Control`.
    """

    def __init__(self, body: bytes, status: int, headers: Sequence[Pair]) -> None:
        self.body = body
        self.status_code = status
        self.background = None
        self.raw_headers = list(headers)
        if status not in (204, 304):
            self.raw_headers.append((b"content-length", b"%d" % len(body)))


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
