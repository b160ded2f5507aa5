"""What becomes of a service when its MariaDB server dies, hangs or is late."""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import pytest
from backwright.database import Database, Limits
from backwright.errors import Unavailable
from backwright.lifecycle import open_database
from backwright.testing_kits import create_tables
from cut_wire import Wire
from mariadb_server import MariaServer, mariadb_server
from services import free_port
from shop.models import Product
from shop.service import SEARCHED, Shop, running
from sqlalchemy import literal_column, select
from test_idempotency_crashes import Orders, every_order_is_there_once, placing

QUICK = select(literal_column("1"))


@pytest.fixture(scope="module")
def server() -> Iterator[MariaServer]:
    """A server of our own, which we may kill."""
    with mariadb_server() as started:
        create_tables(started.url, None, SEARCHED)
        yield started


@pytest.fixture
async def shop(server: MariaServer, tmp_path: Path) -> AsyncGenerator[Shop, None]:
    """The shop on that server."""
    async with running(tmp_path, "mariadb", url=server.url) as found:
        yield found


@pytest.mark.slow
async def test_a_server_that_is_killed_loses_nothing_that_was_acknowledged(
    shop: Shop, server: MariaServer
) -> None:
    """Under load: while it is away every answer is 503 problem details; when it is back all goes on."""
    acknowledged: set[str] = set()
    refused: list[float] = []
    is_over = False
    await shop.headers("supplier")

    async def write(worker: int) -> None:
        number = 0
        while not is_over:
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

    async def until_more(count: int) -> None:
        wanted = len(acknowledged) + count
        async with asyncio.timeout(60):
            while len(acknowledged) < wanted:
                await asyncio.sleep(0.02)

    writers = [asyncio.create_task(write(worker)) for worker in range(8)]
    await until_more(20)
    await asyncio.to_thread(server.kill)
    assert (await shop.client.get("/health/live")).status_code == 200
    assert (await shop.client.get("/health/ready")).status_code == 503
    async with asyncio.timeout(60):
        while not refused:
            await asyncio.sleep(0.02)
    await asyncio.to_thread(server.start)
    await until_more(20)
    is_over = True
    await asyncio.gather(*writers)
    stored = {str(id_) for (id_,) in await shop.database.fetch(shop.database.prepare(select(Product.id)))}
    assert acknowledged <= stored
    async with asyncio.timeout(60):
        while (await shop.client.get("/health/ready")).status_code != 200:
            await asyncio.sleep(0.1)  # a look at the database counts for a second


@pytest.mark.slow
async def test_what_is_sent_again_under_its_key_is_there_once(shop: Shop, server: MariaServer) -> None:
    """Eight send each request until it is accepted, while the server is killed; none is lost or doubled."""
    headers, customer = await shop.headers("manager"), (await shop.customer())["id"]
    orders = Orders(shop.client, headers, customer)
    async with placing(orders):
        for _ in range(2):
            known = len(orders.accepted)
            async with asyncio.timeout(60):
                while len(orders.accepted) < known + 20:
                    await asyncio.sleep(0.02)
            await asyncio.to_thread(server.kill)
            await asyncio.to_thread(server.start)
    await every_order_is_there_once(shop, orders)


async def test_a_connection_that_has_become_a_black_hole_is_given_up(server: MariaServer) -> None:
    """Neither an answer nor an end: 503 after the time limit, and new connections once the way is open."""
    wire = Wire(server.port)
    await wire.open()
    database = Database(f"mariadb://tester@127.0.0.1:{wire.port}/shop", Limits(statement=0.2, lock=0.5))
    await database.connect()
    quick = database.prepare(QUICK)
    wire.is_cut = True
    async with asyncio.timeout(30):
        with pytest.raises(Unavailable):
            await database.fetch(quick)
        with pytest.raises(Unavailable):
            await database.ping()
        with pytest.raises(Unavailable):
            async with database.work() as work:
                await work.fetch(quick)
    wire.is_cut = False
    async with asyncio.timeout(60):
        while True:
            with contextlib.suppress(Unavailable):
                assert [tuple(row) for row in await database.fetch(quick)] == [(1,)]
                break
            await asyncio.sleep(0.1)
    await database.close()
    await wire.close()


async def test_when_every_connection_is_taken_a_request_is_told_to_come_back(shop: Shop) -> None:
    """503 problem details with `Retry-After`; whoever asks whether it lives is answered; then all goes on."""
    await shop.headers("manager")
    assert (await shop.get("manager", "/products")).status_code == 200  # who asks is known from here on
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(shop.database.limits.connections):
            await stack.enter_async_context(shop.database.work())
        answer = await shop.get("manager", "/products", limit="3")
        assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
        assert answer.headers["retry-after"] == "1"
        assert (await shop.client.get("/health/live")).status_code == 200
    assert (await shop.get("manager", "/products", limit="3")).status_code == 200


async def test_a_start_waits_for_a_server_that_is_late(server: MariaServer) -> None:
    """Within bounds: one that comes up is used."""
    await asyncio.to_thread(server.kill)
    database = Database(server.url)
    opening = asyncio.create_task(open_database(database, 60))
    await asyncio.sleep(0.3)
    assert not opening.done()
    await asyncio.to_thread(server.start)
    await opening
    assert [tuple(row) for row in await database.fetch(database.prepare(QUICK))] == [(1,)]
    await database.close()


async def test_a_start_without_a_server_ends_with_a_sentence() -> None:
    """Where, why, and no password."""
    port = free_port()
    database = Database(f"mariadb://app:hunter2@127.0.0.1:{port}/shop")
    with pytest.raises(Unavailable, match=f"127.0.0.1:{port} cannot be reached") as caught:
        await open_database(database, 0.1)
    assert "hunter2" not in caught.value.detail
