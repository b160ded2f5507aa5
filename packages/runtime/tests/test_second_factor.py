"""The second factor: needed at each login, each code good once, few guesses, and a way back without a telephone."""

import asyncio
import base64
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import pytest
import time_machine
from backwright import totp
from backwright.account_codes import LIFETIME, Purpose
from backwright.accounts import BoundAccounts
from backwright.actor import Actor
from backwright.audit import audit_log
from backwright.context import Context, current
from backwright.database import Database
from backwright.errors import Conflict, Error, Forbidden, Invalid, NotFound, RateLimited, Unauthenticated
from backwright.sealing import Sealer
from backwright.second_factor import ATTEMPTS, RECOVERY_CODES, TOLD_AFTER, SecondFactorNeeded
from mailboxes import Mailbox
from sqlalchemy import select, text

EMAIL, PASSWORD, OTHER = "ada@example.org", "seven quiet lamps above", "eight louder lamps below"
NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
HOME, ABROAD = "203.0.113.7", "198.51.100.1"


@dataclass
class Owner:
    """Somebody with an app, a sheet of recovery codes, and a session."""

    user_id: UUID
    actor: Actor
    secret: bytes
    sheet: list[str]


@pytest.fixture
async def clock() -> AsyncGenerator[time_machine.Traveller, None]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
async def at_home() -> None:
    come_from(HOME)


@pytest.fixture
async def ada(accounts: BoundAccounts, clock: time_machine.Traveller) -> Owner:
    """Signed in at home, with the second factor on and its first code used up."""
    user_id = await accounts.ensure_account(EMAIL, name="Ada", password=PASSWORD, roles=["viewer"])
    tokens = await accounts.sign_in(EMAIL, PASSWORD)
    actor = await accounts.authenticate(f"Bearer {tokens.access_token}")
    offered = await accounts.second_factor.begin(actor, PASSWORD)
    secret = base64.b32decode(offered.secret)
    sheet = await accounts.second_factor.confirm(actor, code(secret))
    clock.shift(60)
    return Owner(user_id, actor, secret, sheet)


def come_from(ip: str) -> None:
    current.set(Context(client_ip=ip))


def code(secret: bytes, shift: int = 0) -> str:
    return totp.code_at(secret, totp.step_at(datetime.now(UTC).timestamp()) + shift)


def wrong(secret: bytes) -> str:
    good = {code(secret, shift) for shift in (-1, 0, 1)}
    return next(each for each in ("000000", "111111", "222222", "333333") if each not in good)


async def challenge(accounts: BoundAccounts) -> str:
    with pytest.raises(SecondFactorNeeded) as needed:
        await accounts.sign_in(EMAIL, PASSWORD)
    return needed.value.challenge


async def second_step(accounts: BoundAccounts, given: str, second: str) -> Error | None:
    try:
        await accounts.second_step(given, second)
    except Error as error:
        return error
    return None


async def actions(database: Database) -> list[str]:
    rows = await database.fetch(database.prepare(select(audit_log.c.action).order_by(audit_log.c.id)))
    return [action for (action,) in rows]


async def test_a_login_takes_two_steps(accounts: BoundAccounts, ada: Owner, database: Database) -> None:
    """The password gives a challenge, challenge and code give tokens; both steps are on record."""
    given = await challenge(accounts)
    tokens = await accounts.second_step(given, code(ada.secret))
    assert (await accounts.authenticate(f"Bearer {tokens.access_token}")).id == ada.user_id
    assert (await actions(database))[-2:] == ["second_factor_asked", "login"]


async def test_the_first_step_alone_opens_nothing(
    accounts: BoundAccounts, ada: Owner, database: Database
) -> None:
    """No session, and what it answers is no token."""
    before = await database.fetch(database.prepare(text("SELECT count(*) FROM sessions")))
    given = await challenge(accounts)
    assert await database.fetch(database.prepare(text("SELECT count(*) FROM sessions"))) == before
    with pytest.raises(Unauthenticated):
        await accounts.authenticate(f"Bearer {given}")
    with pytest.raises(Unauthenticated):
        await accounts.refresh(given)


