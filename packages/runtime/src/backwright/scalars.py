"""The forms of single values: which text or JSON value stands for what, checked exactly.

What lives here: one strict Pydantic annotation for each kind of value, with the JSON Schema that says the
same. What must not: columns and resources (`fields.py`). Pydantic's own readers are wider than what we
publish (a date may be a number of seconds, an id may have braces, a decimal a float); here a value has one
form, and everything else is refused.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from math import isfinite
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, StringConstraints, WithJsonSchema

MAX_TEXT: Final = 10_000
"""Characters of a text that has no length of its own, such as an argument of an action."""

MAX_JSON_DEPTH: Final = 16
MAX_JSON_KEYS: Final = 256
MAX_JSON_ITEMS: Final = 1_000
MAX_JSON_TEXT: Final = 32_768
"""Characters of all keys and texts in one JSON value together."""

MAX_EXACT: Final = 2**53 - 1
"""The largest integer that every JSON reader represents exactly (RFC 8259 §6)."""

NO_NUL: Final = r"^[^\x00]*$"
_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}"
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
EMAIL: Final = (
    rf"^{_ATOM}(?:\.{_ATOM}){{0,31}}@(?:{_LABEL}\.){{1,20}}[A-Za-z](?:[A-Za-z0-9-]{{0,61}}[A-Za-z0-9])$"
)
"""A dot-atom at a domain name (RFC 5321 §4.1.2); no quoted forms, no addresses of single machines."""
PHONE: Final = r"^[+(]?[0-9][0-9 ()./-]{2,28}[0-9]$"
_HOST: Final = rf"(?:(?:{_LABEL}\.){{0,20}}{_LABEL}|\[[0-9A-Fa-f:.]{{2,45}}\])"
_URI_CHARACTER: Final = r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})"
URL: Final = rf"^https?://{_HOST}(?::[0-9]{{1,5}})?(?:[/?#]{_URI_CHARACTER}*)?$"
"""An absolute address (RFC 3986) without credentials in it; characters beyond ASCII are percent-encoded."""

_UUID: Final = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


def uuid(value: Any) -> UUID:
    """An id in its one form: 36 characters with dashes. Raises `ValueError`."""
    if isinstance(value, UUID):
        return value
    if isinstance(value, str) and _UUID.fullmatch(value):
        return UUID(value)
    raise ValueError("must be a UUID such as 01935b2e-7c00-7000-8000-000000000001")


def uuid_text(value: str) -> str:
    """An id as it stands in a path, checked and left as text: drivers take it as it is. Raises `ValueError`."""
    if _UUID.fullmatch(value):
        return value.lower()
    raise ValueError("must be a UUID such as 01935b2e-7c00-7000-8000-000000000001")


def moment(value: Any) -> datetime:
    """A time with a zone (RFC 3339), in UTC. Raises `ValueError`."""
    if isinstance(value, str):
        if not _MOMENT.fullmatch(value):
            raise ValueError("must be a time with a time zone, such as 2026-01-15T09:30:00Z")
        try:
            value = datetime.fromisoformat(value.upper())
        except ValueError:
            raise ValueError("must be a time that exists, such as 2026-01-15T09:30:00Z") from None
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ValueError("must be a time with a time zone, such as 2026-01-15T09:30:00Z")
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("must lie between the years 1 and 9999 in UTC") from None


def day(value: Any) -> date:
    """A calendar day (ISO 8601). Raises `ValueError`."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        if isinstance(value, str) and _DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise ValueError("must be a day that exists, such as 2026-01-15")


Identifier = Annotated[UUID, PlainValidator(uuid), WithJsonSchema({"type": "string", "format": "uuid"})]
Moment = Annotated[
    datetime,
    PlainValidator(moment),
    WithJsonSchema({"type": "string", "format": "date-time", "maxLength": 35}),
]
Day = Annotated[
    date, PlainValidator(day), WithJsonSchema({"type": "string", "format": "date", "maxLength": 10})
]


def decimal(precision: int, places: int, low: Decimal, high: Decimal) -> Any:
    """The annotation of an exact number between `low` and `high`: digits in a string, never a float."""
    pattern = decimal_pattern(precision, places, signed=low < 0)
    form = re.compile(pattern)

    def read(value: Any) -> Decimal:
        if isinstance(value, str):
            if not value.isascii() or not form.fullmatch(value):
                raise ValueError(f"must be digits in a string, such as {example!r}")
            value = Decimal(value)
        if not isinstance(value, Decimal) or not value.is_finite() or -value.as_tuple().exponent > places:  # type: ignore[operator]
            raise ValueError(f"must be digits in a string, such as {example!r}")
        if not low <= value <= high:
            raise ValueError(f"must be from {low} to {high}")
        return value

    example = f"{min(max(low, Decimal(1)), high):.{places}f}"
    schema = {"type": "string", "pattern": pattern, "maxLength": precision + 2, "examples": [example]}
    return Annotated[Decimal, PlainValidator(read), WithJsonSchema(schema)]


