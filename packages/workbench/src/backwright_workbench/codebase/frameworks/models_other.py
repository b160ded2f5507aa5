"""The models of Peewee, Tortoise, MongoEngine and Beanie.

What lives here: fields, keys, indexes and relations of these. What must not: queries.
"""

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Class, Role
from backwright_workbench.codebase.facts.data import Column, Index, Model, Relation
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.facts.project import Project
from backwright_workbench.codebase.frameworks import column_types, model_links
from backwright_workbench.codebase.frameworks.sqlalchemy_bases import snake

BASES = {
    "peewee.Model": "peewee", "playhouse.signals.Model": "peewee", "tortoise.models.Model": "tortoise",
    "tortoise.Model": "tortoise", "mongoengine.Document": "mongoengine", "mongoengine.DynamicDocument": "mongoengine",
    "mongoengine.document.Document": "mongoengine", "flask_mongoengine.Document": "mongoengine",
    "beanie.Document": "beanie", "beanie.odm.documents.Document": "beanie", "odmantic.Model": "beanie",
    "mongoengine.EmbeddedDocument": "", "pony.orm.Entity": "",
}  # fmt: skip
KEYS = frozenset(
    {"ForeignKeyField", "ForeignKey", "OneToOneField", "ReferenceField", "LazyReferenceField", "Link"}
)
Backs = list[tuple[Model, Relation, str]]
"""Relations with the name that they have on the other side."""
ROLES = (Role.CODE, Role.SEED, Role.SCRIPT)


def read(app: Application) -> None:
    """Fills `app.models` with the models of these libraries."""
    found: dict[str, Model] = {}
    backs: Backs = []
    for module in app.modules(*ROLES):
        for each in module.all_classes:
            kind = _kind(each, app.project)
            if kind:
                found[each.qualified] = _model(each, kind, app.project, backs)
    names = {model.name: model for model in found.values()}
    for model in found.values():
        for relation in list(model.relations.values()):
            last = relation.target.rpartition(".")[2]
            other = found.get(relation.target) or names.get(last)
            if other is None:
                continue
            relation.target = other.qualified
            if relation.column and relation.column in model.columns:
                model.columns[relation.column].foreign = other.qualified
    for model, relation, name in backs:
        _reverse(model, relation, name, found)
    app.models.update(found)


def _kind(each: Class, project: Project) -> str:
    for name, owner in project.lineage(each):
        if owner is None and name in BASES:
            return BASES[name]
        made = project.value(name.rpartition(".")[0]) if name.endswith(".Document") else None
        if isinstance(made, s.Call) and made.name == "MongoEngine":
            return "mongoengine"
    return ""


def _model(each: Class, kind: str, project: Project, backs: Backs) -> Model:
    place = Place(each.module.path, each.line, each.line, each.column)
    model = Model(
        each.name,
        each.qualified,
        each.name.lower() if kind != "mongoengine" else snake(each.name),
        kind,
        place,
        each,
    )
    for owner in reversed([found for _, found in project.lineage(each) if found is not None]):
        for name, assign in owner.assigned():
            if isinstance(assign.value, s.Call):
                _field(name, assign.value, model, owner.module.at(assign), backs)
            elif kind == "beanie" and assign.annotation is not None:
                _annotated(name, assign, model, owner.module.at(assign))
    meta = next((each.classes[name] for name in ("Meta", "Settings") if name in each.classes), None)
    if meta is not None:
        _meta(meta, model)
    options = each.value("meta")
    if isinstance(options, s.Pairs):
        _options(options, model, each)
    if kind in ("peewee", "tortoise") and not any(column.primary for column in model.columns.values()):
        key = Column("id", "id", "integer", place, primary=True, unique=True, nullable=False)
        model.columns = {"id": key} | model.columns
    elif kind in ("mongoengine", "beanie"):
        model.columns.setdefault(
            "id", Column("_id", "id", "other", place, primary=True, unique=True, nullable=False)
        )
    model_links.mark(model)
    return model


