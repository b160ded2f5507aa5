"""Sample rows are valid, plausible and the same each time, for any entity."""

from collections.abc import AsyncGenerator
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from backwright.accounts import Account
from backwright.database import Database
from backwright.entity import Email, Entity, FixedPoint, Money, Phone, Url, between
from backwright.samples import Samples, in_order, seed, write
from sqlalchemy import ForeignKey, String, Table, UniqueConstraint, create_engine, func, select
from sqlalchemy.orm import Mapped, mapped_column


class Stage(StrEnum):
    OPEN = "open"
    RUNNING = "running"
    DONE = "done"


class Depot(Entity):
    """A place where lorries stand."""

    __tablename__ = "depots"

    name: Mapped[str] = mapped_column(String(12), unique=True)
    city: Mapped[str] = mapped_column(String(100))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("depots.id"))


class Driver(Entity):
    """A person who drives."""

    __tablename__ = "drivers"

    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[Email] = mapped_column(unique=True)
    phone: Mapped[Phone | None]
    website: Mapped[Url | None]
    born_on: Mapped[date | None]
    skills: Mapped[list[str]] = mapped_column(default=list)
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), unique=True)


class Tour(Entity):
    """A trip of one lorry."""

    __tablename__ = "tours"
    __table_args__ = (UniqueConstraint("depot_id", "number"),)

    number: Mapped[int] = mapped_column(info=between(1, 30))
    stage: Mapped[Stage] = mapped_column(default=Stage.OPEN)
    rating: Mapped[int | None] = mapped_column(info=between(8, 9))
    price: Mapped[Money]
    share: Mapped[Decimal] = mapped_column(FixedPoint(5, 3), info=between(0, 1))
    is_express: Mapped[bool] = mapped_column(default=False)
    notes: Mapped[str | None] = mapped_column(String(40))
    details: Mapped[dict[str, Any] | None]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]
    depot_id: Mapped[UUID] = mapped_column(ForeignKey("depots.id"))
    driver_id: Mapped[UUID | None] = mapped_column(ForeignKey("drivers.id"))


class Egg(Entity):
    """Needs a hen."""

    __tablename__ = "sample_eggs"
    hen_id: Mapped[UUID] = mapped_column(ForeignKey("sample_hens.id"))


class Hen(Entity):
    """Needs an egg."""

    __tablename__ = "sample_hens"
    egg_id: Mapped[UUID] = mapped_column(ForeignKey("sample_eggs.id"))


KINDS: list[type[Entity]] = [Tour, Driver, Depot]


def table_of(kind: type[Entity]) -> Table:
    table = kind.__table__
    assert isinstance(table, Table)
    return table


@pytest.fixture
async def empty(tmp_path: Path, user_class: type[Account]) -> AsyncGenerator[Database, None]:
    """A database with the tables and no rows."""
    url = f"sqlite:///{tmp_path}/samples.db"
    engine = create_engine(url)
    Entity.metadata.create_all(engine, tables=[table_of(kind) for kind in (*KINDS, user_class)])
    engine.dispose()
    opened = Database(url)
    await opened.connect()
    yield opened
    await opened.close()


async def rows_of(database: Database, kind: type[Entity]) -> list[dict[str, Any]]:
    table = table_of(kind)
    found = await database.fetch(database.prepare(select(*table.columns).order_by(table.c.id)))
    return [dict(zip(table.columns.keys(), row, strict=True)) for row in found]


async def test_every_table_gets_its_rows(empty: Database) -> None:
    """In the order of their references, with all checks of the database on."""
    assert await seed(empty, KINDS, rows=20) == {"depots": 20, "drivers": 20, "tours": 20}
    tours = await rows_of(empty, Tour)
    depots = {row["id"] for row in await rows_of(empty, Depot)}
    assert {row["depot_id"] for row in tours} <= depots
    assert all(8 <= row["rating"] <= 9 for row in tours if row["rating"] is not None)
    assert all(row["starts_at"] < row["ends_at"] for row in tours)
    assert len({row["stage"] for row in tours}) > 1


async def test_seeding_again_changes_nothing(empty: Database) -> None:
    """A table with rows is left alone; one that is empty is filled."""
    await seed(empty, [Depot], rows=3)
    before = await rows_of(empty, Depot)
    assert await seed(empty, KINDS, rows=5) == {"drivers": 5, "tours": 5}
    assert await seed(empty, KINDS, rows=5) == {}
    assert await rows_of(empty, Depot) == before


