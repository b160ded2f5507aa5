"""SQLAlchemy over our own connection: what business code does with a session works as it does elsewhere."""

import sqlite3

import pytest
from shop.models import Customer, table
from shop.service import Shop
from sqlalchemy import insert, select, text
from sqlalchemy.exc import MissingGreenlet


@pytest.fixture
def engine() -> str:
    """All of this is about SQLite."""
    return "sqlite"


def row(name: str) -> dict[str, str]:
    """What a customer needs."""
    return {"name": name, "email": f"{name}@example.com".lower()}


async def test_many_rows_go_in_at_once(shop: Shop) -> None:
    """One statement, many sets of values; and one by the driver's own name for it."""
    async with shop.database.work() as work:
        connection = await work.session.connection()
        await connection.execute(insert(table(Customer)), [row("Ada"), row("Bob")])
        await connection.exec_driver_sql("UPDATE customers SET vip = 1")
        await connection.exec_driver_sql(
            "UPDATE customers SET points = ? WHERE name = ?", [(1, "Ada"), (2, "Bob")]
        )
    assert await shop.sql("SELECT name, vip, points FROM customers ORDER BY name") == [
        ("Ada", 1, 1),
        ("Bob", 1, 2),
    ]


async def test_rows_can_be_streamed(shop: Shop) -> None:
    """`session.stream` works, although everything is there at once."""
    await shop.customer("Ada")
    async with shop.database.reading() as session:
        found = [name async for (name,) in await session.stream(select(Customer.name))]
    assert found == ["Ada"]


async def test_the_driver_is_within_reach(shop: Shop) -> None:
    """For what SQLAlchemy has no words for."""
    async with shop.database.reading() as session:
        raw = await (await session.connection()).get_raw_connection()
        assert isinstance(raw.driver_connection, sqlite3.Connection)


async def test_a_query_in_the_wrong_place_is_refused(shop: Shop) -> None:
    """As on every other engine: what would be slow there must not seem to work here."""
    async with shop.database.reading() as session:
        with pytest.raises(MissingGreenlet):
            session.sync_session.execute(text("SELECT 1"))
