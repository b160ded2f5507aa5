"""Requests that another site makes a signed-in browser send: refused by every route, and without effect."""

import re
from typing import Any

import pytest
from backwright.accounts import Account, Accounts
from backwright.database import Database
from backwright.entity import Entity
from browser_flows import FRESH, HERE, OURS, THEIRS, Page, assert_problem
from fastapi import FastAPI
from office_databases import TABLES
from office_roles import Role
from sqlalchemy import select


@pytest.fixture(scope="session")
def declared(user_class: type[Account]) -> Accounts:
    return Accounts(
        user_class, roles=Role, admin=Role.ADMIN, register_as=Role.VIEWER, oauth=True, browser_sessions=True
    )


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
