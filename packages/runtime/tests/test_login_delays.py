"""Guessing becomes slow; nobody is locked out; a delay does not tell who has an account."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from backwright.database import Database
from backwright.login_delays import (
    FORGOTTEN_AFTER,
    LONGEST,
    LoginDelays,
    account_key,
    login_delays,
    place_key,
    wait_after,
)
from sqlalchemy import func, select

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
KEY = place_key("ada@example.org", "203.0.113.7")


@pytest.fixture
async def clock() -> AsyncGenerator[time_machine.Traveller, None]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def delays(database: Database) -> LoginDelays:
    return LoginDelays(database)


def test_the_wait_doubles_up_to_half_a_minute() -> None:
    """The first ones cost nothing: people mistype."""
    waits = [int(wait_after(failures, 5).total_seconds()) for failures in range(1, 14)]
    assert waits == [0, 0, 0, 0, 1, 2, 4, 8, 16, 30, 30, 30, 30]
    assert wait_after(10**9, 5) == LONGEST


async def test_a_wait_runs_out_and_failures_are_forgotten(
    database: Database, delays: LoginDelays, clock: time_machine.Traveller
) -> None:
    """A quarter of an hour without a failure is a fresh start."""
    for _ in range(8):
        async with database.work() as work:
            await delays.count(work, KEY, free=5)
    async with database.work() as work:
        assert await delays.waiting(work, KEY) == timedelta(seconds=8)
    clock.shift(8)
    async with database.work() as work:
        assert await delays.waiting(work, KEY) == timedelta()
    clock.shift(FORGOTTEN_AFTER)
    async with database.work() as work:
        await delays.count(work, KEY, free=5)
        assert await delays.waiting(work, KEY) == timedelta()


async def test_a_right_password_forgives(database: Database, delays: LoginDelays) -> None:
    """The next mistake is the first one again."""
    async with database.work() as work:
        for _ in range(8):
            await delays.count(work, KEY, free=5)
        await delays.forgive(work, KEY)
        assert await delays.waiting(work, KEY) == timedelta()


async def test_a_clock_that_was_set_back_does_not_lock_anybody_out(
    database: Database, delays: LoginDelays, clock: time_machine.Traveller
) -> None:
    """No wait is ever longer than the longest."""
    async with database.work() as work:
        for _ in range(20):
            await delays.count(work, KEY, free=5)
    clock.shift(timedelta(days=-30))
    async with database.work() as work:
        assert await delays.waiting(work, KEY) == LONGEST


async def test_counts_of_strangers_are_cleared_away(
    database: Database, delays: LoginDelays, clock: time_machine.Traveller
) -> None:
    """Trying a million addresses does not fill the table."""
    for number in range(20):
        async with database.work() as work:
            await delays.count(work, account_key(f"{number}@example.org"), free=5)
    clock.shift(FORGOTTEN_AFTER + timedelta(seconds=1))
    async with database.work() as work:
        await delays.count(work, KEY, free=5)
    [(rows,)] = await database.fetch(database.prepare(select(func.count()).select_from(login_delays)))
    assert rows == 1


def test_keys_hold_no_address_and_put_one_household_together() -> None:
    """An IPv6 network has billions of addresses and one owner."""
    assert "ada" not in KEY
    assert place_key("a", "2001:db8:1:2::1") == place_key("a", "2001:db8:1:2:ffff::9")
    assert place_key("a", "2001:db8:1:2::1") != place_key("a", "2001:db8:1:3::1")
    assert place_key("a", "203.0.113.7") != place_key("a", "203.0.113.8")
    assert place_key("a", "203.0.113.7") != place_key("b", "203.0.113.7")