def test_rows_are_the_same_each_time_and_look_real() -> None:
    """People have names, addresses belong to them, optional values are missing at times."""
    first, second = list(Samples(Driver, {}).rows(50)), list(Samples(Driver, {}).rows(50))
    assert first == second
    assert len({row["id"] for row in first}) == 50
    assert [row["id"] for row in first] == sorted(row["id"] for row in first)
    assert all(row["id"].version == 7 for row in first)
    assert all(" " in row["name"] for row in first)
    assert all(row["email"].startswith(row["name"].split()[0].lower()) for row in first)
    assert {row["phone"] is None for row in first} == {True, False}
    assert all(isinstance(row["skills"], list) for row in first)


def test_a_time_of_completion_goes_with_a_final_state() -> None:
    """An open tour has not been completed."""
    depots = {table_of(Depot): [UUID(int=1)]}
    rows = list(Samples(Tour, depots).rows(30))
    assert all((row["completed_at"] is None) == (row["stage"] is not Stage.DONE) for row in rows)
    assert {row["stage"] for row in rows} == set(Stage)


async def test_unique_values_are_unique_within_their_length(empty: Database) -> None:
    """Many rows, short names: the number takes the place of letters, and the database agrees."""
    await seed(empty, [Depot], rows=300)
    names = [row["name"] for row in await rows_of(empty, Depot)]
    assert len(set(names)) == 300
    assert all(len(name) <= 12 for name in names)


async def test_there_are_fewer_rows_where_unique_values_run_out(empty: Database) -> None:
    """One depot has thirty numbers, so it has at most thirty tours."""
    await seed(empty, [Depot], rows=1)
    added = await seed(empty, KINDS, rows=100)
    assert 10 < added["tours"] <= 30


async def test_accounts_are_not_invented(empty: Database, user_class: type[Account]) -> None:
    """Rows do without an account where they can; nobody gets credentials."""
    await seed(empty, [*KINDS, user_class], rows=5)
    assert await rows_of(empty, user_class) == []
    assert all("password_hash" not in row for row in Samples(user_class, {}).rows(3))


async def test_accounts_get_rows_of_their_own(empty: Database, user_class: type[Account]) -> None:
    """Also when they were made after the rows: the driver's account goes to a driver."""
    await seed(empty, [*KINDS, user_class], rows=5)
    users = list(Samples(user_class, {}).rows(2))
    users[0]["roles"], users[1]["roles"] = ["admin"], ["driver"]
    await write(empty, table_of(user_class), users)
    await seed(empty, [*KINDS, user_class], rows=5)
    linked = [row["account_id"] for row in await rows_of(empty, Driver)]
    assert linked == [users[1]["id"], users[0]["id"], None, None, None]
    first = (await rows_of(empty, Driver))[0]["id"]
    assert any(row["driver_id"] == first for row in await rows_of(empty, Tour))


def test_what_is_referred_to_comes_first() -> None:
    """Whatever the order of the declarations; a circle that cannot be entered is named."""
    ordered = in_order(KINDS)
    assert ordered.index(Depot) < ordered.index(Tour)
    assert ordered.index(Driver) < ordered.index(Tour)
    with pytest.raises(ValueError, match="need each other"):
        in_order([Egg, Hen])


def test_a_reference_that_may_be_empty_does_not_hold_up_one_that_may_not() -> None:
    """The first of the two declared could wait for the second, which cannot wait."""

    class Ship(Entity):
        """Has a favourite captain, perhaps."""

        __tablename__ = "sample_ships"
        captain_id: Mapped[UUID | None] = mapped_column(ForeignKey("sample_captains.id"))

    class Captain(Entity):
        """Needs a ship."""

        __tablename__ = "sample_captains"
        ship_id: Mapped[UUID] = mapped_column(ForeignKey("sample_ships.id"))

    assert in_order([Ship, Captain]) == in_order([Captain, Ship]) == [Ship, Captain]


def test_rows_that_join_others_differ_from_them() -> None:
    """Values that are there are not given again, whatever number a row has."""
    depot = UUID(int=1)
    there: list[dict[str, Any]] = [{"depot_id": depot, "number": number} for number in range(1, 30)]
    rows = Samples(Tour, {}, there=there)
    last = rows.row(7, {"depot_id": depot, "driver_id": None})
    assert last is not None
    assert last["number"] == 30
    assert rows.row(8, {"depot_id": depot, "driver_id": None}) is None


async def test_many_rows_are_written_quickly_enough_to_be_used(empty: Database) -> None:
    """Twenty thousand rows, in chunks, all there."""
    table = table_of(Driver)
    await write(empty, table, list(Samples(Driver, {}).rows(20_000)))
    count = await empty.fetch(empty.prepare(select(func.count()).select_from(table)))
    assert count == [(20_000,)]
