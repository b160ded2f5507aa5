"""The plain form: a blueprint without what would follow anyway."""

import pytest
from backwright_workbench.blueprint.model import Blueprint
from backwright_workbench.blueprint.yaml import load
from backwright_workbench.codebase.readback import plain
from blueprint_strategies import blueprints
from hypothesis import HealthCheck, given, settings

PRODUCT = """
service: shop
title: Shop
created: 2026-11-21
roles: {{admin: Runs the shop.}}
entities:
  Seller:
    fields:
      account: {{type: reference, to: User}}
    access: {{admin: everything}}
  Product:
    {options}
    fields:
      seller: {{type: reference, to: Seller}}
      amount: {field}
    actions:
      sell: {action}
    access:
      admin: everything
      signed_in: {grant}
"""
USUAL = {
    "options": "description: What is sold.",
    "field": "{type: string}",
    "action": "{}",
    "grant": "{read: seller}",
}


def shop(**said: str) -> Blueprint:
    """A shop of which some parts are said as given."""
    return load(PRODUCT.format(**USUAL | said))


@pytest.mark.parametrize(
    ("part", "said", "short"),
    [
        ("field", "{type: string, max: 200}", "{type: string}"),
        ("field", "{type: text, max: 10000}", "{type: text}"),
        ("field", "{type: decimal, places: 2}", "{type: decimal}"),
        ("field", '{type: money, default: "5"}', "{type: money, default: 5}"),
        (
            "field",
            "{type: reference, to: Seller, on_delete: restrict}",
            "{type: reference, to: Seller}",
        ),
        (
            "field",
            "{type: reference, to: Seller, optional: true, on_delete: set_null}",
            "{type: reference, to: Seller, optional: true}",
        ),
        ("options", "area: products", "cache: 30"),
        ("options", "plural: products", "cache: 30"),
        ("options", "description: A product.", "cache: 30"),
        ("action", "{description: Sell the product.}", "{}"),
        ("grant", "{read: seller.account}", "{read: seller}"),
    ],
)
def test_what_follows_anyway_is_left_out(part: str, said: str, short: str) -> None:
    """Said or not, it means the same, and code cannot tell."""
    if part == "options":
        said = f"{said}\n    cache: 30"
    assert plain(shop(**{part: said})) == plain(shop(**{part: short})) == shop(**{part: short})


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("field", "{type: string, max: 201}"),
        ("field", "{type: text, max: 200}"),
        ("field", "{type: decimal, places: 3}"),
        ("field", '{type: money, default: "5.10"}'),
        ("field", "{type: reference, to: Seller, optional: true, on_delete: restrict}"),
        ("options", "area: catalog"),
        ("options", "plural: goods"),
        ("action", "{description: Sell it.}"),
    ],
)
def test_what_says_something_stays(part: str, said: str) -> None:
    """The plain form changes nothing that is built."""
    assert plain(shop(**{part: said})) == shop(**{part: said})


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(blueprints())
def test_the_plain_form_is_plain_and_valid(blueprint: Blueprint) -> None:
    """Once is enough, and nothing becomes wrong by it."""
    from backwright_workbench.blueprint.validation import check

    assert plain(plain(blueprint)) == plain(blueprint)
    assert check(plain(blueprint)) == []