def decimal_pattern(precision: int, places: int, *, signed: bool) -> str:
    """The form of an exact number as a regular expression."""
    sign = "-?" if signed else ""
    fraction = rf"(\.[0-9]{{1,{places}}})?" if places else ""
    return rf"^{sign}[0-9]{{1,{max(1, precision - places)}}}{fraction}$"


def integer(low: int, high: int) -> Any:
    """The annotation of a whole number from `low` to `high`. 1.0 is one, as JSON has one kind of numbers."""
    return Annotated[int, Field(ge=low, le=high), BeforeValidator(_whole)]


def _whole(value: Any) -> Any:
    return (
        int(value) if isinstance(value, float) and abs(value) <= MAX_EXACT and value.is_integer() else value
    )


def text(maximum: int, minimum: int = 0) -> Any:
    """The annotation of a text, stored in Unicode's composed form (NFC) so that equal texts are equal bytes."""

    def composed(value: str) -> str:
        if value.isascii():
            return value
        found = unicodedata.normalize("NFC", value)
        if len(found) > maximum:  # some characters have no composed form and become two
            raise ValueError(f"must have at most {maximum} characters in Unicode's composed form (NFC)")
        return found

    limits = StringConstraints(min_length=minimum or None, max_length=maximum, pattern=NO_NUL)
    return Annotated[str, limits, AfterValidator(composed)]


def formatted(form: str, maximum: int) -> Any:
    """The annotation of a text with a form of its own: `email`, `phone` or `url`."""
    pattern, extra, then = _FORMS[form]
    limits = StringConstraints(max_length=maximum, pattern=pattern)
    return Annotated[str, limits, AfterValidator(then), Field(json_schema_extra=extra)]


def _address(value: str) -> str:
    if value.index("@") > 64:
        raise ValueError("must have at most 64 characters before the @")
    return value.casefold()


_FORMS: Final[dict[str, tuple[str, Any, Callable[[str], str]]]] = {
    "email": (EMAIL, {"format": "email"}, _address),
    "phone": (PHONE, None, str),
    "url": (URL, {"format": "uri"}, str),
}


def json_value(value: Any) -> Any:
    """Any JSON value, bounded in depth, width and size. Raises `ValueError`."""
    _measure(value, 0, [MAX_JSON_TEXT])
    return value


def json_object(value: Any) -> dict[str, Any]:
    """A JSON object, bounded the same way. Raises `ValueError`."""
    if not isinstance(value, dict):
        raise ValueError("must be a JSON object")
    _measure(value, 0, [MAX_JSON_TEXT])
    return value


def _measure(value: Any, depth: int, room: list[int]) -> None:
    """Raise `ValueError` for what is too deep, too wide, too large, or no JSON that others can read."""
    if depth > MAX_JSON_DEPTH:
        raise ValueError(f"is nested deeper than {MAX_JSON_DEPTH} levels")
    if isinstance(value, str):
        if "\x00" in value:
            raise ValueError("contains a NUL character")
        room[0] -= len(value)
        if room[0] < 0:
            raise ValueError(f"has more than {MAX_JSON_TEXT} characters of text")
    elif isinstance(value, dict):
        if len(value) > MAX_JSON_KEYS:
            raise ValueError(f"has more than {MAX_JSON_KEYS} keys in one object")
        for key, each in value.items():
            _measure(key, depth + 1, room)
            _measure(each, depth + 1, room)
    elif isinstance(value, list):
        if len(value) > MAX_JSON_ITEMS:
            raise ValueError(f"has more than {MAX_JSON_ITEMS} items in one list")
        for each in value:
            _measure(each, depth + 1, room)
    elif isinstance(value, int) and not isinstance(value, bool) and abs(value) > MAX_EXACT:
        raise ValueError("holds an integer that JSON readers cannot represent exactly (beyond 2**53 - 1)")
    elif isinstance(value, float) and not isfinite(value):
        raise ValueError("holds a number that JSON does not have")


JsonValue = Annotated[Any, PlainValidator(json_value), WithJsonSchema({})]
JsonObject = Annotated[
    dict[str, Any],
    PlainValidator(json_object),
    WithJsonSchema({"type": "object", "maxProperties": MAX_JSON_KEYS, "additionalProperties": True}),
]
_TEXT: Any = text(200, 1)
Texts: Any = Annotated[list[_TEXT], Field(max_length=100)]
"""A list of short texts."""
