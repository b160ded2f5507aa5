"""PostgreSQL as an engine: connections that come back whole, bounded waits, and races with one outcome."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator
from uuid import UUID

import pytest
from backwright import pool
from backwright.database import Database, Limits, Work
from backwright.database_errors import Collision
from backwright.errors import Conflict, Error, Invalid, Kind, Unavailable
from backwright.limits import Policy
from backwright.limits_database import DatabaseStore
from backwright.pool import Pool
from backwright.postgresql import PostgreSQL
from shop.models import Customer, Order
from shop.service import Shop
from sqlalchemy import bindparam, func, literal_column, select, text, update

QUICK = select(literal_column("1"))
SLOW = select(literal_column("pg_sleep(30)::text"))


@pytest.fixture
def engine() -> str:
    """All of this is about PostgreSQL."""
    import services

    services.postgresql()
    return "postgresql"


@pytest.fixture
async def small(shop: Shop) -> AsyncGenerator[Database, None]:
    """The shop's database with three connections and little patience."""
    url = shop.database.url.render_as_string(hide_password=False)
    database = Database(url, Limits(statement=1.0, lock=1.0, connections=3))
    await database.connect()
    yield database
    await database.close()


def pool_of(database: Database) -> Pool:
    """Its connections."""
    assert isinstance(database.engine, PostgreSQL)
    return database.engine.pool


async def settled(database: Database, seconds: float = 60.0) -> None:
    """Wait until every connection is back."""
    async with asyncio.timeout(seconds):
        while pool_of(database).idle != pool_of(database).open:
            await asyncio.sleep(0.01)


async def test_a_session_is_set_up_once(small: Database) -> None:
    """Limits on time, no JIT, UTC; READ COMMITTED."""
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "jit", "TimeZone")
    shown = [literal_column(f"current_setting('{name}')") for name in names]
    assert list((await small.fetch(small.prepare(select(*shown))))[0]) == ["1s", "1s", "30s", "off", "UTC"]
    async with small.work() as work:
        isolation = literal_column("current_setting('transaction_isolation')")
        assert [tuple(row) for row in await work.fetch(small.prepare(select(isolation)))] == [
            ("read committed",)
        ]


async def test_a_thousand_cancelled_requests_leave_the_pool_as_it_was(small: Database) -> None:
    """Given up while they wait, read, write or commit: every connection is whole and back in its place."""
    quick, slow = small.prepare(QUICK), small.prepare(SLOW)
    change = small.prepare(update(Customer).values(points=Customer.points + 1))

    async def reading() -> None:
        await small.fetch(slow)

    async def writing() -> None:
        async with small.work() as work:
            await work.execute(change)
            await work.fetch(slow)

    async def committing() -> None:
        async with small.work() as work:
            await work.execute(change)

    for turn in range(50):
        kinds = (reading, writing, committing, reading)
        tasks = [asyncio.create_task(kinds[number % 4]()) for number in range(20)]
        await asyncio.sleep(0.001 * (turn % 10))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    await settled(small)
    assert pool_of(small).open <= 3
    for _ in range(5):
        assert [tuple(row) for row in await small.fetch(quick)] == [(1,)]
    async with small.work() as one, small.work() as two, small.work() as three:
        assert [await each.execute(quick) for each in (one, two, three)] == [1, 1, 1]


async def test_when_all_connections_are_taken_the_wait_is_short(small: Database) -> None:
    """503 with `Retry-After`; readiness asks on a connection of its own; afterwards all is as before."""
    quick = small.prepare(QUICK)
    async with small.work(), small.work(), small.work():
        with pytest.raises(Unavailable) as caught:
            await small.fetch(quick)
        assert caught.value.headers["Retry-After"] == "1"
        await small.ping()
        waiting = asyncio.create_task(small.fetch(quick))
        await asyncio.sleep(0.05)
    assert [tuple(row) for row in await waiting] == [(1,)]


async def test_a_statement_that_takes_too_long_is_stopped(small: Database) -> None:
    """In a read, a unit of work, and an ORM session: 503, and the connection goes on."""
    slow = small.prepare(SLOW)
    with pytest.raises(Unavailable, match="too long"):
        await small.fetch(slow)
    with pytest.raises(Unavailable, match="too long"):
        async with small.work() as work:
            await work.fetch(slow)
    with pytest.raises(Unavailable, match="too long"):
        async with small.reading() as session:
            await session.execute(SLOW)
    assert pool_of(small).idle == pool_of(small).open == 1


