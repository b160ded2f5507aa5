"""People sign in with a provider that knows nothing of us: the program oidc-provider, over real connections."""

import secrets
from collections.abc import AsyncGenerator, Iterator
from typing import Annotated, Any
from urllib.parse import quote_plus, urlencode

import httpx2
import pytest
from backwright.accounts import Account, Accounts, BoundAccounts
from backwright.actor import Actor
from backwright.app import create_app
from backwright.callers import current_actor
from backwright.oidc_flow import challenge_of
from backwright.settings import Settings
from fastapi import Depends, FastAPI
from office_roles import Role
from oidc_services import API, CLIENT_ID, SECRET, ProviderServer, fragment, query, served_provider, sign_in_at

HERE = "http://localhost:8000"
PAGE = "http://localhost:5173/signed-in"
CALLBACK = f"{HERE}/auth/oidc/keycloak/callback"


@pytest.fixture(scope="module")
def provider() -> Iterator[ProviderServer]:
    with served_provider(HERE, return_to=[PAGE]) as found:
        yield found


@pytest.fixture
def trust() -> dict[str, Any]:
    """What this module's operator says of the provider; a test may say something else."""
    roles = {"/staff": "editor"}
    return {"email_trusted": True, "roles_claim": "groups", "roles": roles, "api_audience": API}


@pytest.fixture
async def app(
    settings: Settings, declared: Accounts, provider: ProviderServer, trust: dict[str, Any]
) -> AsyncGenerator[FastAPI, None]:
    """The office, with the provider."""
    given = {
        **settings.model_dump(),
        "oidc": {"keycloak": provider.settings(**trust)},
        "oidc_return_urls": (PAGE,),
    }
    made = create_app(Settings(**given), title="Office", accounts=declared)
    async with made.router.lifespan_context(made):
        yield made


@pytest.fixture(scope="session")
def declared(user_class: type[Account]) -> Accounts:
    return Accounts(
        user_class, roles=Role, admin=Role.ADMIN, register_as=Role.VIEWER, providers=("keycloak",)
    )


@pytest.fixture
async def browser(app: FastAPI) -> AsyncGenerator[httpx2.AsyncClient, None]:
    """A browser at our service; it follows no redirect by itself."""
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=HERE) as made:
        yield made


@pytest.fixture
async def elsewhere() -> AsyncGenerator[httpx2.AsyncClient, None]:
    """The same browser at the provider."""
    async with httpx2.AsyncClient() as made:
        yield made


class Page:
    """The page of the front end: it keeps a verifier and begins."""

    def __init__(self, browser: httpx2.AsyncClient, elsewhere: httpx2.AsyncClient, issuer: str) -> None:
        self.browser, self.elsewhere, self.issuer = browser, elsewhere, issuer
        self.verifier = secrets.token_urlsafe(48)

    async def begin(self, **changed: str) -> httpx2.Response:
        given = {
            "return_to": PAGE,
            "code_challenge": challenge_of(self.verifier),
            "state": "a&b=c",
            **changed,
        }
        return await self.browser.get("/auth/oidc/keycloak/start", params=given)

    async def back(self, login: str) -> dict[str, str]:
        """All the way: what the page is told."""
        answer = await self.begin()
        assert answer.status_code == 303, answer.text
        url = await sign_in_at(self.elsewhere, answer.headers["location"], login, CALLBACK)
        return fragment(await self.browser.get(url))

    async def sign_in(self, login: str, **more: str) -> httpx2.Response:
        told = await self.back(login)
        return await self.redeem(told["code"], **more)

    async def redeem(self, code: str, **more: str) -> httpx2.Response:
        given = {"code": code, "code_verifier": self.verifier, **more}
        return await self.browser.post("/auth/oidc/token", json=given)


@pytest.fixture
def page(browser: httpx2.AsyncClient, elsewhere: httpx2.AsyncClient, provider: ProviderServer) -> Page:
    return Page(browser, elsewhere, provider.issuer)


async def test_a_person_signs_in_with_a_provider_and_gets_an_account(page: Page) -> None:
    """Discovery, PKCE, state, nonce, the ID token and the userinfo, all against the real thing."""
    told = await page.back("ada")
    assert told["state"] == "a&b=c"
    answer = await page.redeem(told["code"])
    assert answer.status_code == 200, answer.text
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    me = (await page.browser.get("/auth/me", headers=headers)).json()
    assert (me["email"], me["name"], me["roles"]) == ("ada@example.org", "Ada", ["editor"])
    listed = (await page.browser.get("/auth/identities", headers=headers)).json()["items"]
    assert [(each["provider"], each["subject"]) for each in listed] == [("keycloak", "ada")]


