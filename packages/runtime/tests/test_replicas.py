"""Reads from a streaming replica: which server answers whom, and what becomes of it when it is late or lost.

Two clusters of our own. A replica that is not to go on (`behind`) proves by what it does not have which one answers.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import pytest
from backwright import replicas
from backwright.actor import signed_in
from backwright.app import create_app
from backwright.commands import main
from backwright.database import Database, Limits
from backwright.engine import parse
from backwright.errors import Error, Unavailable
from backwright.redis import Redis
from backwright.replica_server import POSITION, NotAReplica, ReplicaServer
from backwright.replicas import Replica
from backwright.settings import Settings
from backwright.testing_kits import create_tables
from postgresql_server import PostgresServer, postgres_server
from pydantic import SecretStr, ValidationError
from services import PATIENT, RedisServer, redis_server, until
from shop import service
from shop.models import Customer
from shop.resources import accounts, resources
from shop.service import SEARCHED, Shop
from sqlalchemy import literal_column, select

TOKEN = "mt-9f8e7d6c5b4a3928"
OPERATOR = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="module")
def primary() -> Iterator[PostgresServer]:
    """A cluster with the shop's tables."""
    with postgres_server() as started:
        create_tables(started.url, None, SEARCHED)
        yield started


@pytest.fixture(scope="module")
def copy(primary: PostgresServer) -> Iterator[PostgresServer]:
    """Its replica."""
    with postgres_server(primary) as started:
        yield started


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    """The Redis that processes tell each other in."""
    with redis_server() as started:
        yield started


Opening = Callable[..., AbstractAsyncContextManager[Shop]]


@pytest.fixture
async def opening(
    primary: PostgresServer, copy: PostgresServer, redis: RedisServer, tmp_path: Path
) -> Opening:
    """`async with opening() as shop`: one process of the service. Nothing of other tests is there."""
    await sql(primary, "TRUNCATE customers, products CASCADE")

    @asynccontextmanager
    async def process(**given: Any) -> AsyncIterator[Shop]:
        settings = service.settings(tmp_path, primary.url).model_copy(
            update={
                "redis_url": redis.url,
                "redis_timeout_ms": 2000,
                "rate_limit_store": "redis",
                "replica_database_url": copy.url,
                "metrics_token": SecretStr(TOKEN),
                **given,
            }
        )
        app = create_app(settings, title="Shop", accounts=accounts, resources=resources)
        async with app.router.lifespan_context(app):
            transport = httpx2.ASGITransport(app=app)
            async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
                yield Shop(app, client)

    return process


@pytest.fixture
async def shop(opening: Opening) -> AsyncGenerator[Shop, None]:
    """One process, whose replica has everything."""
    async with opening() as started:
        await ready(started, "manager", "auditor")
        yield started


def replica_of(shop: Shop) -> Replica:
    """What the process knows of the replica."""
    found = shop.database.replica
    assert found is not None
    return found


async def ready(shop: Shop, *callers: str) -> None:
    """Sign callers in, and wait until the replica serves them."""
    for who in callers:
        await shop.headers(who)
    await until(lambda: all(replica_of(shop).serves(each) for each in (None, *shop.ids.values())))


async def sql(server: PostgresServer, text: str) -> None:
    """Run a statement on one of the servers."""
    connection = await asyncpg.connect(server.url)
    try:
        await connection.execute(text)
    finally:
        await connection.close()


@pytest.fixture
async def behind(copy: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Any, None]:
    """`await behind()`: from now on the replica gets nothing new, and is used all the same."""
    monkeypatch.setattr(replicas, "MAX_LAG", 600.0)

    async def pause() -> None:
        await sql(copy, "SELECT pg_wal_replay_pause()")

    yield pause
    await sql(copy, "SELECT pg_wal_replay_resume()")


