"""The rows that every system serves: the same numbers give the same rows on every machine.

What lives here: assets, technicians and work orders as Python values, and the answers that follow from them. What
must not: databases (`stores.py`) and requests (`operations.py`).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from random import Random
from typing import Any, Final
from uuid import UUID

STATUSES: Final = ("open", "assigned", "in_progress", "on_hold", "done", "cancelled")
PRIORITIES: Final = ("low", "normal", "high", "urgent")
FIRST: Final = datetime(2024, 1, 1, tzinfo=UTC)
ASSETS: Final = 1_000
TECHNICIANS: Final = 200

_ONSETS: Final = "bdfgklmnprst"
_PIECES: Final = [onset + vowel for onset in _ONSETS for vowel in "aeiou"]
WORDS: Final = tuple(
    _PIECES[at % 60] + _PIECES[(7 * at + at // 60) % 60] + _PIECES[(13 * at + at // 60) % 60]
    for at in range(600)
)
"""Words of one length, so that none begins like another: whoever searches whole words and whoever searches beginnings
finds the same rows."""


def make_id(kind: int, number: int, at: datetime) -> UUID:
    """A UUIDv7 that says when, what and which."""
    milliseconds = int(at.timestamp() * 1000)
    return UUID(int=milliseconds << 80 | 7 << 76 | kind << 64 | 2 << 62 | number)


@dataclass(frozen=True, slots=True)
class Asset:
    """A row of `assets`."""

    id: UUID
    name: str
    tag: str
    category: str | None
    location: str | None
    status: str
    installed_on: date | None
    description: str | None
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Technician:
    """A row of `technicians`."""

    id: UUID
    name: str
    email: str
    phone: str | None
    trade: str | None
    active: bool
    account_id: UUID | None
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Order:
    """A row of `work_orders`."""

    id: UUID
    title: str
    description: str | None
    status: str
    priority: str
    due_at: datetime | None
    asset_id: UUID
    assignee_id: UUID | None
    notes: str | None
    completed_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


def columns(kind: type[Any]) -> list[str]:
    """The column names of a table, in order."""
    return [each.name for each in fields(kind)]


def values(row: Any) -> tuple[Any, ...]:
    """The values of a row, in the order of its columns."""
    return tuple(getattr(row, name) for name in row.__slots__)


class Data:
    """All rows of a database with so many work orders, oldest first."""

    def __init__(self, orders: int = 100_000) -> None:
        self.count = orders
        self._random = Random(f"work orders {orders}")
        self.assets = [self._asset(number) for number in range(ASSETS)]
        self.technicians = [self._technician(number) for number in range(TECHNICIANS)]

    def _asset(self, number: int) -> Asset:
        at = FIRST - timedelta(days=400) + timedelta(minutes=number)
        return Asset(
            make_id(1, number, at), f"Asset {number} {self._text(2)}", f"A-{number:05}", self._random.choice(WORDS),
            f"Hall {number % 40}", "active", at.date(), self._text(12), 1, at, at,
        )  # fmt: skip

    def _technician(self, number: int) -> Technician:
        at = FIRST - timedelta(days=300) + timedelta(minutes=number)
        return Technician(
            make_id(2, number, at), f"Technician {number}", f"technician{number}@example.com",
            f"+49 30 {1000 + number}", self._random.choice(WORDS), True, None, 1, at, at,
        )  # fmt: skip

    def _order(self, number: int) -> Order:
        draw, at = self._random, FIRST + timedelta(minutes=number)
        status = draw.choice(STATUSES)
        assignee = draw.choice(self.technicians).id if draw.random() < 0.8 else None
        return Order(
            make_id(3, number, at), f"Order {number} {self._text(3)}", self._text(12), status, draw.choice(PRIORITIES),
            at + timedelta(days=7) if number % 3 else None, draw.choice(self.assets).id, assignee, None,
            at + timedelta(days=2) if status == "done" else None, 1, at, at,
        )  # fmt: skip

    def _text(self, words: int) -> str:
        return " ".join(self._random.choices(WORDS, k=words))

    def stream(self) -> Iterator[Order]:
        """The work orders one by one, for tables that are too large to hold. Only once."""
        return (self._order(number) for number in range(self.count))

    @cached_property
    def orders(self) -> list[Order]:
        """The work orders, oldest first."""
        return list(self.stream())

    def newest(self, wanted: Callable[[Order], bool], skip: int = 0, limit: int = 20) -> list[str]:
        """The ids of the newest orders that are wanted."""
        found: list[str] = []
        for order in reversed(self.orders):
            if wanted(order):
                skip -= 1
                if skip < 0:
                    found.append(str(order.id))
                if len(found) == limit:
                    break
        return found
