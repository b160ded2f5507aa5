"""Codes from mails: random, hashed at rest, good once, for one purpose, for a short time."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import time_machine
from backwright.account_codes import LIFETIME, MAX_OPEN, AccountCodes, Purpose, account_codes
from backwright.accounts import BoundAccounts
from backwright.database import Database
from sqlalchemy import select

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
ADDRESS = "ada@example.org"


@pytest.fixture
async def clock() -> AsyncGenerator[time_machine.Traveller, None]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def codes(database: Database) -> AccountCodes:
    return AccountCodes(database)


@pytest.fixture
async def ada(accounts: BoundAccounts) -> UUID:
    return await accounts.ensure_account(ADDRESS, name="Ada")


async def issue(
    database: Database,
    codes: AccountCodes,
    purpose: Purpose,
    *,
    address: str = ADDRESS,
    user: UUID | None = None,
) -> str:
    async with database.work() as work:
        code = await codes.issue(work, purpose, address, user_id=user)
    assert code is not None
    return code


async def take(database: Database, codes: AccountCodes, code: str, purpose: Purpose) -> bool:
    async with database.work() as work:
        return await codes.take(work, code, purpose) is not None


async def stored(database: Database) -> list[tuple[object, ...]]:
    return await database.fetch(database.prepare(select(*account_codes.c)))


async def test_the_database_holds_digests_only(database: Database, codes: AccountCodes) -> None:
    """A code has 256 random bits; a copy of the table opens nothing."""
    code = await issue(database, codes, Purpose.RESET)
    assert len(code) == 43
    assert code not in str(await stored(database))


async def test_a_code_is_good_once(database: Database, codes: AccountCodes) -> None:
    """Looking does not use it up, taking does, and what is rolled back was not taken."""
    code = await issue(database, codes, Purpose.RESET)
    assert await codes.find(code, Purpose.RESET) is not None
    with suppress(RuntimeError):
        async with database.work() as work:
            assert await codes.take(work, code, Purpose.RESET) is not None
            raise RuntimeError
    assert await take(database, codes, code, Purpose.RESET)
    assert await codes.find(code, Purpose.RESET) is None
    assert not await take(database, codes, code, Purpose.RESET)


async def test_of_many_uses_at_once_one_counts(database: Database, codes: AccountCodes) -> None:
    """One DELETE decides."""
    code = await issue(database, codes, Purpose.RESET)
    found = await asyncio.gather(*(take(database, codes, code, Purpose.RESET) for _ in range(8)))
    assert found.count(True) == 1


@pytest.mark.parametrize("purpose", list(Purpose))
async def test_a_code_ends_at_its_time(
    database: Database, codes: AccountCodes, clock: time_machine.Traveller, purpose: Purpose
) -> None:
    """A reset within the hour; only invitations live longer than that."""
    code = await issue(database, codes, purpose)
    clock.shift(LIFETIME[purpose] - timedelta(seconds=1))
    assert await codes.find(code, purpose) is not None
    clock.shift(1)
    assert await codes.find(code, purpose) is None
    assert not await take(database, codes, code, purpose)
    assert purpose is Purpose.INVITE or LIFETIME[purpose] <= timedelta(hours=1)


async def test_a_code_is_good_for_its_purpose_alone(database: Database, codes: AccountCodes) -> None:
    """That of a registration does not reset a password."""
    code = await issue(database, codes, Purpose.REGISTER)
    for other in set(Purpose) - {Purpose.REGISTER}:
        assert await codes.find(code, other) is None
    assert await codes.find(code, Purpose.INVITE, Purpose.REGISTER) is not None
    for made_up in ("", code[:-1], code.swapcase(), "\ud800", "x" * 5000):
        assert await codes.find(made_up, Purpose.REGISTER) is None


async def test_more_codes_for_an_address_are_not_made(
    database: Database, codes: AccountCodes, clock: time_machine.Traveller
) -> None:
    """Nobody's mailbox is filled, and those that were mailed stay good: a stranger takes nothing away."""
    first = await issue(database, codes, Purpose.RESET)
    for _ in range(MAX_OPEN - 1):
        await issue(database, codes, Purpose.RESET)
    async with database.work() as work:
        assert await codes.issue(work, Purpose.RESET, ADDRESS) is None
        assert await codes.issue(work, Purpose.REGISTER, ADDRESS) is not None, "another purpose"
        assert await codes.issue(work, Purpose.RESET, "eve@example.org") is not None, "another address"
    assert await codes.find(first, Purpose.RESET) is not None
    clock.shift(LIFETIME[Purpose.RESET])
    await issue(database, codes, Purpose.RESET)


async def test_the_limit_holds_for_requests_at_the_same_moment(
    database: Database, codes: AccountCodes
) -> None:
    """They are counted one after the other."""

    async def ask() -> str | None:
        async with database.work() as work:
            return await codes.issue(work, Purpose.RESET, ADDRESS)

    found = await asyncio.gather(*(ask() for _ in range(8)))
    assert sum(each is not None for each in found) == MAX_OPEN


async def test_all_codes_of_an_account_can_be_void(
    database: Database, codes: AccountCodes, ada: UUID
) -> None:
    """Others keep theirs."""
    mine = [await issue(database, codes, purpose, user=ada) for purpose in (Purpose.RESET, Purpose.EMAIL)]
    other = await issue(database, codes, Purpose.RESET, address="eve@example.org")
    async with database.work() as work:
        await codes.void(work, ada)
    assert await codes.find(mine[0], Purpose.RESET) is None
    assert await codes.find(mine[1], Purpose.EMAIL) is None
    assert await codes.find(other, Purpose.RESET) is not None


async def test_what_is_past_is_cleared_away(
    database: Database, codes: AccountCodes, clock: time_machine.Traveller
) -> None:
    """Asking for a million addresses does not fill the table for good."""
    for number in range(5):
        await issue(database, codes, Purpose.REGISTER, address=f"{number}@example.org")
    clock.shift(timedelta(hours=2))
    await issue(database, codes, Purpose.REGISTER)
    assert len(await stored(database)) == 1


async def test_an_address_longer_than_any_is_no_error(database: Database, codes: AccountCodes) -> None:
    """Folding case may lengthen what was within the limit."""
    await issue(database, codes, Purpose.RESET, address="ß".casefold() * 254)
