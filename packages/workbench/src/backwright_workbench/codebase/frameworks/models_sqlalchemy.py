"""The tables of SQLAlchemy (1.4 and 2), Flask-SQLAlchemy and SQLModel: classes and `Table(…)` objects.

What lives here: which classes are tables, and what they get from bases and mixins. What must not: the spelling of one
column (`sqlalchemy_columns.py`), how tables hang together (`model_links.py`).
"""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Class, Module, Role
from backwright_workbench.codebase.facts.data import Column, Model
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.facts.project import Project
from backwright_workbench.codebase.frameworks import column_types, model_links
from backwright_workbench.codebase.frameworks import sqlalchemy_bases as bases
from backwright_workbench.codebase.frameworks import sqlalchemy_columns as spelling

ROLES = (Role.CODE, Role.SEED, Role.SCRIPT)
NO_COLUMNS = frozenset({"ClassVar", "InitVar", "hybrid_property", "AssociationProxy", "property"})
NO_FIELDS = frozenset({"model_config", "metadata", "registry"})


def read(app: Application) -> None:
    """Fills `app.models` with what SQLAlchemy and its kin describe."""
    found: dict[str, Model] = {}
    links = model_links.Links()
    for module in app.modules(*ROLES):
        for each in module.all_classes:
            model = _model(each, app.project, links)
            if model is not None:
                found[model.qualified] = model
        for name, assign in module.assigned():
            if isinstance(assign.value, s.Call) and assign.value.name == "Table":
                table = of_table(assign.value, name, module.at(assign), f"{module.name}.{name}", app.project)
                if table is not None:
                    found[table.qualified] = table
    app.models.update(found)
    links.settle(found)
    for module in app.modules(*ROLES):
        for call in _statements(module):
            model_links.index_apart(module, call, found)


def _statements(module: Module) -> Iterator[s.Call]:
    """`Index("name", User.email)` at the level of a module."""
    for each in module.body:
        value = each.value if isinstance(each, s.Do | s.Assign) else None
        if isinstance(value, s.Call) and value.name == "Index":
            yield value


def _model(each: Class, project: Project, links: model_links.Links) -> Model | None:
    kind = bases.kind_of(each, project)
    if not kind:
        return None
    model = Model(
        each.name, each.qualified, "", kind, Place(each.module.path, each.line, each.line, each.column), each
    )
    for owner in reversed([found for _, found in project.lineage(each) if found is not None]):
        _members(owner, model, project, links)
    _classical(each, model, project)
    model.table = model.table or bases.table_name(each, project, kind)
    model.is_abstract = bases.is_abstract(each, project, model)
    _indexes(each, project, model)
    model_links.mark(model)
    return model


def _classical(each: Class, model: Model, project: Project) -> None:
    """What `__table__ = Table(…)` in its body says."""
    table = project.attribute(each, "__table__")
    call = table[1] if table else None
    if isinstance(call, s.Call) and call.name == "Table":
        inner = of_table(call, each.name, model.place, each.qualified, project)
        if inner is not None:
            model.table = inner.table
            model.columns.update(inner.columns)
            model.indexes += inner.indexes


def _members(owner: Class, model: Model, project: Project, links: model_links.Links) -> None:
    """The columns and relations that the body of one class of the lineage gives."""
    for name, assign in owner.assigned():
        place = owner.module.at(assign)
        value = assign.value
        if (
            isinstance(value, s.Call)
            and value.name in spelling.RELATIONS
            and spelling.is_ours(value, project)
        ):
            made = spelling.relation(value, name, assign.annotation, place)
            outer = s.last_name(assign.annotation)
            made.loading = "dynamic" if outer in ("WriteOnlyMapped", "DynamicMapped") else made.loading
            model.relations[name] = made
            links.add(model, made, value)
            continue
        found = _column(name, value, assign, model, place, project)
        if found is not None:
            model.columns[name] = found
    for name, method in owner.methods.items():
        if any("declared_attr" in s.written(each) for each in method.decorators) and not name.startswith(
            "__"
        ):
            given = next((each.value for each in method.walk() if isinstance(each, s.Return)), None)
            call = spelling.column_call(given, project)
            if call is not None:
                model.columns[name] = spelling.column(call, name, method.place, project)
            elif isinstance(given, s.Call) and given.name in spelling.RELATIONS:
                model.relations[name] = spelling.relation(given, name, method.returns, method.place)
                links.add(model, model.relations[name], given)


