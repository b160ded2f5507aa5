"""The fields of a resource, as Pydantic sees them.

What lives here: from a column and its rules to the strict type of its values, and the models of bodies.
What must not: the forms of values themselves (`scalars.py`). The models coerce nothing and take no unknown
keys.
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, create_model
from sqlalchemy import JSON, Boolean, Column, Date, Enum, Integer, String

from backwright import scalars
from backwright.columns import (
    FixedPoint,
    Id,
    JsonObject,
    Texts,
    Timestamp,
    bounds,
    min_length,
    rules_of,
)
from backwright.encrypted import plain
from backwright.scalars import EMAIL, NO_NUL

__all__ = [
    "EMAIL", "NO_NUL", "STANDARD", "STRICT", "ResourceField", "argument", "create_model_for", "describe",
    "field_of", "label", "strict_model", "update_model_for",
]  # fmt: skip

STANDARD: Final = ("id", "version", "created_at", "updated_at")
"""The columns of every entity: always readable, never written by a client."""


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
    column = plain(column)
    kind = column.type
    if isinstance(kind, Enum) and kind.enum_class is not None:
        return kind.enum_class
    if isinstance(kind, Boolean):
        return bool
    if isinstance(kind, FixedPoint):
        return scalars.decimal(kind.precision, kind.places, *bounds(column))
    if isinstance(kind, Integer):
        return scalars.integer(*bounds(column))
    if isinstance(kind, String) and kind.length is not None:
        format_ = rules_of(column.info).format
        if format_ is not None:
            return scalars.formatted(format_, kind.length)
        return scalars.text(kind.length, min_length(column) if minimum_length else 0)
    for each, annotation in _PLAIN:
        if isinstance(kind, each):
            return annotation
    raise TypeError(f"{column.table.name}.{column.name}: the API has no form for the type {kind!r}")


_PLAIN: Final[tuple[tuple[type, Any], ...]] = (
    (Id, scalars.Identifier),
    (Timestamp, scalars.Moment),
    (Date, scalars.Day),
    (JsonObject, scalars.JsonObject),
    (Texts, scalars.Texts),
    (JSON, scalars.JsonValue),
)

_ARGUMENTS: Final[dict[Any, Any]] = {
    str: scalars.text(scalars.MAX_TEXT),
    int: scalars.integer(-(2**63), 2**63 - 1),
    UUID: scalars.Identifier,
    datetime: scalars.Moment,
    date: scalars.Day,
    Decimal: scalars.decimal(28, 10, Decimal(-(10**18)), Decimal(10**18)),
    dict: scalars.JsonObject,
    dict[str, Any]: scalars.JsonObject,
    list[str]: scalars.Texts,
    Any: scalars.JsonValue,
}


def argument(hint: Any) -> Any:
    """The strict annotation for a type as it stands in Python code: bounded where the plain type is not."""
    try:
        return _ARGUMENTS.get(hint, hint)
    except TypeError:  # an annotation with metadata that cannot be hashed says itself what it takes
        return hint


def field_of(column: Column[Any]) -> ResourceField:
    """The exposed form of a column."""
    nullable = bool(column.nullable)
    required = not nullable and column.default is None and column.server_default is None
    return ResourceField(column.key, column, describe(column), nullable, required)


STRICT: Final = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True)


def create_model_for(name: str, fields: list[ResourceField]) -> type[BaseModel]:
    """The body of a create: required fields required, defaults left to the table."""
    return strict_model(f"{name}Create", {f.name: (f.type, ... if f.required else None) for f in fields})


def update_model_for(name: str, fields: list[ResourceField]) -> type[BaseModel]:
    """The body of a merge patch (RFC 7396): all optional; absent is not null."""
    return strict_model(f"{name}Update", {f.name: (f.type, None) for f in fields})


def strict_model(name: str, shape: Mapping[str, Any]) -> type[BaseModel]:
    """A model that coerces nothing and takes no unknown keys. `shape`: name → (annotation, default)."""
    with warnings.catch_warnings():
        # A field may be called `copy` or `json`: values are read from the instance's own dictionary.
        warnings.filterwarnings("ignore", message=".*shadows an attribute", category=UserWarning)
        return create_model(name, __config__=STRICT, **dict(shape))


def label(name: str) -> str:
    """A field's name in words: `due_at` → `due at`."""
    return " ".join(name.replace("_", " ").split())
