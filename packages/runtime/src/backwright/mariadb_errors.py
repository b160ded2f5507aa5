"""What MariaDB refuses, in the words of the API.

What lives here: the one table from MariaDB's error numbers to our errors. The driver is not needed for it. A
refused unique value is named by its key, so the columns are looked up among the tables that are declared.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Table, UniqueConstraint

from backwright import database_errors as said
from backwright.errors import Error, Invalid, Kind

_KEY: Final = re.compile(r"for key '(?:[^'.]+\.)?(?P<key>[^']+)'$")
_COLUMN: Final = re.compile(r"(?:Column|Field) '(?P<name>[^']+)'")
_CHECK: Final = re.compile(r"CONSTRAINT `(?:[^`]*`\.`)*(?P<name>[^`]+)` failed")

_COLLIDED: Final = frozenset({1213, 1020, 1305})
"""A deadlock; a row that has changed since the snapshot; a savepoint that went with everything else."""
_TAKEN: Final = frozenset({1062, 1169, 1586})
_REFERENCE: Final = frozenset({1216, 1217, 1451, 1452})
_MISSING: Final = frozenset({1048, 1364})
_SLOW: Final = frozenset({1205, 1317, 1969})
"""Waited for a lock, interrupted, the statement took too long."""
_GONE: Final = frozenset({1040, 1053, 1077, 1080, 1158, 1159, 1160, 1161, 1203, 1226, 1927, 1290, 4031})
"""Too many connections, going down, the connection lost or killed, not to be written to."""
_NO_ROOM: Final = frozenset({3, 28, 1021, 1026, 1037, 1041, 1114, 1118})
_MISFIT: Final = frozenset({1264, 1265, 1292, 1366, 1406, 1411, 1690, 3988, 1267, 1153})
"""Out of range, cut, not a time, not in the encoding, too long, too large for a message."""


def told(error: BaseException) -> Error:
    """The error to raise for what the driver raised."""
    number, message = (*getattr(error, "args", ()), None, None)[:2]
    if not isinstance(number, int):
        is_lost = isinstance(error, (OSError, EOFError, TimeoutError)) or "onnect" in str(error)
        return said.unreachable() if is_lost else Error(kind=Kind.INTERNAL)
    return _constraint(number, str(message)) or _trouble(number)


def _constraint(number: int, message: str) -> Error | None:
    if number in _TAKEN:
        found = _KEY.search(message)
        return said.taken(list(columns_of(found["key"]))) if found else said.taken([])
    if number in _REFERENCE:
        return said.broken_reference()
    if number in _MISSING:
        named = _COLUMN.search(message)
        return said.missing([named["name"]] if named else [])
    if number == 4025:
        rule = _CHECK.search(message)
        return said.broken_rule(rule["name"] if rule else "")
    return None


def _trouble(number: int) -> Error:
    if number in _COLLIDED:
        return said.Collision("Others are changing the same rows. Try again.", retry_after=1)
    if number in _SLOW:
        return said.slow()
    if number in _GONE or 2000 <= number < 2100:
        return said.unreachable()
    if number in _NO_ROOM:
        return said.no_room()
    if number in _MISFIT:
        return Invalid("A value does not fit its column.")
    return Error(kind=Kind.INTERNAL)


@lru_cache(maxsize=500)
def columns_of(key: str) -> tuple[str, ...]:
    """The columns of a unique key, by its name."""
    from backwright.entity import Entity

    for table in Entity.metadata.tables.values():
        for name, columns in _keys(table):
            if name == key:
                return columns
    return ("id",) if key == "PRIMARY" else ()


def _keys(table: Table) -> Iterator[tuple[str, tuple[str, ...]]]:
    keys: list[Any] = [each for each in table.constraints if isinstance(each, UniqueConstraint)]
    keys += [each for each in table.indexes if each.unique]
    for each in keys:
        yield str(each.name), tuple(column.name for column in each.columns)