async def test_a_writer_sees_what_they_wrote_while_others_are_answered_by_a_replica_that_is_behind(
    shop: Shop, behind: Any, copy: PostgresServer
) -> None:
    """One row and lists; creates, changes and deletes. When the replica has caught up, it answers the writer too."""
    replica, kept = replica_of(shop), await shop.customer("Kept")
    await until(lambda: replica.serves(shop.ids["manager"]))
    await behind()
    made = await shop.customer("Ada")
    reads = replica.reads
    assert (await shop.get("manager", f"/customers/{made['id']}")).status_code == 200
    assert made in (await shop.get("manager", "/customers")).json()["items"]
    assert replica.reads == reads
    assert (await shop.get("auditor", f"/customers/{made['id']}")).status_code == 404
    seen = (await shop.get("auditor", "/customers", total="true")).json()["items"]
    assert [each["id"] for each in seen if each["id"] in (made["id"], kept["id"])] == [kept["id"]]
    assert replica.reads == reads + 3  # the row, the page and the total

    assert (await shop.patch("manager", f"/customers/{kept['id']}", {"vip": True})).status_code == 200
    assert (await shop.get("manager", f"/customers/{kept['id']}")).json()["vip"] is True
    assert (await shop.get("auditor", f"/customers/{kept['id']}")).json()["vip"] is False
    assert (await shop.delete("manager", f"/customers/{made['id']}")).status_code == 204
    assert (await shop.get("manager", f"/customers/{made['id']}")).status_code == 404

    await sql(copy, "SELECT pg_wal_replay_resume()")
    await until(lambda: replica.serves(shop.ids["manager"]))
    reads = replica.reads
    assert (await shop.get("manager", f"/customers/{kept['id']}")).json()["vip"] is True
    assert (await shop.get("auditor", f"/customers/{kept['id']}")).json()["vip"] is True
    assert replica.reads == reads + 2


async def test_a_write_in_one_process_counts_in_the_others(opening: Opening, behind: Any) -> None:
    """Before the writer has the answer, the other process knows."""
    async with AsyncExitStack() as stack:
        one, two = [await stack.enter_async_context(opening()) for _ in "12"]
        await ready(one, "manager", "auditor")
        await ready(two, "manager", "auditor")
        await behind()
        for _ in range(10):
            made = await one.customer()
            assert (await two.get("manager", f"/customers/{made['id']}")).status_code == 200
            assert (await two.get("auditor", f"/customers/{made['id']}")).status_code == 404


async def test_under_load_everybody_always_sees_their_own_writes(opening: Opening) -> None:
    """Eight callers write in one process and read at once in either, while the replica follows as it can."""
    async with AsyncExitStack() as stack:
        processes = [await stack.enter_async_context(opening()) for _ in "12"]
        callers = [f"manager:{number}" for number in range(8)]
        for each in processes:
            await ready(each, *callers)

        async def write_and_read(number: int) -> None:
            for turn in range(25):
                writing, reading = processes[turn % 2], processes[(turn + number) % 2]
                made = await writing.made(
                    "/customers", callers[number], name="x", email=f"{number}-{turn}@example.org"
                )
                found = await reading.get(callers[number], f"/customers/{made['id']}")
                assert found.status_code == 200
                await asyncio.sleep(0.05 * (turn % 5))

        await asyncio.gather(*(write_and_read(number) for number in range(8)))
        for each in processes:
            await until(lambda each=each: replica_of(each).serves(each.ids[callers[0]]))
            assert replica_of(each).up


async def test_without_redis_nobody_reads_from_the_replica(
    opening: Opening, redis: RedisServer, behind: Any, copy: PostgresServer
) -> None:
    """What another process wrote meanwhile is not heard of; afterwards all wait until the replica has it."""
    async with AsyncExitStack() as stack:
        one, two = [await stack.enter_async_context(opening()) for _ in "12"]
        for each in (one, two):
            await ready(each, "manager", "auditor")
        await behind()
        redis.kill()
        try:
            await until(lambda: not any(replica_of(each).up for each in (one, two)))
            reads, made = replica_of(two).reads, await one.customer()
            for who in ("manager", "auditor"):
                assert (await two.get(who, f"/customers/{made['id']}")).status_code == 200
            checks = (await two.client.get("/health/ready", headers=OPERATOR)).json()
            assert checks["status"] == "degraded"
            assert "Redis" in checks["checks"]["replica"]
        finally:
            redis.start()
        await until(lambda: replica_of(two).up)
        for who in ("manager", "auditor"):
            assert (await two.get(who, f"/customers/{made['id']}")).status_code == 200
        assert replica_of(two).reads == reads
        await sql(copy, "SELECT pg_wal_replay_resume()")
        await until(lambda: replica_of(two).serves(two.ids["auditor"]))


