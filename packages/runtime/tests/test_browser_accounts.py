"""What signing in and a change of rights do to the cookie, below HTTP."""

from uuid import UUID

import pytest
from backwright.accounts import Account, Accounts, BoundAccounts
from backwright.browser_accounts import session_of
from backwright.context import Context, current
from backwright.database import Database
from backwright.errors import Unauthenticated
from backwright.sessions import Opened, hashed
from browser_flows import EMAIL, PASSWORD, browser_of
from office_roles import Role


@pytest.fixture(scope="session")
def declared(user_class: type[Account]) -> Accounts:
    return Accounts(user_class, roles=Role, admin=Role.ADMIN, browser_sessions=True)


def request() -> Context:
    """The request under way."""
    made = Context(method="POST", client_ip="203.0.113.7")
    current.set(made)
    return made


@pytest.fixture
async def ada(accounts: BoundAccounts) -> UUID:
    return await accounts.ensure_account(EMAIL, name="Ada", password=PASSWORD, roles=["viewer"])


async def holder(accounts: BoundAccounts, opened: Opened) -> UUID | None:
    """Whom the cookie of a session stands for."""
    actor = await accounts._authenticator.of_browser(hashed(opened.cookie))
    return actor.id if actor is not None else None


async def test_whoever_has_proved_who_they_are_otherwise_gets_a_session_too(
    accounts: BoundAccounts, ada: UUID
) -> None:
    """Such as by a provider; the cookie goes with the answer of the request."""
    context = request()
    opened = await browser_of(accounts).open_session(ada, user_agent="Browser/1")
    assert context.set_cookie == browser_of(accounts).cookie.set(opened.cookie)
    assert await holder(accounts, opened) == ada


async def test_the_cookie_changes_with_the_transaction_or_not_at_all(
    accounts: BoundAccounts, ada: UUID, database: Database
) -> None:
    """A change of credentials that breaks off leaves the old cookie good and sets none."""
    opened = await browser_of(accounts).open_session(ada)
    credentials, context = accounts.login._credentials, request()

    async def change(*, breaks: bool) -> None:
        async with database.work() as work:
            await credentials.changed(work, ada, action="password_changed", spare=opened.session_id)
            assert context.set_cookie is None, "before it is durable nobody is told"
            if breaks:
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await change(breaks=True)
    assert context.set_cookie is None
    assert await holder(accounts, opened) == ada
    await change(breaks=False)
    assert context.set_cookie is not None
    assert await holder(accounts, opened) is None


async def test_a_session_with_tokens_has_no_cookie_to_change(
    accounts: BoundAccounts, ada: UUID, database: Database
) -> None:
    """A phone that changes the password goes on with its tokens, and its answer sets nothing."""
    context, tokens = request(), await accounts.open_session(ada)
    actor = await accounts.authenticate(f"Bearer {tokens.access_token}")
    await accounts.change_password(actor, PASSWORD, "eight louder lamps below")
    browser_of(accounts).drop_cookie(actor)
    assert context.set_cookie is None
    with pytest.raises(Unauthenticated, match="browsers"):
        session_of(actor)


async def test_no_secret_shows_where_a_session_is_printed(accounts: BoundAccounts, ada: UUID) -> None:
    """A log line or a failed test would keep it."""
    opened = await browser_of(accounts).open_session(ada)
    assert opened.cookie not in repr(opened)
    assert "refresh_token" not in repr(opened)
