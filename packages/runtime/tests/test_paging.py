"""Paging: the order is total, a walk meets each row once, and a cursor shows and allows nothing."""

import random
import sqlite3
import string
from base64 import urlsafe_b64decode
from collections.abc import Sequence
from dataclasses import replace

import pytest
from backwright import listing
from backwright.errors import BadRequest
from backwright.paging import Cursor, Key, Part, Sealer, after, parts
from hypothesis import given, settings
from hypothesis import strategies as st
from shop.models import Product
from shop.service import Shop
from sqlalchemy import Column, Integer, MetaData, Table, create_engine, select

TABLE = Table(
    "t", MetaData(), Column("id", Integer, primary_key=True), Column("a", Integer), Column("b", Integer)
)
ENGINE = create_engine("sqlite://")
Row = tuple[int, int | None, int | None]


def page(rows: Sequence[Row], keys: tuple[Key, ...], cursor: Cursor | None, size: int) -> list[Row]:
    """One page by the pieces of `paging`, straight on a table."""
    backward = bool(cursor and cursor.backward)
    nulls = None if cursor is None else [value is None for value in cursor.values]
    values = {f"k{at}": value for at, value in enumerate(cursor.values if cursor else ())}
    found: list[Row] = []
    with ENGINE.begin() as connection:
        TABLE.metadata.create_all(connection)
        connection.execute(TABLE.delete())
        if rows:
            connection.execute(
                TABLE.insert(), [dict(zip(("id", "a", "b"), row, strict=True)) for row in rows]
            )
        for part in parts(keys, None if cursor is None else cursor.values, backward=backward):
            statement = select(TABLE).order_by(*(key.order(backward=backward) for key in part.keys))
            statement = statement if part.where is None else statement.where(part.where)
            if part.continues:
                statement = statement.where(after(part, nulls or (), backward=backward))
            limited = statement.limit(size - len(found))
            found += [tuple(row) for row in connection.execute(limited, values)]
    return found[::-1] if backward else found


small = st.one_of(st.none(), st.integers(0, 2))
table_rows = st.lists(st.tuples(small, small), max_size=9).map(
    lambda pairs: [(at, *pair) for at, pair in enumerate(pairs)]
)


@settings(max_examples=60, deadline=None)
@given(table_rows, st.lists(st.booleans(), min_size=3, max_size=3), st.integers(1, 4))
def test_a_walk_meets_each_row_once_in_either_direction(rows: list[Row], down: list[bool], size: int) -> None:
    """Over ties, NULLs and mixed directions; and back from the end it is the same walk reversed."""
    keys = (
        Key(TABLE.c.a, down[0], nullable=True), Key(TABLE.c.b, down[1], nullable=True),
        Key(TABLE.c.id, down[2], nullable=False),
    )  # fmt: skip

    def place(row: Row, backward: bool) -> Cursor:
        return Cursor((row[1], row[2], row[0]), backward)

    forward: list[Row] = []
    cursor = None
    while found := page(rows, keys, cursor, size):
        forward += found
        cursor = place(found[-1], False)
    assert sorted(row[0] for row in forward) == [row[0] for row in rows]
    values = [row[1] for row in forward if row[1] is not None]
    assert values == sorted(values, reverse=down[0])
    assert all(row[1] is None for row in forward[len(values) :])
    back: list[Row] = forward[-1:]
    while back and (found := page(rows, keys, place(back[0], True), size)):
        back = found + back
    assert back == forward


def test_a_uniform_order_is_one_comparison_of_rows() -> None:
    """Which every engine turns into one seek."""
    part = Part((Key(TABLE.c.a, True, False), Key(TABLE.c.id, True, False)))
    assert str(after(part, [False, False], backward=False)) == "(t.a, t.id) < (:k0, :k1)"
    assert str(after(part, [False, False], backward=True)) == "(t.a, t.id) > (:k0, :k1)"


SEALER = Sealer(b"a secret of at least thirty-two bytes")


def test_a_cursor_opens_only_for_its_list() -> None:
    """Bound to resource, sort, filters and roles; made by another secret it is noise."""
    text = SEALER.seal(Cursor(("a", None, 1), True), "orders by date")
    assert SEALER.open(text, "orders by date") == Cursor(("a", None, 1), True)
    for sealer, binding in (
        (SEALER, "orders by name"),
        (Sealer(b"another secret of thirty-two bytes!!"), "orders by date"),
    ):
        with pytest.raises(BadRequest, match="does not belong to this list"):
            sealer.open(text, binding)


def test_a_cursor_shows_no_data() -> None:
    """And the same place has the same cursor, so that lists can have validators."""
    text = SEALER.seal(Cursor(("ada@example.com",), False), "x")
    assert b"ada" not in urlsafe_b64decode(text + "=" * (-len(text) % 4))
    assert text == SEALER.seal(Cursor(("ada@example.com",), False), "x")


