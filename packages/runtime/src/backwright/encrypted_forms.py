"""The values of encrypted columns as bytes.

What lives here: which types can be encrypted, and the one form of each value. What must not: ciphers and columns.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import msgspec
from sqlalchemy import JSON, Boolean, Date, Enum, Integer, String
from sqlalchemy.types import TypeEngine

from backwright.columns import FixedPoint, JsonObject, Texts, Timestamp

_FORMS: Final[tuple[tuple[type[TypeEngine[Any]], Any], ...]] = (
    (Boolean, bool),
    (FixedPoint, Decimal),
    (Integer, int),
    (Date, date),
    (Timestamp, datetime),
    (JsonObject, dict[str, Any]),
    (Texts, list[str]),
    (JSON, Any),
)
"""Types that are kept as JSON, and what their values are in Python. A text is kept as it is."""


def check(kind: TypeEngine[Any]) -> None:
    """Raise `TypeError` for a type whose values have no form here."""
    if not _is_text(kind) and not any(isinstance(kind, each) for each, _ in _FORMS):
        raise TypeError(f"{kind!r} cannot be encrypted; take a text with a length, a number, a date or JSON")


def encode(kind: TypeEngine[Any], value: Any) -> bytes:
    """A value as bytes. Equal values have equal bytes: `1.5` of two places is `1.50`."""
    if _is_text(kind):
        return str(value).encode()
    if isinstance(kind, FixedPoint):
        value = Decimal(value).quantize(Decimal(1).scaleb(-kind.places))
    return msgspec.json.encode(value, order="deterministic")


def decode(kind: TypeEngine[Any], content: bytes) -> Any:
    """The value again."""
    if _is_text(kind):
        return content.decode()
    return msgspec.json.decode(content, type=next(form for each, form in _FORMS if isinstance(kind, each)))


def _is_text(kind: TypeEngine[Any]) -> bool:
    return isinstance(kind, String) and not isinstance(kind, Enum) and kind.length is not None
