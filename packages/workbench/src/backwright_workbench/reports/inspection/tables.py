"""Whole tables of what an application has: routes with guards, models with columns, queries, settings, calls.

What lives here: rows. What must not: judging.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.data import Model
from backwright_workbench.reports.inspection.safe import safe_sql
from backwright_workbench.reports.review.frames import printable

Row = tuple[str, ...]


def routes(app: Application) -> Iterator[Row]:
    """Method, path, what stands before it, where it is."""
    yield ("METHOD", "PATH", "GUARDS", "ANSWERS", "PLACE")
    for each in app.routes:
        guards = ", ".join(f"{guard.name}{'?' if guard.optional else ''}" for guard in each.guards) or "-"
        answers = each.answers.name if each.answers else "-"
        yield ("|".join(each.methods), each.path or "?", guards, answers, str(each.place))


def models(app: Application) -> Iterator[Row]:
    """A row for each column, the model's name on the first."""
    yield ("MODEL", "COLUMN", "TYPE", "KEYS", "PLACE")
    for model in app.models.values():
        name = model.name + (" (abstract)" if model.is_abstract else "")
        for column in model.columns.values():
            marks = [
                ("primary", column.primary),
                ("unique", column.unique and not column.primary),
                ("index", column.indexed and not column.primary and not column.unique),
                (f"→ {column.foreign}", bool(column.foreign)),
                ("required", not column.nullable and not column.primary),
            ]
            said = ", ".join(word for word, there in marks if there)
            kind = f"{column.type}({column.length})" if column.length else column.type
            yield (name, column.name, kind, said, str(column.place))
            name = ""
        yield from _indexes(model)


def _indexes(model: Model) -> Iterator[Row]:
    for index in model.indexes:
        kind = "unique" if index.unique else "index"
        yield ("", f"({', '.join(index.columns)})", kind, "", str(index.place))


def queries(app: Application) -> Iterator[Row]:
    """How many each function asks, and of what."""
    yield ("FUNCTION", "QUERIES", "OF", "FILTERED BY", "PLACE")
    by_function: dict[str, list[int]] = {}
    for number, each in enumerate(app.queries):
        name = each.function.qualified if each.function else f"({each.place.path})"
        by_function.setdefault(name, []).append(number)
    for name, numbers in by_function.items():
        found = [app.queries[number] for number in numbers]
        kinds = ", ".join(f"{n} {kind}" for kind, n in Counter(each.kind for each in found).most_common())
        of = dict.fromkeys(_last(model) for each in found for model in each.models)
        by = dict.fromkeys(_last(column) for each in found for column in each.filters)
        texts = [safe_sql(each.sql) for each in found if each.sql]
        yield (name, kinds, ", ".join(of) or "; ".join(texts)[:40], ", ".join(by), str(found[0].place))


def settings(app: Application) -> Iterator[Row]:
    """Their names and where they come from; never their values."""
    yield ("SETTING", "FROM", "FOR", "PLACE")
    for each in app.settings:
        yield (each.name, each.source, each.environment, str(each.place))


def outgoing(app: Application) -> Iterator[Row]:
    """Calls to other servers."""
    yield ("CALLS WITH", "TIMEOUT", "FUNCTION", "PLACE")
    for each in app.outgoing:
        timeout = {None: "the library's", True: "yes", False: "none"}[each.has_timeout]
        yield (each.library, timeout, each.function.qualified if each.function else "-", str(each.place))


TABLES: Mapping[str, Callable[[Application], Iterable[Row]]] = {
    "routes": routes,
    "models": models,
    "queries": queries,
    "settings": settings,
    "calls": outgoing,
}


def table(app: Application, name: str) -> str:
    """One of them, its columns under each other; empty ones say so."""
    head, *rows = TABLES[name](app)
    if not rows:
        return f"There are no {name} that could be read.\n"
    told = [tuple(printable(cell) for cell in row) for row in (head, *rows)]
    widths = [min(48, max(len(row[number]) for row in told)) for number in range(len(head))]
    lines = (
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in told
    )
    return "\n".join(lines) + f"\n\n{len(rows)} rows\n"


def _last(name: str) -> str:
    return name.rpartition(".")[2]
