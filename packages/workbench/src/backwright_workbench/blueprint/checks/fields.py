"""One field by itself: which options fit its type, and whether its limits and default agree."""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from backwright_workbench.blueprint.checks.service import repeated
from backwright_workbench.blueprint.fault import Fault, Path, did_you_mean
from backwright_workbench.blueprint.model import USER, Blueprint, Entity, FieldModel

NUMBERS = frozenset({"integer", "decimal", "money"})
BOUNDED = NUMBERS | {"string", "text"}
_WITH_DEFAULT = BOUNDED | {"boolean", "enum"}
ENCRYPTED = BOUNDED | {"email", "phone", "url", "date", "datetime", "json"}
"""Types with enough values that encrypting one hides something."""
_UNINDEXED = frozenset({"text", "json"})

FITS = {
    "values": frozenset({"enum"}),
    "min": NUMBERS,
    "max": BOUNDED,
    "places": frozenset({"decimal"}),
    "default": _WITH_DEFAULT,
    "to": frozenset({"reference"}),
    "on_delete": frozenset({"reference"}),
    "set": frozenset({"reference"}),
}
"""Option → the types for which it says something."""

MAX_LENGTH = {"string": 10_000, "text": 100_000}
DEFAULT_LENGTH = {"string": 200, "text": 10_000}
MAX_UNIQUE_LENGTH = 700
"""Characters of a unique string: MariaDB indexes 3072 bytes, four for each."""
DECIMAL_DIGITS = 14
"""All digits of a decimal or an amount of money, those after the point included."""
MAX_NUMBER = {"integer": 2**31 - 1, "decimal": 10**12 - 1, "money": 10**12 - 1}
"""The largest whole number that fits the column: 32 bits, and 14 digits of which two follow the point."""
MAX_VALUES = 100
LONGEST_NAME = 63
"""Characters that PostgreSQL keeps of a column's name."""


def check(blueprint: Blueprint) -> Iterator[Fault]:
    """Faults in each field of each entity."""
    for entity_name, entity in blueprint.entities.items():
        for name, field in entity.fields.items():
            path: Path = ("entities", entity_name, "fields", name)
            misfits = list(_misfits(field, path))
            yield from misfits
            if not misfits:
                yield from _limits(field, path)
                yield from _values(field, path)
                yield from _default(field, path)
            yield from _writing(field, path)
            if field.encrypted:
                yield from _encrypted(name, entity, path)


def _misfits(field: FieldModel, path: Path) -> Iterator[Fault]:
    for option, types in FITS.items():
        said = option in field.model_fields_set and getattr(field, option) not in (None, ())
        if said and field.type not in types:
            fitting = ", ".join(sorted(types))
            yield Fault(
                (*path, option), f"{option!r} does not fit the type {field.type}", f"it fits: {fitting}"
            )
    if field.encrypted and field.type not in ENCRYPTED:
        fitting = ", ".join(sorted(ENCRYPTED))
        yield Fault(
            (*path, "encrypted"), f"a field of type {field.type} cannot be encrypted", f"these can: {fitting}"
        )
    elif field.encrypted and field.default is not None:
        yield Fault(
            (*path, "default"),
            "an encrypted field has no default",
            "it would be known; leave one of the two out",
        )
    if field.unique and field.type in _UNINDEXED:
        yield Fault((*path, "unique"), f"a {field.type} cannot be unique", "use a string")


def _encrypted(name: str, entity: Entity, path: Path) -> Iterator[Fault]:
    """An encrypted field has a column beside it for its blind index."""
    index = f"{name}_index"
    if index in entity.fields:
        yield Fault(
            path, f"{index!r} is the column of its blind index", f"call the field {index!r} otherwise"
        )
    if len(index) > LONGEST_NAME:
        yield Fault(
            path,
            f"the column {index!r} would have more than {LONGEST_NAME} characters",
            "take a shorter name",
        )


