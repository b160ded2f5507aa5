"""Encrypted columns: how a model declares one, and what a statement makes of it.

What lives here: the column type `Encrypted` and `encrypted()`. What must not: ciphers (`encryption.py`), what stands
for a value in filters (`blind_index.py`), and the writing of rows (`encrypted_rows.py`).

A value can only be opened with the id of its row. So each SELECT and RETURNING asks for the id and the envelope
together, as one text, wherever the column stands in it: in a list, an embed, an ORM query. And a value can only be
written as `OfRow`, which says what row it is for.
"""

from collections.abc import Callable
from typing import Any, Final, cast
from uuid import UUID

import sqlalchemy
from sqlalchemy import Column, ColumnElement, Dialect, Label, String, Text, UniqueConstraint, type_coerce
from sqlalchemy.orm import MappedColumn, mapped_column
from sqlalchemy.sql import operators, visitors
from sqlalchemy.types import TypeDecorator, TypeEngine

from backwright import encrypted_forms as forms
from backwright.blind_index import SUFFIX, BlindIndex, note
from backwright.columns import rules_of
from backwright.encrypted_storage import Envelope
from backwright.encryption import VERSION, FieldKeys, Place

ID_LENGTH: Final = 36
BY_INDEX: Final = frozenset({operators.eq, operators.ne, operators.in_op, operators.not_in_op})
"""What a blind index can answer."""


class OfRow:
    """A value on its way into an encrypted column, and the row that it is for. Printed, it does not show."""

    __slots__ = ("row", "value")

    def __init__(self, row: UUID | str, value: Any) -> None:
        self.row = row
        self.value = value

    def __repr__(self) -> str:
        return f"<a value of row {self.row}>"


def encrypted(
    kind: TypeEngine[Any], *, searchable: bool = False, unique: bool = False, **options: Any
) -> MappedColumn[Any]:
    """A column whose values stand in the database encrypted: `ssn: Mapped[str] = encrypted(String(11))`.

    `searchable` adds a blind index beside it (`ssn_index`), so that the column can be compared for equality;
    `unique` makes that index unique. Nothing else can be asked of the database about the values: no order, no search
    for parts. Other options are those of `mapped_column`.
    """
    return mapped_column(Encrypted(kind, searchable=searchable or unique, unique=unique), **options)


class Encrypted(Envelope):
    """Values of `kind`, each encrypted for its row. Raises `TypeError` for a type that has no form to encrypt."""

    cache_ok = True

    def __init__(
        self,
        kind: TypeEngine[Any],
        searchable: bool = False,
        unique: bool = False,
        place: Place | None = None,
    ) -> None:
        super().__init__()
        self.kind = kind
        self.searchable = searchable
        self.unique = unique
        self.place = place
        forms.check(kind)

    def at(self, place: Place) -> "Encrypted":
        """The same type as that of one column, which its values are bound to."""
        return Encrypted(self.kind, self.searchable, self.unique, place)

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """The envelope. Raises `TypeError` for a value that does not say which row it is for."""
        if value is None:
            return None
        if not isinstance(value, OfRow) or self.place is None:
            raise TypeError(
                f"{self.place} is encrypted for its row: write it through the service, or as an attribute of one row"
            )
        return FieldKeys.of(dialect).seal(self.place, value.row, forms.encode(self.kind, value.value))

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """The value, from its row's id and the envelope. Raises `Unreadable` if they do not belong together."""
        if value is None:
            return None
        assert self.place is not None, "a column of an entity has its place"
        return forms.decode(
            self.kind, FieldKeys.of(dialect).open(self.place, value[:ID_LENGTH], value[ID_LENGTH:])
        )

    def column_expression(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """What is selected: the row's id, and the envelope behind it; NULL where there is none."""
        expression = column.element if isinstance(column, Label) else column
        own = next(each for each in visitors.iterate(expression) if _is_of(each, self.place))
        id_ = sqlalchemy.cast(cast(Any, own).table.c.id, String(ID_LENGTH))
        return type_coerce(id_.concat(type_coerce(expression, Text())), self)

    @property
    def comparator_factory(self) -> Callable[[Any], Any]:  # type: ignore[override]
        """What comparisons in Python become."""
        return _Comparator


class _Comparator(TypeDecorator.Comparator[Any]):
    """Equality is asked of the blind index; NULL of the column itself; everything else is refused."""

    def operate(self, op: Any, *other: Any, **options: Any) -> Any:
        """`TypeError` for what a blind index cannot answer."""
        column = cast(Any, self.expr)
        if op in (operators.is_, operators.is_not) or (op in BY_INDEX and other[0] is None):
            return super().operate(op, *other, **options)
        if op in BY_INDEX and column.type.searchable:
            index = column.table.c[column.key + SUFFIX]
            return op(index, _for_index(other[0], index.type))
        raise TypeError(f"{column.type.place} is encrypted; {refusal(column.type)}")

    def reverse_operate(self, op: Any, other: Any, **options: Any) -> Any:
        """Nothing comes to an encrypted column from the left."""
        raise TypeError(f"{cast(Any, self.expr).type.place} is encrypted and cannot be calculated with")


def _for_index(other: Any, kind: BlindIndex) -> Any:
    """What a column is compared with, as its blind index is."""
    if isinstance(other, (list, tuple, set, frozenset)):
        return [_for_index(each, kind) for each in other]
    return type_coerce(other, kind)


def refusal(kind: Encrypted) -> str:
    """What can be asked about such a column, for messages."""
    if kind.searchable:
        return "it can be filtered by equality, and neither sorted by nor searched"
    return "it can be filtered (by equality) only with searchable=True, and neither sorted by nor searched"


def _is_of(each: Any, place: Place | None) -> bool:
    kind = getattr(each, "type", None)
    return isinstance(kind, Encrypted) and kind.place == place and getattr(each, "table", None) is not None


def settle(table: Any) -> list[Column[Any]]:
    """Bind the encrypted columns of a new table to their places; the columns that their blind indexes need."""
    found: list[Column[Any]] = []
    for column in table.columns:
        if isinstance(column.type, Encrypted):
            column.type = column.type.at(Place(table.name, column.name))
            if column.type.searchable:
                kind = column.type
                within = kind.unique and any(rules_of(each.info).tenant for each in table.columns)
                options: dict[str, Any] = (
                    {} if within else {"unique": True} if kind.unique else {"index": True}
                )
                name = column.name + SUFFIX
                note(name, column.name)
                found.append(
                    Column(name, BlindIndex(kind.kind, kind.place), nullable=column.nullable, **options)
                )
    return found


def constrain(table: Any) -> None:
    """Make unique values unique within their tenant, where rows have one; after the columns of `settle` were added.

    Were they so over all tenants, a refusal would tell what another one has.
    """
    tenant = next((each for each in table.columns if rules_of(each.info).tenant), None)
    for column in list(table.columns):
        if tenant is not None and isinstance(column.type, Encrypted) and column.type.unique:
            table.append_constraint(UniqueConstraint(tenant, table.c[column.name + SUFFIX]))


def plain(column: Column[Any]) -> Column[Any]:
    """The column as it is outside the database: an encrypted one with the type of its values."""
    if not isinstance(column.type, Encrypted):
        return column
    found = column._copy()
    found.type = column.type.kind
    return found


def stored(column: Column[Any]) -> ColumnElement[Any]:
    """The column as it stands in the database: of an encrypted one the envelope, which need not open."""
    return type_coerce(column, Text()) if isinstance(column.type, Encrypted) else column


ENVELOPE: Final = f"{VERSION}.%"
"""What everything that stands in an encrypted column looks like (SQL's LIKE)."""
