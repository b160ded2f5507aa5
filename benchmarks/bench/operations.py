"""What is asked of every system, and what the right answer is.

What lives here: requests and checks. What must not: how they are sent (`load.py`) and how long (`measure.py`). Every
answer is decoded and compared with the data, embedded rows included; an answer that was found right once is
afterwards compared byte by byte.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from random import Random
from typing import Any, Final
from urllib.parse import urlencode

from bench.data import WORDS, Data, Order
from bench.load import Check, Request
from bench.wire import Dialect, raw, read_page, read_row, read_signed, read_stored, same, spelled, whole

LIMIT: Final = 20
PAGE: Final = 1000
_STEP: Final = 7_919
"""A prime: taking every so-manieth row of the table visits all of them, each once."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing to measure."""

    name: str
    title: str
    make: Callable[[Data, Dialect], tuple[Callable[[], Request], Check]]
    connections: int = 32
    writes: bool = False
    """Whether each request adds an entry to an audit log."""
    light: bool = True
    """Whether the time goes into the application's own code, which gets faster as it runs."""


def _rows(data: Data, salt: int) -> Callable[[], Order]:
    """Rows in an order without repetition, so that no answer has been given before."""
    numbers = count(Random(salt).randrange(data.count))
    return lambda: data.orders[next(numbers) * _STEP % data.count]


def get(data: Data, dialect: Dialect) -> tuple[Callable[[], Request], Check]:
    """One row by its id, each time another."""
    draw = _rows(data, 1)

    def source() -> Request:
        order = draw()
        return raw("GET", f"/work-orders/{order.id}", dialect.token), order

    return source, lambda status, body, order: status == 200 and same(read_row(body), order)


def listing(
    filters: dict[str, str], wanted: Callable[[Order], bool], limit: int, *, far: bool, again: bool
) -> Any:
    """A list with both embeds. Spelled differently each time, so that no cache of answers helps, unless `again`."""

    def make(data: Data, dialect: Dialect) -> tuple[Callable[[], Request], Check]:
        right = data.newest(wanted, LIMIT * (PAGE - 1) if far else 0, limit)
        given = filters | dialect.query | {"limit": str(limit)} | (dialect.far if far else {})
        query, numbers, seen = urlencode(given, safe=","), count(1), set[bytes]()

        def source() -> Request:
            return raw(
                "GET", f"/work-orders?{spelled(query, 0 if again else next(numbers))}", dialect.token
            ), None

        def check(status: int, body: bytes, _: Any) -> bool:
            if status == 200 and body in seen:
                return True
            items = read_page(body).items if status == 200 else []
            good = [each.id for each in items] == right and all(map(whole, items))
            seen.add(body)
            return good

        return source, check

    return make


def create(data: Data, dialect: Dialect) -> tuple[Callable[[], Request], Check]:
    """A new row, validated; 201 and the row."""
    draw, numbers = _rows(data, 2), count()

    def source() -> Request:
        order, number = draw(), next(numbers)
        body = {
            "title": f"New order {number}", "description": order.description, "priority": "normal",
            "due_at": "2027-03-01T12:00:00Z", "asset_id": str(order.asset_id), "assignee_id": None,
        }  # fmt: skip
        return raw("POST", "/work-orders", dialect.token, json.dumps(body).encode()), (body["title"], order)

    def check(status: int, body: bytes, about: Any) -> bool:
        title, order = about
        row = read_row(body) if status == 201 else None
        return row is not None and (row.title, row.asset_id, row.version) == (title, str(order.asset_id), 1)

    return source, check


def update(data: Data, dialect: Dialect) -> tuple[Callable[[], Request], Check]:
    """A merge patch of two fields of one row, each time another; the row as it is now."""
    draw, numbers = _rows(data, 3), count()

    def source() -> Request:
        order, notes = draw(), f"Seen {next(numbers)}"
        body = json.dumps({"notes": notes, "priority": "urgent"}).encode()
        return raw("PATCH", f"/work-orders/{order.id}", dialect.token, body), (order, notes)

    def check(status: int, body: bytes, about: Any) -> bool:
        order, notes = about
        row = read_row(body) if status == 200 else None
        return row is not None and same(row, order) and (row.notes, row.priority) == (notes, "urgent")

    return source, check


def login(data: Data, dialect: Dialect) -> tuple[Callable[[], Request], Check]:
    """A sign-in: argon2id with 19 MiB and two passes everywhere."""
    body, numbers = json.dumps(dialect.login).encode(), count(Random().randrange(1 << 22))

    def source() -> Request:
        number = next(numbers)
        address = f"X-Forwarded-For: 10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}\r\n"
        return raw("POST", "/auth/login", body=body, extra=address if dialect.forwarded else ""), None

    return source, lambda status, body, _: status == 200 and read_signed(body).access_token.count(".") == 2


def upload(data: Data, dialect: Dialect) -> tuple[Callable[[], Request], Check]:
    """A text file of 20 kB as multipart/form-data; its digest comes back."""
    draw, numbers, filler = _rows(data, 4), count(), b"A line of a report.\r\n" * 950

    def source() -> Request:
        content = f"Report {next(numbers)}\r\n".encode() + filler
        head = b'--b0undary\r\nContent-Disposition: form-data; name="file"; filename="report.txt"\r\n'
        body = head + b"Content-Type: text/plain\r\n\r\n" + content + b"\r\n--b0undary--\r\n"
        path, media = f"/work-orders/{draw().id}/attachments", "multipart/form-data; boundary=b0undary"
        return raw("POST", path, dialect.token, body, media), (sha256(content).hexdigest(), len(content))

    def check(status: int, body: bytes, about: Any) -> bool:
        shown = read_stored(body) if status == 201 else None
        return shown is not None and (shown.sha256, shown.size) == about

    return source, check


def _busy(order: Order) -> bool:
    return order.status == "open" and order.priority == "high"


def _all(order: Order) -> bool:
    return True


WORD: Final = WORDS[77]
BUSY: Final = {"status": "open", "priority": "high"}
WORDED: Final = {"q": WORD, "status": "open"}


def _found(order: Order) -> bool:
    return order.status == "open" and WORD in f"{order.title} {order.description}".split()


def _list(filters: dict[str, str], wanted: Callable[[Order], bool], limit: int = LIMIT, **how: bool) -> Any:
    return listing(filters, wanted, limit, far=how.get("far", False), again=how.get("again", False))


OPERATIONS: Final = (
    Operation("get", "one row by id", get),
    Operation("list", "20 of status and priority, newest first, 2 embeds", _list(BUSY, _busy)),
    Operation("list_cached", "the same, asked in the same words", _list(BUSY, _busy, again=True)),
    Operation("walk", "page 1,000 of everything", _list({}, _all, far=True)),
    Operation("search", "full text and status, newest first", _list(WORDED, _found)),
    Operation("embed", "100 newest, 2 embeds", _list({}, _all, 100)),
    Operation("login", "sign in, argon2id", login, connections=4, writes=True, light=False),
    Operation("create", "a new row", create, writes=True),
    Operation("update", "two fields of a row", update, writes=True),
    Operation("upload", "a file of 20 kB", upload, connections=8, writes=True, light=False),
)
"""In the order in which they run: what reads before what writes, so that every answer is known beforehand."""

HEADLINE: Final = ("get", "list", "create", "update")
