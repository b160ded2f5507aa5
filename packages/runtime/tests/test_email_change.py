"""Another address: proved with the password and the new mailbox, told to both, and nothing old stays."""

import asyncio
from uuid import UUID

import pytest
from backwright.accounts import BoundAccounts
from backwright.actor import Actor
from backwright.audit import audit_log
from backwright.context import Context, current
from backwright.database import Database
from backwright.email_change import EMAIL_CHANGES
from backwright.errors import Error, Invalid, RateLimited, Unauthenticated
from mailboxes import Mailbox
from sqlalchemy import select, text
from steps import recorded, taken

OLD, NEW, TAKEN = "ada@example.org", "ada@example.net", "eve@example.org"
PASSWORD, OTHER = "seven quiet lamps above", "eight louder lamps below"


@pytest.fixture(autouse=True)
async def somewhere() -> None:
    current.set(Context(client_ip=""))


@pytest.fixture
async def ada(accounts: BoundAccounts) -> Actor:
    await accounts.ensure_account(OLD, name="Ada", password=PASSWORD, roles=["viewer"])
    tokens = await accounts.sign_in(OLD, PASSWORD)
    return await accounts.authenticate(f"Bearer {tokens.access_token}")


@pytest.fixture
async def eve(accounts: BoundAccounts) -> Actor:
    await accounts.ensure_account(TAKEN, name="Eve", password=OTHER, roles=["viewer"])
    tokens = await accounts.sign_in(TAKEN, OTHER)
    return await accounts.authenticate(f"Bearer {tokens.access_token}")


async def confirm(accounts: BoundAccounts, actor: Actor, code: str) -> Error | None:
    try:
        await accounts.email_change.confirm(actor, code)
    except Error as error:
        return error
    return None


async def actions(database: Database) -> list[str]:
    rows = await database.fetch(database.prepare(select(audit_log.c.action).order_by(audit_log.c.id)))
    return [action for (action,) in rows]


async def test_the_new_address_counts_once_its_mailbox_has_confirmed(
    accounts: BoundAccounts, ada: Actor, mailbox: Mailbox, database: Database
) -> None:
    """Until then the old one is it. Every other session ends; this one goes on."""
    elsewhere = await accounts.sign_in(OLD, PASSWORD)
    await accounts.email_change.ask(ada, PASSWORD, "Ada@Example.net")
    assert (await accounts.describe(ada))["email"] == OLD
    await accounts.email_change.confirm(ada, await mailbox.code(NEW))
    assert (await accounts.describe(ada))["email"] == NEW
    with pytest.raises(Unauthenticated):
        await accounts.authenticate(f"Bearer {elsewhere.access_token}")
    with pytest.raises(Unauthenticated):
        await accounts.sign_in(OLD, PASSWORD)
    await accounts.sign_in(NEW, PASSWORD)
    changes = select(audit_log.c.changes, audit_log.c.object_id).where(audit_log.c.action == "email_changed")
    expected = ({"email": {"from": OLD, "to": NEW}}, ada.id)
    assert await database.fetch(database.prepare(changes)) == [expected]


async def test_both_mailboxes_are_told(accounts: BoundAccounts, ada: Actor, mailbox: Mailbox) -> None:
    """The old one when it is asked for, so that its owner can still act, and when it is done."""
    await accounts.email_change.ask(ada, PASSWORD, NEW)
    assert await mailbox.kinds(OLD) == ["email_change_asked"]
    await accounts.email_change.confirm(ada, await mailbox.code(NEW))
    assert await mailbox.kinds(OLD) == ["email_change_asked", "email_changed"]
    assert await mailbox.kinds(NEW) == ["confirm_email", "email_changed"]
    assert all(NEW not in each.text for each in await mailbox.messages(OLD))


