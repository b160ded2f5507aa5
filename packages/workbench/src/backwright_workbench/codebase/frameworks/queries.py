"""The queries of a project, whatever library asks them.

What lives here: the libraries in the order in which they are asked. What must not: any of their spellings.
"""

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.types import Type
from backwright_workbench.codebase.frameworks import (
    models_django,
    queries_django,
    queries_sql,
    queries_sqlalchemy,
)
from backwright_workbench.codebase.frameworks.query_reading import Reading

DJANGO = (queries_django.NAMES, queries_django.start)
STARTS = (
    (queries_sqlalchemy.NAMES, queries_sqlalchemy.start),
    (queries_sql.SQL_NAMES, queries_sql.start),
)


def read(app: Application) -> None:
    """Fills `app.queries`, in the order of the files."""
    for model in app.models.values():
        for relation in model.relations.values():
            if relation.target in app.models:
                row = Type(relation.target)
                app.types.declare(
                    model.qualified, relation.name, Type("builtins.list", row) if relation.many else row
                )
    is_django = app.depends_on("django")
    reading = Reading(app, (DJANGO, *STARTS) if is_django else STARTS, queries_sql.wrapped)
    reading.user_model = models_django.user_model(app) if is_django else ""
    for module in app.modules():
        reading.module(module)
    reading.finish()
    order = {path: at for at, path in enumerate(app.project.paths)}
    app.queries.sort(key=lambda each: (order.get(each.place.path, 0), each.place.line, each.place.column))
