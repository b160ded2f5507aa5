"""Request bodies: strict, bounded, and never repeated in an answer."""

import gzip
from collections.abc import AsyncIterator
from typing import Any

import pytest
from shop.service import Shop

GOOD = {"sku": "A", "title": "Lamp", "price": "1.00"}


async def sent(shop: Shop, content: bytes | str, media: str = "application/json") -> Any:
    """A create with raw content."""
    return await shop.call("manager", "POST", "/products", content=content, headers={"Content-Type": media})


async def test_all_faults_come_at_once_and_without_the_values(shop: Shop) -> None:
    """JSON Pointers and sentences; nothing that was sent, not even of a secret in the wrong place."""
    body = {
        "sku": "x" * 21,
        "title": 7,
        "price": "free",
        "stock": -1,
        "kind": "hidden-value",
        "password": "hunter2-x",
    }
    answer = await shop.post("manager", "/products", body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    found = answer.json()
    assert {each["pointer"] for each in found["errors"]} == {f"/{name}" for name in body}
    assert found["code"] == "invalid"
    assert found["request_id"] == answer.headers["x-request-id"]
    for value in ("hidden-value", "hunter2", "xxxxx", "free"):
        assert value not in answer.text


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"null", b"[]", b'"x"', b"\xff", b'{"sku": "\\ud800"}', b"{} {}", b"\xef\xbb\xbf{}",
        b"[" * 100_000, b'{"a":' * 50_000, b"{'sku': 1}", b"NaN",
    ],
)  # fmt: skip
async def test_what_is_no_object_is_refused(shop: Shop, content: bytes) -> None:
    """However deep or broken."""
    assert (await sent(shop, content)).status_code == 422


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", '"a\\u0000b"'), ("title", '"\\udc00"'), ("title", '""'), ("stock", "1e400"), ("stock", "NaN"),
        ("stock", "9" * 400), ("stock", "1.5"), ("stock", "true"), ("stock", '"1"'), ("stock", "9223372036854775808"),
        ("price", "1.00"), ("price", '"1e2"'), ("price", '"100000.01"'), ("price", '"NaN"'), ("price", '"-1"'),
        ("weight", '"1.0001"'), ("released", '"2026-02-30"'), ("released", '"10000-01-01"'), ("released", '"0"'),
        ("offered", "1"), ("offered", '"true"'), ("kind", '"SMALL"'), ("kind", "null"), ("description", "[]"),
    ],
)  # fmt: skip
async def test_values_that_break_things_are_refused(shop: Shop, field: str, value: str) -> None:
    """NUL, half characters, infinities, huge numbers, floats for money, days that do not exist."""
    rest = {name: each for name, each in GOOD.items() if name != field}
    inner = ", ".join(f'"{name}": "{each}"' for name, each in rest.items())
    answer = await sent(shop, f'{{"{field}": {value}, {inner}}}')
    assert answer.status_code == 422, answer.text
    assert await shop.sql("SELECT count(*) FROM products") == [(0,)]


async def test_a_naive_time_is_refused(shop: Shop) -> None:
    """It means different moments on different machines."""
    customer = await shop.customer()
    for at in ("2026-01-01T00:00:00", "2026-01-01", "0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z"):
        answer = await shop.post("manager", "/orders", {"customer_id": customer["id"], "due_at": at})
        assert answer.status_code == 422
    made = await shop.made("/orders", customer_id=customer["id"], due_at="2026-01-01T02:00:00.5+02:00")
    assert made["due_at"] == "2026-01-01T00:00:00.500000Z"


@pytest.mark.parametrize(
    ("sent_at", "shown"),
    [
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
        ("2026-01-01T02:00:00.000+02:00", "2026-01-01T00:00:00Z"),
        ("2026-01-01T00:00:00.25Z", "2026-01-01T00:00:00.250000Z"),
        ("2026-01-01T00:00:00.000001Z", "2026-01-01T00:00:00.000001Z"),
    ],
)
async def test_a_time_is_shown_in_the_same_form_everywhere(shop: Shop, sent_at: str, shown: str) -> None:
    """On each engine: six digits, or none on a whole second; made, changed, acted on, read, listed, embedded."""
    customer, lamp = await shop.customer(), await shop.product()
    made = await shop.made("/orders", customer_id=customer["id"], due_at=sent_at)
    address = f"/orders/{made['id']}"
    line = await shop.made("/lines", order_id=made["id"], product_id=lamp["id"])
    changed = await shop.patch("manager", address, {"due_at": sent_at, "note": "soon"})
    paid = await shop.post("manager", f"{address}/pay")
    listed = await shop.get("manager", "/orders", sort="due_at", due_at=sent_at)
    embedded = await shop.get("manager", f"/lines/{line['id']}", embed="order")
    found = [made, changed.json(), paid.json(), (await shop.get("manager", address)).json()]
    assert [each["due_at"] for each in found] == [shown] * 4
    assert [each["due_at"] for each in listed.json()["items"]] == [shown]
    assert embedded.json()["order"]["due_at"] == shown


