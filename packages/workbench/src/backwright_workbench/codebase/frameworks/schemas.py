"""Classes that input and output are validated with: Pydantic, SQLModel, dataclasses, msgspec, attrs, TypedDict,
marshmallow, serializers, forms.

What lives here: their fields and limits. What must not: which handler uses them.
"""

import re
from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Class
from backwright_workbench.codebase.facts.values import listed
from backwright_workbench.codebase.facts.web import Schema, SchemaField
from backwright_workbench.codebase.frameworks.depends import metadata

BASES: dict[str, tuple[str, ...]] = {
    "sqlmodel": ("sqlmodel.SQLModel", "sqlmodel.main.SQLModel"),
    "pydantic": (
        "pydantic.BaseModel", "pydantic.main.BaseModel", "pydantic.v1.BaseModel", "pydantic.RootModel",
        "pydantic.GenericModel", "pydantic.generics.GenericModel", "fastapi_camelcase.CamelModel", "ninja.Schema",
        "fastapi_utils.api_model.APIModel", "humps.CamelModel", "ninja.ModelSchema", "odmantic.EmbeddedModel",
    ),
    "msgspec": ("msgspec.Struct",),
    "typeddict": ("typing.TypedDict", "typing_extensions.TypedDict"),
    "marshmallow": ("marshmallow.Schema", "*.SQLAlchemyAutoSchema", "*.SQLAlchemySchema", "*.ma.Schema",
                    "*.ma.ModelSchema"),
    "serializer": ("rest_framework.serializers.*", "*.ModelSerializer", "*.Serializer",
                   "*.HyperlinkedModelSerializer"),
    "form": (
        "django.forms.ModelForm", "django.forms.Form", "flask_wtf.FlaskForm", "wtforms.Form", "flask_wtf.Form",
        "django.forms.BaseForm", "*.UserCreationForm", "*.UserChangeForm", "*.ModelForm", "wtforms.form.Form",
    ),
}  # fmt: skip
DATACLASSES = frozenset(
    ["dataclasses.dataclass", "pydantic.dataclasses.dataclass", "attr.s", "attr.attrs", "attrs.define", "attrs.frozen",
     "attr.dataclass", "attrs.mutable"]
)  # fmt: skip
LIMITS = frozenset(
    ["le", "lt", "ge", "gt", "max_length", "min_length", "max_items", "min_items", "pattern", "regex", "max_digits",
     "max_value", "min_value", "decimal_places", "multiple_of", "choices", "validate", "validators"]
)  # fmt: skip
CONSTRAINED = frozenset(["conint", "constr", "confloat", "conlist", "condecimal", "Field", "Query", "Path", "Meta",
                         "Body", "Form", "Header", "Cookie", "field", "Parameter", "StringConstraints"])  # fmt: skip
NARROW = (
    "EmailStr", "HttpUrl", "AnyUrl", "UUID", "UUID4", "SecretStr", "PositiveInt", "NonNegativeInt", "Literal",
    "IPvAnyAddress",
)  # fmt: skip
UNSEEN = re.compile(r"(?:Schema|BaseModel|RWModel|CamelModel|DTO|Dto)$")
"""Names of bases that schemas have, where the file of the base is not there."""
SETTINGS = ("pydantic_settings.BaseSettings", "pydantic.BaseSettings", "pydantic.env_settings.BaseSettings")


def read(app: Application) -> None:
    """Fills the schemas."""
    for each in app.project.classes.values():
        kind = kind_of(app, each)
        if kind:
            app.schemas[each.qualified] = _schema(app, each, kind)


def kind_of(app: Application, each: Class) -> str:
    """What a class validates with; empty if it is no schema. Settings and tables are none."""
    for decorator in each.decorators:
        if s.refers(decorator) in DATACLASSES or s.last_name(decorator) in ("dataclass", "define"):
            return "dataclass"
    names = {name for name, _ in app.project.lineage(each)} - {each.qualified}
    if names & set(SETTINGS) or not names:
        return ""
    for kind, bases in BASES.items():
        exact = {name for name in bases if "*" not in name}
        ends = tuple(name[1:] for name in bases if name.startswith("*"))
        starts = tuple(name[:-1] for name in bases if name.endswith("*"))
        if names & exact or any(
            name.endswith(ends or ("\0",)) or name.startswith(starts or ("\0",)) for name in names
        ):
            is_table = kind == "sqlmodel" and s.constant(each.keywords.get("table")) is True
            return "" if is_table else kind
    return "pydantic" if _seems(app, each, names) else ""


def _seems(app: Application, each: Class, names: set[str]) -> bool:
    """Whether a class with a base that nobody can see is made like a schema: only annotated fields, no table."""
    unseen = [name for name in names if name not in app.project.classes]
    if not unseen or not all(UNSEEN.search(name) for name in unseen):
        return False
    fields = [assign for name, assign in each.assigned() if not name.startswith("_")]
    return (
        bool(fields)
        and all(assign.annotation is not None for assign in fields)
        and not each.value("__tablename__")
    )


