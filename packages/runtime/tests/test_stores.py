"""Two processes of one service with a Redis: what one does counts in the other, and both do without it."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from backwright import stores
from backwright.accounts import Accounts, BoundAccounts
from backwright.app import create_app
from backwright.authentication import TRUSTED_SECONDS
from backwright.database import Database
from backwright.entity import Entity
from backwright.limits import MemoryStore
from backwright.limits_database import DatabaseStore
from backwright.runtime import Runtime
from backwright.settings import Settings
from fastapi import FastAPI
from services import HANGS, REDIS, RedisServer, redis_prefix, redis_server, until
from sqlalchemy import create_engine

TABLES = (
    "users", "sessions", "refresh_tokens", "signing_keys", "login_delays", "audit_log", "rate_limits",
    "account_codes", "second_factors", "recovery_codes",
)  # fmt: skip
TOKEN = "mt-9f8e7d6c5b4a3928"
SECRET = "a secret for tests only, forty-eight characters!"
PASSWORD = "quiet-Tuesday-41-lantern"


class Office:
    """One process: its application and somebody who calls it."""

    def __init__(self, app: FastAPI, client: httpx2.AsyncClient) -> None:
        self.client = client
        self.runtime: Runtime = app.state.runtime

    @property
    def accounts(self) -> BoundAccounts:
        assert self.runtime.accounts is not None
        return self.runtime.accounts

    async def status(self, method: str, path: str, token: str = "") -> int:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return (await self.client.request(method, path, headers=headers)).status_code

    async def sign_in(self, email: str) -> httpx2.Response:
        return await self.client.post("/auth/login", json={"email": email, "password": PASSWORD})


Opening = Callable[..., AbstractAsyncContextManager[Office]]


@pytest.fixture
def opening(tmp_path: Path, declared: Accounts) -> Opening:
    """`async with opening(REDIS, service=…) as office`: one more process on the same database."""

    @asynccontextmanager
    async def office(url: str, **given: object) -> AsyncIterator[Office]:
        settings = Settings(
            _env_file=None,
            **{
                "environment": "test",
                "service": "office",
                "database_url": f"sqlite:///{tmp_path}/office.db",
                "redis_url": url,
                "redis_timeout_ms": 5000,
                "files_url": f"file:{tmp_path}/files",
                "secret_key": SECRET,
                "metrics_token": TOKEN,
                "password_memory_kib": 8,
                "password_time_cost": 1,
                **given,
            },
        )
        engine = create_engine(settings.database_url)
        Entity.metadata.create_all(engine, tables=[Entity.metadata.tables[name] for name in TABLES])
        engine.dispose()
        app = create_app(settings, title="Office", accounts=declared)
        transport = httpx2.ASGITransport(app, client=("203.0.113.7", 1))
        async with (
            app.router.lifespan_context(app),
            httpx2.AsyncClient(transport=transport, base_url="http://testserver") as client,
        ):
            yield Office(app, client)

    return office


@pytest.fixture
async def pair(opening: Opening) -> AsyncIterator[tuple[Office, Office]]:
    """Two processes that share the Redis of this machine."""
    with redis_prefix() as service:
        async with AsyncExitStack() as stack:
            one, two = [await stack.enter_async_context(opening(REDIS, service=service)) for _ in "12"]
            await until(lambda: bool(one.runtime.redis.up and two.runtime.redis.up))
            yield one, two


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with redis_server() as started:
        yield started


async def test_a_logout_counts_in_the_other_process_at_once(pair: tuple[Office, Office]) -> None:
    """Not after the ten seconds for which a verified token is trusted."""
    one, two = pair
    user = await one.accounts.ensure_account("ada@example.org", name="Ada", roles=["viewer"])
    this, other = [(await one.accounts.open_session(user)).access_token for _ in "12"]
    for token in (this, other):
        assert await two.status("GET", "/auth/me", token) == 200
    assert await one.status("POST", "/auth/logout", this) == 204
    assert await two.status("GET", "/auth/me", this) == 401
    assert await two.status("GET", "/auth/me", other) == 200


async def test_a_logout_everywhere_counts_everywhere_at_once(pair: tuple[Office, Office]) -> None:
    """All sessions of the account, and nobody else's."""
    one, two = pair
    ada, bob = [
        await one.accounts.ensure_account(f"{each}@example.org", name=each) for each in ("ada", "bob")
    ]
    hers, his = [(await one.accounts.open_session(user)).access_token for user in (ada, bob)]
    for token in (hers, his):
        assert await two.status("GET", "/auth/me", token) == 200
    assert await one.status("POST", "/auth/logout-all", hers) == 204
    assert await two.status("GET", "/auth/me", hers) == 401
    assert await two.status("GET", "/auth/me", his) == 200