async def test_whole_seconds_and_fractions_are_in_order_from_page_to_page(shop: Shop) -> None:
    """What a time looks like has no say in how it is sorted and where a page ends."""
    customer = await shop.customer()
    times = ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.500000Z", "2026-01-01T00:00:01Z"]
    for at in reversed(times):
        await shop.made("/orders", customer_id=customer["id"], due_at=at)
    found, path = [], "/orders?sort=due_at&limit=1"
    while path:
        page = (await shop.get("manager", path)).json()
        found += [each["due_at"] for each in page["items"]]
        path = f"/orders?sort=due_at&limit=1&cursor={page['next']}" if page["next"] else ""
    assert found == times


async def test_a_name_that_comes_twice_is_refused(shop: Shop) -> None:
    """On the surface and inside a JSON field: two readers could take different values."""
    answer = await sent(shop, '{"sku": "A", "title": "x", "price": "1.00", "title": "y"}')
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"detail": "comes twice in one object", "pointer": "/title"}]
    customer = await shop.customer()
    inside = await shop.call(
        "manager", "PATCH", f"/customers/{customer['id']}", content='{"profile": {"a": {"b": 1, "b": 2}}}',
        headers={"Content-Type": "application/json"},
    )  # fmt: skip
    assert inside.status_code == 422


async def test_many_faults_make_a_short_answer(shop: Shop) -> None:
    """A body of nothing but unknown names does not come back as a larger answer."""
    body = "{" + ",".join(f'"{"n" * 200}{number}": 1' for number in range(3_000)) + "}"
    answer = await sent(shop, body)
    assert answer.status_code == 422
    assert len(answer.json()["errors"]) == 100
    assert len(answer.content) < 20_000


async def test_unknown_names_are_shown_without_control_characters(shop: Shop) -> None:
    """They are somebody's input, and end up in terminals and logs."""
    answer = await sent(
        shop, '{"a\\u0000\\u001b[31m\\u202eb/~": 1, "sku": "A", "title": "x", "price": "1.00"}'
    )
    (fault,) = answer.json()["errors"]
    assert fault["pointer"] == "/a\ufffd\ufffd[31m\ufffdb~1~0"


@pytest.mark.parametrize(
    "media", ["", "text/plain", "application/xml", "application/merge-patch+json", "multipart/form-data"]
)
async def test_another_media_type_is_415(shop: Shop, media: str) -> None:
    """With what to send."""
    answer = await sent(shop, '{"sku": "A"}', media)
    assert answer.status_code == 415
    assert "application/json" in answer.json()["detail"]


async def test_a_patch_may_call_itself_a_merge_patch(shop: Shop) -> None:
    """RFC 7396's own media type, with parameters."""
    customer = await shop.customer()
    for media in ("application/merge-patch+json", "application/json; charset=utf-8"):
        answer = await shop.call(
            "manager",
            "PATCH",
            f"/customers/{customer['id']}",
            content='{"vip": true}',
            headers={"Content-Type": media},
        )
        assert answer.status_code == 200


async def test_a_body_is_limited_while_it_streams(shop: Shop) -> None:
    """Also without a length in front, and a compressed one is not unpacked."""

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(3_000):
            yield b" " * 1_024

    assert (await sent(shop, endless())).status_code == 413  # type: ignore[arg-type]
    assert (await sent(shop, b" " * 2_000_000)).status_code == 413
    bomb = await shop.call(
        "manager", "POST", "/products", content=gzip.compress(b" " * 10_000_000),
        headers={"Content-Type": "application/json", "Content-Encoding": "gzip"},
    )  # fmt: skip
    assert bomb.status_code == 415


async def test_text_is_normalised_before_it_is_unique(shop: Shop) -> None:
    """Two ways to write é are one value."""
    await shop.product(sku="caf\xe9")
    answer = await shop.post("manager", "/products", {**GOOD, "sku": "cafe\u0301"})
    assert answer.status_code == 409
