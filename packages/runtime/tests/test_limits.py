"""No window of the policy's length ever holds more requests than the policy allows."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from backwright.database import Database
from backwright.errors import RateLimited, problem
from backwright.limits import Limiter, MemoryStore, Policy, Store
from backwright.limits_database import TABLE, DatabaseStore
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine
from sqlalchemy.schema import CreateTable

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TEN = Policy.parse("10/minute")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncGenerator[Database, None]:
    path = tmp_path / "limits.db"
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.execute(CreateTable(TABLE))
    engine.dispose()
    opened = Database(f"sqlite:///{path}")
    await opened.connect()
    yield opened
    await opened.close()


@pytest.fixture(params=["memory", "database"])
def store(request: pytest.FixtureRequest, database: Database) -> Store:
    return MemoryStore() if request.param == "memory" else DatabaseStore(database)


@pytest.mark.parametrize(
    ("text", "limit", "window"),
    [("100/minute", 100, 60), ("20/5 minutes", 20, 300), ("1 / second", 1, 1), ("5000/day", 5000, 86_400)],
)
def test_a_policy_is_written_as_people_say_it(text: str, limit: int, window: int) -> None:
    """A count and a time."""
    assert (Policy.parse(text).limit, Policy.parse(text).window) == (limit, window)


@pytest.mark.parametrize(
    "text", ["", "100", "0/minute", "-1/minute", "1/0 minutes", "1/fortnight", "1e3/minute"]
)
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    """Before the service starts."""
    with pytest.raises(ValueError, match="100/minute"):
        Policy.parse(text)


async def test_exactly_the_quota_is_admitted(store: Store) -> None:
    """Of 200 parallel requests, ten."""
    limiter = Limiter(store)
    verdicts = await asyncio.gather(*(limiter.hit(TEN, "user:1") for _ in range(200)))
    assert sum(verdict.allowed for verdict in verdicts) == 10
    assert limiter.refused == 190


async def test_the_window_slides(store: Store) -> None:
    """No turn of the minute doubles the quota: each hit leaves sixty seconds after it came."""
    limiter = Limiter(store)
    with time_machine.travel(NOON, tick=False) as clock:
        clock.shift(59)
        assert all([(await limiter.hit(TEN, "k")).allowed for _ in range(10)])
        clock.shift(2)
        refused = await limiter.hit(TEN, "k")
        assert not refused.allowed
        assert refused.reset_seconds == 58
        clock.shift(58)
        assert (await limiter.hit(TEN, "k")).allowed


async def test_keys_and_policies_do_not_share_a_quota(store: Store) -> None:
    """One caller's use says nothing to another."""
    limiter, one = Limiter(store), Policy.parse("1/minute", "one")
    assert (await limiter.hit(one, "a")).allowed
    assert (await limiter.hit(one, "b")).allowed
    assert (await limiter.hit(Policy.parse("1/minute", "two"), "a")).allowed
    assert not (await limiter.hit(one, "a")).allowed


async def test_a_refused_request_does_not_extend_the_wait(store: Store) -> None:
    """Whoever hammers gets in at the same time as whoever waits."""
    limiter, one = Limiter(store), Policy.parse("1/minute")
    with time_machine.travel(NOON, tick=False) as clock:
        await limiter.hit(one, "k")
        for _ in range(59):
            clock.shift(1)
            assert not (await limiter.hit(one, "k")).allowed
        clock.shift(1)
        assert (await limiter.hit(one, "k")).allowed


@given(st.lists(st.floats(0, 30), min_size=1, max_size=60))
async def test_no_window_holds_more_than_the_quota(gaps: list[float]) -> None:
    """For any pattern of arrivals."""
    store, policy, at, admitted = MemoryStore(), Policy("p", 5, 60), 0.0, []
    for gap in gaps:
        at += gap
        if (await store.take(policy, "k", at))[0]:
            admitted.append(at)
    for start in admitted:
        assert sum(start <= each < start + 60 for each in admitted) <= 5


async def test_memory_is_bounded() -> None:
    """A flood of addresses makes old keys go, not the process."""
    store = MemoryStore(max_keys=100)
    for number in range(1000):
        await store.take(TEN, f"ip:{number}", float(number) / 1000)
    assert len(store) == 100


async def test_a_clock_that_is_set_back_locks_nobody_out() -> None:
    """Hits from the future do not count."""
    store, one = MemoryStore(), Policy.parse("1/minute")
    assert (await store.take(one, "k", 10_000.0))[0]
    assert (await store.take(one, "k", 5_000.0))[0]


async def test_processes_that_share_a_database_share_the_quota(database: Database) -> None:
    """Four limiters over one table admit together what one would."""
    other = Database(str(database.url))
    await other.connect()
    limiters = [Limiter(DatabaseStore(each)) for each in (database, other, database, other)]
    verdicts = await asyncio.gather(*(limiters[n % 4].hit(TEN, "user:1") for n in range(60)))
    await other.close()
    assert sum(verdict.allowed for verdict in verdicts) == 10


async def test_rows_that_have_left_their_window_go(database: Database) -> None:
    """The table holds one window, not the history."""
    store = DatabaseStore(database)
    for at in range(0, 1000, 100):
        await store.take(TEN, f"ip:{at}", float(at))
    rows = await database.fetch(database.prepare(TABLE.select()))
    assert len(rows) == 1


async def test_the_refusal_names_policy_and_wait() -> None:
    """429 with `Retry-After`, the draft's headers and its problem type."""
    limiter, one = Limiter(MemoryStore()), Policy.parse("1/minute", "login")
    await limiter.enforce(one, "k")
    with pytest.raises(RateLimited) as caught:
        await limiter.enforce(one, "k")
    answer = problem(caught.value)
    assert answer.headers["Retry-After"] == "60"
    assert answer.headers["RateLimit-Policy"] == '"login";q=1;w=60'
    assert answer.headers["RateLimit"] == '"login";r=0;t=60'
    assert b'"violated-policies":["login"]' in bytes(answer.body)
    assert b"#quota-exceeded" in bytes(answer.body)
