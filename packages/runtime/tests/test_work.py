"""The unit of work: all or nothing, once, whatever happens on the way."""

import asyncio
import logging
import sqlite3
import threading
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
from backwright.database import Work
from backwright.errors import Conflict, Error, Invalid, Kind, PreconditionFailed, Unavailable
from shop.models import Customer, Order, Product
from shop.service import Shop
from sqlalchemy import bindparam, delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError

NAMES = select(Customer.name).order_by(Customer.name)


async def names(shop: Shop) -> list[str]:
    """Who is stored."""
    return [name for (name,) in await shop.database.fetch(shop.database.prepare(NAMES))]


def customer(name: str) -> Customer:
    """A row that can be stored."""
    return Customer(name=name, email=f"{name}@example.com".lower())


async def write(shop: Shop, block: Callable[[Work], Awaitable[None]]) -> None:
    """A unit of work with this content."""
    async with shop.database.work() as work:
        await block(work)


async def test_a_block_that_ends_is_stored(shop: Shop) -> None:
    """Statements and the ORM session share one transaction, and see each other's changes."""
    count = shop.database.prepare(select(Customer.name))
    async with shop.database.work() as work:
        work.session.add(customer("Ada"))
        assert await work.fetch(count) == [("Ada",)]
        assert await names(shop) == []
    assert await names(shop) == ["Ada"]


@pytest.mark.parametrize("error", [RuntimeError, asyncio.CancelledError, Conflict])
async def test_an_exception_undoes_everything(shop: Shop, error: type[BaseException]) -> None:
    """And the next one can write."""

    async def broken(work: Work) -> None:
        work.session.add(customer("Ada"))
        await work.flush()
        raise error

    with pytest.raises(error):
        await write(shop, broken)
    async with shop.database.work() as work:
        work.session.add(customer("Bob"))
    assert await names(shop) == ["Bob"]


async def test_a_refusal_at_the_commit_undoes_everything(shop: Shop) -> None:
    """What the session held back until the end is refused with a sentence."""

    async def clashing(work: Work) -> None:
        work.session.add_all([customer("Ada"), customer("ada")])

    with pytest.raises(Conflict) as caught:
        await write(shop, clashing)
    assert [each.pointer for each in caught.value.errors] == ["/email"]
    assert await names(shop) == []


async def test_a_refused_statement_can_be_caught_in_the_block(shop: Shop) -> None:
    """Our errors come out of the statement itself; what stands in a savepoint fails alone."""
    add = shop.database.prepare(
        insert(Customer).values(
            name=bindparam("who"), email=bindparam("mail"), id=bindparam("key", type_=Customer.id.type)
        )
    )
    async with shop.database.work() as work:
        with pytest.raises(Invalid):
            async with work.savepoint():
                await work.execute(add, {"who": "", "mail": "a@b.cd", "key": UUID(int=1)})
        async with work.savepoint():
            work.session.add(customer("Ada"))
        with pytest.raises(Conflict):
            async with work.savepoint():
                work.session.add(customer("ADA"))
        work.session.add(customer("Bob"))
    assert await names(shop) == ["Ada", "Bob"]


async def test_savepoints_undo_a_part(shop: Shop) -> None:
    """`session.begin_nested()` works as SQLAlchemy says."""
    async with shop.database.work() as work:
        work.session.add(customer("Ada"))
        nested = await work.session.begin_nested()
        work.session.add(customer("ada"))
        with pytest.raises(IntegrityError):
            await work.session.flush()
        await nested.rollback()
        async with work.session.begin_nested():
            work.session.add(customer("Bob"))
    assert await names(shop) == ["Ada", "Bob"]


async def test_business_code_cannot_commit_half(shop: Shop) -> None:
    """A commit of the session is no commit of the unit of work."""

    async def committing(work: Work) -> None:
        work.session.add(customer("Ada"))
        await work.session.commit()
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await write(shop, committing)
    assert await names(shop) == []


async def test_a_session_after_an_error_does_not_hold_up_the_next(shop: Shop) -> None:
    """Nor is anything of it left."""

    async def clashing(work: Work) -> None:
        work.session.add(customer("Ada"))
        work.session.add(customer("ADA"))
        await work.flush()

    for _ in range(3):
        with pytest.raises(Conflict):
            await write(shop, clashing)
    async with shop.database.work() as work:
        assert not work.session.new


