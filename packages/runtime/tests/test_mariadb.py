"""MariaDB as an engine: connections that come back whole, bounded waits, and what its SQL lacks made up for."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
import services
from backwright.database import Database, Limits
from backwright.database_errors import Collision
from backwright.entity import Entity
from backwright.errors import Conflict, Error, Invalid, Kind, Unavailable
from backwright.mariadb import MariaDB
from backwright.mariadb_errors import told
from backwright.migrations import differences
from backwright.pool import Pool
from backwright.search import query
from shop.models import Customer, Order, Product, table
from shop.service import Shop
from sqlalchemy import bindparam, func, literal_column, select, text, tuple_, update
from sqlalchemy.exc import CompileError

QUICK = select(literal_column("1"))
SLOW = select(literal_column("sleep(30)"))


@pytest.fixture
def engine() -> str:
    """All of this is about MariaDB."""
    services.mariadb()
    return "mariadb"


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
    assert isinstance(database.engine, MariaDB)
    return database.engine.pool


async def settled(database: Database, seconds: float = 10.0) -> None:
    """Wait until every connection is back."""
    async with asyncio.timeout(seconds):
        while pool_of(database).idle != pool_of(database).open:
            await asyncio.sleep(0.01)


async def test_cancelled_requests_leave_the_pool_as_it_was(small: Database) -> None:
    """Given up while they wait, read, write or commit: whole connections, and nothing locked on the server."""
    quick, slow = small.prepare(QUICK), small.prepare(SLOW)
    change = small.prepare(update(Customer).values(points=Customer.points + 1))

    async def writing() -> None:
        async with small.work() as work:
            await work.lock("everybody")
            await work.execute(change)
            await work.fetch(slow)

    for turn in range(10):
        tasks = [asyncio.create_task(small.fetch(slow) if n % 2 else writing()) for n in range(10)]
        await asyncio.sleep(0.005 * turn)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    await settled(small)
    assert pool_of(small).open <= 3
    async with small.work() as work:
        await work.lock("everybody")
        assert await work.fetch(quick) == [(1,)]


async def test_a_statement_that_takes_too_long_is_stopped(small: Database) -> None:
    """503, and the connection goes on."""
    slow = small.prepare(select(func.count()).select_from(text("seq_1_to_100000 a, seq_1_to_100000 b")))
    with pytest.raises(Unavailable, match="too long"):
        await small.fetch(slow)
    with pytest.raises(Unavailable, match="too long"):
        async with small.reading() as session:
            await session.execute(text("SELECT count(*) FROM seq_1_to_100000 a, seq_1_to_100000 b"))
    assert pool_of(small).idle == pool_of(small).open == 1


async def test_when_all_connections_are_taken_the_wait_is_short(small: Database) -> None:
    """503 with `Retry-After`; afterwards all is as before."""
    quick = small.prepare(QUICK)
    async with small.work(), small.work(), small.work():
        with pytest.raises(Unavailable) as caught:
            await small.fetch(quick)
        assert caught.value.headers["Retry-After"] == "1"
        await small.ping()
    assert await small.fetch(quick) == [(1,)]


async def test_a_lock_by_name_ends_with_its_transaction(small: Database) -> None:
    """Whoever waits for it goes on, or is told after a while."""
    async with small.work() as one:
        await one.lock("last administrator")
        with pytest.raises(Unavailable):
            async with small.work() as two:
                await two.lock("last administrator")
    async with small.work() as three:
        await three.lock("last administrator")


async def test_a_deadlock_is_a_collision_and_may_be_done_again(shop: Shop, small: Database) -> None:
    """One of two that wait for each other is undone; done again, both have happened."""
    ids = [(await shop.customer(name))["id"] for name in ("Ada", "Bob")]
    add = small.prepare(
        update(Customer).where(Customer.id == bindparam("one")).values(points=Customer.points + 1)
    )

    async def both(first: str, second: str) -> None:
        async def block(work: object) -> None:
            await work.execute(add, {"one": first})  # type: ignore[attr-defined]
            await asyncio.sleep(0.1)
            await work.execute(add, {"one": second})  # type: ignore[attr-defined]

        await small.repeatable(block)

    await asyncio.gather(both(ids[0], ids[1]), both(ids[1], ids[0]))
    assert [await shop.stored(Customer, each, Customer.points) for each in ids] == [[2], [2]]


async def test_an_update_returns_its_row_only_if_it_has_changed_one(shop: Shop, small: Database) -> None:
    """MariaDB has no UPDATE … RETURNING: a SELECT follows in the same message, and finds nothing after nothing."""
    id_ = (await shop.customer("Ada"))["id"]
    change = (
        update(Customer)
        .where(Customer.id == bindparam("one"), Customer.name == bindparam("old"))
        .values(name="Eve")
        .returning(Customer.name, Customer.points)
    )
    prepared = small.prepare(change)
    async with small.work() as work:
        assert await work.fetch(prepared, {"one": id_, "old": "Nobody"}) == []
        assert await work.fetch(prepared, {"one": id_, "old": "Ada"}) == [("Eve", 0)]
    with pytest.raises(CompileError, match="one unique column"):
        small.prepare(update(Customer).values(points=1).returning(Customer.name))


async def test_what_its_sql_has_no_words_for_is_said_in_others(small: Database) -> None:
    """The place of NULL in an order, comparisons of rows, lengths in characters."""
    name, points = Customer.__table__.c.name, Customer.__table__.c.points

    def sql(statement: object) -> str:
        return small.prepare(statement).sql  # type: ignore[arg-type]

    assert sql(select(name).order_by(name.asc().nulls_last())).endswith("IS NULL, customers.name ASC")
    assert sql(select(name).order_by(name.desc().nulls_first())).endswith("IS NULL DESC, customers.name DESC")
    assert sql(select(name).order_by(name.desc().nulls_last())).endswith("BY customers.name DESC")
    after = sql(select(name).where(tuple_(name, points) > tuple_(bindparam("a"), bindparam("b"))))
    assert (
        "customers.name >= %s AND (customers.name > %s OR customers.name = %s AND customers.points > %s)"
        in after
    )
    assert await small.fetch(small.prepare(select(func.length("Öl")))) == [(2,)]


@pytest.mark.filterwarnings("ignore:Cannot correctly sort tables")  # circles that other tests have declared
async def test_tables_are_what_the_models_say(shop: Shop) -> None:
    """Large texts and bytes get other types here, and are recognized as what they are."""
    url = shop.database.url.render_as_string(hide_password=False)
    found = await asyncio.to_thread(differences, url, Entity.metadata)
    ours = [table(each).name for each in (Customer, Order, Product)]
    assert [
        each for each in found if any(name in each for name in ("idempotency_keys", "sessions", *ours))
    ] == []


async def test_texts_are_compared_exactly(shop: Shop, small: Database) -> None:
    """Case, accents and spaces at the end count, whatever the server's collation is."""
    for name in ("ada", "Ada", "Ada ", "Adá"):
        await shop.customer(name)
    same = small.prepare(select(Customer.name).where(Customer.name == bindparam("wanted")))
    for name in ("ada", "Ada", "Ada ", "Adá"):
        assert await small.fetch(same, {"wanted": name}) == [(name,)]


