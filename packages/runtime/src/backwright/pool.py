"""A pool of connections to a database server, which we own.

What lives here: lending, waiting, replacing, for every engine that is a server. What must not: SQL, transactions
(`postgresql.py`, `mariadb.py`). A driver's own pool sends a RESET on every release, which costs as much as a
small query; here only our statements run, and none changes the session, so there is nothing to reset. The
connection that came back last is lent first: the others age, and those too many are closed.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from asyncpg import InvalidCachedStatementError  # type: ignore[import-untyped]
from asyncpg.exceptions import OutdatedSchemaCacheError  # type: ignore[import-untyped]

from backwright.errors import Unavailable

if TYPE_CHECKING:
    from asyncpg import Connection
    from sqlalchemy.ext.asyncio import AsyncEngine

    from backwright.engine import Seen

MAX_AGE: Final = 1_800.0
"""Seconds after which a connection is replaced, so that a change of address or a failover reaches everybody."""

QUIET: Final = 30.0
"""Seconds of idleness after which a connection is asked for a sign of life before it is lent."""

MAX_STATEMENTS: Final = 1_000
"""Statements that a connection keeps prepared."""

MENDING: Final = 5.0
"""Seconds that a connection has to become usable again after a cancellation."""

_log = logging.getLogger("backwright.database")


class Held:
    """One connection, and what belongs to it: its age, and the engine for ORM sessions once somebody asks."""

    __slots__ = ("_statements", "born", "orm", "raw", "seen", "used")

    def __init__(self, raw: "Connection[Any]") -> None:
        self.raw = raw
        self.born = self.used = time.monotonic()
        self.orm: AsyncEngine | None = None
        self.seen: Seen | None = None
        self._statements: dict[str, Any] = {}

    async def fetch(self, sql: str, values: Sequence[Any]) -> Sequence[Any]:
        """Rows of a statement that is prepared once and kept, outside any transaction."""
        statement = self._statements.get(sql)
        if statement is None:
            if len(self._statements) >= MAX_STATEMENTS:
                self._statements.clear()
            statement = self._statements[sql] = await self.raw.prepare(sql)
        try:
            rows: Sequence[Any] = await statement.fetch(*values)
        except (InvalidCachedStatementError, OutdatedSchemaCacheError):  # the database has been migrated
            self._statements.clear()
            rows = await self.raw.fetch(sql, *values)
        return rows


class Pool:
    """At most `size` connections, made by `connect` as they are needed."""

    def __init__(self, connect: Callable[[], Awaitable[Held]], size: int, patience: float) -> None:
        self._connect = connect
        self._size = size
        self._patience = patience
        self._idle: list[Held] = []
        self._open = 0
        self._waiting: deque[tuple[asyncio.Future[Held | None], float]] = deque()
        """Who waits, and until when: all are equally patient, so whoever waits longest gives up first."""
        self._giving_up: asyncio.TimerHandle | None = None
        self._mending: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def idle(self) -> int:
        """Connections that nobody uses."""
        return len(self._idle)

    @property
    def open(self) -> int:
        """Connections in all, those being made included."""
        return self._open

    async def take(self) -> Held:
        """A connection, for `give` to get back. Raises `Unavailable` when all stay taken for too long."""
        until = asyncio.get_running_loop().time() + self._patience
        while True:
            held = await self._ready()
            if held is not None:
                return held
            if self._closed:
                raise Unavailable("The database is not open.")
            if self._open < self._size:
                return await self._new()
            held = await self._turn(until)
            if held is not None and self._is_usable(held):
                return held

    def take_now(self) -> Held | None:
        """A connection that is idle and was in use a moment ago; `None`: wait for one with `take`."""
        if (
            not self._idle
            or time.monotonic() - self._idle[-1].used >= QUIET
            or self._idle[-1].raw.is_closed()
        ):
            return None
        return self._idle.pop()

    def give(self, held: Held) -> None:
        """Take a connection back that is in order; whoever waits longest gets it."""
        held.used = time.monotonic()
        held.seen = None
        if self._closed or held.raw.is_closed() or held.used - held.born > MAX_AGE:
            self._drop(held)
            return
        while self._waiting:
            waiter, _ = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(held)
                return
        self._idle.append(held)

    def mend(self, held: Held) -> "asyncio.Task[None]":
        """Take a connection back on which something was broken off: in the background, it is put in order."""
        task = asyncio.create_task(self._mend(held))
        self._mending.add(task)
        task.add_done_callback(self._mending.discard)
        return task

    async def close(self) -> None:
        """Close what is idle; what is lent is closed when it comes back."""
        self._closed = True
        if self._mending:
            await asyncio.wait(self._mending, timeout=MENDING)
        for waiter, _ in self._waiting:
            if not waiter.done():
                waiter.set_result(None)
        for held in self._idle:
            self._open -= 1
            try:
                await held.raw.close(timeout=2)
            except Exception:
                held.raw.terminate()
        self._idle.clear()

    async def _ready(self) -> Held | None:
        """An idle connection that is alive."""
        while self._idle:
            held = self._idle.pop()
            if self._is_usable(held) and (time.monotonic() - held.used < QUIET or await self._is_alive(held)):
                return held
        return None

    def _is_usable(self, held: Held) -> bool:
        if not held.raw.is_closed():
            return True
        self._drop(held)
        return False

    async def _is_alive(self, held: Held) -> bool:
        try:
            await held.raw.execute("SELECT 1", timeout=1)
        except asyncio.CancelledError:
            self.mend(held)
            raise
        # backwright: ignore[broad-except] whatever is wrong with a connection, it is replaced
        except Exception:
            self._drop(held)
            return False
        return True

    async def _new(self) -> Held:
        self._open += 1
        making = asyncio.ensure_future(self._connect())
        try:
            return await asyncio.shield(making)
        except asyncio.CancelledError:
            making.add_done_callback(
                self._arrived
            )  # a connection half made helps nobody; the next one gets it
            raise
        except BaseException:
            self._lost()
            raise

    def _arrived(self, making: "asyncio.Future[Held]") -> None:
        if making.cancelled() or making.exception() is not None:
            self._lost()
        else:
            self.give(making.result())

    async def _turn(self, until: float) -> Held | None:
        """Wait for a connection, or for room to make one (`None`)."""
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[Held | None] = loop.create_future()
        self._waiting.append((waiter, until))
        if self._giving_up is None:
            self._giving_up = loop.call_at(until, self._give_up, loop)
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                held = waiter.result()  # it came at the last moment, and somebody else needs it
                self.give(held) if held is not None else self._wake()
            raise

    def _give_up(self, loop: asyncio.AbstractEventLoop) -> None:
        """Refuse those who have waited long enough. One timer for all: one for each costs as much as the waiting."""
        self._giving_up = None
        while self._waiting and (self._waiting[0][0].done() or self._waiting[0][1] <= loop.time()):
            waiter, _ = self._waiting.popleft()
            if not waiter.done():
                waiter.set_exception(Unavailable("The database is busy. Try again.", retry_after=1))
        if self._waiting:
            self._giving_up = loop.call_at(self._waiting[0][1], self._give_up, loop)

    async def _mend(self, held: Held) -> None:
        try:
            # The driver waits by itself for the server's answer to a cancellation.
            await held.raw.execute(
                "ROLLBACK" if held.raw.is_in_transaction() else "SELECT 1", timeout=MENDING
            )
        # backwright: ignore[broad-except] whatever is wrong with a connection, it is replaced, and the log says why
        except Exception as error:
            _log.info("a connection is replaced", extra={"reason": type(error).__name__})
            self._drop(held)
        else:
            self.give(held)

    def _drop(self, held: Held) -> None:
        held.raw.terminate()
        self._lost()

    def _lost(self) -> None:
        self._open -= 1
        self._wake()

    def _wake(self) -> None:
        """Tell whoever waits longest that there is room for another connection."""
        while self._waiting:
            waiter, _ = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return
