"""Declarations that cannot be served safely are refused before anything is served, all faults at once."""

from typing import Any

import pytest
from backwright.access import allow, matching, own
from backwright.actor import PUBLIC
from backwright.columns import set_by_actor
from backwright.resource import Refused, Resource
from backwright.service import Service
from shop.models import Customer, Line, Order, State, table
from shop.resources import Role, orders, products
from shop.service import Shop

ROLES = frozenset(map(str, Role))
READ = {Role.MANAGER: allow.read()}
LINE: dict[str, Any] = {"fields": ("order_id", "product_id", "quantity"), "access": READ}
CUSTOMER: dict[str, Any] = {
    "fields": ("name", "profile", "labels", "account_id"),
    "hidden": (
        "email", "phone", "website", "born", "vip", "credit", "points", "warning", "referred_by_id",
    ),
    "access": READ,
}  # fmt: skip


def faults(shop: Shop, entity: type[Any], **declared: Any) -> str:
    """Why a declaration is refused."""
    with pytest.raises(Refused) as caught:
        Resource(entity, **declared).bind(shop.runtime).check(ROLES)
    return str(caught.value)


async def test_a_sound_declaration_passes(shop: Shop) -> None:
    """The shop's own, and the small ones of these tests."""
    for bound in shop.runtime.resources.values():
        bound.check(ROLES)
    Resource(Line, **LINE).bind(shop.runtime).check(ROLES)
    Resource(Customer, **CUSTOMER).bind(shop.runtime).check(ROLES)


async def test_every_column_is_shown_or_hidden(shop: Shop) -> None:
    """A new column is never exposed by forgetting about it."""
    found = faults(shop, Line, fields=("order_id", "nothing"), hidden=("quantity", "other"), access=READ)
    assert found.splitlines() == [
        "Line: 'nothing' is not a column; take it out of fields",
        "Line: the column 'product_id' is neither in fields nor in hidden; say which",
        "Line: 'other' is not a column; take it out of hidden",
    ]
    assert "both in fields and in hidden" in faults(shop, Line, **{**LINE, "hidden": ("quantity",)})


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"filters": ("email",)}, "filters names 'email', which is not in fields"),
        ({"sorts": ("email",)}, "sorts names 'email'"), ({"search": ("email",)}, "search names 'email'"),
        ({"read_only": ("email",)}, "read_only names 'email'"),
        ({"filters": ("profile",)}, "holds JSON, which cannot be filtered or sorted by; take it out of filters"),
        ({"sorts": ("labels",)}, "take it out of sorts"), ({"search": ("profile",)}, "which is not a text"),
        ({"embeds": ("friends",)}, "'friends', which is not a relationship to one row"),
        ({"embeds": ("referred_by",)}, "the column that leads there is not in fields"),
        ({"filters": ("account.password_hash",)}, "'account.password_hash', which User does not show"),
        ({"access": {"boss": allow.read()}}, "the role 'boss', which the service does not have"),
        ({"access": {Role.MANAGER: allow.read("email")}}, "names 'email' for read, which is not a field"),
        ({"access": {Role.MANAGER: allow.act("dance")}}, "names 'dance' for act, which is not an action"),
        ({"access": {}}, "access grants nothing to anybody"),
        ({"access": {Role.MANAGER: allow.nothing}}, "access grants nothing to anybody"),
        ({"access": {Role.MANAGER: allow.read(where=matching(lambda row: row.nonsense))}}, "does not compile"),
        (
            {"access": {Role.MANAGER: allow.read(where=matching(lambda row: Customer.vip.is_(True)))}},
            "the rule of 'manager' for read speaks of a class; write matching(lambda row",
        ),
        ({"access": {Role.CLERK: allow.update(where=own(Order.placed_by_id))}}, "'clerk' for update does not compile"),
    ],
)  # fmt: skip
async def test_each_fault_says_what_to_change(shop: Shop, changed: dict[str, Any], words: str) -> None:
    """In the words of the declaration."""
    assert words in faults(shop, Customer, **{**CUSTOMER, **changed})


async def test_leave_to_refer_is_about_accounts(shop: Shop) -> None:
    """Of references to them, and for callers who have one themselves."""
    named = {**CUSTOMER, "access": {**READ, Role.CLERK: allow.read() | allow.refer("account_id")}}
    Resource(Customer, **named).bind(shop.runtime).check(ROLES)
    text = {**CUSTOMER, "access": {**READ, Role.CLERK: allow.refer("name", "friend_id")}}
    assert faults(shop, Customer, **text).splitlines() == [
        "Customer: access of 'clerk' names 'friend_id' for refer, which is not a field",
        "Customer: access of 'clerk' names 'name' for refer, which does not refer to accounts",
    ]
    anybody = {**CUSTOMER, "access": {**READ, PUBLIC: allow.refer("account_id")}}
    assert "callers without an account may not name one" in faults(shop, Customer, **anybody)


async def test_a_relation_needs_a_resource_with_rules(shop: Shop) -> None:
    """What has no rules cannot be shown inside something else."""
    del shop.runtime.resources[Order]
    assert "but Order has no resource" in faults(shop, Line, **LINE, embeds=("order",))


async def test_moves_need_a_column(shop: Shop) -> None:
    """Transitions of nothing."""

    class Moves(Service[Line]):
        transitions = {State.OPEN: {State.PAID}}

    assert "does not say which column holds the state" in faults(shop, Line, **LINE, service=Moves)


async def test_a_column_without_a_form_belongs_in_hidden(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its type is named."""
    monkeypatch.setattr("backwright.declaration_checks.describe", _no_form)
    assert "move 'order_id' to hidden" in faults(shop, Line, **LINE)


def _no_form(column: Any) -> Any:
    raise TypeError(f"{column.name}: no form")


async def test_a_column_that_the_actor_sets_refers_to_the_accounts(shop: Shop) -> None:
    """Else it would hold ids of nothing."""
    column = table(Line).c.quantity
    info = dict(column.info)
    column.info.update(set_by_actor())
    try:
        assert "does not refer to the accounts" in faults(shop, Line, **LINE)
    finally:
        column.info.clear()
        column.info.update(info)


def test_a_resource_is_a_value() -> None:
    """It says its name and its path, and does nothing."""
    assert (products.name, products.path) == ("products", "/products")
    assert orders.entity is Order
