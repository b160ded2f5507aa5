"""The SQL of MariaDB, where it differs from what SQLAlchemy writes by itself.

What lives here: how statements, tables and types are put into words. What must not: connections
(`mariadb_connection.py`) and the choice of types (`columns.py`).

Business code writes the same statements for every engine. What MariaDB has no words for is said in others: an
UPDATE that returns its rows is followed by a SELECT in the same message, a comparison of rows is written out
(written as rows it would not use an index), and the place of NULL in an order becomes a term of its own.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    Update,
    and_,
    or_,
)
from sqlalchemy.dialects.mysql.base import MySQLDDLCompiler, MySQLTypeCompiler
from sqlalchemy.dialects.mysql.mysqldb import MySQLCompiler_mysqldb
from sqlalchemy.exc import CompileError
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BinaryExpression, Tuple, UnaryExpression

COLLATION: Final = "utf8mb4_nopad_bin"
"""Texts are compared by their code points, spaces at the end included: as on SQLite."""

LONGEST_VARCHAR: Final = 768
"""Characters above which a text is kept outside the row: all columns of a row share 65,535 bytes, and 768
characters of four bytes are what one index can hold."""

_KEY_BYTES: Final = 3_072
_PREFIX: Final = 191
_LENGTH: Final = re.compile(r"\blength\(", re.IGNORECASE)


class Compiler(MySQLCompiler_mysqldb):
    """Statements."""

    def visit_length_func(self, fn: Any, **kw: Any) -> str:
        """Characters, not bytes."""
        return "char_length" + str(self.function_argspec(fn, **kw))

    def visit_unary(self, unary: UnaryExpression[Any], *args: Any, **kw: Any) -> str:
        """`NULLS FIRST` and `NULLS LAST`. By itself MariaDB takes NULL for the smallest value."""
        if unary.modifier not in (operators.nulls_first_op, operators.nulls_last_op):
            return str(super().visit_unary(unary, *args, **kw))  # type: ignore[no-untyped-call]
        term: Any = unary.element
        descends = isinstance(term, UnaryExpression) and term.modifier is operators.desc_op
        bare = term.element if isinstance(term, UnaryExpression) and term.modifier is not None else term
        ordered = self.process(term, **kw)
        first = unary.modifier is operators.nulls_first_op
        if first != descends:
            return ordered
        return f"{self.process(bare, **kw)} IS NULL{' DESC' if first else ''}, {ordered}"

    def visit_binary(self, binary: BinaryExpression[Any], *args: Any, **kw: Any) -> str:
        """Comparisons of rows, written out with a bound on the first column that an index can begin with."""
        compare = _STRICT.get(binary.operator)
        if compare is None or not (isinstance(binary.left, Tuple) and isinstance(binary.right, Tuple)):
            return str(super().visit_binary(binary, *args, **kw))  # type: ignore[no-untyped-call]
        return f"({self.process(_beyond(binary.left, binary.right, *compare), **kw)})"

    def returning_clause(
        self, stmt: Any, returning_cols: Sequence[Any], *, populate_result_map: bool, **kw: Any
    ) -> str:
        """`RETURNING`, which UPDATE does not have: there a SELECT follows in the same message.

        The row is found again by a key that the UPDATE looks for and does not change, if there was one.
        """
        found = super().returning_clause(stmt, returning_cols, populate_result_map=populate_result_map, **kw)
        if not isinstance(stmt, Update):
            return found
        table = self.preparer.format_table(stmt.table)
        key = self.process(_key(stmt), **kw)
        columns = found.removeprefix("RETURNING ")
        return f"; SELECT {columns} FROM {table} WHERE {key} AND row_count() > 0"  # noqa: S608 - compiled


_STRICT: Final[dict[Any, tuple[Any, Any]]] = {
    operators.lt: (operators.lt, operators.le),
    operators.gt: (operators.gt, operators.ge),
}


def _beyond(left: Tuple, right: Tuple, strict: Any, loose: Any) -> ColumnElement[bool]:
    mine, others = list(left.clauses), list(right.clauses)
    pairs = list(zip(mine, others, strict=True))
    steps = [and_(*(a == b for a, b in pairs[:at]), strict(*pair)) for at, pair in enumerate(pairs)]
    return and_(loose(*pairs[0]), or_(*steps))


def _key(statement: Update) -> ColumnElement[bool]:
    """The condition of an UPDATE that names one row before and after it."""
    table = statement.table
    assert isinstance(table, Table)
    changed = {getattr(column, "name", column) for column in statement._values or {}}
    keys: list[Any] = [
        each for each in table.constraints if isinstance(each, (UniqueConstraint, PrimaryKeyConstraint))
    ]
    keys += [each for each in table.indexes if each.unique]
    unique = {key.columns[0].name for key in keys if len(key.columns) == 1}
    for each in statement._where_criteria:
        if isinstance(each, BinaryExpression) and each.operator is operators.eq:
            column = each.left
            if isinstance(column, Column) and column.name in unique - changed and column.table is table:
                return each
    raise CompileError(
        f"an UPDATE of {table.name} that returns rows needs a condition on one unique column that it does not change"
    )


class DDLCompiler(MySQLDDLCompiler):
    """Tables and indexes."""

    def post_create_table(self, table: Table) -> str:
        """Transactions and exact texts, whatever the server's defaults are."""
        return f"{super().post_create_table(table)} ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE {COLLATION}"

    def visit_check_constraint(self, constraint: Any, **kw: Any) -> str:
        """Migrations are written for all engines: `length` is one of characters in each."""
        found: str = super().visit_check_constraint(constraint, **kw)  # type: ignore[no-untyped-call]
        return _LENGTH.sub("char_length(", found)

    def visit_column_check_constraint(self, constraint: Any, **kw: Any) -> str:
        """The same at a column."""
        found: str = super().visit_column_check_constraint(constraint, **kw)  # type: ignore[no-untyped-call]
        return _LENGTH.sub("char_length(", found)

    def visit_create_index(self, create: Any, *args: Any, **kw: Any) -> str:
        """Texts that are too long for an index are indexed by how they begin."""
        index = create.element
        texts = {each.name: each.type.length for each in index.columns if _is_text(each)}
        over = sum(4 * length for length in texts.values()) > _KEY_BYTES
        cut = {
            name: _PREFIX
            for name, length in texts.items()
            if length > LONGEST_VARCHAR or (over and length > _PREFIX)
        }
        if cut and not index.unique:
            index.dialect_options["mariadb"]["length"] = cut
        return super().visit_create_index(create, **kw)


def _is_text(column: Any) -> bool:
    return isinstance(column.type, String) and column.type.length is not None


class TypeCompiler(MySQLTypeCompiler):
    """Types."""

    def visit_VARCHAR(self, type_: Any, **kw: Any) -> str:
        """A text with a length. A CHECK holds the length of those that are kept outside the row."""
        length = type_.length or 0
        if length <= LONGEST_VARCHAR:
            return super().visit_VARCHAR(type_, **kw)
        return "TEXT" if length * 4 <= 65_535 else "MEDIUMTEXT" if length * 4 < 2**24 else "LONGTEXT"

    def visit_large_binary(self, type_: Any, **kw: Any) -> str:
        """Bytes, by the name that the server will give them when it is asked."""
        length = type_.length or 0
        return "BLOB" if length < 2**16 else "MEDIUMBLOB" if length < 2**24 else "LONGBLOB"