async def test_waiting_for_a_lock_is_bounded(shop: Shop, small: Database) -> None:
    """Another transaction holds the row: 503, and the caller may try again."""
    await shop.customer()
    change = small.prepare(update(Customer).values(vip=True))
    async with small.work() as work:
        await work.execute(change)
        with pytest.raises(Unavailable, match="too long"):
            async with small.work() as other:
                await other.execute(change)


async def test_a_lost_connection_is_replaced(small: Database) -> None:
    """Ended by the server while idle: nobody notices. Ended in a transaction: 503, and the next one works."""
    quick = small.prepare(QUICK)
    kill = small.prepare(
        select(func.pg_terminate_backend(literal_column("pid")))
        .select_from(text("pg_stat_activity"))
        .where(
            literal_column("datname") == func.current_database(), literal_column("pid <> pg_backend_pid()")
        )
    )
    async with small.work(), small.work():
        await small.fetch(quick)
    await small.fetch(kill)
    await asyncio.sleep(0.05)
    assert [tuple(row) for row in await small.fetch(quick)] == [(1,)]
    with pytest.raises(Unavailable):  # noqa: PT012
        async with small.work() as work:
            await small.fetch(kill)
            await work.fetch(quick)
    await settled(small)
    async with small.work() as work:
        assert await work.execute(quick) == 1


