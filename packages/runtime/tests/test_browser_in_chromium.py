"""The session cookie in a real browser: what it keeps, what it shows to scripts, what other sites get it to send."""

import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from backwright.accounts import Account, Accounts
from backwright.app import create_app
from backwright.settings import Settings
from browser_flows import EMAIL, HERE, OTHER, PASSWORD
from chromium import Chromium, Profile, Tab, chromium, free_port, web
from office_databases import office_settings, office_template
from office_roles import Role

API, FRONT_END, NEIGHBOUR, STRANGER = "api.example.test", "app.example.test", "blog.example.test", "evil.test"
LOGIN = {"email": EMAIL, "password": PASSWORD}


@dataclass
class World:
    """The service, pages of other origins, and a browser."""

    browser: Chromium
    port: int

    def at(self, host: str, path: str = "/") -> str:
        """An address."""
        return f"https://{host}:{self.port}{path}"

    async def signed_in(self, host: str = API) -> tuple[Profile, Tab, str]:
        """Somebody who has signed in on a page of a host; the last is their CSRF token."""
        profile = await self.browser.profile()
        tab = await profile.tab(self.at(host, "/docs"))
        status, body = await self.fetch(tab, "POST", HERE, LOGIN)
        assert status == 200, body
        return profile, tab, body["csrf_token"]

    async def fetch(
        self, tab: Tab, method: str, path: str, body: Any = None, *, token: str = ""
    ) -> tuple[int, Any]:
        """What a script in a page gets from the service. Raises `RuntimeError` where the browser withholds it."""
        asked: dict[str, Any] = {"method": method, "credentials": "include", "headers": {}}
        if body is not None:
            asked["headers"]["Content-Type"] = "application/json"
            asked["body"] = json.dumps(body)
        if token:
            asked["headers"]["X-CSRF-Token"] = token
        status, text = await tab.run(
            f"fetch({json.dumps(self.at(API, path))}, {json.dumps(asked)})"
            ".then(async answer => [answer.status, await answer.text()])"
        )
        return status, json.loads(text) if text else None

    async def submit(self, tab: Tab, path: str, kind: str) -> int:
        """The status of a form that the page sends to the service."""
        await tab.run_and_load(
            f"document.body.innerHTML = '<form method=post enctype={kind} action={self.at(API, path)}>"
            """<input name=\\'{"current_password":"x","a\\' value=\\'":1}\\'></form>';"""
            "document.forms[0].submit()"
        )
        return await tab.status()


@pytest.fixture
async def world(tmp_path: Path, user_class: type[Account]) -> AsyncGenerator[World, None]:
    lent = office_template("sqlite").lend(tmp_path, "office.db")
    port = free_port()
    changed = {
        "public_url": f"https://{API}:{port}",
        "allowed_hosts": (),
        "browser_origins": (f"https://{FRONT_END}:{port}",),
    }
    settings = Settings(**{**office_settings(tmp_path, lent).model_dump(), **changed})
    declared = Accounts(user_class, roles=Role, admin=Role.ADMIN, browser_sessions=True)
    app = create_app(settings, title="Office", accounts=declared)
    async with app.router.lifespan_context(app), web({API: app}, port), chromium() as browser:
        accounts = app.state.runtime.accounts
        await accounts.ensure_account(EMAIL, name="Ada", password=PASSWORD, roles=["admin"])
        yield World(browser, port)
    office_template("sqlite").give_back(lent)


