"""Signing in with a cookie over HTTP: what the browser is told to keep, and what a write has to show."""

import base64
import re
import time

import pytest
from backwright import totp
from backwright.accounts import Account, Accounts, BoundAccounts
from backwright.browser_sessions import browser_sessions
from backwright.database import Database
from backwright.sessions import refresh_tokens
from browser_flows import EMAIL, FRESH, HERE, OTHER, PASSWORD, THEIRS, Page, assert_problem, browser_of
from fastapi import FastAPI
from office_roles import Role
from sqlalchemy import select


@pytest.fixture(scope="session")
def declared(user_class: type[Account]) -> Accounts:
    return Accounts(
        user_class, roles=Role, admin=Role.ADMIN, register_as=Role.VIEWER, oauth=True, browser_sessions=True
    )


async def test_signing_in_sets_a_cookie_that_no_script_reads(page: Page) -> None:
    """The answer holds neither the cookie's value nor any token of another kind."""
    answer = await page.sign_in()
    assert answer.status_code == 200
    assert set(answer.json()) == {"csrf_token", "expires_in", "idle_seconds"}
    assert (answer.json()["idle_seconds"], 86_390 <= answer.json()["expires_in"] <= 86_400) == (3600, True)
    [cookie] = answer.headers.get_list("set-cookie")
    name, value, *attributes = re.split(r"=|; ", cookie)
    assert (name, attributes) == ("session", ["Path", "/", "HttpOnly", "SameSite", "Lax"])
    assert len(value) == 43
    assert value not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    me = (await page.http.get("/auth/me")).json()
    assert (me["email"], me["roles"]) == (EMAIL, ["admin"])


async def test_only_digests_are_stored_and_no_refresh_token_is_made(page: Page, database: Database) -> None:
    """A copy of the database signs nobody in."""
    await page.sign_in()
    [(digest,)] = await database.fetch(database.prepare(select(browser_sessions.c.cookie_hash)))
    assert len(digest) == 64
    assert digest != page.cookie
    assert await database.fetch(database.prepare(select(refresh_tokens.c.id))) == []
    page.http.cookies.set("session", digest)
    assert await page.me() == 401


async def test_a_wrong_password_sets_nothing(page: Page) -> None:
    """And is told as for any login."""
    answer = await page.sign_in(password=OTHER)
    assert_problem(answer, 401, "wrong")
    assert "set-cookie" not in answer.headers
    assert await page.me() == 401


async def test_a_second_factor_is_asked_for(page: Page, accounts: BoundAccounts) -> None:
    """Nothing is set before the second step has been taken."""
    await page.sign_in()
    before = page.cookie
    begun = await page.send("POST", "/auth/second-factor", json={"current_password": PASSWORD})
    secret = base64.b32decode(begun.json()["secret"])
    codes = iter(totp.code_at(secret, totp.step_at(time.time()) + step) for step in (0, 1))
    answer = await page.send("POST", "/auth/second-factor/confirm", json={"code": next(codes)})
    assert answer.status_code == 200
    assert page.cookie not in (before, None), (
        "a session from before the second factor must not be one after it"
    )

    page.http.cookies.clear()
    answer = await page.sign_in()
    assert answer.status_code == 202
    assert "set-cookie" not in answer.headers
    challenge = answer.json()["challenge"]
    step = {"challenge": challenge, "code": "000000"}
    assert_problem(await page.send("POST", f"{HERE}/second-factor", json=step), 401, "code")
    step = {"challenge": challenge, "code": next(codes)}
    answer = await page.send("POST", f"{HERE}/second-factor", json=step, headers={"Origin": THEIRS})
    assert_problem(answer, 403, "another origin")
    answer = await page.send("POST", f"{HERE}/second-factor", json=step)
    assert (answer.status_code, await page.me()) == (200, 200)


async def test_a_page_that_was_loaded_anew_gets_its_token(page: Page) -> None:
    """The same one; with an access token there is none to be had."""
    await page.sign_in()
    answer = await page.http.get(HERE)
    assert answer.json()["csrf_token"] == page.token
    page.http.cookies.clear()
    assert_problem(await page.http.get(HERE), 401, "")


async def test_an_access_token_is_no_browser_session(page: Page, accounts: BoundAccounts) -> None:
    """And needs neither origin nor CSRF token for anything."""
    tokens = await accounts.sign_in(EMAIL, PASSWORD)
    bearer = {"Authorization": f"Bearer {tokens.access_token}"}
    assert_problem(await page.http.get(HERE, headers=bearer), 401, "browsers")
    assert_problem(await page.http.request("DELETE", HERE, headers=bearer), 401, "browsers")
    answer = await page.http.post("/auth/password", json=FRESH, headers={**bearer, "Origin": THEIRS})
    assert answer.status_code == 204


