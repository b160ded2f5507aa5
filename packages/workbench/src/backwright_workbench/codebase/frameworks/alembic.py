"""The operations of Alembic: what `upgrade` makes.

What lives here: `op.…` and `batch_op.…`. What must not: other tools.
"""

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Function
from backwright_workbench.codebase.facts.data import Index, Model
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.facts.project import Project
from backwright_workbench.codebase.frameworks import model_links
from backwright_workbench.codebase.frameworks import sqlalchemy_columns as spelling
from backwright_workbench.codebase.frameworks.sql_tables import Made
from backwright_workbench.codebase.frameworks.sql_tables import made_by as made_by_sql

NOTHING = Project()


def made_by(upgrade: Function, helpers: list[Function]) -> Made:
    """What `upgrade` and the functions beside it make, in the order of the text."""
    made = Made()
    tables: dict[str, Model] = {}
    for function in [each for each in helpers if each is not upgrade] + [upgrade]:
        batches: dict[str, str] = {}
        for node in function.walk():
            if isinstance(node, s.Using):
                for item in node.items:
                    if isinstance(item.value, s.Call) and item.value.name == "batch_alter_table":
                        batches[s.last_name(item.target)] = s.text_of(item.value.argument(0)) or ""
            elif isinstance(node, s.Call) and isinstance(node.callee, s.Attribute):
                table = batches.get(s.written(node.callee.base))
                _operation(node, table, function, made, tables)
    made.tables += tables.values()
    return made


def _operation(
    call: s.Call, batch: str | None, function: Function, made: Made, tables: dict[str, Model]
) -> None:
    place = function.at(call)
    args = call.args if batch is None else [s.Literal(call.line, call.line, 0, batch), *call.args]
    if call.name == "create_table" and call.args:
        table = _table(call, function, place)
        if table is not None:
            tables[table.table.lower()] = table
    elif call.name == "add_column" and len(args) > 1:
        name = (s.text_of(args[0]) or "").lower()
        inner = spelling.column_call(args[1], NOTHING)
        key = s.text_of(inner.argument(0)) if inner is not None else None
        if inner is not None and key and name:
            column = spelling.column(inner, key, function.at(inner), NOTHING)
            model = tables.setdefault(name, Model(name, name, name, "migration", place, None))
            model.columns[key] = column
    elif call.name in ("create_index", "create_unique_constraint", "create_primary_key"):
        _index(call, args, batch, place, made)
    elif call.name == "drop_index":
        name = _named(call.argument(0, "index_name"))
        made.indexes = [each for each in made.indexes if each[1].name != name or not name]
    elif call.name == "execute":
        for node in s.walk(*call.args):
            text = s.text_of(node)
            if text:
                found = made_by_sql(text, function.module.path, node.line)
                tables.update({each.table.lower(): each for each in found.tables})
                made.indexes += found.indexes


def _index(call: s.Call, args: list[s.Expression], batch: str | None, place: Place, made: Made) -> None:
    if batch is not None and args:
        args = [*args[1:2], args[0], *args[2:]]
    table = s.text_of(args[1]) if len(args) > 1 else s.text_of(call.keyword("table_name"))
    given = args[2] if len(args) > 2 else call.keyword("columns")
    if table and isinstance(given, s.Group):
        is_unique = call.name != "create_index" or s.constant(call.keyword("unique")) is True
        made.indexes.append(
            (
                table.lower(),
                Index(
                    spelling.names(given.items),
                    is_unique,
                    place,
                    _named(args[0] if args else call.keyword("index_name")),
                ),
            )
        )


def _named(node: s.Node | None) -> str:
    """The name of an index, also as `op.f("…")`."""
    return s.text_of(node.argument(0)) or "" if isinstance(node, s.Call) else s.text_of(node) or ""


def _table(call: s.Call, function: Function, place: Place) -> Model | None:
    name = s.text_of(call.argument(0, "table_name"))
    if not name:
        return None
    model = Model(name, name.lower(), name, "migration", place, None)
    items = [
        inner
        for each in call.args[1:]
        for inner in (
            each.value.items if isinstance(each, s.Spread) and isinstance(each.value, s.Group) else [each]
        )
    ]
    for each in items:
        inner = spelling.column_call(each, NOTHING)
        key = s.text_of(inner.argument(0)) if inner is not None else None
        if inner is not None and key:
            model.columns[key] = spelling.column(inner, key, function.at(inner), NOTHING)
    for each in items:
        if isinstance(each, s.Call):
            found = spelling.constraint(each, function.at(each))
            if found is not None:
                model.indexes.append(found)
                model_links.keys(model, each)
            elif each.name == "ForeignKeyConstraint":
                model_links.foreign_keys(model, each)
    model_links.mark(model)
    return model
