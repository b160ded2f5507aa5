"""A request with an `Idempotency-Key` may be sent again: one effect, one answer."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx2
import pytest
import time_machine
from backwright.app import create_app
from backwright.context import now
from backwright.idempotency import CHARACTERS, REPLAYED
from backwright.idempotency_rows import KEPT, PURGED, idempotency_keys
from backwright.work import Work
from shop import resources as declared
from shop.models import Order
from shop.resources import Orders
from shop.service import Shop
from sqlalchemy import func, insert, select

PATIENCE = "backwright.idempotency.PATIENCE"
"""Seconds, one by default, in which a loaded machine may not have answered what is asked for at once."""

MISSING = "01890a5d-ac96-774b-bcce-b302099a8057"


async def post(
    shop: Shop, who: str | None, path: str, body: Any, key: str, **headers: str
) -> httpx2.Response:
    """POST with a key."""
    content = {} if body is None else {"json": body}
    return await shop.call(who, "POST", path, headers={"Idempotency-Key": key, **headers}, **content)


async def order(shop: Shop, **values: Any) -> dict[str, Any]:
    """A body for a new order."""
    return {"customer_id": (await shop.customer())["id"], **values}


async def count(shop: Shop, table: Any) -> int:
    """The rows of a table."""
    [(found,)] = await shop.database.fetch(shop.database.prepare(select(func.count()).select_from(table)))
    return int(found)


def same(first: httpx2.Response, second: httpx2.Response) -> bool:
    """Whether the second answer repeats the first one and says so."""
    kept = ("etag", "location", "content-type", "cache-control")
    assert REPLAYED.lower() not in first.headers
    return (
        (first.status_code, first.content) == (second.status_code, second.content)
        and all(first.headers.get(name) == second.headers.get(name) for name in kept)
        and second.headers.get(REPLAYED) == "true"
    )


async def test_the_same_create_again_gets_the_same_answer_and_makes_nothing(shop: Shop) -> None:
    """Status, body and headers; without a key there are two rows."""
    body, key = await order(shop, note="once"), str(uuid4())
    first = await post(shop, "manager", "/orders", body, key)
    assert first.status_code == 201
    assert same(first, await post(shop, "manager", "/orders", body, key))
    assert await count(shop, Order) == 1
    await shop.post("manager", "/orders", body)
    assert await count(shop, Order) == 2


async def test_a_key_in_quotes_is_the_same_key(shop: Shop) -> None:
    """The draft writes it as a string of structured fields, and most clients without quotes."""
    body = await order(shop)
    first = await post(shop, "manager", "/orders", body, "abc-1")
    assert same(first, await post(shop, "manager", "/orders", body, '"abc-1"'))


async def test_bulk_and_actions_are_carried_out_once(shop: Shop) -> None:
    """The action would be refused the second time: the order is paid."""
    items = {"items": [{"sku": sku, "title": sku, "price": "1.00"} for sku in "AB"]}
    first = await post(shop, "manager", "/products/bulk", items, "bulk-1")
    assert first.status_code == 201
    assert same(first, await post(shop, "manager", "/products/bulk", items, "bulk-1"))
    made = await shop.made("/orders", **await order(shop))
    paid = await post(shop, "manager", f"/orders/{made['id']}/pay", None, "pay-1")
    assert paid.status_code == 200
    assert same(paid, await post(shop, "manager", f"/orders/{made['id']}/pay", None, "pay-1"))
    assert (await post(shop, "manager", f"/orders/{made['id']}/pay", None, "pay-2")).status_code == 409


async def test_another_request_under_the_same_key_is_refused(shop: Shop) -> None:
    """Another body, and another row; the first answer stays."""
    body = await order(shop, note="one")
    first = await post(shop, "manager", "/orders", body, "key")
    other = await post(shop, "manager", "/orders", {**body, "note": "two"}, "key")
    assert (other.status_code, other.json()["code"]) == (422, "invalid")
    assert same(first, await post(shop, "manager", "/orders", body, "key"))
    one, two = [(await shop.made("/orders", **body))["id"] for _ in range(2)]
    assert (await post(shop, "manager", f"/orders/{one}/pay", None, "pay")).status_code == 200
    assert (await post(shop, "manager", f"/orders/{two}/pay", None, "pay")).status_code == 422


async def test_the_key_of_another_caller_or_another_operation_is_another_key(shop: Shop) -> None:
    """Nobody is shown what another one was answered."""
    body = await order(shop)
    first = await post(shop, "manager", "/orders", body, "key")
    second = await post(shop, "manager:bob", "/orders", body, "key")
    assert (second.status_code, second.json()["id"] != first.json()["id"]) == (201, True)
    paid = await post(shop, "manager", f"/orders/{first.json()['id']}/pay", None, "key")
    assert (paid.status_code, REPLAYED.lower() in paid.headers) == (200, False)


@pytest.mark.parametrize("key", ["", "a b", "ä", "a" * 129, '"open', '""', "a,b", "a\\b"])
async def test_what_is_no_key_is_refused(shop: Shop, key: str) -> None:
    """Empty, too long, other characters; twice in one request."""
    answer = await shop.client.post(
        "/orders",
        json={},
        headers=[*(await shop.headers("manager")).items(), ("Idempotency-Key", key.encode())],
    )
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, "Idempotency-Key")


async def test_two_keys_are_none(shop: Shop) -> None:
    """Two readers could take different ones."""
    headers = [*(await shop.headers("manager")).items(), *[("Idempotency-Key", each) for each in "ab"]]
    assert (await shop.client.post("/orders", json={}, headers=headers)).status_code == 400


async def test_a_resource_may_require_a_key(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """400 without; reads and changes, which may be repeated anyway, need none."""
    monkeypatch.setattr(declared.orders, "require_idempotency_key", True)
    body = await order(shop)
    refused = await shop.post("manager", "/orders", body)
    assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (400, "Idempotency-Key")
    made = await post(shop, "manager", "/orders", body, "key")
    assert made.status_code == 201
    assert (await shop.patch("manager", f"/orders/{made.json()['id']}", {"note": "x"})).status_code == 200
    assert (await shop.get("manager", "/orders")).status_code == 200


async def test_fifty_of_the_same_at_once_make_one_row(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each gets the answer of the one that was carried out."""
    monkeypatch.setattr(PATIENCE, 60)
    body = await order(shop)
    await shop.headers("manager")
    answers = await asyncio.gather(*(post(shop, "manager", "/orders", body, "key") for _ in range(50)))
    assert Counter(answer.status_code for answer in answers) == {201: 50}
    assert len({answer.content for answer in answers}) == 1
    assert sum(REPLAYED.lower() not in answer.headers for answer in answers) == 1
    assert await count(shop, Order) == 1


