"""A refresh token is good for one use, and a copy of it ends the session it belongs to."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from backwright.accounts import BoundAccounts
from backwright.audit import audit_log
from backwright.context import Context, current
from backwright.database import Database
from backwright.errors import NotFound, Unauthenticated
from backwright.sessions import GRACE, MAX_SESSIONS, Opened, Sessions, refresh_tokens, sessions
from sqlalchemy import func, select, text

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
async def clock() -> AsyncGenerator[time_machine.Traveller, None]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def opened_sessions(accounts: BoundAccounts) -> Sessions:
    return accounts._sessions


@pytest.fixture
async def ada(accounts: BoundAccounts) -> UUID:
    return await accounts.ensure_account("ada@example.org", name="Ada", roles=["admin"])


@pytest.fixture
async def first(
    ada: UUID, opened_sessions: Sessions, database: Database, clock: time_machine.Traveller
) -> Opened:
    async with database.work() as work:
        return await opened_sessions.open(work, ada, user_agent="Browser 1")


async def refuse(opened_sessions: Sessions, token: str) -> None:
    with pytest.raises(Unauthenticated):
        await opened_sessions.refresh(token)


async def value(database: Database, statement: Any) -> Any:
    return (await database.fetch(database.prepare(statement)))[0][0]


async def is_open(database: Database, session_id: UUID) -> bool:
    statement = select(sessions.c.revoked_at.is_(None)).where(sessions.c.id == session_id)
    return bool(await value(database, statement))


async def replays(database: Database) -> int:
    found = select(func.count()).select_from(audit_log).where(audit_log.c.action == "refresh_replayed")
    return int(await value(database, found))


async def test_each_refresh_gives_the_next_token(
    opened_sessions: Sessions, first: Opened, clock: time_machine.Traveller
) -> None:
    """Of the same session, for the same user, and never the same token twice."""
    seen, token = {first.refresh_token}, first.refresh_token
    for _ in range(5):
        clock.shift(timedelta(minutes=10))
        following = await opened_sessions.refresh(token)
        assert (following.session_id, following.user_id) == (first.session_id, first.user_id)
        token = following.refresh_token
        seen.add(token)
    assert len(seen) == 6


async def test_the_database_holds_digests_only(
    opened_sessions: Sessions, first: Opened, database: Database
) -> None:
    """A copy of the database refreshes nothing, not even within the grace."""
    second = await opened_sessions.refresh(first.refresh_token)
    async with database.work() as work:
        dump = str(await work.fetch(database.prepare(select(*refresh_tokens.c))))
    assert first.refresh_token not in dump
    assert second.refresh_token not in dump


async def test_a_replay_ends_the_session_and_is_recorded(
    opened_sessions: Sessions, first: Opened, database: Database, clock: time_machine.Traveller
) -> None:
    """The thief's token and the owner's both stop working: nobody can tell who is who."""
    second = await opened_sessions.refresh(first.refresh_token)
    clock.shift(GRACE + timedelta(seconds=1))
    await refuse(opened_sessions, first.refresh_token)
    assert not await is_open(database, first.session_id)
    await refuse(opened_sessions, second.refresh_token)
    assert await replays(database) == 1


async def test_a_lost_answer_can_be_had_again(
    opened_sessions: Sessions, first: Opened, database: Database, clock: time_machine.Traveller
) -> None:
    """Within ten seconds the immediate predecessor gets the same successor."""
    assert timedelta(seconds=10) >= GRACE
    second = await opened_sessions.refresh(first.refresh_token)
    clock.shift(GRACE)
    assert await opened_sessions.refresh(first.refresh_token) == second
    assert await replays(database) == 0
    clock.shift(timedelta(microseconds=1))
    await refuse(opened_sessions, first.refresh_token)


async def test_a_grandparent_inside_the_window_ends_the_session(
    opened_sessions: Sessions, first: Opened, database: Database, clock: time_machine.Traveller
) -> None:
    """The grace is for the immediate predecessor only."""
    second = await opened_sessions.refresh(first.refresh_token)
    clock.shift(timedelta(seconds=1))
    third = await opened_sessions.refresh(second.refresh_token)
    clock.shift(timedelta(seconds=1))
    await refuse(opened_sessions, first.refresh_token)
    await refuse(opened_sessions, third.refresh_token)
    assert await replays(database) == 1


async def test_ten_parallel_refreshes_leave_one_lineage(
    opened_sessions: Sessions, first: Opened, database: Database
) -> None:
    """One makes the successor, nine get the same, and the session lives on."""
    found = await asyncio.gather(*(opened_sessions.refresh(first.refresh_token) for _ in range(10)))
    assert len({each.refresh_token for each in found}) == 1
    unspent = select(func.count()).select_from(refresh_tokens).where(refresh_tokens.c.spent_at.is_(None))
    assert await value(database, unspent) == 1
    assert await value(database, select(func.count()).select_from(refresh_tokens)) == 2
    assert await is_open(database, first.session_id)


async def test_two_processes_make_one_successor(
    accounts: BoundAccounts, opened_sessions: Sessions, first: Opened, database: Database
) -> None:
    """The UPDATE decides, not the memory of a process."""
    other = Database(str(database.url))
    await other.connect()
    try:
        users = accounts.declared.user.__table__
        elsewhere = Sessions(
            other,
            opened_sessions._audit,
            users,  # type: ignore[arg-type]
            idle=timedelta(days=14),
            absolute=timedelta(days=60),
            ended=lambda session_id: None,
        )
        found = await asyncio.gather(
            *(each.refresh(first.refresh_token) for each in (opened_sessions, elsewhere) * 5)
        )
    finally:
        await other.close()
    assert len({each.refresh_token for each in found}) == 1


@pytest.mark.parametrize(
    "token", ["", "x", "A" * 43, "A" * 44, "ä" * 43, "\ud800" * 43, "' OR 1=1 --", "\x00" * 43]
)
async def test_a_token_that_nobody_issued_is_refused(
    opened_sessions: Sessions, first: Opened, token: str
) -> None:
    """Without a write, and without ending anything."""
    await refuse(opened_sessions, token)


async def test_a_session_ends_when_it_is_not_used(
    opened_sessions: Sessions, first: Opened, clock: time_machine.Traveller
) -> None:
    """Fourteen days without a refresh."""
    clock.shift(timedelta(days=14) - timedelta(seconds=1))
    second = await opened_sessions.refresh(first.refresh_token)
    clock.shift(timedelta(days=14))
    await refuse(opened_sessions, second.refresh_token)


async def test_a_session_ends_after_sixty_days_in_any_case(
    opened_sessions: Sessions, first: Opened, clock: time_machine.Traveller
) -> None:
    """However often it is refreshed."""
    token = first.refresh_token
    for _ in range(59):
        clock.shift(timedelta(days=1))
        token = (await opened_sessions.refresh(token)).refresh_token
    clock.shift(timedelta(days=1))
    await refuse(opened_sessions, token)


async def test_a_closed_account_cannot_refresh(
    opened_sessions: Sessions, first: Opened, database: Database
) -> None:
    """Not even within the grace."""
    second = await opened_sessions.refresh(first.refresh_token)
    async with database.work() as work:
        await work.execute(database.prepare(text("UPDATE users SET is_active = false")))
    await refuse(opened_sessions, first.refresh_token)
    await refuse(opened_sessions, second.refresh_token)


async def test_a_failure_in_between_spends_nothing(
    opened_sessions: Sessions, first: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Spending and making the successor are one transaction."""

    async def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("the machine is on fire")

    with monkeypatch.context() as patched:
        patched.setattr(opened_sessions, "_add_token", fail)
        with pytest.raises(RuntimeError):
            await opened_sessions.refresh(first.refresh_token)
    assert (await opened_sessions.refresh(first.refresh_token)).session_id == first.session_id


