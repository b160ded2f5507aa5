"""The load: kept-alive connections that each send the next request when the last one is answered.

What lives here: HTTP/1.1 over sockets, as little of it as servers answer with (sized and chunked bodies), and the
times. What must not: what is asked and what is right (`operations.py`). Every answer is handed to a check; the first
wrong one ends the run.
"""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Final, cast

Request = tuple[bytes, Any]
"""The bytes to send, and what the check needs to know about them."""

Check = Callable[[int, bytes, Any], bool]

_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED: Final = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)


class WrongAnswer(Exception):
    """A system answered something else than the data says."""


@dataclass(slots=True)
class Load:
    """What one stretch of load came to."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)

    def percentile_ms(self, part: float) -> float:
        """The time within which this part of the answers came."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(part * len(ordered)))] * 1000


class _Connection(asyncio.Protocol):
    """One client: a request out, an answer in, checked, the next."""

    def __init__(self, client: "Client") -> None:
        self._client = client
        self._buffer = b""
        self._about: Any = None
        self._sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def send(self) -> None:
        """The next request."""
        raw, self._about = self._client.next()
        self._sent_at = perf_counter()
        self._transport.write(raw)

    def close(self) -> None:
        """Hang up."""
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        answer = parse(self._buffer)
        if answer is None:
            return
        took, self._buffer = perf_counter() - self._sent_at, b""
        try:
            more = self._client.answered(*answer, self._about, took)
        except Exception as error:
            self._client.fail(error)
            return
        if more:
            self.send()

    def connection_lost(self, error: Exception | None) -> None:
        self._client.lost(error)


def parse(buffer: bytes) -> tuple[int, bytes] | None:
    """Status and body of a whole answer; `None` while something is missing."""
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        return None
    status, body = int(buffer[9:12]), end + 4
    length = _LENGTH.search(buffer, 0, end + 2)
    if length is not None:
        size = int(length[1])
        return (status, buffer[body : body + size]) if len(buffer) >= body + size else None
    if _CHUNKED.search(buffer, 0, end + 2) is None:
        return (status, b"")
    found: list[bytes] = []
    while True:
        line = buffer.find(b"\r\n", body)
        if line < 0:
            return None
        size = int(buffer[body:line].partition(b";")[0], 16)
        if len(buffer) < line + 4 + size:
            return None
        if size == 0:
            return (status, b"".join(found))
        found.append(buffer[line + 2 : line + 2 + size])
        body = line + 4 + size


class Client:
    """Some connections to one server."""

    def __init__(self, port: int, connections: int) -> None:
        self._port = port
        self._count = connections
        self._connections: list[_Connection] = []
        self._closing = False

    async def __aenter__(self) -> "Client":
        loop = asyncio.get_running_loop()
        for _ in range(self._count):
            _, made = await loop.create_connection(lambda: _Connection(self), "127.0.0.1", self._port)
            self._connections.append(made)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing = True
        for each in self._connections:
            each.close()
        await asyncio.sleep(0)

    async def run(
        self, source: Callable[[], Request], check: Check, *, seconds: float = 0, count: int = 0
    ) -> Load:
        """Send for so many seconds, or so many requests, and wait for every answer. Raises `WrongAnswer`."""
        self.next, self._check = source, check
        self._until, self._left = (perf_counter() + seconds, 1 << 60) if seconds else (float("inf"), count)
        self._load, self._done = Load(), asyncio.get_running_loop().create_future()
        busy = self._connections[: min(self._count, self._left)]
        self._busy, self._left = len(busy), self._left - len(busy)
        start = perf_counter()
        for each in busy:
            each.send()
        await asyncio.wait_for(self._done, seconds + 60)
        self._load.seconds = perf_counter() - start
        return self._load

    def answered(self, status: int, body: bytes, about: Any, took: float) -> bool:
        """Take in an answer; whether the connection goes on."""
        if not self._check(status, body, about):
            raise WrongAnswer(f"{status} {body[:300]!r} for {about!r}")
        self._load.latencies.append(took)
        if self._left > 0 and perf_counter() < self._until:
            self._left -= 1
            return True
        self._busy -= 1
        if not self._busy and not self._done.done():
            self._done.set_result(None)
        return False

    def fail(self, error: Exception) -> None:
        """End the stretch."""
        if not self._done.done():
            self._done.set_exception(error)

    def lost(self, error: Exception | None) -> None:
        """A server hung up."""
        if not self._closing and hasattr(self, "_done"):
            self.fail(WrongAnswer(f"the connection was closed: {error or 'by the server'}"))


async def ask(port: int, raw: bytes) -> tuple[int, dict[str, str], bytes]:
    """One request on a connection of its own: status, headers, body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(raw)
        got = b""
        while (answer := parse(got)) is None:
            more = await asyncio.wait_for(reader.read(1 << 16), 30)
            if not more:
                raise WrongAnswer(f"the connection was closed after {got[:100]!r}")
            got += more
    finally:
        writer.close()
    lines = got.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return answer[0], headers, answer[1]
