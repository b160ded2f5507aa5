"""Rules are typed: what a rule compares is of one kind, and what it calls changes nothing.

What lives here: the faults of one expression. What must not: what a rule means for a role (`access_lint.py`). An engine
would convert silently, each in its own way, and a rule that compares a date with a text grants what nobody meant.
"""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from enum import Enum as PythonEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import JSON, BindParameter, Boolean, Date, Enum, Integer, Numeric, String, TextClause, Uuid
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BinaryExpression, ColumnElement, Null
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

from backwright.access_words import value
from backwright.columns import Contains, FixedPoint, Id, Timestamp

SAFE: Final = frozenset(
    {"abs", "char_length", "coalesce", "count", "length", "lower", "max", "min", "sum", "trim", "upper"}
)
"""Functions of SQL that a rule may call: all engines have them, and they change nothing."""

_COMPARED: Final = frozenset(
    {
        operators.eq, operators.ne, operators.lt, operators.le, operators.gt, operators.ge,
        operators.in_op, operators.not_in_op,
    }
)  # fmt: skip

_KINDS: Final[tuple[tuple[tuple[type[Any], ...], str, tuple[type, ...]], ...]] = (
    ((JSON,), "JSON", ()),
    ((Enum,), "a choice", (str, PythonEnum)),
    ((Timestamp,), "a moment", (datetime,)),
    ((Id, Uuid), "an id", (UUID,)),
    ((FixedPoint, Numeric, Integer), "a number", (int, Decimal)),
    ((Boolean,), "true or false", (bool,)),
    ((Date,), "a day", (date,)),
    ((String,), "a text", (str,)),
)
"""Types of columns, what they are called, and the Python values that may stand beside them."""


def faults(condition: ColumnElement[Any]) -> Iterator[str]:
    """What is wrong with a condition: comparisons of unlike things, and calls that a rule must not make."""
    for each in visitors.iterate(condition):
        if isinstance(each, BinaryExpression) and each.operator in _COMPARED:
            yield from _compared(each)
        elif isinstance(each, FunctionElement) and not isinstance(each, Contains):
            name = str(getattr(each, "name", type(each).__name__)).lower()
            if name not in SAFE:
                yield f"calls {name}(), which may do more than look; known to be safe: {', '.join(sorted(SAFE))}"
        elif isinstance(each, TextClause):
            yield f"has SQL as text ({str(each)!r}), which cannot be checked; write it with columns"


def _compared(each: BinaryExpression[Any]) -> Iterator[str]:
    left, right = each.left, each.right
    if isinstance(left, BindParameter) and not isinstance(right, BindParameter):
        left, right = right, left
    kind, values = _kind(left.type)
    if kind == "JSON":
        yield f"compares {value(left)}, which is JSON; only plain values can be compared"
    elif isinstance(right, BindParameter) and right.callable is None and right.value is not None:
        given = right.value if isinstance(right.value, (list, tuple, set, frozenset)) else [right.value]
        for one in given:
            if kind and not _fits(one, values, left.type):
                yield f"compares {value(left)}, which is {kind}, with {one!r}"
    elif not isinstance(right, Null):
        other, _ = _kind(right.type)
        if kind and other and kind != other:
            yield f"compares {value(left)}, which is {kind}, with {value(right)}, which is {other}"


def _kind(type_: TypeEngine[Any]) -> tuple[str, tuple[type, ...]]:
    """What values of a type are called; empty: nothing is known about them."""
    return next(((name, values) for types, name, values in _KINDS if isinstance(type_, types)), ("", ()))


def _fits(one: Any, values: tuple[type, ...], type_: TypeEngine[Any]) -> bool:
    """Whether a constant can be meant: of the kind, aware of its time zone, among the choices."""
    if isinstance(type_, Enum):
        return str(getattr(one, "value", one)) in type_.enums
    if isinstance(one, bool) or bool in values:
        return isinstance(one, bool) and bool in values
    if isinstance(one, datetime):
        return datetime in values and one.tzinfo is not None
    if isinstance(one, PythonEnum) and str in values:
        return isinstance(one, str)
    return isinstance(one, values)