@pytest.mark.parametrize(
    ("change", "path", "expected"), [({"is_active": False}, "/auth/me", 401), ({"roles": []}, "/users", 403)]
)
async def test_a_closed_account_and_a_role_that_is_taken_away_count_at_once(
    pair: tuple[Office, Office], change: dict[str, object], path: str, expected: int
) -> None:
    """Done by an administrator in one process, true for the user in the other."""
    one, two = pair
    admin = await one.accounts.ensure_account("root@example.org", name="Root", roles=["admin"])
    user = await one.accounts.ensure_account("ada@example.org", name="Ada", roles=["admin"])
    by, token = [(await one.accounts.open_session(each)).access_token for each in (admin, user)]
    assert await two.status("GET", path, token) == 200
    headers = {
        "Authorization": f"Bearer {by}",
        "If-Match": "*",
        "Content-Type": "application/merge-patch+json",
    }
    answer = await one.client.patch(f"/users/{user}", json=change, headers=headers)
    assert answer.status_code == 200, answer.text
    assert await two.status("GET", path, token) == expected


async def test_without_redis_a_logout_counts_in_the_other_process_within_the_bound(
    opening: Opening, server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was told while Redis was down is not heard; the bound is that of one without Redis."""
    async with opening(server.url) as one, opening(server.url) as two:
        user = await one.accounts.ensure_account("ada@example.org", name="Ada")
        token = (await one.accounts.open_session(user)).access_token
        assert await two.status("GET", "/auth/me", token) == 200
        server.kill()
        assert await one.status("POST", "/auth/logout", token) == 204
        assert await one.status("GET", "/auth/me", token) == 401
        later = time.time() + TRUSTED_SECONDS
        monkeypatch.setattr("backwright.authentication.time.time", lambda: later)
        assert await two.status("GET", "/auth/me", token) == 401


async def test_what_was_not_heard_while_redis_was_away_counts_when_it_is_back(
    opening: Opening, server: RedisServer
) -> None:
    """Whoever may have missed something asks the database again."""
    async with opening(server.url) as one, opening(server.url) as two:
        await until(lambda: two.runtime.redis.up)
        user = await one.accounts.ensure_account("ada@example.org", name="Ada")
        token = (await one.accounts.open_session(user)).access_token
        assert await two.status("GET", "/auth/me", token) == 200
        server.kill()
        assert await one.status("POST", "/auth/logout", token) == 204
        server.start()
        await until(lambda: two.runtime.redis.losses == 1 and two.runtime.redis.up)
        assert await two.status("GET", "/auth/me", token) == 401


async def test_requests_are_counted_together(pair: tuple[Office, Office]) -> None:
    """The headers of one process show what the other has admitted."""
    one, two = pair
    for process, remaining in ((one, 99), (two, 98), (one, 97)):
        answer = await process.client.get("/.well-known/jwks.json")
        assert answer.headers["RateLimit"].startswith(f'"default";r={remaining};')


async def test_a_service_goes_on_while_redis_hangs_and_nobody_waits_long(
    opening: Opening, server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Ready, slower once by the timeout, and said to operators: a line, a gauge, a state."""
    async with opening(server.url, redis_timeout_ms=HANGS * 1000) as office:
        await until(lambda: office.runtime.redis.up)
        await office.accounts.create_admin("ada@example.org", PASSWORD)
        operator = {"Authorization": f"Bearer {TOKEN}"}
        answer = await office.client.get("/health/ready", headers=operator)
        assert answer.json()["status"] == "ready"
        assert answer.json()["checks"]["redis"] == "ok"
        assert "redis_up 1.0" in (await office.client.get("/metrics", headers=operator)).text
        with caplog.at_level(logging.INFO, "backwright.redis"):
            caplog.clear()  # whether "redis is up" was heard already depends on who set levels before
            server.pause()
            async with asyncio.timeout(40 * HANGS):  # one after the other it would be 50 times
                asked = [office.status("GET", "/.well-known/jwks.json") for _ in range(50)]
                assert set(await asyncio.gather(*asked)) == {200}
            assert (await office.sign_in("ada@example.org")).status_code == 200
            await asyncio.sleep(1.1)  # a look at the dependencies counts for a second
            answer = await office.client.get("/health/ready", headers=operator)
            assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
            assert f"no answer within {HANGS * 1000:.0f} ms" in answer.json()["checks"]["redis"]
            assert (await office.client.get("/health/ready")).json() == {"status": "ready"}
            shown = (await office.client.get("/metrics", headers=operator)).text
            assert "redis_up 0.0" in shown
            assert "redis_losses_total 1.0" in shown
            assert "rate_limit_alone_total 5" in shown
            server.resume()
            await until(lambda: office.runtime.redis.up)
        lines = [each.message for each in caplog.records if each.name == "backwright.redis"]
        assert lines == ["redis is down", "redis is up"]


async def test_an_outage_of_redis_is_no_invitation_to_guess(opening: Opening, server: RedisServer) -> None:
    """Six logins a minute from one network instead of sixty."""
    async with opening(server.url) as office:
        server.kill()
        await until(lambda: not office.runtime.redis.up)
        found = [(await office.sign_in(f"{number}@example.org")).status_code for number in range(8)]
        assert found == [401] * 6 + [429] * 2


async def test_a_service_starts_while_redis_is_down(opening: Opening, server: RedisServer) -> None:
    """And uses it when it comes."""
    server.kill()
    async with opening(server.url) as office:
        assert await office.status("GET", "/.well-known/jwks.json") == 200
        server.start()
        await until(lambda: office.runtime.redis.up)


async def test_each_store_can_be_chosen(opening: Opening, server: RedisServer) -> None:
    """With a Redis, both are there unless said otherwise; without one, nothing of it is there."""
    async with opening(server.url, rate_limit_store="database", cache_store="memory") as office:
        assert isinstance(office.runtime.limiter.store, DatabaseStore)
        assert office.runtime.cache.shared is None
    async with opening("") as office:
        assert isinstance(office.runtime.limiter.store, MemoryStore)
        assert office.runtime.redis is None
        assert office.runtime.cache.shared is None


@pytest.mark.parametrize(
    ("url", "workers", "kept"),
    [
        ("sqlite:///./var/a.db", 2, 1),
        ("postgresql://root@127.0.0.1/a", 1, 1),
        ("postgresql://root@127.0.0.1/a", 2, 0),
    ],
)
def test_processes_that_cannot_hear_of_each_others_writes_keep_nothing(
    url: str, workers: int, kept: int
) -> None:
    """SQLite tells when another process has written; a server is not asked, and that is what Redis is for."""
    settings = Settings(
        _env_file=None,
        environment="test",
        database_url=url,
        workers=workers,
        rate_limit_store="database",
        redis_url="",
    )
    database = Database(settings.database_url)
    database.data_version = lambda: 0  # type: ignore[method-assign]
    cache = stores.cache(settings, database, None)
    cache.put("key", b"answer", ["orders"], cache.version(["orders"]), seconds=30)
    assert len(cache) == kept
