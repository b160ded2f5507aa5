"""Answers kept in this process, never stale and never mixed up.

What lives here: the declaration `Cache` and the store `ResponseCache`. What must not: what a key is made of;
whoever asks puts into it everything that the answer depends on, the roles of the caller included.

An answer carries the tags (names of tables) of what it shows. A write invalidates its tag after the commit,
in the same step of the event loop, so nobody reads the old answer afterwards. An answer that was computed
from data older than the last invalidation is not stored, however late it comes.
"""

import asyncio
import random
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Final

MAX_ENTRIES: Final = 10_000
MAX_BYTES: Final = 32 * 1024 * 1024
"""Bytes of keys and answers together; the least recently used go first."""

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

    Writes through the API end it at once.
    """

    seconds: int

    def __post_init__(self) -> None:
        if not 1 <= self.seconds <= 86_400:
            raise ValueError(f"Cache(seconds={self.seconds}): write 1 to 86400 seconds")


@dataclass(slots=True)
class Counts:
    """What happened so far. `late` are answers that came after their data had changed and were not kept."""

    hits: int = 0
    misses: int = 0
    late: int = 0
    load_seconds: float = 0.0
    """Time spent computing answers; divided by `misses`, what one hit saves."""


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


@dataclass(frozen=True, slots=True)
class _Flight:
    """An answer under way, and the version of the data that it is computed from."""

    task: "asyncio.Task[bytes]"
    version: int


class ResponseCache:
    """The store, bounded by entries and bytes.

    `outside` changes when another process has written: all is dropped then.
    """

    def __init__(
        self,
        *,
        max_entries: int = MAX_ENTRIES,
        max_bytes: int = MAX_BYTES,
        outside: Callable[[], int] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._max_entries = max_entries
        self._max_bytes = max_bytes
        self._outside = outside
        self._seen_outside: int | None = None
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._flights: dict[str, _Flight] = {}
        self._versions: dict[str, int] = {}
        self._floor = 0
        self._now = 0
        self.bytes = 0
        self.counts = Counts()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: str) -> bytes | None:
        """The answer under `key`, if it is there and nothing that it shows has changed."""
        entry = self._current(key)
        if entry is None:
            self.counts.misses += 1
            return None
        self.counts.hits += 1
        return entry.value

    def version(self, tags: Iterable[str]) -> int:
        """The state of what `tags` name.

        Take it before reading the data, and hand it to `put` with the answer.
        """
        if self._outside is not None:
            self._look_outside(self._outside())
        return max((self._versions.get(tag, 0) for tag in tags), default=0) or self._floor

    def put(self, key: str, value: bytes, tags: Iterable[str], version_seen: int, *, seconds: float) -> bool:
        """Keep an answer; whether it was kept. One made from data that has changed since is not."""
        named = tuple(tags)
        if self.version(named) != version_seen:
            self.counts.late += 1
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
        """Let every answer with one of these tags go, and every one under way.

        Call it when the change is committed.
        """
        self._now += 1
        for tag in tags:
            self._versions[tag] = self._now
        if len(self._versions) > _MAX_TAGS:
            self.clear()

    def clear(self) -> None:
        """Let everything go, answers under way included."""
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
        entry = self._current(key)
        if entry is not None:
            self.counts.hits += 1
            if entry.renews < self._clock() and key not in self._flights:
                self._start(key, load, tuple(tags), seconds)
            return entry.value
        self.counts.misses += 1
        named = tuple(tags)
        flight = self._flights.get(key)
        if flight is None or flight.version != self.version(named):
            flight = self._start(key, load, named, seconds)
        return await asyncio.shield(flight.task)

    def _start(
        self, key: str, load: Callable[[], Awaitable[bytes]], tags: tuple[str, ...], seconds: float
    ) -> _Flight:
        version = self.version(tags)

        async def compute() -> bytes:
            start = time.perf_counter()
            value = await load()
            self.counts.load_seconds += time.perf_counter() - start
            self.put(key, value, tags, version, seconds=seconds)
            return value

        flight = _Flight(asyncio.create_task(compute()), version)
        self._flights[key] = flight

        def land(task: "asyncio.Task[bytes]") -> None:
            if self._flights.get(key) is flight:
                del self._flights[key]
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
