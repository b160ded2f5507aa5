"""The office with an identity provider that does as a test says, and the page of its front end."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
from backwright.accounts import Account, Accounts, BoundAccounts, RegistrationMode
from backwright.app import create_app
from backwright.limits import MemoryStore
from backwright.oidc import RelyingParty
from backwright.oidc_flow import challenge_of
from backwright.runtime import Runtime
from backwright.settings import Settings
from mailboxes import Mailbox
from office_roles import Role
from oidc_services import fragment
from scripted_provider import ScriptedProvider, scripted_provider

HERE = "http://localhost:8000"
PAGE = "http://localhost:5173/signed-in"
START, CALLBACK, TOKEN = "/auth/oidc/idp/start", "/auth/oidc/idp/callback", "/auth/oidc/token"
LOGOUT = "/auth/oidc/idp/backchannel-logout"


@dataclass
class Office:
    """A started service, its provider, and a browser with the front end's page open."""

    runtime: Runtime
    accounts: BoundAccounts
    provider: ScriptedProvider
    http: httpx2.AsyncClient
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    @property
    def party(self) -> RelyingParty:
        assert self.accounts.oidc is not None
        return self.accounts.oidc

    @property
    def mailbox(self) -> Mailbox:
        return Mailbox(self.runtime.mail)

    async def begin(self, **changed: str) -> httpx2.Response:
        """The page sends the browser off."""
        given = {"return_to": PAGE, "code_challenge": challenge_of(self.verifier), **changed}
        return await self.http.get(START, params=given)

    async def location(self) -> str:
        """Where the browser is sent at the beginning."""
        answer = await self.begin()
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    async def back(self, **claims: Any) -> dict[str, str]:
        """There and back again: what the page is told."""
        given = self.provider.give(await self.location(), **claims)
        return fragment(await self.http.get(CALLBACK, params=given))

    async def redeem(self, code: str, **more: str) -> httpx2.Response:
        """The page exchanges its code."""
        given = {"code": code, "code_verifier": self.verifier, **more}
        return await self.http.post(TOKEN, json=given)

    async def sign_in(self, **claims: Any) -> httpx2.Response:
        """All the way."""
        return await self.redeem((await self.back(**claims))["code"])

    async def signed_in(self, **claims: Any) -> dict[str, str]:
        """The headers of somebody who has come all the way."""
        return bearing(await self.sign_in(**claims))

    async def me(self, headers: dict[str, str]) -> dict[str, Any]:
        """The account behind the headers."""
        answer = await self.http.get("/auth/me", headers=headers)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


def bearing(answer: httpx2.Response) -> dict[str, str]:
    """The headers of whoever got this answer."""
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


@asynccontextmanager
async def oidc_office(
    settings: Settings,
    user: type[Account],
    *,
    mode: RegistrationMode = RegistrationMode.OPEN,
    also: dict[str, Any] | None = None,
    browser_sessions: bool = False,
    beside: ScriptedProvider | None = None,
    **said: Any,
) -> AsyncIterator[Office]:
    """The service with the provider; `said` is what the operator says of it, `also` are further settings, `beside` is
    another provider, which is called `other`."""
    declared = Accounts(
        user,
        roles=Role,
        admin=Role.ADMIN,
        register_as=Role.VIEWER,
        registration=mode,
        providers=("idp",) if beside is None else ("idp", "other"),
        browser_sessions=browser_sessions,
    )
    with scripted_provider() as provider:
        told = {"email_trusted": True, **said}
        oidc = {"idp": provider.settings(**told)}
        if beside is not None:
            oidc["other"] = beside.settings(**told)
        given = {**settings.model_dump(), "oidc": oidc, "oidc_return_urls": (PAGE,), **(also or {})}
        app = create_app(Settings(**given), title="Office", accounts=declared)
        runtime: Runtime = app.state.runtime
        runtime.limiter.store = MemoryStore()
        assert runtime.accounts is not None
        transport = httpx2.ASGITransport(app=app)
        async with (
            app.router.lifespan_context(app),
            httpx2.AsyncClient(transport=transport, base_url=HERE) as http,
        ):
            yield Office(runtime, runtime.accounts, provider, http)