async def test_an_old_connection_makes_room_for_a_new_one(
    small: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And one that was idle for long is asked for a sign of life before it is used."""
    pid = small.prepare(select(func.pg_backend_pid()))
    first = (await small.fetch(pid))[0][0]
    monkeypatch.setattr(pool, "QUIET", 0)
    assert (await small.fetch(pid))[0][0] == first
    monkeypatch.setattr(pool, "MAX_AGE", 0)
    await small.fetch(pid)
    assert pool_of(small).open == 0
    assert (await small.fetch(pid))[0][0] != first


async def test_a_deadlock_is_tried_again(shop: Shop, small: Database) -> None:
    """Two that lock the same two rows in opposite order: both succeed, one of them at the second attempt."""
    ids = [UUID((await shop.customer())["id"]) for _ in range(2)]
    add = small.prepare(
        update(Customer).where(Customer.id == bindparam("row")).values(points=Customer.points + 1)
    )
    attempts, both_have_one = 0, asyncio.Barrier(2)

    async def both(order: list[UUID]) -> None:
        async def block(work: Work) -> None:
            nonlocal attempts
            attempts += 1
            is_first = attempts <= 2
            await work.execute(add, {"row": order[0]})
            if is_first:
                await both_have_one.wait()
            await work.execute(add, {"row": order[1]})

        await patient.repeatable(block)

    patient = Database(small.url.render_as_string(hide_password=False), Limits(lock=10))
    await patient.connect()
    await asyncio.gather(both(ids), both(ids[::-1]))
    await patient.close()
    assert attempts == 3
    assert await shop.stored(Customer, str(ids[0]), Customer.points) == [2]


async def test_a_serialization_failure_is_tried_again_and_then_given_up(small: Database) -> None:
    """`repeatable` stops after a few attempts: 503 with `Retry-After`."""
    attempts = 0

    async def colliding(work: Work) -> None:
        nonlocal attempts
        attempts += 1
        raises = "DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = 'serialization_failure'; END $$"
        await work.session.execute(text(raises))

    with pytest.raises(Collision) as caught:
        await small.repeatable(colliding)
    assert attempts == 4
    assert caught.value.headers == {"Retry-After": "1"}


async def test_a_refusal_that_is_passed_over_stores_nothing_and_says_so(small: Database) -> None:
    """PostgreSQL turns such a commit into a rollback; whoever asked must not be told that all is well."""
    clash = small.prepare(update(Customer).values(name=""))
    with pytest.raises(Error) as caught:  # noqa: PT012
        async with small.work() as work:
            work.session.add(Customer(name="Ada", email="ada@example.com"))
            await work.flush()
            with pytest.raises(Invalid):
                await work.execute(clash)
    assert caught.value.kind is Kind.INTERNAL
    assert list((await small.fetch(small.prepare(select(func.count()).select_from(Customer))))[0]) == [0]


async def test_each_refusal_has_its_field(shop: Shop, small: Database) -> None:
    """Unique, together unique, missing, rule, reference, and a value that is too large for its column."""
    ada = await shop.customer("Ada")

    async def refused(statement: str) -> Error:
        with pytest.raises(Error) as caught:
            async with small.work() as work:
                await work.session.execute(text(statement))
        return caught.value

    moment = "'2026-01-01', '2026-01-01'"
    insert = "INSERT INTO customers (id, name, email, vip, credit, points, created_at, updated_at) VALUES "
    taken = await refused(f"{insert} (gen_random_uuid(), 'x', '{ada['email']}', false, 0, 0, {moment})")
    assert (type(taken), [each.pointer for each in taken.errors]) == (Conflict, ["/email"])
    missing = await refused(f"{insert} (gen_random_uuid(), NULL, 'a@b.cd', false, 0, 0, {moment})")
    assert (type(missing), [each.pointer for each in missing.errors]) == (Invalid, ["/name"])
    assert "customers_name_length" in (await refused("UPDATE customers SET name = ''")).detail
    assert isinstance(await refused("UPDATE customers SET account_id = gen_random_uuid()"), Conflict)
    assert isinstance(await refused("UPDATE customers SET credit = 1e30"), Invalid)
    add = small.prepare(update(Customer).values(points=bindparam("n")))
    async with small.work() as work:
        with pytest.raises(Invalid):
            await work.execute(add, {"n": 2**70})


async def test_too_many_connections_are_warned_of_at_the_start(
    small: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """With the arithmetic."""
    greedy = Database(small.url.render_as_string(hide_password=False), Limits(connections=500, processes=4))
    with caplog.at_level(logging.WARNING, "backwright.database"):
        await greedy.connect()
    await greedy.close()
    assert "4 processes x 500 = 2000" in caplog.text


async def test_without_prepared_statements_all_works_too(shop: Shop, small: Database) -> None:
    """For a pooler that hands each transaction to another server connection: nothing is kept by name."""
    ada = await shop.customer("Ada")
    url = small.url.render_as_string(hide_password=False)
    plain = Database(url, Limits(prepared=False))
    await plain.connect()
    named = plain.prepare(select(Customer.name).where(Customer.id == bindparam("row")))
    for _ in range(3):
        assert [tuple(row) for row in await plain.fetch(named, {"row": UUID(ada["id"])})] == [("Ada",)]
    async with plain.work() as work:
        work.session.add(Customer(name="Bob", email="bob@example.com"))
        await work.flush()
        kept = (await work.session.execute(text("SELECT count(*) FROM pg_prepared_statements"))).scalar_one()
    assert kept <= 1
    await plain.close()


async def test_searching_through_columns_that_are_hidden_finds_nothing(shop: Shop) -> None:
    """Words of one column, a phrase across two: neither matches where the caller may not read."""
    await shop.product("Red lamp", description="for the desk")
    for words, count in (
        ("lamp desk", 1),
        ('"red lamp"', 1),
        ('"lamp for"', 0),
        ("LAM", 1),
        ("desk -red", 0),
    ):
        assert len((await shop.get(None, "/products", q=words)).json()["items"]) == count, words


async def test_an_action_waits_for_another_one_on_the_same_row(shop: Shop) -> None:
    """It sees what the first has done, so one of two payments is refused for what it is."""
    order = await shop.made("/orders", customer_id=(await shop.customer())["id"])
    answers = await asyncio.gather(*(shop.post("clerk", f"/orders/{order['id']}/pay") for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert await shop.stored(Order, order["id"], Order.version) == [2]


async def test_a_limit_counted_in_the_database_is_exact(shop: Shop) -> None:
    """Forty at once where ten are allowed: ten, although nobody waits in one line for a writer."""
    store, policy = DatabaseStore(shop.database), Policy.parse("10/minute")
    at = time.time()
    found = await asyncio.gather(*(store.take(policy, "somebody", at) for _ in range(40)))
    assert sorted(remaining for allowed, remaining, _ in found if allowed) == list(range(10))
