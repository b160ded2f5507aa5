"""One request on an HTTP/1.1 connection, and the bytes of its answer.

What lives here: ASGI's `receive` and `send` for one request, and the extension `WHOLE` for an answer that is there as a
whole. What must not: the connection (`http_protocol.py`), what is answered.
"""

import asyncio
import re
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from starlette.types import Message, Scope
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

if TYPE_CHECKING:
    from backwright.http_protocol import Protocol

WHOLE: Final = "backwright.whole"
"""The ASGI extension under which a scope has `Cycle.whole`."""

Whole = Callable[[int, bytes, bytes], bool]

_NOT_IN_A_HEADER: Final = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]").search
_FAILURE: Final = b"Internal Server Error"


class Cycle:
    """One request of a connection and the answer to it."""

    __slots__ = (
        "_all_came", "_all_read", "_body", "_chunked", "_expects_continue", "_left", "_news", "_protocol",
        "disconnected", "keep_alive", "response_complete", "response_started", "scope",
    )  # fmt: skip

    def __init__(
        self, protocol: "Protocol", scope: Scope, *, keep_alive: bool, expects_continue: bool
    ) -> None:
        self._protocol = protocol
        self.scope = scope
        self.keep_alive = keep_alive
        self.disconnected = self.response_started = self.response_complete = False
        self._expects_continue = expects_continue
        self._body = b""
        self._all_came = self._all_read = False
        self._news: asyncio.Future[None] | None = None
        self._chunked = False
        self._left = 0

    def came(self, piece: bytes) -> int:
        """Take in a piece of the body: the number of bytes that wait to be read."""
        self._body = self._body + piece if self._body else piece
        self.notice()
        return len(self._body)

    def ended(self) -> None:
        """The body is complete."""
        self._all_came = True
        self.notice()

    def notice(self) -> None:
        """Wake whoever waits in `receive`."""
        if self._news is not None and not self._news.done():
            self._news.set_result(None)

    async def receive(self) -> Message:
        """ASGI: the next piece of the body, or that nobody is there any more."""
        protocol = self._protocol
        if self._expects_continue:
            self._expects_continue = False
            if not protocol.transport.is_closing():
                protocol.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        while not (self.disconnected or self.response_complete):
            if self._body or (self._all_came and not self._all_read):
                body, self._body, self._all_read = self._body, b"", self._all_came
                return {"type": "http.request", "body": body, "more_body": not self._all_came}
            protocol.flow.resume_reading()
            self._news = protocol.loop.create_future()
            await self._news
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """ASGI: a part of the answer. Raises `RuntimeError` for what is not the next one."""
        flow = self._protocol.flow
        if flow.write_paused and not self.disconnected:
            await flow.drain()
        if self.disconnected:
            return
        kind = message["type"]
        if kind == "http.response.start" and not self.response_started:
            self._start(message["status"], message.get("headers", ()))
        elif kind == "http.response.body" and self.response_started and not self.response_complete:
            self._send_body(message.get("body", b""), more=message.get("more_body", False))
        else:
            raise RuntimeError(f"{kind!r} is not what an answer goes on with here")

    def whole(self, status: int, head: bytes, body: bytes) -> bool:
        """Send a whole answer in one write; false where it has to go the ordinary way.

        `head` is header lines as they are sent, `Content-Length` among them where there may be content.
        """
        protocol = self._protocol
        if self.response_started or self.disconnected or protocol.flow.write_paused:
            return False
        self.response_started = True
        standing, closes = standing_lines(*protocol.server_state.default_headers)
        if closes:
            self.keep_alive = False
        closing = b"\r\n" if closes or self.keep_alive else b"connection: close\r\n\r\n"
        content = b"" if self.scope["method"] == "HEAD" else body
        protocol.transport.write(b"".join((STATUS_LINE[status], standing, head, closing, content)))
        self._finish()
        return True

    def fail(self) -> None:
        """What an application gets that has failed: a 500 if nothing was sent, else the end of the connection."""
        self.keep_alive = False
        head = b"content-type: text/plain\r\ncontent-length: 21\r\n"
        if self.response_started or not self.whole(500, head, _FAILURE):
            self._protocol.transport.close()

    def _start(self, status: int, headers: Any) -> None:
        self.response_started = True
        self._expects_continue = False
        sized = status in (204, 304) or self.scope["method"] == "HEAD"
        lines = [STATUS_LINE[status]]
        for name, value in (*self._protocol.server_state.default_headers, *headers):
            name = name.lower()
            if _NOT_IN_A_HEADER(value) or _NOT_IN_A_HEADER(name):
                raise RuntimeError("An answer has a header that cannot be sent.")
            if name == b"content-length":
                self._left, sized = int(value), True
            elif name == b"transfer-encoding":
                self._chunked = sized = value.lower() == b"chunked"
            elif name == b"connection" and b"close" in value.lower():
                self.keep_alive = False
                continue
            lines += (name, b": ", value, b"\r\n")
        if not sized:
            self._chunked = True
            lines.append(b"transfer-encoding: chunked\r\n")
        if not self.keep_alive:
            lines.append(b"connection: close\r\n")
        lines.append(b"\r\n")
        self._protocol.transport.write(b"".join(lines))

    def _send_body(self, body: bytes, *, more: bool) -> None:
        write = self._protocol.transport.write
        if self.scope["method"] == "HEAD":
            self._left = 0
        elif self._chunked:
            if body:
                write(b"%x\r\n%b\r\n" % (len(body), body))
            if not more:
                write(b"0\r\n\r\n")
        else:
            self._left -= len(body)
            if self._left < 0:
                raise RuntimeError("The content of an answer is longer than its Content-Length.")
            if body:
                write(body)
        if not more:
            if self._left:
                raise RuntimeError("The content of an answer is shorter than its Content-Length.")
            self._finish()

    def _finish(self) -> None:
        self.response_complete = True
        self.notice()
        if not self.keep_alive:
            self._protocol.transport.close()


@lru_cache(maxsize=4)
def standing_lines(*headers: tuple[bytes, bytes]) -> tuple[bytes, bool]:
    """The lines that the server adds to each answer (`Date`), and whether they end the connection."""
    return b"".join(b"%b: %b\r\n" % pair for pair in headers), any(
        name == b"connection" for name, _ in headers
    )
