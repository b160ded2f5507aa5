"""Writes as one statement: the same answers, the same rows and the same audit entries as the long way."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from backwright.database import Database
from shop.service import Shop, running
from sqlalchemy import func, select

Steps = Callable[[Shop], Awaitable[list[Any]]]

LONG = "ä" * 700
FULL = {
    "sku": "S-1", "title": "Träger", "description": LONG, "kind": "large", "price": "10.50", "cost": None,
    "weight": "1.250", "stock": 3, "released": "2026-05-04", "offered": False, "origin": "AT",
}  # fmt: skip
OTHER = {
    "sku": "S-2", "title": "Other", "description": None, "kind": "huge", "price": "10.5", "cost": "0.10",
    "weight": "0.000", "stock": 4, "released": None, "offered": True, "origin": "DE",
}  # fmt: skip


VERSION_4 = '"4-0123456789abcdef"'
MOMENT = re.compile(r'"(created_at|updated_at|request_id)":"[^"]+"')
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")


async def creates(shop: Shop) -> list[Any]:
    """What is stored, taken, not there, not theirs, and not valid in the database's eyes."""
    ada, bob = await shop.shopper("ada"), await shop.shopper("bob")
    both = "auditor+shopper:ada"
    await shop.headers(both)
    order = await shop.made("/orders", customer_id=bob["id"])
    product = await shop.product(sku="P")
    review = {"product_id": product["id"], "rating": 3, "words": LONG}
    return [
        await shop.post("manager", "/products", FULL),
        await shop.post("manager", "/products", {"sku": "S-3", "title": "T", "price": "1.00"}),
        await shop.post("supplier", "/products", {"sku": "S-4", "title": "T", "price": "1.00"}),
        await shop.post("manager", "/products", {"sku": "S-4", "title": "T", "price": "1.00"}),
        await shop.post("shopper:ada", "/reviews", review),
        await shop.post("shopper:ada", "/orders", {"customer_id": ada["id"]}),
        await shop.post("shopper:ada", "/orders", {"customer_id": bob["id"]}),
        await shop.post(both, "/orders", {"customer_id": bob["id"]}),
        await shop.post("manager", "/lines", {"order_id": order["id"], "product_id": product["id"]}),
        await shop.post("manager", "/lines", {"order_id": order["id"], "product_id": str(uuid4())}),
        await shop.post(
            "manager", "/customers", {"name": "C", "email": "c@example.com", "profile": {"a": [1, None]}}
        ),
        await shop.post("auditor", "/products", FULL),
        await shop.post(None, "/products", FULL),
    ]


async def updates(shop: Shop) -> list[Any]:
    """Every type of value there and back, versions, moves, rules, and what is not there."""
    ada, bob = await shop.shopper("ada"), await shop.shopper("bob")
    product = await shop.product(**FULL)
    path = f"/products/{product['id']}"
    order = await shop.made("/orders", customer_id=ada["id"], due_at="2026-05-04T10:00:00Z")
    mine, theirs = f"/orders/{order['id']}", f"/customers/{bob['id']}"
    both = "auditor+shopper:ada"
    await shop.headers(both)
    return [
        await shop.patch("manager", path, OTHER),
        await shop.patch("manager", path, FULL),
        await shop.patch("manager", path, FULL),
        await shop.patch("clerk", path, {"stock": 9}, VERSION_4),
        await shop.patch("clerk", path, {"stock": 10}, VERSION_4),
        await shop.patch("clerk", path, {"title": "Mine"}),
        await shop.patch("manager", path, {}),
        await shop.patch("manager", mine, {"due_at": "2026-05-04T10:00:00.000120+02:00"}),
        await shop.patch("manager", mine, {"due_at": None, "note": LONG[:400]}),
        await shop.patch("manager", mine, {"state": "open"}),
        await shop.patch("manager", mine, {"state": "shipped"}),
        await shop.patch("manager", mine, {"state": "paid"}),
        await shop.patch("clerk", mine, {"state": "cancelled"}),
        await shop.patch("shopper:ada", mine, {"note": "by me"}),
        await shop.patch("shopper:bob", mine, {"note": "by another"}),
        await shop.patch("shopper:ada", mine, {"customer_id": bob["id"]}),
        await shop.patch("shopper:ada", f"/customers/{ada['id']}", {"phone": "0123 456"}),
        await shop.patch("shopper:ada", f"/customers/{ada['id']}", {"referred_by_id": bob["id"]}),
        await shop.patch(both, theirs, {"phone": "0123 456"}),
        await shop.patch("manager", theirs, {"referred_by_id": ada["id"], "vip": True, "credit": "1.5"}),
        await shop.patch("manager", theirs, {"email": ada["email"]}),
        await shop.patch("manager", theirs, {"profile": {"a": 1}, "labels": ["x"]}),
        await shop.patch("manager", f"/customers/{uuid4()}", {"vip": True}),
    ]


async def outcome(shop: Shop, steps: Steps) -> list[str]:
    """Status, version and body of each answer, then the audit log; ids are called by the order of their coming."""
    answers = await steps(shop)
    log = await shop.sql(
        "SELECT action, object_type, object_id, changes, auth_method, actor_id, ip FROM audit_log ORDER BY id"
    )
    texts = [
        MOMENT.sub("", f"{each.status_code} {each.headers.get('etag', '')[:3]} {each.text}")
        for each in answers
    ]
    for *told, changes, method, actor, ip in log:
        shown = json.loads(changes) if isinstance(changes, str) else changes
        texts.append(f"{told} {json.dumps(shown, sort_keys=True)} {method} {actor} {ip}")
    names: dict[str, str] = {}
    return [ID.sub(lambda found: names.setdefault(found[0], f"id{len(names)}"), each) for each in texts]


@pytest.mark.parametrize("steps", [creates, updates])
async def test_one_statement_says_and_stores_what_the_long_way_does(
    tmp_path: Path, engine: str, steps: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the byte: answers and entries. On an engine that has only the long way, both are the long way."""
    written, at_once = 0, Database.at_once
    for name in ("short", "long"):
        (tmp_path / name).mkdir()

    async def counted(self: Database, *arguments: Any) -> Any:
        nonlocal written
        rows = await at_once(self, *arguments)
        written += bool(rows)
        return rows

    monkeypatch.setattr(Database, "at_once", counted)
    async with running(tmp_path / "short", engine) as shop:
        short = await outcome(shop, steps)
    assert (written > 8) == (engine == "postgresql")
    monkeypatch.setattr(Database, "writes_at_once", False)
    written = 0
    async with running(tmp_path / "long", engine) as shop:
        long = await outcome(shop, steps)
    assert written == 0
    assert short == long


async def test_a_write_that_is_broken_off_is_over_and_caches_know_that_it_may_have_happened(
    shop: Shop, engine: str
) -> None:
    """The server is done with it before its caller goes on, and the connection is there for the next one."""
    database = shop.database
    if engine != "postgresql":
        assert not database.writes_at_once
        return
    told: list[frozenset[str]] = []
    database.changed = told.append
    slow = database.prepare(select(func.pg_sleep(5)))
    slow.changes = frozenset({"orders"})
    writing = asyncio.create_task(database.at_once(slow, {}))
    await asyncio.sleep(0.1)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert told == [frozenset({"orders"})]
    assert await shop.sql(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND state = 'active'"
        " AND pid <> pg_backend_pid() AND query LIKE '%pg_sleep%'"
    ) == [(0,)]
    pool = database.engine.pool  # type: ignore[attr-defined]
    assert pool.idle == pool.open
