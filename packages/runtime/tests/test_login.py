"""Signing in tells an attacker nothing and keeps nobody out for long."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx2
import pytest
import time_machine
from backwright import login
from backwright.accounts import BoundAccounts
from backwright.audit import audit_log
from backwright.context import Context, current
from backwright.database import Database
from backwright.errors import Error, Invalid, RateLimited, Unauthenticated
from backwright.limits import Policy
from backwright.login_delays import FREE_FROM_ANYWHERE, FREE_FROM_ONE_PLACE, LONGEST
from backwright.passwords import QUEUE, SLOTS, Cost, Hasher
from mailboxes import Mailbox
from sqlalchemy import select, text
from steps import recorded, taken

EMAIL, PASSWORD, OTHER = "ada@example.org", "seven quiet lamps above", "eight louder lamps below"
NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
HOME = "203.0.113.7"

Place = Callable[[str], None]


@pytest.fixture
async def clock() -> AsyncGenerator[time_machine.Traveller, None]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
async def ada(accounts: BoundAccounts) -> UUID:
    return await accounts.ensure_account(EMAIL, name="Ada", password=PASSWORD, roles=["viewer"])


@pytest.fixture(autouse=True)
async def somewhere() -> None:
    """Each test begins at no particular place."""
    come_from("")


def come_from(ip: str) -> None:
    current.set(Context(client_ip=ip))


async def fail(accounts: BoundAccounts, email: str = EMAIL) -> Error:
    with pytest.raises((Unauthenticated, RateLimited)) as refused:
        await accounts.sign_in(email, "not the password at all")
    return refused.value


async def actions(database: Database) -> list[str]:
    rows = await database.fetch(database.prepare(select(audit_log.c.action).order_by(audit_log.c.id)))
    return [action for (action,) in rows]


async def stored_hash(database: Database) -> str:
    rows = await database.fetch(database.prepare(text("SELECT password_hash FROM users")))
    return str(rows[0][0])


async def test_the_right_password_opens_a_session(
    accounts: BoundAccounts, ada: UUID, database: Database
) -> None:
    """However the address is written; the login is on record with the one who signed in."""
    tokens = await accounts.sign_in(" Ada@EXAMPLE.org ", PASSWORD)
    actor = await accounts.authenticate(f"Bearer {tokens.access_token}")
    assert actor.id == ada
    assert tokens.expires_in == 600
    [(actor_id, object_id)] = await database.fetch(
        database.prepare(
            select(audit_log.c.actor_id, audit_log.c.object_id).where(audit_log.c.action == "login")
        )
    )
    assert actor_id == object_id == ada


async def test_every_way_to_fail_has_one_answer(
    accounts: BoundAccounts, ada: UUID, database: Database
) -> None:
    """Wrong password, unknown address, no password set, closed account: the same words, the same steps."""
    await accounts.ensure_account("none@example.org", name="")
    await accounts.ensure_account("closed@example.org", name="", password=OTHER)
    async with database.work() as work:
        await work.execute(
            database.prepare(text("UPDATE users SET is_active = false WHERE email = 'closed@example.org'"))
        )
    attempts = [
        (EMAIL, OTHER),
        ("nobody@example.org", OTHER),
        ("no address", OTHER),
        ("none@example.org", OTHER),
        ("closed@example.org", OTHER),
    ]
    answers = []
    for email, password in attempts:
        with pytest.raises(Unauthenticated) as refused:
            await accounts.sign_in(email, password)
        answers.append((refused.value.detail, refused.value.headers))
    assert all(answer == answers[0] for answer in answers)
    assert (await actions(database)).count("login_failed") == len(attempts)


async def test_an_unknown_address_takes_the_same_steps(
    accounts: BoundAccounts, ada: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Statement by statement, with one hash, so that the time tells nothing either."""
    await accounts.ensure_account("none@example.org", name="")
    steps = recorded(monkeypatch)
    await fail(accounts)
    known = taken(steps)
    for other in ("nobody@example.org", "no address", "none@example.org"):
        await fail(accounts, other)
        assert taken(steps) == known
    assert known.count("hash") == 1


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.org"])
async def test_repeated_failures_have_to_wait(
    accounts: BoundAccounts, ada: UUID, email: str, clock: time_machine.Traveller
) -> None:
    """Known or not: after some free ones 429 with the seconds to wait, never more than thirty."""
    for _ in range(FREE_FROM_ONE_PLACE):
        assert isinstance(await fail(accounts, email), Unauthenticated)
    for seconds in (1, 2, 4, 8, 16, 30, 30):
        refused = await fail(accounts, email)
        assert isinstance(refused, RateLimited)
        assert refused.headers["Retry-After"] == str(seconds)
        clock.shift(seconds)
        assert isinstance(await fail(accounts, email), Unauthenticated)


