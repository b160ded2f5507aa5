"""Processes that share a Redis compute an answer once, and none shows what another one has made old."""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager

import pytest
from backwright import cache, cache_redis
from backwright.cache import MAX_ANSWER, ResponseCache
from backwright.cache_redis import SharedCache
from backwright.redis import Redis, packed
from services import HANGS, PATIENT, REDIS, RedisServer, redis_prefix, redis_server, until

CODE, TAGS = b"c" * 32, ("orders", "assets")

WORKER = """
import asyncio, sys, time, uvloop
from backwright.cache import ResponseCache
from backwright.cache_redis import SharedCache
from backwright.redis import Redis

async def main(url, service):
    redis = Redis(url, service=service, timeout=60)
    await redis.start()
    while not redis.up:
        await asyncio.sleep(0.01)
    cache, loads = ResponseCache(shared=SharedCache(redis, code=b"c" * 32)), 0

    async def load():
        nonlocal loads
        loads += 1
        await asyncio.sleep(0.2)
        return b"answer"

    print("ready", flush=True)
    sys.stdin.readline()
    found = await asyncio.gather(*(cache.through("key", load, tags=("t",), seconds=30) for _ in range(125)))
    assert set(found) == {b"answer"}
    print(loads, flush=True)
    await redis.close()

uvloop.run(main(*sys.argv[1:]))
"""


class Process:
    """What one process of a service has: its way to Redis and its first level."""

    def __init__(self, url: str, service: str, code: bytes = CODE, timeout: float = PATIENT) -> None:
        self.redis = Redis(url, service=service, timeout=timeout)
        self.shared = SharedCache(self.redis, code=code)
        self.cache = ResponseCache(shared=self.shared)
        self.loads = 0

    async def get(self, value: bytes = b"answer", key: str = "key", seconds: float = 30) -> bytes:
        """The answer under a key; `value` if it must be computed."""
        return await self.cache.through(key, self.loading(value), tags=TAGS, seconds=seconds)

    def loading(self, value: bytes) -> Callable[[], Awaitable[bytes]]:
        """What computes a value."""

        async def load() -> bytes:
            self.loads += 1
            await asyncio.sleep(0)
            return value

        return load

    async def write(self, *tags: str) -> None:
        """What follows a commit."""
        self.cache.invalidate(tags)
        await self.redis.told()

    async def heard(self) -> None:
        """Return when everything has been heard that was told before: news come before an answer."""
        await self.redis.ping()


@asynccontextmanager
async def running(*processes: Process) -> AsyncIterator[None]:
    for each in processes:
        await each.redis.start()
        await until(lambda each=each: each.redis.up)  # type: ignore[misc]
    try:
        yield
    finally:
        for each in processes:
            await each.redis.close()


@pytest.fixture
def service() -> Iterator[str]:
    with redis_prefix() as found:
        yield found


@pytest.fixture
async def pair(service: str) -> AsyncIterator[tuple[Process, Process]]:
    one, two = Process(REDIS, service), Process(REDIS, service)
    async with running(one, two):
        yield one, two


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with redis_server() as started:
        yield started


async def keys(process: Process, kind: str) -> list[bytes]:
    found: list[bytes] = await process.redis.send(packed("KEYS", f"{process.redis.prefix}{kind}:*"))
    return found


async def test_what_one_has_computed_the_other_need_not(pair: tuple[Process, Process]) -> None:
    """It comes from Redis once, and from memory then."""
    one, two = pair
    assert await one.get(b"a") == b"a"
    assert await two.get(b"b") == b"a"
    assert await two.get(b"b") == b"a"
    assert (two.loads, two.shared.hits, sum(each.hits for each in two.cache.gains.values())) == (0, 1, 1)


async def test_after_a_write_no_process_shows_what_was_before(pair: tuple[Process, Process]) -> None:
    """Neither from memory nor from Redis; answers about other tables stay."""
    one, two = pair
    for each in pair:
        await each.get(b"old")
        await each.cache.through("other", each.loading(b"kept"), tags=("people",), seconds=30)
    await one.write("assets")
    await two.heard()
    assert await two.get(b"new") == b"new"
    assert await one.get(b"x") == b"new"
    assert await two.cache.through("other", two.loading(b"x"), tags=("people",), seconds=30) == b"kept"


