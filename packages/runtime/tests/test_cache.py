"""Cached answers are current, bounded, computed once, and never shared where they must not be."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from backwright.cache import MAX_ANSWER, Cache, ResponseCache

TAGS = ("orders",)


def kept(cache: ResponseCache, key: str, value: bytes = b"answer", tags: tuple[str, ...] = TAGS) -> bool:
    return cache.put(key, value, tags, cache.version(tags), seconds=30)


def answering(value: bytes, calls: list[bytes]) -> Callable[[], Awaitable[bytes]]:
    async def load() -> bytes:
        calls.append(value)
        await asyncio.sleep(0)
        return value

    return load


def test_what_is_kept_is_found_until_its_tag_is_invalidated() -> None:
    """A write to one table leaves answers about others alone."""
    cache = ResponseCache()
    assert kept(cache, "orders")
    assert kept(cache, "assets", tags=("assets",))
    assert cache.get("orders") == b"answer"
    cache.invalidate(["orders"])
    assert cache.get("orders") is None
    assert cache.get("assets") == b"answer"


def test_an_answer_with_several_tags_goes_with_any_of_them() -> None:
    """A list with embedded rows depends on both tables."""
    cache = ResponseCache()
    for tag in ("orders", "assets"):
        kept(cache, "both", tags=("orders", "assets"))
        cache.invalidate([tag])
        assert cache.get("both") is None


def test_a_late_writer_cannot_bring_old_data_back() -> None:
    """Read, then somebody else commits, then the first one stores what it had read."""
    cache = ResponseCache()
    seen = cache.version(TAGS)
    cache.invalidate(TAGS)
    assert not cache.put("key", b"old", TAGS, seen, seconds=30)
    assert cache.get("key") is None
    assert cache.of(TAGS).late == 1


def test_clearing_also_stops_late_writers() -> None:
    """What was read before everything was dropped is not stored afterwards."""
    cache = ResponseCache()
    seen = cache.version(TAGS)
    cache.clear()
    assert not cache.put("key", b"old", TAGS, seen, seconds=30)
    assert kept(cache, "key")


def test_answers_end_within_their_time_and_not_all_at_once() -> None:
    """Nothing outlives the declared seconds; what was stored together ends spread out."""
    seconds = 0.0
    cache = ResponseCache(clock=lambda: seconds)
    for number in range(200):
        kept(cache, str(number))
    seconds = 28.5
    assert 40 < sum(cache.get(str(number)) is not None for number in range(200)) < 160
    seconds = 30.1
    assert all(cache.get(str(number)) is None for number in range(200))


def test_the_number_of_entries_is_bounded_and_the_least_used_goes() -> None:
    """Reading an answer keeps it; the one nobody asked for makes room."""
    cache = ResponseCache(max_entries=2)
    kept(cache, "a")
    kept(cache, "b")
    cache.get("a")
    kept(cache, "c")
    assert len(cache) == 2
    assert cache.get("b") is None
    assert cache.get("a") == cache.get("c") == b"answer"


def test_the_bytes_are_bounded() -> None:
    """Large answers push out others, too large ones are not kept, and the count stays right."""
    cache = ResponseCache(max_bytes=100_000)
    for number in range(50):
        kept(cache, str(number), b"x" * 10_000)
        assert cache.bytes <= 100_000
    assert not kept(cache, "huge", b"x" * (MAX_ANSWER + 1))
    cache.clear()
    assert cache.bytes == 0
    assert len(cache) == 0


def test_tags_do_not_grow_without_end() -> None:
    """Ten thousand different tags cost a fresh start, not memory."""
    cache = ResponseCache()
    kept(cache, "key")
    cache.invalidate(str(number) for number in range(10_001))
    assert cache.get("key") is None
    assert kept(cache, "key")


def test_a_write_by_another_process_drops_everything() -> None:
    """The database's version number moves when another process has written."""
    version = 7
    cache = ResponseCache(outside=lambda: version)
    seen = cache.version(TAGS)
    kept(cache, "key")
    assert cache.get("key") == b"answer"
    version = 8
    assert cache.get("key") is None
    assert not cache.put("key", b"old", TAGS, seen, seconds=30)