async def test_while_waiting_even_the_right_password_is_refused(
    accounts: BoundAccounts, ada: UUID, clock: time_machine.Traveller
) -> None:
    """Otherwise guessing would go on; afterwards it works and the failures are forgiven."""
    for _ in range(FREE_FROM_ONE_PLACE):
        await fail(accounts)
    with pytest.raises(RateLimited):
        await accounts.sign_in(EMAIL, PASSWORD)
    clock.shift(1)
    await accounts.sign_in(EMAIL, PASSWORD)
    assert isinstance(await fail(accounts), Unauthenticated)


async def test_many_guesses_at_the_same_moment_are_not_free(accounts: BoundAccounts, ada: UUID) -> None:
    """An attempt is counted before its password is looked at."""
    found = await asyncio.gather(*(fail(accounts) for _ in range(40)))
    assert sum(isinstance(each, Unauthenticated) for each in found) == FREE_FROM_ONE_PLACE


async def test_a_stranger_does_not_keep_the_owner_out(
    accounts: BoundAccounts, ada: UUID, clock: time_machine.Traveller
) -> None:
    """From where the owner has signed in before there is no wait; from elsewhere at most half a minute."""
    come_from(HOME)
    await accounts.sign_in(EMAIL, PASSWORD)
    for number in range(FREE_FROM_ANYWHERE + 20):
        come_from(f"198.51.100.{number}")
        await fail(accounts)
    come_from("192.0.2.1")
    waiting = await fail(accounts)
    assert isinstance(waiting, RateLimited)
    assert timedelta(seconds=int(waiting.headers["Retry-After"])) <= LONGEST
    come_from(HOME)
    await accounts.sign_in(EMAIL, PASSWORD)


async def test_one_network_has_a_limit_over_all_accounts(accounts: BoundAccounts) -> None:
    """One guess for each of many addresses is guessing, too; another network is not concerned."""
    come_from("198.51.100.1")
    found = [await fail(accounts, f"{number}@example.org") for number in range(61)]
    assert [type(each) for each in found] == [Unauthenticated] * 60 + [RateLimited]
    assert "RateLimit" in found[-1].headers
    come_from("198.51.100.2")
    assert isinstance(await fail(accounts, "0@example.org"), Unauthenticated)


