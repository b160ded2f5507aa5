"""Stored values as they stand in an audit entry, said in SQL.

What lives here: for each type of column the expression that gives what `audit.redacted` gives for its Python value.
What must not: anything else about the log. It is PostgreSQL's SQL: there a row, its old values and their entry are
written by one statement (`one_statement.py`).
"""

from typing import Any, Final

from sqlalchemy import Boolean, Column, ColumnElement, Date, Enum, Integer, String, case, func, literal_column

from backwright.audit import LONGEST
from backwright.columns import FixedPoint, Id, Timestamp

PLAIN_PLACES: Final = 6
"""Places up to which Python prints an exact zero without an exponent, as SQL does."""


def can_be_logged(column: Column[Any]) -> bool:
    """Whether `as_logged` knows the type."""
    kind = column.type
    if isinstance(kind, FixedPoint):
        return kind.places <= PLAIN_PLACES
    return isinstance(kind, (Boolean, Integer, Enum, String, Id, Timestamp, Date))


def as_logged(value: ColumnElement[Any], column: Column[Any]) -> ColumnElement[Any]:
    """A value of this column as JSON."""
    return func.to_jsonb(_plain(value, column.type))


def _plain(value: ColumnElement[Any], kind: Any) -> ColumnElement[Any]:
    if isinstance(kind, Timestamp):
        utc = func.timezone(literal_column("'UTC'"), value)
        whole = func.date_trunc(literal_column("'second'"), utc) == utc
        seconds = func.to_char(utc, literal_column("""'YYYY-MM-DD"T"HH24:MI:SS"Z"'"""))
        finer = func.to_char(utc, literal_column("""'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'"""))
        return case((whole, seconds), else_=finer)
    if isinstance(kind, Date):
        return func.to_char(value, literal_column("'YYYY-MM-DD'"))
    if isinstance(kind, (Enum, Boolean, Integer)):
        return value
    if isinstance(kind, String):
        cut = func.left(value, LONGEST).concat(literal_column("'…'"))
        return case((func.length(value) > LONGEST, cut), else_=value)
    return value.cast(String())
