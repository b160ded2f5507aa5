"""What rules about a running database have in common.

What lives here: the place of a table, in the model that the code has of it if it has one. What must not: any rule.
"""

from collections.abc import Iterator

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.data import Column, Model
from backwright_workbench.codebase.facts.live import LiveTable
from backwright_workbench.codebase.facts.place import Place

FOLDER = "database"
"""Under which a table stands of which the code says nothing."""
OF_TOOLS = frozenset(
    ["alembic_version", "django_migrations", "django_session", "django_content_type", "django_admin_log", "aerich",
     "schema_migrations", "yoyo_lock", "_yoyo_log", "_yoyo_migration", "_yoyo_version", "spatial_ref_sys",
     "flyway_schema_history", "databasechangelog", "databasechangeloglock"]
)  # fmt: skip


def tables(app: Application) -> Iterator[LiveTable]:
    """The tables of the running database, without those of tools."""
    for table in app.live or ():
        if table.name.lower() not in OF_TOOLS:
            yield table


def model_of(app: Application, table: LiveTable) -> Model | None:
    """The model that the code has of a table."""
    for model in app.models.values():
        if not model.is_abstract and model.table.lower().rpartition(".")[2] == table.name.lower():
            return model
    return None


def column_of(model: Model, name: str) -> Column | None:
    """The column of a model by the name that it has in the database."""
    found = [each for each in model.columns.values() if each.name.lower() == name.lower()]
    return next(iter(found), None)


def place(app: Application, table: LiveTable, column: str = "") -> Place:
    """Where a table, or a column of it, stands in the code; else its name in the database."""
    model = model_of(app, table)
    if model is None:
        return Place(f"{FOLDER}/{table}", 1, 1)
    found = column_of(model, column) if column else None
    return found.place if found is not None else model.place


def listed(names: tuple[str, ...]) -> str:
    """Columns as they are written in a statement."""
    return ", ".join(names)
