"""Names that would collide: with the service's modules, routes and tables, with Python, with each other."""

import keyword
from collections.abc import Iterator

from backwright_workbench.blueprint import naming
from backwright_workbench.blueprint.fault import Fault, Path
from backwright_workbench.blueprint.model import (
    RESERVED_AREAS,
    USER,
    Blueprint,
    Entity,
    FieldModel,
    reference_column,
)

MAX_PLURAL = 50
"""Characters: names of indexes are made from it, and PostgreSQL cuts names after 63."""

_PLURALS = """
alembic_version api_key_places api_keys attachments audit audit_log audit_seals auth browser_sessions docs health
encryption_keys idempotency_keys identities login logout me
metrics openapi rate_limits redoc refresh_tokens sessions signing_keys static users
"""
RESERVED_PLURALS = frozenset(_PLURALS.split())
"""Routes and tables that every service has."""

_ENTITIES = """
Annotated Any Attachments Boolean Cache CheckConstraint Column Date DateTime Decimal Email Entity Enum
FixedPoint ForeignKey Id Index Integer Mapped Money Numeric Phone Resource Role Service Settings StrEnum
String Text Timestamp UUID UniqueConstraint Url
"""
RESERVED_ENTITIES = frozenset(_ENTITIES.split())
"""Classes that a service's modules import and that an entity of that name would hide."""

STANDARD_COLUMNS = ("id", "version", "created_at", "updated_at")
_FIELDS = frozenset({*STANDARD_COLUMNS, "metadata", "registry", "self", "type_annotation_map"})
_TYPES = frozenset({"bool", "dict", "int", "str"})
"""What the types of columns are written with."""
_MODEL_METHODS = frozenset({"construct", "copy", "dict", "json", "schema", "validate"})
"""Methods of the class that describes a request's body."""


def check(blueprint: Blueprint) -> Iterator[Fault]:
    """Faults in the names of entities, areas and fields."""
    yield from _entities(blueprint)
    yield from _plurals(blueprint)
    for name, entity in blueprint.entities.items():
        yield from _area(blueprint, name)
        for field_name, field in entity.fields.items():
            yield from _field(entity, field_name, field, ("entities", name, "fields", field_name))


def _entities(blueprint: Blueprint) -> Iterator[Fault]:
    enums = {
        name + naming.pascal(field_name): f"{name}.{field_name}"
        for name, entity in blueprint.entities.items()
        for field_name, field in entity.fields.items()
        if field.type == "enum"
    }
    classes: dict[str, str] = {}
    for name in blueprint.entities:
        path = ("entities", name)
        if name == USER:
            yield Fault(
                path,
                f"{USER!r} is the entity of accounts, which every service has",
                f"refer to it: to: {USER}",
            )
        elif name in RESERVED_ENTITIES:
            yield Fault(
                path,
                f"{name!r} is a class of the library",
                f"say more, for example {_longer(blueprint, name)}",
            )
        elif keyword.iskeyword(name):
            yield Fault(path, f"{name!r} is a Python keyword", "choose another word")
        elif name in enums:
            yield Fault(
                path, f"{name!r} is also the class of the values of {enums[name]}", "choose another word"
            )
        twin = classes.setdefault(name.lower(), name)
        if twin != name:
            yield Fault(path, f"{name!r} and {twin!r} differ in capitals only", "choose another word")


def _longer(blueprint: Blueprint, name: str) -> str:
    """A name that says what the entity belongs to."""
    return naming.pascal(naming.singular(blueprint.service)) + name


def _plurals(blueprint: Blueprint) -> Iterator[Fault]:
    first: dict[str, str] = {}
    for name in blueprint.entities:
        plural = blueprint.plural(name)
        path: Path = ("entities", name, "plural") if blueprint.entities[name].plural else ("entities", name)
        if plural in RESERVED_PLURALS and name != USER:
            yield Fault(
                path,
                f"/{plural} is a route of every service",
                f"set plural, for example {_own(blueprint, plural)}",
            )
        if len(plural) > MAX_PLURAL:
            yield Fault(
                path,
                f"the table's name {plural!r} is longer than {MAX_PLURAL} characters",
                "set a shorter plural",
            )
        twin = first.setdefault(plural, name)
        if twin != name:
            yield Fault(path, f"the table {plural!r} is that of {twin} already", "set another plural")


def _own(blueprint: Blueprint, plural: str) -> str:
    return f"{naming.singular(blueprint.service)}_{plural}"


def _area(blueprint: Blueprint, name: str) -> Iterator[Fault]:
    area = blueprint.area(name)
    path: Path = ("entities", name, "area") if blueprint.entities[name].area else ("entities", name)
    if area in RESERVED_AREAS:
        yield Fault(
            path, f"{area!r} is a part of every service", f"set area, for example {_own(blueprint, area)}"
        )
    elif keyword.iskeyword(area):
        yield Fault(path, f"the area {area!r} is a Python keyword", "set another area")


def _field(entity: Entity, name: str, field: FieldModel, path: Path) -> Iterator[Fault]:
    if name in STANDARD_COLUMNS:
        yield Fault(path, f"every entity has {name!r}", "leave it out")
    elif name in _FIELDS or (name in _MODEL_METHODS and field.type != "reference"):
        yield Fault(path, f"{name!r} means something to the library", "choose another word")
    elif keyword.iskeyword(name) or name in _TYPES:
        what = "keyword" if keyword.iskeyword(name) else "type"
        yield Fault(path, f"{name!r} is a Python {what}", f"for example {name}_value")
    if field.type == "reference" and name.endswith("_id"):
        yield Fault(
            path, "a reference is named after what it refers to", f"call it {name.removesuffix('_id')!r}"
        )
    base = name.removesuffix("_id")
    if base != name and base in entity.fields and entity.fields[base].type == "reference":
        yield Fault(
            path, f"{reference_column(base)!r} is the column of the reference {base!r}", "leave it out"
        )
