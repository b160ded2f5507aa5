"""Answers kept in this process, never mixed up, and as fresh as this process can know.

What lives here: the declaration `Cache` and the store `ResponseCache`. What must not: what a key is made of;
whoever asks puts into it everything that the answer depends on, the roles of the caller included.

An answer carries the tags (names of tables) of what it shows. A write invalidates its tag after the commit,
in the same step of the event loop, so nobody reads the old answer afterwards. An answer that was computed
from data older than the last invalidation is not stored, however late it comes.

Processes that share a Redis have a second level there (`cache_redis.py`). What one of them writes, the others
drop as soon as Redis has passed it on, before the writer gets its answer. A process that is cut off from Redis
finds out within a second; from then on it keeps nothing until Redis is back.
"""

import asyncio
import random
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from backwright.cache_gains import Gains

if TYPE_CHECKING:
    from backwright.cache_redis import SharedCache

MAX_ENTRIES: Final = 10_000
MAX_BYTES: Final = 4 * 1024 * 1024
"""Bytes of keys and answers together; the least recently used go first."""

MAX_BYTES_SHARED: Final = 4 * 1024 * 1024
"""The same for the first of two levels: what is asked for most."""

MAX_ANSWER: Final = 1024 * 1024
"""An answer larger than this is not kept: it would push out thousands of small ones."""

JITTER: Final = 0.1
"""Part of its time that an answer may live shorter, so that what was stored together ends apart."""

REFRESH: Final = 0.8
"""Part of its time after which one caller renews an answer in the background while others still get it."""

_OVERHEAD: Final = 400
"""Bytes that the bookkeeping of one entry takes."""

_MAX_TAGS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Cache:
    """How long reads of a resource may be answered from memory, in seconds.

    Writes through the API end it at once, in every process that can hear of them: all that share a Redis or a
    SQLite file. A second replica on a database server, without Redis, may show older answers for these seconds.
    """

    seconds: int

    def __post_init__(self) -> None:
        if not 1 <= self.seconds <= 86_400:
            raise ValueError(f"Cache(seconds={self.seconds}): write 1 to 86400 seconds")


class _Entry:
    __slots__ = ("ends", "renews", "size", "tags", "value", "version")

    def __init__(
        self, value: bytes, tags: tuple[str, ...], version: int, size: int, renews: float, ends: float
    ) -> None:
        self.value = value
        self.tags = tags
        self.version = version
        self.size = size
        self.renews = renews
        self.ends = ends


@dataclass(slots=True)
class _Flight:
    """An answer under way, the version of the data that it is computed from, and how many others wait for it."""

    task: "asyncio.Future[bytes]"
    version: int
    waiting: int = 0

    def follow(self, other: "asyncio.Future[bytes]") -> None:
        """End as another one has ended."""
        if other.cancelled():
            self.task.cancel()
        elif (error := other.exception()) is not None:
            self.task.set_exception(error)
            self.task.exception()
        else:
            self.task.set_result(other.result())


