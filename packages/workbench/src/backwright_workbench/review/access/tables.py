"""Tables and collections that no model of the project describes: known from what is asked of them.

What lives here: their columns, as far as statements name them. What must not: models of an ORM.
"""

import re
from collections.abc import Iterator

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.data import Column, Model
from backwright_workbench.codebase.facts.place import Place

INSERT = re.compile(r"insert\s+(?:or\s+\w+\s+)?into\s+[\"`\[]?([\w.]+)[\"`\]]?\s*\(([^)]*)\)", re.I)
UPDATE = re.compile(r"update\s+[\"`\[]?([\w.]+)[\"`\]]?\s+set\s+(.*?)(?:\bwhere\b|$)", re.I | re.S)
CREATE = re.compile(
    r"create\s+table\s+(?:if\s+not\s+exists\s+)?[\"`\[]?([\w.]+)[\"`\]]?\s*\((.*?)\)\s*(?:;|$|\"\"\"|''')",
    re.I | re.S,
)
SELECT = re.compile(r"select\s+([\w\s,.`\"]+?)\s+from\s+[\"`\[]?([\w.]+)", re.I)
NOT_COLUMNS = frozenset(
    ["primary", "foreign", "unique", "constraint", "check", "key", "index", "references", "distinct"]
)


def tables(app: Application) -> dict[str, Model]:
    """The tables by name, with columns that hold nothing but their names."""
    found: dict[str, Model] = {}
    for query in app.queries:
        if query.via in ("sql", "document"):
            for table in query.models:
                if table and table not in app.models:
                    _table(found, table, query.place)
            for name in query.filters:
                table, _, column = name.rpartition(".")
                if table in found:
                    _column(found[table], column)
            _read(found, query.sql, query.place)
    if found:
        for path, text in app.files.items():
            if path.endswith(".sql"):
                _read(found, text, Place(path, 1, 1, 0))
    return found


def _read(found: dict[str, Model], sql: str, place: Place) -> None:
    for table, columns in _named(sql):
        model = _table(found, table, place)
        for each in columns:
            _column(model, each)


def _named(sql: str) -> Iterator[tuple[str, list[str]]]:
    """Tables with the columns that a statement names."""
    for table, columns in INSERT.findall(sql):
        yield table, columns.split(",")
    for table, changes in UPDATE.findall(sql):
        yield table, [each.partition("=")[0] for each in changes.split(",")]
    for table, columns in CREATE.findall(sql):
        yield table, [each.split()[0] for each in columns.split(",") if each.split()]
    for columns, table in SELECT.findall(sql):
        yield table, columns.split(",")


def _table(found: dict[str, Model], table: str, place: Place) -> Model:
    return found.setdefault(table, Model(table, table, table, "sql", place, None))


def _column(model: Model, name: str) -> None:
    plain = name.strip().strip('`"[]').rpartition(".")[2]
    if plain.isidentifier() and plain.lower() not in NOT_COLUMNS:
        model.columns.setdefault(plain, Column(plain, plain, "other", model.place, primary=plain == "id"))
