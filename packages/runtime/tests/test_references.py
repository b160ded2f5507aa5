"""References: they lead to rows that the caller may see, and a row that is referred to says by whom."""

from uuid import UUID, uuid4

import pytest
from backwright.actor import signed_in
from backwright.errors import Invalid
from shop.models import Customer, Order, Product
from shop.service import Shop


async def test_what_has_no_resource_cannot_be_referred_to(shop: Shop) -> None:
    """Nobody may read it, so nobody may point at it."""
    customer = await shop.customer()
    bound = shop.runtime.resources[Order]
    references = bound.writer(frozenset({"manager"})).references
    manager = signed_in(shop.ids["manager"], frozenset({"manager"}))
    values = {"customer_id": UUID(customer["id"])}
    async with shop.database.work() as work:
        await references.check(work, manager, values)
        await references.check(work, manager, {"customer_id": None, "note": "x"})
        with pytest.raises(Invalid) as caught:
            await references.check(work, manager, {"customer_id": uuid4()})
        assert [each.pointer for each in caught.value.errors] == ["/customer_id"]
        del shop.runtime.resources[Customer]
        references._seen.clear()
        with pytest.raises(Invalid):
            await references.check(work, manager, values)


async def test_a_role_that_reads_nothing_refers_to_nothing(shop: Shop) -> None:
    """A supplier sees no customers."""
    customer = await shop.customer()
    references = shop.runtime.resources[Order].writer(frozenset({"supplier"})).references
    supplier = signed_in(uuid4(), frozenset({"supplier"}))
    async with shop.database.work() as work:
        with pytest.raises(Invalid):
            await references.check(work, supplier, {"customer_id": UUID(customer["id"])})


async def test_who_refers_is_told_in_words(shop: Shop) -> None:
    """Each resource once, also over several columns, and itself."""
    first = await shop.customer()
    await shop.customer(referred_by_id=first["id"])
    await shop.made("/orders", customer_id=first["id"])
    for entity, id_, expected in (
        (Customer, UUID(first["id"]), ["customers", "orders"]), (Customer, uuid4(), []), (Product, uuid4(), []),
    ):  # fmt: skip
        writer = shop.runtime.resources[entity].writer(frozenset({"manager"}))
        async with shop.database.work() as work:
            assert await writer.references.referring(work, id_) == expected
