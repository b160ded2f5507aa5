"""Tables and columns of which the code says something else than the running database."""

from collections.abc import Iterator

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.data import Column, Model
from backwright_workbench.codebase.facts.live import LiveColumn, LiveTable
from backwright_workbench.review.finding import Confidence, Seen, Severity
from backwright_workbench.review.rule import About

ABOUT = About("The code and the database do not agree", Severity.HIGH, cwe=(1061,))

ORMS = frozenset(["sqlalchemy", "sqlmodel", "django", "tortoise", "peewee"])
ALIKE = (
    frozenset(["string", "text", "enum"]),
    frozenset(["boolean", "integer"]),
    frozenset(["integer", "decimal"]),
    frozenset(["float", "decimal"]),
)
LOOSE = {
    "mariadb": (frozenset(["uuid", "string", "binary", "other"]), frozenset(["json", "text"])),
    "sqlite": (
        frozenset(["uuid", "string", "text", "json", "decimal", "datetime", "date", "binary", "other"]),
        frozenset(["integer", "float", "decimal", "datetime"]),
    ),
}
"""What a database has no type of its own for."""


def find(app: Application) -> Iterator[Seen]:
    """Tables and columns that are not there, of another type, or that take NULL where the model does not."""
    if app.live is None:
        return
    models = [
        each for each in app.models.values() if not each.is_abstract and each.orm in ORMS and each.columns
    ]
    missing = [each for each in models if app.live.table(each.table) is None]
    if missing and len(missing) == len(models) and len(models) > 1:
        yield Seen(
            missing[0].place,
            f"none of the {len(models)} tables of the models is in the database: it is another one, or its migrations "
            "were not run",
            Confidence.HIGH,
            fix="run the migrations, or check the address of the database",
            about="all",
        )
        return
    for model in missing:
        yield Seen(
            model.place,
            f"`{model.name}` is stored in `{model.table}`, and the database has no such table: each query fails",
            Confidence.HIGH,
            fix="run the migrations; if there is none that makes it, write one",
            about=model.qualified,
        )
    for model in models:
        table = app.live.table(model.table)
        if table is not None:
            yield from _columns(app.live.dialect, model, table)


def _columns(dialect: str, model: Model, table: LiveTable) -> Iterator[Seen]:
    names = {name.lower(): column for name, column in table.columns.items()}
    for column in model.columns.values():
        found = names.get(column.name.lower())
        said = f"`{model.name}.{column.attribute}`"
        if found is None:
            yield _seen(
                model, column, f"{said} is stored in `{table}.{column.name}`, which is not in the database"
            )
        elif not _agree(dialect, column.type, found.type):
            yield _seen(
                model, column, f"{said} is {column.type} in the code and `{found.declared}` in the database"
            )
        elif _is_looser(column, found):
            yield _seen(
                model,
                column,
                f"{said} is never empty as the code says, and the database takes NULL there",
                severity=Severity.MEDIUM,
            )


def _agree(dialect: str, code: str, database: str) -> bool:
    if code == database or "other" in (code, database) or not code:
        return True
    pair = {code, database}
    return any(pair <= kinds for kinds in (*ALIKE, *LOOSE.get(dialect, ())))


def _is_looser(column: Column, found: LiveColumn) -> bool:
    return found.nullable and not column.nullable and not column.primary


def _seen(model: Model, column: Column, message: str, severity: Severity | None = None) -> Seen:
    return Seen(
        column.place,
        message,
        Confidence.HIGH if severity is None else Confidence.MEDIUM,
        severity,
        fix="bring both together with a migration; which of them is right, only you know",
        about=f"{model.qualified}.{column.attribute}",
    )
