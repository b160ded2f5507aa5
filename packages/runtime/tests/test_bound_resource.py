"""A resource at work: the door for routes, services and attachments."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from backwright.access import allow
from backwright.actor import ANONYMOUS, PUBLIC, SYSTEM, signed_in
from backwright.attachments import Attachments
from backwright.bound_resource import MAX_BULK
from backwright.errors import PreconditionFailed, Unauthenticated
from backwright.resource import Refused, Resource
from backwright.writes import Writer
from shop.models import Customer, Line, Order, Product, Review, table
from shop.resources import lines
from shop.service import Shop
from sqlalchemy import ColumnDefault, func


async def test_it_says_who_sees_and_who_changes_a_row(shop: Shop) -> None:
    """What attachments ask about the row that they hang on."""
    ada = await shop.shopper("ada")
    await shop.headers("shopper:bob")
    bound, id_ = shop.runtime.resources[Customer], UUID(ada["id"])
    actors = {name: signed_in(shop.ids[f"shopper:{name}"], frozenset({"shopper"})) for name in ("ada", "bob")}
    clerk, auditor = (signed_in(uuid4(), frozenset({role})) for role in ("clerk", "auditor"))
    for actor, visible, updatable in (
        (actors["ada"], True, True), (actors["bob"], False, False), (clerk, True, True), (auditor, True, False),
        (ANONYMOUS, False, False),
    ):  # fmt: skip
        assert await bound.visible(actor, id_) is visible
        assert await bound.updatable(actor, id_) is updatable
    assert not await bound.visible(clerk, uuid4())


async def test_nobody_cannot_be_the_author(shop: Shop) -> None:
    """A column that the actor sets needs an actor: 401, also where everybody may create."""
    access = {PUBLIC: allow.read() | allow.create("product_id", "rating")}
    fields = ("product_id", "author_id", "rating")
    bound = Resource(Review, fields=fields, hidden=("words", "approved"), access=access).bind(shop.runtime)
    product = await shop.product()
    async with shop.database.work() as work:
        with pytest.raises(Unauthenticated):
            await bound.service(ANONYMOUS, work).create({"product_id": UUID(product["id"]), "rating": 1})


async def test_attachments_go_with_their_row(shop: Shop) -> None:
    """In the transaction that deletes it."""
    declared: dict[str, Any] = {
        "fields": ("order_id", "product_id", "quantity"),
        "access": {"manager": allow.everything},
    }
    bound = Resource(Line, **declared, attachments=Attachments()).bind(shop.runtime)
    order = await shop.made("/orders", customer_id=(await shop.customer())["id"])
    line = await shop.made("/lines", order_id=order["id"], product_id=(await shop.product())["id"])
    assert len(bound.routes()) == 11
    manager = signed_in(shop.ids["manager"], frozenset({"manager"}))
    async with shop.database.work() as work:
        await bound.service(manager, work).delete(UUID(line["id"]))
    assert await shop.sql('SELECT count(*) FROM "lines"') == [(0,)]


async def test_the_system_acts_without_an_account(shop: Shop) -> None:
    """Commands and jobs have no roles: what they may is said by whoever calls them, so here nothing."""
    bound = shop.runtime.resources[Product]
    assert bound.view(SYSTEM.roles) is None
    assert bound.writer(SYSTEM.roles).view is None


async def test_the_version_stands_in_the_statement_that_writes(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Should a row change between the explanation and the write, the write does not happen."""
    product = await shop.product()
    bound, id_ = shop.runtime.resources[Product], UUID(product["id"])
    manager = signed_in(shop.ids["manager"], frozenset({"manager"}))

    async def as_if_unchanged(*_: Any) -> dict[str, Any]:
        return {"stock": 0}

    monkeypatch.setattr(Writer, "_before", as_if_unchanged)
    async with shop.database.work() as work:
        service = bound.service(manager, work)
        with pytest.raises(PreconditionFailed):
            await service.update(id_, {"stock": 5}, version=9)
        with pytest.raises(PreconditionFailed):
            await service.delete(id_, version=9)
    assert await shop.stored(Product, product["id"], Product.stock) == [0]


async def test_the_state_of_a_move_stands_in_the_statement_too(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two moves that were both allowed when they were asked for cannot both happen."""
    order = await shop.made("/orders", customer_id=(await shop.customer())["id"])
    await shop.post("manager", f"/orders/{order['id']}/pay")
    bound = shop.runtime.resources[Order]
    manager = signed_in(shop.ids["manager"], frozenset({"manager"}))
    before = Writer._before

    async def as_if_open(self: Writer, *given: Any) -> dict[str, Any]:
        return {**(await before(self, *given)), "state": "open"}

    monkeypatch.setattr(Writer, "_before", as_if_open)
    async with shop.database.work() as work:
        with pytest.raises(PreconditionFailed):
            await bound.service(manager, work).update(UUID(order["id"]), {"state": "cancelled"})


async def test_a_default_that_only_the_database_can_make_is_refused(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`default=func.now()` would have to be asked for; `server_default` is the place for it."""
    monkeypatch.setattr(table(Line).c.quantity, "default", ColumnDefault(func.abs(1)))
    bound = lines.bind(shop.runtime)
    with pytest.raises(Refused, match=r"lines\.quantity: a default of the kind .* give a Python value"):
        bound.check(frozenset({"manager", "clerk", "shopper"}))


async def test_a_bulk_body_is_bounded_before_it_is_counted(shop: Shop) -> None:
    """Far above the limit nothing is read any further."""
    bound = shop.runtime.resources[Line]
    schema = bound.bulk_model.model_json_schema()
    assert schema["properties"]["items"]["maxItems"] == MAX_BULK
    assert bound.bulk_model is bound.bulk_model
