"""The life of a browser's session: used, forgotten, ended, and never longer than it may be."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from backwright.accounts import Account, Accounts, BoundAccounts
from backwright.database import Database
from backwright.errors import Unavailable
from backwright.runtime import Runtime
from backwright.session_rows import MAX_SESSIONS
from backwright.sessions import Sessions, hashed, sessions
from browser_flows import EMAIL, HERE, PASSWORD, Page, browser_of
from fastapi import FastAPI
from office_roles import Role
from sqlalchemy import select

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def declared(user_class: type[Account]) -> Accounts:
    return Accounts(user_class, roles=Role, admin=Role.ADMIN, browser_sessions=True)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """It is noon until it is moved."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
async def page(
    clock: time_machine.Traveller, app: FastAPI, accounts: BoundAccounts
) -> AsyncGenerator[Page, None]:
    """A page on which Ada has signed in, at noon."""
    await accounts.ensure_account(EMAIL, name="Ada", password=PASSWORD, roles=["admin"])
    made = Page(app)
    async with made.http:
        assert (await made.sign_in()).status_code == 200
        yield made


async def used_at(database: Database) -> datetime:
    [(found,)] = await database.fetch(database.prepare(select(sessions.c.last_used_at)))
    assert isinstance(found, datetime)
    return found


async def test_it_ends_when_it_is_not_used(page: Page, clock: time_machine.Traveller) -> None:
    """An hour without a request; a request in time gives another hour."""
    clock.shift(timedelta(minutes=59))
    assert await page.me() == 200
    clock.shift(timedelta(minutes=59))
    assert await page.me() == 200
    clock.shift(timedelta(minutes=61))
    assert await page.me() == 401
    assert (await page.send("DELETE", HERE)).status_code == 401


async def test_it_ends_after_a_day_in_any_case(page: Page, clock: time_machine.Traveller) -> None:
    """However busy it is, and the answer tells how much is left."""
    for _ in range(47):
        clock.shift(timedelta(minutes=30))
        assert await page.me() == 200
    assert (await page.http.get(HERE)).json()["expires_in"] == 30 * 60
    clock.shift(timedelta(minutes=30))
    assert await page.me() == 401


async def test_a_session_that_was_idle_for_too_long_is_not_listed(
    page: Page, clock: time_machine.Traveller, app: FastAPI
) -> None:
    """The list of devices holds what can still be used."""
    clock.shift(timedelta(minutes=30))
    other = Page(app)
    async with other.http:
        await other.sign_in()
        assert len((await other.http.get("/auth/sessions")).json()["items"]) == 2
        clock.shift(timedelta(minutes=31))
        [left] = (await other.http.get("/auth/sessions")).json()["items"]
        assert left["current"] is True


async def test_a_use_is_written_down_once_a_minute(
    page: Page, clock: time_machine.Traveller, database: Database
) -> None:
    """Reading must not become writing."""
    for _ in range(5):
        clock.shift(timedelta(seconds=11))
        await page.me()
    assert await used_at(database) == NOW
    clock.shift(timedelta(seconds=11))
    await page.me()
    assert await used_at(database) == NOW + timedelta(seconds=66)


async def test_reading_goes_on_where_nothing_can_be_written(
    page: Page, clock: time_machine.Traveller, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that only reads: the use is not noted, and the session is as long as it would have been."""

    def unable(self: Database) -> Any:
        raise Unavailable

    clock.shift(timedelta(minutes=5))
    monkeypatch.setattr(Database, "work", unable)
    assert await page.me() == 200
    assert await used_at(database) == NOW


async def test_without_the_database_nobody_is_anybody(
    page: Page, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503, which is neither an anonymous caller nor a signed-in one. Redis holds nothing of a session."""

    async def down(self: Database, *_: Any) -> Any:
        raise Unavailable

    clock.shift(timedelta(seconds=11))
    with monkeypatch.context() as broken:
        broken.setattr(Database, "fetch", down)
        for path in ("/auth/me", "/users", HERE):
            answer = await page.http.get(path)
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable"), path
            assert answer.headers["retry-after"]
        assert (await page.send("POST", "/auth/logout")).status_code == 503
    assert await page.me() == 200, "and nothing of it is remembered"


async def test_a_logout_counts_at_once_here_and_within_seconds_elsewhere(
    page: Page, clock: time_machine.Traveller, accounts: BoundAccounts
) -> None:
    """As for tokens; the other process finds the row ended when its ten seconds are over."""
    digest = hashed(str(page.cookie))
    here, elsewhere = accounts._authenticator, type(accounts._authenticator)(None, None)  # type: ignore[arg-type]
    elsewhere.load_browser = browser_of(accounts).sessions.find
    assert await elsewhere.of_browser(digest) is not None
    await page.send("DELETE", HERE)
    assert await here.of_browser(digest) is None
    assert await elsewhere.of_browser(digest) is not None
    clock.shift(timedelta(seconds=10))
    assert await elsewhere.of_browser(digest) is None


async def test_a_closed_account_is_signed_out(page: Page, app: FastAPI, accounts: BoundAccounts) -> None:
    """At once."""
    bob = await accounts.ensure_account("bob@example.org", name="Bob", password=PASSWORD)
    other = Page(app)
    async with other.http:
        await other.sign_in("bob@example.org")
        tag = (await page.http.get(f"/users/{bob}")).headers["etag"]
        answer = await page.send(
            "PATCH", f"/users/{bob}", json={"is_active": False}, headers={"If-Match": tag}
        )
        assert (answer.status_code, await other.me()) == (200, 401)


async def test_the_session_unused_longest_makes_room(
    page: Page,
    clock: time_machine.Traveller,
    app: FastAPI,
    accounts: BoundAccounts,
    runtime: Runtime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """At most so many are open; tokens and browsers count together."""
    few = at_most_two(accounts, runtime)
    user = (await page.http.get("/auth/me")).json()["id"]
    assert runtime.settings.max_sessions == MAX_SESSIONS
    monkeypatch.setattr(browser_of(accounts).sessions, "_among", few)
    clock.shift(timedelta(seconds=90))
    second, third = Page(app), Page(app)
    async with second.http, third.http:
        await second.sign_in()
        clock.shift(timedelta(seconds=90))
        await third.sign_in()
        clock.shift(timedelta(seconds=11))
        assert [await each.me() for each in (page, second, third)] == [401, 200, 200]
    assert len(await few.list(user)) == 2


async def test_logins_at_the_same_moment_keep_within_the_limit(
    page: Page, accounts: BoundAccounts, runtime: Runtime
) -> None:
    """Each makes room for itself after the other has come."""
    few, user = at_most_two(accounts, runtime), UUID((await page.http.get("/auth/me")).json()["id"])

    async def log_in() -> None:
        async with runtime.database.work() as work:
            await few.open(work, user)

    await asyncio.gather(*(log_in() for _ in range(8)))
    assert len(await few.list(user)) == 2


def at_most_two(accounts: BoundAccounts, runtime: Runtime) -> Sessions:
    """The sessions of a service that lets each account have two."""
    users = accounts.declared.user.__table__
    return Sessions(
        runtime.database, runtime.audit, users,  # type: ignore[arg-type]
        idle=timedelta(days=1), absolute=timedelta(days=1), ended=accounts.forget_user, most=2,
    )  # fmt: skip
