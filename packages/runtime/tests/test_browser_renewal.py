"""Session fixation: whose cookie somebody knew before, they do not know it after a login or a change of rights."""

import pytest
from backwright.accounts import Account, Accounts, BoundAccounts
from backwright.audit import audit_log
from backwright.database import Database
from browser_flows import FRESH, HERE, OTHER, PASSWORD, Page
from fastapi import FastAPI
from office_roles import Role
from sqlalchemy import select


@pytest.fixture(scope="session")
def declared(user_class: type[Account]) -> Accounts:
    return Accounts(
        user_class, roles=Role, admin=Role.ADMIN, register_as=Role.VIEWER, oauth=True, browser_sessions=True
    )


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
