"""Column types that mean the same on every engine, and the rules that a column carries.

What lives here: SQLAlchemy types with one wire form each, and the table of rules (`Rules`) that both the
API schema and the database CHECKs are made from, so that the two cannot drift apart. What must not:
anything about resources or requests.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Integer,
    Numeric,
    String,
    Uuid,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.schema import ScalarElementColumnDefault
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

RULES: Final = "backwright.rules"
"""The key under which a column's `info` holds its `Rules`."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What may stand in a column beyond its type. `format` is `email`, `phone` or `url`."""

    minimum: int | Decimal | None = None
    maximum: int | Decimal | None = None
    format: str | None = None
    set_by_actor: bool = False
    tenant: bool = False


def between(minimum: int | None = None, maximum: int | None = None) -> dict[str, object]:
    """Bounds of a number, both inclusive: `mapped_column(info=between(1, 5))`."""
    return {RULES: Rules(minimum=minimum, maximum=maximum)}


def formatted(name: str) -> dict[str, object]:
    """A format of a string, checked at the edge and, as far as SQL reaches, in the database."""
    return {RULES: Rules(format=name)}


def set_by_actor() -> dict[str, object]:
    """A reference to the account of whoever creates the row: never taken from the request."""
    return {RULES: Rules(set_by_actor=True)}


class Id(TypeDecorator[UUID]):
    """A UUID: native on PostgreSQL, 36 characters of text elsewhere, which is also its wire form."""

    impl = Uuid
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """`uuid` on PostgreSQL, text elsewhere (MariaDB has a type for it from 10.7 on)."""
        found: dict[str, TypeEngine[Any]] = {
            "sqlite": String(36),
            "mariadb": mysql.CHAR(36, charset="ascii", collation="ascii_bin"),
        }
        return dialect.type_descriptor(found.get(dialect.name, Uuid()))

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> Any:
        """The value as the driver takes it."""
        return str(value) if value is not None and dialect.name != "postgresql" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> UUID | None:
        """The value as Python code sees it."""
        return UUID(value) if isinstance(value, str) else value


class Timestamp(TypeDecorator[datetime]):
    """A moment in UTC with microseconds.

    Naive values are refused: they mean different moments on different machines. On SQLite the column is
    text in the fixed-width form `2026-11-21T08:30:00.000000Z`, so that it sorts as time. On the wire (RFC 3339)
    a whole second has no fraction: `2026-11-21T08:30:00Z`.
    """

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Text on SQLite, `timestamptz` on PostgreSQL, `datetime(6)` in UTC on MariaDB."""
        found: dict[str, TypeEngine[Any]] = {"sqlite": String(27), "mariadb": mysql.DATETIME(fsp=6)}
        return dialect.type_descriptor(found.get(dialect.name, DateTime(timezone=True)))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """The value as the driver takes it. Raises `ValueError` for a naive datetime."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without a time zone cannot be stored; use backwright.context.now()")
        if dialect.name == "mariadb":
            return value.astimezone(UTC).replace(tzinfo=None)
        return fixed_width(value) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """The value as Python code sees it."""
        if isinstance(value, str):
            return datetime.fromisoformat(value)
        return in_utc(value) if isinstance(value, datetime) else None


def in_utc(value: datetime) -> datetime:
    """A moment that an engine without time zones has given."""
    return value if value.tzinfo is not None else value.replace(tzinfo=UTC)


def fixed_width(value: datetime) -> str:
    """A moment as SQLite keeps it: UTC, six digits of microseconds, `Z`."""
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def shortest(text: str) -> str:
    """A moment that SQLite kept as it goes over the wire: as JSON printers write a `datetime` of any other engine."""
    return text[:19] + "Z" if text[19:] == ".000000Z" else text


