"""Column types: the same value in and out on each engine, and the bounds that columns have."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from backwright.columns import (
    FixedPoint,
    Id,
    Timestamp,
    between,
    bounds,
    fixed_width,
    integer_range,
    min_length,
    rules_of,
    set_by_actor,
    shortest,
)
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Column, Integer, SmallInteger, String
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeDecorator

SQLITE = sqlite.dialect()
POSTGRES = postgresql.dialect()  # type: ignore[no-untyped-call]


def there_and_back(kind: TypeDecorator[Any], value: object) -> object:
    """What comes back of a value that was stored on SQLite."""
    return kind.process_result_value(kind.process_bind_param(value, SQLITE), SQLITE)


def test_an_id_is_text_on_sqlite_and_native_elsewhere() -> None:
    """Text is its wire form; a native type is smaller."""
    id_ = uuid4()
    assert Id().process_bind_param(id_, SQLITE) == str(id_)
    assert Id().process_bind_param(id_, POSTGRES) == id_ == Id().process_result_value(id_, POSTGRES)
    assert there_and_back(Id(), id_) == id_
    assert there_and_back(Id(), None) is None
    assert "UUID" in Id().load_dialect_impl(POSTGRES).compile(POSTGRES)


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_time_comes_back_to_the_microsecond(value: datetime) -> None:
    """And its stored text sorts as the time does."""
    assert there_and_back(Timestamp(), value) == value
    assert len(fixed_width(value)) == 27


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_stored_time_is_shown_as_json_printers_write_it(value: datetime) -> None:
    """Without a fraction on a whole second, so that each engine answers the same."""
    for moment in (value, value.replace(microsecond=0)):
        assert f'"{shortest(fixed_width(moment))}"' == msgspec.json.encode(moment).decode()


def test_stored_times_sort_as_times() -> None:
    """One width, one zone: comparing texts is comparing moments."""
    early = datetime(2026, 1, 1, 23, tzinfo=timezone(timedelta(hours=-5)))
    late = datetime(2026, 1, 2, 5, tzinfo=UTC)
    assert early < late
    assert fixed_width(early) < fixed_width(late)


def test_a_naive_time_is_refused() -> None:
    """It means different moments on different machines; a missing one is just missing."""
    with pytest.raises(ValueError, match="time zone"):
        Timestamp().process_bind_param(datetime(2026, 1, 1), SQLITE)
    assert Timestamp().process_bind_param(None, SQLITE) is None
    at = datetime(2026, 1, 1, tzinfo=UTC)
    assert Timestamp().process_bind_param(at, POSTGRES) is at
    assert "TIMESTAMP" in Timestamp().load_dialect_impl(POSTGRES).compile(POSTGRES)


@given(st.decimals(min_value=-(10**11), max_value=10**11, places=2))
def test_an_exact_number_is_stored_as_a_whole_one(value: Decimal) -> None:
    """SQLite has no decimals; a count of the smallest units is exact."""
    kind = FixedPoint(14, 2)
    assert isinstance(kind.process_bind_param(value, SQLITE), int)
    assert there_and_back(kind, value) == value


def test_an_exact_number_elsewhere_is_the_engines_own() -> None:
    """PostgreSQL has `numeric`."""
    kind = FixedPoint(14, 2)
    assert kind.process_bind_param(Decimal("1.5"), POSTGRES) == Decimal("1.5")
    assert kind.process_result_value(Decimal("1.5"), POSTGRES) == Decimal("1.5")
    assert kind.load_dialect_impl(POSTGRES).compile(POSTGRES) == "NUMERIC(14, 2)"
    assert kind.limit == Decimal("999999999999.99")


def test_bounds_are_the_rules_within_the_type() -> None:
    """A column without rules has the range of its type on the narrowest engine."""
    assert bounds(Column("a", Integer)) == (-(2**31), 2**31 - 1)
    assert bounds(Column("a", BigInteger, info=between(0))) == (0, 2**63 - 1)
    assert bounds(Column("a", FixedPoint(4, 1), info=between(maximum=5))) == (Decimal("-999.9"), Decimal(5))
    assert integer_range(BigInteger())[1] == 2**63 - 1
    assert integer_range(SmallInteger()) == integer_range(Integer())


def test_required_text_may_not_be_empty() -> None:
    """Unless it may be missing, or is empty by default."""
    assert min_length(Column("a", String(5), nullable=False)) == 1
    assert min_length(Column("a", String(5))) == 0
    assert min_length(Column("a", String(5), nullable=False, default="")) == 0
    assert min_length(Column("a", String(5), nullable=False, default=str)) == 1


def test_a_column_says_who_sets_it() -> None:
    """Rules travel in the column's info; foreign info is no rule."""
    assert rules_of(set_by_actor()).set_by_actor
    assert not rules_of({"other": 1}).set_by_actor
