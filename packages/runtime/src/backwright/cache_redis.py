"""The second level of the cache: answers that all processes of a service share, in Redis.

What lives here: keys, tags and the one load for all processes. What must not: the first level (`cache.py`),
which asks this one for what it does not have.

An answer is stored with the versions that its tags had before it was computed, and counts as long as they are
still those. A version is a random number that a write replaces after its commit. So an answer that comes late,
made from older data, is stored and never served; and a version that Redis has evicted comes back as another
one, which ends every answer made under the old. No answer needs to be found to be invalidated.

After a write, its own process never shows older data. Others hear of it before the writer gets its answer,
as fast as Redis passes messages on. If Redis cannot be reached when a write commits, its tags are sent as soon
as it can be; until then processes that do reach it may show what they have, for the declared seconds at most.
"""

import asyncio
import random
import secrets
from collections.abc import Awaitable, Callable, Iterable, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Final, NamedTuple

from backwright.cache import JITTER, MAX_ANSWER, REFRESH
from backwright.redis_connection import Down, ignore, packed

if TYPE_CHECKING:
    from backwright.redis import Redis

TOPIC: Final = "tags"

LOCK_MS: Final = 10_000
"""How long others wait at most for a process that computes an answer and dies."""

WAIT_SECONDS: Final = 2.0
"""How long a process waits for another one's answer before it computes its own."""

PAUSE: Final = (0.002, 0.05)
"""The first and the longest pause between two looks for another one's answer, in seconds."""


class Found(NamedTuple):
    """A look into Redis: the answer if it counts, how long it still may live, and the versions of its tags."""

    value: bytes | None
    seconds: float
    versions: bytes


class SharedCache:
    """The answers in Redis. `code` tells apart processes whose answers may differ: other code, another secret."""

    def __init__(self, redis: "Redis", *, code: bytes) -> None:
        self._redis = redis
        self._code = code
        self._tags = f"{redis.prefix}tag:"
        self._answers = f"{redis.prefix}answer:"
        self._locks = f"{redis.prefix}lock:"
        self._unsent: set[str] = set()
        self.hits = 0
        """Answers that another process had computed."""
        redis.at_gaps(self._catch_up)

    def listen(self, forget: Callable[[Iterable[str]], None], forget_all: Callable[[], None]) -> None:
        """Call `forget` with tags that another process has written, `forget_all` when that may have been missed."""
        self._redis.listen(TOPIC, lambda text: forget(text.split(",")))
        self._redis.at_gaps(forget_all)

    def invalidate(self, tags: Iterable[str]) -> None:
        """Let every answer with one of these tags go, everywhere. Does not wait: `Redis.told` does."""
        names = sorted(tags)
        if not names:
            return
        try:
            renewed = [part for name in names for part in (self._tags + name, _version())]
            ignore(sent := self._redis.send(packed("MSET", *renewed)))
        except Down:
            self._unsent.update(names)
            return
        sent.add_done_callback(lambda done: self._unsent.update(names) if done.exception() else None)
        self._redis.tell(TOPIC, ",".join(names))  # after the versions: who hears it must find the new ones

    async def through(
        self,
        key: str,
        load: Callable[[], Awaitable[bytes]],
        *,
        tags: Sequence[str],
        seconds: float,
        renew: bool,
    ) -> tuple[bytes, float]:
        """The answer under `key`, from Redis or by `load`, and the seconds that it may still live.

        Of all processes that ask at once, one loads. `renew` takes no answer that is near its end. Without
        Redis it is `load` and no seconds.
        """
        least = seconds * (1 - REFRESH) if renew else 0.0
        name = blake2b(key.encode(), digest_size=20, key=self._code).hexdigest()
        try:
            found = await self._find(name, tags, least)
            if found.value is None:
                found = await self._claim(name, tags, least, found.versions)
        except Down:
            return await load(), 0.0
        if found.value is not None:
            self.hits += 1
            return found.value, found.seconds
        try:
            value = await load()
        except BaseException:
            self._release(name, found.versions)
            raise
        self._store(name, value, found.versions, seconds)
        return value, seconds

    async def _find(self, name: str, tags: Sequence[str], least: float) -> Found:
        """Look for an answer; one round trip, unless a tag has no version yet."""
        read = packed("MGET", self._answers + name, *(self._tags + tag for tag in tags))
        pending = self._redis.send(read)
        ignore(left := self._redis.send(packed("PTTL", self._answers + name)))
        stored, *versions = await pending
        if None in versions:
            for tag, version in zip(tags, versions, strict=True):
                if version is None:
                    ignore(self._redis.send(packed("SET", self._tags + tag, _version(), "NX")))
            stored, *versions = await self._redis.send(read)
        seconds = await left / 1000
        state = b"".join(versions)
        if stored is None or seconds <= least or not stored.startswith(state):
            return Found(None, 0.0, state)
        return Found(stored[len(state) :], seconds, state)

    async def _claim(self, name: str, tags: Sequence[str], least: float, versions: bytes) -> Found:
        """Either another one's answer, or none and with it the task of computing it."""
        loop = asyncio.get_running_loop()
        until, pause = loop.time() + WAIT_SECONDS, PAUSE[0]
        while True:
            claim = packed("SET", self._lock(name, versions), 1, "NX", "PX", LOCK_MS)
            ignore(claimed := self._redis.send(claim))
            found = await self._find(name, tags, least)  # after the claim: what was stored before it is seen
            is_ours = await claimed is not None
            if found.value is not None:
                if is_ours:
                    self._release(name, versions)
                return found
            if found.versions != versions:  # somebody has written: another claim, on newer data
                versions = found.versions
            elif is_ours or loop.time() > until:
                return found
            else:
                await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - spreading load is no secret
                pause = min(pause * 2, PAUSE[1])

    def _store(self, name: str, value: bytes, versions: bytes, seconds: float) -> None:
        """Keep an answer and let those go on who wait for it. Nobody waits for this."""
        milliseconds = int(seconds * 1000 * (1 - JITTER * random.random()))  # noqa: S311 - as above
        if len(value) <= MAX_ANSWER:
            self._send(packed("SET", self._answers + name, versions + value, "PX", max(1, milliseconds)))
        self._release(name, versions)

    def _release(self, name: str, versions: bytes) -> None:
        self._send(packed("DEL", self._lock(name, versions)))

    def _send(self, command: bytes) -> None:
        try:
            ignore(self._redis.send(command))
        except Down:
            return

    def _lock(self, name: str, versions: bytes) -> bytes:
        """A claim is for one state of the data: who asks after a write does not wait for an answer from before."""
        return f"{self._locks}{name}:{versions.hex()}".encode()

    def _catch_up(self) -> None:
        """Back again: first of all, say what was written meanwhile."""
        if self._redis.up and self._unsent:
            unsent, self._unsent = self._unsent, set()
            self.invalidate(unsent)


def _version() -> bytes:
    return secrets.token_bytes(8)
