"""The base of every table's class.

An `Entity` is an ordinary SQLAlchemy declarative class. What it adds: identity (UUIDv7), a version for
optimistic locking, two times, constraint names by convention, relationships that raise instead of loading
lazily, and a CHECK in the database for each rule that the API enforces.
"""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from enum import Enum as PythonEnum
from typing import Annotated, Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    Date,
    Enum,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    func,
    or_,
    type_coerce,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, RelationshipProperty, deferred, mapped_column
from uuid_utils.compat import uuid7

from backwright import encrypted
from backwright.columns import (
    FixedPoint,
    Id,
    JsonObject,
    Texts,
    Timestamp,
    between,
    bounds,
    formatted,
    min_length,
    rules_of,
    set_by_actor,
)
from backwright.context import now
from backwright.encrypted import ENVELOPE, Encrypted
from backwright.tenancy import TenantKey, keyed, tenant

__all__ = [
    "Email", "Entity", "FixedPoint", "Id", "Money", "Phone", "TenantKey", "Timestamp", "Url", "between", "new_id",
    "set_by_actor", "tenant",
]  # fmt: skip

CONVENTION: dict[Any, Any] = {
    "pk": "pk_%(table_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    TenantKey: "fkt_%(table_name)s_%(column_1_name)s",  # MariaDB goes by the names: after the ordinary ones
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}

Email = Annotated[str, mapped_column(String(254), info=formatted("email"))]
"""An address (RFC 5321 length), stored in lower case so that uniqueness means what people expect."""
Phone = Annotated[str, mapped_column(String(32), info=formatted("phone"))]
"""A telephone number: digits, spaces and `+-()./`, at least four digits."""
Url = Annotated[str, mapped_column(String(2000), info=formatted("url"))]
"""An absolute http or https address."""
Money = Annotated[Decimal, mapped_column(FixedPoint(14, 2))]
"""An amount as an exact decimal with two places; a string on the wire."""


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): ordered by time of creation, so that new rows go to the end of an index."""
    return uuid7()


class Entity(DeclarativeBase):
    """The base class. Subclass it, name the table, declare columns."""

    metadata = MetaData(naming_convention=CONVENTION)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        UUID: Id(),
        datetime: Timestamp(),
        date: Date(),
        Decimal: FixedPoint(14, 2),
        dict[str, Any]: JsonObject(),
        list[str]: Texts(),
        PythonEnum: Enum(
            PythonEnum,
            native_enum=False,
            create_constraint=False,
            length=63,
            values_callable=lambda kind: [each.value for each in kind],
        ),
    }

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-100)
    version: Mapped[int] = mapped_column(default=1, server_default="1", sort_order=100)
    created_at: Mapped[datetime] = mapped_column(default=now, sort_order=101)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now, sort_order=102)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        for declared in vars(cls).values():
            if isinstance(declared, RelationshipProperty) and declared.lazy == "select":
                declared.lazy = "raise"
                declared.strategy_key = (("lazy", "raise"),)
        super().__init_subclass__(**kwargs)
        table = cls.__dict__.get("__table__")
        if isinstance(table, Table):
            cls.__mapper__.version_id_col = table.c.version
            for index in encrypted.settle(table):
                setattr(cls, index.name, deferred(index))
            encrypted.constrain(table)
            keyed(table)
            for column in table.columns:
                for name, rule in checks(column):
                    table.append_constraint(CheckConstraint(rule, name=f"{column.name}_{name}"))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id}>"


def checks(column: Column[Any]) -> Iterator[tuple[str, ColumnElement[bool] | str]]:
    """The database twins of a column's API rules, as (short name, condition).

    Raises `TypeError` for a string without a length: an API that takes strings of any size can be filled up.
    """
    kind = column.type
    if isinstance(kind, Encrypted):
        yield "encrypted", type_coerce(column, Text()).like(ENVELOPE)
        return
    if isinstance(kind, Enum):
        yield "values", column.in_(kind.enums)
    elif isinstance(kind, Boolean):
        yield "boolean", column.in_((False, True))
    elif isinstance(kind, String):
        if kind.length is None:
            raise TypeError(f"{column.table.name}.{column.name} needs a length: mapped_column(String(200))")
        yield "length", func.length(column).between(min_length(column), kind.length)
    elif isinstance(kind, (FixedPoint, Integer)):
        yield "range", column.between(*bounds(column))
    format_ = rules_of(column.info).format
    if format_ == "email":
        yield "format", column.like("_%@_%")
    elif format_ == "phone":
        yield "format", func.length(column) >= 4
    elif format_ == "url":
        yield "format", or_(column.like("http://_%"), column.like("https://_%"))
