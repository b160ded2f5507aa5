"""The queries of a project, whatever library asks them.

What lives here: the libraries in the order in which they are asked. What must not: any of their spellings.
"""

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.types import Type
from backwright_workbench.codebase.frameworks import (
    models_django,
    queries_django,
    queries_document,
    queries_peewee,
    queries_sql,
    queries_sqlalchemy,
)
from backwright_workbench.codebase.frameworks.query_reading import Reading

ALWAYS = (
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
    starts = list(ALWAYS)
    if app.depends_on("django"):
        starts.insert(0, (queries_django.NAMES, queries_django.start))
    if app.depends_on("peewee", "tortoise-orm", "tortoise"):
        starts.insert(0, (queries_peewee.NAMES, queries_peewee.start))
    if app.depends_on(*queries_document.LIBRARIES):
        starts.insert(0, (queries_document.NAMES, queries_document.start))
    reading = Reading(app, starts, queries_sql.wrapped)
    if reading.has_named_texts:
        reading.named_texts = queries_sql.named_texts(app.files)
    reading.user_model = models_django.user_model(app) if app.depends_on("django") else ""
    for module in app.modules():
        reading.module(module)
    reading.finish()
    order = {path: at for at, path in enumerate(app.project.paths)}
    app.queries.sort(key=lambda each: (order.get(each.place.path, 0), each.place.line, each.place.column))
