"""The column gets an index, and the database gets it in a migration."""

import re

import libcst as cst

from backwright_workbench.codebase.facts.data import Column, Model
from backwright_workbench.review.mending.edit import Edit, Mend
from backwright_workbench.review.mending.indexes import NewIndex, has_revisions, latest
from backwright_workbench.review.mending.source import argument, is_name, is_spread, last_name
from backwright_workbench.review.mending.spot import Spot

MAKERS = {"Column": "index", "mapped_column": "index", "Field": "index"}
NO_MIGRATIONS = "tables that are there already need `CREATE INDEX`; only new ones are made with it"
DJANGO = "`python manage.py makemigrations` and `migrate` bring it into the database"


def mend(spot: Spot) -> Mend | None:
    """`index=True` at a column of SQLAlchemy or SQLModel with a revision of Alembic, `db_index=True` of Django."""
    found = _column(spot)
    node = next(spot.nodes(cst.Assign), None) or next(spot.nodes(cst.AnnAssign), None)
    if found is None or node is None or found[1].type == "text":
        return None
    model, column = found
    if model.orm == "django":
        made = node.value
        if not isinstance(made, cst.Call) or is_spread(made) or argument(made, "db_index"):
            return None
        return spot.mend(spot.source.with_argument(made, "db_index=True"), note=DJANGO)
    if model.orm not in ("sqlalchemy", "sqlmodel"):
        return None
    edit, imports = _indexed(spot, node, model)
    mend = spot.mend(edit, imports=imports)
    if mend is None or not has_revisions(spot.app):
        return spot.mend(edit, imports=imports, note=NO_MIGRATIONS)
    name, table = column.name or column.attribute, model.table
    if latest(spot.app) is None or not re.fullmatch(r"\w+", name) or not re.fullmatch(r"\w+", table):
        return None
    return Mend(mend.edits, mend.imports, indexes=(NewIndex(table, name),))


def _column(spot: Spot) -> tuple[Model, Column] | None:
    for model in spot.app.models.values():
        if model.place.path == spot.finding.place.path:
            for column in model.columns.values():
                if column.place == spot.finding.place:
                    return model, column
    return None


def _indexed(
    spot: Spot, node: cst.Assign | cst.AnnAssign, model: Model
) -> tuple[Edit | None, tuple[str, ...]]:
    """The edit of the column, and what has to be imported for it."""
    made = node.value
    if isinstance(made, cst.Call) and last_name(made.func) in MAKERS:
        given = argument(made, "index")
        if is_spread(made) or argument(made, "sa_column") or argument(made, "sa_type"):
            return None, ()
        if given is not None:
            return (spot.source.replace(given.value, "True") if is_name(given.value, "False") else None), ()
        return spot.source.with_argument(made, "index=True"), ()
    if not isinstance(node, cst.AnnAssign):
        return None, ()
    maker, home = (
        ("Field", "sqlmodel.Field")
        if model.orm == "sqlmodel"
        else ("mapped_column", "sqlalchemy.orm.mapped_column")
    )
    if made is None:
        end = spot.source.span(node.annotation.annotation)[1]
        return spot.source.insert(end, f" = {maker}(index=True)"), (home,)
    if model.orm == "sqlmodel" and not isinstance(made, cst.Call):
        return spot.source.replace(made, f"{maker}(default={spot.source.code(made)}, index=True)"), (home,)
    return None, ()
