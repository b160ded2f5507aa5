"""The cookie is looked at once for each request, costs what a token costs, and counts for the rate limit."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from backwright.accounts import Account, Accounts, BoundAccounts
from backwright.app import create_app
from backwright.context import Context
from backwright.limits import MemoryStore, Policy
from browser_flows import EMAIL, HERE, PASSWORD, THEIRS, Page, browser_of
from fastapi import FastAPI
from office_databases import office_settings, office_template
from office_roles import Role


@pytest.fixture(scope="session")
def declared(user_class: type[Account]) -> Accounts:
    return Accounts(user_class, roles=Role, admin=Role.ADMIN, browser_sessions=True)


@pytest.fixture
async def page(app: FastAPI, accounts: BoundAccounts) -> AsyncGenerator[Page, None]:
    """A page on which Ada has signed in."""
    await accounts.ensure_account(EMAIL, name="Ada", password=PASSWORD, roles=["admin"])
    made = Page(app)
    async with made.http:
        await made.sign_in()
        yield made


async def test_the_actor_says_how_they_signed_in(page: Page, accounts: BoundAccounts) -> None:
    """And is otherwise the one that a token makes: the same id, roles and session."""
    context = Context(method="GET")
    await browser_of(accounts).callers.identify(f"session={page.cookie}".encode(), [], context)
    actor = context.verified
    assert actor is not None
    assert (actor.method, str(actor.id)) == ("session", (await page.http.get("/auth/me")).json()["id"])
    assert actor.roles == {"admin", "public", "signed_in"}
    assert [each["current"] for each in await accounts.list_sessions(actor)] == [True]


async def test_a_known_cookie_never_waits(page: Page, accounts: BoundAccounts) -> None:
    """It is a look into a dictionary: the coroutine ends at its first step."""
    await page.me()
    identify = browser_of(accounts).callers.identify(
        f"session={page.cookie}".encode(), [], Context(method="GET")
    )
    with pytest.raises(StopIteration):
        identify.send(None)  # type: ignore[attr-defined]


async def test_a_cookie_is_no_authorization_header(page: Page, accounts: BoundAccounts) -> None:
    """Its value in the other place is refused, before and after it is known."""
    for scheme in ("Bearer", "Session", "Cookie"):
        header = {"Authorization": f"{scheme} {page.cookie}"}
        assert (await page.http.get("/auth/me", headers=header)).status_code == 401
    assert accounts.known(f"session={page.cookie}".encode()) is None


async def test_a_signed_in_browser_has_a_quota_of_its_own(page: Page, app: FastAPI) -> None:
    """Of the user, not of the address. What another site makes it send uses up the address's."""
    guards = app.guards  # type: ignore[attr-defined]
    before, guards.policy = guards.policy, Policy.parse("2/minute")
    try:
        guards.limiter.store = MemoryStore()
        other = Page(app)
        async with other.http:
            assert [await other.me() for _ in range(3)] == [401, 401, 429]
        assert [await page.me() for _ in range(2)] == [200, 200]
        guards.limiter.store = MemoryStore()
        page.origin = THEIRS
        sent = [(await page.send("POST", "/auth/logout")).status_code for _ in range(3)]
        assert sent == [403, 403, 429]
        assert await page.me() == 200
    finally:
        guards.policy = before


async def test_a_service_without_browser_sessions_does_not_look(user_class: type[Account]) -> None:
    """No route, no scheme in the document, no layer in the perimeter."""
    plain = Accounts(user_class, roles=Role, admin=Role.ADMIN)
    app = create_app(
        office_settings(Path("var"), office_template("sqlite").url), title="Office", accounts=plain
    )
    assert app.guards.by_cookie is None  # type: ignore[attr-defined]
    document = app.openapi()
    assert HERE not in document["paths"]
    assert set(document["components"]["securitySchemes"]) == {"bearer"}
