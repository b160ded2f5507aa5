"""Which columns an index begins with, and which queries compare or order them.

What lives here: bringing models, migrations and queries together. What must not: any judgement.
"""

import re
from dataclasses import dataclass, field

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Function, Role
from backwright_workbench.codebase.facts.data import Column, Model, Query

INDEX = re.compile(
    r"create\s+(?:unique\s+)?index\s+(?:concurrently\s+)?(?:if\s+not\s+exists\s+)?(?:[\w.\"`\[\]]+\s+)?on\s+"
    r"(?:only\s+)?([\w.\"`\[\]]+)\s*(?:using\s+\w+\s*)?\(\s*([\w\"`\[\]]+)",
    re.I,
)
SEARCHES = frozenset(
    ["like", "ilike", "contains", "icontains", "startswith", "istartswith", "endswith", "iendswith", "match", "regexp",
     "regexp_match", "regex", "iregex", "search", "iexact", "notlike", "notilike", "op", "isnot", "is_not", "is_",
     "isnull", "has", "any", "lower", "upper", "coalesce"]
)  # fmt: skip
"""What compares a column in a way that an index of its values does not answer."""
SELF_INDEXING = ("mysql", "mariadb")
MYSQL = (
    "pymysql",
    "mysqlclient",
    "aiomysql",
    "asyncmy",
    "mysql-connector-python",
    "flask-mysqldb",
    "flask-mysql",
)
OTHERS = (
    "psycopg", "psycopg2", "psycopg2-binary", "asyncpg", "aiosqlite", "oracledb", "cx-oracle", "pyodbc", "pymssql",
)  # fmt: skip


@dataclass(slots=True)
class Use:
    """How the queries of a project use a column that no index begins with."""

    model: Model
    column: Column
    filters: list[Query] = field(default_factory=list)
    """Queries that compare it, and no indexed column beside it."""
    orders: list[Query] = field(default_factory=list)


@dataclass(slots=True)
class Uses:
    """The columns without an index, by full name, and whether the database makes indexes of foreign keys by itself."""

    columns: dict[str, Use]
    indexes_keys: bool


def uses_of(app: Application) -> Uses:
    """For `app.once`."""
    made = _made_elsewhere(app)
    found: dict[str, Use] = {}
    by_table = {model.table.lower(): model for model in app.models.values() if not model.is_abstract}
    for model in app.models.values():
        for column in model.columns.values():
            if (
                not model.is_abstract
                and not is_indexed(column)
                and not {
                    (model.table.lower(), column.name.lower()),
                    (model.table.lower(), column.attribute.lower()),
                }
                & made
            ):
                found[f"{model.qualified}.{column.attribute}"] = Use(model, column)
    for query in app.queries:
        if query.function is None or query.function.module.role is Role.CODE:
            _use(query, app.models, by_table, found)
    return Uses(found, _is_mysql(app))


def is_indexed(column: Column) -> bool:
    """Whether an index begins with it; the second column of a primary key has none."""
    return column.indexed or column.unique


def _use(query: Query, models: dict[str, Model], by_table: dict[str, Model], found: dict[str, Use]) -> None:
    searched = searched_columns(query.function, query)
    filters = [each for name in query.filters if (each := _column(name, query, models, by_table)) is not None]
    keys = [each for each in filters if is_indexed(each[1]) or each[1].primary or each[1].foreign]
    narrowed = {model.qualified for model, _ in keys}
    for model, column in filters:
        use = found.get(f"{model.qualified}.{column.attribute}")
        is_searched = column.name in searched or column.attribute in searched
        if use is not None and not is_searched and (model.qualified not in narrowed or column.foreign):
            use.filters.append(query)
    for name in query.orders:
        each = _column(name, query, models, by_table)
        use = found.get(f"{each[0].qualified}.{each[1].attribute}") if each is not None else None
        if use is not None and use.model.qualified not in narrowed and query.many:
            use.orders.append(query)


def _column(
    name: str, query: Query, models: dict[str, Model], by_table: dict[str, Model]
) -> tuple[Model, Column] | None:
    """`app.models.User.email`, `users.email` of a text, or `email` where one table is asked."""
    owner, _, last = name.rpartition(".")
    model = models.get(owner) or by_table.get(owner.lower())
    if model is None and not owner and len(query.models) == 1:
        model = models.get(query.models[0]) or by_table.get(query.models[0].lower())
    column = model.column(last) if model is not None else None
    return (model, column) if model is not None and column is not None else None


def searched_columns(function: Function | None, query: Query) -> set[str]:
    """The columns that a function compares by pattern, by a function, or with nothing."""
    found: set[str] = set()
    for node in function.walk() if function is not None else s.walk(query.call):
        if isinstance(node, s.Operation) and any(
            isinstance(each, s.Literal) and each.value is None for each in node.operands
        ):
            found |= {each.name for each in node.operands if isinstance(each, s.Attribute)}
        if not isinstance(node, s.Call):
            continue
        if node.name in SEARCHES:
            inside = [*node.args, node.callee.base] if isinstance(node.callee, s.Attribute) else node.args
            found |= {each.name for part in inside for each in s.walk(part) if isinstance(each, s.Attribute)}
        for keyword in node.keywords:
            column, _, lookup = keyword.name.rpartition("__")
            if column and lookup in SEARCHES:
                found.add(column.rpartition("__")[2])
    text = query.sql.lower()
    found |= set(re.findall(r"([\w]+)[\"`\])]*\s+(?:not\s+)?(?:i?like|regexp|similar|~)", text))
    return found


def _made_elsewhere(app: Application) -> set[tuple[str, str]]:
    """Table and first column of the indexes that migrations and texts of SQL make."""
    found: set[tuple[str, str]] = set()
    for module in app.modules(Role.MIGRATION, Role.CODE, Role.SCRIPT):
        for function in module.everything if module.role is Role.MIGRATION else ():
            for node in function.walk():
                if isinstance(node, s.Call) and node.name == "create_index":
                    found |= _created(node)
    for path, text in app.files.items():
        if path.endswith(".sql") or (
            path.endswith(".py") and "index" in text.lower() and "create" in text.lower()
        ):
            for table, column in INDEX.findall(text):
                found.add((_plain(table), _plain(column)))
    return found


def _created(call: s.Call) -> set[tuple[str, str]]:
    """`op.create_index("ix", "users", ["email"])`, `batch.create_index("ix", ["email"])`."""
    table = s.text_of(call.argument(1, "table_name"))
    columns = call.argument(2, "columns")
    first = s.text_of(columns.items[0]) if isinstance(columns, s.Group) and columns.items else None
    return {(table.lower(), first.lower())} if table and first else set()


def _plain(name: str) -> str:
    return name.rpartition(".")[2].strip('"`[]').lower()


def _is_mysql(app: Application) -> bool:
    """Whether every database of the project is one that makes an index of each foreign key."""
    urls = [each.url.lower() for each in app.engines if each.url]
    if urls:
        return all(url.startswith(SELF_INDEXING) for url in urls)
    return app.depends_on(*MYSQL) and not app.depends_on(*OTHERS)