async def test_whoever_was_refused_sees_why(shop: Shop, behind: Any) -> None:
    """412 for the version that the replica still shows: the next read shows the one that counts."""
    made = await shop.customer("Ada")
    await ready(shop, "clerk")
    await behind()
    assert (await shop.patch("manager", f"/customers/{made['id']}", {"vip": True})).status_code == 200
    old = await shop.get("clerk", f"/customers/{made['id']}")
    assert old.json()["vip"] is False
    answer = await shop.patch("clerk", f"/customers/{made['id']}", {"vip": False}, match=old.headers["etag"])
    assert answer.status_code == 412
    new = await shop.get("clerk", f"/customers/{made['id']}")
    assert new.json()["vip"] is True
    answer = await shop.patch("clerk", f"/customers/{made['id']}", {"vip": False}, match=new.headers["etag"])
    assert answer.status_code == 200


async def test_what_many_are_shown_and_what_decides_is_read_from_the_primary(shop: Shop, behind: Any) -> None:
    """Cached answers, and whether a caller may see a row to which something is to be attached."""
    await behind()
    product, customer = await shop.product(), await shop.customer()
    reads = replica_of(shop).reads
    assert (await shop.get("auditor", f"/products/{product['id']}")).status_code == 200
    assert product["id"] in [each["id"] for each in (await shop.get(None, "/products")).json()["items"]]
    auditor = signed_in(shop.ids["auditor"], frozenset({"auditor"}))
    assert await shop.runtime.resources[Customer].visible(auditor, customer["id"])
    assert replica_of(shop).reads == reads