def _schema(app: Application, each: Class, kind: str) -> Schema:
    made = Schema(each.name, kind, each)
    seen: dict[str, SchemaField] = {}
    parts = [found for _, found in app.project.lineage(each) if found is not None]
    for part in reversed(parts):
        for found in _fields(app, part, kind):
            seen[found.name] = found
    made.fields = list(seen.values())
    for part in parts:
        for inner in ("Meta", "Config"):
            if inner in part.classes:
                _meta(app, made, part, part.classes[inner])
    config = app.project.attribute(each, "model_config")
    if config is not None:
        _config(made, config[1])
    if s.constant(each.keywords.get("extra")) == "allow":
        made.allows_extra = True
    return made


def _fields(app: Application, each: Class, kind: str) -> Iterator[SchemaField]:
    for name, assign in each.assigned():
        if name.startswith("_") or name in ("model_config", "objects"):
            continue
        value = assign.value
        if assign.annotation is None and not (
            isinstance(value, s.Call) and kind in ("marshmallow", "serializer", "form")
        ):
            continue
        yield _field(app, each, name, assign, value)


def _field(
    app: Application, each: Class, name: str, assign: s.Assign, value: s.Expression | None
) -> SchemaField:
    base, more = metadata(app.project, assign.annotation)
    kind = app.types.annotated(base)
    spelled = kind.name if kind else s.refers(value) or s.written(value) if assign.annotation is None else ""
    calls = [part for part in (*more, value, base) if isinstance(part, s.Call)]
    read_only = any(
        s.constant(call.keyword(word)) is True for call in calls for word in ("read_only", "dump_only")
    )
    write_only = any(
        s.constant(call.keyword(word)) is True for call in calls for word in ("write_only", "load_only")
    )
    is_required = value is None or (
        isinstance(value, s.Call)
        and not any(call.keyword("default") or call.keyword("default_factory") for call in calls)
        and (not value.args or s.constant(value.args[0]) is ... or value.name not in CONSTRAINED)
        and s.constant(value.keyword("required")) is not False
    )
    limits = tuple(dict.fromkeys(limits_of(assign.annotation, value, more, spelled)))
    return SchemaField(name, spelled, each.module.at(assign), is_required, limits, read_only, write_only)


def limits_of(
    annotation: s.Expression | None, value: s.Expression | None, more: list[s.Expression], kind: str
) -> Iterator[str]:
    """The names of the constraints that an annotation, its metadata and a default put on a value."""
    inner = [node for part in (annotation, *more) if part is not None for node in s.walk(part)]
    for node in (value, *inner):
        if isinstance(node, s.Call):
            if node.name in ("Le", "Lt", "Ge", "Gt", "MaxLen", "MinLen", "Len", "Interval", "MultipleOf"):
                yield {"maxlen": "max_length", "minlen": "min_length", "len": "max_length"}.get(
                    node.name.lower(), node.name.lower()
                )
            for keyword in node.keywords:
                if keyword.name in LIMITS and s.constant(keyword.value) is not None:
                    yield {"max_value": "le", "min_value": "ge"}.get(keyword.name, keyword.name)
    if any(
        s.last_name(node) == "Literal" for node in inner if isinstance(node, s.Item | s.Name | s.Attribute)
    ):
        yield "choices"
    if kind.rpartition(".")[2] in NARROW:
        yield "format"


def _meta(app: Application, made: Schema, owner: Class, meta: Class) -> None:
    model = meta.value("model")
    if model is not None and not made.model:
        made.model = s.refers(model) or s.written(model)
    fields = meta.value("fields")
    if s.constant(fields) == "__all__" or (
        meta.value("exclude") is not None and fields is None and model is not None
    ):
        made.all_fields = True
    if s.constant(meta.value("extra")) == "allow" or s.last_name(meta.value("extra")) == "allow":
        made.allows_extra = True
    if s.last_name(meta.value("unknown")) == "INCLUDE":
        made.allows_extra = True
    shown = {str(s.constant(each)) for each in listed(app, meta.value("read_only_fields"), None)}
    hidden = {str(s.constant(each)) for each in listed(app, meta.value("load_only"), None)}
    known = {each.name: each for each in made.fields}
    for item in listed(app, fields, None):
        name = s.text_of(item)
        if name and name not in known:
            known[name] = SchemaField(name, "", owner.module.at(item), limits=("model",))
            made.fields.append(known[name])
    for each in made.fields:
        each.read_only = each.read_only or each.name in shown
        each.write_only = each.write_only or each.name in hidden


def _config(made: Schema, value: s.Expression) -> None:
    given: s.Expression | None = None
    if isinstance(value, s.Call):
        given = value.keyword("extra")
    elif isinstance(value, s.Pairs):
        pairs = zip(value.keys, value.values, strict=True)
        given = next((each for key, each in pairs if key is not None and s.constant(key) == "extra"), None)
    if s.constant(given) == "allow" or s.last_name(given) == "allow":
        made.allows_extra = True
