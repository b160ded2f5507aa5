"""What the database refuses, in the words of the API."""

import sqlite3

import pytest
from backwright.database_errors import BrokenReference, Collision, integrity, translate, translated
from backwright.errors import Conflict, Invalid, Kind, PreconditionFailed, Unavailable
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError


def operational(code: int) -> sqlite3.OperationalError:
    """An error of the engine."""
    error = sqlite3.OperationalError("database something: SELECT secret")
    error.sqlite_errorcode = code
    return error


def test_a_taken_value_names_its_field() -> None:
    """409 with the field and without the table."""
    error = integrity("UNIQUE constraint failed: users.email")
    assert isinstance(error, Conflict)
    assert [each.as_dict() for each in error.errors] == [
        {"detail": "This value is already taken.", "pointer": "/email"}
    ]


def test_taken_values_name_their_fields() -> None:
    """Several columns together."""
    error = integrity("UNIQUE constraint failed: lines.order_id, lines.product_id")
    assert [each.pointer for each in error.errors] == ["/order_id", "/product_id"]
    assert "together" in error.detail


@pytest.mark.parametrize(
    ("message", "kind", "words"),
    [
        ("FOREIGN KEY constraint failed", BrokenReference, "refer"),
        ("NOT NULL constraint failed: users.name", Invalid, "missing"),
        ("CHECK constraint failed: ck_products_price_range", Invalid, "products_price_range"),
        ("CHECK constraint failed: price > 0", Invalid, "A rule of the table"),
        ("UNIQUE constraint failed: index 'uq_lower_name'", Conflict, "already taken"),
    ],
)
def test_each_constraint_has_its_kind(message: str, kind: type, words: str) -> None:
    """And a sentence without SQL."""
    error = integrity(message)
    assert type(error) is kind
    assert words in error.detail
    assert "constraint" not in error.detail


def test_an_unknown_refusal_is_our_own_fault() -> None:
    """A trigger's words are not for callers."""
    error = integrity("audit_log is append-only")
    assert (error.kind, error.detail) == (Kind.INTERNAL, "")


@pytest.mark.parametrize(
    "code", [sqlite3.SQLITE_BUSY, sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_BUSY_SNAPSHOT]
)
def test_slow_and_busy_is_try_again(code: int) -> None:
    """503 with `Retry-After`, extended codes included, bare or wrapped by SQLAlchemy."""
    for error in (operational(code), OperationalError("SELECT secret", {}, operational(code))):
        found = translate(error)
        assert isinstance(found, Unavailable)
        assert found.headers == {"Retry-After": "1"}
        assert "secret" not in found.detail


def test_a_full_disk_is_try_later() -> None:
    """Reads may still work."""
    assert translate(operational(sqlite3.SQLITE_FULL)).headers == {"Retry-After": "30"}


def test_a_mistake_in_a_statement_is_a_defect() -> None:
    """500, with the cause for the log only."""
    with pytest.raises(Exception) as caught, translated():  # noqa: PT011
        raise operational(sqlite3.SQLITE_ERROR)
    assert caught.value.kind is Kind.INTERNAL  # type: ignore[attr-defined]
    assert isinstance(caught.value.__cause__, sqlite3.OperationalError)


def test_a_stale_row_is_a_failed_precondition() -> None:
    """The ORM's version check."""
    with pytest.raises(PreconditionFailed), translated():
        raise StaleDataError


def test_other_exceptions_pass() -> None:
    """They are not the database's."""
    with pytest.raises(KeyError), translated():
        raise KeyError


class Refusal(Exception):
    """What PostgreSQL's driver raises."""

    def __init__(self, state: str, **facts: str) -> None:
        super().__init__("SELECT secret")
        self.sqlstate = state
        self.detail = facts.get("detail")
        self.column_name = facts.get("column_name")
        self.constraint_name = facts.get("constraint_name")


@pytest.mark.parametrize(
    ("error", "kind", "pointers"),
    [
        (Refusal("23505", detail="Key (email)=(a@b.cd) already exists."), Conflict, ["/email"]),
        (Refusal("23505", detail="Schlüssel »(a, b)=(1, (2))« existiert bereits."), Conflict, ["/a", "/b"]),
        (Refusal("23505"), Conflict, []),
        (Refusal("23503"), BrokenReference, []),
        (Refusal("23502", column_name="name"), Invalid, ["/name"]),
        (Refusal("23514", constraint_name="ck_products_price_range"), Invalid, []),
        (Refusal("23P01"), Conflict, []),
        (Refusal("40001"), Collision, []),
        (Refusal("40P01"), Collision, []),
        (Refusal("57014"), Unavailable, []),
        (Refusal("55P03"), Unavailable, []),
        (Refusal("57P01"), Unavailable, []),
        (Refusal("08006"), Unavailable, []),
        (Refusal("53100"), Unavailable, []),
        (Refusal("22003"), Invalid, []),
    ],
)
def test_each_state_of_postgresql_has_its_kind(error: Refusal, kind: type, pointers: list[str]) -> None:
    """In whatever language the server speaks, bare or wrapped by SQLAlchemy, and without its words."""
    for each in (error, OperationalError("SELECT secret", {}, error)):
        found = translate(each)
        assert type(found) is kind
        assert [fault.pointer for fault in found.errors] == pointers
        assert "secret" not in found.detail


def test_an_unknown_state_is_our_own_fault() -> None:
    """A syntax error, say; and what the driver raises about its use."""
    assert translate(Refusal("42601")).kind is Kind.INTERNAL
    assert (
        translate(type("InterfaceError", (Exception,), {})("another operation is in progress")).kind
        is Kind.INTERNAL
    )
    assert isinstance(
        translate(type("InterfaceError", (Exception,), {})("connection is closed")), Unavailable
    )
