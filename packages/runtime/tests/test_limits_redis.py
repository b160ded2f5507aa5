"""Processes that share a Redis admit together exactly what one would; without Redis each counts for itself."""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator

import pytest
from backwright.limits import Limiter, MemoryStore, Policy
from backwright.limits_redis import SCRIPT, STRICT_PART, RedisStore
from backwright.redis import Redis, packed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from services import HANGS, PATIENT, REDIS, redis_prefix, redis_server, until

TEN = Policy("default", 10, 60)

WORKER = """
import asyncio, sys, uvloop
from backwright.limits import Limiter, Policy
from backwright.limits_redis import RedisStore
from backwright.redis import Redis

async def main(url, service):
    redis = Redis(url, service=service, timeout=60)
    await redis.start()
    while not redis.up:
        await asyncio.sleep(0.01)
    limiter, policy = Limiter(RedisStore(redis)), Policy.parse("100/minute")
    print("ready", flush=True)
    sys.stdin.readline()
    verdicts = await asyncio.gather(*(limiter.hit(policy, "user:1") for _ in range(500)))
    print(sum(each.allowed for each in verdicts), limiter.store.alone, flush=True)
    await redis.close()

uvloop.run(main(*sys.argv[1:]))
"""


@pytest.fixture
def service() -> Iterator[str]:
    with redis_prefix() as found:
        yield found


@pytest.fixture
async def redis(service: str) -> AsyncIterator[Redis]:
    found = Redis(REDIS, service=service, timeout=PATIENT)
    await found.start()
    await until(lambda: found.up)
    yield found
    await found.close()


async def test_exactly_the_quota_is_admitted(redis: Redis) -> None:
    """Of 200 parallel requests, ten; with the headers of any other store."""
    limiter = Limiter(RedisStore(redis))
    verdicts = await asyncio.gather(*(limiter.hit(TEN, "user:1") for _ in range(200)))
    assert sum(each.allowed for each in verdicts) == 10
    assert limiter.refused == 190
    assert verdicts[0].headers() == {
        "RateLimit-Policy": '"default";q=10;w=60',
        "RateLimit": '"default";r=9;t=60',
    }
    assert verdicts[-1].header == '"default";r=0;t=60'


def test_four_processes_admit_together_what_one_would(service: str) -> None:
    """Of 2,000 parallel calls in four processes, a hundred."""
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
    found = [each.communicate()[0].split() for each in workers]
    assert [alone for _, alone in found] == ["0"] * 4
    assert sum(int(admitted) for admitted, _ in found) == 100


async def test_keys_and_policies_do_not_share_a_quota(redis: Redis) -> None:
    """One caller's use says nothing to another."""
    limiter, one = Limiter(RedisStore(redis)), Policy.parse("1/minute", "one")
    assert (await limiter.hit(one, "a")).allowed
    assert (await limiter.hit(one, "b")).allowed
    assert (await limiter.hit(Policy.parse("1/minute", "two"), "a")).allowed
    assert not (await limiter.hit(one, "a")).allowed


async def test_a_refused_request_does_not_extend_the_wait(redis: Redis) -> None:
    """Whoever hammers gets in at the same time as whoever waits, and the key is gone when it is quiet."""
    store, one = RedisStore(redis), Policy("default", 1, 1)
    began = time.monotonic()
    assert (await store.take(one, "k", 0))[0]
    async with asyncio.timeout(PATIENT):
        while not (await store.take(one, "k", 0))[0]:
            await asyncio.sleep(0.01)
        assert time.monotonic() - began > 0.95
        while await redis.send(packed("EXISTS", f"{redis.prefix}limit:k")):
            await asyncio.sleep(0.05)


async def test_a_script_that_redis_has_forgotten_is_sent_again(redis: Redis) -> None:
    """After a restart of Redis, or SCRIPT FLUSH by an operator."""
    store = RedisStore(redis)
    await store.take(TEN, "k", 0)
    await redis.send(packed("SCRIPT", "FLUSH"))
    assert (await store.take(TEN, "k", 0))[1] == 8
    assert store.alone == 0


async def take_at(redis: Redis, key: str, policy: Policy, at: float) -> tuple[bool, int, float]:
    """What the script says with a clock of ours."""
    micros = int(at * 1_000_000)
    clocked = SCRIPT.replace("redis.call('TIME')", "{ARGV[3], ARGV[4]}")
    window = policy.window * 1_000_000
    arguments = (1, key, policy.limit, window, micros // 1_000_000, micros % 1_000_000)
    allowed, remaining, wait = await redis.send(packed("EVAL", clocked, *arguments))
    return allowed == 1, remaining, at + wait / 1_000_000


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=60), st.integers(1, 7))
async def test_any_pattern_of_arrivals_gets_what_counting_in_memory_gives(
    redis: Redis, gaps: list[int], limit: int
) -> None:
    """The store in memory is the specification of the script: admitted, remaining, and when the quota grows."""
    memory, policy, at = MemoryStore(), Policy("p", limit, 60), 1_700_000_000.0
    key = f"{redis.prefix}limit:pattern"
    await redis.send(packed("DEL", key))
    for gap in gaps:
        at += gap
        allowed, remaining, grows = await take_at(redis, key, policy, at)
        assert (allowed, remaining, pytest.approx(grows, abs=0.001)) == await memory.take(policy, "k", at)


async def test_a_clock_that_is_set_back_locks_nobody_out(redis: Redis) -> None:
    """Hits from the future do not count."""
    one, key = Policy("p", 1, 60), f"{redis.prefix}limit:back"
    assert (await take_at(redis, key, one, 10_000.0))[0]
    assert not (await take_at(redis, key, one, 10_001.0))[0]
    assert (await take_at(redis, key, one, 5_000.0))[0]


async def test_without_redis_reads_go_on_and_guessing_does_not() -> None:
    """An ordinary policy is counted here with its whole limit, a strict one with a tenth of it; nobody waits
    longer than once."""
    ordinary, strict = Policy("default", 100, 60), Policy("login", 60, 60, strict=True)
    with redis_server() as server:
        redis = Redis(server.url, service="office", timeout=HANGS)
        await redis.start()
        await until(lambda: redis.up)
        store = RedisStore(redis)
        limiter = Limiter(store)
        assert (await limiter.hit(strict, "ip")).remaining == 59
        server.pause()
        async with asyncio.timeout(100 * HANGS):  # if each waited, it would be twice as long
            assert (await limiter.hit(ordinary, "ip")).allowed
            admitted = [(await limiter.hit(ordinary, "ip")).allowed for _ in range(150)]
            guesses = [(await limiter.hit(strict, "ip")).allowed for _ in range(50)]
        assert (sum(admitted), sum(guesses)) == (99, 60 // STRICT_PART)
        assert store.alone == 201
        server.resume()
        await until(lambda: redis.up)
        assert (await limiter.hit(strict, "ip")).remaining == 58
        await redis.close()


def test_the_policies_of_logging_in_are_strict() -> None:
    """An outage of Redis is no invitation."""
    from backwright.login import LOGINS
    from backwright.registration import REGISTRATIONS

    assert LOGINS.strict
    assert REGISTRATIONS.strict
    assert not Policy.parse("100/minute").strict