async def test_a_wrong_password_does_not_tell_that_there_is_a_second_factor(
    accounts: BoundAccounts, ada: Owner
) -> None:
    """The same refusal as for everybody."""
    with pytest.raises(Unauthenticated) as refused:
        await accounts.sign_in(EMAIL, OTHER)
    assert not isinstance(refused.value, SecondFactorNeeded)


async def test_a_code_is_good_once(accounts: BoundAccounts, ada: Owner) -> None:
    """Not again with another challenge, nor the one before it; the next one is."""
    seen, older = code(ada.secret), code(ada.secret, -1)
    assert await second_step(accounts, await challenge(accounts), seen) is None
    given = await challenge(accounts)
    for each in (seen, older):
        assert isinstance(await second_step(accounts, given, each), Unauthenticated)
    assert await second_step(accounts, given, code(ada.secret, 1)) is None


async def test_of_many_uses_of_a_code_at_once_one_succeeds(accounts: BoundAccounts, ada: Owner) -> None:
    """Whoever looks over the owner's shoulder is no faster than the database."""
    given, seen = [await challenge(accounts) for _ in range(4)], code(ada.secret)
    found = await asyncio.gather(*(second_step(accounts, each, seen) for each in given))
    assert found.count(None) == 1
    assert all(isinstance(each, Unauthenticated) for each in found if each is not None)


async def test_of_many_uses_of_a_challenge_at_once_one_succeeds(accounts: BoundAccounts, ada: Owner) -> None:
    """Even with codes that are all good."""
    given = await challenge(accounts)
    seconds = [code(ada.secret, -1), code(ada.secret), code(ada.secret, 1), *ada.sheet[:2]]
    found = await asyncio.gather(*(second_step(accounts, given, each) for each in seconds))
    assert found.count(None) == 1


async def test_a_challenge_ends(accounts: BoundAccounts, ada: Owner, clock: time_machine.Traveller) -> None:
    """After five minutes, after its use, and when the password changes."""
    given = await challenge(accounts)
    clock.shift(LIFETIME[Purpose.SIGN_IN])
    assert isinstance(await second_step(accounts, given, code(ada.secret)), Unauthenticated)
    given = await challenge(accounts)
    assert await second_step(accounts, given, code(ada.secret)) is None
    clock.shift(60)
    assert isinstance(await second_step(accounts, given, code(ada.secret)), Unauthenticated)
    given = await challenge(accounts)
    await accounts.change_password(ada.actor, PASSWORD, OTHER)
    assert isinstance(await second_step(accounts, given, code(ada.secret)), Unauthenticated)


async def test_a_challenge_is_good_for_another_attempt(accounts: BoundAccounts, ada: Owner) -> None:
    """People mistype; the wrong code used nothing up."""
    given = await challenge(accounts)
    assert isinstance(await second_step(accounts, given, wrong(ada.secret)), Unauthenticated)
    assert await second_step(accounts, given, code(ada.secret)) is None


async def test_a_closed_account_does_not_get_in(
    accounts: BoundAccounts, ada: Owner, database: Database
) -> None:
    """Closed between the two steps."""
    given = await challenge(accounts)
    async with database.work() as work:
        await work.execute(database.prepare(text("UPDATE users SET is_active = false")))
    assert isinstance(await second_step(accounts, given, code(ada.secret)), Unauthenticated)


