"""Signing in with a provider in a real browser: three origins, a front end of its own, and a real provider."""

import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from backwright.accounts import Account, Accounts, BoundAccounts
from backwright.app import create_app
from backwright.oidc_flow import challenge_of
from backwright.settings import Settings
from chromium import Chromium, Profile, Tab, chromium, free_port, web
from office_databases import office_settings, office_template
from office_roles import Role
from oidc_services import ProviderServer, served_provider, sign_in_at
from starlette.responses import HTMLResponse

API, FRONT_END, STRANGER = "api.example.test", "app.example.test", "evil.test"
PATH = "/signed-in"

SCRIPT = """
const base64url = bytes => btoa(String.fromCharCode(...new Uint8Array(bytes)))
  .replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
async function begin() {
  const verifier = base64url(crypto.getRandomValues(new Uint8Array(32)));
  sessionStorage.setItem('verifier', verifier);
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  const asked = new URLSearchParams({return_to: HERE, code_challenge: base64url(digest), state: 'orders/7'});
  location.href = `${API}/auth/oidc/keycloak/start?${asked}`;
}
async function finish() {
  const told = new URLSearchParams(location.hash.slice(1));
  history.replaceState(null, '', location.pathname);
  const body = {code: told.get('code'), code_verifier: sessionStorage.getItem('verifier')};
  const headers = {'Content-Type': 'application/json'};
  const answer = await fetch(`${API}/auth/oidc/token`, {method: 'POST', headers, body: JSON.stringify(body)});
  return [answer.status, await answer.json(), told.get('state')];
}
"""
"""All that a front end has to do: keep a verifier, go, come back, exchange."""


@dataclass
class World:
    """The service, a front end, a provider and a browser."""

    browser: Chromium
    provider: ProviderServer
    accounts: BoundAccounts
    port: int

    def at(self, host: str, path: str = PATH) -> str:
        return f"https://{host}:{self.port}{path}"

    async def signed_in(self, profile: Profile, login: str) -> tuple[Tab, str]:
        """A tab of the front end in which somebody has signed in, and their access token."""
        tab = await profile.tab(self.at(FRONT_END))
        await tab.run_and_load("begin()")
        for _ in range(6):
            if str(await tab.run("location.href")).startswith(self.at(FRONT_END)):
                break
            await tab.run_and_load(
                "document.forms[0].elements.login && (document.forms[0].elements.login.value = "
                f"{json.dumps(login)}, document.forms[0].elements.password.value = 'any');"
                "document.forms[0].submit()"
            )
        status, body, state = await tab.run("finish()")
        assert status == 200, body
        assert state == "orders/7"
        return tab, str(body["access_token"])

    async def me(self, tab: Tab, token: str) -> tuple[int, Any]:
        """Who a token stands for, asked by the page."""
        headers = json.dumps({"Authorization": f"Bearer {token}"})
        status, body = await tab.run(
            f"fetch('{self.at(API, '/auth/me')}', {{headers: {headers}}})"
            ".then(async answer => [answer.status, await answer.json()])"
        )
        return status, body


@pytest.fixture
async def world(tmp_path: Path, user_class: type[Account]) -> AsyncGenerator[World, None]:
    lent, port = office_template("sqlite").lend(tmp_path, "office.db"), free_port()
    service, page = f"https://{API}:{port}", f"https://{FRONT_END}:{port}{PATH}"
    with served_provider(service, return_to=[page], reached_at=f"https://127.0.0.1:{port}") as provider:
        changed = {
            "public_url": service,
            "allowed_hosts": (),
            "cors_origins": (f"https://{FRONT_END}:{port}",),
            "oidc": {"keycloak": provider.settings(email_trusted=True)},
            "oidc_return_urls": (page,),
        }
        settings = Settings(**{**office_settings(tmp_path, lent).model_dump(), **changed})
        declared = Accounts(
            user_class, roles=Role, admin=Role.ADMIN, register_as=Role.VIEWER, providers=("keycloak",)
        )
        app = create_app(settings, title="Office", accounts=declared)
        known = f"const API = {json.dumps(service)}, HERE = {json.dumps(page)};"
        front_end = HTMLResponse(f"<!doctype html><title>App</title><script>{known}{SCRIPT}</script>")
        hosts = {API: app, "127.0.0.1": app, FRONT_END: front_end}
        async with app.router.lifespan_context(app), web(hosts, port), chromium() as browser:
            yield World(browser, provider, app.state.runtime.accounts, port)
    office_template("sqlite").give_back(lent)


async def test_a_person_signs_in_and_the_provider_signs_them_out(world: World) -> None:
    """Through the provider's own pages; no token in an address, no cookie for scripts. Where the person signs out at
    the provider, it ends the sessions here over the back channel: that of the other tab, too."""
    profile = await world.browser.profile()
    tab, token = await world.signed_in(profile, "ada")
    status, me = await world.me(tab, token)
    assert (status, me["email"], me["roles"]) == (200, "ada@example.org", ["viewer"])
    assert await tab.run("location.hash") == ""
    [cookie] = [each for each in await profile.cookies() if each["domain"] == API]
    assert (cookie["name"], cookie["httpOnly"], cookie["secure"], cookie["sameSite"]) == (
        "__Host-oidc", True, True, "Lax",
    )  # fmt: skip

    other, second = await world.signed_in(profile, "ada")
    assert (await world.me(other, second))[1]["id"] == me["id"]
    ended = json.dumps({"return_to": world.at(FRONT_END)})
    url = await tab.run(
        f"fetch('{world.at(API, '/auth/oidc/logout')}', {{method: 'POST', body: {json.dumps(ended)},"
        f" headers: {{'Content-Type': 'application/json', 'Authorization': 'Bearer {token}'}}}})"
        ".then(async answer => (await answer.json()).logout_url)"
    )
    assert (await world.me(tab, token))[0] == 401
    assert (await world.me(other, second))[0] == 200, "the provider has ended nothing yet"
    await tab.open(url)
    await tab.run_and_load("document.querySelector('button[name=logout]').click()")
    assert str(await tab.run("location.href")).startswith(world.at(FRONT_END))
    assert (await world.me(other, second))[0] == 401


async def test_a_link_that_ends_somebody_elses_sign_in_leads_nowhere(world: World) -> None:
    """Login CSRF: whoever lures a browser to the end of their own sign-in would have its user work in their account."""
    browser = httpx2.AsyncClient(verify=False, base_url=f"https://127.0.0.1:{world.port}")
    async with browser, httpx2.AsyncClient() as elsewhere:
        asked = {"return_to": world.at(FRONT_END), "code_challenge": challenge_of("v" * 43)}
        begun = await browser.get("/auth/oidc/keycloak/start", params=asked)
        callback = world.at(API, "/auth/oidc/keycloak/callback")
        lure = await sign_in_at(elsewhere, begun.headers["location"], "bob", callback)
    profile = await world.browser.profile()
    tab = await profile.tab(world.at(STRANGER))
    await tab.run_and_load(f"location.href = {json.dumps(lure)}")
    assert await tab.status() == 400
    assert str(await tab.run("location.href")).startswith(callback)
