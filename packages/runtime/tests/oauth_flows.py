"""A browser and a client, by hand, for the tests of OAuth: each step can be done wrong."""

import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
from backwright.accounts import BoundAccounts
from backwright.oauth import Issuer
from backwright.oauth_clients import Client
from backwright.oauth_registration import ClientRegistration

EMAIL, PASSWORD = "ada@example.org", "seven quiet lamps above"
BACK = "https://app.example.org/done?kept=1"
BYE = "https://app.example.org/bye"
ROOT = "/auth/oauth"


def issuer_of(accounts: BoundAccounts) -> Issuer:
    assert accounts.oauth is not None
    return accounts.oauth


async def ada(accounts: BoundAccounts, *roles: str) -> None:
    await accounts.ensure_account(EMAIL, name="Ada", password=PASSWORD, roles=roles or ("editor",))


async def register(accounts: BoundAccounts, **changed: Any) -> tuple[Client, str]:
    """A client, and its secret; without other words one that acts for people and keeps a secret."""
    wanted: dict[str, Any] = {
        "name": "Warehouse <app>",
        "public": False,
        "grants": ("authorization_code", "refresh_token"),
        "scopes": ("openid", "profile", "email", "signed_in", "editor", "admin"),
        "redirect_uris": (BACK,),
        "logout_uris": (BYE,),
        **changed,
    }
    client, secret = await issuer_of(accounts).clients.register(ClientRegistration(**wanted))
    return client, secret or ""


async def machine(accounts: BoundAccounts, *scopes: str) -> tuple[Client, str]:
    """A client that acts for itself."""
    return await register(
        accounts,
        grants=("client_credentials",),
        scopes=scopes or ("editor",),
        redirect_uris=(),
        logout_uris=(),
    )


class Person:
    """A person with a browser, on the way from a client and back to it."""

    def __init__(self, client: httpx2.AsyncClient, app: Client, **changed: str | None) -> None:
        self.http = client
        self.verifier = secrets.token_urlsafe(48)
        asked = {
            "response_type": "code",
            "client_id": str(app.id),
            "redirect_uri": app.redirect_uris[0],
            "scope": "openid editor",
            "state": "the state & more",
            "nonce": "a nonce",
            "code_challenge": challenge(self.verifier),
            "code_challenge_method": "S256",
            **changed,
        }
        self.asked = {name: value for name, value in asked.items() if value is not None}

    async def look(self) -> httpx2.Response:
        """Follow the client's link."""
        return await self.http.get(f"{ROOT}/authorize", params=self.asked)

    async def say(self, shown: httpx2.Response, **said: str) -> httpx2.Response:
        """Fill the page in, with the right words where no others are given."""
        given = {"action": "allow", "email": EMAIL, "password": PASSWORD, **hidden(shown), **said}
        return await self.http.post(f"{ROOT}/sign-in", data=given)

    async def allow(self) -> dict[str, str]:
        """All of it: what the client is told in the address that the browser comes back to."""
        answer = await self.say(await self.look())
        assert answer.status_code == 303, answer.text
        return told(answer)


def hidden(page: httpx2.Response) -> dict[str, str]:
    """The hidden fields of a page."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]+)">', page.text))


def told(answer: httpx2.Response) -> dict[str, str]:
    """The query of the address that a browser is sent to."""
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query, strict_parsing=True))


def challenge(verifier: str) -> str:
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


async def exchange(
    http: httpx2.AsyncClient, app: Client, secret: str, code: str, code_verifier: str, **changed: str | None
) -> httpx2.Response:
    """What a client does with a code."""
    given: Mapping[str, str | None] = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": app.redirect_uris[0],
        "code_verifier": code_verifier,
        **changed,
    }
    return await post(http, "token", app, secret, **given)


async def post(
    http: httpx2.AsyncClient, where: str, app: Client, secret: str, **fields: str | None
) -> httpx2.Response:
    """A form to an endpoint, with the proof of a client; a public one says its name."""
    given = {name: value for name, value in fields.items() if value is not None}
    if secret:
        return await http.post(f"{ROOT}/{where}", data=given, auth=(str(app.id), secret))
    return await http.post(f"{ROOT}/{where}", data={"client_id": str(app.id), **given})


async def tokens(http: httpx2.AsyncClient, app: Client, secret: str, **asked: str | None) -> dict[str, Any]:
    """Tokens, on the right way."""
    person = Person(http, app, **asked)
    answer = await exchange(http, app, secret, (await person.allow())["code"], person.verifier)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def refresh(
    http: httpx2.AsyncClient, app: Client, secret: str, token: str, **more: str
) -> httpx2.Response:
    return await post(http, "token", app, secret, grant_type="refresh_token", refresh_token=token, **more)


def bearing(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
