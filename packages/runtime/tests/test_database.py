"""The database: reads that never wait for the writer, bounded waits, and nothing acknowledged that can be lost."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from backwright.database import Database, Limits
from backwright.errors import Error, Kind, Unavailable
from shop.models import Customer
from shop.service import Shop, template
from sqlalchemy import func, literal_column, select, text

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


@pytest.fixture
def engine() -> str:
    """All of this is about SQLite."""
    return "sqlite"


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///:memory:",
        "mysql://localhost",
        "oracle://localhost/x",
        "postgresql://localhost",
    ],
)
def test_only_files_and_servers_with_a_name_are_databases(url: str) -> None:
    """Said with the URL to write, and without a password in it."""
    with pytest.raises(ValueError, match="write "):
        Database(url)


async def test_before_and_after_it_is_open_it_says_so(tmp_path: Path) -> None:
    """503, not a broken attribute."""
    database = Database(f"sqlite:///{tmp_path}/new/place.db")
    question = database.prepare(select(literal_column("1")))
    with pytest.raises(Unavailable, match="not open"):
        await database.fetch(question)
    await database.connect()
    assert await database.fetch(question) == [(1,)]
    await database.ping()
    await database.close()
    await database.close()
    with pytest.raises(Unavailable, match="not open"):
        async with database.work():
            raise AssertionError


async def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    """What, where, why."""
    (tmp_path / "file").write_text("this is no database, and long enough to be seen as such " * 30)
    for path in (tmp_path, tmp_path / "file"):
        with pytest.raises(Unavailable, match="cannot be opened"):
            await Database(f"sqlite:///{path}").connect()


async def test_a_missing_file_does_not_answer(tmp_path: Path) -> None:
    """Readiness asks on a connection of its own."""
    database = Database(f"sqlite:///{tmp_path}/gone.db")
    with pytest.raises(Unavailable, match="does not answer"):
        await database.ping()


async def test_reads_do_not_wait_for_the_writer(shop: Shop) -> None:
    """They see the last committed state while a transaction is open."""
    await shop.customer("Ada")
    async with shop.database.work() as work:
        await work.session.execute(text("UPDATE customers SET name = 'Eve', version = version + 1"))
        found = await shop.database.fetch(shop.database.prepare(select(Customer.name)))
    assert found == [("Ada",)]


async def test_a_read_that_takes_long_leaves_the_loop(tmp_path: Path) -> None:
    """It goes on in a thread, while quick ones are answered; at its time limit it is 503 with `Retry-After`."""
    database = Database(f"sqlite:///{tmp_path}/x.db", Limits(statement=0.3))
    await database.connect()
    quick = database.prepare(select(literal_column("1")))
    slow = database.prepare(select(literal_column(f"({ENDLESS})")))
    task = asyncio.create_task(database.fetch(slow))
    await asyncio.sleep(0)
    assert not task.done()
    assert await database.fetch(quick) == [(1,)]
    with pytest.raises(Unavailable) as caught:
        await task
    assert caught.value.headers["Retry-After"] == "1"
    await database.close()


async def test_a_long_read_is_finished_in_the_thread(tmp_path: Path) -> None:
    """What is slow but within the limit gets its answer."""
    database = Database(f"sqlite:///{tmp_path}/x.db", Limits(statement=60))
    await database.connect()
    count = f"({ENDLESS.replace('FROM n)', 'FROM n WHERE i < 700000)')})"
    assert await database.fetch(database.prepare(select(literal_column(count)))) == [(700_000,)]
    await database.close()


async def test_statements_of_business_code_are_limited_too(tmp_path: Path) -> None:
    """The ORM session and hand-written reads have the same brake, and what comes after is not hit by it."""
    database = Database(f"sqlite:///{tmp_path}/x.db", Limits(statement=0.1))
    await database.connect()
    with pytest.raises(Unavailable):
        async with database.work() as work:
            await work.session.execute(text(ENDLESS))
    with pytest.raises(Unavailable):
        async with database.reading() as session:
            await session.execute(text(ENDLESS))
    async with database.work() as work:
        await work.session.execute(text("SELECT 1"))
        await asyncio.sleep(0.15)
        await work.session.execute(text("CREATE TABLE t (a)"))
        await asyncio.sleep(0.15)
    assert await database.fetch(database.prepare(select(func.count()).select_from(text("t")))) == [(0,)]
    await database.close()


async def test_a_hand_written_read_cannot_write(shop: Shop) -> None:
    """The connection refuses, whatever the session tries."""
    with pytest.raises(Error) as caught:
        async with shop.database.reading() as session:
            await session.execute(text("DELETE FROM customers"))
    assert caught.value.kind is Kind.INTERNAL


async def test_waiting_for_the_writer_is_bounded(tmp_path: Path) -> None:
    """Here and for another process: then 503, and the caller may try again."""
    path = tmp_path / "x.db"
    database = Database(f"sqlite:///{path}", Limits(lock=0.05))
    await database.connect()
    async with database.work():
        with pytest.raises(Unavailable, match="busy writing"):
            async with database.work():
                raise AssertionError
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="Another process"):
        async with database.work():
            raise AssertionError
    other.execute("ROLLBACK")
    other.close()
    async with database.work() as work:
        await work.session.execute(text("CREATE TABLE t (a)"))
    await database.close()


async def test_it_notices_what_other_processes_write(shop: Shop) -> None:
    """And not what it writes itself, so that caches lose no more than they must."""
    before = shop.database.data_version()
    await shop.customer()
    assert shop.database.data_version() == before
    other = sqlite3.connect(shop.database.engine.path)
    other.execute("UPDATE customers SET name = 'Other'")
    other.commit()
    other.close()
    assert shop.database.data_version() != before


COUNTING = """
import asyncio, sys
sys.path.insert(0, {tests!r})
from backwright.database import Database, Limits
from shop.models import Customer
from sqlalchemy import update

