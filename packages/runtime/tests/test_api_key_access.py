"""Keys in a whole service: between processes, beside other credentials, and nowhere in plain."""

import io
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
from api_key_flows import EMAIL, KEYS, PASSWORD, Caller, access_of, ada, bearing, key_of
from backwright import logging as logs
from backwright.accounts import Account, Accounts, BoundAccounts
from backwright.actor import PUBLIC, SIGNED_IN, Actor
from backwright.api_key_form import read
from backwright.app import create_app
from backwright.authentication import TRUSTED_SECONDS
from backwright.database import Database
from backwright.entity import Entity
from backwright.idempotency import Ledger
from backwright.runtime import Runtime
from backwright.settings import Settings
from fastapi import FastAPI
from office_roles import Role
from services import REDIS, redis_prefix, until
from sqlalchemy import create_engine, select

Opening = Callable[..., AbstractAsyncContextManager[FastAPI]]
SECRET = "a secret for tests only, forty-eight characters!"
TABLES = ("users", "sessions", "browser_sessions", "audit_log", "api_keys", "api_key_places", "account_codes")


@pytest.fixture(scope="session")
def declared(user_class: type[Account]) -> Accounts:
    return Accounts(user_class, roles=Role, admin=Role.ADMIN, register_as=Role.VIEWER, api_keys=True)


@pytest.fixture
def opening(tmp_path: Path, declared: Accounts) -> Opening:
    """`async with opening(REDIS, service=…) as app`: one more process on the same database."""

    @asynccontextmanager
    async def office(url: str, **given: object) -> AsyncIterator[FastAPI]:
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
                **given,
            },
        )
        engine = create_engine(settings.database_url)
        Entity.metadata.create_all(engine, tables=[Entity.metadata.tables[name] for name in TABLES])
        engine.dispose()
        app = create_app(settings, title="Office", accounts=declared)
        async with app.router.lifespan_context(app):
            yield app

    return office


def accounts_of(app: FastAPI) -> BoundAccounts:
    runtime: Runtime = app.state.runtime
    assert runtime.accounts is not None
    return runtime.accounts


async def status(app: FastAPI, headers: dict[str, str]) -> int:
    async with Caller(app) as client:
        return (await client.get("/users", headers=headers)).status_code


async def test_a_revocation_counts_in_the_other_process_at_once_with_redis(opening: Opening) -> None:
    """So does the end of a key that was replaced without a grace."""
    with redis_prefix() as service:
        async with opening(REDIS, service=service) as one, opening(REDIS, service=service) as two:
            await until(lambda: bool(one.state.runtime.redis.up and two.state.runtime.redis.up))
            owner = await accounts_of(one).ensure_account(EMAIL, name="Ada", roles=["admin"])
            first, second = [await key_of(accounts_of(one), owner, scopes=("admin",)) for _ in "12"]
            for made in (first, second):
                assert await status(two, bearing(made)) == 200
            await access_of(accounts_of(one)).keys.revoke(first.row["id"])
            await access_of(accounts_of(one)).keys.rotate(owner, second.row["id"], grace_hours=0)
            assert [await status(two, bearing(made)) for made in (first, second)] == [401, 401]


async def test_without_redis_it_counts_there_within_the_bound(
    opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten seconds, and not before: the key is trusted for so long where it was used."""
    async with opening("") as one, opening("") as two:
        owner = await accounts_of(one).ensure_account(EMAIL, name="Ada", roles=["admin"])
        made = await key_of(accounts_of(one), owner, scopes=("admin",))
        assert await status(two, bearing(made)) == 200
        await access_of(accounts_of(one)).keys.revoke(made.row["id"])
        assert await status(one, bearing(made)) == 401
        assert await status(two, bearing(made)) == 200
        later = time.time() + TRUSTED_SECONDS
        monkeypatch.setattr("backwright.authentication.time.time", lambda: later)
        assert await status(two, bearing(made)) == 401


async def test_a_key_is_nowhere_in_plain(
    app: FastAPI, client: httpx2.AsyncClient, accounts: BoundAccounts, database: Database, settings: Settings
) -> None:
    """Not in any table, log line or refusal, whichever way it came, whatever went wrong."""
    stream = io.BytesIO()
    logs.configure(settings, stream)
    try:
        owner = await ada(accounts, "admin")
        token = (await accounts.open_session(owner)).access_token
        signed = {"Authorization": f"Bearer {token}"}
        wanted = {"name": "Nightly", "scopes": ["admin"], "current_password": PASSWORD}
        made = (await client.post(KEYS, json=wanted, headers=signed)).json()
        key = made["key"]
        said = {"current_password": PASSWORD}
        new = (await client.post(f"{KEYS}/{made['id']}/rotate", json=said, headers=signed)).json()["key"]
        refusals = [
            await client.get("/users", headers={"X-API-Key": key}),
            await client.get("/users", params={"key": key}),
            await client.get(f"/users/{key}", headers=bearing(new)),
            await client.get(f"/{key}", headers=bearing(new)),
            await client.post(f"/users?api_key={new}", headers=bearing(key), json={"email": key}),
            await client.post("/auth/login", json={"email": key, "password": new}),
            await client.get("/users", headers={**bearing(key), "X-API-Key": new}),
            await client.get("/users", headers={"Cookie": f"key={key}", "Authorization": key}),
        ]
        logging.getLogger("backwright.test").warning("failed for %s", key, extra={"place": {"deep": [new]}})
        try:
            raise RuntimeError(f"could not use {key}")
        except RuntimeError:
            logging.getLogger("backwright.test").exception("failed")
    finally:
        logs.release()
    logged = stream.getvalue().decode()
    stored = ""
    for table in {name: Entity.metadata.tables[name] for name in TABLES}.values():
        stored += repr(await database.fetch(database.prepare(select(*table.c))))
    for text in (key, new):
        found = read(text)
        assert found is not None
        assert found.secret not in logged
        assert found.secret not in stored
        assert not [each.url for each in refusals if found.secret in each.text]
    assert "failed for" in logged
    assert f"{made['start']}." in logged, "which one it is may be said"


def test_a_key_does_not_get_the_answers_that_its_owner_got() -> None:
    """An answer that is kept for a repetition shows what the roles of the first caller saw."""
    user, first, second = uuid4(), uuid4(), uuid4()
    all_, some = frozenset({"admin", "editor", PUBLIC, SIGNED_IN}), frozenset({"editor", PUBLIC, SIGNED_IN})
    ledger = object.__new__(Ledger)
    ledger._route = "create_order"
    person = ledger.name(Actor(id=user, roles=all_), "k")
    key = ledger.name(Actor(id=user, roles=some, method="key", session_id=first), "k")
    successor = ledger.name(Actor(id=user, roles=some, method="key", session_id=second), "k")
    wider = ledger.name(Actor(id=user, roles=all_, method="key", session_id=first), "k")
    assert len({person, key, wider}) == 3
    assert key == successor, "a machine that changes its key may still repeat a request"
