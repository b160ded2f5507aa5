"""Filters: from declared fields to typed conditions.

What lives here: which parameters a field gives, their values, their SQL. What must not: who may use them
(`views.py`).

A filter is a parameter named after the field (`status=open`) or field and operator (`due_at__lt=…`). Only
declared fields and the operators of their type exist; values are typed before any SQL is made.
`asset.criticality=high` filters through a relation. `not` includes rows where the value is missing. Texts
are compared exactly, accents and case included; `contains` takes the letters A to Z in either case (SQL's
LIKE), accents as they are.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, PlainValidator, TypeAdapter, ValidationError, WithJsonSchema
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    Date,
    Enum,
    FromClause,
    Integer,
    String,
    bindparam,
    or_,
    type_coerce,
)

from backwright.columns import Contains, FixedPoint, Pattern, Timestamp
from backwright.encrypted import Encrypted, plain, refusal
from backwright.error_handlers import sentence
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
    """The operators that make sense for a column's type. Raises `TypeError` for one that cannot be compared."""
    kind = column.type
    if isinstance(kind, Encrypted):
        if not kind.searchable:
            raise TypeError(f"{column.table.name}.{column.name} is encrypted; {refusal(kind)}")
        return ("", "not", "in", "null") if column.nullable else ("", "not", "in")
    if isinstance(kind, JSON):
        raise TypeError(
            f"{column.table.name}.{column.name} holds JSON, which cannot be filtered or sorted by"
        )
    found: tuple[str, ...] = ("", "not", "in")
    if isinstance(kind, Boolean):
        found = ("",)
    elif isinstance(kind, (Timestamp, Date, FixedPoint, Integer)):
        found = ("", *_ORDERED, "in")
    elif isinstance(kind, String) and not isinstance(kind, Enum):
        found = ("", "not", "in", "contains")
    return (*found, "null") if column.nullable else found


def filters_for(name: str, column: Column[Any], relation: str | None = None) -> Iterable[Filter]:
    """Every filter that a declared field gives."""
    value: TypeAdapter[Any] = TypeAdapter(_in_text(column))
    for operator in operators(column):
        parameter = f"{name}__{operator}" if operator else name
        yield Filter(
            parameter, column.key, operator, column, _FLAG if operator == "null" else value, relation
        )


def _in_text(column: Column[Any]) -> Any:
    """What a value is in a query string: `describe`, and exactly one text for each number and truth value."""
    kind = plain(column).type
    if isinstance(kind, Boolean):
        return _Flag
    if isinstance(kind, Integer):
        return Annotated[describe(column), BeforeValidator(_whole)]
    return describe(column, minimum_length=False)


def _whole(text: Any) -> Any:
    if isinstance(text, str) and not _WHOLE.fullmatch(text):
        raise ValueError("must be a whole number in digits")
    return text


def _truth(text: Any) -> Any:
    if text not in ("true", "false"):
        raise ValueError("must be true or false")
    return text == "true"


_WHOLE: Final = re.compile(r"-?(0|[1-9][0-9]{0,18})", re.ASCII)
_Flag = Annotated[bool, PlainValidator(_truth), WithJsonSchema({"type": "boolean"})]
_FLAG: Final[TypeAdapter[Any]] = TypeAdapter(_Flag)


def convert(filter_: Filter, text: str) -> Condition | FieldError:
    """The condition that `text` asks for, or what is wrong with it."""
    if "\x00" in text:
        return FieldError("contains a NUL character", parameter=filter_.parameter)
    if filter_.operator == "contains":
        if not 0 < len(text) <= MAX_TEXT:
            return FieldError(f"must have 1 to {MAX_TEXT} characters", parameter=filter_.parameter)
        return Condition(filter_, ("%" + _escape(unicodedata.normalize("NFC", text)) + "%",))
    parts = text.split(",") if filter_.operator == "in" else [text]
    if len(parts) > MAX_IN:
        return FieldError(f"lists {len(parts)} values; at most {MAX_IN}", parameter=filter_.parameter)
    try:
        return Condition(filter_, tuple(filter_.adapter.validate_strings(part) for part in parts))
    except ValidationError as error:
        (found, *_) = error.errors(include_url=False, include_context=False)
        return FieldError(sentence(found), parameter=filter_.parameter)


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def expression(condition: Condition, table: FromClause, at: int) -> ColumnElement[bool]:
    """The SQL of a condition; its values are the parameters `f<at>_0`, `f<at>_1` …"""
    column = table.c[condition.filter.column.key]
    kind = column.type
    values = [bindparam(f"f{at}_{index}", type_=kind) for index in range(len(condition.values))]
    return _OPERATIONS[condition.filter.operator](column, values, condition)


def _differs(column: Any, value: Any) -> ColumnElement[bool]:
    """Not that value: a missing one is not that value either."""
    differs: ColumnElement[bool] = column != value
    return or_(differs, column.is_(None)) if column.nullable else differs


_OPERATIONS: Final[dict[str, Callable[[Any, list[Any], Condition], ColumnElement[bool]]]] = {
    "": lambda column, values, _: column == values[0],
    "not": lambda column, values, _: _differs(column, values[0]),
    "gt": lambda column, values, _: column > values[0],
    "gte": lambda column, values, _: column >= values[0],
    "lt": lambda column, values, _: column < values[0],
    "lte": lambda column, values, _: column <= values[0],
    "in": lambda column, values, _: column.in_(values),
    "contains": lambda column, values, _: Contains(column, type_coerce(values[0], Pattern())),
    "null": lambda column, _, asked: column.is_(None) if asked.values[0] else column.is_not(None),
}


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
