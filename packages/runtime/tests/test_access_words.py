"""Rules in words, read from the expression that becomes SQL."""

from decimal import Decimal

import pytest
from backwright.access import Rows, allow, matching, own
from backwright.access_words import grant_in_words, rows_in_words
from shop.models import Customer, Kind, Line, Order, Product, table
from sqlalchemy import and_, false, func, not_, or_, true

products = table(Product)


def test_own_is_the_way_to_the_caller() -> None:
    """Over one reference, or several."""
    assert rows_in_words(own(Customer.account_id), table(Customer)) == "its account is the caller"
    path = own(Line.order_id, Order.customer_id, Customer.account_id)
    assert rows_in_words(path, table(Line)) == "its order's customer's account is the caller"


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (matching(lambda row: row.price < 10), "its price is less than 10"),
        (matching(lambda row: row.price >= Decimal("9.50")), "its price is at least 9.50"),
        (matching(lambda row: row.kind == Kind.LARGE), "its kind is large"),
        (matching(lambda row: row.kind.in_([Kind.LARGE, Kind.HUGE])), "its kind is one of large or huge"),
        (matching(lambda row: row.cost.is_(None)), "its cost is missing"),
        (matching(lambda row: row.offered.is_(True)), "its offered is true"),
        (matching(lambda row: row.offered), "its offered is true"),
        (matching(lambda row: or_(row.stock > 1, and_(row.offered, row.price < 5))),
         "its stock is more than 1 or (its offered is true and its price is less than 5)"),
        (matching(lambda row: not_(or_(row.stock > 1, row.price < 5))),
         "not (its stock is more than 1 or its price is less than 5)"),
        (matching(lambda row: true()), "always"),
        (matching(lambda row: false()), "never"),
        (matching(lambda row: func.length(row.title) > 3), "`length(products.title)` is more than 3"),
    ],
)  # fmt: skip
def test_a_condition_is_a_sentence(rule: Rows, words: str) -> None:
    """What has no words of its own is shown as SQL, never left out."""
    assert rows_in_words(rule, products) == words


def test_rules_that_are_joined_keep_their_order_of_meaning() -> None:
    """An `or` within an `and` stands in brackets."""
    cheap, few = matching(lambda row: row.price < 10), matching(lambda row: row.stock < 5)
    huge = matching(lambda row: row.kind == Kind.HUGE)
    assert rows_in_words((cheap | few) & huge, products) == (
        "(its price is less than 10 or its stock is less than 5) and its kind is huge"
    )


def test_a_grant_names_what_it_allows() -> None:
    """Operation, fields or actions, rows."""
    said = [
        grant_in_words(allow.read().grants[0], products),
        grant_in_words(
            allow.update("stock", "price", where=matching(lambda row: row.stock < 5)).grants[0], products
        ),
        grant_in_words(allow.act().grants[0], products),
        grant_in_words(allow.act("pay").grants[0], products),
    ]
    assert said == [
        "read", "update price, stock where its stock is less than 5", "call every action", "call pay",
    ]  # fmt: skip
