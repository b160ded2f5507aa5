"""Short units of work on SQLite: together in one commit, and each on its own in every other respect."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextvars import ContextVar
from pathlib import Path

import pytest
from backwright.errors import Conflict, Unavailable
from backwright.sqlite import Driver
from backwright.sqlite_groups import MOST, Groups, Waits, through

CALLER: ContextVar[str] = ContextVar("caller", default="nobody")


@pytest.fixture
async def driver(tmp_path: Path) -> AsyncIterator[Driver]:
    """A file with one table of texts that occur once."""
    driver = Driver(tmp_path / "x.db", statement_timeout=1, lock_timeout=0.3)
    driver.writer.raw.execute("CREATE TABLE notes (text TEXT UNIQUE)")
    yield driver
    driver.close()


@pytest.fixture
def commits(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The commits that were made."""
    made: list[str] = []
    commit = driver.commit

    async def counted() -> asyncio.CancelledError | None:
        made.append("COMMIT")
        return await commit()

    monkeypatch.setattr(driver, "commit", counted)
    return made


def adds(driver: Driver, text: str) -> Callable[[], str]:
    """A unit that stores a text."""

    def unit() -> str:
        driver.write("INSERT INTO notes VALUES (?)", [text])
        return text

    return unit


def nothing(found: object) -> None:
    """What follows from most of these."""


def stored(driver: Driver) -> list[str]:
    """The texts in the file, as somebody else sees them."""
    return [text for (text,) in driver.reader.raw.execute("SELECT text FROM notes ORDER BY text")]


async def test_units_that_are_there_together_share_a_commit(driver: Driver, commits: list[str]) -> None:
    """Each gets what its own unit returned, after it is durable."""
    groups, durable = Groups(driver), []

    async def one(text: str) -> str:
        found = await groups.run(adds(driver, text), nothing)
        durable.append(text in stored(driver))
        return found

    wanted = [f"{at:03}" for at in range(20)]
    assert await asyncio.gather(*map(one, wanted)) == wanted
    assert durable == [True] * 20
    assert len(commits) == 1


async def test_more_than_a_group_takes_come_in_the_next(driver: Driver, commits: list[str]) -> None:
    """Nobody is forgotten, and the loop is free in between."""
    groups = Groups(driver)
    wanted = [f"{at:03}" for at in range(2 * MOST + 1)]
    await asyncio.gather(*(groups.run(adds(driver, text), nothing) for text in wanted))
    assert stored(driver) == wanted
    assert len(commits) == 3
    await groups.ended()


async def test_one_that_fails_is_undone_alone(driver: Driver, commits: list[str]) -> None:
    """By an error of its own or by the database: its neighbours are stored."""
    groups = Groups(driver)

    def refuses() -> str:
        driver.write("INSERT INTO notes VALUES ('half')", [])
        raise Conflict("no")

    found = await asyncio.gather(
        groups.run(adds(driver, "a"), nothing),
        groups.run(refuses, nothing),
        groups.run(adds(driver, "a"), nothing),
        groups.run(adds(driver, "b"), nothing),
        return_exceptions=True,
    )
    assert [type(each) for each in found] == [str, Conflict, sqlite3.IntegrityError, str]
    assert stored(driver) == ["a", "b"]
    assert len(commits) == 1


async def test_what_sqlite_undoes_as_a_whole_is_told_to_all(driver: Driver) -> None:
    """Nobody is told of a success that is gone; who comes later is carried out."""
    groups = Groups(driver)

    def undoes_all() -> str:
        driver.write("INSERT OR ROLLBACK INTO notes VALUES ('a')", [])
        return "never"

    found = await asyncio.gather(
        groups.run(adds(driver, "a"), nothing),
        groups.run(undoes_all, nothing),
        groups.run(adds(driver, "b"), nothing),
        return_exceptions=True,
    )
    assert [type(each) for each in found] == [Unavailable, sqlite3.IntegrityError, str]
    assert stored(driver) == ["b"]


async def test_a_commit_that_fails_is_told_to_all(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing follows from units that are not stored."""
    groups, followed = Groups(driver), []

    async def failing() -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(driver, "commit", failing)
    units = (groups.run(adds(driver, text), followed.append) for text in "ab")
    found = await asyncio.gather(*units, return_exceptions=True)
    assert [str(each) for each in found] == ["disk I/O error"] * 2
    assert (stored(driver), followed) == ([], [])


async def test_each_unit_runs_as_its_caller(driver: Driver) -> None:
    """The entry of the audit log names who asked, not who was first."""
    groups, seen = Groups(driver), []

    async def one(name: str) -> None:
        CALLER.set(name)
        await groups.run(
            lambda: seen.append(CALLER.get()), lambda found: seen.append(f"after {CALLER.get()}")
        )

    await asyncio.gather(one("Ada"), one("Bob"))
    assert seen == ["Ada", "Bob", "after Ada", "after Bob"]


async def test_what_follows_from_a_stored_unit_follows_without_its_caller(driver: Driver) -> None:
    """Who has gone before the commit is not told, but caches are; who has gone before the start changes nothing."""
    groups, followed = Groups(driver), []
    await driver.begin()  # so that the units wait
    gone = asyncio.create_task(groups.run(adds(driver, "gone"), followed.append))
    await asyncio.sleep(0.01)
    gone.cancel()
    await asyncio.sleep(0)
    leaves = asyncio.create_task(
        groups.run(lambda: leaves.cancel() and adds(driver, "left")(), followed.append)
    )
    await asyncio.sleep(0.01)
    driver.end()
    with pytest.raises(asyncio.CancelledError):
        await leaves
    await groups.ended()
    assert stored(driver) == ["left"]
    assert followed == ["left"]


async def test_units_wait_for_another_writer_no_longer_than_others(driver: Driver) -> None:
    """The one writer is taken: all are refused, and can try again."""
    groups = Groups(driver)
    await driver.begin()
    units = (groups.run(adds(driver, text), nothing) for text in "ab")
    found = await asyncio.gather(*units, return_exceptions=True)
    assert [type(each) for each in found] == [Unavailable] * 2
    driver.end()
    assert await groups.run(adds(driver, "c"), nothing) == "c"


async def test_a_unit_that_waits_is_none(driver: Driver) -> None:
    """It would hold up everybody in its transaction."""

    async def quick() -> str:
        return "done"

    async def waits() -> str:
        await asyncio.sleep(0)
        return "late"

    assert through(quick()) == "done"
    with pytest.raises(Waits):
        through(waits())