async def test_a_replica_that_is_killed_under_load_costs_no_answer(
    shop: Shop, copy: PostgresServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Reads under way are asked of the primary; it is used again when it is back. One line for each change."""
    made, replica = await shop.customer("Ada"), replica_of(shop)
    answered, reading = [], True

    async def read() -> None:
        while reading:
            answer = await shop.get("auditor", f"/customers/{made['id']}")
            answered.append(answer.status_code)

    await until(lambda: replica.serves(shop.ids["auditor"]))
    caplog.set_level(logging.INFO, "backwright.replicas")
    readers = [asyncio.create_task(read()) for _ in range(8)]
    try:
        before = replica.reads
        await until(lambda: replica.reads > before + 50)
        await asyncio.to_thread(copy.kill)
        await until(lambda: not replica.up)
        shown = (await shop.client.get("/metrics", headers=OPERATOR)).text
        assert "database_replica_up 0.0" in shown
        health = await shop.client.get("/health/ready", headers=OPERATOR)
        assert (health.status_code, health.json()["status"]) == (200, "degraded")
        assert f"{copy.port}" in health.json()["checks"]["replica"]
        count = len(answered)
        await until(lambda: len(answered) > count + 50)
    finally:
        await asyncio.to_thread(copy.start)
        before = replica.reads
        await until(lambda: replica.reads > before + 50)
        reading = False
        await asyncio.gather(*readers)
    assert set(answered) == {200}
    assert "database_replica_up 1.0" in (await shop.client.get("/metrics", headers=OPERATOR)).text
    lines = [each.message for each in caplog.records if each.name == "backwright.replicas"]
    assert (lines[0], lines[-1]) == ("replica is down", "replica is up")
    assert all(one != other for one, other in pairwise(lines))


async def test_a_replica_that_hangs_is_not_waited_for(shop: Shop, copy: PostgresServer) -> None:
    """Neither an answer nor an end: whoever waits on it is answered by the primary."""
    made, replica = await shop.customer("Ada"), replica_of(shop)
    await until(lambda: replica.serves(shop.ids["auditor"]))
    copy.pause()
    try:
        answers = await asyncio.gather(*(shop.get("auditor", f"/customers/{made['id']}") for _ in range(20)))
        assert {each.status_code for each in answers} == {200}
        await until(lambda: not replica.up)
    finally:
        copy.resume()
    await until(lambda: replica.serves(shop.ids["auditor"]))


async def test_a_replica_too_far_behind_is_not_used(
    shop: Shop, behind: Any, copy: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everybody reads from the primary, operators read why, and it is used again when it has caught up."""
    monkeypatch.setattr(replicas, "MAX_LAG", 1.5)
    await behind()
    monkeypatch.setattr(replicas, "MAX_LAG", 1.5)
    made, replica = await shop.customer("Ada"), replica_of(shop)
    await until(lambda: not replica.up)
    assert replica.lag > 1.5
    assert (await shop.get("auditor", f"/customers/{made['id']}")).status_code == 200
    with pytest.raises(Unavailable, match="behind"):
        await replica.check()
    await sql(copy, "SELECT pg_wal_replay_resume()")
    await until(lambda: replica.serves(shop.ids["auditor"]))
    await replica.check()


async def test_a_primary_on_which_nothing_happens_leaves_no_replica_behind(primary: PostgresServer) -> None:
    """Where its log ends just with a segment or a page, nobody waits for what comes after."""
    ends = f"SELECT ({POSITION}), (pg_current_wal_flush_lsn() - '0/0'::pg_lsn)::bigint"
    message = "SELECT pg_logical_emit_message(true, '', repeat('x', {}))"
    connection = await asyncpg.connect(primary.url)

    async def fill_page() -> None:
        at = []
        for _ in range(3):
            await connection.execute(message.format(1_000))
            at.append((await connection.fetchrow(ends))[0])
        size = min(at[1] - at[0], at[2] - at[1])  # of a message that does not go over the end of a page
        await connection.execute(message.format(8192 - at[2] % 8192 - (size - 1_000)))

    async def fill_segment() -> None:
        await connection.execute("SELECT pg_switch_wal()")

    try:
        for fill, size in ((fill_segment, 16 * 1024 * 1024), (fill_page, 8192)):
            async with asyncio.timeout(PATIENT):
                while True:  # something else may write in between
                    await fill()
                    position, flushed = await connection.fetchrow(ends)
                    if position % size == 0:
                        break
            assert position <= flushed
    finally:
        await connection.close()


async def test_what_the_replica_refuses_the_primary_answers(shop: Shop) -> None:
    """A table that it does not have yet, say; no reader notices."""
    replica = replica_of(shop)
    only_there = shop.database.prepare(select(literal_column("pg_current_wal_lsn()::text")))
    fallbacks = replica.fallbacks
    assert len(await replica.fetch(only_there)) == 1
    assert replica.fallbacks == fallbacks + 1


async def test_no_write_reaches_a_replica(copy: PostgresServer, primary: PostgresServer) -> None:
    """Its sessions refuse to write, even if the server would."""
    for server in (copy, primary):
        engine = ReplicaServer(parse(server.url), Limits())
        await engine.connect()
        try:
            with pytest.raises(Error):
                await engine.read("CREATE TABLE written ()", [])
            transaction = await engine.begin()
            with pytest.raises(Error):
                await transaction.execute("DELETE FROM products", [])
            await transaction.end()
        finally:
            await engine.close()


async def test_connections_lead_to_one_server_only(copy: PostgresServer, primary: PostgresServer) -> None:
    """Behind a name for several, what is known of one says nothing of another: it is refused."""
    engine = ReplicaServer(parse(copy.url), Limits())
    await engine.connect()
    try:
        assert [tuple(row) for row in await engine.read("SELECT 1", [])] == [(1,)]
        engine.password.url = parse(primary.url)
        held = await engine.pool.take()  # the one that there is
        with pytest.raises(Unavailable, match="Another server than before"):
            await engine.read("SELECT 1", [])
        engine.pool.give(held)
    finally:
        await engine.close()


async def starting(url: str, primary: str, redis: RedisServer) -> None:
    """Start and stop a replica at `url`."""
    database = Database(primary)
    await database.connect()
    replica = Replica(url, Limits(), database, Redis(redis.url, service="test"))
    try:
        await replica.start()
        await replica.close()
    finally:
        await database.close()


async def test_a_server_that_is_no_replica_of_this_primary_stops_the_start(
    copy: PostgresServer, primary: PostgresServer, redis: RedisServer
) -> None:
    """The primary under another name, the replica of a stranger, another database; the right one does not."""
    await starting(copy.url, primary.url, redis)
    with pytest.raises(NotAReplica, match="is no replica: it takes writes itself"):
        await starting(primary.url.replace("127.0.0.1", "localhost"), primary.url, redis)
    with (
        postgres_server() as stranger,
        pytest.raises(NotAReplica, match="another primary: its system identifier"),
    ):
        await starting(copy.url, stranger.url, redis)
    await sql(primary, "CREATE DATABASE other")
    await asyncio.sleep(0)
    with pytest.raises(NotAReplica, match="names the database 'postgres', DATABASE_URL 'other'"):
        await starting(copy.url, primary.url.replace("/postgres", "/other"), redis)


def test_serving_with_a_server_that_is_no_replica_ends_in_one_message(
    primary: PostgresServer, redis: RedisServer, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Status 2, as for every setting that is wrong."""
    given = {
        "ENVIRONMENT": "test",
        "DATABASE_URL": primary.url,
        "REDIS_URL": redis.url,
        "REPLICA_DATABASE_URL": primary.url.replace("127.0.0.1", "localhost"),
        "FILES_URL": f"file:{tmp_path}/files",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    def made(settings: Settings) -> Any:
        return create_app(settings, title="Shop", accounts=accounts, resources=resources)

    with pytest.raises(SystemExit) as ended:
        main(made, Settings, ["serve", "--port", "0"])
    assert ended.value.code == 2
    assert "is no replica: it takes writes itself" in capsys.readouterr().err


async def test_a_service_starts_while_its_replica_is_down(opening: Opening, copy: PostgresServer) -> None:
    """And uses it as soon as it is there."""
    await asyncio.to_thread(copy.kill)
    async with opening() as shop:
        made = await shop.customer("Ada")
        seen = await shop.get("auditor", f"/customers/{made['id']}")
        was_up = replica_of(shop).up
        await asyncio.to_thread(copy.start)
        assert (seen.status_code, was_up) == (200, False)
        await until(lambda: replica_of(shop).serves(shop.ids["auditor"]))


def problem(**given: Any) -> str:
    """What is wrong with settings."""
    with pytest.raises(ValidationError) as caught:
        Settings(_env_file=None, **given)
    return str(caught.value)


def test_wrong_settings_of_a_replica_are_refused_and_say_what_to_write() -> None:
    """It is optional, for PostgreSQL, another server, and nothing without Redis. No password is shown."""
    good = {"database_url": "postgresql://app@one/shop", "redis_url": "redis://localhost"}
    assert Settings(_env_file=None, **good).replica_database_url == ""
    found = Settings(_env_file=None, **good, replica_database_url="postgres://app:hunter2@two/shop")
    assert found.replica_database_url == "postgresql://app:hunter2@two/shop"
    assert "hunter2" not in repr(found)
    address = {"replica_database_url": "postgresql://app:hunter2@two/shop"}
    for given, said in (
        ({**good, **address, "database_url": ""}, "for PostgreSQL only"),
        ({**good, **address, "redis_url": ""}, "needs REDIS_URL"),
        ({**good, "replica_database_url": "postgres://app@one/shop"}, "is DATABASE_URL itself"),
        ({**good, "replica_database_url": "mariadb://app:hunter2@two/shop"}, "postgresql://user@host/name"),
        ({**good, "replica_database_url": "postgresql://app:hunter2@two"}, "postgresql://user@host/name"),
    ):
        message = problem(**given)
        assert said in message
        assert "hunter2" not in message
