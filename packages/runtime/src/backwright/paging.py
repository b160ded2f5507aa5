"""Keyset paging: a page starts after the last row seen, not after a number of rows.

What lives here: the total order of a list, the condition that continues it, and the sealed cursor. A walk
neither skips nor repeats a row that existed throughout, and page 1,000 costs what page 1 costs.

A cursor is encrypted (AES-SIV, RFC 5297: the same place gives the same text, so lists have stable ETags),
so it shows no data, and bound to everything that shaped the list (resource, sort, filters, caller's roles):
used with anything else, or in another tenant, it does not open. The one order that may shift under a walk is
that by relevance, which depends on all rows.
"""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import ColumnElement, and_, bindparam, false, or_, tuple_

from backwright.columns import Stored
from backwright.errors import BadRequest

DEFAULT_LIMIT: Final = 25
MAX_LIMIT: Final = 100
REFUSED: Final = (
    "The cursor does not belong to this list. Start again without it, and keep sort and filters the same from "
    "page to page."
)
_VERSION: Final = b"\x01"
_MAX_CURSOR: Final = 4_096


@dataclass(frozen=True)
class Key:
    """One term of the order. NULL sorts last, whichever the direction."""

    expression: ColumnElement[Any]
    descending: bool
    nullable: bool
    values: tuple[str, ...] = ()
    """Of an enum that leads the order: its values as declared, which is how it sorts and not how it is stored."""

    def order(self, *, backward: bool) -> ColumnElement[Any]:
        """The ORDER BY term; `backward` turns the whole order round."""
        term = self.expression.desc() if self.descending != backward else self.expression.asc()
        if not self.nullable:
            return term
        return term.nulls_first() if backward else term.nulls_last()


@dataclass(frozen=True)
class Part:
    """A stretch of a list that one seek in an index finds: rows with a first key value, with one certain
    value, or without."""

    keys: tuple[Key, ...]
    where: ColumnElement[bool] | None = None
    skipped: int = 0
    """Keys at the front that are the same on all rows of the part, and not sorted by."""
    value: str | None = None
    """The value of an enum that all rows of the part have, as the parameter `k0`."""
    continues: bool = False
    """Whether it goes on from the cursor, or begins at its own beginning."""

    @property
    def shape(self) -> tuple[Any, ...]:
        """What the SQL text depends on, among the parts of one order."""
        return (self.skipped, self.value is None, self.continues)


def parts(keys: tuple[Key, ...], values: Sequence[Any] | None, *, backward: bool) -> list[Part]:
    """The stretches to read, in order, from a cursor with these values; `None`: no cursor.

    Rows without a value come last, which no index has in both directions; an enum sorts as it is declared,
    which no index of the stored texts has. So a list that is sorted by a nullable column is walked in two
    parts, one that is sorted by an enum in a part for each value (in two, if a nullable column follows), and
    each page of a part is found by one seek.
    Raises `BadRequest` for a cursor at a value that the column cannot have any more.
    """
    first = keys[0]
    if first.values:
        wholes = [_with_value(keys, value) for value in _walked(first)]
        if first.nullable:
            wholes.append(Part(keys[1:], first.expression.is_(None), skipped=1))
    else:
        wholes = [Part(keys)]
    found = [part for whole in wholes for part in _solid_and_empty(whole)]
    if values is None:
        return found
    at = _holding(keys, values)
    following = found[:at][::-1] if backward else found[at + 1 :]
    return [replace(found[at], continues=True), *following]


def _walked(key: Key) -> tuple[str, ...]:
    return key.values[::-1] if key.descending else key.values


def _solid_and_empty(part: Part) -> list[Part]:
    """The rows of a part that have a value of its first key, then those without."""
    first, *rest = part.keys
    if not first.nullable:
        return [part]
    always = () if part.where is None else (part.where,)
    solid, empty = first.expression.is_not(None), first.expression.is_(None)
    return [
        replace(part, keys=(replace(first, nullable=False), *rest), where=and_(*always, solid)),
        replace(part, keys=tuple(rest), where=and_(*always, empty), skipped=part.skipped + 1),
    ]