@given(st.data())
def test_an_altered_cursor_does_not_open(data: st.DataObject) -> None:
    """Any change of any character, also of those that decoders skip."""
    text = SEALER.seal(Cursor(("a", 1), False), "x")
    at = data.draw(st.integers(0, len(text)))
    other = data.draw(st.sampled_from(string.ascii_letters + string.digits + "-_=!/+ \n\xe9"))
    changed = data.draw(
        st.sampled_from([text[:at] + other + text[at:], text[:at] + other + text[at + 1 :], text[:at]])
    )
    if changed != text:
        with pytest.raises(BadRequest):
            SEALER.open(changed, "x")


@pytest.mark.parametrize("text", ["", "A", "x" * 5_000, "AQ", "\ud800", "💥"])
def test_noise_is_no_cursor(text: str) -> None:
    """Whatever its length."""
    with pytest.raises(BadRequest):
        SEALER.open(text, "x")


async def walk(shop: Shop, path: str, params: dict[str, str], *, back: bool = False) -> list[str]:
    """The ids of a whole list, page by page; `Link` and body agree on each."""
    seen: list[str] = []
    params = dict(params)
    while True:
        answer = await shop.get("manager", path, **params)
        assert answer.status_code == 200, answer.text
        found = answer.json()
        for relation in ("next", "prev"):
            assert (f'rel="{relation}"' in answer.headers.get("link", "")) == (found[relation] is not None)
            if found[relation]:
                assert f"cursor={found[relation]}" in answer.headers["link"]
        ids = [row["id"] for row in found["items"]]
        seen = ids + seen if back else seen + ids
        following = found["prev" if back else "next"]
        if following is None:
            return seen
        params["cursor"] = following


SORTS = (
    "", "price", "-price", "released", "-released", "kind", "-kind", "title", "-created_at", "kind,-price",
    "-kind,released,stock", "released,-kind", "-released,-kind",
)  # fmt: skip


async def test_every_sort_walks_forward_and_back(shop: Shop) -> None:
    """Decimals, days, enums in the order of their declaration, times and NULLs, alone and mixed."""
    random_ = random.Random(1)
    for number in range(30):
        await shop.product(
            f"T{number % 4}", price=f"{random_.randint(0, 3)}.{random_.randint(0, 1)}0",
            kind=random_.choice(["small", "large", "huge"]), stock=number % 3,
            released=random_.choice([None, "2026-01-01", "2026-02-01"]),
        )  # fmt: skip
    everything = {row for (row,) in await shop.sql("SELECT id FROM products")}
    for sort in SORTS:
        params = {"sort": sort} if sort else {}
        forward = await walk(shop, "/products", {"limit": "7", **params})
        assert len(forward) == 30
        assert set(forward) == everything
        whole = (await shop.get("manager", "/products", limit="100", **params)).json()
        assert [row["id"] for row in whole["items"]] == forward
        assert (whole["next"], whole["prev"]) == (None, None)
        end = (await shop.get("manager", "/products", limit="7", **params)).json()
        while end["next"]:
            end = (await shop.get("manager", "/products", limit="7", cursor=end["next"], **params)).json()
        last = [row["id"] for row in end["items"]]
        before = await walk(shop, "/products", {"limit": "7", "cursor": end["prev"], **params}, back=True)
        assert before + last == forward


async def test_enums_sort_in_the_order_of_their_declaration(shop: Shop) -> None:
    """Small, large, huge: not by alphabet."""
    for kind in ("huge", "small", "large"):
        await shop.product(kind=kind)
    rows = (await shop.get(None, "/products?sort=kind")).json()["items"]
    assert [row["kind"] for row in rows] == ["small", "large", "huge"]


async def test_rows_without_a_value_come_last(shop: Shop) -> None:
    """Up or down."""
    for born in ("1980-01-01", None, "1990-01-01"):
        await shop.customer(born=born)
    for sort, expected in (
        ("born", ["1980-01-01", "1990-01-01", None]),
        ("-born", ["1990-01-01", "1980-01-01", None]),
    ):
        rows = (await shop.get("manager", "/customers", sort=sort)).json()["items"]
        assert [row["born"] for row in rows] == expected


async def test_a_walk_under_changes_keeps_what_stays(shop: Shop) -> None:
    """While rows come and go between pages, each row that was there throughout is met exactly once."""
    kept = [(await shop.product(price=f"{n % 5}.00"))["id"] for n in range(20)]
    passing = [(await shop.product(price=f"{n % 5}.00"))["id"] for n in range(10)]
    seen: list[str] = []
    params = {"sort": "price", "limit": "4"}
    while True:
        found = (await shop.get("manager", "/products", **params)).json()
        seen += [row["id"] for row in found["items"]]
        if found["next"] is None:
            break
        params["cursor"] = found["next"]
        await shop.product(price="0.00")
        await shop.product(price="2.50")
        if passing:
            await shop.delete("manager", f"/products/{passing.pop()}")
    assert len(seen) == len(set(seen))
    assert set(kept) <= set(seen)