async def test_five_hundred_misses_at_once_compute_one_answer() -> None:
    """The others wait for the first."""
    cache, calls = ResponseCache(), list[bytes]()
    found = await asyncio.gather(
        *(cache.through("key", answering(b"a", calls), tags=TAGS, seconds=30) for _ in range(500))
    )
    assert set(found) == {b"a"}
    assert len(calls) == 1
    assert await cache.through("key", answering(b"b", calls), tags=TAGS, seconds=30) == b"a"


async def test_whoever_asks_after_a_write_does_not_get_an_answer_begun_before_it() -> None:
    """Joining a computation under way must not show data from before one's own write."""
    cache, begun, gate = ResponseCache(), asyncio.Event(), asyncio.Event()

    async def slow() -> bytes:
        begun.set()
        await gate.wait()
        return b"before"

    first = asyncio.create_task(cache.through("key", slow, tags=TAGS, seconds=30))
    await begun.wait()
    cache.invalidate(TAGS)
    assert await cache.through("key", answering(b"after", []), tags=TAGS, seconds=30) == b"after"
    gate.set()
    assert await first == b"before"
    assert cache.get("key") == b"after"


async def test_a_caller_who_leaves_does_not_spoil_it_for_the_others() -> None:
    """The computation goes on when the first caller is cancelled."""
    cache, begun, gate = ResponseCache(), asyncio.Event(), asyncio.Event()

    async def slow() -> bytes:
        begun.set()
        await gate.wait()
        return b"a"

    first = asyncio.create_task(cache.through("key", slow, tags=TAGS, seconds=30))
    await begun.wait()
    second = asyncio.create_task(cache.through("key", slow, tags=TAGS, seconds=30))
    await asyncio.sleep(0)
    first.cancel()
    gate.set()
    assert await second == b"a"
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_a_failure_reaches_everybody_and_is_not_kept() -> None:
    """The next caller tries again."""
    cache = ResponseCache()

    async def fail() -> bytes:
        await asyncio.sleep(0)
        raise LookupError

    calls = [cache.through("key", fail, tags=TAGS, seconds=30) for _ in range(3)]
    found = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(each) for each in found] == [LookupError] * 3
    assert await cache.through("key", answering(b"a", []), tags=TAGS, seconds=30) == b"a"


async def test_an_answer_near_its_end_is_renewed_in_the_background() -> None:
    """Nobody waits for the renewal, and one runs however many ask."""
    seconds, calls = 0.0, list[bytes]()
    cache = ResponseCache(clock=lambda: seconds)
    await cache.through("key", answering(b"old", calls), tags=TAGS, seconds=30)
    seconds = 26.0
    for _ in range(3):
        assert await cache.through("key", answering(b"new", calls), tags=TAGS, seconds=30) == b"old"
    for _ in range(10):
        await asyncio.sleep(0)
    assert calls == [b"old", b"new"]
    assert cache.get("key") == b"new"


async def test_readers_and_writers_at_once_never_see_data_older_than_the_last_commit() -> None:
    """A read that starts after a commit shows at least that commit, whatever was under way."""
    cache, committed = ResponseCache(), 0

    async def load() -> bytes:
        seen = committed
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return str(seen).encode()

    async def write() -> None:
        nonlocal committed
        for _ in range(200):
            committed += 1
            cache.invalidate(TAGS)
            await asyncio.sleep(0)

    async def read() -> None:
        for _ in range(200):
            least = committed
            assert int(await cache.through("key", load, tags=TAGS, seconds=30)) >= least
            await asyncio.sleep(0)

    await asyncio.gather(write(), *(read() for _ in range(20)))


def test_a_declaration_outside_its_range_is_refused() -> None:
    """Zero seconds is no cache, a year no freshness."""
    assert Cache(30).seconds == 30
    for seconds in (0, -1, 86_401):
        with pytest.raises(ValueError, match="1 to 86400"):
            Cache(seconds)