def _with_value(keys: tuple[Key, ...], value: str) -> Part:
    """The rows with one value of the enum that leads the order.

    Where only the id follows, the order keeps the enum and the condition is a range, though of one value: were
    it known to be constant, PostgreSQL might walk all rows by id, trusting that the value is spread evenly.
    The range is two comparisons, as MariaDB sorts what a BETWEEN has found.
    """
    first, *rest = keys
    given = bindparam("k0", type_=Stored(first.expression.type))
    if len(rest) == 1:
        only = and_(first.expression >= given, first.expression <= given)
        return Part((replace(first, nullable=False), *rest), only, value=value)
    return Part(tuple(rest), first.expression == given, skipped=1, value=value)


def _holding(keys: tuple[Key, ...], values: Sequence[Any]) -> int:
    """Which of all parts holds the row with these key values."""
    first, value = keys[0], values[0]
    if not first.nullable if value is None else first.values and value not in first.values:
        raise BadRequest(REFUSED)
    if not first.values:
        return 1 if value is None else 0
    whole = len(first.values) if value is None else _walked(first).index(value)
    return 2 * whole + (values[1] is None) if keys[1].nullable else whole


def after(part: Part, nulls: Sequence[bool], *, backward: bool) -> ColumnElement[bool]:
    """The rows of a part that come after (or, `backward`, before) the one with the key values `k0`, `k1` …

    Where the order is uniform and nothing is nullable, a row comparison is used, which every engine turns
    into one seek; else a bound on the first key tells it where to begin.
    """
    keys, nulls = part.keys, nulls[part.skipped :]
    values = [
        bindparam(f"k{part.skipped + at}", type_=Stored(key.expression.type)) for at, key in enumerate(keys)
    ]
    directions = {key.descending != backward for key in keys}
    if len(directions) == 1 and not any(key.nullable for key in keys):
        left, right = tuple_(*(key.expression for key in keys)), tuple_(*values)
        return left < right if directions.pop() else left > right
    alternatives = []
    for at, key in enumerate(keys):
        equal = [
            keys[i].expression.is_(None) if nulls[i] else keys[i].expression == values[i] for i in range(at)
        ]
        alternatives.append(and_(*equal, _beyond(key, values[at], null=nulls[at], backward=backward)))
    return and_(*_bound(keys[0], values[0], backward=backward), or_(*alternatives))


def _bound(key: Key, value: Any, *, backward: bool) -> list[ColumnElement[bool]]:
    """A condition that follows from the others and that an index on the first key can begin with."""
    if key.nullable:
        return []
    return [key.expression <= value if key.descending != backward else key.expression >= value]


def _beyond(key: Key, value: Any, *, null: bool, backward: bool) -> ColumnElement[bool]:
    if null:
        return key.expression.is_not(None) if backward else false()
    further = key.expression < value if key.descending != backward else key.expression > value
    return or_(further, key.expression.is_(None)) if key.nullable and not backward else further


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a list: the key values of the row next to it, and the direction to go."""

    values: tuple[Any, ...]
    backward: bool


class Sealer:
    """Seals and opens cursors with a key derived from the service's secret (HKDF-SHA256, RFC 5869)."""

    def __init__(self, secret: bytes) -> None:
        self._place = ""
        derive = HKDF(algorithm=hashes.SHA256(), length=64, salt=None, info=b"backwright cursor v1")
        self._cipher = AESSIV(derive.derive(secret))

    def within(self, place: str) -> "Sealer":
        """The same, for cursors that are of use in one place alone: within a tenant."""
        found = copy(self)
        found._place = f"{place} "
        return found

    def seal(self, cursor: Cursor, binding: str) -> str:
        """The opaque text of a cursor, usable only with the same `binding`."""
        plain = msgspec.json.encode((cursor.backward, cursor.values))
        return _text(_VERSION + self._cipher.encrypt(plain, [_digest(self._place + binding)]))

    def open(self, text: str, binding: str) -> Cursor:
        """The cursor in `text`. Raises `BadRequest` if it was altered, or made for another list or caller."""
        try:
            if len(text) > _MAX_CURSOR:
                raise ValueError("too long")
            raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
            if raw[:1] != _VERSION or _text(raw) != text:  # the decoder skips what is not in the alphabet
                raise ValueError("altered")
            backward, values = msgspec.json.decode(
                self._cipher.decrypt(raw[1:], [_digest(self._place + binding)])
            )
        except (InvalidTag, ValueError):
            raise BadRequest(REFUSED) from None
        return Cursor(tuple(values), bool(backward))


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


@lru_cache(maxsize=1_000)
def _digest(binding: str) -> bytes:
    return hashlib.sha256(binding.encode()).digest()