async def test_a_hash_of_old_cost_is_made_anew_at_login(
    accounts: BoundAccounts, ada: UUID, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The password stays the same; what administrators see of the account does not change."""
    before = await database.fetch(database.prepare(text("SELECT version, updated_at FROM users")))
    monkeypatch.setattr(accounts.login, "_hasher", Hasher(Cost(memory_kib=16, passes=1)))
    await accounts.sign_in(EMAIL, PASSWORD)
    assert "m=16," in await stored_hash(database)
    assert await database.fetch(database.prepare(text("SELECT version, updated_at FROM users"))) == before
    await accounts.sign_in(EMAIL, PASSWORD)


async def test_an_account_that_is_closed_meanwhile_gets_no_session(
    accounts: BoundAccounts, ada: UUID, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The password was right when it was looked at, and the account is gone when the session is made."""
    verify = accounts.login._hasher.verify

    async def closing(password: str, stored: str | None) -> bool:
        matches = await verify(password, stored)
        async with database.work() as work:
            await work.execute(database.prepare(text("UPDATE users SET is_active = false")))
        return matches

    monkeypatch.setattr(accounts.login._hasher, "verify", closing)
    with pytest.raises(Unauthenticated):
        await accounts.sign_in(EMAIL, PASSWORD)
    assert "login" not in await actions(database)


async def test_a_weak_password_is_refused_with_the_field(accounts: BoundAccounts) -> None:
    """The message does not hold it."""
    with pytest.raises(Invalid) as refused:
        await accounts.login.accept("password2026", "eve@example.org", "Eve")
    [fault] = refused.value.errors
    assert fault.pointer == "/password"
    assert "password2026" not in fault.detail + refused.value.detail


async def test_changing_the_password_ends_every_other_session(accounts: BoundAccounts, ada: UUID) -> None:
    """This one goes on; the old password is over."""
    here, there = await accounts.sign_in(EMAIL, PASSWORD), await accounts.sign_in(EMAIL, PASSWORD)
    actor = await accounts.authenticate(f"Bearer {here.access_token}")
    await accounts.authenticate(f"Bearer {there.access_token}")
    await accounts.change_password(actor, PASSWORD, OTHER)
    assert (await accounts.authenticate(f"Bearer {here.access_token}")).id == ada
    with pytest.raises(Unauthenticated):
        await accounts.authenticate(f"Bearer {there.access_token}")
    with pytest.raises(Unauthenticated):
        await accounts.refresh(there.refresh_token)
    with pytest.raises(Unauthenticated):
        await accounts.sign_in(EMAIL, PASSWORD)
    await accounts.sign_in(EMAIL, OTHER)


async def test_changing_the_password_takes_the_old_one(
    accounts: BoundAccounts, ada: UUID, database: Database
) -> None:
    """A stolen token is not enough, guessing has to wait, and each attempt is on record."""
    tokens = await accounts.sign_in(EMAIL, PASSWORD)
    actor = await accounts.authenticate(f"Bearer {tokens.access_token}")
    for _ in range(FREE_FROM_ONE_PLACE):
        with pytest.raises(Invalid) as refused:
            await accounts.change_password(actor, OTHER, OTHER)
        assert refused.value.errors[0].pointer == "/current_password"
    with pytest.raises(RateLimited):
        await accounts.change_password(actor, PASSWORD, OTHER)
    assert (await actions(database)).count("password_changed.denied") == FREE_FROM_ONE_PLACE


async def test_the_owner_is_told_of_a_login_from_a_new_device(
    accounts: BoundAccounts, ada: UUID, mailbox: Mailbox
) -> None:
    """Another address or another program; not of the first login at all, nor of one from where they have been."""
    come_from(HOME)
    for _ in range(2):
        await accounts.sign_in(EMAIL, PASSWORD, user_agent="phone")
    assert await mailbox.kinds(EMAIL) == []
    await accounts.sign_in(EMAIL, PASSWORD, user_agent="laptop")
    assert await mailbox.kinds(EMAIL) == ["new_device"]
    come_from("198.51.100.1")
    await accounts.sign_in(EMAIL, PASSWORD, user_agent="phone")
    assert await mailbox.kinds(EMAIL) == ["new_device"] * 2
    assert "198.51.100.1" in (await mailbox.messages(EMAIL))[-1].text
    await accounts.sign_in(EMAIL, PASSWORD, user_agent="phone")
    assert await mailbox.kinds(EMAIL) == ["new_device"] * 2


@pytest.mark.parametrize("by", ["the owner", "an administrator"])
async def test_the_owner_is_told_of_another_password(
    accounts: BoundAccounts, ada: UUID, mailbox: Mailbox, by: str
) -> None:
    """Whoever set it; not of an attempt that was refused."""
    if by == "the owner":
        tokens = await accounts.sign_in(EMAIL, PASSWORD)
        actor = await accounts.authenticate(f"Bearer {tokens.access_token}")
        with pytest.raises(Invalid):
            await accounts.change_password(actor, OTHER, OTHER)
        assert await mailbox.kinds(EMAIL) == []
        await accounts.change_password(actor, PASSWORD, OTHER)
    else:
        root = await accounts.ensure_account("root@example.org", name="", roles=["admin"])
        actor = await accounts.authenticate(f"Bearer {(await accounts.open_session(root)).access_token}")
        await accounts.set_password(actor, ada, OTHER)
    assert await mailbox.kinds(EMAIL) == ["password_changed"]


async def test_two_changes_of_the_password_at_once_make_one(accounts: BoundAccounts, ada: UUID) -> None:
    """The other one is told that its old password is over."""
    tokens = await accounts.sign_in(EMAIL, PASSWORD)
    actor = await accounts.authenticate(f"Bearer {tokens.access_token}")

    async def change(new: str) -> bool:
        try:
            await accounts.change_password(actor, PASSWORD, new)
        except Invalid:
            return False
        return True

    wanted = [OTHER, "nine calmer lamps beyond"]
    found = await asyncio.gather(*(change(each) for each in wanted))
    assert found.count(True) == 1
    await accounts.sign_in(EMAIL, wanted[found.index(True)])


async def test_a_storm_of_logins_leaves_room_for_others(
    client: httpx2.AsyncClient, accounts: BoundAccounts, ada: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two hashes at a time, a bounded queue, 503 beyond it; and while all of them hang, the rest is served."""
    held, running, most = threading.Event(), 0, 0
    lock, matches = threading.Lock(), accounts.login._hasher._matches

    def hanging(password: str, stored: str) -> bool:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        held.wait(60)
        with lock:
            running -= 1
        return matches(password, stored)

    async def attempt(number: int) -> int:
        body = {"email": f"{number}@example.org", "password": OTHER}
        return (await client.post("/auth/login", json=body)).status_code

    monkeypatch.setattr(accounts.login._hasher, "_matches", hanging)
    monkeypatch.setattr(login, "LOGINS", Policy("login", 1000, 60, strict=True))
    hasher, tasks = accounts.login._hasher, list[asyncio.Task[int]]()
    try:
        async with asyncio.timeout(60):
            while hasher._busy < SLOTS + QUEUE:
                if (
                    sum(not task.done() for task in tasks) < hasher._busy + 5
                ):  # no more than the database takes
                    tasks.append(asyncio.create_task(attempt(len(tasks))))
                await asyncio.sleep(0.001)
        assert await attempt(1000) == 503
        assert (await client.get("/health/live")).status_code == 200
        assert (await client.get("/auth/me")).status_code == 401
    finally:
        held.set()
    statuses = await asyncio.gather(*tasks)
    assert most <= SLOTS
    assert statuses.count(401) >= SLOTS + QUEUE
