"""Signing up, invitations: an account is there once its owner has shown the code from their mailbox."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from backwright.account_codes import LIFETIME, MAX_OPEN, Purpose
from backwright.accounts import BoundAccounts
from backwright.audit import audit_log
from backwright.context import Context, current
from backwright.database import Database
from backwright.errors import Conflict, Error, Invalid, NotFound, RateLimited, Unauthenticated, Unavailable
from backwright.registration import REGISTRATIONS
from backwright.runtime import Runtime
from mailboxes import Mailbox
from sqlalchemy import select, text
from steps import recorded, taken

EMAIL, NEW = "ada@example.org", "eve@example.org"
PASSWORD, OTHER = "seven quiet lamps above", "eight louder lamps below"


@pytest.fixture(autouse=True)
async def somewhere() -> None:
    current.set(Context(client_ip=""))


@pytest.fixture
async def ada(accounts: BoundAccounts) -> UUID:
    return await accounts.ensure_account(EMAIL, name="Ada", password=PASSWORD, roles=["viewer"])


async def confirm(accounts: BoundAccounts, code: str, password: str = PASSWORD) -> Error | None:
    try:
        await accounts.registration.confirm(code, "Eve", password)
    except Error as error:
        return error
    return None


async def roles_of(accounts: BoundAccounts, email: str, password: str = PASSWORD) -> object:
    tokens = await accounts.sign_in(email, password)
    actor = await accounts.authenticate(f"Bearer {tokens.access_token}")
    return (await accounts.describe(actor))["roles"]


async def rows(database: Database, sql: str) -> list[tuple[object, ...]]:
    return await database.fetch(database.prepare(text(sql)))


async def test_the_code_from_the_mail_makes_the_account(
    accounts: BoundAccounts, mailbox: Mailbox, database: Database
) -> None:
    """With the declared role and nothing more, a verified address, and an entry in the audit log."""
    await accounts.registration.ask("Eve@Example.org")
    assert await rows(database, "SELECT id FROM users") == []
    await accounts.registration.confirm(await mailbox.code(NEW), "Eve", PASSWORD)
    assert await roles_of(accounts, NEW) == ["viewer"]
    assert (await rows(database, "SELECT email_verified_at FROM users"))[0][0] is not None
    asked = select(audit_log.c.action).where(audit_log.c.action.like("register%")).order_by(audit_log.c.id)
    assert await database.fetch(database.prepare(asked)) == [("register_asked",), ("register",)]


async def test_asking_takes_the_same_steps_for_every_address(
    accounts: BoundAccounts, ada: UUID, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Statement by statement; each gets one mail, and the owner of an account is told that there is one."""
    steps = recorded(monkeypatch)
    await accounts.registration.ask(EMAIL)
    known = taken(steps)
    await accounts.registration.ask(NEW)
    assert taken(steps) == known
    assert (await mailbox.kinds(EMAIL), await mailbox.kinds(NEW)) == (["has_account"], ["register"])


async def test_signing_up_with_the_address_of_others_gives_nothing(
    accounts: BoundAccounts, ada: UUID, mailbox: Mailbox, database: Database
) -> None:
    """No code exists outside the mailbox, and an account that is there stays as it is."""
    before = await rows(database, "SELECT password_hash, name FROM users")
    await accounts.registration.ask(EMAIL)
    [message] = await mailbox.messages(EMAIL)
    assert "code" not in message.text.lower()
    assert await rows(database, "SELECT password_hash, name FROM users") == before


async def test_nobody_prepares_an_account_for_somebody_else(
    accounts: BoundAccounts, mailbox: Mailbox
) -> None:
    """A stranger asks first; the owner of the mailbox chooses name and password, so the stranger has nothing
    in it (pre-hijacking)."""
    await accounts.registration.ask(NEW)
    await accounts.registration.confirm(await mailbox.code(NEW), "Eve", PASSWORD)
    with pytest.raises(Unauthenticated):
        await accounts.sign_in(NEW, OTHER)
    assert await roles_of(accounts, NEW) == ["viewer"]


