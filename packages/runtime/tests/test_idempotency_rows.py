"""Who asks for a key that somebody else is at work under: told at once, and without a connection for the wait."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack

import pytest
import services
from backwright.database import Database, Limits
from backwright.idempotency import Ledger
from backwright.idempotency_rows import KeyRows
from shop.service import Shop

KEYS = [f"key-{number}" for number in range(15)]
"""More than the shop has connections."""


@pytest.fixture(params=["postgresql", "mariadb"])
def engine(request: pytest.FixtureRequest) -> str:
    """On SQLite there is one writer, so there is nobody else."""
    found: str = request.param
    services.postgresql() if found == "postgresql" else services.mariadb()
    return found


@pytest.fixture
async def other(shop: Shop) -> AsyncGenerator[Database, None]:
    """Another process on the same database, with patience for half a minute."""
    url = shop.database.url.render_as_string(hide_password=False)
    database = Database(url, Limits(lock=30.0, statement=30.0, connections=len(KEYS)))
    await database.connect()
    yield database
    await database.close()


async def test_a_key_that_is_taken_is_said_to_be_at_once(shop: Shop, other: Database) -> None:
    """Well before anybody's patience ends; free again when the other one is done."""
    theirs, ours = KeyRows(other), KeyRows(shop.database)
    async with asyncio.timeout(20):
        async with shop.database.work() as work:
            assert await ours.claim(work, "key")
            assert await ours.claim(work, "another")
            async with other.work() as second:
                assert not await theirs.claim(second, "key")
        async with other.work() as second:
            assert await theirs.claim(second, "key")


async def test_requests_that_wait_for_others_leave_the_connections_to_the_rest(
    shop: Shop, other: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More of them than there are connections: all the while other requests are answered; theirs is 409."""
    assert len(KEYS) > shop.database.limits.connections
    monkeypatch.setattr(Ledger, "name", lambda ledger, actor, key: key)
    customer, headers, rows = await shop.customer(), await shop.headers("manager"), KeyRows(other)

    async def order(key: str) -> int:
        body = {"customer_id": customer["id"]}
        answer = await shop.client.post("/orders", json=body, headers={**headers, "Idempotency-Key": key})
        return answer.status_code

    async with AsyncExitStack() as stack:  # every connection is made by now
        for _ in range(shop.database.limits.connections):
            await stack.enter_async_context(shop.database.work())
    async with AsyncExitStack() as stack:
        for key in KEYS:
            assert await rows.claim(await stack.enter_async_context(other.work()), key)
        waiting = [asyncio.create_task(order(key)) for key in KEYS]
        answered, number = 0, 0
        while not all(each.done() for each in waiting):
            number += 1
            answered += (
                await shop.get("manager", "/reviews")
            ).status_code == 200  # asked of the database each time
            await asyncio.sleep(0.01)
        assert [each.result() for each in waiting] == [409] * len(KEYS)
        assert answered == number > 0
    assert [await order(key) for key in KEYS[:2]] == [201, 201]
