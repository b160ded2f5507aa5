"""List requests: what may be asked for, and how each fault is told."""

from typing import Any

import pytest
from backwright.errors import BadRequest
from backwright.listing import MAX_PARAMETERS, pairs
from shop.service import Shop


async def refused(shop: Shop, who: str | None, query: str) -> tuple[int, list[dict[str, Any]]]:
    """Status and faults of a refused list of products."""
    answer = await shop.get(who, f"/products?{query}")
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json().get("errors", [])


def test_a_query_string_is_read_strictly() -> None:
    """Plus is a space, blank values stay, nothing is guessed."""
    assert pairs(b"") == {}
    assert pairs(b"a=1+2&b=&c=%2B") == {"a": "1 2", "b": "", "c": "+"}


@pytest.mark.parametrize(
    "raw", [b"a=%ff", b"a=%ed%a0%80", b"a=\xc3\xa9", b"&".join([b"a=1"] * (MAX_PARAMETERS + 1))]
)
def test_a_query_string_that_is_no_text_is_refused(raw: bytes) -> None:
    """Broken UTF-8, half characters, raw bytes, and too many parameters."""
    with pytest.raises(BadRequest):
        pairs(raw)


def test_a_parameter_comes_once() -> None:
    """Two readers could take different ones of two."""
    with pytest.raises(BadRequest) as caught:
        pairs(b"a=1&b=2&a=3")
    assert [each.parameter for each in caught.value.errors] == ["a"]


async def test_unknown_parameters_are_refused_with_what_there_is(shop: Shop) -> None:
    """All of them at once; 400, because the request has the wrong form."""
    status, faults = await refused(shop, "manager", "colour=red&size=1&kind=small")
    assert status == 400
    assert [each["parameter"] for each in faults] == ["colour", "size"]
    assert "price__gte" in faults[0]["detail"]


async def test_wrong_values_are_refused_all_at_once(shop: Shop) -> None:
    """422, each with its parameter, none with its value."""
    status, faults = await refused(shop, "manager", "kind=medium&price__gt=lots&limit=0&total=maybe&q=%00")
    assert status == 422
    assert {each["parameter"] for each in faults} == {"kind", "price__gt", "limit", "total", "q"}
    assert "medium" not in str(faults)
    assert "lots" not in str(faults)


@pytest.mark.parametrize("limit", ["0", "-1", "101", "1000000000", "9" * 50, "", "ten", "1.5", "%D9%A1"])
async def test_the_size_of_a_page_is_bounded(shop: Shop, limit: str) -> None:
    """1 to 100, in plain digits."""
    assert (await refused(shop, "manager", f"limit={limit}"))[0] == 422


async def test_sorting_takes_declared_fields(shop: Shop) -> None:
    """Not every column; at most three; of one that comes twice the first decides."""
    for query in (
        "sort=sku",
        "sort=password_hash",
        "sort=",
        "sort=--price",
        "sort=price,title,kind,stock",
        "sort=price,",
    ):
        status, faults = await refused(shop, "manager", query)
        assert status == 400
        assert "released" in faults[0]["detail"]
    assert (await shop.get("manager", "/products?sort=price,-price")).status_code == 200


async def test_embeds_are_declared(shop: Shop) -> None:
    """What is not declared, comes twice, or is only a way to filter, cannot be embedded."""
    for query in ("embed=account", "embed=order,order", "embed=", "embed=order,"):
        answer = await shop.get("manager", f"/lines?{query}")
        assert answer.status_code == 400, query
    assert (await shop.get("manager", "/products?embed=anything")).status_code == 400


async def test_what_a_role_does_not_see_it_cannot_ask_for(shop: Shop) -> None:
    """Filters, sorts and search over hidden fields are unknown parameters to that role."""
    assert (await refused(shop, None, "stock=1"))[0] == 400
    assert (await refused(shop, None, "sort=stock"))[0] == 400
    assert (await shop.get("clerk", "/customers?credit__gt=5")).status_code == 400
    assert (await shop.get("clerk", "/orders?customer.credit__gt=5")).status_code == 400
    assert (await shop.get("clerk", "/orders?customer.name=Ada")).status_code == 200
    assert (await shop.get("manager", "/orders?customer.credit__gt=5")).status_code == 200


async def test_a_role_without_anything_to_search_cannot_search(shop: Shop) -> None:
    """Lines have no search at all."""
    assert (await shop.get("manager", "/lines?q=x")).status_code == 400
    assert (await shop.get("manager", "/lines?sort=created_at")).status_code == 400
