"""Ill-written rules are found at the start: refused where they cannot be meant, said where they may be a mistake."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from backwright.access import Access, allow, matching, own
from backwright.access_attributes import of_actor
from backwright.access_lint import warn, warnings
from backwright.access_reach import reach
from backwright.actor import PUBLIC
from backwright.resource import BoundResource, Refused, Resource
from shop.models import Customer, Kind, Order, Product, State, table
from shop.resources import Role, resources
from shop.service import Shop
from sqlalchemy import and_, func, or_, text

ROLES = frozenset(map(str, Role))
FIELDS = (
    "sku", "title", "description", "kind", "price", "cost", "weight", "stock", "released", "offered", "origin",
)  # fmt: skip


def products(shop: Shop, access: dict[Any, Access], **declared: Any) -> BoundResource:
    return Resource(Product, fields=FIELDS, access=access, **declared).bind(shop.runtime)


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (lambda row: row.released > "2026-01-01", "compares its released, which is a day, with '2026-01-01'"),
        (lambda row: row.title == 7, "compares its title, which is a text, with 7"),
        (lambda row: row.price < "10", "which is a number, with '10'"),
        (lambda row: row.price < 9.5, "which is a number, with 9.5"),
        (lambda row: row.stock == True, "which is a number, with true"),  # noqa: E712
        (lambda row: row.kind == "tiny", "which is a choice, with 'tiny'"),
        (lambda row: row.kind == State.OPEN, "which is a choice, with <State.OPEN: 'open'>"),
        (lambda row: row.created_at > datetime(2026, 1, 1), "which is a moment, with datetime"),
        (lambda row: row.stock.in_([1, "2"]), "with '2'"), (lambda row: row.title == row.price, "with its price"),
        (lambda row: row.price <= of_actor(Customer.name), "with the caller's customer's name, which is a text"),
        (lambda row: func.pg_sleep(5) == row.title, "calls pg_sleep(), which may do more than look"),
        (lambda row: text("1 = 1"), "has SQL as text"),
    ],
)  # fmt: skip
async def test_unlike_things_are_not_compared(shop: Shop, condition: Any, words: str) -> None:
    """Refused, with both sides named; calls that may change something, too."""
    bound = products(shop, {Role.CLERK: allow.read(where=matching(condition))})
    with pytest.raises(Refused) as refused:
        bound.check(ROLES)
    assert words in str(refused.value)
    assert "the rule of 'clerk' for read" in str(refused.value)


@pytest.mark.parametrize(
    "condition",
    [
        lambda row: row.released.is_(None), lambda row: row.kind == "large", lambda row: row.kind == Kind.LARGE,
        lambda row: row.price < Decimal("9.5"), lambda row: row.price * 2 < 10, lambda row: row.cost < row.price,
        lambda row: func.lower(row.title) == "lamp", lambda row: row.offered, lambda row: row.title.contains("a"),
        lambda row: row.stock.in_([1, 2]), lambda row: row.kind.not_in([Kind.LARGE]),
    ],
)  # fmt: skip
async def test_like_things_are_compared(shop: Shop, condition: Any) -> None:
    """What makes sense passes."""
    products(shop, {Role.CLERK: allow.read(where=matching(condition))}).check(ROLES)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (lambda row: row.stock >= 0, True), (lambda row: row.stock < 0, False), (lambda row: row.stock > 0, None),
        (lambda row: row.stock <= 1_000_000, True), (lambda row: row.price > 100_000, False),
        (lambda row: row.kind.in_(list(Kind)), True), (lambda row: row.kind.not_in(list(Kind)), False),
        (lambda row: and_(row.kind == Kind.LARGE, row.kind == Kind.SMALL), False),
        (lambda row: and_(row.kind == Kind.LARGE, row.kind != Kind.SMALL), None),
        (lambda row: and_(row.stock > 5, row.stock < 5), False),
        (lambda row: and_(row.stock >= 5, row.stock <= 5), None),
        (lambda row: and_(row.stock > 5, row.stock < 3), False), (lambda row: or_(row.stock > 5, row.stock >= 0), True),
        (lambda row: or_(row.stock < 0, row.price < 0), False), (lambda row: row.stock == row.stock, True),
        (lambda row: row.stock < row.stock, False), (lambda row: row.cost == row.cost, None),
        (lambda row: and_(row.offered, row.offered.is_(False)), False), (lambda row: row.cost < 10**13, None),
        (lambda row: row.title == "a", None), (lambda row: row.stock == -1, False), (lambda row: row.stock != -1, None),
        (lambda row: and_(row.stock >= 0, row.price >= 0), True), (lambda row: row.origin.is_(None), None),
    ],
)  # fmt: skip
def test_what_a_condition_can_hold_for(condition: Any, holds: bool | None) -> None:
    """Every row, none, or some; NULL is no row for which it holds, and what cannot be told is some."""
    assert reach(condition(table(Product).c)) is holds


async def test_a_rule_that_holds_always_or_never_is_refused(shop: Shop) -> None:
    """With what to do instead."""
    for condition, words in (
        (lambda row: row.stock >= 0, "holds always (its stock is at least 0); take the rule away"),
        (lambda row: row.stock < 0, "holds never (its stock is less than 0); take the grant away"),
    ):
        with pytest.raises(Refused) as refused:
            products(shop, {Role.CLERK: allow.read(where=matching(condition))}).check(ROLES)
        assert words in str(refused.value)


few = matching(lambda row: row.stock < 5)


@pytest.mark.parametrize(
    ("access", "is_refused"),
    [
        (allow.read() | allow.read("title"), True), (allow.read("title", where=few) | allow.read(), True),
        (allow.everything | allow.update("stock"), True),
        (allow.read(where=few) | allow.read("title", where=few), True),
        (allow.read("title") | allow.read(where=few), False), (allow.read("title") | allow.read("price"), False),
        (allow.read("title", where=few) | allow.read("title", where=matching(lambda row: row.price < 5)), False),
        (allow.read() | allow.update(where=few), False),
    ],
)  # fmt: skip
async def test_a_grant_in_the_shadow_of_another_is_refused(
    shop: Shop, access: Access, is_refused: bool
) -> None:
    """Who wrote the narrow one believes in a limit that there is not."""
    bound = products(shop, {Role.CLERK: access})
    if not is_refused:
        bound.check(ROLES)
        return
    with pytest.raises(Refused, match="changes nothing; take one of them away"):
        bound.check(ROLES)


async def test_what_a_role_gets_can_tell_what_it_does_not_see(shop: Shop) -> None:
    """A rule over a hidden column is an oracle: said, not refused, because it may be meant."""
    rule = matching(lambda row: row.cost < 10)
    (said,) = warnings(products(shop, {PUBLIC: allow.read("title", where=rule)}))
    assert said == (
        "the rule of 'public' for read asks for 'cost', which 'public' does not see: what they get tells them its value"
    )
    assert not list(warnings(products(shop, {PUBLIC: allow.read("title", "cost", where=rule)})))
    owned = Resource(
        Order, fields=("note",), access={Role.CLERK: allow.read("note", where=own(Order.placed_by_id))}
    )
    assert not list(warnings(owned.bind(shop.runtime)))


async def test_who_may_change_what_decides_over_them_is_said(shop: Shop) -> None:
    """A credit that shoppers set themselves is no limit."""
    rule = matching(lambda row: row.price <= of_actor(Customer.credit))
    bound = products(shop, {Role.SHOPPER: allow.read(where=rule)})
    assert not list(warnings(bound))
    by_table = {each.name: each for each in resources}
    given = by_table["customers"]
    Resource(
        Customer, fields=given.fields, hidden=given.hidden, access={Role.SHOPPER: allow.update("credit")}
    ).bind(shop.runtime)
    (said,) = warnings(bound)
    assert "which 'shopper' may change in customers" in said


async def test_a_filter_that_nobody_can_use_is_said(shop: Shop) -> None:
    """Because no role sees the field on every row that it sees."""
    access = {Role.CLERK: allow.read("title") | allow.read("cost", where=few)}
    found = list(warnings(products(shop, access, filters=("cost", "title"), sorts=("cost",))))
    assert [each for each in found if "nobody can use it" in each] == [
        "filters names 'cost', which no role sees on every row that it sees: nobody can use it",
        "sorts names 'cost', which no role sees on every row that it sees: nobody can use it",
    ]


async def test_doubts_are_said_when_a_service_starts(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    """Once each, with the resource."""
    products(shop, {PUBLIC: allow.read("title", where=matching(lambda row: row.cost < 10))})
    caplog.clear()
    warn(shop.runtime.resources.values())
    said = [record.__dict__ for record in caplog.records if record.__dict__.get("resource") == "products"]
    assert ["asks for 'cost'" in each["reason"] for each in said] == [True]
