"""Authlib, an OAuth library that knows nothing of us, goes the whole way against a service that is served."""

import asyncio
import os
from collections.abc import AsyncGenerator, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.integrations.starlette_client import OAuth
from backwright.accounts import Account, Accounts, BoundAccounts
from fastapi import FastAPI
from joserfc.errors import JoseError
from oauth_flows import BACK, BYE, EMAIL, PASSWORD, ROOT, ada, hidden, machine, register
from office_roles import Role
from served import SERVICE, Served, free_port, serving, write_service
from starlette.requests import Request

HERE = "http://localhost:8000"


@pytest.fixture(scope="session")
def declared(user_class: type[Account]) -> Accounts:
    return Accounts(user_class, roles=Role, admin=Role.ADMIN, register_as=Role.VIEWER, oauth=True)


@pytest.fixture
async def browser(app: FastAPI) -> AsyncGenerator[httpx2.AsyncClient, None]:
    """A browser that follows no redirect by itself."""
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=HERE) as made:
        yield made


def relying_party(app: FastAPI | None, url: str, client_id: str, secret: str, scope: str) -> Any:
    """A web application that signs people in here, configured with nothing but our address."""
    way = {} if app is None else {"transport": httpx2.ASGITransport(app=app)}
    return OAuth().register(
        "here",
        client_id=client_id,
        client_secret=secret or None,
        server_metadata_url=f"{url}/.well-known/openid-configuration",
        client_kwargs={
            "scope": scope,
            "code_challenge_method": "S256",
            **({} if secret else {"token_endpoint_auth_method": "none"}),
            **way,
        },
    )


def visit(session: dict[str, Any], url: str = BACK) -> Request:
    """A request of the browser to the web application."""
    path, _, query = url.partition("?")
    scope = {
        "type": "http", "method": "GET", "path": path, "query_string": query.encode(), "headers": [],
        "session": session, "server": ("app.example.org", 443), "scheme": "https",
    }  # fmt: skip
    return Request(scope)


async def through_the_page(browser: httpx2.AsyncClient, link: str) -> str:
    """What the person does: the address that the browser comes back to."""
    page = await browser.get(link)
    assert page.status_code == 200, page.text
    said = {"action": "allow", "email": EMAIL, "password": PASSWORD, **hidden(page)}
    answer = await browser.post(f"{link.partition('?')[0].removesuffix('authorize')}sign-in", data=said)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


@pytest.mark.parametrize("public", [False, True])
async def test_a_web_application_signs_people_in(
    app: FastAPI, accounts: BoundAccounts, browser: httpx2.AsyncClient, public: bool
) -> None:
    """Discovery, PKCE, state, nonce, the ID token with its signature and at_hash, userinfo: all checked by
    Authlib."""
    await ada(accounts)
    made, secret = await register(accounts, public=public)
    party = relying_party(app, HERE, str(made.id), secret, "openid profile email editor")
    session: dict[str, Any] = {}
    sent = await party.authorize_redirect(visit(session), BACK)
    back = await through_the_page(browser, sent.headers["location"])
    token = await party.authorize_access_token(visit(session, back))
    assert token["userinfo"]["iss"] == HERE
    assert token["userinfo"]["aud"] == str(made.id)
    described = await party.userinfo(token=token)
    assert (described["sub"], described["email"]) == (token["userinfo"]["sub"], EMAIL)
    assert (await accounts.authenticate(f"Bearer {token['access_token']}")).roles >= {"editor"}
    bye = await party.logout_redirect(visit(session), BYE, id_token_hint=token["id_token"])
    gone = await browser.get(bye.headers["location"])
    assert gone.status_code == 303
    await party.validate_logout_response(visit(session, gone.headers["location"]))
    with pytest.raises(httpx2.HTTPStatusError):
        await party.userinfo(token=token)


async def test_an_answer_to_another_browser_is_not_taken(
    app: FastAPI, accounts: BoundAccounts, browser: httpx2.AsyncClient
) -> None:
    """The state is passed through as it came, so the application can tell."""
    await ada(accounts)
    made, secret = await register(accounts)
    party = relying_party(app, HERE, str(made.id), secret, "openid")
    session: dict[str, Any] = {}
    sent = await party.authorize_redirect(visit(session), BACK)
    back = await through_the_page(browser, sent.headers["location"])
    with pytest.raises(OAuthError):
        await party.authorize_access_token(visit({}, back))


