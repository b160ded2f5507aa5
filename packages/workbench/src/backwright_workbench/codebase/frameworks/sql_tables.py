"""Tables and indexes that a text of SQL makes.

What lives here: `CREATE TABLE` and `CREATE INDEX` → models and indexes. What must not: where texts stand.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from backwright_workbench.codebase.facts.data import Column, Index, Model
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.frameworks import column_types, model_links
from backwright_workbench.codebase.frameworks.sql_parsing import statements

MAKES = re.compile(
    r"\b(?:create\s+(?:or\s+replace\s+)?(?:temp(?:orary)?\s+|unlogged\s+)?table|create\s+(?:unique\s+)?index|alter\s+table)\b",
    re.I,
)
STATEMENT = re.compile(r"(?:[^;'\"]|'[^']*'|\"[^\"]*\")+")
LONGEST = 200_000


@dataclass(slots=True)
class Made:
    """What a text makes: tables, and indexes with the name of their table and their own."""

    tables: list[Model] = field(default_factory=list)
    indexes: list[tuple[str, Index]] = field(default_factory=list)


def made_by(text: str, path: str, line: int) -> Made:
    """Reads a text that begins at a line of a file; what cannot be read is left out."""
    made = Made()
    if not MAKES.search(text) or len(text) > LONGEST:
        return made
    for found in STATEMENT.finditer(text):
        statement = found.group()
        matched = MAKES.search(statement)
        if matched is not None:
            first = line + text.count("\n", 0, found.start() + matched.start())
            _statement(statement[matched.start() :], made, path, first)
    return made


def _statement(text: str, made: Made, path: str, line: int) -> None:
    from sqlglot import exp

    dialect = "mysql" if "`" in text or re.search(r"auto_increment|engine\s*=", text, re.I) else "postgres"
    found = statements(text.replace("%%", "%"), dialect)
    if not found:
        return
    tree = found[0]
    lines = text.split("\n")
    if isinstance(tree, exp.Create) and tree.kind == "TABLE" and isinstance(tree.this, exp.Schema):
        made.tables.append(_table(tree, lines, path, line))
    elif isinstance(tree, exp.Create) and tree.kind == "INDEX" and isinstance(tree.this, exp.Index):
        table = tree.this.args.get("table")
        params = tree.this.args.get("params")
        columns = _names(params.args.get("columns") or [] if params is not None else [])
        if table is not None and columns:
            place = Place(path, line, line, 0)
            made.indexes.append(
                (table.name.lower(), Index(columns, bool(tree.args.get("unique")), place, tree.this.name))
            )


def _names(nodes: list[Any]) -> tuple[str, ...]:
    from sqlglot import exp

    found = []
    for node in nodes:
        inner = node.this if isinstance(node, exp.Ordered) else node
        found.append(inner.name if isinstance(inner, exp.Column | exp.Identifier) else "")
    return tuple(found)


def _table(tree: Any, lines: list[str], path: str, line: int) -> Model:
    from sqlglot import exp

    name = tree.this.this.name
    model = Model(name, name.lower(), name, "migration", Place(path, line, line, 0), None)
    for each in tree.this.expressions:
        if isinstance(each, exp.ColumnDef):
            model.columns[each.name] = _column(each, lines, path, line)
    for each in tree.this.expressions:
        if not isinstance(each, exp.ColumnDef):
            _constraint(each, model)
    model_links.mark(model)
    return model


def _column(node: Any, lines: list[str], path: str, line: int) -> Column:
    from sqlglot import exp

    at = next(
        (
            n
            for n, text in enumerate(lines)
            if re.search(rf"(?:^|[(,\s\"`\[]){re.escape(node.name)}[\"`\]]?\s", text)
        ),
        0,
    )
    kind = node.args.get("kind")
    made = Column(
        node.name,
        node.name,
        column_types.word(kind.sql().split("(")[0]) if kind else "other",
        Place(path, line + at, line + at, 0),
    )
    for each in node.find_all(exp.ColumnConstraint):
        what = each.args.get("kind")
        made.primary = made.primary or isinstance(what, exp.PrimaryKeyColumnConstraint)
        made.unique = made.unique or isinstance(what, exp.UniqueColumnConstraint)
        if isinstance(what, exp.NotNullColumnConstraint):
            made.nullable = bool(what.args.get("allow_null"))
        if isinstance(what, exp.Reference):
            made.foreign = _reference(what)
    made.primary = made.primary or bool(kind and "SERIAL" in kind.sql().upper() and made.name == "id")
    made.nullable = made.nullable and not made.primary
    return made


def _reference(node: Any) -> str:
    from sqlglot import exp

    table = node.find(exp.Table)
    schema = node.this
    columns = [each.name for each in schema.expressions] if isinstance(schema, exp.Schema) else []
    return f"{table.name}.{columns[0] if columns else 'id'}" if table is not None else ""


def _constraint(node: Any, model: Model) -> None:
    from sqlglot import exp

    parts = node.expressions if isinstance(node, exp.Constraint) else [node]
    for part in parts:
        if isinstance(part, exp.PrimaryKey):
            names = _names(part.expressions)
            for name in names:
                column = model.column(name)
                if column is not None:
                    column.primary = True
            model.indexes.append(Index(names, True, model.place))
        elif isinstance(part, exp.UniqueColumnConstraint) and isinstance(part.this, exp.Schema):
            model.indexes.append(Index(_names(part.this.expressions), True, model.place))
        elif isinstance(part, exp.ForeignKey):
            reference = part.args.get("reference")
            for name in _names(part.expressions):
                column = model.column(name)
                if column is not None and reference is not None:
                    column.foreign = column.foreign or _reference(reference)
        elif isinstance(part, exp.IndexColumnConstraint):
            model.indexes.append(Index(_names(part.expressions), False, model.place))