async def test_the_list_shows_where_one_is_signed_in(
    accounts: BoundAccounts,
    opened_sessions: Sessions,
    ada: UUID,
    database: Database,
    clock: time_machine.Traveller,
) -> None:
    """Device and address, used last first, this one marked; ended and idle ones are not there."""
    token = current.set(Context(client_ip="203.0.113.7"))
    ids = []
    for device in ("idle", "ended", "Phone\x1b[31m", "Browser"):
        clock.shift(timedelta(days=8))
        async with database.work() as work:
            ids.append((await opened_sessions.open(work, ada, user_agent=device)).session_id)
    current.reset(token)
    async with database.work() as work:
        assert await opened_sessions.end(work, ada, ids[1])
        assert not await opened_sessions.end(work, ada, ids[1])
    found = await opened_sessions.list(ada)
    assert [each["id"] for each in found] == [ids[3], ids[2]]
    assert [each["user_agent"] for each in found] == ["Browser", "Phone[31m"]
    assert found[0]["ip"] == "203.0.113.7"


async def test_nobody_ends_the_session_of_somebody_else(
    accounts: BoundAccounts, opened_sessions: Sessions, first: Opened, database: Database
) -> None:
    """It is not even there for them."""
    bob = await accounts.ensure_account("bob@example.org", name="Bob")
    actor = await accounts.authenticate(f"Bearer {(await accounts.open_session(bob)).access_token}")
    with pytest.raises(NotFound):
        await accounts.end_session(actor, first.session_id)
    assert await is_open(database, first.session_id)


async def test_the_number_of_open_sessions_is_bounded(
    opened_sessions: Sessions, ada: UUID, first: Opened, database: Database, clock: time_machine.Traveller
) -> None:
    """A further login ends the one unused longest."""
    for _ in range(MAX_SESSIONS):
        clock.shift(1)
        async with database.work() as work:
            await opened_sessions.open(work, ada)
    assert len(await opened_sessions.list(ada)) == MAX_SESSIONS
    assert not await is_open(database, first.session_id)


async def test_spent_tokens_and_old_sessions_are_cleared_away(
    opened_sessions: Sessions, ada: UUID, first: Opened, database: Database, clock: time_machine.Traveller
) -> None:
    """Tables do not grow for ever."""
    token = first.refresh_token
    for _ in range(50):
        clock.shift(timedelta(days=1))
        token = (await opened_sessions.refresh(token)).refresh_token
    assert await value(database, select(func.count()).select_from(refresh_tokens)) <= 16
    clock.shift(timedelta(days=60))
    async with database.work() as work:
        await opened_sessions.open(work, ada)
    assert await value(database, select(func.count()).select_from(sessions)) == 1
