"""A forgotten password: the code in the mail is good once, for half an hour, and everything old ends with it."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import time_machine
from backwright.account_codes import MAX_OPEN, account_codes
from backwright.accounts import BoundAccounts
from backwright.audit import audit_log
from backwright.context import Context, current
from backwright.database import Database
from backwright.errors import Error, Invalid, RateLimited, Unauthenticated, Unavailable
from backwright.login_delays import FREE_FROM_ONE_PLACE
from backwright.recovery import CODES, RESETS
from backwright.runtime import Runtime
from mailboxes import Mailbox
from sqlalchemy import select, text
from steps import recorded, taken

EMAIL, PASSWORD, OTHER = "ada@example.org", "seven quiet lamps above", "eight louder lamps below"
NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
async def clock() -> AsyncGenerator[time_machine.Traveller, None]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
async def somewhere() -> None:
    current.set(Context(client_ip=""))


@pytest.fixture
async def ada(accounts: BoundAccounts) -> UUID:
    return await accounts.ensure_account(EMAIL, name="Ada", password=PASSWORD, roles=["viewer"])


async def actions(database: Database) -> list[str]:
    rows = await database.fetch(database.prepare(select(audit_log.c.action).order_by(audit_log.c.id)))
    return [action for (action,) in rows]


async def reset(accounts: BoundAccounts, code: str, password: str = OTHER) -> Error | None:
    try:
        await accounts.recovery.reset(code, password)
    except Error as error:
        return error
    return None


async def test_the_code_from_the_mail_sets_another_password(
    accounts: BoundAccounts, ada: UUID, mailbox: Mailbox, database: Database
) -> None:
    """The old one is over; it is on record with whose account it was, and the owner is told."""
    await accounts.recovery.ask(" Ada@EXAMPLE.org")
    await accounts.recovery.reset(await mailbox.code(EMAIL), OTHER)
    with pytest.raises(Unauthenticated):
        await accounts.sign_in(EMAIL, PASSWORD)
    await accounts.sign_in(EMAIL, OTHER)
    assert await mailbox.kinds(EMAIL) == ["reset", "password_changed"]
    asked = select(audit_log.c.object_id, audit_log.c.actor_id, audit_log.c.auth_method).where(
        audit_log.c.action == "password_reset"
    )
    assert await database.fetch(database.prepare(asked)) == [(ada, ada, "code")]
    assert "password_reset_asked" in await actions(database)


async def test_every_session_and_every_other_code_ends(
    accounts: BoundAccounts, ada: UUID, mailbox: Mailbox
) -> None:
    """Whoever knew the old password is out, at once: access tokens, refresh tokens, codes under way."""
    thief = await accounts.sign_in(EMAIL, PASSWORD)
    actor = await accounts.authenticate(f"Bearer {thief.access_token}")
    await accounts.email_change.ask(actor, PASSWORD, "thief@example.org")
    for _ in range(2):
        await accounts.recovery.ask(EMAIL)
    messages = [each for each in await mailbox.messages(EMAIL) if each.kind == "reset"]
    first, second = [each.text.split("\n\n")[2] for each in messages]
    await accounts.recovery.reset(second, OTHER)
    with pytest.raises(Unauthenticated):
        await accounts.authenticate(f"Bearer {thief.access_token}")
    with pytest.raises(Unauthenticated):
        await accounts.refresh(thief.refresh_token)
    assert isinstance(await reset(accounts, first), Invalid)
    with pytest.raises(Invalid):
        await accounts.email_change.confirm(actor, await mailbox.code("thief@example.org"))


@pytest.mark.parametrize("how", ["changed", "set by an administrator", "closed"])
async def test_a_code_is_void_after_the_password_changed_otherwise(
    accounts: BoundAccounts, ada: UUID, mailbox: Mailbox, database: Database, how: str
) -> None:
    """Or the account was closed: who asked for the code is not who the account belongs to now."""
    await accounts.recovery.ask(EMAIL)
    code = await mailbox.code(EMAIL)
    tokens = await accounts.sign_in(EMAIL, PASSWORD)
    actor = await accounts.authenticate(f"Bearer {tokens.access_token}")
    if how == "changed":
        await accounts.change_password(actor, PASSWORD, "nine calmer lamps beyond")
    elif how == "set by an administrator":
        root = await accounts.ensure_account("root@example.org", name="", roles=["admin"])
        admin = await accounts.authenticate(f"Bearer {(await accounts.open_session(root)).access_token}")
        await accounts.set_password(admin, ada, "nine calmer lamps beyond")
    else:
        async with database.work() as work:
            await work.execute(database.prepare(text("UPDATE users SET is_active = false")))
    assert isinstance(await reset(accounts, code), Invalid)


async def test_of_two_uses_at_the_same_moment_one_succeeds(
    accounts: BoundAccounts, ada: UUID, mailbox: Mailbox, database: Database
) -> None:
    """And the password is that of the one who was told so."""
    await accounts.recovery.ask(EMAIL)
    code = await mailbox.code(EMAIL)
    wanted = [f"{number} louder lamps below" for number in ("six", "nine", "eleven", "twelve")]
    found = await asyncio.gather(*(reset(accounts, code, each) for each in wanted))
    assert [type(each) for each in found].count(type(None)) == 1
    assert all(isinstance(each, Invalid) for each in found if each is not None)
    await accounts.sign_in(EMAIL, wanted[found.index(None)])
    assert (await actions(database)).count("password_reset") == 1


async def test_two_codes_at_the_same_moment_change_it_once(
    accounts: BoundAccounts, ada: UUID, mailbox: Mailbox, database: Database
) -> None:
    """The first one voids the second; nobody ends in a deadlock."""
    for _ in range(2):
        await accounts.recovery.ask(EMAIL)
    codes = [each.text.split("\n\n")[2] for each in await mailbox.messages(EMAIL)]
    found = await asyncio.gather(*(reset(accounts, code) for code in codes))
    assert sorted(str(type(each).__name__) for each in found) == ["Invalid", "NoneType"]


async def test_a_code_ends_after_half_an_hour(
    accounts: BoundAccounts, ada: UUID, mailbox: Mailbox, clock: time_machine.Traveller
) -> None:
    """Then another one has to be asked for."""
    await accounts.recovery.ask(EMAIL)
    code = await mailbox.code(EMAIL)
    clock.shift(timedelta(minutes=30))
    refused = await reset(accounts, code)
    assert isinstance(refused, Invalid)
    assert [each.pointer for each in refused.errors] == ["/code"]


async def test_a_weak_password_does_not_use_the_code_up(
    accounts: BoundAccounts, ada: UUID, mailbox: Mailbox
) -> None:
    """The field is named; the next attempt is good."""
    await accounts.recovery.ask(EMAIL)
    code = await mailbox.code(EMAIL)
    refused = await reset(accounts, code, "password2026")
    assert refused is not None
    assert [each.pointer for each in refused.errors] == ["/new_password"]
    assert await reset(accounts, code) is None


async def test_asking_takes_the_same_steps_for_every_address(
    accounts: BoundAccounts, ada: UUID, monkeypatch: pytest.MonkeyPatch, database: Database, mailbox: Mailbox
) -> None:
    """Known, unknown, closed, without a password, no address at all: statement by statement. One gets mail."""
    await accounts.ensure_account("nopassword@example.org", name="")
    await accounts.ensure_account("closed@example.org", name="", password=PASSWORD)
    async with database.work() as work:
        closed = text("UPDATE users SET is_active = false WHERE email = 'closed@example.org'")
        await work.execute(database.prepare(closed))
    steps, found = recorded(monkeypatch), {}
    for each in (EMAIL, "nobody@example.org", "closed@example.org", "nopassword@example.org", "no address"):
        await accounts.recovery.ask(each)
        found[each] = taken(steps)
    assert all(each == found[EMAIL] for each in found.values())
    assert "hash" not in found[EMAIL]
    assert [each.to for each in await mailbox.messages()] == [EMAIL]
    asked = await database.fetch(database.prepare(select(account_codes.c.id)))
    assert len(asked) == len(found)


async def test_a_code_that_nobody_issued_costs_no_hash(
    accounts: BoundAccounts, monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    """Guessing cannot keep the hasher busy; each attempt is on record, and there is a limit to them."""
    steps = recorded(monkeypatch)
    current.set(Context(client_ip="198.51.100.1"))
    found = [await reset(accounts, "x" * 43) for _ in range(CODES.limit + 1)]
    assert [type(each) for each in found] == [Invalid] * CODES.limit + [RateLimited]
    assert "hash" not in steps
    assert (await actions(database)).count("password_reset.denied") == CODES.limit


async def test_asking_has_a_limit_by_network_and_one_by_address(
    accounts: BoundAccounts, ada: UUID, mailbox: Mailbox
) -> None:
    """A machine that asks for many gets 429; an owner gets few mails whoever asks, and the answer is the same."""
    for number in range(MAX_OPEN + 5):
        current.set(Context(client_ip=f"198.51.100.{number}"))
        await accounts.recovery.ask(EMAIL)
    assert len(await mailbox.messages(EMAIL)) == MAX_OPEN
    current.set(Context(client_ip="203.0.113.7"))
    for number in range(RESETS.limit):
        await accounts.recovery.ask(f"{number}@example.org")
    with pytest.raises(RateLimited):
        await accounts.recovery.ask(EMAIL)
    await accounts.recovery.reset(await mailbox.code(EMAIL), OTHER)


async def test_a_stranger_can_neither_lock_the_owner_out_nor_void_their_code(
    accounts: BoundAccounts, ada: UUID, mailbox: Mailbox
) -> None:
    """Wrong passwords and further requests do nothing to the code that was mailed; using it forgives."""
    await accounts.recovery.ask(EMAIL)
    code = await mailbox.code(EMAIL)
    for _ in range(FREE_FROM_ONE_PLACE + 1):
        with pytest.raises((Unauthenticated, RateLimited)):
            await accounts.sign_in(EMAIL, OTHER)
        await accounts.recovery.ask(EMAIL)
    await accounts.recovery.reset(code, OTHER)
    await accounts.sign_in(EMAIL, OTHER)


async def test_without_a_mail_server_everybody_is_told_so(
    accounts: BoundAccounts, ada: UUID, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 for each address alike, instead of a mail that never comes."""
    monkeypatch.setattr(runtime.mail, "mailer", None)
    for each in (EMAIL, "nobody@example.org"):
        with pytest.raises(Unavailable):
            await accounts.recovery.ask(each)