async def test_guesses_are_few_and_the_owner_hears_of_them(
    accounts: BoundAccounts, ada: Owner, mailbox: Mailbox, database: Database
) -> None:
    """Whoever guesses knows the password. From where the owner has been before, the owner still gets in."""
    come_from(ABROAD)
    given, guess = await challenge(accounts), wrong(ada.secret)
    for number in range(1, ATTEMPTS.limit + 1):
        assert isinstance(await second_step(accounts, given, guess), Unauthenticated)
        told = (await mailbox.kinds(EMAIL)).count("second_factor_guessed")
        assert told == (1 if number >= TOLD_AFTER else 0)
    assert isinstance(await second_step(accounts, given, code(ada.secret)), RateLimited)
    come_from("192.0.2.1")
    assert isinstance(await second_step(accounts, given, code(ada.secret)), RateLimited)
    come_from(HOME)
    assert await second_step(accounts, await challenge(accounts), code(ada.secret)) is None
    assert (await actions(database)).count("second_factor.denied") == ATTEMPTS.limit


async def test_a_recovery_code_takes_the_place_of_the_app_once(accounts: BoundAccounts, ada: Owner) -> None:
    """However it is typed."""
    assert len(set(ada.sheet)) == RECOVERY_CODES
    typed = ada.sheet[0].lower().replace("-", " ")
    assert await second_step(accounts, await challenge(accounts), typed) is None
    assert await accounts.second_factor.status(ada.actor) == (True, RECOVERY_CODES - 1)
    given = await challenge(accounts)
    assert isinstance(await second_step(accounts, given, ada.sheet[0]), Unauthenticated)
    assert await second_step(accounts, given, ada.sheet[1]) is None


async def test_of_many_uses_of_a_recovery_code_at_once_one_succeeds(
    accounts: BoundAccounts, ada: Owner
) -> None:
    """With a challenge each."""
    given = [await challenge(accounts) for _ in range(4)]
    found = await asyncio.gather(*(second_step(accounts, each, ada.sheet[0]) for each in given))
    assert found.count(None) == 1


async def test_what_is_stored_opens_nothing(accounts: BoundAccounts, ada: Owner, database: Database) -> None:
    """The secret is sealed for its row, recovery codes are digests."""
    stored = str(await database.fetch(database.prepare(text("SELECT * FROM second_factors"))))
    stored += str(await database.fetch(database.prepare(text("SELECT * FROM recovery_codes"))))
    for each in (str(ada.secret)[2:-1], totp.as_text(ada.secret), *ada.sheet):
        assert each not in stored
        assert each.replace("-", "") not in stored


