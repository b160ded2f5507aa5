"""Filling throw-away databases: many rows, valid ones, the same each time."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from uuid import UUID

import pytest
from backwright.entity import Email, Entity
from backwright.samples import Samples
from backwright_workbench.verify.opening import Opened
from backwright_workbench.verify.stand.stands import ServiceStands
from backwright_workbench.workspace.filling import Copies, copied_id, shift
from sqlalchemy import ForeignKey, MetaData, String, Table, UniqueConstraint
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Mapped, mapped_column, registry

ROWS = 4_000


@pytest.fixture(scope="module")
def filled(good: Opened) -> Iterator[sqlite3.Connection]:
    """The example service's database with more rows than are made one by one."""
    stands = good.subject.stands
    assert isinstance(stands, ServiceStands)
    with closing(sqlite3.connect(str(make_url(stands.template(ROWS)).database))) as raw:
        yield raw


@pytest.mark.slow
@pytest.mark.parametrize("table", ["assets", "technicians", "work_orders"])
def test_each_table_has_as_many_rows_as_were_asked_for(filled: sqlite3.Connection, table: str) -> None:
    """No more, no fewer; search finds each of them."""
    assert filled.execute(f"SELECT count(*) FROM {table}").fetchone() == (ROWS,)
    assert filled.execute(f"SELECT count(*) FROM {table}_search").fetchone() == (ROWS,)


@pytest.mark.slow
def test_no_reference_points_to_nothing(filled: sqlite3.Connection) -> None:
    """Writing them did not look at that, so this does."""
    assert filled.execute("PRAGMA foreign_key_check").fetchall() == []


@pytest.mark.slow
def test_few_rows_are_referred_to_by_many(filled: sqlite3.Connection) -> None:
    """As in life; and people who sign in find rows of their own."""
    most = "SELECT count(*) FROM work_orders GROUP BY assignee_id ORDER BY 1 DESC LIMIT 1"
    own = "SELECT count(*) FROM work_orders w JOIN technicians t ON t.id = w.assignee_id WHERE t.account_id IS NOT NULL"
    assert filled.execute(most).fetchone()[0] > 20
    assert filled.execute(own).fetchone()[0] > 20


class Base:
    """Tables of these tests alone."""

    metadata = MetaData()


Own = registry(metadata=Base.metadata, type_annotation_map=Entity.type_annotation_map)


@Own.mapped
class Shelf:
    """Something with a unique text."""

    __tablename__ = "shelves"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    label: Mapped[str] = mapped_column(String(12), unique=True)
    address: Mapped[Email] = mapped_column(unique=True)


@Own.mapped
class Place:
    """Something that is unique within what it belongs to."""

    __tablename__ = "places"
    __table_args__ = (UniqueConstraint("shelf_id", "row"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    shelf_id: Mapped[UUID] = mapped_column(ForeignKey("shelves.id"))
    row: Mapped[int]


def copies_of(kind: type, first: dict[Table, list[dict[str, object]]], rounds: int) -> list[list[object]]:
    """What a number of rounds adds."""
    return list(Copies(kind.__table__, first).rows(rounds)[1])  # type: ignore[attr-defined]


def test_copies_differ_where_they_must() -> None:
    """Ids, unique texts and unique pairs; a pair stays one because what it refers to is copied with it."""
    shelves, places = Shelf.__table__, Place.__table__  # type: ignore[attr-defined]
    first = {shelves: list(Samples(Shelf, {}).rows(20))}  # type: ignore[type-var]
    ids = {shelves: [row["id"] for row in first[shelves]]}
    first[places] = list(Samples(Place, ids).rows(20))  # type: ignore[type-var]
    more = copies_of(Shelf, first, 10)
    assert more == copies_of(Shelf, first, 10)
    for at in (0, 4, 5):
        assert len({row[at] for row in more}) == len(more) == 180
    pairs = [(row[4], row[5]) for row in copies_of(Place, first, 10)]
    assert len(set(pairs)) == len(pairs) == 180
    assert {pair[0] for pair in pairs} <= {row[0] for row in more} | set(ids[shelves])


def test_the_id_of_a_copy_says_its_time() -> None:
    """It sorts by time, as ids of new rows do; and the copies of neighbours are neighbours of others."""
    first, second = (row["id"] for row in Samples(Shelf, {}).rows(2))  # type: ignore[type-var]
    for round_ in range(1, 50):
        found = copied_id(first, round_)
        assert (found.int >> 80) - (first.int >> 80) == shift(first, round_)
        assert (found.version, found.variant) == (7, first.variant)
        assert found != copied_id(second, round_)
