"""Access rules as declarations: what they allow, and the SQL that they become."""

import pytest
from backwright.access import (
    Access,
    Operation,
    Policy,
    allow,
    condition,
    every,
    field_expression,
    matching,
    own,
    shows_always,
)
from shop.models import Customer, Line, Order, Product, Review, table
from sqlalchemy.dialects import sqlite


def sql(rule: object) -> str:
    """A condition as SQLite sees it."""
    return " ".join(str(rule.compile(dialect=sqlite.dialect())).split())  # type: ignore[attr-defined]


def test_what_no_grant_covers_does_not_happen() -> None:
    """Deny by default: an unknown role and an operation that was not granted have no grants."""
    policy = Policy({"viewer": allow.read()})
    assert policy.grants({"viewer"}, Operation.READ)
    assert not policy.grants({"viewer"}, Operation.UPDATE)
    assert not policy.grants({"stranger"}, Operation.READ)
    assert not policy.grants((), Operation.READ)
    assert not Policy({"nobody": allow.nothing}).grants({"nobody"}, Operation.READ)


def test_grants_are_joined() -> None:
    """`|` adds; `everything` is each operation on all rows with all names."""
    rules = allow.read("name") | allow.update("phone") | allow.create() | allow.delete() | allow.act("pay")
    assert [grant.operation for grant in (rules | allow.refer("account_id")).grants] == [
        Operation.READ, Operation.UPDATE, Operation.CREATE, Operation.DELETE, Operation.ACT, Operation.REFER,
    ]  # fmt: skip
    with pytest.raises(TypeError, match="needs the references"):
        allow.refer()
    assert {grant.operation for grant in allow.everything.grants} == set(Operation)
    assert Access() == allow.nothing


def test_names_limit_a_grant() -> None:
    """Without names a grant covers all fields or actions."""
    (some,), (every,) = allow.read("name").grants, allow.read().grants
    assert some.covers("name")
    assert not some.covers("phone")
    assert every.covers("anything")


def test_own_is_a_comparison_with_the_caller() -> None:
    """One step: the column itself."""
    assert sql(own(Customer.account_id).on(table(Customer))) == "customers.account_id = ?"


def test_own_follows_references_step_by_step() -> None:
    """Three steps: sub-selects, so that no row is doubled."""
    text = sql(own(Line.order_id, Order.customer_id, Customer.account_id).on(table(Line)))
    assert text.startswith(
        "lines.order_id IN (SELECT orders_1.id FROM orders AS orders_1 WHERE orders_1.customer_id IN"
    )
    assert text.count("SELECT") == 2


def test_a_rule_works_on_an_alias() -> None:
    """Embeds join tables under other names."""
    assert sql(own(Customer.account_id).on(table(Customer).alias("who"))) == "who.account_id = ?"


@pytest.mark.parametrize(
    "path",
    [
        (), (Product.title,), (Order.customer_id,), (Order.customer_id, Review.author_id),
        (Order.customer_id, Customer.name),
    ],
)  # fmt: skip
def test_own_refuses_a_path_that_leads_elsewhere(path: tuple[object, ...]) -> None:
    """Each step has to refer to the next class, the last one to the accounts: else nobody would see anything."""
    with pytest.raises(TypeError, match=r"own\(\)"):
        own(*path)  # type: ignore[arg-type]


def test_rules_can_be_combined() -> None:
    """Both, or one of them."""
    cheap, few = matching(lambda row: row.price < 10), matching(lambda row: row.stock < 5)
    products = table(Product)
    assert sql((cheap & few).on(products)) == "products.price < ? AND products.stock < ?"
    assert sql(every(cheap, few).on(products)) == "products.price < ? AND products.stock < ?"
    assert every(cheap) is cheap
    assert sql((cheap | few).on(products)) == "products.price < ? OR products.stock < ?"


def test_several_grants_widen_the_rows() -> None:
    """A caller may see what any of their roles may see; one grant without a rule means all rows."""
    mine, all_rows = allow.read(where=own(Customer.account_id)).grants, allow.read().grants
    assert condition((*mine, *all_rows), table(Customer)) is None
    both = condition((*mine, *mine), table(Customer))
    assert sql(both) == "customers.account_id = ? OR customers.account_id = ?"


def test_a_field_of_one_role_is_hidden_on_the_rows_of_the_other() -> None:
    """Name on every row, credit on one's own: the credit of others is NULL."""
    grants = (*allow.read("name").grants, *allow.read(where=own(Customer.account_id)).grants)
    customers = table(Customer)
    assert shows_always(grants, "name")
    assert not shows_always(grants, "credit")
    assert sql(field_expression(grants, customers.c.name, customers)) == "customers.name"
    assert sql(field_expression(grants, customers.c.credit, customers)).startswith(
        "CASE WHEN (customers.account_id = ?) THEN customers.credit"
    )


def test_a_field_that_all_grants_cover_is_always_shown() -> None:
    """Whatever their rows are."""
    one = allow.read("name", "credit", where=own(Customer.account_id)).grants
    assert shows_always((*one, *one), "credit")