async def test_under_another_key_of_the_service_the_sheet_still_works(
    accounts: BoundAccounts, ada: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The app's codes cannot be checked any more, and that is no error of ours."""
    other = Sealer(b"another secret of the service", "backwright second factor v1")
    monkeypatch.setattr(accounts.second_factor._factor, "_sealer", other)
    given = await challenge(accounts)
    assert isinstance(await second_step(accounts, given, code(ada.secret)), Unauthenticated)
    assert await second_step(accounts, given, ada.sheet[0]) is None


async def test_it_counts_after_the_first_code_of_the_app(
    accounts: BoundAccounts, clock: time_machine.Traveller, mailbox: Mailbox, database: Database
) -> None:
    """Until then logins are as before. Switching it on ends the other sessions and is told and recorded."""
    await accounts.ensure_account(EMAIL, name="Ada", password=PASSWORD)
    here = await accounts.sign_in(EMAIL, PASSWORD)
    actor = await accounts.authenticate(f"Bearer {here.access_token}")
    await accounts.second_factor.begin(actor, PASSWORD)
    offered = await accounts.second_factor.begin(actor, PASSWORD)
    secret = base64.b32decode(offered.secret)
    assert offered.uri.startswith("otpauth://totp/office:ada%40example.org?secret=")
    with pytest.raises(Invalid) as refused:
        await accounts.second_factor.confirm(actor, wrong(secret))
    assert [each.pointer for each in refused.value.errors] == ["/code"]
    elsewhere = await accounts.sign_in(EMAIL, PASSWORD)
    assert await accounts.second_factor.status(actor) == (False, 0)
    await accounts.second_factor.confirm(actor, code(secret))
    assert await accounts.second_factor.status(actor) == (True, RECOVERY_CODES)
    await accounts.authenticate(f"Bearer {here.access_token}")
    with pytest.raises(Unauthenticated):
        await accounts.authenticate(f"Bearer {elsewhere.access_token}")
    assert "second_factor_changed" in await mailbox.kinds(EMAIL)
    assert {"second_factor_begun", "second_factor_on.denied", "second_factor_on"} <= set(
        await actions(database)
    )
    with pytest.raises(Conflict):
        await accounts.second_factor.begin(actor, PASSWORD)


async def test_switching_it_on_takes_the_password(
    accounts: BoundAccounts, clock: time_machine.Traveller
) -> None:
    """A stolen session must not lock the owner out."""
    user_id = await accounts.ensure_account(EMAIL, name="Ada", password=PASSWORD)
    tokens = await accounts.open_session(user_id)
    actor = await accounts.authenticate(f"Bearer {tokens.access_token}")
    with pytest.raises(Invalid):
        await accounts.second_factor.begin(actor, OTHER)
    with pytest.raises(Invalid):
        await accounts.second_factor.confirm(actor, "123456")


async def test_switching_it_off_takes_password_and_code(
    accounts: BoundAccounts, ada: Owner, mailbox: Mailbox, database: Database
) -> None:
    """Either alone is refused; afterwards one step is enough, and the sheet is void."""
    off = accounts.second_factor.switch_off
    for password, second in ((OTHER, code(ada.secret)), (PASSWORD, wrong(ada.secret))):
        with pytest.raises(Invalid):
            await off(ada.actor, password, second)
    await off(ada.actor, PASSWORD, code(ada.secret))
    await accounts.sign_in(EMAIL, PASSWORD)
    assert await accounts.second_factor.status(ada.actor) == (False, 0)
    assert (await mailbox.kinds(EMAIL)).count("second_factor_changed") == 2
    assert (await actions(database)).count("second_factor_off.denied") == 2


async def test_a_new_sheet_voids_the_old_one(accounts: BoundAccounts, ada: Owner) -> None:
    """It takes password and code as well."""
    renew = accounts.second_factor.renew_recovery_codes
    with pytest.raises(Invalid):
        await renew(ada.actor, PASSWORD, wrong(ada.secret))
    fresh = await renew(ada.actor, PASSWORD, code(ada.secret))
    assert set(fresh).isdisjoint(ada.sheet)
    given = await challenge(accounts)
    assert isinstance(await second_step(accounts, given, ada.sheet[0]), Unauthenticated)
    assert await second_step(accounts, given, fresh[0]) is None


async def test_an_administrator_takes_it_from_somebody_who_lost_it(
    accounts: BoundAccounts, ada: Owner, mailbox: Mailbox, database: Database
) -> None:
    """The owner is told and signed out everywhere; nobody does it to themselves."""
    root = await accounts.ensure_account("root@example.org", name="", roles=["admin"])
    admin = await accounts.authenticate(f"Bearer {(await accounts.open_session(root)).access_token}")
    with pytest.raises(Forbidden):
        await accounts.second_factor.remove(admin, root)
    with pytest.raises(NotFound):
        await accounts.second_factor.remove(ada.actor, root)
    await accounts.second_factor.remove(admin, ada.user_id)
    assert (await accounts.list_sessions(ada.actor)) == []
    await accounts.sign_in(EMAIL, PASSWORD)
    assert (await mailbox.kinds(EMAIL))[-1] == "second_factor_changed"
    assert "second_factor_off" in await actions(database)
    with pytest.raises(NotFound):
        await accounts.second_factor.remove(admin, ada.user_id)


async def test_a_password_reset_leaves_it_on(accounts: BoundAccounts, ada: Owner, mailbox: Mailbox) -> None:
    """Whoever reads the mail still needs the telephone."""
    await accounts.recovery.ask(EMAIL)
    await accounts.recovery.reset(await mailbox.code(EMAIL), OTHER)
    with pytest.raises(SecondFactorNeeded):
        await accounts.sign_in(EMAIL, OTHER)