async def main():
    database = Database("sqlite:///" + sys.argv[1])
    await database.connect()
    count = database.prepare(update(Customer).values(points=Customer.points + 1))
    print("ready", flush=True)
    sys.stdin.readline()
    for _ in range(int(sys.argv[2])):
        async with database.work() as work:
            await work.execute(count)
    await database.close()

asyncio.run(main())
"""


async def test_two_processes_that_write_at_once_lose_nothing(shop: Shop) -> None:
    """Each waits for the other: no update is lost, nobody is told that the database is locked."""
    made = await shop.customer()
    program = COUNTING.format(tests=str(Path(__file__).parent))
    command = [sys.executable, "-c", program, str(shop.database.engine.path), "60"]
    with (
        subprocess.Popen(command, stdin=-1, stdout=-1, text=True) as one,
        subprocess.Popen(command, stdin=-1, stdout=-1, text=True) as two,
    ):
        for each in (one, two):
            assert each.stdout is not None
            assert each.stdout.readline() == "ready\n"
        for each in (one, two):
            assert each.stdin is not None
            each.stdin.write("go\n")
            each.stdin.flush()
        answers = [await shop.patch("manager", f"/customers/{made['id']}", {"vip": True}) for _ in range(10)]
        assert (one.wait(60), two.wait(60)) == (0, 0)
    assert [answer.status_code for answer in answers] == [200] * 10
    assert await shop.stored(Customer, made["id"], Customer.points) == [120]


WRITING = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from shop.service import running

async def main():
    async with running(Path(sys.argv[1]), url="sqlite:///" + sys.argv[1] + "/shop.db") as shop:
        await shop.headers("supplier")

        async def write(worker):
            number = 0
            while True:
                number += 1
                body = {{"sku": f"{{worker}}-{{number}}", "title": "x", "price": "1.00"}}
                answer = await shop.post("supplier", "/products", body)
                if answer.status_code == 201:
                    print(answer.json()["id"], flush=True)

        await asyncio.gather(*(write(worker) for worker in range(4)))

asyncio.run(main())
"""


def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    """A process killed in the middle of its writes: every answered row is there, the search index agrees."""
    template("sqlite").lend(tmp_path, "shop.db")
    program = WRITING.format(tests=str(Path(__file__).parent))
    acknowledged: set[str] = set()
    for _ in range(2):
        with subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path)], stdout=-1, text=True
        ) as process:
            assert process.stdout is not None
            for _, line in zip(range(40), process.stdout, strict=False):
                acknowledged.add(line.strip())
            os.kill(process.pid, signal.SIGKILL)
            acknowledged |= {line.strip() for line in process.stdout if line.endswith("\n")}
    database = sqlite3.connect(tmp_path / "shop.db")
    stored = {id_ for (id_,) in database.execute("SELECT id FROM products")}
    audited = {id_ for (id_,) in database.execute("SELECT object_id FROM audit_log WHERE action = 'create'")}
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.execute("INSERT INTO products_fts(products_fts, rank) VALUES ('integrity-check', 1)")
    database.close()
    assert len(acknowledged) >= 80
    assert acknowledged <= stored <= audited