def _limits(field: FieldModel, path: Path) -> Iterator[Fault]:
    if field.type in MAX_LENGTH:
        top = MAX_LENGTH[field.type]
        length = field.max if field.max is not None else DEFAULT_LENGTH[field.type]
        if not 1 <= length <= top:
            hint = "use text" if field.type == "string" and length > top else None
            yield Fault((*path, "max"), f"the length of a {field.type} is 1 to {top} characters", hint)
        elif field.unique and length > MAX_UNIQUE_LENGTH:
            yield Fault(
                (*path, "max"),
                f"a unique string has at most {MAX_UNIQUE_LENGTH} characters",
                "or it has no index",
            )
    elif field.type in NUMBERS:
        limit = _largest(field)
        for option in ("min", "max"):
            value = getattr(field, option)
            if value is not None and not -limit <= value <= limit:
                hint = _fewer_places(field)
                yield Fault((*path, option), f"the type {field.type} holds -{limit} to {limit}", hint)
        if field.min is not None and field.max is not None and field.min > field.max:
            yield Fault((*path, "min"), f"min {field.min} is above max {field.max}", "exchange them")


def _places(field: FieldModel) -> int:
    """Digits after the point."""
    return {"integer": 0, "money": 2}.get(field.type, 2 if field.places is None else field.places)


def _largest(field: FieldModel) -> Decimal:
    """The largest number that fits the column."""
    if field.type == "integer":
        return Decimal(MAX_NUMBER["integer"])
    return Decimal(10**DECIMAL_DIGITS - 1).scaleb(-_places(field))


def _fewer_places(field: FieldModel) -> str | None:
    if field.type != "decimal" or _places(field) <= 2:
        return None
    return f"places: {_places(field)} of {DECIMAL_DIGITS} digits leave room for that; take fewer places"


def _values(field: FieldModel, path: Path) -> Iterator[Fault]:
    if field.type != "enum":
        return
    if not field.values:
        yield Fault(path, "an enum needs its values", "for example values: [open, done]")
    if len(field.values) > MAX_VALUES:
        yield Fault(
            (*path, "values"), f"more than {MAX_VALUES} values", "make them an entity and refer to it"
        )
    yield from repeated(field.values, (*path, "values"))


def _default(field: FieldModel, path: Path) -> Iterator[Fault]:
    if field.default is None:
        return
    here = (*path, "default")
    if field.unique:
        yield Fault(here, "with a default, the second row is not unique", "leave one of the two out")
    match field.type:
        case "enum" if field.values and field.default not in field.values:
            yield Fault(
                here,
                f"{field.default!r} is not among the values",
                did_you_mean(str(field.default), field.values),
            )
        case "boolean" if not isinstance(field.default, bool):
            yield Fault(here, f"{field.default!r} is not a boolean", "true or false")
        case "string" | "text":
            length = field.max or DEFAULT_LENGTH[field.type]
            if not isinstance(field.default, str):
                yield Fault(here, f"{field.default!r} is not a text", f'put it in quotes: "{field.default}"')
            elif len(field.default) > length:
                yield Fault(here, f"the default is longer than {length} characters")
        case "integer" | "decimal" | "money":
            yield from _number(field, field.default, here)


def _number(field: FieldModel, default: bool | int | str, path: Path) -> Iterator[Fault]:
    places = _places(field)
    exact = not isinstance(default, bool) and (field.type != "integer" or isinstance(default, int))
    try:
        number = Decimal(default) if exact else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite():
        hint = "a whole number" if field.type == "integer" else 'a whole number, or one in quotes: "0.5"'
        yield Fault(path, f"{default!r} is not a number of type {field.type}", hint)
        return
    top = _largest(field)
    low = -top if field.min is None else field.min
    high = top if field.max is None else field.max
    if not low <= number <= high:
        yield Fault(path, f"{default} is not between {low} and {high}", _fewer_places(field))
    elif int(number.as_tuple().exponent) < -places:
        yield Fault(path, f"{default} has more than {places} digits after the point")


def _writing(field: FieldModel, path: Path) -> Iterator[Fault]:
    if field.set is not None:
        if field.type == "reference" and field.to != USER:
            yield Fault((*path, "set"), f"set: actor fills a reference to {USER}", f"to: {USER}")
        if field.unique:
            yield Fault((*path, "set"), "a unique caller could create one row only", "leave unique out")
        if field.read_only:
            yield Fault(
                (*path, "read_only"),
                "a field with `set` is never taken from a request anyway",
                "leave it out",
            )
    elif field.read_only and not field.optional and field.default is None:
        yield Fault(
            (*path, "read_only"), "nothing can fill this required field at creation", "make it optional"
        )
