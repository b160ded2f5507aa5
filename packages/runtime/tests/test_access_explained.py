"""Why a caller gets what they get."""

import pytest
from backwright.access_explained import as_text, explain, fits
from backwright.errors import NotFound
from shop.service import Shop


async def test_the_rule_that_denies_is_named(shop: Shop) -> None:
    """Somebody else's order is as if it were not there, by the rule for reading."""
    (told,) = explain(shop.app, "PATCH", "/orders/{id}", "shopper", "other")
    assert told["statuses"] == [404]
    assert told["decided_by"] == [
        "shopper may read customer_id, due_at, note, state where its customer's account is the caller"
    ]
    assert [step["answer"] for step in told["steps"]] == ["yes", "no"]


async def test_the_rule_that_allows_is_named(shop: Shop) -> None:
    """And every kind of row is told where none is asked for."""
    told = explain(shop.app, "POST", "/orders/01935b2e-7c00-7000-8000-000000000001/pay", "shopper")
    assert [each["statuses"] for each in told] == [[404], [200]]
    text = as_text(told)
    assert "POST /orders/{id}/pay as shopper, a row of their own (customer)" in text
    assert "gets 200 (the answer): shopper may call hand_over, pay where its customer's account" in text


async def test_a_role_without_a_grant_is_told_so(shop: Shop) -> None:
    """403 for who has signed in, 401 for who has not."""
    (told,) = explain(shop.app, "DELETE", "/customers/{id}", "clerk", "other")
    assert "gets 403 (refused): May they delete customers at all? No: no grant" in told["sentence"]
    (told,) = explain(shop.app, "DELETE", "/customers/{id}", "public", "other")
    assert told["statuses"] == [401]


@pytest.mark.parametrize(
    ("method", "path", "role", "words"),
    [
        ("GET", "/nowhere", "clerk", "There is no route /nowhere"), ("GET", "/orders", "boss", "there are: manager"),
        ("PUT", "/orders/{id}", "clerk", "takes DELETE, GET, PATCH"),
        ("POST", "/auth/login", "clerk", "handler decides"),
    ],
)  # fmt: skip
async def test_what_cannot_be_explained_says_what_can(
    shop: Shop, method: str, path: str, role: str, words: str
) -> None:
    """A route, a method or a role that is not there, and a route that is not a resource's."""
    with pytest.raises(NotFound, match=words):
        explain(shop.app, method, path, role)


def test_addresses_fit_their_route() -> None:
    """Segment by segment; a route fits itself."""
    assert fits("/orders/{id}", "/orders/17")
    assert fits("/orders/{id}", "/orders/{id}")
    assert not fits("/orders/{id}", "/orders")
    assert not fits("/orders/{id}", "/lines/17")
