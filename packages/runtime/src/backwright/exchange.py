"""One request and its answer on the way through the perimeter.

What lives here: reading the headers once, what every answer is given, the deadline. What must not: decisions
about the request (`middleware.py`).
"""

import asyncio
import re
from math import inf
from time import perf_counter
from typing import Final

from starlette.types import Message, Receive, Scope, Send
from uuid_utils import uuid7

from backwright.bodies import SLOWEST
from backwright.context import Context
from backwright.cors import HeaderList
from backwright.deadlines import Deadline
from backwright.errors import Error, Kind, problem
from backwright.http_cycle import WHOLE
from backwright.replies import Reply, Standing, lines

MAX_HEADERS: Final = 100
MAX_HEADER_BYTES: Final = 32 * 1024
REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}").fullmatch
ONCE: Final = frozenset(
    {
        b"host",
        b"authorization",
        b"x-api-key",
        b"content-length",
        b"content-encoding",
        b"origin",
        b"cookie",
    }
)
"""Headers that two parties could read differently if they came twice."""

COMPRESS_FROM: Final = 1400
"""Bytes; what fits into one packet is not worth the time."""

EXCHANGE: Final = "backwright.exchange"
"""Where a scope holds the exchange that it belongs to."""

WANTED: Final = ONCE | {
    b"x-request-id", b"x-forwarded-for", b"transfer-encoding", b"accept-encoding",
    b"access-control-request-method",
}  # fmt: skip


class Exchange:
    """One request and its answer on the way through."""

    __slots__ = (
        "_always", "_send", "context", "deadline", "extra", "headers", "malformed", "receive", "scope",
        "silent", "started", "status",
    )  # fmt: skip

    def __init__(self, scope: Scope, receive: Receive, send: Send, always: Standing) -> None:
        self.started = self.silent = False
        self.status = 0
        self.extra: HeaderList = []
        self.deadline: Deadline | None = None
        self.receive = receive
        self._send = send
        self._always = always
        self.headers, self.malformed = read_headers(scope["headers"])
        given = self.headers.get(b"x-request-id")
        request_id = given.decode() if given is not None and REQUEST_ID(given) else uuid7().hex
        self.context = Context(request_id, scope["method"], scope["path"], "", perf_counter())
        # A HEAD runs the GET route, so that every route that can be read answers it with the same headers.
        self.scope = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
        self.scope[EXCHANGE] = self

    @property
    def is_preflight(self) -> bool:
        """Whether a browser asks what it may ask for (Fetch standard, "CORS-preflight request")."""
        headers = self.headers
        return (
            self.context.method == "OPTIONS"
            and b"origin" in headers
            and b"access-control-request-method" in headers
        )

    @property
    def compressible(self) -> bool:
        """Whether the answer may be compressed.

        Not where it holds tokens: their length would leak (BREACH).
        """
        return (
            b"accept-encoding" in self.headers
            and self.context.method != "HEAD"
            and not self.context.path.startswith("/auth/")
        )

    def send_whole(self, reply: Reply) -> bool:
        """Send an answer of our own in one write; false where it has to go message by message: the server does not
        offer it, or the answer may be compressed.
        """
        extensions = self.scope.get("extensions")
        if extensions is None or WHOLE not in extensions:
            return False
        if len(reply.body) >= COMPRESS_FROM and self.compressible:
            return False
        head = (
            reply.head, self._always.lines, lines(self.extra),
            b"x-request-id: ", self.context.request_id.encode(), b"\r\n",
        )  # fmt: skip
        if not extensions[WHOLE](reply.status_code, b"".join(head), reply.body):
            return False
        self.started = True
        self.status = reply.status_code
        return True

    async def reply(self, message: Message) -> None:
        """Send a message of the answer; the first one gets the headers that every answer has."""
        if message["type"] == "http.response.start":
            self.started = True
            self.status = message["status"]
            headers = list(message.get("headers", ()))
            said = dict(headers)
            if said.get(b"vary", b"").count(b"Accept-Encoding") > 1:
                # Compression has added what the route had said already, so that its 304 says the same.
                headers = [pair if pair[0] != b"vary" else (b"vary", once(pair[1])) for pair in headers]
            headers += [pair for pair in self._always.headers if pair[0] not in said]
            headers += self.extra
            if self.context.set_cookie is not None:
                headers.append((b"set-cookie", self.context.set_cookie))
            headers.append((b"x-request-id", self.context.request_id.encode()))
            message = {**message, "headers": headers}
            if self.deadline is not None:
                self.deadline.at = inf  # an answer under way, such as a large file, may take its time
        elif self.context.method == "HEAD" and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await self._send(message)

    async def answer(self, error: Error) -> None:
        """Send a problem, unless an answer has begun."""
        if not self.started:
            await problem(error)(self.scope, self.receive, self.reply)

    def extend(self, seen: int) -> None:
        """Move the deadline for an upload of which `seen` bytes have come."""
        if self.deadline is not None and not self.started:
            earned = self.context.started + seen / SLOWEST
            self.deadline.at = max(
                self.deadline.at, asyncio.get_running_loop().time() + earned - perf_counter()
            )


def once(listed: bytes) -> bytes:
    """A list of names in a header, each once."""
    return b", ".join(dict.fromkeys(name.strip() for name in listed.split(b",")))


def read_headers(raw: HeaderList) -> tuple[dict[bytes, bytes], Error | None]:
    """The headers that matter here, and the refusal of too many, too large or contradictory ones."""
    found: dict[bytes, bytes] = {}
    refusal: Error | None = None
    size = 0
    for name, value in raw:
        size += len(name) + len(value)
        if name in WANTED:
            if name not in found:
                found[name] = value
            elif name in ONCE:
                refusal = Error(f"The header {name.decode()} came twice.", kind=Kind.BAD_REQUEST)
            else:
                found[name] += b"," + value
    if len(raw) > MAX_HEADERS or size > MAX_HEADER_BYTES:
        refusal = Error("Send fewer or smaller headers.", kind=Kind.HEADERS_TOO_LARGE)
    return found, refusal
