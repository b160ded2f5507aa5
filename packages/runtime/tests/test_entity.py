"""Entities: identity, names by convention, no lazy loads, and the database twin of each API rule."""

from uuid import UUID

import pytest
from backwright.entity import Entity, checks, new_id
from backwright.errors import Error
from shop.models import Customer, Line, Order, Product, table
from shop.service import Shop
from sqlalchemy import Column, MetaData, String, Table, select, text
from sqlalchemy.exc import DBAPIError, InvalidRequestError


def test_ids_grow_with_time() -> None:
    """UUIDv7: new rows go to the end of the index."""
    ids = [new_id() for _ in range(100)]
    assert ids == sorted(ids)
    assert ids[0].version == 7


def test_an_entity_has_what_every_entity_has() -> None:
    """Identity first, then its own columns, then version and times."""
    names = [column.key for column in table(Product).columns]
    assert names[0] == "id"
    assert names[-3:] == ["version", "created_at", "updated_at"]
    assert Product.__mapper__.version_id_col is table(Product).c.version
    assert repr(Product(id=UUID(int=1))) == f"<Product {UUID(int=1)}>"


def test_constraints_are_named_by_convention() -> None:
    """So that a migration can find them, on every engine."""
    names = {str(constraint.name) for constraint in table(Line).constraints}
    assert {
        "pk_lines", "uq_lines_order_id_product_id", "fk_lines_order_id", "ck_lines_quantity_range",
    } <= names  # fmt: skip


async def test_relationships_raise_instead_of_loading_lazily(shop: Shop) -> None:
    """A load that nobody asked for is one query for each row."""
    customer = await shop.customer()
    await shop.made("/orders", customer_id=customer["id"])
    async with shop.database.reading() as session:
        order = (await session.execute(select(Order))).scalar_one()
        with pytest.raises(InvalidRequestError, match="lazy='raise'"):
            order.customer  # noqa: B018


def test_text_without_a_length_is_refused() -> None:
    """An API that takes strings of any size can be filled up."""
    table = Table("t", MetaData(), Column("a", String))
    with pytest.raises(TypeError, match=r"t\.a needs a length"):
        list(checks(table.c.a))


GOOD = {
    "customers": {"name": "'x'", "email": "'a@b.cd'", "vip": "false", "credit": "0", "points": "0"},
    "products": {
        "sku": "'x'",
        "title": "'x'",
        "kind": "'small'",
        "price": "100",
        "stock": "0",
        "offered": "true",
    },
}


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("products", "kind", "'medium'"), ("products", "kind", "'SMALL'"), ("products", "title", "''"),
        ("products", "title", f"'{'x' * 101}'"), ("products", "price", "-1"), ("products", "price", "100000000"),
        ("products", "stock", "-1"), ("products", "stock", "'many'"), ("products", "offered", "2"),
        ("products", "sku", "NULL"), ("products", "price", "NULL"), ("customers", "email", "'nobody'"),
        ("customers", "website", "'javascript:alert(1)'"), ("customers", "phone", "'1'"),
        ("customers", "points", "-1"), ("customers", "vip", "'maybe'"),
        ("customers", "account_id", "'nobody'"),
    ],
)  # fmt: skip
async def test_the_database_refuses_what_the_api_refuses(
    shop: Shop, table: str, column: str, value: str
) -> None:
    """Lengths, ranges, values, formats, presence and references hold also for plain SQL."""
    on_mariadb = shop.database.dialect.name == "mariadb"  # its times have no zone
    moment = "'2026-01-01 00:00:00'" if on_mariadb else "'2026-01-01T00:00:00.000000Z'"
    row = {
        "id": "'01935b2e-7c00-7000-8000-000000000001'", **GOOD[table], "version": "1",
        "created_at": moment, "updated_at": moment,
    }  # fmt: skip

    async def insert() -> None:
        async with shop.database.work() as work:
            columns, values = ", ".join(row), ", ".join(row.values())
            await work.session.execute(text(f"INSERT INTO {table} ({columns}) VALUES ({values})"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await insert()
    row[column] = value
    with pytest.raises(Error) as caught:
        await insert()
    assert isinstance(caught.value.__cause__, DBAPIError)


def test_every_entity_has_its_checks() -> None:
    """One CHECK for each rule, none by hand."""
    names = {str(each.name) for each in table(Customer).constraints if str(each.name).startswith("ck_")}
    assert {"ck_customers_name_length", "ck_customers_email_format", "ck_customers_vip_boolean"} <= names
    assert Entity.metadata.naming_convention["ck"] == "ck_%(table_name)s_%(constraint_name)s"