async def test_tokens_are_refreshed_introspected_and_revoked(
    app: FastAPI, accounts: BoundAccounts, browser: httpx2.AsyncClient
) -> None:
    """By Authlib's own client, and the answers are what it expects."""
    await ada(accounts)
    made, secret = await register(accounts)
    async with AsyncOAuth2Client(
        str(made.id), secret, scope="openid editor", redirect_uri=BACK, code_challenge_method="S256",
        transport=httpx2.ASGITransport(app=app),
    ) as library:  # fmt: skip
        verifier = "v" * 64
        link, state = library.create_authorization_url(f"{HERE}{ROOT}/authorize", code_verifier=verifier)
        back = await through_the_page(browser, link)
        first = await library.fetch_token(
            f"{HERE}{ROOT}/token", authorization_response=back, state=state, code_verifier=verifier
        )
        second = await library.refresh_token(f"{HERE}{ROOT}/token", first["refresh_token"])
        assert second["refresh_token"] != first["refresh_token"]
        seen = await library.introspect_token(f"{HERE}{ROOT}/introspect", second["access_token"])
        assert seen.json()["active"] is True
        gone = await library.revoke_token(f"{HERE}{ROOT}/revoke", second["refresh_token"])
        assert gone.status_code == 200
        seen = await library.introspect_token(f"{HERE}{ROOT}/introspect", second["access_token"])
        assert seen.json() == {"active": False}
        with pytest.raises(OAuthError, match="invalid_grant"):
            await library.refresh_token(f"{HERE}{ROOT}/token", second["refresh_token"])


@pytest.mark.parametrize("way", ["client_secret_basic", "client_secret_post"])
async def test_a_program_gets_a_token_for_itself(app: FastAPI, accounts: BoundAccounts, way: str) -> None:
    """Client credentials, in both forms of proof."""
    bot, secret = await machine(accounts, "editor")
    async with AsyncOAuth2Client(
        str(bot.id), secret, token_endpoint_auth_method=way, transport=httpx2.ASGITransport(app=app)
    ) as library:
        token = await library.fetch_token(f"{HERE}{ROOT}/token", grant_type="client_credentials")
        assert (await accounts.authenticate(f"Bearer {token['access_token']}")).method == "client"
        with pytest.raises(OAuthError, match="unsupported_grant_type"):
            await library.fetch_token(
                f"{HERE}{ROOT}/token", grant_type="password", username=EMAIL, password="x"
            )


@pytest.fixture(scope="module")
def two_services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Served, dict[str, Any]]]:
    """Two services in processes of their own, each with an issuer and a client; they share the secret key."""
    with ExitStack() as stack:
        one, two = [
            stack.enter_context(service_with_oauth(tmp_path_factory.mktemp(name))) for name in ("one", "two")
        ]
        yield one, two, {served.address: served.get("/fixture").json() for served in (one, two)}


def service_with_oauth(folder: Path) -> AbstractContextManager[Served]:
    """The little service, with an issuer at the address where it is served."""
    port = free_port()
    write_service(folder)
    assert "admin=Role.ADMIN)" in SERVICE
    text = SERVICE.replace("admin=Role.ADMIN)", "admin=Role.ADMIN, oauth=True)") + STARTED
    (folder / "little" / "main.py").write_text(text)
    return serving(
        folder,
        port=port,
        PUBLIC_URL=f"http://127.0.0.1:{port}",
        SECRET_KEY="a secret for tests only, forty-eight characters!",
        PASSWORD_MEMORY_KIB="8",
        PASSWORD_TIME_COST="1",
        RATE_LIMIT="100000/minute",
        PYTHONPATH=os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")]),
    )


STARTED = """

from backwright.oauth_registration import ClientRegistration

_build = create_app


def create_app(settings=None):
    app = _build(settings)

    @app.get("/fixture", dependencies=[public()])
    async def fixture() -> dict[str, str]:
        found = app.state.runtime.accounts
        await found.ensure_account("ada@example.org", name="Ada", password="seven quiet lamps above", roles=["admin"])
        client, secret = await found.oauth.clients.register(
            ClientRegistration("App", False, ("authorization_code", "refresh_token"), ("openid", "email", "admin"),
                         ("https://app.example.org/done?kept=1",))
        )
        return {"client_id": str(client.id), "secret": secret}

    return app
"""


