"""A statement compiled once and run many times.

What lives here: from a SQLAlchemy statement to SQL text, an order of parameters and conversions. What must
not: running it. SQLAlchemy builds and compiles (dialects, types, safety); the driver executes. What remains
per request is one pass over the parameters and one over the columns that need a conversion at all.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final, cast

import msgspec
from sqlalchemy import JSON, Boolean, Date, Dialect, Enum, Executable, Table, UpdateBase
from sqlalchemy.sql import visitors
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import BindParameter, ClauseElement
from sqlalchemy.sql.schema import CallableColumnDefault, ScalarElementColumnDefault
from sqlalchemy.types import TypeEngine

from backwright.columns import FixedPoint, Id, Timestamp, in_utc, shortest

Converter = Callable[[Any], Any]


class Prepared:
    """SQL text, the order of its parameters and the conversions of its columns.

    With `wire=True` rows come back in the form in which they are printed at the least cost: enums as text,
    JSON as raw bytes, and ids, times and exact numbers as text or as values, whichever the driver gives.
    Printed they are the same.
    """

    __slots__ = ("_binders", "_converters", "_made", "_slots", "changes", "columns", "sql")

    def __init__(self, statement: Executable, dialect: Dialect, *, wire: bool = False) -> None:
        for each in visitors.iterate(cast(ClauseElement, statement)):
            if isinstance(each, BindParameter):
                each.required = False  # values come with each run; compiling an IN would ask for them now
        compiled = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})  # type: ignore[attr-defined]
        assert isinstance(compiled, SQLCompiler)
        self.sql = str(compiled)
        self.changes: frozenset[str] = changed_by(statement)
        """The tables of which the statement may change rows."""
        names: tuple[str, ...] = tuple(compiled.positiontup or ())
        binders = {name: _binder(compiled, name, dialect) for name in names}
        self._slots: tuple[tuple[str, Any], ...] = tuple((name, compiled.params.get(name)) for name in names)
        self._binders: tuple[tuple[int, Converter], ...] = tuple(
            (at, to) for at, name in enumerate(names) if (to := binders[name]) is not None
        )
        self._made: dict[str, Callable[[Any], Any]] = {**dict(_made_values(compiled)), **_asked(compiled)}
        entries = compiled._result_columns or ()
        self.columns: tuple[str, ...] = tuple(entry.keyname for entry in entries)
        choose = wire_converter if wire else python_converter
        converters = [(at, choose(entry.type, dialect)) for at, entry in enumerate(entries)]
        self._converters: tuple[tuple[int, Converter], ...] = tuple((at, to) for at, to in converters if to)

    def arguments(self, params: Mapping[str, Any]) -> list[Any]:
        """The values in the order of the placeholders. A missing one is its column's default, or NULL."""
        if self._made:
            made = {name: make(None) for name, make in self._made.items() if name not in params}
            params = {**params, **made}
        get = params.get
        found = [get(name, default) for name, default in self._slots]
        for at, bind in self._binders:
            if found[at] is not None:
                found[at] = bind(found[at])
        return found

    def rows(self, raw: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
        """The driver's rows with converted columns."""
        converters = self._converters
        if not converters:
            return raw if isinstance(raw, list) else [tuple(row) for row in raw]
        found = []
        for row in raw:
            changed = list(row)
            for at, convert in converters:
                if changed[at] is not None:
                    changed[at] = convert(changed[at])
            found.append(tuple(changed))
        return found


def _made_values(compiled: SQLCompiler) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    """Columns that a write sets by themselves, with what makes their value (`default=now`, `onupdate=now`)."""
    if compiled.isinsert:
        defaults = [(column.key, column.default) for column in compiled.insert_prefetch]
    else:
        defaults = [(column.key, column.onupdate) for column in compiled.update_prefetch]
    for name, default in defaults:
        if isinstance(default, CallableColumnDefault):
            yield name, cast(Callable[[Any], Any], default.arg)
        elif isinstance(default, ScalarElementColumnDefault):
            yield name, partial(_same, default.arg)


def _asked(compiled: SQLCompiler) -> dict[str, Callable[[Any], Any]]:
    """Parameters that each run fills in by itself, as access rules about the request do."""
    return {name: partial(_ask, each.callable) for name, each in compiled.binds.items() if each.callable}


def _ask(answer: Callable[[], Any], _: Any) -> Any:
    return answer()


def _same(value: Any, _: Any) -> Any:
    return value


def changed_by(statement: Executable) -> frozenset[str]:
    """The tables of which a statement may change rows; those that a delete reaches over foreign keys included."""
    if not isinstance(statement, UpdateBase) or not isinstance(statement.table, Table):
        return frozenset()
    return reached_by_delete(statement.table) if statement.is_delete else frozenset({statement.table.name})


def reached_by_delete(table: Table) -> frozenset[str]:
    """`table` and the tables whose rows go, or lose a reference, when its rows are deleted."""
    found, waiting = {table.name}, [table.name]
    while waiting:
        target = waiting.pop()
        for other in table.metadata.tables.values():
            reaching = {key.ondelete for key in other.foreign_keys if key.column.table.name == target}
            if "CASCADE" in reaching and other.name not in found:
                waiting.append(other.name)
            if reaching & _REACHING:
                found.add(other.name)
    return frozenset(found)


_REACHING: Final = frozenset({"CASCADE", "SET NULL", "SET DEFAULT"})


def _binder(compiled: SQLCompiler, name: str, dialect: Dialect) -> Converter | None:
    """What makes a parameter of a value; `None` where the driver takes it as it is: PostgreSQL's knows ids, times
    and exact numbers, and refuses a time without a zone by itself.
    """
    processor = cast(Converter | None, compiled._bind_processors.get(name))
    parameter = compiled.binds.get(name)  # none: one of a list of constants
    if parameter is None or dialect.name != "postgresql":
        return processor
    kind = parameter.type
    if isinstance(kind, Enum) and kind.enum_class is not None and issubclass(kind.enum_class, str):
        return None
    return None if isinstance(kind, (Id, Timestamp, FixedPoint)) else processor


def python_converter(kind: TypeEngine[Any], dialect: Dialect) -> Converter | None:
    """What turns a driver value of this type into the Python value."""
    if dialect.name == "postgresql" and isinstance(kind, (Id, Timestamp, FixedPoint)):
        return None  # its driver gives these values already
    return kind.dialect_impl(dialect).result_processor(dialect, None)


def wire_converter(kind: TypeEngine[Any], dialect: Dialect) -> Converter | None:
    """What turns a driver value of this type into its wire form; `None` where they are the same."""
    if isinstance(kind, JSON):
        return lambda value: msgspec.Raw(value.encode())
    if isinstance(kind, Enum):
        return None
    if dialect.name == "postgresql" or (dialect.name == "mariadb" and isinstance(kind, FixedPoint)):
        return _wire_from_postgresql(kind, dialect)
    if dialect.name == "mariadb" and isinstance(kind, Timestamp):
        return in_utc
    if isinstance(kind, FixedPoint):
        places = kind.places
        return lambda value: format_fixed(value, places)
    if isinstance(kind, Boolean):
        return bool
    if isinstance(kind, Timestamp):
        return shortest
    if isinstance(kind, (Id, Date)):
        return None
    return python_converter(kind, dialect)


def _wire_from_postgresql(kind: TypeEngine[Any], dialect: Dialect) -> Converter | None:
    """Its driver gives ids, times and exact numbers as values that are printed as they should be."""
    if isinstance(kind, FixedPoint) and kind.places > _PLAIN_PLACES:
        return lambda value: f"{value:f}"
    return python_converter(kind, dialect)


_PLAIN_PLACES: Final = 6
"""Places up to which Python prints a zero without an exponent."""


def format_fixed(value: int, places: int) -> str:
    """An integer of smallest units as a decimal string: (1250, 2) → `12.50`."""
    if not places:
        return str(value)
    digits = str(abs(value)).rjust(places + 1, "0")
    return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"
