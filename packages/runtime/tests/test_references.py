"""References: they lead to rows that the caller may see, and a row that is referred to says by whom."""

from uuid import UUID, uuid4

import pytest
from backwright.access import allow
from backwright.actor import ANONYMOUS, PUBLIC, signed_in
from backwright.errors import Invalid
from backwright.fields import STANDARD
from backwright.resource import Resource
from shop.models import Customer, Order, Product
from shop.resources import Role
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


async def test_leave_to_refer_names_active_accounts_and_no_others(shop: Shop) -> None:
    """Without it an account must be one that the caller may read; a closed one, or none at all, is never named."""
    access = {
        Role.CLERK: allow.read() | allow.update("account_id") | allow.refer("account_id"),
        Role.AUDITOR: allow.read() | allow.update("account_id"),
        Role.SUPPLIER: allow.update("account_id") | allow.refer("account_id"),
    }
    hidden = ["warning"]
    fields = [each.key for each in Customer.__table__.columns if each.key not in (*STANDARD, *hidden)]
    bound = Resource(Customer, fields=fields, hidden=hidden, access=access).bind(shop.runtime)
    accounts = shop.runtime.accounts
    assert accounts is not None
    open_ = await accounts.ensure_account("open@example.org", name="Open", roles=[])
    closed = await accounts.ensure_account("closed@example.org", name="Closed", roles=[])
    await shop.patch("manager", f"/users/{closed}", {"is_active": False})

    async def refused(role: str | None, account: UUID) -> bool:
        actor = signed_in(uuid4(), frozenset({role})) if role else ANONYMOUS
        async with shop.database.work() as work:
            try:
                await bound.writer(actor.roles).references.check(work, actor, {"account_id": account})
            except Invalid:
                return True
        return False

    assert not await refused("clerk", open_)
    assert await refused("clerk", closed)
    assert await refused("clerk", uuid4())
    assert await refused("auditor", open_), "to write the field is not leave to name accounts"
    assert await refused("supplier", open_), "nor may who cannot read the field"
    bound = Resource(Customer, fields=fields, hidden=hidden, access={PUBLIC: allow.everything}).bind(
        shop.runtime
    )
    assert await refused(None, open_), "callers without an account name none"


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
