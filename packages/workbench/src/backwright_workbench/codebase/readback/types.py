"""The type of a column, said in Python or in SQL → the type of a field.

What lives here: the tables of types, and taking annotations apart. What must not: options of columns
(`columns.py`).
"""

import ast
from dataclasses import dataclass, field
from typing import Final

from backwright_workbench.codebase.readback.enums import is_enumeration, members
from backwright_workbench.codebase.readback.modules import Module
from backwright_workbench.codebase.readback.notes import Unreadable
from backwright_workbench.codebase.readback.scope import Code, Found, of_backwright

PYTHON: Final = {
    "builtins.str": "string",
    "builtins.int": "integer",
    "builtins.bool": "boolean",
    "builtins.dict": "json",
    "typing.Dict": "json",
    "decimal.Decimal": "decimal",
    "datetime.date": "date",
    "datetime.datetime": "datetime",
    "uuid.UUID": "reference",
}
"""Python's types by their full names."""

SQL: Final = {
    "String": "string",
    "Unicode": "string",
    "Text": "text",
    "UnicodeText": "text",
    "Integer": "integer",
    "Boolean": "boolean",
    "Date": "date",
    "JSON": "json",
    "JsonObject": "json",
    "Timestamp": "datetime",
    "FixedPoint": "decimal",
    "Id": "reference",
}
"""Types of columns, SQLAlchemy's and the runtime's, by their last names."""

WORDS: Final = {"Email": "email", "Phone": "phone", "Url": "url", "Money": "money"}
"""Types that are one word of the runtime."""

UNKNOWN: Final = "a blueprint has no such type"


@dataclass(slots=True)
class Meaning:
    """What a type means: the type of the field, the values of an enumeration, and the columns that come with
    it.
    """

    kind: str
    values: tuple[str, ...] = ()
    columns: list[Found] = field(default_factory=list)
    optional: bool = False


def mapped(annotation: ast.expr, module: Module, code: Code) -> Meaning | None:
    """What `Mapped[…]` means; None for any other annotation. Raises `Unreadable`."""
    annotation = _unquoted(annotation)
    if not isinstance(annotation, ast.Subscript):
        return None
    if code.qualified(annotation.value, module).rpartition(".")[2] != "Mapped":
        return None
    inner, optional = _optional(annotation.slice, module, code)
    meaning = python_type(inner, module, code)
    meaning.optional = optional
    return meaning


def python_type(node: ast.expr, module: Module, code: Code, hops: int = 5) -> Meaning:
    """What a type of Python means. Raises `Unreadable`."""
    named = node.value if isinstance(node, ast.Subscript) else node
    name = code.qualified(named, module)
    above = code.definition(name)
    if name in PYTHON:
        return Meaning(PYTHON[name])
    if of_backwright(name, *WORDS):
        return Meaning(WORDS[name.rpartition(".")[2]])
    if name.rpartition(".")[2] == "Annotated" and isinstance(node, ast.Subscript):
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        meaning = python_type(parts[0], module, code)
        meaning.columns += [Found(part, module) for part in parts[1:]]
        return meaning
    if above is not None and is_enumeration(above, code):
        return Meaning("enum", tuple(members(above, code)))
    if above is not None and isinstance(above.node, ast.expr) and hops:
        return python_type(above.node, above.module, code, hops - 1)
    raise Unreadable(UNKNOWN)


def sql_type(found: Found, code: Code) -> Meaning:
    """What a type of SQL means, called or not. Raises `Unreadable`."""
    node = found.node
    name = code.qualified(node.func if isinstance(node, ast.Call) else node, found.module).rpartition(".")[2]
    if name == "Enum" and isinstance(node, ast.Call) and node.args:
        return python_type(node.args[0], found.module, code)
    if name not in SQL:
        raise Unreadable(UNKNOWN)
    return Meaning(SQL[name])


def _optional(node: ast.expr, module: Module, code: Code) -> tuple[ast.expr, bool]:
    """`X | None`, `Optional[X]` or `Union[X, None]` → X, and whether it may be None."""
    node = _unquoted(node)
    options = [node]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        options = [_unquoted(node.left), _unquoted(node.right)]
    elif isinstance(node, ast.Subscript):
        name = code.qualified(node.value, module)
        if name == "typing.Optional":
            return _unquoted(node.slice), True
        if name == "typing.Union" and isinstance(node.slice, ast.Tuple):
            options = [_unquoted(each) for each in node.slice.elts]
    kept = [each for each in options if not (isinstance(each, ast.Constant) and each.value is None)]
    if len(kept) != 1:
        raise Unreadable(UNKNOWN)
    return kept[0], len(options) > 1


def _unquoted(node: ast.expr) -> ast.expr:
    """An annotation in quotes, without them."""
    if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        return node
    try:
        inner = ast.parse(node.value, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return node
    return ast.copy_location(inner, node)