class FixedPoint(TypeDecorator[Decimal]):
    """An exact number with `places` digits after the point: never a float, on no engine.

    SQLite has no decimal type, so the column holds the value times 10**places as an integer there.
    """

    impl = Numeric
    cache_ok = True

    def __init__(self, precision: int = 14, places: int = 2) -> None:
        super().__init__(precision, places)
        self.precision = precision
        self.places = places

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Integer on SQLite, `numeric` elsewhere."""
        exact: TypeEngine[Any] = Numeric(self.precision, self.places)
        return dialect.type_descriptor(BigInteger() if dialect.name == "sqlite" else exact)

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """The value as the driver takes it."""
        if value is None or dialect.name != "sqlite":
            return value
        return int(Decimal(value).scaleb(self.places).to_integral_value(ROUND_HALF_EVEN))

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """The value as Python code sees it."""
        return Decimal(value).scaleb(-self.places) if isinstance(value, int) else value

    @property
    def limit(self) -> Decimal:
        """The largest value that fits: `999999999999.99` for (14, 2)."""
        return (Decimal(10) ** self.precision - 1).scaleb(-self.places)


class Json(JSON):
    """Any JSON value: `jsonb` on PostgreSQL, text elsewhere. No value is NULL, never the JSON text `null`."""

    def __init__(self) -> None:
        super().__init__(none_as_null=True)
        native = JSONB(none_as_null=True)
        self._variant_mapping = self._variant_mapping.union({"postgresql": native})  # as `with_variant` does


class JsonObject(Json):
    """A JSON object: `Mapped[dict[str, Any]]`."""


class Texts(Json):
    """A list of short texts, kept as JSON: `Mapped[list[str]]`."""


class Stored(UserDefinedType[Any]):
    """A value as the engine gives and takes it.

    With `kind`, the type of what it stands for, it may have been printed as JSON in between: times and days
    are read again where the engine does not take text for them.
    """

    cache_ok = True

    def __init__(self, kind: TypeEngine[Any] | None = None) -> None:
        self.kind = kind

    def bind_processor(self, dialect: Dialect) -> Any:
        """What makes a parameter of a value that was printed; `None`: nothing is to be done."""
        if dialect.name == "sqlite" or self.kind is None:
            return None
        if isinstance(self.kind, (Timestamp, DateTime)):
            return datetime.fromisoformat
        if isinstance(self.kind, Numeric | FixedPoint) and dialect.name == "mariadb":
            return Decimal  # compared with a text, it would be compared as a float
        return date.fromisoformat if isinstance(self.kind, Date) else None


class Pattern(TypeDecorator[str]):
    """What stands between two `%`, escaped as for LIKE. MariaDB gets a regular expression of it."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The pattern for the engine."""
        if value is None or dialect.name != "mariadb":
            return value
        return "".join(map(_either_case, _ESCAPED.sub(r"\1", value[1:-1])))


_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)


def _either_case(letter: str) -> str:
    if letter.isascii() and letter.isalpha():
        return f"[{letter.upper()}{letter.lower()}]"
    return letter if letter.isalnum() else f"\\x{{{ord(letter):x}}}"


class Contains(FunctionElement[bool]):
    """`column LIKE pattern`, the letters A to Z in either case and all others as they are, on every engine.

    The pattern is a `Pattern`.
    """

    type = Boolean()
    inherit_cache = True


@compiles(Contains)
def _like(element: Contains, compiler: Any, **options: Any) -> str:
    column, pattern = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} LIKE {pattern} ESCAPE '\\'"


@compiles(Contains, "mariadb")
def _regexp(element: Contains, compiler: Any, **options: Any) -> str:
    column, pattern = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} REGEXP {pattern}"


@compiles(Contains, "postgresql")
def _ilike(element: Contains, compiler: Any, **options: Any) -> str:
    column, pattern = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} COLLATE \"C\" ILIKE {pattern} ESCAPE '\\'"


INTEGER_RANGE: Final = {Integer: (-(2**31), 2**31 - 1), BigInteger: (-(2**63), 2**63 - 1)}


def integer_range(type_: TypeEngine[Any]) -> tuple[int, int]:
    """The smallest and largest value of an integer column on the narrowest engine."""
    return INTEGER_RANGE[BigInteger] if isinstance(type_, BigInteger) else INTEGER_RANGE[Integer]


def bounds(column: Column[Any]) -> tuple[Any, Any]:
    """The smallest and largest value of a numeric column: by its rules, else by its type."""
    kind, rules = column.type, rules_of(column.info)
    low: int | Decimal
    high: int | Decimal
    low, high = (-kind.limit, kind.limit) if isinstance(kind, FixedPoint) else integer_range(kind)
    low = low if rules.minimum is None else rules.minimum
    high = high if rules.maximum is None else rules.maximum
    number = Decimal if isinstance(kind, FixedPoint) else int
    return number(low), number(high)


def rules_of(info: dict[Any, Any]) -> Rules:
    """The rules in a column's `info`."""
    found = info.get(RULES)
    return found if isinstance(found, Rules) else Rules()


def min_length(column: Column[Any]) -> int:
    """1 for text that must be there, 0 for text that may be left out or defaults to empty."""
    default = column.default
    empty = isinstance(default, ScalarElementColumnDefault) and default.arg == ""
    return 0 if column.nullable or empty else 1