async def test_it_takes_the_password_again(
    accounts: BoundAccounts, ada: Actor, mailbox: Mailbox, database: Database
) -> None:
    """A stolen session is not enough; the attempt is on record, and nobody gets mail."""
    with pytest.raises(Invalid) as refused:
        await accounts.email_change.ask(ada, OTHER, NEW)
    assert [each.pointer for each in refused.value.errors] == ["/current_password"]
    assert "email_change_asked.denied" in await actions(database)
    assert await mailbox.messages() == []


async def test_asking_takes_the_same_steps_for_every_address(
    accounts: BoundAccounts, ada: Actor, eve: Actor, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether or not the new one has an account; its owner is told then, and the code is nowhere."""
    steps = recorded(monkeypatch)
    await accounts.email_change.ask(ada, PASSWORD, NEW)
    free = taken(steps)
    await accounts.email_change.ask(ada, PASSWORD, TAKEN)
    assert taken(steps) == free
    assert await mailbox.kinds(TAKEN) == ["has_account"]


async def test_the_code_of_somebody_else_is_not_good(
    accounts: BoundAccounts, ada: Actor, eve: Actor, mailbox: Mailbox, database: Database
) -> None:
    """It belongs to the account that asked."""
    await accounts.email_change.ask(ada, PASSWORD, NEW)
    code = await mailbox.code(NEW)
    assert isinstance(await confirm(accounts, eve, code), Invalid)
    assert "email_changed.denied" in await actions(database)
    assert await confirm(accounts, ada, code) is None


async def test_an_address_that_was_taken_meanwhile_is_not_given(
    accounts: BoundAccounts, ada: Actor, mailbox: Mailbox
) -> None:
    """The first one who confirms has it."""
    await accounts.email_change.ask(ada, PASSWORD, NEW)
    code = await mailbox.code(NEW)
    await accounts.ensure_account(NEW, name="")
    assert isinstance(await confirm(accounts, ada, code), Invalid)
    assert (await accounts.describe(ada))["email"] == OLD


async def test_two_who_want_the_same_address_at_once(
    accounts: BoundAccounts, ada: Actor, eve: Actor, mailbox: Mailbox, database: Database
) -> None:
    """One gets it, the other is refused; no error of ours."""
    await accounts.email_change.ask(ada, PASSWORD, NEW)
    await accounts.email_change.ask(eve, OTHER, NEW)
    [first, second] = [each.text.split("\n\n")[2] for each in await mailbox.messages(NEW)]
    found = await asyncio.gather(confirm(accounts, ada, first), confirm(accounts, eve, second))
    assert found.count(None) == 1
    assert [type(each) for each in found if each is not None] == [Invalid]
    addresses = await database.fetch(database.prepare(text("SELECT email FROM users")))
    assert sorted(str(each) for (each,) in addresses).count(NEW) == 1


async def test_ones_own_address_is_no_change(accounts: BoundAccounts, ada: Actor) -> None:
    """Said with the field; there is nothing to hide from the owner."""
    with pytest.raises(Invalid) as refused:
        await accounts.email_change.ask(ada, PASSWORD, " ADA@example.org")
    assert [each.pointer for each in refused.value.errors] == ["/email"]


async def test_an_account_cannot_be_used_to_send_mail(accounts: BoundAccounts, ada: Actor) -> None:
    """A few an hour, to whatever addresses."""
    for number in range(EMAIL_CHANGES.limit):
        await accounts.email_change.ask(ada, PASSWORD, f"{number}@example.net")
    with pytest.raises(RateLimited):
        await accounts.email_change.ask(ada, PASSWORD, NEW)


async def test_an_account_without_a_password_cannot_move(accounts: BoundAccounts, mailbox: Mailbox) -> None:
    """There is nothing to prove it with."""
    user_id: UUID = await accounts.ensure_account("none@example.org", name="")
    tokens = await accounts.open_session(user_id)
    actor = await accounts.authenticate(f"Bearer {tokens.access_token}")
    with pytest.raises(Invalid):
        await accounts.email_change.ask(actor, PASSWORD, NEW)
