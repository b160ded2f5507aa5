"""Files that change the schema: Alembic, Django, aerich, yoyo, plain SQL; and the tables that only they tell of.

What lives here: the operations of migrations, and tables that code makes with SQL. What must not: ORM models.
"""

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Function, Module, Role
from backwright_workbench.codebase.facts.data import Index, Migration, Model
from backwright_workbench.codebase.frameworks import alembic, model_links
from backwright_workbench.codebase.frameworks.sql_tables import Made, made_by

FOLDERS = ("migrations/", "migration/", "versions/", "alembic/", "db/migrate/", "sql/", "schema/", "migrate/")
SKIPPED = (Role.TEST, Role.VENDORED, Role.GENERATED)


def read(app: Application) -> None:
    """Fills `app.migrations`; adds the tables and indexes that no model tells of."""
    made = Made()
    for module in app.project.modules.values():
        migration = _python(module, made) if module.role is Role.MIGRATION else None
        if migration is not None:
            app.migrations.append(migration)
        elif module.role not in SKIPPED:
            for node in _texts(module):
                found = made_by(str(node.value), module.path, node.line)
                made.tables += found.tables
                made.indexes += found.indexes
    for path, text in app.files.items():
        if (
            path.endswith(".sql")
            and not path.endswith((".down.sql", "_down.sql"))
            and "node_modules/" not in path
        ):
            found = made_by(text, path, 1)
            made.tables += found.tables
            made.indexes += found.indexes
            if any(folder in path for folder in FOLDERS[:4]):
                tables = tuple(each.table for each in found.tables)
                app.migrations.append(Migration("other", path, path.rpartition("/")[2], tables))
    _merge(app, made)


def _texts(module: Module) -> list[s.Literal]:
    """Texts that make tables, wherever they stand in a file."""
    bodies: list[s.Node] = [*module.body]
    for function in module.everything:
        bodies += function.body
    for each in module.all_classes:
        bodies += each.body
    if not any("TABLE" in line.upper() for line in module.lines):
        return []
    return [
        node
        for node in s.walk(*bodies)
        if isinstance(node, s.Literal) and isinstance(node.value, str) and "TABLE" in node.value.upper()
    ]


def _python(module: Module, made: Made) -> Migration | None:
    """The migration that a Python file is."""
    upgrade = module.functions.get("upgrade")
    bases = [base for each in module.all_classes for base in each.bases]
    if any(
        s.refers(base).startswith("django.db.migrations") or s.written(base) == "migrations.Migration"
        for base in bases
    ):
        return _django(module)
    if upgrade is None:
        if any(name.startswith("yoyo") for name in module.imports.values()):
            return _sql(module, made, "yoyo")
        return None
    if upgrade.is_async:
        return _sql(module, made, "aerich")
    if not any(name.startswith("alembic") for name in module.imports.values()):
        return _sql(module, made, "other")
    found = alembic.made_by(
        upgrade, [each for each in module.functions.values() if each.name.startswith(("create_", "upgrade"))]
    )
    made.tables += found.tables
    made.indexes += found.indexes
    revision = s.text_of({name: each.value for name, each in module.assigned()}.get("revision")) or ""
    return Migration(
        "alembic", module.path, revision, tuple(each.table for each in found.tables), _reversible(module)
    )


def _reversible(module: Module) -> bool:
    """Whether `downgrade` does something."""
    down: Function | None = module.functions.get("downgrade")
    if down is None:
        return False
    return any(isinstance(each, s.Call) for each in down.walk()) and not any(
        isinstance(each, s.Raise) for each in down.body
    )


def _sql(module: Module, made: Made, tool: str) -> Migration:
    names: list[str] = []
    for node in _texts(module):
        found = made_by(str(node.value), module.path, node.line)
        made.tables += found.tables
        made.indexes += found.indexes
        names += [each.table for each in found.tables]
    return Migration(tool, module.path, module.name.rpartition(".")[2], tuple(names), _reversible(module))


def _django(module: Module) -> Migration:
    names: list[str] = []
    reversible = True
    bodies = [node for each in module.all_classes for node in each.body]
    for call in s.calls_in(*bodies):
        if call.name == "CreateModel":
            names += [s.text_of(call.argument(0, "name")) or ""]
        if call.name == "RunPython":
            reversible = reversible and call.argument(1, "reverse_code") is not None
        if call.name == "RunSQL":
            reversible = reversible and call.argument(1, "reverse_sql") is not None
    return Migration("django", module.path, module.name.rpartition(".")[2], tuple(names), reversible)


def _merge(app: Application, made: Made) -> None:
    """Tables without a model become models; indexes are marked wherever their table is described."""
    tables: dict[str, Model] = {
        each.table.lower(): each for each in app.models.values() if not each.is_abstract
    }
    for table in made.tables:
        known = tables.get(table.table.lower())
        if known is None:
            tables[table.table.lower()] = table
            app.models[table.qualified] = table
        elif known.orm == "migration" and known is not table:
            for name, column in table.columns.items():
                known.columns.setdefault(name, column)
        elif known.orm != "migration":
            made.indexes += [(table.table.lower(), each) for each in table.indexes]
            made.indexes += [
                (table.table.lower(), Index((each.name,), each.unique, each.place))
                for each in table.columns.values()
                if each.indexed and not each.primary
            ]
    for name, index in made.indexes:
        owner = tables.get(name)
        if owner is not None and index.columns:
            columns = tuple(
                found.attribute if (found := owner.column(each)) else each for each in index.columns
            )
            owner.indexes.append(Index(columns, index.unique, index.place, index.name))
            model_links.mark(owner)