class ResponseCache:
    """The store, bounded by entries and bytes.

    `outside` changes when another process has written: all is dropped then. `shared` is the second level.
    """

    def __init__(
        self,
        *,
        max_entries: int = MAX_ENTRIES,
        max_bytes: int = MAX_BYTES,
        outside: Callable[[], int] | None = None,
        shared: "SharedCache | None" = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._max_entries = max_entries
        self._max_bytes = max_bytes
        self._outside = outside
        self.shared = shared
        self._seen_outside: int | None = None
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._flights: dict[str, _Flight] = {}
        self._versions: dict[str, int] = {}
        self._floor = 0
        self._now = 0
        self.bytes = 0
        self.gains: dict[str, Gains] = {}
        """What it gains, by the first tag: the resource that was asked for."""
        if shared is not None:
            shared.listen(self.forget, self.clear)

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: str) -> bytes | None:
        """The answer under `key`, if it is there and nothing that it shows has changed."""
        entry = self._current(key)
        return None if entry is None else entry.value

    def of(self, tags: Sequence[str]) -> Gains:
        """The gains of the resource that these tags begin with."""
        name = tags[0] if tags else ""
        found = self.gains.get(name)
        if found is None:
            found = self.gains[name] = Gains(name)
        return found

    def version(self, tags: Iterable[str]) -> int:
        """The state of what `tags` name.

        Take it before reading the data, and hand it to `put` with the answer.
        """
        if self._outside is not None:
            self._look_outside(self._outside())
        versions, found = self._versions, 0
        for tag in tags:
            if (version := versions.get(tag, 0)) > found:
                found = version
        return found or self._floor

    def put(self, key: str, value: bytes, tags: Iterable[str], version_seen: int, *, seconds: float) -> bool:
        """Keep an answer; whether it was kept. One made from data that has changed since is not."""
        named = tuple(tags)
        if self.version(named) != version_seen:
            self.of(named).late += 1
            return False
        size = len(value) + len(key) + _OVERHEAD
        if len(value) > MAX_ANSWER or size > self._max_bytes:
            return False
        lifetime = seconds * (1 - JITTER * random.random())  # noqa: S311 - spreading load is no secret
        start = self._clock()
        self._drop(key)
        self._entries[key] = _Entry(
            value, named, version_seen, size, start + lifetime * REFRESH, start + lifetime
        )
        self.bytes += size
        while len(self._entries) > self._max_entries or self.bytes > self._max_bytes:
            self._drop(next(iter(self._entries)))
        return True

    def invalidate(self, tags: Iterable[str]) -> None:
        """Let every answer with one of these tags go, and every one under way, in all processes.

        Call it when the change is committed.
        """
        named = tuple(tags)
        self.forget(named)
        if self.shared is not None:
            self.shared.invalidate(named)

    def forget(self, tags: Iterable[str]) -> None:
        """Let them go in this process: another one has said that it has written."""
        self._now += 1
        for tag in tags:
            self._versions[tag] = self._now
        if len(self._versions) > _MAX_TAGS:
            self.clear()

    def clear(self) -> None:
        """Let everything go in this process, answers under way included."""
        self._now += 1
        self._floor = self._now
        self._versions.clear()
        self._entries.clear()
        self.bytes = 0

    async def through(
        self, key: str, load: Callable[[], Awaitable[bytes]], *, tags: Iterable[str], seconds: float
    ) -> bytes:
        """The answer under `key`, computed with `load` if need be.

        However many ask at once, `load` runs once. It goes on when the first caller leaves, for the sake of
        the others. Whoever asks after an invalidation does not get an answer that was begun before it. What
        `load` raises, everybody gets who waited for it, and nothing is kept.
        """
        entry, named = self._current(key), tuple(tags)
        gains = self.of(named)
        if entry is not None:
            gains.hits += 1
            if entry.renews < self._clock() and key not in self._flights:
                self._start(key, load, named, seconds, renew=True)
            return entry.value
        gains.missed()
        flight = self._flights.get(key)
        if flight is None or flight.version != self.version(named):
            if self.shared is None:
                return await self._lead(key, load, named, seconds)
            flight = self._start(key, load, named, seconds)
        flight.waiting += 1
        return await asyncio.shield(flight.task)

    async def _lead(
        self, key: str, load: Callable[[], Awaitable[bytes]], tags: tuple[str, ...], seconds: float
    ) -> bytes:
        """Compute an answer in the task of the first who asks: most are asked for by one, and a task of its own
        would cost as much as a small read. If the first one leaves while others wait, it is begun anew for them.
        """
        flight = _Flight(asyncio.get_running_loop().create_future(), self.version(tags))
        self._flights[key] = flight
        start = time.perf_counter()
        try:
            value = await load()
        except BaseException as error:
            self._land(key, flight)
            if not flight.waiting:
                raise
            if isinstance(error, asyncio.CancelledError):
                self._start(key, load, tags, seconds).task.add_done_callback(flight.follow)
            else:
                flight.task.set_exception(error)
                flight.task.exception()  # seen, also when everybody who waited has left
            raise
        self.of(tags).loaded(time.perf_counter() - start)
        self.put(key, value, tags, flight.version, seconds=seconds)
        self._land(key, flight)
        flight.task.set_result(value)
        return value

    def _land(self, key: str, flight: _Flight) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]

    def _start(
        self,
        key: str,
        load: Callable[[], Awaitable[bytes]],
        tags: tuple[str, ...],
        seconds: float,
        *,
        renew: bool = False,
    ) -> _Flight:
        version, shared = self.version(tags), self.shared

        async def timed() -> bytes:
            start = time.perf_counter()
            value = await load()
            self.of(tags).loaded(time.perf_counter() - start)
            return value

        async def compute() -> bytes:
            if shared is None:
                value, left = await timed(), seconds
            else:
                value, left = await shared.through(key, timed, tags=tags, seconds=seconds, renew=renew)
            if left > 0:
                self.put(key, value, tags, version, seconds=left)
            return value

        flight = _Flight(asyncio.create_task(compute()), version)
        self._flights[key] = flight

        def land(task: "asyncio.Future[bytes]") -> None:
            self._land(key, flight)
            if not task.cancelled():
                task.exception()  # seen, also when everybody who waited has left

        flight.task.add_done_callback(land)
        return flight

    def _current(self, key: str) -> _Entry | None:
        if self._outside is not None:
            self._look_outside(self._outside())
        entry = self._entries.get(key)
        if entry is None:
            return None
        version, versions = entry.version, self._versions
        if entry.ends > self._clock():
            for tag in entry.tags:
                if versions.get(tag, 0) > version:
                    break
            else:
                self._entries.move_to_end(key)
                return entry
        self._drop(key)
        return None

    def _look_outside(self, version: int) -> None:
        if version != self._seen_outside:
            if self._seen_outside is not None:
                self.clear()
            self._seen_outside = version

    def _drop(self, key: str) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self.bytes -= entry.size