def _field(name: str, call: s.Call, model: Model, place: Place, backs: Backs) -> None:
    kind = call.name
    if kind in KEYS:
        target = call.argument(0, "model_name" if model.orm == "tortoise" else "model")
        written = s.text_of(target) or s.refers(target) or s.written(target)
        made = Column(f"{name}_id", name, "integer", place, foreign=written)
        made.unique = kind == "OneToOneField" or s.constant(call.keyword("unique")) is True
        made.indexed = model.orm == "peewee" and s.constant(call.keyword("index")) is not False
        made.indexed = made.indexed or _is_indexed(call)
        model.columns[name] = made
        model.relations[name] = Relation(
            name, written if written != "self" else model.qualified, False, "lazy", place, name
        )
        backref = s.text_of(call.keyword("backref")) or s.text_of(call.keyword("related_name"))
        if backref:
            backs.append((model, model.relations[name], backref))
    elif kind == "ManyToManyField":
        written = s.text_of(call.argument(0)) or s.refers(call.argument(0))
        model.relations[name] = Relation(name, written, True, "lazy", place)
    elif kind.endswith(("Field", "Indexed")) or (kind == "Field" and model.orm == "beanie"):
        made = Column(s.text_of(call.keyword("column_name")) or name, name, column_types.word(kind), place)
        made.primary = (
            s.constant(call.keyword("primary_key")) is True or s.constant(call.keyword("pk")) is True
        )
        made.primary = made.primary or kind in ("AutoField", "BigAutoField", "PrimaryKeyField")
        made.unique = made.primary or s.constant(call.keyword("unique")) is True
        made.indexed = made.unique or _is_indexed(call)
        made.nullable = s.constant(call.keyword("null")) is True
        length = s.constant(call.keyword("max_length"))
        made.length = length if isinstance(length, int) else None
        model.columns[name] = made


def _is_indexed(call: s.Call) -> bool:
    return any(s.constant(call.keyword(name)) is True for name in ("index", "db_index"))


def _annotated(name: str, assign: s.Assign, model: Model, place: Place) -> None:
    """A field of Beanie: `email: Indexed(str, unique=True)`, `owner: Link[User]`."""
    annotation = assign.annotation
    if name.startswith("_") or name in ("model_config",):
        return
    made = Column(name, name, column_types.annotated(annotation)[0], place)
    for call in s.calls_in(annotation) if annotation is not None else ():
        if call.name == "Indexed":
            made.indexed = True
            made.unique = s.constant(call.keyword("unique")) is True
    model.columns[name] = made
    for each in s.walk(annotation) if annotation is not None else ():
        if isinstance(each, s.Item) and s.last_name(each.base) in ("Link", "BackLink"):
            is_many = isinstance(annotation, s.Item) and s.last_name(annotation) in ("list", "List")
            model.relations[name] = Relation(
                name, s.refers(each.key) or s.text_of(each.key) or "", is_many, "lazy", place
            )


def _meta(meta: Class, model: Model) -> None:
    """`class Meta` of Peewee and Tortoise, `class Settings` of Beanie."""
    for name in ("table_name", "db_table", "table", "name"):
        model.table = s.text_of(meta.value(name)) or model.table
    for name in ("indexes", "unique_together"):
        given = meta.value(name)
        for each in given.items if isinstance(given, s.Group) else ():
            _index(each, name == "unique_together", model, meta)


def _index(node: s.Expression, unique: bool, model: Model, meta: Class) -> None:
    """`(("a", "b"), True)` of Peewee, `("a", "b")` of Tortoise, a text of Beanie."""
    items = node.items if isinstance(node, s.Group) else [node]
    if len(items) == 2 and isinstance(items[0], s.Group):
        unique = unique or s.constant(items[1]) is True
        items = items[0].items
    if isinstance(node, s.Call):
        items = [each for each in s.walk(*node.args, *node.keywords) if isinstance(each, s.Literal)]
    columns = tuple(text.lstrip("-+#$") for each in items if (text := s.text_of(each)))
    if columns:
        model.indexes.append(Index(columns, unique, meta.module.at(node)))


def _options(options: s.Pairs, model: Model, owner: Class) -> None:
    """`meta = {"collection": …, "indexes": […]}` of MongoEngine."""
    for key, value in zip(options.keys, options.values, strict=False):
        name = s.text_of(key)
        if name == "collection":
            model.table = s.text_of(value) or model.table
        elif name == "indexes" and isinstance(value, s.Group):
            for each in value.items:
                if isinstance(each, s.Pairs):
                    pairs = {s.text_of(k): v for k, v in zip(each.keys, each.values, strict=False)}
                    fields = pairs.get("fields")
                    if fields is not None:
                        _index(fields, s.constant(pairs.get("unique")) is True, model, owner)
                else:
                    _index(each, False, model, owner)
        elif name == "abstract":
            model.is_abstract = s.constant(value) is True


def _reverse(model: Model, relation: Relation, name: str, found: dict[str, Model]) -> None:
    other = found.get(relation.target)
    if other is not None:
        is_single = model.columns[relation.column].unique if relation.column in model.columns else False
        other.relations.setdefault(
            name, Relation(name, model.qualified, not is_single, "lazy", relation.place)
        )
