"""Columns that queries search or order by, or that refer to another table, with which no index begins."""

from collections.abc import Iterator

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.data import Model, Query
from backwright_workbench.codebase.facts.words import words
from backwright_workbench.review.document_indexes import Searched, searched
from backwright_workbench.review.finding import Confidence, Seen, Severity, Step
from backwright_workbench.review.indexes import Use, uses_of
from backwright_workbench.review.rule import About
from backwright_workbench.review.wiring import handlers

ABOUT = About("A column is searched without an index", Severity.MEDIUM, cwe=(1067,))

FEW = frozenset(
    ["status", "state", "type", "kind", "role", "gender", "sex", "active", "enabled", "deleted", "published", "flag",
     "verified", "confirmed", "level", "visibility", "language", "locale", "currency", "hidden", "archived", "public",
     "private", "is", "has", "read", "done", "completed", "category", "priority"]
)  # fmt: skip
"""Columns of such names have few values, or only yes and no: an index of them alone does not help much."""
SECRETS = frozenset(["password", "passwd", "pwd", "hash", "salt", "hashed"])
NARROW = frozenset(["boolean", "enum", "json", "binary"])
ORDERED = frozenset(["datetime", "date", "integer", "float", "decimal", "other"])


def find(app: Application) -> Iterator[Seen]:
    """Each foreign key without an index, and each column that queries compare or order by without one."""
    uses = app.once(uses_of)
    for use in uses.columns.values():
        if use.column.primary and not use.column.foreign:
            continue
        if use.column.foreign and use.model.orm != "django":
            if not uses.indexes_keys:
                yield _key(app, use)
        elif _matters(use.model, use.column.attribute, use.column.type):
            if use.filters:
                yield _compared(app, use)
            elif use.orders and use.column.type in ORDERED:
                yield _ordered(app, use)
    for each in searched(app):
        found = _collection(app, each)
        if found is not None:
            yield found


def _collection(app: Application, each: Searched) -> Seen | None:
    """A collection of MongoDB, which has an index of `_id` and no other."""
    fields = [name for name in each.filters if _matters_of(name)]
    orders = [name for name in each.orders if name not in ("_id", "id")]
    if not fields and not orders:
        return None
    names = ", ".join(f"`{name}`" for name in (fields or orders)[:3])
    query = each.filters[fields[0]] if fields else each.orders[orders[0]]
    verb = "searches" if fields else "orders"
    return Seen(
        each.place,
        f"{_asker(app, query)} {verb} the documents of `{each.name}` by {names}, and this project makes no index: each "
        "time every document is read",
        Confidence.HIGH if fields else Confidence.MEDIUM,
        fix=f'`await {each.name}.create_index("{(fields or orders)[0]}")` when the application starts',
        steps=_steps([query]),
        about=f"{each.name}",
    )


def _matters_of(name: str) -> bool:
    parts = set(words(name))
    return bool(parts) and not parts & FEW and not parts & SECRETS and not name.startswith("$")


def _matters(model: Model, name: str, kind: str) -> bool:
    parts = set(words(name))
    own = set(words(model.name))
    if kind in NARROW or parts & SECRETS:
        return False
    return not parts & FEW or bool(parts & FEW & own)


def _key(app: Application, use: Use) -> Seen:
    target = use.column.foreign.rpartition(".")[0] or use.column.foreign
    name = f"`{use.model.name}.{use.column.attribute}`"
    if use.filters:
        what = f"{name} refers to `{target}`, {_asker(app, use.filters[0])} searches by it, and no index begins with it"
    elif use.column.primary:
        what = f"{name} refers to `{target}` and is not the first column of the primary key"
    else:
        what = f"{name} refers to `{target}` and has no index"
    return Seen(
        use.column.place,
        f"{what}: each search, each join and each deletion of a row of `{target}` reads the whole table",
        Confidence.HIGH if use.filters else Confidence.MEDIUM,
        fix=_fix(use),
        steps=_steps(use.filters),
        about=f"{use.model.qualified}.{use.column.attribute}",
    )


def _compared(app: Application, use: Use) -> Seen:
    equal = use.column.type in ("string", "uuid", "integer", "other")
    return Seen(
        use.column.place,
        f"{_asker(app, use.filters[0])} searches by `{use.model.name}.{use.column.attribute}`, and no index begins "
        f"with it: the whole table `{use.model.table}` is read",
        Confidence.HIGH if equal else Confidence.MEDIUM,
        fix=_fix(use),
        steps=_steps(use.filters),
        about=f"{use.model.qualified}.{use.column.attribute}",
    )


def _ordered(app: Application, use: Use) -> Seen:
    is_whole = any(
        not each.filters for each in use.orders
    )  # else the rows are narrowed before they are sorted
    return Seen(
        use.column.place,
        f"{_asker(app, use.orders[0])} orders by `{use.model.name}.{use.column.attribute}`, and no index begins with "
        f"it: every row of `{use.model.table}` is read and sorted for each page",
        Confidence.MEDIUM if is_whole else Confidence.LOW,
        fix=_fix(use),
        steps=_steps(use.orders),
        about=f"{use.model.qualified}.{use.column.attribute}",
    )


def _asker(app: Application, query: Query) -> str:
    function = query.function
    route = handlers(app).get(function) if function is not None else None
    if route is not None:
        return f"`{route}`"
    return f"`{function.name}`" if function is not None else f"a query at {query.place}"


def _steps(queries: list[Query]) -> tuple[Step, ...]:
    return tuple(Step(each.place, "uses the column") for each in queries[:3])


def _fix(use: Use) -> str:
    column = use.column.attribute
    if use.model.orm == "django":
        return f'`db_index=True`, or `models.Index(fields=["{column}"])` in `Meta.indexes`, with a migration'
    if use.model.orm in ("sqlalchemy", "sqlmodel"):
        return "`index=True` at the column, with a migration that makes it (`CONCURRENTLY` on a large table)"
    return f"`CREATE INDEX ON {use.model.table} ({use.column.name})` in a migration"
