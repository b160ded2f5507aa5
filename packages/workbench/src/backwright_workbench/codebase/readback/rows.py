"""`where=every(own(…), matching(…))` → `rows` of a blueprint.

What lives here: reading one row rule. What must not: grants (`grants.py`), whether the rule makes sense
(`blueprint/checks/rows.py`). Only the forms that a blueprint can say are read, to the letter; for every other one the
grant is left out, so that nothing grows by being read.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from backwright_workbench.blueprint import naming
from backwright_workbench.blueprint.model import USER
from backwright_workbench.blueprint.rows import PATTERN, Comparison, RowRule
from backwright_workbench.codebase.readback.calls import declared
from backwright_workbench.codebase.readback.entities import Table
from backwright_workbench.codebase.readback.notes import Unreadable
from backwright_workbench.codebase.readback.scope import Code, Found, NotConstant

OPERATORS: Final[dict[type[ast.cmpop], str]] = {
    ast.Eq: "=", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
}  # fmt: skip


class RowReader:
    """Reads the row rules of one entity."""

    def __init__(self, code: Code, tables: Mapping[str, Table], table: Table) -> None:
        self.code = code
        self.tables = tables
        self.table = table

    def read(self, found: Found) -> RowRule:
        """The parts of a rule. Raises `Unreadable`."""
        parts = list(self._parts(found))
        paths = tuple(part for part in parts if isinstance(part, str))
        rule = RowRule(paths, tuple(part for part in parts if isinstance(part, Comparison)))
        if not parts:
            raise Unreadable("it does not say which rows")
        if not re.fullmatch(PATTERN, str(rule)):
            raise Unreadable(f"its rows are those for which {rule}, which no blueprint says")
        return rule

    def _parts(self, found: Found) -> Iterator[str | Comparison]:
        """The operands of `&` and `every`, names followed."""
        found = self.code.value(found.node, found.module)
        if isinstance(found.node, ast.BinOp) and isinstance(found.node.op, ast.BitAnd):
            yield from self._parts(Found(found.node.left, found.module))
            yield from self._parts(Found(found.node.right, found.module))
        elif declared(found, self.code, "every"):
            for each in self._steps(found):
                yield from self._parts(each)
        elif declared(found, self.code, "matching"):
            yield self._comparison(found)
        else:
            yield self._path(found)

    def _path(self, found: Found) -> str:
        """`own(WorkOrder.assignee_id, Technician.account_id)` → `assignee.account`."""
        if not declared(found, self.code, "own") or not isinstance(found.node, ast.Call):
            raise Unreadable("its rows are not those that references lead to the caller from")
        path: list[str] = []
        at: Table | None = self.table
        for item in self._steps(found):
            owner, _, column = self.code.qualified(item.node, item.module).rpartition(".")
            if at is None or self.tables.get(owner) is not at or column not in at.columns:
                raise Unreadable(f"its rows go over {ast.unparse(item.node)}, which is no field there")
            step = at.columns[column]
            if step.table is None:
                raise Unreadable(f"its rows go over {ast.unparse(item.node)}, which is no reference")
            path.append(step.field_name)
            at = next((each for each in self.tables.values() if each.table == step.table), None)
        if not path:
            raise Unreadable("it does not say which rows")
        return ".".join(path)

    def _steps(self, found: Found) -> Iterator[Found]:
        assert isinstance(found.node, ast.Call)
        for each in found.node.args:
            if isinstance(each, ast.Starred):
                yield from self.code.items(each.value, found.module)
            else:
                yield Found(each, found.module)

    def _comparison(self, found: Found) -> Comparison:
        """`matching(lambda row: row.total < 10_000)` → `total < 10000`."""
        match found.node:
            case ast.Call(
                args=[ast.Lambda(args=ast.arguments(args=[ast.arg(arg=row)]), body=body)], keywords=[]
            ):
                pass
            case _:
                raise Unreadable("its rows are not a comparison that is written out")
        match body:
            case ast.Compare(left=left, ops=[operator], comparators=[right]) if type(operator) in OPERATORS:
                field = self._field(left, row)
                return self._compared(field, OPERATORS[type(operator)], Found(right, found.module))
            case ast.Call(
                func=ast.Attribute(value=left, attr="is_"),
                args=[ast.Constant(value=bool(value))],
                keywords=[],
            ):
                return Comparison(self._field(left, row), "=", str(value).lower())
        raise Unreadable(f"its rows are those for which {ast.unparse(body)}, which no blueprint says")

    def _field(self, node: ast.expr, row: str) -> str:
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=column) if (
                name == row and column in self.table.columns
            ):
                return self.table.columns[column].field_name
        raise Unreadable(f"its rows ask for {ast.unparse(node)}, which is no field")

    def _compared(self, field: str, operator: str, right: Found) -> Comparison:
        if declared(right, self.code, "of_actor"):
            return Comparison(field, operator, actor=self._of_actor(right))
        try:
            return Comparison(field, operator, self._value(right))
        except NotConstant as error:
            raise Unreadable(f"its rows compare with {error}, which is computed") from None

    def _of_actor(self, found: Found) -> tuple[str, str]:
        """`of_actor(Technician.site_id)` → `("technician", "site")`."""
        assert isinstance(found.node, ast.Call)
        if len(found.node.args) != 1 or found.node.keywords:
            raise Unreadable("its rows ask the caller for something that is computed")
        owner, _, column = self.code.qualified(found.node.args[0], found.module).rpartition(".")
        table = self.tables.get(owner)
        if table is None or table.name == USER or column not in table.columns:
            raise Unreadable(
                f"its rows ask the caller for {ast.unparse(found.node.args[0])}, which is no field"
            )
        return naming.snake(table.name), table.columns[column].field_name

    def _value(self, found: Found) -> str:
        """A number, a choice or a day as a blueprint writes it. Raises `NotConstant`."""
        node, module = found.node, found.module
        if isinstance(node, ast.Call):
            name, given = (
                self.code.qualified(node.func, module),
                [self.code.constant(a, module) for a in node.args],
            )
            if name == "decimal.Decimal" and len(given) == 1 and isinstance(given[0], str):
                return given[0]
            if name == "datetime.date" and len(given) == 3 and all(type(each) is int for each in given):
                return date(*given).isoformat()
            raise NotConstant(module, node)
        value = self.code.constant(node, module)
        if type(value) in (int, str):
            return str(value)
        raise NotConstant(module, node)