async def test_signing_in_from_a_page_of_the_service(world: World) -> None:
    """The browser keeps the cookie with all that guards it; no script of the page sees it."""
    profile, tab, token = await world.signed_in()
    [cookie] = await profile.cookies()
    assert (cookie["name"], cookie["domain"], cookie["path"]) == ("__Host-session", API, "/")
    assert (cookie["httpOnly"], cookie["secure"], cookie["sameSite"], cookie["session"]) == (
        True,
        True,
        "Lax",
        True,
    )
    assert await tab.run("document.cookie") == ""
    assert (await world.fetch(tab, "GET", "/auth/me"))[1]["email"] == EMAIL

    guest = {"email": "bob@example.org"}
    assert (await world.fetch(tab, "POST", "/users", guest))[0] == 403
    assert (await world.fetch(tab, "POST", "/users", guest, token=token))[0] == 201

    await tab.open(world.at(API, "/docs"))
    assert (await world.fetch(tab, "GET", HERE))[1]["csrf_token"] == token, "a page that was loaded anew"
    change = {"current_password": PASSWORD, "new_password": OTHER}
    assert (await world.fetch(tab, "POST", "/auth/password", change, token=token))[0] == 204
    [renewed] = await profile.cookies()
    assert renewed["value"] != cookie["value"]
    assert (await world.fetch(tab, "DELETE", HERE, token=token))[0] == 204
    assert await profile.cookies() == []
    assert (await world.fetch(tab, "GET", "/auth/me"))[0] == 401


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"])
async def test_a_form_of_another_site_changes_nothing(world: World, kind: str) -> None:
    """From a stranger the browser sends no cookie (401); from a neighbour on the same site it does (403)."""
    profile, tab, _ = await world.signed_in()
    for host, status in ((STRANGER, 401), (NEIGHBOUR, 403)):
        attacker = await profile.tab(world.at(host))
        assert await world.submit(attacker, "/auth/logout-all", kind) == status, host
        assert (await world.fetch(tab, "GET", "/auth/me"))[0] == 200, host


@pytest.mark.parametrize("host", [STRANGER, NEIGHBOUR])
async def test_a_script_of_another_site_neither_reads_nor_writes(world: World, host: str) -> None:
    """The browser withholds every answer; what needs no leave to be sent is refused by the service."""
    profile, tab, token = await world.signed_in()
    attacker = await profile.tab(world.at(host))
    for method, path in (("GET", "/auth/me"), ("GET", HERE), ("POST", "/auth/logout-all"), ("DELETE", HERE)):
        with pytest.raises(RuntimeError, match="Failed to fetch"):
            await world.fetch(attacker, method, path, token=token if method != "GET" else "")
    await attacker.run(
        f"fetch({json.dumps(world.at(API, '/auth/logout-all'))},"
        "{method: 'POST', mode: 'no-cors', credentials: 'include'}).catch(() => 0)"
    )
    assert (await world.fetch(tab, "GET", "/auth/me"))[0] == 200


@pytest.mark.parametrize("host", [STRANGER, NEIGHBOUR])
async def test_another_site_signs_nobody_in(world: World, host: str) -> None:
    """Neither by a script nor by a form whose text is JSON."""
    profile = await world.browser.profile()
    attacker = await profile.tab(world.at(host))
    with pytest.raises(RuntimeError, match="Failed to fetch"):
        await world.fetch(attacker, "POST", HERE, LOGIN)
    await attacker.run(
        f"fetch({json.dumps(world.at(API, HERE))}, {{method: 'POST', mode: 'no-cors', credentials: 'include',"
        f"body: {json.dumps(json.dumps(LOGIN))}}}).catch(() => 0)"
    )
    assert await world.submit(attacker, HERE, "text/plain") in (403, 415, 422)
    assert await profile.cookies() == []


async def test_a_neighbour_cannot_plant_the_cookie(world: World) -> None:
    """Its name makes the browser take it from this very host only."""
    profile = await world.browser.profile()
    neighbour = await profile.tab(world.at(NEIGHBOUR))
    for domain in ("", "; Domain=example.test", f"; Domain={API}"):
        await neighbour.run(f"document.cookie = '__Host-session={'A' * 43}; Path=/; Secure{domain}'")
    assert API not in {each["domain"] for each in await profile.cookies()}
    assert {each["domain"] for each in await profile.cookies()} <= {NEIGHBOUR}


async def test_a_front_end_that_is_listed_works_across_origins(world: World) -> None:
    """On the same site, with `credentials: "include"`; it reads the CSRF token as our own pages do."""
    profile, tab, token = await world.signed_in(FRONT_END)
    assert [each["domain"] for each in await profile.cookies()] == [API]
    assert (await world.fetch(tab, "GET", "/auth/me"))[1]["email"] == EMAIL
    assert (await world.fetch(tab, "GET", HERE))[1]["csrf_token"] == token
    assert (await world.fetch(tab, "POST", "/auth/logout"))[0] == 403
    assert (await world.fetch(tab, "POST", "/auth/logout", token=token))[0] == 204
    assert await profile.cookies() == []
