"""The models of Django: fields, keys, indexes, relations both ways.

What lives here: what a class and its `Meta` say, and what Django adds by itself. What must not: queries.
"""

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Class, Module, Role
from backwright_workbench.codebase.facts.data import Column, Index, Model, Relation
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.facts.project import Project
from backwright_workbench.codebase.frameworks import column_types, model_links

ROLES = (Role.CODE, Role.SEED, Role.SCRIPT)
BASES = frozenset(
    {"AbstractUser", "AbstractBaseUser", "PermissionsMixin", "TimeStampedModel", "MPTTModel", "PolymorphicModel",
     "SafeDeleteModel", "TranslatableModel", "ActivatorModel", "TitleSlugDescriptionModel", "SoftDeletableModel",
     "UUIDModel", "TimeFramedModel", "StatusModel", "AbstractCUser", "OrderedModel", "ClusterableModel", "MP_Node",
     "NS_Node", "AL_Node", "AbstractDocument", "Orderable"}
)  # fmt: skip
KEYS = frozenset({"ForeignKey", "OneToOneField", "ParentalKey", "TreeForeignKey", "AutoOneToOneField"})
MANY = frozenset({"ManyToManyField", "ParentalManyToManyField", "SortedManyToManyField", "TaggableManager"})
USER = "django.contrib.auth.models.User"


def read(app: Application) -> None:
    """Fills `app.models` with the models of Django."""
    found: dict[str, Model] = {}
    for module in app.modules(*ROLES):
        for each in module.all_classes:
            if is_model(each, app.project):
                found[each.qualified] = _model(each, app.project)
    user = user_model(app)
    _link(app.project, found, user)
    app.models.update(found)


def user_model(app: Application) -> str:
    """Full name of the model of users, as `AUTH_USER_MODEL` says."""
    for module in app.project.modules.values():
        for name, assign in module.assigned():
            text = s.text_of(assign.value) if name == "AUTH_USER_MODEL" else None
            if text:
                label, _, last = text.rpartition(".")
                found = [each for key, each in app.project.classes.items() if each.name == last]
                near = [each for each in found if app_label(each.module) == label]
                if near or found:
                    return (near or found)[0].qualified
    return USER


def is_model(each: Class, project: Project) -> bool:
    """Whether a class is a model, abstract ones included."""
    for name, found in project.lineage(each):
        if found is None and name.startswith("django.db.models.") and name.endswith(".Model"):
            return True
        if name == "django.contrib.gis.db.models.Model":
            return True
        last = name.rpartition(".")[2]
        if found is None and last in BASES and name.partition(".")[0] not in ("pydantic", "sqlalchemy"):
            return True
    return False


def app_label(module: Module) -> str:
    """The label of the app that a file belongs to: the folder that holds `models`."""
    parts = module.name.split(".")
    parts = parts[: parts.index("models")] if "models" in parts else parts[:-1]
    return parts[-1] if parts else ""


def _model(each: Class, project: Project) -> Model:
    place = Place(each.module.path, each.line, each.line, each.column)
    model = Model(each.name, each.qualified, "", "django", place, each)
    owners = [owner for _, owner in project.lineage(each) if owner is not None]
    for owner in reversed(owners):
        for name, assign in owner.assigned():
            if isinstance(assign.value, s.Call):
                _field(name, assign.value, model, owner.module.at(assign), owner, project)
    meta = each.classes.get("Meta")
    model.is_abstract = meta is not None and s.constant(meta.value("abstract")) is True
    table = s.text_of(meta.value("db_table")) if meta else None
    model.table = table or f"{app_label(each.module)}_{each.name}".lower()
    names = {name for name, _ in project.lineage(each)}
    if any(name.endswith(".AbstractUser") for name in names) and "username" not in model.columns:
        model.columns["username"] = Column(
            "username", "username", "string", place, unique=True, nullable=False
        )
        model.columns.setdefault("email", Column("email", "email", "string", place, indexed=False))
    if not any(column.primary for column in model.columns.values()):
        key = Column("id", "id", "integer", place, primary=True, unique=True, nullable=False)
        model.columns = {"id": key} | model.columns
    for owner in owners:
        inner = owner.classes.get("Meta")
        if inner is not None:
            _meta(inner, model, owner.module, project)
    model_links.mark(model)
    return model


def _field(name: str, call: s.Call, model: Model, place: Place, owner: Class, project: Project) -> None:
    """What one assignment of the body says."""
    kind = call.name
    known = call.refers
    if kind in KEYS:
        _key(name, call, model, place, owner)
    elif kind in MANY:
        model.relations[name] = Relation(name, _written(call.argument(0, "to"), owner), True, "lazy", place)
    elif kind.endswith("Field") and not known.startswith(
        ("rest_framework.", "django.forms", "wtforms", "graphene")
    ):
        if kind in ("GenericForeignKey", "GenericRelation", "SerializerMethodField"):
            return
        model.columns[name] = _column(name, call, kind, place, project)