async def test_the_same_person_comes_back_to_the_same_account(page: Page, accounts: BoundAccounts) -> None:
    """By issuer and subject, whatever the address says by then."""
    first = await whose(page, await page.sign_in("ada"))
    await moved(accounts, "ada@example.org", "ada.lovelace@example.org")
    again = await whose(page, await page.sign_in("ada"))
    assert again["id"] == first["id"]
    assert again["email"] == "ada.lovelace@example.org"


async def test_an_address_that_the_provider_has_not_checked_counts_for_nothing(
    page: Page, accounts: BoundAccounts
) -> None:
    """Eve says that Ada's address is hers: she gets neither Ada's account nor one of her own."""
    await accounts.ensure_account("ada@example.org", name="Ada", roles=["admin"])
    refused = await page.sign_in("eve")
    assert refused.status_code == 403
    assert refused.json()["reason"] == "unknown"
    assert "access_token" not in refused.text


async def test_groups_that_nobody_has_mapped_give_nothing(page: Page) -> None:
    """Neither an unknown group nor the name of a role; and whoever has no group gets no role by signing up."""
    assert (await whose(page, await page.sign_in("boss")))["roles"] == []
    assert (await whose(page, await page.sign_in("bob")))["roles"] == []


async def test_a_code_is_good_once_and_for_the_page_that_began(page: Page) -> None:
    told = await page.back("ada")
    stolen = Page(page.browser, page.elsewhere, page.issuer)
    assert (await stolen.redeem(told["code"])).status_code == 422
    assert (await page.redeem(told["code"])).status_code == 200
    assert (await page.redeem(told["code"])).status_code == 422
    assert (await page.redeem("x" + told["code"])).status_code == 422


async def test_who_says_no_at_the_provider_comes_back_with_a_word(page: Page) -> None:
    answer = await page.begin()
    state = query(answer.headers["location"])["state"]
    back = await page.browser.get(
        CALLBACK, params={"state": state, "error": "access_denied", "iss": page.issuer}
    )
    assert fragment(back) == {"error": "access_denied", "state": "a&b=c"}


async def test_ending_the_session_here_tells_where_to_end_the_one_there(page: Page) -> None:
    """RP-initiated logout: the provider knows the client and the page to come back to."""
    tokens = (await page.sign_in("ada")).json()
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    answer = await page.browser.post("/auth/oidc/logout", json={"return_to": PAGE}, headers=headers)
    assert answer.status_code == 200
    there = await page.elsewhere.get(answer.json()["logout_url"])
    assert there.status_code == 200
    assert "Do you want to sign-out" in there.text
    assert (await page.browser.get("/auth/me", headers=headers)).status_code == 401
    gone = await page.browser.post("/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
    assert gone.status_code == 401


async def test_a_token_that_the_provider_issues_for_the_api_calls_it(page: Page, app: FastAPI) -> None:
    """As in RFC 9068; the program that holds it is none of ours. Its ID token calls nothing."""

    @app.get("/whoami")
    async def whoami(actor: Annotated[Actor, Depends(current_actor)]) -> dict[str, Any]:
        return {"roles": sorted(actor.roles), "method": actor.method}

    asked = {
        "response_type": "code", "client_id": CLIENT_ID, "redirect_uri": CALLBACK, "scope": "openid api",
        "resource": API, "code_challenge": challenge_of(page.verifier), "code_challenge_method": "S256",
    }  # fmt: skip
    url = f"{page.issuer}/auth?{urlencode(asked)}"
    code = query(await sign_in_at(page.elsewhere, url, "ada", CALLBACK))["code"]
    fields = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK,
        "code_verifier": page.verifier, "resource": API,
    }  # fmt: skip
    proof = (quote_plus(CLIENT_ID), quote_plus(SECRET))
    tokens = (await page.elsewhere.post(f"{page.issuer}/token", data=fields, auth=proof)).json()
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    answer = await page.browser.get("/whoami", headers=headers)
    assert answer.json() == {"roles": ["editor", "public", "signed_in"], "method": "external"}
    wrong = {"Authorization": f"Bearer {tokens['id_token']}"}
    assert (await page.browser.get("/whoami", headers=wrong)).status_code == 401


async def whose(page: Page, answer: httpx2.Response) -> dict[str, Any]:
    """The account that a sign-in led to."""
    assert answer.status_code == 200, answer.text
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    found: dict[str, Any] = (await page.browser.get("/auth/me", headers=headers)).json()
    return found


async def moved(accounts: BoundAccounts, old: str, new: str) -> None:
    """The owner has changed their address here."""
    users = accounts.login._users
    async with accounts.login._database.work() as work:
        row = await users.by_email_within(work, old)
        assert row is not None
        assert await users.move(work, row, new)
