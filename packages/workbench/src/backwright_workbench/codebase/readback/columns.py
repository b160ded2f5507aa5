"""A mapped column → a field.

What lives here: what the arguments and options of `mapped_column(…)` say. What must not: types
(`types.py`), which columns a class has (`entities.py`), what the API shows of them (`exposure.py`).
"""

import ast
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from pydantic import ValidationError

from backwright_workbench.blueprint.model import FieldModel
from backwright_workbench.codebase.readback.calls import argument, calls, declared
from backwright_workbench.codebase.readback.modules import Module
from backwright_workbench.codebase.readback.notes import Notes, Unreadable
from backwright_workbench.codebase.readback.scope import Code, Found, NotConstant, of_backwright
from backwright_workbench.codebase.readback.texts import LINE, NAME, fits
from backwright_workbench.codebase.readback.types import Meaning, mapped, sql_type

TEXT_FROM: Final = 10_000
"""Characters from which a string is a text, where its column does not say which of the two it is."""

DIGITS: Final = 14
"""Digits of a decimal number or an amount of money, before and after the point together."""

SILENT: Final = frozenset({"index", "searchable", "sort_order", "init", "repr", "kw_only"})
"""Options that a blueprint does not say because they follow from it (indexes and filters), or change nothing that is
served.
"""