def _column(name: str, call: s.Call, kind: str, place: Place, project: Project) -> Column:
    own = project.classes.get(call.refers)
    word = column_types.word(kind)
    if word == "other" and own is not None:
        bases = [base.rpartition(".")[2] for base, _ in project.lineage(own)]
        word = next((found for base in bases if (found := column_types.word(base)) != "other"), "other")
    if (
        s.constant(call.keyword("choices")) is ...
        and call.keyword("choices") is not None
        and word == "string"
    ):
        word = "enum"
    made = Column(s.text_of(call.keyword("db_column")) or name, name, word, place)
    made.primary = s.constant(call.keyword("primary_key")) is True or (kind.endswith("AutoField"))
    made.unique = s.constant(call.keyword("unique")) is True or made.primary
    index = s.constant(call.keyword("db_index"))
    made.indexed = made.unique or index is True or (kind == "SlugField" and index is not False)
    made.nullable = s.constant(call.keyword("null")) is True
    length = s.constant(call.keyword("max_length"))
    made.length = length if isinstance(length, int) else None
    return made


def _key(name: str, call: s.Call, model: Model, place: Place, owner: Class) -> None:
    is_single = call.name in ("OneToOneField", "AutoOneToOneField")
    made = Column(s.text_of(call.keyword("db_column")) or f"{name}_id", name, "integer", place)
    made.foreign = _written(call.argument(0, "to"), owner)
    made.primary = s.constant(call.keyword("primary_key")) is True
    made.unique = is_single or s.constant(call.keyword("unique")) is True
    made.indexed = made.unique or s.constant(call.keyword("db_index")) is not False
    made.nullable = s.constant(call.keyword("null")) is True
    model.columns[name] = made
    model.relations[name] = Relation(name, made.foreign, False, "lazy", place, name)


def _written(node: s.Node | None, owner: Class) -> str:
    text = s.text_of(node)
    if text == "self":
        return owner.qualified
    if isinstance(node, s.Call) and node.name == "get_user_model":
        return "AUTH_USER_MODEL"
    return text or s.refers(node) or s.written(node)


def _meta(meta: Class, model: Model, module: Module, project: Project) -> None:
    """Indexes and constraints of a class `Meta`."""
    for name in ("indexes", "constraints"):
        given = meta.value(name)
        for call in s.calls_in(given) if given is not None else ():
            if call.name in (
                "Index",
                "UniqueConstraint",
                "GinIndex",
                "BrinIndex",
                "HashIndex",
                "GistIndex",
                "BTreeIndex",
            ):
                fields = call.keyword("fields")
                columns = _texts(fields)
                if columns and (call.keyword("condition") is None or call.name != "UniqueConstraint"):
                    model.indexes.append(Index(columns, call.name == "UniqueConstraint", module.at(call)))
    for name in ("unique_together", "index_together"):
        given = meta.value(name)
        if isinstance(given, s.Group):
            groups = given.items if any(isinstance(each, s.Group) for each in given.items) else [given]
            for group in groups:
                columns = _texts(group)
                if columns:
                    model.indexes.append(Index(columns, name == "unique_together", module.at(group)))
    if not model.ordering:
        model.ordering = tuple(each.lstrip("-+") for each in _texts(meta.value("ordering")))


def _texts(node: s.Node | None) -> tuple[str, ...]:
    items = node.items if isinstance(node, s.Group) else []
    return tuple(text.lstrip("-") for each in items if (text := s.text_of(each)))


def _link(project: Project, found: dict[str, Model], user: str) -> None:
    """Targets by full name, and the relations that Django adds to the other side."""
    names: dict[str, list[Model]] = {}
    for model in found.values():
        names.setdefault(model.name, []).append(model)
    for model in found.values():
        calls = _calls(model, project)
        for name, relation in list(model.relations.items()):
            if name not in calls:
                continue
            relation.target = _target(relation.target, model, found, names, user)
            if name in model.columns:
                model.columns[name].foreign = relation.target
            other = found.get(relation.target)
            if other is not None and not model.is_abstract:
                _reverse(model, relation, calls[name], other)


def _calls(model: Model, project: Project) -> dict[str, s.Call]:
    """The calls behind its relations, its own and inherited."""
    found: dict[str, s.Call] = {}
    for _, owner in project.lineage(model.owner) if model.owner is not None else ():
        for name, assign in owner.assigned() if owner is not None else ():
            if isinstance(assign.value, s.Call):
                found.setdefault(name, assign.value)
    return found


def _target(
    written: str, model: Model, found: dict[str, Model], names: dict[str, list[Model]], user: str
) -> str:
    if written in found:
        return written
    if written.endswith("AUTH_USER_MODEL") or written == USER:
        return user
    label, _, last = written.rpartition(".")
    same = names.get(last, [])
    own = label.rpartition(".")[2] or (app_label(model.owner.module) if model.owner else "")
    near = [each for each in same if each.owner is not None and app_label(each.owner.module) == own]
    return next((each.qualified for each in near or same), written)


def _reverse(model: Model, relation: Relation, call: s.Call, other: Model) -> None:
    given = s.text_of(call.keyword("related_name"))
    if given is not None and given.endswith("+"):
        return
    is_single = call.name in ("OneToOneField", "AutoOneToOneField")
    name = (given or model.name.lower() + ("" if is_single else "_set")).replace(
        "%(class)s", model.name.lower()
    )
    label = app_label(model.owner.module) if model.owner else ""
    name = name.replace("%(app_label)s", label).replace("%(model_name)s", model.name.lower())
    other.relations.setdefault(
        name, Relation(name, model.qualified, not is_single, "lazy", relation.place, "")
    )
