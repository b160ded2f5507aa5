"""A field as a mapped column, in source text.

What lives here: which annotation, type and options a field gets. What must not: where the column stands
(`models.py`), the same column as a table's value (`tables.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from backwright_workbench.blueprint.model import FieldModel, reference_column
from backwright_workbench.codegen.imports import Imports
from backwright_workbench.codegen.names import Names, on_delete
from backwright_workbench.codegen.source import Node, call, lines, literal, mapping, prose
from backwright_workbench.codegen.tenancy import is_unique_alone

STRING_MAX: Final = 200
TEXT_MAX: Final = 10_000
DECIMAL_DIGITS: Final = 14
DECIMAL_PLACES: Final = 2

NUMBERS: Final = ("integer", "decimal", "money")

ANNOTATED: Final = {"email": "Email", "phone": "Phone", "url": "Url", "money": "Money"}
"""Field types that are one word of `backwright.entity`."""


@dataclass
class Column:
    """The parts of `name: Mapped[annotation] = mapped_column(arguments, options)`."""

    annotation: str
    arguments: list[Node] = field(default_factory=list)
    options: dict[str, Node] = field(default_factory=dict)


def number(value: int) -> str:
    """An integer literal with thousands set apart: `10_000`."""
    return f"{value:_}" if abs(value) >= 10_000 else str(value)


def column_lines(
    entity: str, name: str, declared: FieldModel, names: Names, imports: Imports, *, index: bool
) -> list[str]:
    """The statement that declares one column, indented as in a class. `index`: an encrypted one brings its own."""
    column = (
        _MAKERS[declared.type](declared, imports) if declared.type in _MAKERS else _enum(entity, name, names)
    )
    if declared.type == "reference":
        column = _reference(entity, declared, names, imports)
    if declared.type in NUMBERS and (declared.min is not None or declared.max is not None):
        column.options["info"] = _bounds(declared, imports)
    if declared.default is not None:
        column.options["default"] = _default(entity, name, declared, names, imports)
    if declared.encrypted and not column.arguments:
        column.arguments.append(_kind(declared, imports))
    if (declared.encrypted and declared.unique) or is_unique_alone(entity, names, unique=declared.unique):
        column.options["unique"] = "True"
    elif declared.encrypted and name in names.blueprint.entities[entity].filters:
        column.options["searchable"] = "True"
    elif index:
        column.options["index"] = "True"
    if declared.description:
        column.options["doc"] = prose(declared.description, room=90)
    annotation = f"{column.annotation} | None" if declared.optional else column.annotation
    target = reference_column(name) if declared.type == "reference" else name
    start = f"{target}: {imports.name('sqlalchemy.orm', 'Mapped')}[{annotation}]"
    if not column.arguments and not column.options:
        return [f"    {start}"]
    made = (
        ("backwright.encrypted", "encrypted") if declared.encrypted else ("sqlalchemy.orm", "mapped_column")
    )
    mapped = call(imports.name(*made), *column.arguments, **column.options)
    return lines(mapped, indent=4, before=f"{start} = ")


def _string(declared: FieldModel, imports: Imports) -> Column:
    size = declared.max or (TEXT_MAX if declared.type == "text" else STRING_MAX)
    column = Column("str", [f"{imports.name('sqlalchemy', 'String')}({number(size)})"])
    if (size < TEXT_MAX) == (declared.type == "text"):
        column.options["info"] = mapping([('"type"', literal(declared.type))])
    return column


def _decimal(declared: FieldModel, imports: Imports) -> Column:
    places = DECIMAL_PLACES if declared.places is None else declared.places
    kind = f"{imports.name('backwright.entity', 'FixedPoint')}({DECIMAL_DIGITS}, {places})"
    return Column(imports.name("decimal", "Decimal"), [kind])


def _annotated(declared: FieldModel, imports: Imports) -> Column:
    return Column(imports.name("backwright.entity", ANNOTATED[declared.type]))


def _json(declared: FieldModel, imports: Imports) -> Column:
    return Column(f"dict[str, {imports.name('typing', 'Any')}]")


_MAKERS: Final[dict[str, Callable[[FieldModel, Imports], Column]]] = {
    "string": _string,
    "text": _string,
    "integer": lambda declared, imports: Column("int"),
    "decimal": _decimal,
    "boolean": lambda declared, imports: Column("bool"),
    "date": lambda declared, imports: Column(imports.name("datetime", "date")),
    "datetime": lambda declared, imports: Column(imports.name("datetime", "datetime")),
    "json": _json,
    **dict.fromkeys(ANNOTATED, _annotated),
}


def _kind(declared: FieldModel, imports: Imports) -> str:
    """The type of a column that an annotation alone says otherwise: what is encrypted names it."""
    module, name, size = _KINDS[declared.type]
    return f"{imports.name(module, name)}({size})"


_KINDS: Final = {
    "email": ("sqlalchemy", "String", "254"),
    "phone": ("sqlalchemy", "String", "32"),
    "url": ("sqlalchemy", "String", "2000"),
    "integer": ("sqlalchemy", "Integer", ""),
    "money": ("backwright.entity", "FixedPoint", f"{DECIMAL_DIGITS}, 2"),
    "date": ("sqlalchemy", "Date", ""),
    "datetime": ("backwright.entity", "Timestamp", ""),
    "json": ("backwright.columns", "JsonObject", ""),
}


def _enum(entity: str, name: str, names: Names) -> Column:
    return Column(names.choices(entity, name))


def _reference(entity: str, declared: FieldModel, names: Names, imports: Imports) -> Column:
    assert declared.to is not None
    options = {"ondelete": literal(on_delete(declared).upper().replace("_", " "))}
    if names.closes_circle(entity, declared.to):
        options["use_alter"] = "True"
    target = literal(f"{names.table(declared.to)}.id")
    column = Column(
        imports.name("uuid", "UUID"), [call(imports.name("sqlalchemy", "ForeignKey"), target, **options)]
    )
    if declared.set == "actor":
        column.options["info"] = f"{imports.name('backwright.entity', 'set_by_actor')}()"
    return column


def _bounds(declared: FieldModel, imports: Imports) -> str:
    between = imports.name("backwright.entity", "between")
    if declared.min is None:
        return f"{between}(maximum={number(declared.max or 0)})"
    return f"{between}({number(declared.min)}" + (
        ")" if declared.max is None else f", {number(declared.max)})"
    )


def _default(entity: str, name: str, declared: FieldModel, names: Names, imports: Imports) -> str:
    value = declared.default
    if declared.type == "enum":
        return f"{names.choices(entity, name)}.{str(value).upper()}"
    if declared.type in ("decimal", "money"):
        return f"{imports.name('decimal', 'Decimal')}({literal(str(value))})"
    if isinstance(value, bool):
        return str(value)
    return number(value) if isinstance(value, int) else literal(str(value))