async def test_a_cursor_of_another_list_is_refused(shop: Shop) -> None:
    """Another sort, another filter, another role, another resource: 400, and it says what to do."""
    for _ in range(3):
        await shop.product()
        await shop.customer()
    cursor = (await shop.get("manager", "/products?limit=1&sort=price&kind=small")).json()["next"]
    fits = f"limit=1&sort=price&kind=small&cursor={cursor}"
    assert (await shop.get("manager", f"/products?{fits}")).status_code == 200
    assert (await shop.get("manager", f"/products?{fits.replace('limit=1', 'limit=2')}")).status_code == 200
    for who, query in (
        ("manager", fits.replace("sort=price", "sort=title")), ("manager", fits.replace("&kind=small", "")),
        ("manager", fits.replace("small", "large")), ("clerk", fits), (None, fits), ("manager", fits[:-2]),
    ):  # fmt: skip
        answer = await shop.get(who, f"/products?{query}")
        assert answer.status_code == 400, query
        assert "Start again without it" in answer.json()["detail"]
    assert (await shop.get("manager", f"/customers?limit=1&cursor={cursor}")).status_code == 400


async def test_nothing_is_counted_unless_asked(shop: Shop) -> None:
    """A total is optional, right, and capped."""
    for _ in range(3):
        await shop.product()
    assert "total" not in (await shop.get(None, "/products")).json()
    found = (await shop.get(None, "/products?total=true&limit=1")).json()
    assert found["total"] == {"count": 3, "exact": True}


async def test_a_count_stops_at_its_cap(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Above it the answer says that there are more."""
    monkeypatch.setattr("backwright.pages.TOTAL_CAP", 2)
    for _ in range(3):
        await shop.product()
    assert (await shop.get(None, "/products?total=true")).json()["total"] == {"count": 2, "exact": False}


def plans(shop: Shop, sort: str, at: tuple[object, ...] | None, **given: str) -> list[str]:
    """How SQLite carries out a list of the products: one plan for each statement that a page may need."""
    bound = shop.runtime.resources[Product]
    view = bound.view(frozenset({"manager"}))
    assert view is not None
    query = listing.parse(view, {**({"sort": sort} if sort else {}), **given}, bound.sealer.open)
    query = query if at is None else replace(query, cursor=Cursor(at, False))
    nulls = None if at is None else [value is None for value in at]
    found = []
    for part in parts(view.pages.keys(query), at, backward=False):
        prepared = shop.database.prepare(view.pages.statement(query, part, nulls or ()))
        explain = f"EXPLAIN QUERY PLAN {prepared.sql}"
        steps = shop.database.engine.driver.reader.raw.execute(explain, prepared.arguments({}))
        found.append("; ".join(step[3] for step in steps))
    return found


@pytest.mark.parametrize(
    ("sort", "at", "given"),
    [
        ("", (0,), {}), ("price", (0, 0), {}), ("-price", (0, 0), {}), ("released", (0, 0), {}),
        ("-released", (0, 0), {}), ("released", (None, 0), {}), ("price,-title", (0, 0, 0), {}),
        ("", (0,), {"kind": "small"}),
    ],
)  # fmt: skip
async def test_every_page_is_one_seek_in_an_index(
    sqlite_shop: Shop, sort: str, at: tuple[object, ...], given: dict[str, str]
) -> None:
    """The first page and the thousandth: no counting through what came before, no sorting of it all."""
    (first,) = plans(sqlite_shop, sort, None, **given)
    assert "USING INDEX" in first
    for later in plans(sqlite_shop, sort, at, **given):
        assert later.startswith("SEARCH products USING INDEX"), later
    if "," not in sort:
        assert "TEMP B-TREE" not in "".join([first, *plans(sqlite_shop, sort, at, **given)])


async def test_page_one_thousand_costs_what_page_one_costs(sqlite_shop: Shop) -> None:
    """Counted in steps of the engine, over thousands of rows, also where half of them have no value."""
    raw = sqlite3.connect(sqlite_shop.database.engine.path, isolation_level=None)
    raw.execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) "
        "INSERT INTO products (id, sku, title, kind, price, stock, offered, released, created_at, updated_at) "
        "SELECT printf('%036d', i), i, 'x', 'small', i % 50, 0, 1, "
        "CASE WHEN i % 2 THEN date('2000-01-01', '+' || (i % 90) || ' days') END, 't', 't' FROM n"
    )
    raw.close()
    for sort in ("", "price", "-price", "released", "-released"):
        costs = []
        params = {"limit": "50", **({"sort": sort} if sort else {})}
        for _ in range(100):
            steps = [0]

            def count(steps: list[int] = steps) -> None:
                steps[0] += 1

            sqlite_shop.database.engine.driver.reader.raw.set_progress_handler(count, 10)
            found = (await sqlite_shop.get("manager", "/products", **params)).json()
            costs.append(steps[0])
            params["cursor"] = found["next"]
        assert found["next"] is None
        assert max(costs[1:]) <= 2.5 * min(costs[1:-1]), (sort, costs)
