"""Kept-alive connections to one server, as many as are needed at once.

What lives here: HTTP/1.1 as far as a client of servers needs it. What must not: what is asked, and when.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import cast

import httptools

HOST = "127.0.0.1"
LOST, LATE = 0, -1


@dataclass(slots=True)
class Answer:
    """What came back. A status of 0: nothing whole."""

    status: int
    headers: dict[bytes, bytes] = field(default_factory=dict)
    body: bytes = b""


Told = Callable[[Answer], None]


class Connection(asyncio.Protocol):
    """One connection: a request out, an answer in."""

    def __init__(self, pool: "Connections") -> None:
        self._pool = pool
        self._tell: Told | None = None
        self._answer = Answer(LOST)
        self._transport: asyncio.Transport | None = None
        self._ends = False
        self.lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is there."""
        self._transport = cast(asyncio.Transport, transport)

    def send(self, raw: bytes, tell: Told) -> None:
        """Send a request; `tell` gets the answer, whatever it is."""
        assert self._transport is not None, "it is connected"
        self._tell, self._answer, self._ends = tell, Answer(LOST), False
        self._parser = httptools.HttpResponseParser(self)
        self._transport.write(raw)

    def serves(self, tell: Told) -> bool:
        """Whether it is his answer that it waits for."""
        return self._tell is tell

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.abort()

    def on_header(self, name: bytes, value: bytes) -> None:
        """The parser has read a header."""
        self._answer.headers[name.lower()] = value

    def on_body(self, body: bytes) -> None:
        """The parser has read a piece of the content."""
        self._answer.body += body

    def on_message_complete(self) -> None:
        """The parser has read all of it."""
        if self._parser.get_status_code() >= 200:  # 100 and 103 come before the answer
            self._answer.status = self._parser.get_status_code()
            self._ends = not self._parser.should_keep_alive()

    def data_received(self, data: bytes) -> None:
        """Something came."""
        if self._tell is None:
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.close()
            return
        if self._answer.status != LOST:
            self._done()

    def connection_lost(self, error: Exception | None) -> None:
        """The other end hung up."""
        self.lost = True
        self._pool.forget(self)
        if self._tell is not None:
            self._done()

    def _done(self) -> None:
        assert self._tell is not None
        tell, self._tell = self._tell, None
        if self._ends:
            self.lost = True
            self._pool.forget(self)
            assert self._transport is not None
            self._transport.close()
        elif not self.lost:
            self._pool.idle.append(self)
        tell(self._answer)
        self._pool.next()


class Connections:
    """At most `most` connections; a request that finds none free waits for its turn."""

    def __init__(self, port: int, most: int) -> None:
        self._port = port
        self._most = most
        self._open: set[Connection] = set()
        self._opening = 0
        self._waiting: deque[tuple[bytes, Told]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self.idle: list[Connection] = []

    def send(self, raw: bytes, tell: Told) -> None:
        """Send a request as soon as a connection is free."""
        while self.idle:
            found = self.idle.pop()
            if not found.lost:
                found.send(raw, tell)
                return
        self._waiting.append((raw, tell))
        self.next()

    def next(self) -> None:
        """Serve who waits: with a free connection, or with a new one where there is room."""
        while self._waiting and self.idle:
            found = self.idle.pop()
            if not found.lost:
                found.send(*self._waiting.popleft())
        while len(self._waiting) > self._opening and len(self._open) + self._opening < self._most:
            self._opening += 1
            task = asyncio.get_running_loop().create_task(self._connect())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def forget(self, connection: Connection) -> None:
        """It is gone."""
        self._open.discard(connection)

    def give_up(self, tell: Told) -> None:
        """Nobody waits for this answer any more: take the request back, or hang up as clients do."""
        for waiting in self._waiting:
            if waiting[1] is tell:
                self._waiting.remove(waiting)
                return
        for each in list(self._open):
            if each.serves(tell):
                each.close()

    async def close(self) -> None:
        """Hang up everywhere."""
        self._waiting.clear()
        for task in self._tasks:
            task.cancel()
        for each in list(self._open):
            each.close()
        await asyncio.sleep(0)

    async def _connect(self) -> None:
        made: Connection | None = None
        with suppress(OSError):
            _, made = await asyncio.get_running_loop().create_connection(
                lambda: Connection(self), HOST, self._port
            )
        self._opening -= 1
        if made is None:
            if self._waiting:
                self._waiting.popleft()[1](Answer(LOST))
            return
        self._open.add(made)
        self.idle.append(made)
        self.next()


def request(method: str, path: str, port: int, headers: dict[str, str], body: bytes = b"") -> bytes:
    """A request as bytes."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}:{port}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body or method in ("POST", "PUT", "PATCH"):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body
