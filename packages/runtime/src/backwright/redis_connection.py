"""One connection to Redis that everybody in this process shares, with a bound on how long anybody waits.

What lives here: the protocol. What must not: addresses, reconnecting, what the commands are for (`redis.py`).

Commands of one step of the event loop leave in one packet, and answers come back in the order of the
questions (RESP3, read by hiredis). That costs a tenth of a pool of connections, and gives an order: a message
that Redis has sent before it answers us is heard before the answer.

Redis is given up when it says nothing for `timeout` seconds while somebody waits, or when somebody has waited
for `PATIENCE` times as long. Then everybody who waits gets `Down`, and the connection is over.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, Final, cast

from hiredis import ProtocolError, PushNotification, Reader, ReplyError, pack_command

from backwright.errors import Unavailable

PATIENCE: Final = 5
"""Times the timeout that an answer may take while Redis is busy answering others of ours."""

SOON: Final = 0.8
"""Part of the timeout after which silence is suspect; the rest is for the second look."""

_MORE: Final = object()


class Down(Unavailable):
    """Redis does not answer. Whoever asks does without it."""


class UnknownScript(Down):
    """Redis does not have the script of this digest: it was restarted or flushed. Send its text."""


def packed(*parts: str | bytes | int) -> bytes:
    """A command as it is sent."""
    command: bytes = pack_command(parts)  # type: ignore[arg-type] # its stub knows tuples of one part only
    return command


class Connection(asyncio.Protocol):
    """Made by `loop.create_connection`. `hear` gets what Redis says without being asked."""

    def __init__(self, timeout: float, hear: Callable[[list[Any]], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._timeout = timeout
        self._hear = hear
        self._reader = Reader(notEnoughData=_MORE)
        self._transport: asyncio.Transport | None = None
        self._waiting: deque[tuple[asyncio.Future[Any], float]] = deque()
        self._unsent: list[bytes] = []
        self._timer: asyncio.TimerHandle | None = None
        self.heard_at = self._loop.time()
        self.lost: asyncio.Future[str] = self._loop.create_future()
        """The reason, once the connection is over."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one, and not by inheritance

    def connection_lost(self, error: Exception | None) -> None:
        """Tell everybody who waits."""
        self.end(str(error) if error else "Redis has closed the connection")

    def send(self, command: bytes) -> "asyncio.Future[Any]":
        """The answer to a command, to be awaited. Raises `Down`, at once or when awaited.

        Whoever stops waiting does not take the command back.
        """
        if self.lost.done():
            raise Down(self.lost.result())
        answer: asyncio.Future[Any] = self._loop.create_future()
        self._waiting.append((answer, self._loop.time()))
        self.write(command)
        if self._timer is None:
            self._timer = self._loop.call_later(self._timeout * SOON, self._look)
        return answer

    def write(self, command: bytes) -> None:
        """Send what is not answered, such as SUBSCRIBE: news confirm it. A refusal ends the connection."""
        if not self._unsent:
            self._loop.call_soon(self._flush)
        self._unsent.append(command)

    def data_received(self, data: bytes) -> None:
        """Hand the answers out."""
        self.heard_at = self._loop.time()
        try:
            self._reader.feed(data)
            while (reply := self._reader.gets()) is not _MORE:
                self._take(reply)
        except ProtocolError as error:
            self.end(f"it does not speak the protocol: {error}")

    def end(self, reason: str) -> None:
        """Close, and let nobody wait any more. The first reason counts."""
        if self.lost.done():
            return
        self.lost.set_result(reason)
        if self._timer is not None:
            self._timer.cancel()
        if self._transport is not None:
            self._transport.abort()
        while self._waiting:
            answer, _ = self._waiting.popleft()
            if not answer.done():
                answer.set_exception(Down(reason))

    def _flush(self) -> None:
        if self._transport is not None and not self.lost.done():
            self._transport.write(b"".join(self._unsent))
        self._unsent.clear()

    def _take(self, reply: Any) -> None:
        if type(reply) is PushNotification:
            self._hear(reply)
            return
        if not self._waiting:
            self.end("it answers what nobody has asked")
            return
        answer, _ = self._waiting.popleft()
        if not isinstance(reply, ReplyError):
            if not answer.done():
                answer.set_result(reply)
        elif str(reply).startswith("NOSCRIPT"):
            if not answer.done():
                answer.set_exception(UnknownScript())
        else:  # read-only, full, no permission: the next command would fare no better
            reason = str(reply).partition(", with args")[0]  # which may hold a password
            if not answer.done():
                answer.set_exception(Down(reason))
            self.end(reason)

    def _look(self) -> None:
        self._timer = None
        if not self._waiting:
            return
        since = max(self.heard_at, self._waiting[0][1])
        left = self._timeout * SOON - (self._loop.time() - since)
        if left <= 0 or self._is_overdue():
            # After a stall of this process the answer lies unread in the socket: read first, judge then.
            self._timer = self._loop.call_later(self._timeout * (1 - SOON), self._judge, self.heard_at)
        else:
            self._timer = self._loop.call_later(left, self._look)

    def _judge(self, heard_at: float) -> None:
        if self._waiting and (self.heard_at == heard_at or self._is_overdue()):
            self.end(f"no answer within {self._timeout * 1000:.0f} ms")
        else:
            self._look()

    def _is_overdue(self) -> bool:
        return self._loop.time() - self._waiting[0][1] > self._timeout * PATIENCE


def ignore(answer: "asyncio.Future[Any]") -> None:
    """Do not wait for an answer, nor for its failure."""
    answer.add_done_callback(lambda done: done.cancelled() or done.exception())
