"""Tables and collections that no model of the project describes: known from what is asked of them.

What lives here: their columns, as far as statements name them. What must not: models of an ORM.
"""

import re
from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.data import Column, Model, Query
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
        if query.via == "document" and query.models[:1] and query.models[0] in found:
            for each in _fields_of(app, query):
                _column(found[query.models[0]], each)
    if found:
        for path, text in app.files.items():
            if path.endswith(".sql"):
                _read(found, text, Place(path, 1, 1, 0))
    return found


def _fields_of(app: Application, query: Query) -> Iterator[str]:
    """The fields of a document that is put into a collection, as far as the function shows them."""
    for call in s.calls_in(query.call):
        if call.name in ("insert_one", "insert_many", "insert", "replace_one") and call.args:
            yield from _written(app, query, call.args[-1 if call.name == "replace_one" else 0])
        elif call.name in ("update_one", "find_one_and_update", "update_many") and len(call.args) > 1:
            for node in s.walk(call.args[1]):
                for key, value in (
                    zip(node.keys, node.values, strict=True) if isinstance(node, s.Pairs) else ()
                ):
                    if s.text_of(key) == "$set":
                        yield from _written(app, query, value)


def _written(app: Application, query: Query, node: s.Expression, depth: int = 0) -> Iterator[str]:
    function = query.function
    match node:
        case s.Pairs(keys=keys, values=values):
            for key, value in zip(keys, values, strict=True):
                if key is None:
                    yield from _written(app, query, value, depth + 1)
                else:
                    yield s.text_of(key) or ""
        case s.Name(id=name) if function is not None and depth < 4:
            for value in function.values_of(name):
                yield from _written(app, query, value, depth + 1)
            for each in function.walk():
                match each:
                    case s.Assign(targets=[s.Item(base=s.Name(id=held), key=key)]) if held == name:
                        yield s.text_of(key) or ""
        case s.Call(callee=s.Attribute(base=base)) if node.name in ("dict", "model_dump") and depth < 4:
            yield from _schema(app, query, base)
        case s.Call(args=[first, *_]) if (
            node.name in ("jsonable_encoder", "dict", "vars", "asdict") and depth < 4
        ):
            yield from _schema(app, query, first)
            yield from _written(app, query, first, depth + 1)


def _schema(app: Application, query: Query, node: s.Expression) -> Iterator[str]:
    kind = app.types.of(node, query.function)
    schema = app.schemas.get(kind.name) if kind is not None else None
    yield from (each.name for each in schema.fields) if schema is not None else ()


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
