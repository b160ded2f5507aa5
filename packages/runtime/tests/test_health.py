"""Liveness looks at nothing outside; readiness at what the service cannot work without, and no when it must
stop.
"""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import httpx2
import pytest
from backwright.app import create_app
from backwright.database import Database
from backwright.errors import Unavailable
from backwright.health import Health
from backwright.lifecycle import open_database
from backwright.settings import Settings
from fastapi import FastAPI

TOKEN = "mt-9f8e7d6c5b4a3928"


@pytest.fixture
async def app(tmp_path: Path) -> AsyncGenerator[FastAPI, None]:
    made = create_app(
        Settings(
            _env_file=None,
            environment="test",
            database_url=f"sqlite:///{tmp_path}/data/test.db",
            files_url=f"file:{tmp_path}/files",
            migrations=tmp_path / "none",
            metrics_token=TOKEN,
        ),
        title="Things",
    )
    async with made.router.lifespan_context(made):
        yield made


@pytest.fixture
async def client(app: FastAPI) -> AsyncGenerator[httpx2.AsyncClient, None]:
    transport = httpx2.ASGITransport(app, client=("203.0.113.7", 1))
    async with httpx2.AsyncClient(transport=transport, base_url="http://testserver") as opened:
        yield opened


async def test_a_running_service_is_live_and_ready(client: httpx2.AsyncClient) -> None:
    """Two plain answers that tell a stranger nothing more."""
    assert (await client.get("/health/live")).json() == {"status": "live"}
    assert (await client.get("/health/ready")).json() == {"status": "ready"}


async def test_without_its_database_a_service_is_live_and_not_ready(
    client: httpx2.AsyncClient, tmp_path: Path
) -> None:
    """A restart would not bring the database back."""
    (tmp_path / "data").rename(tmp_path / "gone")
    assert (await client.get("/health/live")).status_code == 200
    answer = await client.get("/health/ready", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"] == "1"
    assert "does not answer" in answer.json()["checks"]["database"]


async def test_what_is_wrong_is_told_to_operators_only(client: httpx2.AsyncClient) -> None:
    """Names of dependencies are a map for attackers."""
    assert "checks" not in (await client.get("/health/ready")).json()
    answer = await client.get("/health/ready", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.json()["checks"] == {"database": "ok"}


async def test_a_service_that_was_told_to_stop_is_not_ready_and_still_serves(
    app: FastAPI, client: httpx2.AsyncClient
) -> None:
    """So that it gets no new callers and finishes with those it has."""
    app.state.health.draining = True
    assert (await client.get("/health/ready")).status_code == 503
    assert (await client.get("/health/live")).status_code == 200


async def test_many_probes_are_one_look() -> None:
    """However many ask, dependencies are asked once a second."""
    looks = 0

    async def check() -> None:
        nonlocal looks
        looks += 1
        await asyncio.sleep(0)

    health = Health({"database": check}, None)
    await asyncio.gather(*(health.look() for _ in range(50)))
    assert looks == 1


async def test_a_check_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A probe has an answer in time, whatever a dependency does."""
    monkeypatch.setattr("backwright.health.TIMEOUT_SECONDS", 0.01)

    async def hang() -> None:
        await asyncio.sleep(60)

    found = await Health({"database": hang}, None).look()
    assert found == {"database": "no answer within 0.01 seconds"}


async def test_the_start_waits_for_the_database_for_a_while_and_then_fails(tmp_path: Path) -> None:
    """Loudly, with the reason."""
    (tmp_path / "file").write_text("")
    database = Database(f"sqlite:///{tmp_path}/file/test.db")
    with pytest.raises(Unavailable, match="cannot be opened"):
        await open_database(database, seconds=0.05)
