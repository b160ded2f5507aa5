"""Whatever is killed in the middle: a request that is sent again under its key has had one effect."""

import asyncio
import random
import signal
from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from backwright.testing_kits import create_tables
from begun_processes import Begun, Child
from postgresql_server import PostgresServer, postgres_server
from services import free_port, wait_for_port
from shop.service import SEARCHED, Shop, application, running, template

SERVER = """
import os, signal, sys
from pathlib import Path

import uvicorn
from backwright.app import create_app
from backwright.idempotency import Ledger
from shop.resources import accounts, resources
from shop.service import settings

folder, url, port, (method, when) = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4].split()
plain = getattr(Ledger, method)

async def deadly(*given):
    if when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    await plain(*given)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(Ledger, method, deadly)
app = create_app(settings(Path(folder), url), title="Shop", accounts=accounts, resources=resources)
uvicorn.run(app, host="127.0.0.1", port=port, log_level="critical", lifespan="on")
"""
POINTS = {
    "earlier after": "the key is claimed, nothing is done",
    "keep before": "all is done, and not stored",
    "keep after": "all is stored, and not committed",
    "_alone after": "all is committed, and not answered",
}
"""Where the service is killed: a step of `Ledger`, before or after it."""

ROUNDS = 4
NOTES = "SELECT note FROM orders WHERE note IS NOT NULL"


@pytest.fixture(scope="module")
def begun() -> Iterator[Begun]:
    """Where processes of the shop begin."""
    with Begun("uvicorn", "asyncpg", "asyncmy", "backwright.app", "shop.service") as found:
        yield found


@contextmanager
def doomed(begun: Begun, folder: Path, url: str, point: str) -> Iterator[tuple[str, Child]]:
    """The shop in a process that kills itself at this point of the first request with a key: its address."""
    port = free_port()
    process = begun.start(SERVER, str(folder), url, str(port), point, folder=folder)
    try:
        wait_for_port(port)
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.kill()


class Orders:
    """Somebody who places orders, each under a key of its own, until each is accepted."""

    def __init__(self, client: httpx2.AsyncClient, headers: dict[str, str], customer: str) -> None:
        self._client = client
        self._headers = headers
        self._customer = customer
        self.sent = 0
        self.accepted: dict[str, str] = {}
        self.stop = False

    async def place(self, worker: str) -> None:
        """One after the other. What is not answered is sent again as it was."""
        while not self.stop:
            self.sent += 1
            note = f"{worker}-{self.sent}"
            self.accepted[note] = await self._once(note)

    async def _once(self, note: str) -> str:
        async with asyncio.timeout(60):
            while True:
                try:
                    answer = await self.send(note)
                except httpx2.TransportError:
                    await asyncio.sleep(0.05)
                    continue
                if answer.status_code == 201:
                    return str(answer.json()["id"])
                assert answer.status_code in (409, 503), answer.text
                assert "retry-after" in answer.headers, answer.text
                await asyncio.sleep(0.05)

    async def send(self, note: str) -> httpx2.Response:
        """An order, under a key that follows from the note."""
        body = {"customer_id": self._customer, "note": note}
        return await self._client.post(
            "/orders", json=body, headers={**self._headers, "Idempotency-Key": note}
        )


@asynccontextmanager
async def placing(orders: Orders) -> AsyncGenerator[None, None]:
    """While the block runs, eight place orders."""
    workers = [asyncio.create_task(orders.place(str(number))) for number in range(8)]
    yield
    orders.stop = True
    await asyncio.gather(*workers)


async def every_order_is_there_once(shop: Shop, orders: Orders) -> None:
    """And the answer names the row that is there."""
    stored = Counter(note for (note,) in await shop.sql(NOTES))
    assert set(stored) == set(orders.accepted)
    assert set(stored.values()) == {1}
    for note, id_ in list(orders.accepted.items())[-20:]:
        again: Any = await orders.send(note)
        assert (again.json()["id"], again.headers["idempotency-replayed"]) == (id_, "true")


@pytest.mark.slow
@pytest.mark.parametrize("point", POINTS)
async def test_a_service_that_is_killed_in_the_middle_does_it_once(
    begun: Begun, tmp_path: Path, engine: str, point: str
) -> None:
    """The request that was sent again is carried out if the first one was not, and answered if it was."""
    url = template(engine).lend(tmp_path, "shop.db")
    application.cache_clear()  # its keys may be those of another database, and a process finds only stored ones
    async with running(tmp_path, engine, url=url) as shop:
        headers, customer = await shop.headers("manager"), (await shop.customer())["id"]
    with doomed(begun, tmp_path, url, point) as (address, process):
        async with httpx2.AsyncClient(base_url=address) as client:
            with pytest.raises(httpx2.TransportError):
                pytest.fail((await Orders(client, headers, customer).send("a")).text)
        assert process.wait() == -signal.SIGKILL
    async with running(tmp_path, engine, url=url) as shop:
        stored = await shop.sql(NOTES)
        answer = await Orders(shop.client, headers, customer).send("a")
        assert answer.status_code == 201
        assert ("idempotency-replayed" in answer.headers) == bool(stored) == (point == "_alone after")
        assert await shop.sql("SELECT id FROM orders") == [(answer.json()["id"],)]
    template(engine).give_back(url)


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A cluster of our own, which we may kill."""
    with postgres_server() as started:
        create_tables(started.url, None, SEARCHED)
        yield started


@pytest.mark.slow
async def test_a_database_that_is_killed_does_everything_once(server: PostgresServer, tmp_path: Path) -> None:
    """Eight send each request again under its key until it is accepted, and none is lost or there twice."""
    async with running(tmp_path, "postgresql", url=server.url) as shop:
        headers, customer = await shop.headers("manager"), (await shop.customer())["id"]
        orders = Orders(shop.client, headers, customer)
        async with placing(orders):
            for _ in range(ROUNDS):
                await asyncio.sleep(random.uniform(0.2, 0.6))
                await asyncio.to_thread(server.kill)
                await asyncio.to_thread(server.start)
                known = len(orders.accepted)
                async with asyncio.timeout(60):
                    while len(orders.accepted) < known + 20:
                        await asyncio.sleep(0.02)
        await every_order_is_there_once(shop, orders)