async def test_a_late_writer_cannot_bring_old_data_back(pair: tuple[Process, Process]) -> None:
    """Read, then another process commits, then the first one stores what it had read."""
    one, two = pair
    begun, gate = asyncio.Event(), asyncio.Event()

    async def slow() -> bytes:
        begun.set()
        await gate.wait()
        return b"old"

    late = asyncio.create_task(one.cache.through("key", slow, tags=TAGS, seconds=30))
    await begun.wait()
    await two.write("orders")
    gate.set()
    assert await late == b"old"  # it asked before the write
    assert await two.get(b"new") == b"new"
    await one.heard()
    assert await one.get(b"newer") == b"new"


async def test_whoever_asks_after_a_write_does_not_wait_for_an_answer_from_before(
    pair: tuple[Process, Process],
) -> None:
    """The claim of the one that computes is for one state of the data."""
    one, two = pair
    begun, gate = asyncio.Event(), asyncio.Event()

    async def slow() -> bytes:
        begun.set()
        await gate.wait()
        return b"old"

    late = asyncio.create_task(one.cache.through("key", slow, tags=TAGS, seconds=30))
    await begun.wait()
    await two.write("orders")
    assert await asyncio.wait_for(two.get(b"new"), PATIENT) == b"new"  # `late` goes on after that only
    gate.set()
    await late


async def test_readers_and_writers_at_once_never_see_data_older_than_an_acknowledged_write(
    service: str,
) -> None:
    """Three processes; each read that starts after a write was acknowledged shows it, as a request would whose
    limit was counted in Redis before."""
    processes = [Process(REDIS, service) for _ in range(3)]
    stored = acknowledged = 0

    async def load() -> bytes:
        seen = stored
        await asyncio.sleep(0)
        return str(seen).encode()

    async def write(process: Process) -> None:
        nonlocal stored, acknowledged
        for _ in range(60):
            stored += 1
            mine = stored
            await process.write("orders")
            acknowledged = max(acknowledged, mine)
            await asyncio.sleep(0.001)

    async def read(process: Process) -> None:
        for _ in range(100):
            least = acknowledged
            await process.heard()
            found = await process.cache.through("key", load, tags=TAGS, seconds=30)
            assert int(found) >= least

    async with running(*processes):
        await asyncio.gather(
            *(write(each) for each in processes), *(read(p) for p in processes for _ in "12345")
        )


def test_five_hundred_misses_in_four_processes_compute_one_answer(service: str) -> None:
    """The others wait for the first, wherever it is."""
    command = [sys.executable, "-c", WORKER, REDIS, service]
    workers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    for each in workers:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    for each in workers:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    assert sum(int(each.communicate()[0]) for each in workers) == 1


