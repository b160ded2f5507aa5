"""The way to Redis: kept open, given up quickly, never waited for twice.

What lives here: connecting, finding out that Redis is gone or back, and messages between processes. What must
not: what is kept in Redis (`limits_redis.py`, `cache_redis.py`), the protocol (`redis_connection.py`).

Redis is optional at run time. Whoever asks while it is down gets `Down` at once and does without; only those
who were waiting when it fell silent wait, for `REDIS_TIMEOUT_MS`. Nobody's request is the probe: a task of
its own tries again, after 0.1 to 2 seconds. While nothing is asked, pings find out within a second that Redis
has gone without a sign, so that what this process believes of the others is never older than that.

One Redis is one address: a single server, or a managed one behind a name that follows the primary. The shards
of a Redis Cluster are not followed.
"""

import asyncio
import logging
import random
import secrets
import ssl
from collections.abc import Callable
from typing import Any, Final

from backwright.redis_address import Address
from backwright.redis_connection import Connection, Down, UnknownScript, ignore, packed

__all__ = ["Down", "Redis", "UnknownScript", "ignore", "packed"]

CONNECT_SECONDS: Final = 1.0
"""How long one attempt to connect may take, and how long the start of the service waits for Redis."""

HEARTBEAT: Final = 0.5
"""Seconds between two looks whether Redis was silent, and is to be asked whether it lives. Twice this and the
timeout are the bound on not knowing that it has gone."""

RETRY: Final = (0.1, 2.0)
"""The first and the longest pause before another attempt; it doubles until a connection has held."""

STEADY_SECONDS: Final = 10.0
"""A connection that held this long makes the next pause short again."""

_PING: Final = packed("PING")
_log = logging.getLogger("backwright.redis")


class Redis:
    """Redis as one process of a service sees it.

    `service` begins the names of all keys, so that several services may share a Redis.
    """

    def __init__(self, url: str, *, service: str, timeout: float = 0.05) -> None:
        self.address = Address.parse(url)
        self.prefix = f"bw:{service}:"
        self.losses = 0
        """How often Redis went away."""
        self._timeout = timeout
        self._channel = f"{self.prefix}news"
        self._me = secrets.token_hex(8)
        self._connection: Connection | None = None
        self._reason = "not connected yet"
        self._told = ""
        self._keeper: asyncio.Task[None] | None = None
        self._connected: asyncio.Event | None = None
        self._unconfirmed: asyncio.Future[Any] | None = None
        self._listeners: dict[str, Callable[[str], None]] = {}
        self._at_gaps: list[Callable[[], None]] = []

    @property
    def up(self) -> bool:
        """Whether Redis can be asked."""
        return self._connection is not None and not self._connection.lost.done()

    async def start(self) -> None:
        """Connect, and stay connected. Returns after `CONNECT_SECONDS` at the latest, with Redis or without."""
        self._connected = asyncio.Event()
        self._keeper = asyncio.create_task(self._keep())
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await self._connected.wait()
        except TimeoutError:
            return

    async def close(self) -> None:
        """Disconnect for good."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait([self._keeper])
            self._keeper = None

    def send(self, command: bytes) -> "asyncio.Future[Any]":
        """The answer to a `packed` command, to be awaited. Raises `Down`, at once or when awaited."""
        if self._connection is None:
            raise Down(self._reason)
        return self._connection.send(command)

    async def ping(self) -> None:
        """For readiness: raises `Down` with the reason."""
        await self.send(_PING)

    def tell(self, topic: str, text: str) -> None:
        """Tell the other processes of this service, those that can be reached now. Never waits, never raises."""
        try:
            sent = self.send(packed("PUBLISH", self._channel, f"{self._me} {topic} {text}"))
        except Down:
            return
        ignore(sent)
        self._unconfirmed = sent

    def listen(self, topic: str, hear: Callable[[str], None]) -> None:
        """Hear what other processes tell about a topic."""
        self._listeners[topic] = hear

    def at_gaps(self, call: Callable[[], None]) -> None:
        """Call this when news may have been missed: when Redis goes, and when it is back, before it is used."""
        self._at_gaps.append(call)

    async def told(self) -> None:
        """Wait until Redis has passed on all that was told, or is given up."""
        if self._unconfirmed is not None and not self._unconfirmed.done():
            await asyncio.wait([self._unconfirmed])

    async def _keep(self) -> None:
        pause, longest = RETRY
        while True:
            connection: Connection | None = None
            began = asyncio.get_running_loop().time()
            try:
                connection = await self._connect()
                self._gained(connection)
                await self._held(connection)
                self._lost(connection.lost.result())
            except (OSError, TimeoutError, ValueError, Down) as error:
                self._lost(str(error) or "no connection within a second")
            finally:
                self._connection = None
                if connection is not None:
                    connection.end("closed")
            if asyncio.get_running_loop().time() - began > STEADY_SECONDS:
                pause = RETRY[0]
            await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - so that processes come back apart
            pause = min(pause * 2, longest)

    async def _connect(self) -> Connection:
        """A connection that has shown that it can do what we need, writing included."""
        address, loop = self.address, asyncio.get_running_loop()
        tls = ssl.create_default_context() if address.tls else None
        async with asyncio.timeout(CONNECT_SECONDS):
            _, connection = await loop.create_connection(
                lambda: Connection(self._timeout, self._hear), address.host, address.port, ssl=tls
            )
            try:
                login = ("AUTH", address.user, address.password) if address.password else ()
                await connection.send(packed("HELLO", 3, *login))
                if address.database:
                    await connection.send(packed("SELECT", address.database))
                await connection.send(packed("SET", f"{self.prefix}probe", 1, "PX", 1000))
                connection.write(packed("SUBSCRIBE", self._channel))
                await connection.send(_PING)
            except BaseException:
                connection.end("closed")
                raise
        return connection

    async def _held(self, connection: Connection) -> None:
        """Return when the connection is over; a silent one is asked whether it lives."""
        loop = asyncio.get_running_loop()
        while not connection.lost.done():
            await asyncio.wait([connection.lost], timeout=HEARTBEAT)
            if not connection.lost.done() and loop.time() - connection.heard_at >= HEARTBEAT * 0.9:
                ignore(connection.send(_PING))

    def _gained(self, connection: Connection) -> None:
        self._connection = connection
        self._tell_gap()
        if self._connected is not None:
            self._connected.set()
        self._say(logging.INFO, "redis is up", "")

    def _lost(self, reason: str) -> None:
        if self._connection is not None:
            self.losses += 1
            self._connection = None
            self._tell_gap()
        self._reason = reason
        self._say(logging.WARNING, "redis is down", reason)

    def _tell_gap(self) -> None:
        for call in self._at_gaps:
            call()

    def _say(self, level: int, state: str, reason: str) -> None:
        """One line for each change, however often it is tried."""
        if state != self._told:
            self._told = state
            where = f"{self.address.host}:{self.address.port}"
            _log.log(level, state, extra={"address": where, **({"reason": reason} if reason else {})})

    def _hear(self, push: list[Any]) -> None:
        if push[0] != b"message":
            return
        sender, topic, text = push[2].decode().split(" ", 2)
        if sender != self._me and (hear := self._listeners.get(topic)) is not None:
            hear(text)
