"""Filters: from declared fields to typed conditions.

A filter is a parameter named after the field (`status=open`) or field and operator (`due_at__lt=…`). Only declared
fields and the operators of their type exist; values are typed before any SQL is made; a caller filters only by what
they may read. `asset.criticality=high` filters through a relation and obeys the target's read rule.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Boolean, Column, ColumnElement, Date, Enum, FromClause, Integer, String, bindparam, or_

from backwright.columns import FixedPoint, Timestamp
from backwright.errors import FieldError
from backwright.fields import describe

MAX_IN: Final = 50
"""Values that one `__in` may list."""

MAX_TEXT: Final = 200
"""Characters that a `__contains` may have."""

_ORDERED: Final = ("gt", "gte", "lt", "lte")


@dataclass(frozen=True)
class Filter:
    """One parameter that a resource takes: `parameter` is its name, `relation` the embed it goes through, if any."""

    parameter: str
    field: str
    operator: str
    column: Column[Any]
    adapter: TypeAdapter[Any]
    relation: str | None = None


@dataclass(frozen=True)
class Condition:
    """A filter with its values, converted: one, or several for `in`."""

    filter: Filter
    values: tuple[Any, ...]

    @property
    def shape(self) -> tuple[str, int]:
        """What the SQL text depends on; the values themselves are parameters."""
        return (self.filter.parameter, len(self.values))


def operators(column: Column[Any]) -> tuple[str, ...]:
    """The operators that make sense for a column's type."""
    kind = column.type
    found: tuple[str, ...] = ("", "not", "in")
    if isinstance(kind, Boolean):
        found = ("",)
    elif (
        isinstance(kind, (Timestamp, Date, FixedPoint)) or type(kind) is Integer or isinstance(kind, Integer)
    ):
        found = ("", *_ORDERED, "in")
    elif isinstance(kind, String) and not isinstance(kind, Enum):
        found = ("", "not", "in", "contains")
    return (*found, "null") if column.nullable else found


def filters_for(name: str, column: Column[Any], relation: str | None = None) -> Iterable[Filter]:
    """Every filter that a declared field gives."""
    value: TypeAdapter[Any] = TypeAdapter(describe(column, minimum_length=False))
    for operator in operators(column):
        parameter = f"{name}__{operator}" if operator else name
        adapter: TypeAdapter[Any] = TypeAdapter(bool) if operator == "null" else value
        yield Filter(parameter, column.key, operator, column, adapter, relation)


def convert(filter_: Filter, text: str) -> Condition | FieldError:
    """The condition that `text` asks for, or what is wrong with it."""
    if "\x00" in text:
        return FieldError("contains a NUL character", parameter=filter_.parameter)
    if filter_.operator == "contains":
        if not 0 < len(text) <= MAX_TEXT:
            return FieldError(f"must have 1 to {MAX_TEXT} characters", parameter=filter_.parameter)
        return Condition(filter_, ("%" + _escape(text) + "%",))
    parts = text.split(",") if filter_.operator == "in" else [text]
    if len(parts) > MAX_IN:
        return FieldError(f"lists {len(parts)} values; at most {MAX_IN}", parameter=filter_.parameter)
    try:
        return Condition(filter_, tuple(filter_.adapter.validate_strings(part) for part in parts))
    except ValidationError as error:
        return FieldError(_reason(error), parameter=filter_.parameter)


def _reason(error: ValidationError) -> str:
    return error.errors(include_url=False, include_input=False)[0]["msg"]


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def expression(condition: Condition, table: FromClause, at: int) -> ColumnElement[bool]:
    """The SQL of a condition; its values are the parameters `f<at>_0`, `f<at>_1` …"""
    column = table.c[condition.filter.column.key]
    kind = column.type
    names = [f"f{at}_{index}" for index in range(len(condition.values))]
    values = [bindparam(name, type_=kind) for name in names]
    one: Any = values[0]
    table_of: dict[str, Callable[[], ColumnElement[bool]]] = {
        "": lambda: column == one,
        "not": lambda: or_(column != one, column.is_(None)) if column.nullable else column != one,  # type: ignore[union-attr]
        "gt": lambda: column > one,
        "gte": lambda: column >= one,
        "lt": lambda: column < one,
        "lte": lambda: column <= one,
        "in": lambda: or_(*(column == each for each in values)) if len(values) < 2 else column.in_(values),
        "contains": lambda: column.like(bindparam(names[0], type_=String()), escape="\\"),
        "null": lambda: column.is_(None) if condition.values[0] else column.is_not(None),
    }
    return table_of[condition.filter.operator]()


def parameters(conditions: Sequence[Condition]) -> dict[str, Any]:
    """The values of all conditions under the names that `expression` uses."""
    return {
        f"f{at}_{index}": value
        for at, condition in enumerate(conditions)
        if condition.filter.operator != "null"
        for index, value in enumerate(condition.values)
    }


def shape(conditions: Sequence[Condition]) -> tuple[Any, ...]:
    """What the SQL text of these conditions depends on."""
    return tuple(
        (*each.shape, each.values[0]) if each.filter.operator == "null" else each.shape for each in conditions
    )
