"""Rows with encrypted columns on their way into the database.

What lives here: from plain values to what statements take, for prepared statements and for those of ORM sessions.
What must not: the encryption itself, which happens where a value is handed to the driver (`encrypted.py`).
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Executable, Insert, Table, Update

from backwright.blind_index import SUFFIX
from backwright.encrypted import Encrypted, OfRow
from backwright.entity import new_id


class EncryptedRows:
    """The encrypted columns of one table."""

    def __init__(self, table: Table) -> None:
        self._id = table.c.id
        self._kinds = {each.key: each.type for each in table.columns if isinstance(each.type, Encrypted)}

    @property
    def names(self) -> frozenset[str]:
        """Their names."""
        return frozenset(self._kinds)

    def __bool__(self) -> bool:
        return bool(self._kinds)

    def sealed(self, row: UUID | str, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values for a row, each encrypted one with its row, and with the value for its blind index beside it."""
        found = dict(values)
        for name, kind in self._kinds.items():
            if name in values and not isinstance(value := values[name], OfRow):
                found[name] = None if value is None else OfRow(row, value)
                if kind.searchable:
                    found[name + SUFFIX] = value
        return found

    def parameters(self, given: Mapping[str, Any], *, is_new: bool) -> dict[str, Any]:
        """The parameters of an ORM session's statement. Raises `TypeError` for one that names no row."""
        if not any(name in given for name in self._kinds):
            return dict(given)
        row = given.get(self._id.key) or given.get(str(self._id._label))  # the latter names it in a WHERE
        if row is None and not is_new:
            raise TypeError(f"an update of {self._id.table.name} does not say which row it encrypts for")
        row = row or new_id()
        return self.sealed(row, {**given, self._id.key: row} if is_new else given)


def _values(statement: Insert) -> dict[str, Any]:
    """The values that stand in a statement itself, as far as they are values."""
    given: Mapping[Any, Any] = statement._values or {}
    return {each.key: value.value for each, value in given.items() if isinstance(value, BindParameter)}


def before_execute(
    _connection: Any, statement: Executable, many: Any, one: Any, _options: Any
) -> tuple[Any, Any, Any]:
    """A statement of an ORM session and its parameters, before it is compiled."""
    if not isinstance(statement, (Insert, Update)) or not isinstance(statement.table, Table):
        return statement, many, one
    rows = EncryptedRows(statement.table)
    if rows:
        is_new = isinstance(statement, Insert)
        if isinstance(statement, Insert) and not many and not one:
            return statement.values(rows.parameters(_values(statement), is_new=True)), many, one
        many = [rows.parameters(each, is_new=is_new) for each in many or ()]
        one = rows.parameters(one, is_new=is_new) if one else one
    return statement, many, one
