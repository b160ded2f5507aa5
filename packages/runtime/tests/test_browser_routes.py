"""Signing in with a cookie over HTTP: what the browser is told to keep, and what a write has to show."""

import base64
import re
import time
from collections.abc import AsyncGenerator
from typing import Any

import httpx2
import pytest
from backwright import totp
from backwright.accounts import Account, Accounts, BoundAccounts
from backwright.audit import audit_log
from backwright.browser_sessions import browser_sessions
from backwright.database import Database
from backwright.entity import Entity
from backwright.sessions import refresh_tokens
from browser_flows import EMAIL, HERE, OTHER, OURS, PASSWORD, THEIRS, Page, browser_of
from fastapi import FastAPI
from office_roles import Role
from sqlalchemy import select

from conftest import TABLES

FRESH = {"current_password": PASSWORD, "new_password": OTHER}


@pytest.fixture(scope="session")
def declared(user_class: type[Account]) -> Accounts:
    return Accounts(
        user_class, roles=Role, admin=Role.ADMIN, register_as=Role.VIEWER, oauth=True, browser_sessions=True
    )


@pytest.fixture
async def page(app: FastAPI, accounts: BoundAccounts) -> AsyncGenerator[Page, None]:
    """A page, not signed in, of a service that knows Ada."""
    await accounts.ensure_account(EMAIL, name="Ada", password=PASSWORD, roles=["admin"])
    made = Page(app)
    async with made.http:
        yield made


def assert_problem(answer: httpx2.Response, status: int, says: str) -> None:
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert re.search(says, answer.json()["detail"]), answer.text


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


# Session fixation


async def test_a_cookie_that_was_planted_is_not_adopted(page: Page, app: FastAPI, database: Database) -> None:
    """An attacker's own session, or a value that they made up: whoever signs in gets another, and theirs ends."""
    planted = Page(app)
    async with planted.http:
        await planted.sign_in()
        for value in (str(planted.cookie), "A" * 43):
            page.http.cookies.clear()
            page.http.cookies.set("session", value, domain="testserver.local")
            assert (await page.sign_in()).status_code == 200
            assert page.cookie not in (value, None)
        assert await planted.me() == 401
    rows = await database.fetch(database.prepare(select(audit_log.c.action, audit_log.c.actor_id)))
    assert [action for action, actor in rows if actor is not None].count("logout") == 1


async def test_a_change_of_the_password_changes_the_cookie(page: Page, app: FastAPI) -> None:
    """The old value is dead at once, every other session has ended, and this browser goes on."""
    await page.sign_in()
    other = Page(app)
    async with other.http:
        await other.sign_in()
        before = str(page.cookie)
        assert (await page.send("POST", "/auth/password", json=FRESH)).status_code == 204
        assert page.cookie != before
        assert (await page.me(), await other.me()) == (200, 401)
        other.http.cookies.set("session", before)
        assert await other.me() == 401
    assert (await page.send("DELETE", HERE)).status_code == 204, "the CSRF token is still the session's"


async def test_a_change_that_fails_changes_no_cookie(page: Page) -> None:
    """The answer to a wrong password sets nothing."""
    await page.sign_in()
    answer = await page.send("POST", "/auth/password", json={**FRESH, "current_password": OTHER})
    assert answer.status_code == 422
    assert "set-cookie" not in answer.headers
    assert await page.me() == 200


async def test_other_roles_take_another_login(page: Page, app: FastAPI, accounts: BoundAccounts) -> None:
    """In browsers: a cookie from before must not get the new rights. Tokens go on with the new roles."""
    bob = await accounts.ensure_account("bob@example.org", name="Bob", password=PASSWORD, roles=["viewer"])
    tokens = await accounts.sign_in("bob@example.org", PASSWORD)
    await page.sign_in()
    other = Page(app)
    async with other.http:
        await other.sign_in("bob@example.org")
        for roles, status in ((["viewer"], 200), (["editor"], 401)):
            answer = await page.send(
                "PATCH", f"/users/{bob}", json={"roles": roles}, headers=await at(page, bob)
            )
            assert answer.status_code == 200, answer.text
            assert await other.me() == status, roles
    answer = await page.http.get("/auth/me", headers={"Authorization": f"Bearer {tokens.access_token}"})
    assert answer.json()["roles"] == ["editor"]


async def at(page: Page, user: object) -> dict[str, str]:
    """The condition of a change: the version that was seen."""
    return {"If-Match": (await page.http.get(f"/users/{user}")).headers["etag"]}


