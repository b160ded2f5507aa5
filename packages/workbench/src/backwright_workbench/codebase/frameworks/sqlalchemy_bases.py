"""Which classes are tables for SQLAlchemy, and how their tables are called.

What lives here: what a class is by its bases. What must not: its columns.
"""

import re

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Class
from backwright_workbench.codebase.facts.data import Model
from backwright_workbench.codebase.facts.project import Project
from backwright_workbench.codebase.frameworks import sqlalchemy_columns as spelling

BASES = frozenset({"DeclarativeBase", "DeclarativeBaseNoMeta", "AsyncAttrsBase", "Model"})
MAKERS = frozenset(
    {"declarative_base", "generate_base", "automap_base", "make_declarative_base", "as_declarative"}
)
EXTENSIONS = frozenset({"SQLAlchemy", "Gino", "SQLAlchemyLite"})


def kind_of(each: Class, project: Project) -> str:
    """`sqlalchemy` or `sqlmodel` if a class is declarative (a mixin is not), else empty."""
    kind = ""
    for name, found in project.lineage(each):
        if name in ("sqlmodel.SQLModel", "sqlmodel.main.SQLModel"):
            return "sqlmodel"
        if found is None and _is_base(name, project):
            kind = "sqlalchemy"
        if found is not None and any(
            s.last_name(d) in ("as_declarative", "mapped") for d in found.decorators
        ):
            kind = "sqlalchemy"
    if not kind and isinstance(
        each.value("__tablename__"), s.Expression
    ):  # a base that is not in the project
        has_columns = any(spelling.column_call(a.value, project) or is_mapped(a) for _, a in each.assigned())
        kind = "sqlalchemy" if has_columns else ""
    if not kind and any(s.written(base) == "db.Model" for base in each.bases):
        kind = "sqlalchemy"
    return kind


def _is_base(name: str, project: Project) -> bool:
    """Whether a name that is no class of the project is a declarative base."""
    above, _, last = name.rpartition(".")
    if last in BASES and name.partition(".")[0] in spelling.LIBRARIES:
        return True
    made = project.value(name)
    if isinstance(made, s.Call) and made.name in MAKERS:
        return True
    if isinstance(made, s.Attribute) and made.name == "Model":  # Base = db.Model
        return True
    extension = project.value(above) if last == "Model" else None
    if isinstance(extension, s.Call):
        owner = project.classes.get(extension.refers)
        return extension.name in EXTENSIONS or bool(owner and project.inherits(owner, "*.SQLAlchemy"))
    return False


def is_mapped(assign: s.Assign) -> bool:
    """Whether it is annotated as a column of 2.0."""
    return isinstance(assign.annotation, s.Item) and s.last_name(assign.annotation.base) == "Mapped"


def table_name(each: Class, project: Project, kind: str) -> str:
    """The name of its table: as it is given, made by a method, or the default of the library."""
    for _, owner in project.lineage(each):
        if owner is None:
            continue
        text = s.text_of(owner.value("__tablename__"))
        if text:
            return text
        method = owner.methods.get("__tablename__")
        if method is not None:
            given = next((found.value for found in method.walk() if isinstance(found, s.Return)), None)
            plain = (isinstance(given, s.Call) and given.name == "lower") or given is None
            many = "s" if isinstance(given, s.Operation | s.Text) else ""
            return each.name.lower() if plain else snake(each.name) + many
    return each.name.lower() if kind == "sqlmodel" else snake(each.name)


def snake(name: str) -> str:
    """`OrderItem` → `order_item`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def is_abstract(each: Class, project: Project, model: Model) -> bool:
    """Whether it only lends its columns to others."""
    if s.constant(each.value("__abstract__")) is True:
        return True
    if model.orm == "sqlmodel":
        return s.constant(each.keywords.get("table")) is not True
    own = [owner for _, owner in project.lineage(each) if owner is not None]
    named = any(o.value("__tablename__") or o.value("__table__") or "__tablename__" in o.methods for o in own)
    direct = any(s.last_name(base) in ("DeclarativeBase", "DeclarativeBaseNoMeta") for base in each.bases)
    return direct or not (named or any(column.primary for column in model.columns.values()))
