"""Fields of what callers send that a schema lets through in any size: passwords of one letter, amounts below zero.

What lives here: fields and uploads whose limits decide about safety or money. What must not: input without any schema.
"""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Function
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.facts.web import Schema, SchemaField
from backwright_workbench.codebase.facts.words import secret_kind, words
from backwright_workbench.review.access.endpoints import Endpoint
from backwright_workbench.review.access.intents import Intent

LOWEST = frozenset(["min_length", "pattern", "regex", "validate", "validators", "length", "model"])
NOT_NEGATIVE = frozenset(["ge", "gt", "min_value", "validate", "validators", "model"])
AMOUNTS = ("price", "amount", "quantity", "qty", "stock", "cost", "fee", "salary", "units")
TEXTS = frozenset(["str", "SecretStr", "String", "CharField", "PasswordField", "StringField", ""])
VALIDATORS = ("validator", "validates", "validates_schema")
NUMBERS = frozenset(["builtins.int", "builtins.float", "decimal.Decimal", "int", "float", "Decimal"])
OLD = frozenset(
    ["old", "current", "existing", "confirm", "confirmation", "repeat", "again", "2", "hash", "hashed"]
)
LOOKS = frozenset(["content_type", "mimetype", "size", "suffix", "splitext", "endswith", "guess_type", "allowed_file",
                   "from_buffer", "what", "rsplit", "splitext", "verify", "content_length"])  # fmt: skip


def loose_fields(app: Application, endpoint: Endpoint) -> Iterator[tuple[Place, str, str]]:
    """Place, sentence and fix for each field without the limit that it needs, in what an endpoint takes."""
    if not endpoint.is_write or endpoint.intent is Intent.LOGIN:
        return
    for param in endpoint.parameters:
        schema = app.schemas.get(param.schema.qualified) if param.schema is not None else None
        for field in schema.fields if schema is not None else ():
            if schema is not None and field.place.path and not _is_checked(app, schema, field):
                yield from _loose(endpoint, schema, field)


def _loose(endpoint: Endpoint, schema: Schema, field: SchemaField) -> Iterator[tuple[Place, str, str]]:
    name = f"`{schema.name}.{field.name}`"
    parts = set(words(field.name))
    if secret_kind(field.name) == "password" and not parts & OLD:
        if not LOWEST & set(field.limits) and field.type.rpartition(".")[2] in TEXTS:
            said = f"{name}, which `{endpoint.title}` stores, may have one letter: nothing asks for a length"
            yield (
                field.place,
                said,
                "`Field(min_length=12)` for new passwords, or the framework's password validators",
            )
    elif (
        field.name.lower().endswith(AMOUNTS)
        and field.type in NUMBERS
        and not NOT_NEGATIVE & set(field.limits)
    ):
        said = f"{name}, which `{endpoint.title}` takes, may be below zero"
        yield (
            field.place,
            said,
            "say the least that makes sense: `Field(gt=0)` for a quantity, `Field(ge=0)` for a price",
        )
    elif _is_free_address(schema, field):
        said = f"{name}, which `{endpoint.title}` takes, may be any text: nothing asks for an address"
        yield field.place, said, "`EmailStr` instead of `str`"


def _is_free_address(schema: Schema, field: SchemaField) -> bool:
    """An address for mail that Pydantic takes as any text."""
    return (
        schema.kind == "pydantic"
        and words(field.name)[-1:] in (("email",), ("mail",), ("emails",))
        and field.type == "builtins.str"
        and not field.limits
    )


def _is_checked(app: Application, schema: Schema, field: SchemaField) -> bool:
    """Whether a validator of the schema looks at the field, or at everything."""
    for _, each in app.project.lineage(schema.owner):
        for method in each.methods.values() if each is not None else ():
            if _looks_at(method, field.name):
                return True
    return False


def _looks_at(method: Function, name: str) -> bool:
    if method.name in (f"validate_{name}", f"clean_{name}", "validate", "clean"):
        return True
    for each in method.decorators:
        if isinstance(each, s.Call) and s.last_name(each).endswith(VALIDATORS):
            return not each.args or any(s.text_of(arg) in (name, "*") for arg in each.args)
    return any(s.last_name(each) == "model_validator" for each in method.decorators)


def unchecked_upload(endpoint: Endpoint) -> bool:
    """Whether an endpoint takes a file of which nothing on the way looks at the type or the size."""
    if not any(param.source == "file" for param in endpoint.parameters):
        return False
    for function in endpoint.reached:
        for node in function.walk():
            named = s.last_name(node) if isinstance(node, s.Attribute | s.Name | s.Call) else ""
            if (
                named in LOOKS
                or "allowed" in words(named)
                or "valid" in words(named)
                or "validate" in words(named)
            ):
                return False
    return True