@pytest.mark.parametrize(
    ("number", "message", "expected"),
    [
        (1062, "Duplicate entry 'x' for key 'uq_products_sku'", Conflict),
        (1062, "Duplicate entry 'x' for key 'products.uq_products_sku'", Conflict),
        (1213, "Deadlock found", Collision), (1205, "Lock wait timeout", Unavailable), (2013, "Lost", Unavailable),
        (1048, "Column 'name' cannot be null", Invalid), (1406, "Data too long for column 'x'", Invalid),
        (4025, "CONSTRAINT `ck_orders_note` failed for `a`.`orders`", Invalid),
    ],
)  # fmt: skip
def test_refusals_are_said_in_the_words_of_the_api(number: int, message: str, expected: type[Error]) -> None:
    """By number; what the engine says stays in the log."""
    found = told(Exception(number, message))
    assert type(found) is expected
    assert message not in str(found)


def test_what_nobody_foresaw_is_our_fault() -> None:
    """A syntax error, say."""
    assert told(Exception(1064, "You have an error in your SQL syntax")).kind is Kind.INTERNAL


@pytest.mark.parametrize(
    ("text_", "expected"),
    [
        ("Lamp", "+(axaLamp* axbLamp*)"), ("red -x", "+(axared* axbred*) -(axax* axbx*)"),
        ('"red lamp"', '+("axared axalamp" "axbred axblamp")'), ("a or b", "+(axaa* axba* axab* axbb*)"),
        ("a-b", "+((+axaa +axab*) (+axba +axbb*))"), ("+(x)*", "+(axax* axbx*)"), ("-red", "+nothing"), ("", None),
    ],
)  # fmt: skip
def test_words_become_a_query(text_: str, expected: str | None) -> None:
    """Only marked words of letters and digits reach it, once for each column."""
    assert query(text_, among=("title", "words"), dialect="mariadb") == expected


def test_columns_that_may_not_be_read_are_left_out() -> None:
    """By their marks."""
    assert query("x", ("words",), among=("title", "words"), dialect="mariadb") == "+(axbx*)"


async def test_short_words_stop_words_and_accents_are_found(shop: Shop) -> None:
    """InnoDB by itself indexes no word of two letters, and not the word of."""
    await shop.product("Öl for IT", description="of the house")
    for words in ("it", "of", "ol", "ÖL", "the hou", '"for it"', "hous -lamp"):
        assert len((await shop.get(None, "/products", q=words)).json()["items"]) == 1, words
    for words in ("it -of", '"it for"', '"it of"', "lamp"):
        assert (await shop.get(None, "/products", q=words)).json()["items"] == [], words


async def test_a_server_that_is_not_there_is_503() -> None:
    """Where and why; the password is not said."""
    database = Database(f"mariadb://root:secret@127.0.0.1:{services.free_port()}/x")
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1") as caught:
        await database.connect()
    assert "secret" not in str(caught.value)
    with pytest.raises(Unavailable):
        await database.ping()


async def test_connections_that_were_killed_are_replaced(small: Database) -> None:
    """As after a restart of the server: one answer may be 503, and then all is as before."""
    quick, own = small.prepare(QUICK), small.prepare(select(literal_column("connection_id()")))
    ((number,),) = await small.fetch(own)
    other = Database(small.url.render_as_string(hide_password=False))
    await other.connect()
    async with other.work() as work:
        await work.session.execute(text(f"KILL {number}"))
    await other.close()
    with pytest.raises(Unavailable):
        await small.fetch(quick)
    assert await small.fetch(quick) == [(1,)]