def _column(
    name: str, value: s.Expression | None, assign: s.Assign, model: Model, place: Place, project: Project
) -> Column | None:
    if model.orm == "sqlmodel":
        return _field(name, value, assign, place, project)
    call = spelling.column_call(value, project)
    mapped = bases.is_mapped(assign)
    if call is None:
        is_relation = isinstance(
            value, s.Call
        )  # association_proxy, composite, synonym, relationship of another name
        if not mapped or is_relation:
            return None
    annotation = assign.annotation.key if mapped and isinstance(assign.annotation, s.Item) else None
    alias = project.value(s.refers(annotation)) if s.refers(annotation) else None
    shared = alias if isinstance(alias, s.Item) else annotation
    given = None
    if (
        isinstance(shared, s.Item)
        and s.last_name(shared.base) == "Annotated"
        and isinstance(shared.key, s.Group)
    ):
        annotation = shared.key.items[0]
        given = next(
            (found for each in shared.key.items if (found := spelling.column_call(each, project))), None
        )
    base = spelling.column(given, name, place, project) if given else Column(name, name, "other", place)
    made = spelling.column(call, name, place, project) if call else base
    if call and given:
        made.primary, made.unique = made.primary or base.primary, made.unique or base.unique
        made.indexed, made.foreign = made.indexed or base.indexed, made.foreign or base.foreign
        made.type = base.type if made.type == "other" else made.type
    _annotate(made, annotation, call)
    return made


def _annotate(made: Column, annotation: s.Expression | None, call: s.Call | None) -> None:
    if annotation is None:
        return
    kind, nullable, _ = column_types.annotated(annotation)
    made.type = kind if made.type == "other" else made.type
    if call is None or call.keyword("nullable") is None:
        made.nullable = nullable and not made.primary


def _field(
    name: str, value: s.Expression | None, assign: s.Assign, place: Place, project: Project
) -> Column | None:
    """A field of SQLModel: an annotation, with or without `Field(…)`."""
    if assign.annotation is None or name in NO_FIELDS or name.startswith("__"):
        return None
    if s.last_name(assign.annotation) in NO_COLUMNS:
        return None
    kind, nullable, many = column_types.annotated(assign.annotation)
    made = Column(name, name, kind, place, nullable=nullable)
    if isinstance(value, s.Call) and value.name == "Field":
        inner = spelling.column_call(value.keyword("sa_column"), project)
        if inner is not None:
            made = spelling.column(inner, name, place, project)
        made.primary = made.primary or s.constant(value.keyword("primary_key")) is True
        made.unique = made.unique or s.constant(value.keyword("unique")) is True
        made.indexed = made.indexed or made.unique or s.constant(value.keyword("index")) is True
        made.foreign = made.foreign or spelling.foreign(value.keyword("foreign_key"), project)
        length = s.constant(value.keyword("max_length"))
        made.length = length if isinstance(length, int) else made.length
        made.nullable = made.nullable and not made.primary
    elif many and value is None:
        return None
    return made


def _indexes(each: Class, project: Project, model: Model) -> None:
    for _, owner in project.lineage(each):
        if owner is None:
            continue
        given = owner.value("__table_args__")
        method = owner.methods.get("__table_args__")
        if method is not None:
            given = next((found.value for found in method.walk() if isinstance(found, s.Return)), None)
        values = [assign.value for _, assign in owner.assigned()]
        calls = [value for value in values if isinstance(value, s.Call) and value.name == "Index"]
        for call in [*spelling.table_arguments(given, project), *calls]:
            found = spelling.constraint(call, owner.module.at(call))
            if found is not None:
                model.indexes.append(found)
                model_links.keys(model, call)
            elif call.name == "ForeignKeyConstraint":
                model_links.foreign_keys(model, call)


def of_table(call: s.Call, name: str, place: Place, qualified: str, project: Project) -> Model | None:
    """A `Table("users", metadata, Column(…), …)`; None if it is not one of SQLAlchemy."""
    table = s.text_of(call.argument(0, "name"))
    if not table or not spelling.is_ours(call, project):
        return None
    model = Model(name, qualified, table, "sqlalchemy", place, None)
    for each in call.args[1:]:
        if not isinstance(each, s.Call):
            continue
        at = Place(place.path, each.line, each.end, each.column)
        inner = spelling.column_call(each, project)
        found = spelling.constraint(each, at)
        if inner is not None:
            key = s.text_of(each.argument(0)) or ""
            if key:
                model.columns[key] = spelling.column(inner, key, at, project)
        elif found is not None:
            model.indexes.append(found)
            model_links.keys(model, each)
        elif each.name == "ForeignKeyConstraint":
            model_links.foreign_keys(model, each)
    model_links.mark(model)
    return model if model.columns else None
