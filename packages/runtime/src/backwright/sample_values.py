"""One plausible value for one column, from its name, its type and its rules.

What lives here: the choice of a value. What must not: references between rows, uniqueness, the database
(`samples.py`). All values are valid for the column: its type, its length and its bounds.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum as PythonEnum
from random import Random
from typing import Any, Final

from sqlalchemy import JSON, Boolean, Column, Date, Enum, Float, Integer, LargeBinary, Numeric, String

from backwright import sample_words as words
from backwright.columns import FixedPoint, Id, Texts, Timestamp, bounds, integer_range, rules_of
from backwright.encrypted import plain
from backwright.sample_texts import Row, marked, text

BASE: Final = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
"""The Monday morning around which sample times lie: always the same, so that rows are too."""


_LATER: Final = re.compile(
    r"^(due|expires?|expected|scheduled|planned|deadline|next|valid_until|renewal|starts?|begins?)"
)
_END: Final = re.compile(
    r"^(ends?|finish|until|check_?out|valid_to|return|closes?)|_(end|until|to)(_at|_on)?$"
)
_START: Final = re.compile(
    r"^(starts?|begins?|from|check_?in|valid_from|borrowed|opens?)|_(start|from)(_at|_on)?$"
)
_SUCCESSES: Final = frozenset({
    "done", "completed", "complete", "closed", "resolved", "finished", "paid", "shipped", "delivered",
    "returned", "published", "approved", "archived", "fulfilled", "won", "sold", "settled", "ended",
})  # fmt: skip
_FAILURES: Final = frozenset({"cancelled", "canceled", "rejected", "lost", "refused", "revoked"})
_INTEGERS: Final[Mapping[str, tuple[int, int]]] = {
    "year": (1990, 2026), "age": (18, 80), "rating": (1, 5), "stars": (1, 5), "score": (0, 100),
    "percent": (0, 100),
    "percentage": (0, 100), "floor": (0, 12), "minutes": (15, 240), "hours": (1, 40), "days": (1, 30),
    "pages": (80, 600),
    "capacity": (4, 200), "stock": (0, 500), "quantity": (1, 20), "mileage": (1_000, 200_000),
    "position": (1, 50),
    "priority": (1, 5), "level": (1, 5), "credits": (1, 10), "seats": (2, 60),
}  # fmt: skip
_AMOUNTS: Final[Mapping[str, tuple[int, int]]] = {
    "salary": (28_000, 90_000), "budget": (1_000, 50_000), "total": (20, 2_000), "latitude": (36, 60),
    "longitude": (-9, 25), "percent": (0, 100), "rate": (1, 100), "weight": (1, 80), "tax": (1, 200),
}  # fmt: skip


def value(column: Column[Any], entity: str, row: Row, number: int, random: Random) -> Any:
    """A value for `column` of row `number` of `entity` (a class's name), given what the row has so far."""
    column = plain(column)
    kind, name = column.type, column.key
    if isinstance(kind, Enum):
        return _choice(kind, column, random)
    if isinstance(kind, Boolean):
        return random.random() < (0.9 if _default(column) is not False else 0.2)
    if isinstance(kind, Timestamp):
        return moment(name, row, random)
    if isinstance(kind, Date):
        return moment(name, row, random).date()
    if isinstance(kind, (FixedPoint, Numeric)):
        return amount(column, random)
    if isinstance(kind, Integer):
        return whole(column, random)
    if isinstance(kind, JSON):
        return [random.choice(words.TITLES["group"]).lower()] if _is_list(column) else {"source": "sample"}
    if isinstance(kind, LargeBinary):
        return random.randbytes(16)
    if isinstance(kind, Id):
        return None if column.nullable else _uuid(random)
    if isinstance(kind, String):
        return text(column, entity, row, number, random)
    raise TypeError(
        f"{column} has the type {kind!r}, for which there are no samples; give the value yourself"
    )


def is_absent(column: Column[Any], row: Row, random: Random) -> bool:
    """Whether an optional column stays empty: now and then, and always where the row is not that far yet."""
    stem = _end_of(column.key)
    states = {str(each.value) for each in row.values() if isinstance(each, PythonEnum)}
    if stem and states:
        return not states & (_SUCCESSES if stem in _SUCCESSES else {stem})
    return random.random() < 0.2


def _end_of(name: str) -> str | None:
    """The outcome that a time is named after: `completed_at` → `completed`."""
    stem = name.rpartition("_")[0]
    return stem if name.endswith(("_at", "_on")) and stem in _SUCCESSES | _FAILURES else None


def whole(column: Column[Any], random: Random) -> int:
    """A whole number within the column's bounds."""
    low, high = (
        _INTEGERS.get(column.key.split("_")[-1]) or _INTEGERS.get(column.key.split("_")[0]) or (1, 100)
    )
    rules = rules_of(column.info)
    least, most = integer_range(column.type)
    least = least if rules.minimum is None else int(rules.minimum)
    most = most if rules.maximum is None else int(rules.maximum)
    return random.randint(*_within(low, high, least, most))


def amount(column: Column[Any], random: Random) -> Decimal | float:
    """An exact number within the column's bounds; a float for a float column."""
    kind, rules = column.type, rules_of(column.info)
    low, high = _AMOUNTS.get(column.key.split("_")[-1], (5, 500))
    places = kind.places if isinstance(kind, FixedPoint) else (getattr(kind, "scale", None) or 2)
    unit = 10**places
    most = kind.limit if isinstance(kind, FixedPoint) else Decimal(10**9)
    least = -most if rules.minimum is None else Decimal(rules.minimum)
    most = most if rules.maximum is None else Decimal(rules.maximum)
    first, last = _within(low * unit, high * unit, int(least * unit), int(most * unit))
    found = Decimal(random.randint(first, last)).scaleb(-places)
    return float(found) if isinstance(kind, Float) else found


def moment(name: str, row: Row, random: Random) -> datetime:
    """A time that fits the name: birthdays decades ago, due dates ahead, an end after its start."""
    if "birth" in name:
        return BASE - timedelta(days=random.randrange(20 * 365, 70 * 365))
    starts = [each for key, each in row.items() if _START.search(key) and isinstance(each, date)]
    if _END.search(name) and starts:
        return _midnight_or_later(starts[0]) + timedelta(days=random.randrange(1, 15))
    created = row.get("created_at")
    if _end_of(name) and isinstance(created, datetime):
        return min(created + timedelta(days=random.randrange(1, 15), hours=random.randrange(9)), BASE)
    days = random.randrange(1, 60) if _LATER.search(name) or _END.search(name) else -random.randrange(1, 60)
    return (BASE + timedelta(days=days, hours=random.randrange(9))).replace(
        minute=random.choice((0, 15, 30, 45))
    )


def _midnight_or_later(start: date) -> datetime:
    return start if isinstance(start, datetime) else datetime(start.year, start.month, start.day, tzinfo=UTC)


def told_apart(column: Column[Any], found: Any, number: int) -> Any:
    """The `number`-th other value for a column that must be unique: a new one for each number, and from the
    first again where the column's domain is smaller. The same value where only chance can help.
    """
    column = plain(column)
    kind = column.type
    if isinstance(kind, Enum):
        options = _options(kind)
        return options[number % len(options)]
    if isinstance(kind, Boolean):
        return number % 2 == 0
    if isinstance(found, str):
        return marked(column, found, number)
    if isinstance(kind, (FixedPoint, Integer)):
        return _counted(column, number)
    if isinstance(found, (date, datetime)):
        return found + timedelta(days=number % 20_000)
    return found


def _counted(column: Column[Any], number: int) -> int | Decimal:
    """The column's numbers in their order, from 1 or what lies nearest to it."""
    kind = column.type
    low, high = bounds(column)
    places = kind.places if isinstance(kind, FixedPoint) else 0
    first, last = (
        int(low.scaleb(places)) if places else int(low),
        int(high.scaleb(places)) if places else int(high),
    )
    start = min(max(first, 10**places), last)
    found = first + (start - first + number) % (last - first + 1)
    return Decimal(found).scaleb(-places) if isinstance(kind, FixedPoint) else found


def _choice(kind: Enum, column: Column[Any], random: Random) -> Any:
    options, default = _options(kind), _default(column)
    return default if default in options and random.random() < 0.25 else random.choice(options)


def _options(kind: Enum) -> list[Any]:
    return list(kind.enum_class) if kind.enum_class is not None else list(kind.enums)


def _default(column: Column[Any]) -> Any:
    return getattr(column.default, "arg", None) if column.default is not None else None


def _is_list(column: Column[Any]) -> bool:
    if isinstance(column.type, Texts):
        return True
    default = column.default
    return default is not None and default.is_callable and isinstance(default.arg(None), list)  # type: ignore[attr-defined]


def _within(low: int, high: int, least: int, most: int) -> tuple[int, int]:
    """The usual range, moved into the allowed one."""
    if high < least or low > most:
        return (
            (least, min(most, least + (high - low)))
            if high < least
            else (max(least, most - (high - low)), most)
        )
    return max(low, least), min(high, most)


def _uuid(random: Random) -> Any:
    from uuid import UUID

    return UUID(int=random.getrandbits(128), version=4)
