"""The fields of a resource, as Pydantic sees them.

From a column and its rules follow: what a client may send, what comes back, and how it is described in OpenAPI. The
models are strict: no coercion, no unknown keys, no NUL, no NaN, no naive time, every string bounded.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    create_model,
)
from sqlalchemy import JSON, Boolean, Column, Date, Enum, Integer, String

from backwright.columns import FixedPoint, Id, Timestamp, integer_range, min_length, rules_of

STANDARD: Final = ("id", "version", "created_at", "updated_at")
"""The columns of every entity: always readable, never written by a client."""

NO_NUL: Final = r"^[^\x00]*$"
EMAIL: Final = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})(?:\.[A-Za-z0-9][A-Za-z0-9-]{0,62})+$"
PHONE: Final = r"^[+(]?[0-9][0-9 ()./-]{2,28}[0-9]$"
URL: Final = r"^https?://[A-Za-z0-9.\[\]:-]{1,255}(?:/[^\s\x00]*)?$"
MAX_JSON_BYTES: Final = 32_768
_EARLIEST: Final = datetime(1000, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(9999, 12, 31, tzinfo=UTC)


def _moment(value: datetime) -> datetime:
    if not 1000 < value.year < 9999:
        raise ValueError("must lie between the years 1001 and 9998")
    return value.astimezone(UTC)


def _email(value: str) -> str:
    return unicodedata.normalize("NFC", value).casefold()


def _composed(value: str) -> str:
    return value if value.isascii() else unicodedata.normalize("NFC", value)


def _json(value: Any, depth: int = 0) -> Any:
    """Arbitrary JSON, bounded in depth and keys, without NUL."""
    if depth > 16:
        raise ValueError("is nested deeper than 16 levels")
    if isinstance(value, dict):
        if len(value) > 256:
            raise ValueError("has more than 256 keys in one object")
        return {_json(key, depth + 1): _json(each, depth + 1) for key, each in value.items()}
    if isinstance(value, list):
        if len(value) > 1_000:
            raise ValueError("has more than 1000 items in one list")
        return [_json(each, depth + 1) for each in value]
    if isinstance(value, str) and "\x00" in value:
        raise ValueError("contains a NUL character")
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**53:
        raise ValueError("holds an integer that JSON readers cannot represent exactly (above 2**53)")
    return value


@dataclass(frozen=True)
class ResourceField:
    """One exposed column. `annotation` is the strict type of a value; `None` is allowed apart, by `nullable`."""

    name: str
    column: Column[Any]
    annotation: Any
    nullable: bool
    required: bool

    @property
    def type(self) -> Any:
        """The annotation with `None` where the column takes it."""
        return self.annotation | None if self.nullable else self.annotation


def describe(column: Column[Any], *, minimum_length: bool = True) -> Any:
    """The strict annotation for a column's values. Raises `TypeError` for a type that no API field can have."""
    kind, rules = column.type, rules_of(column.info)
    if isinstance(kind, Id):
        return UUID
    if isinstance(kind, Timestamp):
        return Annotated[AwareDatetime, AfterValidator(_moment), Field(json_schema_extra={"maxLength": 64})]
    if isinstance(kind, Date):
        return Annotated[date, Field(ge=date(1000, 1, 1), json_schema_extra={"maxLength": 10})]
    if isinstance(kind, Enum):
        return kind.enum_class
    if isinstance(kind, Boolean):
        return bool
    if isinstance(kind, FixedPoint):
        low = -kind.limit if rules.minimum is None else Decimal(rules.minimum)
        high = kind.limit if rules.maximum is None else Decimal(rules.maximum)
        return Annotated[Decimal, Field(ge=low, le=high, decimal_places=kind.places, allow_inf_nan=False)]
    if isinstance(kind, Integer):
        low_int, high_int = integer_range(kind)
        low_int = low_int if rules.minimum is None else int(rules.minimum)
        high_int = high_int if rules.maximum is None else int(rules.maximum)
        return Annotated[int, Field(ge=low_int, le=high_int)]
    if isinstance(kind, String):
        return _string(kind, rules.format, 1 if minimum_length and min_length(column) else 0)
    if isinstance(kind, JSON):
        return Annotated[Any, AfterValidator(_json)]
    raise TypeError(f"{column.table.name}.{column.name}: the API has no form for the type {kind!r}")


def _string(kind: String, format_: str | None, minimum: int) -> Any:
    assert kind.length is not None
    if format_ == "email":
        limits = StringConstraints(max_length=kind.length, pattern=EMAIL)
        return Annotated[str, limits, AfterValidator(_email), Field(json_schema_extra={"format": "email"})]
    if format_ == "phone":
        return Annotated[str, StringConstraints(max_length=kind.length, pattern=PHONE)]
    if format_ == "url":
        limits = StringConstraints(max_length=kind.length, pattern=URL)
        return Annotated[str, limits, Field(json_schema_extra={"format": "uri"})]
    limits = StringConstraints(min_length=minimum or None, max_length=kind.length, pattern=NO_NUL)
    return Annotated[str, limits, AfterValidator(_composed)]


def field_of(column: Column[Any]) -> ResourceField:
    """The exposed form of a column."""
    nullable = bool(column.nullable)
    required = not nullable and column.default is None and column.server_default is None
    return ResourceField(column.key, column, describe(column), nullable, required)


STRICT: Final = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True)


def create_model_for(name: str, fields: list[ResourceField]) -> type[BaseModel]:
    """The body of a create: required fields required, defaults left to the table."""
    shape: dict[str, Any] = {f.name: (f.type, ... if f.required else None) for f in fields}
    return create_model(f"{name}Create", __config__=STRICT, **shape)


def update_model_for(name: str, fields: list[ResourceField]) -> type[BaseModel]:
    """The body of a merge patch (RFC 7396): all optional; absent is not null."""
    shape: dict[str, Any] = {f.name: (f.type, None) for f in fields}
    return create_model(f"{name}Update", __config__=STRICT, **shape)


_SPACES: Final = re.compile(r"\s+")


def label(name: str) -> str:
    """A field's name in words: `due_at` → `due at`."""
    return _SPACES.sub(" ", name.replace("_", " ")).strip()