async def test_a_failure_is_not_kept_and_nobody_waits_for_it(
    pair: tuple[Process, Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The claim is given back."""
    monkeypatch.setattr(cache_redis, "WAIT_SECONDS", 2 * PATIENT)
    one, two = pair

    async def fail() -> bytes:
        raise LookupError

    with pytest.raises(LookupError):
        await one.cache.through("key", fail, tags=TAGS, seconds=30)
    await one.heard()
    assert await asyncio.wait_for(two.get(b"a"), PATIENT) == b"a"


async def test_a_process_that_dies_with_its_claim_delays_the_others_and_does_not_stop_them(
    pair: tuple[Process, Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    """They compute their own after a while."""
    monkeypatch.setattr(cache_redis, "WAIT_SECONDS", 0.2)
    one, two = pair
    never = asyncio.create_task(one.cache.through("key", asyncio.Event().wait, tags=TAGS, seconds=30))  # type: ignore[arg-type]
    while not await keys(two, "lock"):
        await asyncio.sleep(0.01)
    began = time.perf_counter()
    assert await asyncio.wait_for(two.get(b"a"), PATIENT) == b"a"
    assert time.perf_counter() - began > 0.2
    never.cancel()
    for flight in one.cache._flights.values():
        flight.task.cancel()


async def test_other_code_shares_no_answers_but_hears_of_writes(service: str) -> None:
    """The old and the new release, side by side during a deployment."""
    old, new = Process(REDIS, service), Process(REDIS, service, code=b"n" * 32)
    async with running(old, new):
        assert await old.get(b"of old") == b"of old"
        assert await new.get(b"of new") == b"of new"
        await new.write("orders")
        await old.heard()
        assert await old.get(b"current") == b"current"


async def test_versions_that_redis_has_evicted_end_the_answers_made_under_them(
    pair: tuple[Process, Process],
) -> None:
    """A version comes back as another one, never as the same."""
    one, two = pair
    await one.get(b"old")
    await one.redis.send(packed("DEL", *(await keys(one, "tag"))))
    assert await two.get(b"new") == b"new"


async def test_what_stands_in_redis_is_the_answer_itself_for_its_time_and_no_more(
    pair: tuple[Process, Process],
) -> None:
    """No pickle: versions and bytes. No caller, path or value stands in a name of a key."""
    one, _ = pair
    await one.get(b"answer", key="/people?email=ada@example.org|admin")
    await one.heard()
    [name] = await keys(one, "answer")
    assert b"ada" not in name
    stored = await one.redis.send(packed("GET", name))
    assert stored[8 * len(TAGS) :] == b"answer"
    assert 0 < await one.redis.send(packed("PTTL", name)) <= 30_000
    await one.get(b"x" * (MAX_ANSWER + 1), key="huge")
    await one.heard()
    assert await keys(one, "answer") == [name]
    assert await keys(one, "lock") == []


async def test_an_answer_near_its_end_is_renewed_for_all(
    service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one in Redis is as near to its end, so it is not taken."""
    for each in (cache, cache_redis):
        monkeypatch.setattr(each, "REFRESH", 0.01)  # near enough after a second of a hundred
    one, two = Process(REDIS, service), Process(REDIS, service)
    async with running(one, two):
        await one.get(b"old", seconds=100)
        await asyncio.sleep(1.1)
        assert await one.get(b"new", seconds=100) == b"old"
        await until(lambda: one.loads == 2 and not one.cache._flights)
        await one.heard()
        assert await two.get(b"x", seconds=100) == b"new"


async def test_without_redis_every_answer_is_computed_and_none_is_kept(server: RedisServer) -> None:
    """What other processes write could not be heard of. Nobody waits longer than once."""
    process = Process(server.url, "office", timeout=HANGS)
    async with running(process):
        await process.get(b"old")
        server.pause()
        async with asyncio.timeout(50 * HANGS):  # if each waited, it would be twice as long
            await process.get(b"new", key="another")
            for number in range(100):
                assert await process.get(str(number).encode()) == str(number).encode()
        assert len(process.cache) == 0
        server.resume()
        await until(lambda: process.redis.up)
        await process.get(b"x", key="third")
        assert len(process.cache) == 1


@pytest.mark.parametrize("is_known", [False, True])
async def test_what_was_written_while_redis_was_away_is_told_first_of_all(
    server: RedisServer, is_known: bool
) -> None:
    """Redis hung and goes on with what it had: old answers, with versions that nobody has replaced. Whether the
    writer knew that it hung, or has found it out by this write."""
    one, two = (Process(server.url, "office", timeout=HANGS) for _ in range(2))
    async with running(one, two):
        await one.get(b"old")
        await two.get()
        server.pause()
        if is_known:
            await until(lambda: not one.redis.up)
        await one.write("orders")
        assert one.shared._unsent == {"orders"}
        await until(lambda: not two.redis.up)
        server.resume()
        await until(lambda: one.redis.up and two.redis.up)
        await two.heard()
        assert await one.get(b"new") == b"new"
        assert await two.get(b"x") == b"new"


async def test_a_restart_that_loses_everything_brings_nothing_old_back(server: RedisServer) -> None:
    """Killed and started empty."""
    one, two = (Process(server.url, "office") for _ in range(2))
    async with running(one, two):
        await one.get(b"old")
        await two.get()
        server.kill()
        await until(lambda: not one.redis.up and not two.redis.up)
        await one.write("orders")
        server.start()
        await until(lambda: one.redis.up and two.redis.up)
        assert await two.get(b"new") == b"new"
        assert await one.get(b"x") == b"new"


async def test_one_process_alone_does_not_hear_itself(pair: tuple[Process, Process]) -> None:
    """An answer computed after its own write stays."""
    one, _ = pair
    one.cache.invalidate(["orders"])
    assert await one.get(b"new") == b"new"
    await one.heard()
    assert one.cache.get("key") == b"new"