async def test_of_many_confirmations_at_once_one_succeeds(
    accounts: BoundAccounts, mailbox: Mailbox, database: Database
) -> None:
    """With one code or with several for the same address: one account."""
    for _ in range(2):
        await accounts.registration.ask(NEW)
    codes = [each.text.split("\n\n")[2] for each in await mailbox.messages(NEW)]
    found = await asyncio.gather(*(confirm(accounts, code) for code in codes * 3))
    assert found.count(None) == 1
    assert all(isinstance(each, Invalid) for each in found if each is not None)
    assert len(await rows(database, "SELECT id FROM users")) == 1
    assert await rows(database, "SELECT id FROM account_codes") == []


async def test_a_weak_password_does_not_use_the_code_up(accounts: BoundAccounts, mailbox: Mailbox) -> None:
    """Nor is it looked at for a code that nobody issued."""
    await accounts.registration.ask(NEW)
    code = await mailbox.code(NEW)
    refused = await confirm(accounts, code, "password2026")
    assert refused is not None
    assert [each.pointer for each in refused.errors] == ["/password"]
    unknown = await confirm(accounts, code[::-1], "password2026")
    assert unknown is not None
    assert [each.pointer for each in unknown.errors] == ["/code"]
    assert await confirm(accounts, code) is None


async def test_registrations_have_limits(accounts: BoundAccounts, mailbox: Mailbox) -> None:
    """By network with 429, by address in silence."""
    current.set(Context(client_ip="198.51.100.1"))
    for _ in range(REGISTRATIONS.limit):
        await accounts.registration.ask(NEW)
    with pytest.raises(RateLimited):
        await accounts.registration.ask(NEW)
    assert len(await mailbox.messages(NEW)) == MAX_OPEN


async def test_an_invitation_gives_the_roles_that_it_names(
    accounts: BoundAccounts, mailbox: Mailbox, database: Database
) -> None:
    """And is on record with them; it is good for days, and once."""
    await accounts.registration.invite("Eve@Example.org", ["editor", "viewer", "editor"])
    [shown] = await accounts.registration.invitations()
    assert (shown["email"], shown["roles"]) == (NEW, ["editor", "viewer"])
    assert shown["expires_at"] - shown["created_at"] == LIFETIME[Purpose.INVITE] == timedelta(days=7)
    code = await mailbox.code(NEW)
    assert await confirm(accounts, code) is None
    assert await roles_of(accounts, NEW) == ["editor", "viewer"]
    assert isinstance(await confirm(accounts, code), Invalid)
    assert await accounts.registration.invitations() == []
    changes = select(audit_log.c.changes).where(audit_log.c.action == "invite")
    assert await database.fetch(database.prepare(changes)) == [
        ({"email": NEW, "roles": ["editor", "viewer"]},)
    ]


async def test_an_invitation_can_be_replaced_and_withdrawn(accounts: BoundAccounts, mailbox: Mailbox) -> None:
    """The mail that is out already is worth nothing then."""
    await accounts.registration.invite(NEW, ["admin"])
    first = await mailbox.code(NEW)
    await accounts.registration.invite(NEW, ["viewer"])
    second = await mailbox.code(NEW)
    assert isinstance(await confirm(accounts, first), Invalid)
    [shown] = await accounts.registration.invitations()
    await accounts.registration.withdraw(shown["id"])
    assert isinstance(await confirm(accounts, second), Invalid)
    with pytest.raises(NotFound):
        await accounts.registration.withdraw(shown["id"])


async def test_what_cannot_be_invited(accounts: BoundAccounts, ada: UUID, mailbox: Mailbox) -> None:
    """An address with an account, and a role that there is not; an administrator may know both."""
    with pytest.raises(Conflict):
        await accounts.registration.invite(EMAIL, [])
    with pytest.raises(Invalid) as refused:
        await accounts.registration.invite(NEW, ["king"])
    assert [each.pointer for each in refused.value.errors] == ["/roles"]
    assert await mailbox.messages() == []


async def test_without_a_mail_server_everybody_is_told_so(
    accounts: BoundAccounts, ada: UUID, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 for each address alike."""
    monkeypatch.setattr(runtime.mail, "mailer", None)
    for each in (EMAIL, NEW):
        with pytest.raises(Unavailable):
            await accounts.registration.ask(each)
