"""Prepared statements: parameters in order, rows in Python or wire form, and which tables a write reaches."""

from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec
import pytest
from backwright.columns import FixedPoint
from backwright.sqlite_dialect import Dialect
from backwright.statement import Prepared, changed_by, format_fixed, reached_by_delete, wire_converter
from hypothesis import given
from hypothesis import strategies as st
from shop.models import Customer, Kind, Line, Order, Product, table
from shop.service import Shop
from sqlalchemy import JSON, Boolean, bindparam, delete, insert, select, text, update
from sqlalchemy.dialects import postgresql

DIALECT = Dialect(paramstyle="qmark")


def test_parameters_come_in_the_order_of_the_placeholders() -> None:
    """By name; a constant of the statement is its default; what is missing is NULL."""
    c = table(Product).c
    rule = c.kind == Kind.HUGE
    prepared = Prepared(select(c.id).where(c.price > bindparam("p", type_=c.price.type), rule), DIALECT)
    assert prepared.sql.count("?") == 2
    assert prepared.arguments({"p": Decimal("1.50")}) == [150, "huge"]
    assert prepared.arguments({}) == [None, "huge"]


def test_a_list_of_constants_is_part_of_the_statement() -> None:
    """`IN` with values that code gives."""
    prepared = Prepared(select(Product.id).where(Product.kind.in_([Kind.SMALL, Kind.HUGE])), DIALECT)
    assert prepared.arguments({}) == ["small", "huge"]
    assert "IN (?, ?)" in prepared.sql


async def test_rows_come_as_python_values_or_as_they_go_over_the_wire(shop: Shop) -> None:
    """Each column type both ways."""
    await shop.customer(born="1980-02-03", credit="5.50", profile={"a": [1]}, vip=True)
    c = table(Customer).c
    wanted = (c.born, c.credit, c.profile, c.vip, c.phone, c.created_at, c.id)
    statement = select(*wanted)
    ((*python, created, id_),) = await shop.database.fetch(shop.database.prepare(statement))
    assert python == [date(1980, 2, 3), Decimal("5.50"), {"a": [1]}, True, None]
    assert isinstance(created, datetime)
    assert created.tzinfo is UTC
    (row,) = await shop.database.fetch(shop.database.prepare(statement, wire=True))
    *wire, at, text_id = msgspec.json.decode(msgspec.json.encode(tuple(row)))
    assert wire == ["1980-02-03", "5.50", {"a": [1]}, True, None]
    assert datetime.fromisoformat(at) == created
    assert text_id == str(id_)


def test_other_engines_give_python_values() -> None:
    """Their drivers convert by themselves, so nothing but their own conversion is applied."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    assert wire_converter(Boolean(), dialect) is None
    assert wire_converter(JSON(), DIALECT) is not None
    assert wire_converter(FixedPoint(), DIALECT) is not None


@given(st.integers(-(10**15), 10**15), st.integers(0, 6))
def test_an_exact_number_is_printed_exactly(value: int, places: int) -> None:
    """12.50, 0.05, -0.01: never an exponent, never a lost zero."""
    assert Decimal(format_fixed(value, places)) == Decimal(value).scaleb(-places)
    assert len(format_fixed(value, places).partition(".")[2]) == places


def test_columns_that_set_themselves_are_set() -> None:
    """A default and a time of change are made anew each time, unless they are given."""
    add = Prepared(insert(Product).values(title=bindparam("title")), DIALECT)
    first, second = (
        dict(zip([name for name, _ in add._slots], add.arguments({"title": "x"}), strict=True))
        for _ in range(2)
    )
    assert first["title"] == "x"
    assert first["stock"] == 0
    assert first["id"] < second["id"]
    change = Prepared(update(Product).values(stock=bindparam("n")), DIALECT)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    assert change.arguments({"n": 1, "updated_at": at}) == [1, "2026-01-01T00:00:00.000000Z"]
    assert change.arguments({"n": 1})[1] > "2026-01-01"


def test_a_statement_knows_what_it_changes() -> None:
    """A read changes nothing; text cannot say."""
    assert changed_by(select(Product)) == frozenset()
    assert changed_by(text("DELETE FROM products")) == frozenset()
    assert changed_by(insert(Product)) == changed_by(update(Product)) == {"products"}


def test_a_delete_reaches_over_references() -> None:
    """Lines go with their order; customers lose a reference to a customer, and nobody's orders change by that."""
    assert changed_by(delete(Order)) == {"orders", "lines"}
    assert {"customers"} == reached_by_delete(table(Customer))
    assert reached_by_delete(table(Line)) == {"lines"}
    assert reached_by_delete(table(Product)) == {"products", "reviews"}


def test_a_statement_with_a_mistake_does_not_compile() -> None:
    """At the start, not at the first request."""
    with pytest.raises(AttributeError):
        Prepared("SELECT 1", DIALECT)  # type: ignore[arg-type]
