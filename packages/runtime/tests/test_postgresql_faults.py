"""What becomes of a service when its PostgreSQL server dies, hangs or is late."""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from unittest.mock import AsyncMock

import pytest
from backwright.database import Database, Limits
from backwright.errors import Unavailable
from backwright.lifecycle import open_database
from backwright.testing_kits import create_tables
from cut_wire import Wire
from postgresql_server import PostgresServer, postgres_server
from services import free_port
from shop.models import Product
from shop.service import SEARCHED, Shop, running
from sqlalchemy import literal_column, select

QUICK = select(literal_column("1"))


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A cluster of our own, which we may kill."""
    with postgres_server() as started:
        create_tables(started.url, None, SEARCHED)
        yield started


@pytest.fixture
async def shop(server: PostgresServer, tmp_path: Path) -> AsyncGenerator[Shop, None]:
    """The shop on that cluster."""
    async with running(tmp_path, "postgresql", url=server.url) as found:
        yield found


async def test_a_server_that_is_killed_loses_nothing_that_was_acknowledged(
    shop: Shop, server: PostgresServer
) -> None:
    """Under load: while it is away every answer is 503 problem details at once; when it is back all goes on."""
    acknowledged: set[str] = set()
    refused: list[float] = []
    running_ = True
    await shop.headers("supplier")

    async def write(worker: int) -> None:
        number = 0
        while running_:
            number += 1
            body = {"sku": f"{worker}-{number}", "title": "x", "price": "1.00"}
            begun = time.monotonic()
            answer = await shop.post("supplier", "/products", body)
            if answer.status_code == 201:
                acknowledged.add(answer.json()["id"])
                continue
            assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
            assert "retry-after" in answer.headers
            refused.append(time.monotonic() - begun)
            await asyncio.sleep(0.02)

    writers = [asyncio.create_task(write(worker)) for worker in range(8)]
    await asyncio.sleep(1)
    before = len(acknowledged)
    await asyncio.to_thread(server.kill)
    await asyncio.sleep(0.5)
    assert (await shop.client.get("/health/live")).status_code == 200
    assert (await shop.client.get("/health/ready")).status_code == 503
    at_the_crash = len(acknowledged)
    await asyncio.to_thread(server.start)
    async with asyncio.timeout(20):
        while len(acknowledged) < at_the_crash + 20:
            await asyncio.sleep(0.05)
    running_ = False
    await asyncio.gather(*writers)
    stored = {str(id_) for (id_,) in await shop.database.fetch(shop.database.prepare(select(Product.id)))}
    assert before
    assert refused
    assert max(refused) < 5
    assert acknowledged <= stored


@pytest.mark.slow
async def test_single_statement_writes_are_there_whole_or_not_at_all(
    shop: Shop, server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed again and again in the middle of them: no acknowledged write is lost, and each row has its entries.

    A write that was not acknowledged may have happened; then its entry is there as well.
    """
    long_way = AsyncMock(side_effect=AssertionError("this is about the short way"))
    lamps = [(await shop.product())["id"] for _ in range(4)]
    assert shop.database.writes_at_once
    monkeypatch.setattr(type(shop.database), "repeatable", long_way)
    created: set[str] = set()
    versions = dict.fromkeys(lamps, 1)
    is_over = False

    async def create(worker: int) -> None:
        number = 0
        while not is_over:
            number += 1
            answer = await shop.post(
                "manager", "/products", {"sku": f"one-{worker}-{number}", "title": "x", "price": "1.00"}
            )
            assert answer.status_code in (201, 503), answer.text
            if answer.status_code == 201:
                created.add(answer.json()["id"])
            await asyncio.sleep(0.005)

    async def change(lamp: str) -> None:
        number = 0
        while not is_over:
            number += 1
            answer = await shop.patch("manager", f"/products/{lamp}", {"stock": number})
            assert answer.status_code in (200, 503), answer.text
            if answer.status_code == 200:
                versions[lamp] = answer.json()["version"]
            await asyncio.sleep(0.005)

    writers = [asyncio.create_task(each) for each in (*map(create, range(4)), *map(change, lamps))]
    for _ in range(3):
        known = len(created), sum(versions.values())
        async with asyncio.timeout(60):
            while len(created) < known[0] + 20 or sum(versions.values()) < known[1] + 20:
                await asyncio.sleep(0.01)
        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start)
    is_over = True
    await asyncio.gather(*writers)
    await until_it_answers(shop)
    stored = dict(await shop.sql("SELECT id, version FROM products"))
    assert created <= stored.keys()
    assert all(versions[lamp] <= stored[lamp] for lamp in lamps)
    entries = (
        "SELECT object_id, count(*) FROM audit_log WHERE object_type = 'products' AND action = {} GROUP BY 1"
    )
    logged = dict(await shop.sql(entries.format("'create'")))
    changed = dict(await shop.sql(entries.format("'update'")))
    assert logged == dict.fromkeys(stored, 1)
    assert {id_: version - 1 for id_, version in stored.items() if version > 1} == changed


async def until_it_answers(shop: Shop) -> None:
    """Connections that a crash has broken are replaced when they are next used."""
    async with asyncio.timeout(60):
        while True:
            with contextlib.suppress(Unavailable):
                await shop.sql("SELECT 1")
                return
            await asyncio.sleep(0.05)


async def test_a_connection_that_has_become_a_black_hole_is_given_up(server: PostgresServer) -> None:
    """Neither an answer nor an end: 503 soon after the time limit, and new connections once the way is open."""
    wire = Wire(server.port)
    await wire.open()
    database = Database(
        f"postgresql://tester@127.0.0.1:{wire.port}/postgres", Limits(statement=0.2, lock=0.5)
    )
    await database.connect()
    quick = database.prepare(QUICK)
    wire.is_cut = True
    begun = time.monotonic()
    with pytest.raises(Unavailable):
        await database.fetch(quick)
    with pytest.raises(Unavailable):
        await database.ping()
    assert time.monotonic() - begun < 6
    wire.is_cut = False
    async with asyncio.timeout(20):
        while True:
            with contextlib.suppress(Unavailable):
                assert [tuple(row) for row in await database.fetch(quick)] == [(1,)]
                break
            await asyncio.sleep(0.1)
    await database.close()
    await wire.close()


async def test_a_start_waits_for_a_server_that_is_late(server: PostgresServer) -> None:
    """Within bounds: one that comes up is used."""
    await asyncio.to_thread(server.kill)
    database = Database(server.url)
    opening = asyncio.create_task(open_database(database, 20))
    await asyncio.sleep(0.3)
    assert not opening.done()
    await asyncio.to_thread(server.start)
    await opening
    assert [tuple(row) for row in await database.fetch(database.prepare(QUICK))] == [(1,)]
    await database.close()


async def test_a_start_without_a_server_ends_with_a_sentence() -> None:
    """Where, why, and no password."""
    port = free_port()
    database = Database(f"postgresql://app:hunter2@127.0.0.1:{port}/shop")
    with pytest.raises(Unavailable, match=f"127.0.0.1:{port} cannot be reached") as caught:
        await open_database(database, 0.1)
    assert "hunter2" not in caught.value.detail