async def test_the_same_request_under_way_is_waited_for_a_moment(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """409 with `Retry-After` if it takes longer; afterwards its answer."""
    going, begun = asyncio.Event(), asyncio.Event()
    pay = Orders.pay

    async def slowly(self: Orders, row: Order) -> None:
        begun.set()
        await going.wait()
        await pay(self, row)

    monkeypatch.setattr(Orders, "pay", slowly)
    monkeypatch.setattr(PATIENCE, 0.2)
    path = f"/orders/{(await shop.made('/orders', **await order(shop)))['id']}/pay"
    first = asyncio.create_task(post(shop, "manager", path, None, "key"))
    await begun.wait()
    waiting = await post(shop, "manager", path, None, "key")
    assert (waiting.status_code, waiting.headers["retry-after"]) == (409, "1")
    monkeypatch.setattr(PATIENCE, 60)
    going.set()
    assert same(await first, await post(shop, "manager", path, None, "key"))


async def test_another_process_at_work_is_told_from_one_that_is_done(
    shop: Shop, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What this process does not know, the lock in the database does."""
    if engine == "sqlite":
        pytest.skip("one process writes at a time")
    monkeypatch.setattr(PATIENCE, 60)
    body = await order(shop)
    await shop.headers("manager")
    ledger = "backwright.idempotency.Ledger"
    monkeypatch.setattr(f"{ledger}._alone", lambda self, _, effect: self._bound.database.repeatable(effect))
    answers = await asyncio.gather(*(post(shop, "manager", "/orders", body, "key") for _ in range(20)))
    assert Counter(answer.status_code for answer in answers) == {201: 20}
    assert await count(shop, Order) == 1


@pytest.mark.parametrize(
    ("who", "path", "body", "status"),
    [
        ("manager", "/orders", {"customer_id": "no id"}, 422),
        ("manager", "/orders", {"customer_id": MISSING}, 422),
        ("manager", "/orders?x=1", {}, 400),
        ("manager", f"/orders/{MISSING}/pay", None, 404),
        ("auditor", "/orders", {}, 403),
    ],
)
async def test_a_refusal_that_lies_in_the_request_is_repeated(
    shop: Shop, who: str, path: str, body: Any, status: int
) -> None:
    """Even if it were accepted by now."""
    first = await post(shop, who, path, body, "key")
    assert first.status_code == status, first.text
    assert same(first, await post(shop, who, path, body, "key"))


async def test_a_refused_request_leaves_nothing_but_its_answer(shop: Shop) -> None:
    """A conflict in the database has undone everything; its answer is stored after that, and stays true to itself."""
    product = {"sku": "A", "title": "x", "price": "1.00"}
    made = await shop.made("/products", **product)
    first = await post(shop, "manager", "/products", product, "key")
    assert first.status_code == 409
    await shop.delete("manager", f"/products/{made['id']}")
    assert same(first, await post(shop, "manager", "/products", product, "key"))
    assert (await post(shop, "manager", "/products", product, "new-key")).status_code == 201


async def test_what_may_be_otherwise_next_time_is_not_stored(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No sign-in, a rate limit, a failure."""
    body = await order(shop)
    assert (await post(shop, None, "/orders", body, "key")).status_code == 401

    async def fails(self: Orders, values: dict[str, Any]) -> dict[str, Any]:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(Orders, "create", fails)
        assert (await post(shop, "manager", "/orders", body, "key")).status_code == 500
    assert await count(shop, idempotency_keys) == 0
    assert (await post(shop, "manager", "/orders", body, "key")).status_code == 201


async def test_an_answer_is_kept_for_a_day(shop: Shop) -> None:
    """Then the key is free, and what is past its time goes as new ones come."""
    body = await order(shop)
    assert timedelta(hours=24) <= KEPT
    with time_machine.travel(now(), tick=False) as clock:
        first = await post(shop, "manager", "/orders", body, "key")
        async with shop.database.work() as work:
            add = shop.database.prepare(insert(idempotency_keys))
            for number in range(PURGED + 20):
                old = {"key": str(number), "expires_at": now() + timedelta(hours=1), "answer_sealed": b""}
                await work.execute(add, old)
        clock.shift(KEPT - timedelta(minutes=1))
        shop._tokens.clear()
        assert same(first, await post(shop, "manager", "/orders", body, "key"))
        assert await count(shop, idempotency_keys) == PURGED + 21
        clock.shift(timedelta(minutes=2))
        again = await post(shop, "manager", "/orders", body, "key")
        assert (again.status_code, again.json()["id"] != first.json()["id"]) == (201, True)
        assert await count(shop, idempotency_keys) == 21


async def test_what_is_stored_cannot_be_read(shop: Shop) -> None:
    """Neither who, nor with which key, nor what was sent or answered."""
    await post(shop, "manager", "/orders", await order(shop, note="nobody's business"), "my-key")
    [row] = await shop.database.fetch(shop.database.prepare(select(idempotency_keys)))
    assert b"nobody" not in row[2]
    assert "my-key" not in row[0]


async def test_an_answer_that_cannot_be_opened_is_not_given_and_nothing_is_done_twice(shop: Shop) -> None:
    """After a change of the secret key."""
    body = await order(shop)
    await post(shop, "manager", "/orders", body, "key")
    broken = idempotency_keys.update().values(answer_sealed=b"0123456789abcdef0123456789abcdef")
    async with shop.database.work() as work:
        await work.execute(shop.database.prepare(broken))
    assert (await post(shop, "manager", "/orders", body, "key")).status_code == 409
    assert await count(shop, Order) == 1


async def test_a_request_without_a_key_costs_no_statement_more(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is sent is the reference, the row and its audit entry; with a key a few more."""
    sent: list[str] = []
    for name in ("fetch", "execute"):
        plain = getattr(Work, name)

        async def seen(self: Work, prepared: Any, params: Any = (), plain: Any = plain) -> Any:
            sent.append(prepared.sql)
            return await plain(self, prepared, params or {})

        monkeypatch.setattr(Work, name, seen)
    body = await order(shop)
    sent.clear()
    await shop.post("manager", "/orders", body)
    assert not [sql for sql in sent if "idempotency" in sql or "advisory" in sql]
    without = len(sent)
    sent.clear()
    await post(shop, "manager", "/orders", body, "key")
    assert without < len(sent) <= without + 4


def test_the_contract_says_which_operations_take_a_key(tmp_path: Any) -> None:
    """Creates, bulk creates and actions; neither reads nor changes."""
    from shop.service import settings

    given = settings(tmp_path, f"sqlite:///{tmp_path}/x.db")
    paths = create_app(
        given, title="Shop", accounts=declared.accounts, resources=declared.resources
    ).openapi()["paths"]

    def parameter(path: str, method: str) -> Any:
        found = paths[path][method].get("parameters", [])
        return next((each for each in found if each["name"] == "Idempotency-Key"), None)

    for path in ("/orders", "/products/bulk", "/orders/{id}/pay"):
        assert CHARACTERS in parameter(path, "post")["schema"]["pattern"]
        assert parameter(path, "post")["required"] is False
        done = next(each for status, each in paths[path]["post"]["responses"].items() if status < "300")
        assert REPLAYED in done["headers"]
    assert parameter("/orders", "get") is None
    assert parameter("/orders/{id}", "patch") is None