async def test_signing_out_ends_the_session_and_the_cookie(page: Page) -> None:
    """At once, also for whoever has kept a copy of the cookie."""
    await page.sign_in()
    kept = page.cookie
    answer = await page.send("DELETE", HERE)
    assert answer.status_code == 204
    assert answer.headers["set-cookie"].startswith('session=""; Max-Age=0; Path=/')
    assert page.cookie is None
    page.http.cookies.set("session", str(kept))
    assert await page.me() == 401


@pytest.mark.parametrize("path", ["/auth/logout", "/auth/logout-all"])
async def test_the_other_ways_to_sign_out_take_the_cookie_back_too(page: Page, path: str) -> None:
    """They are for everybody who is signed in."""
    await page.sign_in()
    assert (await page.send("POST", path)).status_code == 204
    assert page.cookie is None


async def test_the_list_of_devices_has_browsers_too(page: Page, app: FastAPI) -> None:
    """One browser ends the session of another; the tokens of a phone are listed beside them."""
    await page.sign_in()
    other = Page(app)
    async with other.http:
        await other.sign_in()
        listed = (await page.http.get("/auth/sessions")).json()["items"]
        assert [each["current"] for each in listed].count(True) == 1
        assert len(listed) == 2
        lost = next(each["id"] for each in listed if not each["current"])
        assert (await page.send("DELETE", f"/auth/sessions/{lost}")).status_code == 204
        assert (await other.me(), await page.me()) == (401, 200)


# The cookie beside other credentials


async def test_an_authorization_header_wins_over_the_cookie(page: Page, accounts: BoundAccounts) -> None:
    """It says what is wanted, and no other site can add it. A bad one is refused, whatever the cookie is."""
    await accounts.ensure_account("bob@example.org", name="Bob", password=PASSWORD, roles=["viewer"])
    tokens = await accounts.sign_in("bob@example.org", PASSWORD)
    await page.sign_in()
    answer = await page.http.get("/auth/me", headers={"Authorization": f"Bearer {tokens.access_token}"})
    assert answer.json()["email"] == "bob@example.org"
    for path in ("/auth/me", "/users"):
        answer = await page.http.get(path, headers={"Authorization": "Bearer x.y.z"})
        assert answer.status_code == 401, path


async def test_routes_that_ask_nobody_do_not_care_for_the_cookie(page: Page) -> None:
    """Signing in for tokens, the page of an OAuth login: they have their own protection and no use for it."""
    await page.sign_in()
    answer = await page.http.post("/auth/login", json={"email": EMAIL, "password": PASSWORD})
    assert answer.status_code == 200
    answer = await page.http.post("/auth/oauth/sign-in", data={"action": "deny"})
    assert answer.status_code == 400


async def test_two_cookies_of_this_name_are_none(page: Page) -> None:
    """A neighbour may have planted one of them. Two `Cookie` headers are refused as a whole."""
    await page.sign_in()
    value = page.cookie
    page.http.cookies.clear()
    two = {"Cookie": f"session={value}; other=1; session={value}"}
    assert (await page.http.get("/auth/me", headers=two)).status_code == 401
    twice = [("Cookie", f"session={value}"), ("Cookie", "a=b")]
    assert (await page.http.get("/auth/me", headers=twice)).status_code == 400
    assert (await page.http.get("/auth/me", headers={"Cookie": f"a=b;session={value}"})).status_code == 200


async def test_the_document_says_who_may_call(app: FastAPI, accounts: BoundAccounts) -> None:
    """A token, or the cookie; for a write the cookie with the CSRF token."""
    document = app.openapi()
    schemes = document["components"]["securitySchemes"]
    assert schemes["session"] | {"description": ""} == {
        "type": "apiKey", "in": "cookie", "name": browser_of(accounts).cookie.name, "description": "",
    }  # fmt: skip
    assert (schemes["csrf"]["in"], schemes["csrf"]["name"]) == ("header", "X-CSRF-Token")
    security = {
        (path, method): item[method]["security"]
        for path, item in document["paths"].items()
        for method in item
    }
    assert {"session": []} in security["/users", "get"]
    assert {"session": [], "csrf": []} in security["/users", "post"]
    assert security[HERE, "post"] == []
    assert security[HERE, "get"] == [{"session": []}]
    assert security[HERE, "delete"] == [{"session": [], "csrf": []}]