async def test_the_same_over_the_network(two_services: tuple[Served, Served, dict[str, Any]]) -> None:
    """A served process, and a library that has only its address."""
    one, _, facts = two_services
    made = facts[one.address]
    party = relying_party(None, one.address, made["client_id"], made["secret"], "openid email admin")
    session: dict[str, Any] = {}
    async with httpx2.AsyncClient(timeout=60) as browser:
        sent = await party.authorize_redirect(visit(session), BACK)
        back = await through_the_page(browser, sent.headers["location"])
        token = await party.authorize_access_token(visit(session, back))
        assert (await party.userinfo(token=token))["email"] == EMAIL
        users = await browser.get(
            f"{one.address}/users", headers={"Authorization": f"Bearer {token['access_token']}"}
        )
        assert users.status_code == 200


async def test_two_issuers_do_not_mix(two_services: tuple[Served, Served, dict[str, Any]]) -> None:
    """A code, a token, an ID token and an answer of one are nothing to the other (RFC 9700 §4.4)."""
    one, two, facts = two_services
    here, there = facts[one.address], facts[two.address]
    async with httpx2.AsyncClient(timeout=60) as browser:
        party = relying_party(None, one.address, here["client_id"], here["secret"], "openid admin")
        other = relying_party(None, two.address, here["client_id"], there["secret"], "openid admin")
        session: dict[str, Any] = {}
        sent = await party.authorize_redirect(visit(session), BACK)
        back = await through_the_page(browser, sent.headers["location"])
        assert httpx2.URL(back).params["iss"] == one.address
        assert (await other.load_server_metadata())["issuer"] != httpx2.URL(back).params["iss"]
        stolen = await browser.post(
            f"{two.address}{ROOT}/token",
            data={"grant_type": "authorization_code", "code": httpx2.URL(back).params["code"],
                  "redirect_uri": BACK, "code_verifier": "v" * 43},
            auth=(there["client_id"], there["secret"]),
        )  # fmt: skip
        assert stolen.json()["error"] == "invalid_grant"
        token = await party.authorize_access_token(visit(session, back))
        bearer = {"Authorization": f"Bearer {token['access_token']}"}
        assert (await browser.get(f"{two.address}{ROOT}/userinfo", headers=bearer)).status_code == 401
        with pytest.raises((JoseError, ValueError)):
            await other.parse_id_token(token, nonce=None)
        said = {"id_token_hint": token["id_token"]}
        assert (await browser.get(f"{two.address}{ROOT}/logout", params=said)).status_code == 400
        assert (await browser.get(f"{one.address}{ROOT}/userinfo", headers=bearer)).status_code == 200


async def test_ten_exchanges_at_once_over_the_network(
    two_services: tuple[Served, Served, dict[str, Any]],
) -> None:
    """One code, ten exchanges: one success."""
    one, _, facts = two_services
    made = facts[one.address]
    party = relying_party(None, one.address, made["client_id"], made["secret"], "openid")
    session: dict[str, Any] = {}
    async with httpx2.AsyncClient(timeout=60) as browser:
        sent = await party.authorize_redirect(visit(session), BACK)
        back = httpx2.URL(await through_the_page(browser, sent.headers["location"]))
        [kept] = [value["data"] for name, value in session.items() if back.params["state"] in name]
        given = {"grant_type": "authorization_code", "code": back.params["code"], "redirect_uri": BACK,
                 "code_verifier": kept["code_verifier"]}  # fmt: skip
        auth = (made["client_id"], made["secret"])
        answers = await asyncio.gather(
            *(browser.post(f"{one.address}{ROOT}/token", data=given, auth=auth) for _ in range(10))
        )
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 9


def test_the_library_is_no_part_of_the_runtime() -> None:
    """It proves us; we do not use it."""
    source = Path(__file__).parents[1] / "src" / "backwright"
    assert not any("authlib" in path.read_text() for path in source.glob("*.py"))
