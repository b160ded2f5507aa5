"""Marshmallow schemas, serializers of REST framework and forms of WTForms: what their own spellings add.

What lives here: `extra_kwargs`, validators, what is required. What must not: finding the classes (`schemas.py`).
"""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.web import Schema, SchemaField

LIMITING = {
    "max": "max_length", "min": "min_length", "equal": "max_length", "max_length": "max_length",
    "min_length": "min_length", "max_value": "le", "min_value": "ge", "validators": "validators", "choices": "choices",
}  # fmt: skip
NUMBERS = {"max": "le", "min": "ge"}
KINDS = {"OneOf": "choices", "AnyOf": "choices", "ContainsOnly": "choices", "Regexp": "pattern", "Email": "format",
         "URL": "format", "UUID": "format", "IPAddress": "format", "MacAddress": "format"}  # fmt: skip
DEMANDING = frozenset(["DataRequired", "InputRequired", "Required"])
AUTOMATIC = ("*.SQLAlchemyAutoSchema", "*.AutoSchema", "*.ModelSchema", "*.MongoModelSerializer")


def read(app: Application) -> None:
    """Completes the schemas that are known by now."""
    for schema in app.schemas.values():
        if schema.kind == "serializer":
            _extra_arguments(app, schema)
        elif schema.kind == "marshmallow":
            _marshmallow(app, schema)
        elif schema.kind == "form":
            _validators(app, schema)


def _extra_arguments(app: Application, schema: Schema) -> None:
    """`extra_kwargs = {"password": {"write_only": True}}`."""
    known = {each.name: each for each in schema.fields}
    for _, part in app.project.lineage(schema.owner):
        meta = part.classes.get("Meta") if part is not None else None
        given = meta.value("extra_kwargs") if meta is not None else None
        if part is None or not isinstance(given, s.Pairs):
            continue
        for key, value in zip(given.keys, given.values, strict=True):
            name = s.text_of(key)
            if not name or not isinstance(value, s.Pairs):
                continue
            if name not in known:
                known[name] = SchemaField(name, "", part.module.at(value), limits=("model",))
                schema.fields.append(known[name])
            _put(known[name], value)
        return


def _put(field: SchemaField, given: s.Pairs) -> None:
    for key, value in zip(given.keys, given.values, strict=True):
        word = s.text_of(key) or ""
        if word == "write_only":
            field.write_only = s.constant(value) is True
        elif word == "read_only":
            field.read_only = s.constant(value) is True
        elif word == "required":
            field.is_required = s.constant(value) is not False
        elif word in LIMITING:
            field.limits = tuple(dict.fromkeys([*field.limits, LIMITING[word]]))


def _marshmallow(app: Application, schema: Schema) -> None:
    """A field is optional unless it says otherwise; a schema that is made of a model has all its columns."""
    for field, call in _calls(app, schema):
        field.is_required = s.constant(call.keyword("required")) is True
        field.limits = tuple(dict.fromkeys([*field.limits, *_limits(call.keyword("validate"))]))
    if schema.model and app.project.inherits(schema.owner, *AUTOMATIC):
        metas = [
            part.classes["Meta"]
            for _, part in app.project.lineage(schema.owner)
            if part and "Meta" in part.classes
        ]
        if not any(each.value("fields") is not None for each in metas):
            schema.all_fields = True


def _validators(app: Application, schema: Schema) -> None:
    """`StringField("Name", [DataRequired(), Length(max=20)])`; forms of Django say it by keywords."""
    for field, call in _calls(app, schema):
        is_wtforms = field.type.startswith(("wtforms", "flask_wtf"))
        if is_wtforms:
            given = call.argument(1, "validators")
            names = {s.last_name(each) for each in given.items} if isinstance(given, s.Group) else set()
            field.is_required = bool(names & DEMANDING)
            found = [each for each in field.limits if each not in ("validators", "validate")]
            field.limits = tuple(dict.fromkeys([*found, *_limits(given), *_own_limits(call)]))


def _own_limits(call: s.Call) -> Iterator[str]:
    if call.name in ("SelectField", "RadioField", "BooleanField"):
        yield "choices"
    if call.name in ("EmailField", "URLField", "DateField", "DateTimeField"):
        yield "format"


def _limits(given: s.Expression | None) -> Iterator[str]:
    """What validators limit, in the words of all schemas."""
    for each in given.items if isinstance(given, s.Group) else [given] if given is not None else []:
        if not isinstance(each, s.Call):
            continue
        if each.name in KINDS:
            yield KINDS[each.name]
        words = NUMBERS if each.name in ("Range", "NumberRange") else LIMITING
        yield from (words[keyword.name] for keyword in each.keywords if keyword.name in words)
        positional = (
            ("min", "max")[: len(each.args)] if each.name in ("Length", "Range", "NumberRange") else ()
        )
        yield from (words[name] for name in positional)


def _calls(app: Application, schema: Schema) -> Iterator[tuple[SchemaField, s.Call]]:
    """The fields with the calls that make them."""
    for field in schema.fields:
        found = app.project.attribute(schema.owner, field.name)
        if found is not None and isinstance(found[1], s.Call):
            yield field, found[1]