ON_DELETE: Final = {
    "RESTRICT": "restrict",
    "NO ACTION": "restrict",
    "CASCADE": "cascade",
    "SET NULL": "set_null",
}
NO_WORD: Final = "a blueprint has no word for it"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table, and the field that it means. `table` is where a reference leads."""

    name: str
    field_name: str
    field: FieldModel
    found: Found
    table: str | None = None


class Columns:
    """Reads columns, and notes down what no field can say."""

    def __init__(self, code: Code, notes: Notes, tables: dict[str, str]) -> None:
        self.code = code
        self.notes = notes
        self.tables = tables
        """Class, by its full name → its table."""

    def read(
        self, name: str, annotation: ast.expr | None, value: ast.expr | None, found: Found
    ) -> Column | None:
        """The column that an attribute of a class declares; None for an attribute that is no column.

        Raises `Unreadable` for a column that no blueprint can say.
        """
        call = self.code.value(value, found.module) if value is not None else None
        written = call is not None and self._is_column(call)
        if call is not None and not written:
            return None
        try:
            meaning = mapped(annotation, found.module, self.code) if annotation is not None else None
            if meaning is None and not written:
                return None
            if meaning is None and annotation is not None:
                raise Unreadable("its annotation is not Mapped[…]")
            return self._column(name, meaning, call, found)
        except NotConstant as computed:
            raise Unreadable(f"{computed} is computed") from None

    def says_owner(self, value: Found) -> bool:
        """Whether a column says to which tenant a row belongs: `info=tenant()`."""
        call = self.code.value(value.node, value.module)
        if not isinstance(call.node, ast.Call) or not self._is_column(call):
            return False
        given = argument(call.node, None, "info")
        return given is not None and calls(self.code.value(given, call.module), self.code) == "tenant"

    def _is_column(self, call: Found) -> bool:
        return calls(call, self.code) in ("mapped_column", "Column") or declared(call, self.code, "encrypted")

    def _column(self, name: str, meaning: Meaning | None, call: Found | None, found: Found) -> Column:
        arguments: list[Found] = []
        options: dict[str, Found] = {}
        said: dict[str, Any] = {"optional": meaning.optional if meaning else True}
        for each in [*(meaning.columns if meaning else ()), *([call] if call else ())]:
            written = self.code.value(each.node, each.module)
            if isinstance(written.node, ast.Call) and self._is_column(written):
                said |= {"encrypted": True} if declared(written, self.code, "encrypted") else {}
                arguments += [self.code.value(node, written.module) for node in written.node.args]
                options |= {
                    key.arg: Found(key.value, written.module) for key in written.node.keywords if key.arg
                }
        table = None
        for each in arguments:
            if calls(each, self.code) == "ForeignKey":
                table = self._foreign_key(each, said)
            else:
                meaning = self._type(each, meaning, said)
        if meaning is None:
            raise Unreadable("its type is not said")
        if (meaning.kind == "reference") != (table is not None):
            raise Unreadable(
                "an id that is no foreign key" if table is None else "a foreign key that is no UUID"
            )
        said |= {"type": meaning.kind, "values": meaning.values}
        for option, value in options.items():
            self._option(name, option, value, said)
        told = said.pop("told", None)
        if said["type"] in ("string", "text"):
            length = said.get("max")
            if not isinstance(length, int):
                raise Unreadable("its length is not said")
            said["type"] = "text" if length >= TEXT_FROM else said["type"]
        return self._checked(name, said | ({"type": told} if told else {}), found, table)

    def _checked(self, name: str, said: dict[str, Any], found: Found, table: str | None) -> Column:
        field_name = name.removesuffix("_id") if table is not None else name
        if not fits(NAME, field_name) or (table is not None and not name.endswith("_id")):
            raise Unreadable("its name is not one that a field has")
        try:
            return Column(name, field_name, FieldModel(**said), found, table)
        except ValidationError as error:
            fault = error.errors(include_url=False)[0]
            what = ".".join(str(part) for part in fault["loc"][:1])
            raise Unreadable(f"{what} {fault['input']!r} is not one that a field can have") from None

    def _type(self, found: Found, meaning: Meaning | None, said: dict[str, Any]) -> Meaning:
        """A type of SQL beside the annotation: the annotation says what it is, the type how large."""
        sql = sql_type(found, self.code)
        kind = calls(found, self.code)
        if isinstance(found.node, ast.Call) and sql.kind in ("string", "text"):
            length = argument(found.node, 0, "length")
            if length is not None and (meaning is None or meaning.kind == "string"):
                said["max"] = self.code.constant(length, found.module)
        elif isinstance(found.node, ast.Call) and kind == "FixedPoint":
            places = argument(found.node, 1, "places")
            digits = argument(found.node, 0, "precision")
            if digits is not None and self.code.constant(digits, found.module) != DIGITS:
                raise Unreadable(f"it has other than {DIGITS} digits")
            if places is not None and (meaning is None or meaning.kind == "decimal"):
                said["places"] = self.code.constant(places, found.module)
        if meaning is None or (meaning.kind == "string" and sql.kind == "text"):
            return sql
        return meaning

    def _foreign_key(self, found: Found, said: dict[str, Any]) -> str:
        assert isinstance(found.node, ast.Call)
        target = argument(found.node, 0, "column")
        rule = argument(found.node, None, "ondelete")
        word = self.code.constant(rule, found.module) if rule is not None else "NO ACTION"
        if str(word).upper() not in ON_DELETE:
            raise Unreadable(f"ondelete={word!r} is none of the things that a blueprint lets happen")
        said["on_delete"] = ON_DELETE[str(word).upper()]
        table, _, column = self._target(target, found.module).rpartition(".")
        if column != "id" or not table:
            raise Unreadable("its foreign key leads to something else than an id")
        return table

    def _target(self, target: ast.expr | None, module: Module) -> str:
        """`"assets.id"` or `Asset.id` → `assets.id`."""
        if isinstance(target, ast.Attribute):
            table = self.tables.get(self.code.qualified(target.value, module))
            if table is not None:
                return f"{table}.{target.attr}"
        return str(self.code.constant(target, module)) if target is not None else ""

    def _option(self, name: str, option: str, found: Found, said: dict[str, Any]) -> None:
        if option in SILENT:
            return
        if option == "info":
            self._info(name, found, said)
            return
        if option == "default":
            said["default"] = self._default(found, said["type"])
            return
        value = (
            self.code.constant(found.node, found.module) if option in ("unique", "nullable", "doc") else None
        )
        if option == "unique" and isinstance(value, bool):
            said["unique"] = value
        elif option == "nullable" and isinstance(value, bool):
            said["optional"] = value
        elif option == "doc" and fits(LINE, value):
            said["description"] = value
        else:
            self.notes.leave(found.module, found.node, f"{option}= of the column {name!r}", NO_WORD)

    def _info(self, name: str, found: Found, said: dict[str, Any]) -> None:
        """Rules of the runtime; `{"type": "text"}` tells a short text from a string."""
        found = self.code.value(found.node, found.module)
        node, module = found.node, found.module
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            self._info(name, Found(node.left, module), said)
            self._info(name, Found(node.right, module), said)
            return
        if isinstance(node, ast.Call):
            rule = self.code.qualified(node.func, module)
            if of_backwright(rule, "set_by_actor"):
                said["set"] = "actor"
                return
            if of_backwright(rule, "between"):
                for key, position, word in (("min", 0, "minimum"), ("max", 1, "maximum")):
                    bound = argument(node, position, word)
                    said[key] = self.code.constant(bound, module) if bound is not None else None
                return
        if isinstance(node, ast.Dict):
            told = {
                self.code.constant(key.node, key.module): self.code.constant(value.node, value.module)
                for key, value in self.code.pairs(node, module)
            }
            if told in ({"type": "text"}, {"type": "string"}) and said["type"] in ("string", "text"):
                said["told"] = told["type"]
                return
        self.notes.leave(module, node, f"info= of the column {name!r}", NO_WORD)

    def _default(self, found: Found, kind: str) -> Any:
        """The value of new rows. A number with a point is a text in a blueprint."""
        found = self.code.value(found.node, found.module)
        node = found.node
        if calls(found, self.code) == "Decimal" and isinstance(node, ast.Call) and len(node.args) == 1:
            return whole(self.code.constant(node.args[0], found.module))
        value = self.code.constant(node, found.module)
        return whole(value) if kind in ("decimal", "money") else value


def whole(value: Any) -> Any:
    """A decimal number as a blueprint says it: whole ones as numbers, others as texts."""
    if isinstance(value, Decimal | float):
        value = str(value)
    if isinstance(value, str) and re.fullmatch(r"-?[1-9][0-9]{0,17}|0", value):
        return int(value)
    return value