async def test_what_follows_a_commit_follows_only_a_commit(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    """In order; what it raises is logged and stops neither the others nor the answer."""
    called: list[str] = []

    def broken() -> None:
        raise ValueError("broken")

    with caplog.at_level(logging.ERROR, "backwright.database"):
        async with shop.database.work() as work:
            work.after_commit(lambda: called.append("first"))
            work.after_commit(broken)
            work.after_commit(lambda: called.append("last"))
            assert called == []
    assert called == ["first", "last"]
    assert [record.message for record in caplog.records if record.name == "backwright.database"] == [
        "a call after the commit failed; the change itself is stored"
    ]

    async def refused(work: Work) -> None:
        work.after_commit(lambda: called.append("never"))
        raise Conflict

    with pytest.raises(Conflict):
        await write(shop, refused)
    assert called == ["first", "last"]


async def test_it_tells_which_tables_changed(shop: Shop) -> None:
    """Statements, the session, its bulk statements and its connection; over references too; once, after the commit."""
    made, product = await shop.customer(), await shop.product()
    order = await shop.made("/orders", customer_id=made["id"])
    told: list[frozenset[str]] = []
    shop.database.changed = told.append
    async with shop.database.work() as work:
        await work.execute(shop.database.prepare(update(Product).values(stock=1)))
        assert told == []
    assert told.pop() == {"products"}
    async with shop.database.work() as work:
        await work.session.delete(await work.session.get(Order, UUID(order["id"])))
    assert told.pop() == {"orders", "lines"}
    async with shop.database.work() as work:
        await work.session.execute(delete(Product).where(Product.id == UUID(product["id"])))
    assert told.pop() == {"products", "reviews"}
    async with shop.database.work() as work:
        connection = await work.session.connection()
        await connection.execute(update(Customer).values(vip=True))
    assert told.pop() == {"customers"}
    async with shop.database.work() as work:
        await work.session.execute(text("UPDATE products SET stock = 2"))
        work.touch("products")
    assert told.pop() == {"products"}
    async with shop.database.work() as work:
        await work.session.execute(select(Product))
    assert told == []


async def test_a_row_that_was_changed_meanwhile_is_not_overwritten(shop: Shop) -> None:
    """The version of each row is checked by the session as well."""
    made = await shop.customer()

    async def late(work: Work) -> None:
        row = await work.session.get(Customer, UUID(made["id"]))
        assert row is not None
        await work.session.execute(text("UPDATE customers SET version = 9"))
        row.name = "Other"

    with pytest.raises(PreconditionFailed):
        await write(shop, late)


async def test_a_cancellation_during_the_commit_does_not_tear_it(
    sqlite_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often it comes: the commit ends, what follows it happens, then the cancellation goes on."""
    called: list[str] = []
    reached, cancelled = asyncio.Event(), threading.Event()
    writer = sqlite_shop.database.engine.driver.writer
    control = writer.control
    loop = asyncio.get_running_loop()

    def slow(sql: str) -> None:
        if sql == "COMMIT":
            loop.call_soon_threadsafe(reached.set)
            cancelled.wait(5)
        control(sql)

    monkeypatch.setattr(writer, "control", slow)

    async def add(work: Work) -> None:
        work.session.add(customer("Ada"))
        work.after_commit(lambda: called.append("done"))

    task = asyncio.create_task(write(sqlite_shop, add))
    await reached.wait()
    task.cancel()
    await asyncio.sleep(0)
    task.cancel()
    cancelled.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert called == ["done"]
    assert await names(sqlite_shop) == ["Ada"]
    async with sqlite_shop.database.work() as work:
        work.session.add(customer("Bob"))
    assert await names(sqlite_shop) == ["Ada", "Bob"]


async def test_a_commit_that_fails_is_told_and_undone(
    sqlite_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk: 503, nothing stored, nothing announced, the next one can write."""
    called: list[str] = []
    writer = sqlite_shop.database.engine.driver.writer
    control = writer.control

    def full(sql: str) -> None:
        if sql == "COMMIT":
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error
        control(sql)

    async def add(work: Work) -> None:
        work.session.add(customer("Ada"))
        work.after_commit(lambda: called.append("never"))

    monkeypatch.setattr(writer, "control", full)
    with pytest.raises(Unavailable, match="cannot store"):
        await write(sqlite_shop, add)
    monkeypatch.undo()
    async with sqlite_shop.database.work() as work:
        work.session.add(customer("Bob"))
    assert (await names(sqlite_shop), called) == (["Bob"], [])


async def test_writers_queue_and_none_is_lost(shop: Shop) -> None:
    """One at a time, in order; fifty that count up leave fifty."""
    made = await shop.customer()
    add = shop.database.prepare(update(Customer).values(points=Customer.points + 1))

    async def count() -> None:
        async with shop.database.work() as work:
            await work.execute(add)
            await asyncio.sleep(0)

    await asyncio.gather(*(count() for _ in range(50)))
    assert await shop.stored(Customer, made["id"], Customer.points) == [50]


async def test_cancelled_writers_leave_the_door_open(shop: Shop) -> None:
    """Hundreds that give up while they wait or work."""

    async def add(name: str) -> None:
        async with shop.database.work() as work:
            work.session.add(customer(name))
            await work.flush()
            await asyncio.sleep(0.002)

    tasks = [asyncio.create_task(add(f"C{number}")) for number in range(300)]
    for number, task in enumerate(tasks):
        if number % 3 != 0:
            await asyncio.sleep(0)
            task.cancel()
    for task in tasks[6::2]:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    async with shop.database.work() as work:
        work.session.add(customer("Last"))
    results = [None if task.cancelled() else task.exception() or "done" for task in tasks]
    assert {type(each) for each in results} <= {type(None), str, Unavailable}  # who waits too long is told so
    finished = {f"C{number}" for number, result in enumerate(results) if result == "done"}
    assert finished <= set(await names(shop))
    assert "Last" in await names(shop)


async def test_an_error_of_our_own_making_is_internal(shop: Shop) -> None:
    """A statement with a mistake is a defect: its text is the cause for the log, not the answer."""
    with pytest.raises(Error) as caught:
        async with shop.database.work() as work:
            await work.session.execute(text("SELECT nonsense FROM nowhere"))
    assert caught.value.kind is Kind.INTERNAL
    assert "nowhere" not in caught.value.detail
    assert "nowhere" in str(caught.value.__cause__)


async def test_a_short_unit_that_waits_after_all_has_a_transaction_of_its_own(shop: Shop) -> None:
    """Where units share a commit, nobody waits for what one of them waits for; what it had done is done once."""
    given = {name: bindparam(name) for name in ("name", "email")}
    add = shop.database.prepare(insert(Customer).values(given))

    async def block(work: Work) -> str:
        await work.execute(add, {"name": "Ada", "email": "ada@example.com"})
        await asyncio.sleep(0)
        return "stored"

    assert await shop.database.grouped(block) == "stored"
    assert await names(shop) == ["Ada"]