# Cross-site requests

WRITES: list[tuple[str, str, Any]] = [
    ("POST", "/users", {"email": "eve@example.org", "roles": ["admin"]}),  # a route of a resource
    ("POST", "/auth/password", FRESH),  # a route of its own
    ("POST", "/auth/logout", None),
    ("DELETE", HERE, None),
]


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
async def test_a_write_needs_an_origin_of_ours_and_the_token(
    page: Page, method: str, path: str, body: Any
) -> None:
    """Whatever is missing or wrong: 403, and nothing has happened; with both it is done."""
    await page.sign_in()
    token = page.token
    wrong: list[tuple[str | None, str | None]] = [
        (THEIRS, token), ("null", token), (f"{OURS}.evil.example", token), ("http://testserver:81", token),
        (None, token), (OURS, None), (OURS, "x" * 43), (OURS, ""),
    ]  # fmt: skip
    for origin, given in wrong:
        page.origin, page.token = origin, given
        answer = await page.send(method, path, json=body)
        assert_problem(answer, 403, "")
        assert "set-cookie" not in answer.headers
    page.origin, page.token = OURS, token
    assert await page.me() == 200
    assert (await page.send(method, path, json=body)).status_code in (201, 204)


async def test_the_token_of_another_session_is_of_no_use(page: Page, app: FastAPI) -> None:
    """Also not that of the same person."""
    await page.sign_in()
    other = Page(app)
    async with other.http:
        await other.sign_in()
        page.token = other.token
        assert_problem(await page.send("POST", "/auth/logout"), 403, "token of this session")


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_what_the_browser_says_about_the_page_counts(page: Page, site: str) -> None:
    """A neighbouring subdomain is another site for us; our own page is told as such, also without `Origin`."""
    await page.sign_in()
    answer = await page.send("POST", "/auth/logout", headers={"Sec-Fetch-Site": site})
    assert_problem(answer, 403, "another site")
    page.origin = None
    answer = await page.send("POST", "/auth/logout", headers={"Sec-Fetch-Site": "none"})
    assert_problem(answer, 403, "Send Origin")
    answer = await page.send("POST", "/auth/logout", headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 204


@pytest.mark.parametrize("origin", [THEIRS, "null", None])
async def test_nobody_is_signed_in_by_another_site(page: Page, origin: str | None) -> None:
    """Login CSRF: the victim would go on in the attacker's account."""
    page.origin = origin
    answer = await page.sign_in()
    assert_problem(answer, 403, "")
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "media", ["text/plain", "application/x-www-form-urlencoded", "TEXT/PLAIN; a=b", None]
)
async def test_a_body_that_a_form_can_send_is_refused(page: Page, media: str | None) -> None:
    """Also with the token; that it holds JSON is no excuse."""
    await page.sign_in()
    content = b'{"email": "eve@example.org"}'
    for path in ("/users", "/auth/password"):
        answer = await page.send("POST", path, content=content, headers={"Content-Type": media})
        assert_problem(answer, 415, "application/json")
    answer = await page.send("POST", HERE, content=content, headers={"Content-Type": media})
    assert answer.status_code in (415, 422)


async def test_reading_needs_neither(page: Page) -> None:
    """A link from another site leads to what its reader may see; that site sees nothing of it."""
    await page.sign_in()
    answer = await page.http.get("/users", headers={"Origin": THEIRS, "Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


async def test_no_get_changes_anything(page: Page, app: FastAPI, database: Database) -> None:
    """Every route that there is, asked with the cookie from another site: all tables are as they were."""
    await page.sign_in()
    before = await everything(database)
    paths = [path for path, item in app.openapi()["paths"].items() if "get" in item]
    assert {"/users", "/users/{id}", "/auth/sessions", HERE} < {*paths}
    for path in paths:
        filled = re.sub(r"{.*?}", "01935b2e-7c00-7000-8000-000000000001", path)
        answer = await page.http.get(filled, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code < 500, path
        assert "set-cookie" not in answer.headers or path.startswith("/auth/oauth/"), path
    assert await everything(database) == before


async def everything(database: Database) -> dict[str, list[str]]:
    """All rows of all tables, but for the key that the first look at the JWKS makes."""
    tables = [Entity.metadata.tables[name] for name in TABLES if name not in ("signing_keys", "rate_limits")]
    return {
        table.name: sorted(map(repr, await database.fetch(database.prepare(select(table)))))
        for table in tables
    }


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
