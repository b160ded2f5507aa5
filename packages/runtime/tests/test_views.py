"""Reading: who sees which rows and fields, and that no question tells what is hidden."""

from typing import Any
from uuid import uuid4

import pytest
from shop.models import Customer, Order
from shop.service import Shop


async def rows(shop: Shop, who: str | None, path: str) -> list[dict[str, Any]]:
    """The rows of a list."""
    answer = await shop.get(who, path)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def test_a_caller_sees_their_own_rows(shop: Shop) -> None:
    """Over one, two and three steps; a stranger's row is not there, by id or in a list."""
    ada, bob = await shop.shopper("ada"), await shop.shopper("bob")
    order = await shop.made("/orders", who="shopper:ada", customer_id=ada["id"])
    line = await shop.made("/lines", order_id=order["id"], product_id=(await shop.product())["id"])
    for path, id_ in (("/customers", ada["id"]), ("/orders", order["id"]), ("/lines", line["id"])):
        assert [row["id"] for row in await rows(shop, "shopper:ada", path)] == [id_]
        assert (await shop.get("shopper:ada", f"{path}/{id_}")).status_code == 200
        assert id_ not in [row["id"] for row in await rows(shop, "shopper:bob", path)]
        unseen = await shop.get("shopper:bob", f"{path}/{id_}")
        missing = await shop.get("shopper:bob", f"{path}/{uuid4()}")
        assert (unseen.status_code, missing.status_code) == (404, 404)
        assert {**unseen.json(), "request_id": 1} == {**missing.json(), "request_id": 1}
    assert bob["id"] != ada["id"]


async def test_totals_count_only_what_is_seen(shop: Shop) -> None:
    """A number can tell as much as a row."""
    ada = await shop.shopper("ada")
    await shop.shopper("bob")
    await shop.made("/orders", customer_id=ada["id"])
    for who, count in (("shopper:ada", 1), ("shopper:bob", 0), ("manager", 1)):
        assert (await shop.get(who, "/orders?total=true")).json()["total"]["count"] == count


async def test_a_role_sees_its_fields(shop: Shop) -> None:
    """Hidden fields are not in the answer at all; the hidden column of everybody is nowhere."""
    made = await shop.customer(phone="+49 12345")
    clerk = (await shop.get("clerk", f"/customers/{made['id']}")).json()
    assert set(clerk) == {
        "id", "name", "email", "vip", "referred_by_id", "version", "created_at", "updated_at",
    }  # fmt: skip
    assert "phone" in (await shop.get("auditor", f"/customers/{made['id']}")).json()
    assert "warning" not in (await shop.get("manager", f"/customers/{made['id']}")).text


async def test_two_roles_together_see_both_and_no_more(shop: Shop) -> None:
    """A clerk who is a customer sees everybody's name, and only their own telephone number."""
    me = "clerk+shopper:cleo"
    await shop.headers(me)
    own = await shop.customer("Cleo", account_id=str(shop.ids[me]), phone="+49 111")
    other = await shop.customer("Other", phone="+49 222")
    found = {row["name"]: row for row in await rows(shop, me, "/customers")}
    assert found["Cleo"]["phone"] == "+49 111"
    assert found["Other"]["phone"] is None
    assert (await shop.get(me, f"/customers/{own['id']}")).json()["phone"] == "+49 111"
    assert (await shop.get(me, f"/customers/{other['id']}")).json()["phone"] is None


@pytest.mark.parametrize(
    "query",
    [
        "phone=%2B49 222",
        "phone__contains=2",
        "phone__null=false",
        "sort=credit",
        "credit__gt=1",
        "born__null=true",
    ],
)
async def test_a_field_that_is_hidden_on_some_rows_answers_no_questions(shop: Shop, query: str) -> None:
    """Filtering and sorting by it would tell what it hides."""
    me = "clerk+shopper:cleo"
    answer = await shop.get(me, f"/customers?{query}")
    assert answer.status_code == 400


async def test_search_does_not_look_into_fields_hidden_on_some_rows(shop: Shop) -> None:
    """Not even for the row on which it may be seen: what is found must not depend on what is hidden."""
    me = "clerk+shopper:cleo"
    await shop.headers(me)
    await shop.customer("Other", phone="+49 222")
    assert await rows(shop, me, "/customers?q=222") == []
    assert len(await rows(shop, me, "/customers?q=other")) == 1


async def test_hidden_columns_answer_no_questions(shop: Shop) -> None:
    """The oracle attack on a password hash, and on the staff's remarks."""
    for path in ("/users?password_hash__contains=argon", "/users?sort=password_hash", "/customers?warning=x",
                 "/users?embed=password_hash", "/customers?q=warning:x"):  # fmt: skip
        answer = await shop.get("manager", path)
        if "q=" in path:
            assert answer.json()["items"] == []
        else:
            assert answer.status_code == 400
    assert "password" not in (await shop.get("manager", "/users")).text


async def test_embeds_show_what_may_be_seen_of_the_target(shop: Shop) -> None:
    """Fields of the target's rules; null where its row is not to be seen or there is none."""
    ada, bob = await shop.shopper("ada"), await shop.shopper("bob")
    await shop.patch("manager", f"/customers/{ada['id']}", {"referred_by_id": bob["id"]})
    order = await shop.made("/orders", customer_id=ada["id"])
    seen = (await shop.get("manager", f"/orders/{order['id']}?embed=customer,placed_by")).json()
    assert seen["customer"]["credit"] == "0.00"
    assert seen["placed_by"]["name"] == "manager"
    assert "password_hash" not in seen["placed_by"]
    assert "credit" not in (await rows(shop, "clerk", "/orders?embed=customer"))[0]["customer"]
    (me,) = await rows(shop, "shopper:ada", "/customers?embed=referred_by")
    assert me["referred_by_id"] == bob["id"]
    assert me["referred_by"] is None
    (auditor,) = [
        row for row in await rows(shop, "auditor", "/customers?embed=referred_by") if row["id"] == ada["id"]
    ]
    assert auditor["referred_by"]["name"] == "bob"
    assert (await shop.get("manager", f"/customers/{bob['id']}?embed=referred_by")).json()[
        "referred_by"
    ] is None


async def test_what_a_role_cannot_read_it_cannot_embed(shop: Shop) -> None:
    """A clerk reads no accounts, and does not even see who placed an order."""
    assert (await shop.get("clerk", "/orders?embed=placed_by")).status_code == 400
    assert (await shop.get("auditor", "/orders?embed=placed_by")).status_code == 400
    assert (await shop.get("auditor", "/orders?embed=customer")).status_code == 200


async def test_filters_through_relations_obey_the_target(shop: Shop) -> None:
    """An order of a customer that one may not see does not match, whatever is asked about that customer."""
    ada, bob = await shop.shopper("ada"), await shop.shopper("bob")
    await shop.patch("manager", f"/customers/{ada['id']}", {"referred_by_id": bob["id"]})
    await shop.patch("manager", f"/customers/{bob['id']}", {"credit": "500.00"})
    assert len(await rows(shop, "manager", "/customers?referred_by.credit__gt=100")) == 1
    assert await rows(shop, "shopper:ada", "/customers?referred_by.credit__gt=100") == []
    assert await rows(shop, "shopper:ada", "/customers?referred_by.credit__lt=1000") == []
    assert await rows(shop, "shopper:ada", "/customers?referred_by.name__not=zzz") == []
    assert (await shop.get("clerk", "/customers?referred_by.credit__gt=100")).status_code == 400
    assert len(await rows(shop, "clerk", "/customers?referred_by.name=bob")) == 1


async def test_a_filter_through_a_relation_is_no_embed(shop: Shop) -> None:
    """What may be filtered through need not be shown."""
    assert (await shop.get("manager", "/customers?embed=referred_by")).status_code == 200
    assert (await shop.get("manager", "/lines?embed=order")).status_code == 200
    assert shop.runtime.resources[Order].relations() == ["customer", "placed_by"]


async def test_roles_that_nobody_knows_change_nothing(shop: Shop) -> None:
    """However many an account carries, what is kept for roles stays small."""
    bound = shop.runtime.resources[Customer]
    views = {bound.view(frozenset({"clerk", f"made-up-{number}"})) for number in range(100)}
    writers = {bound.writer(frozenset({"clerk", f"made-up-{number}"})) for number in range(100)}
    assert len(views) == len(writers) == 1
    assert len(bound._views) < 20


async def test_compiled_statements_are_bounded(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many shapes of questions come in, the oldest goes."""
    monkeypatch.setattr("backwright.views.MAX_SHAPES", 5)
    for kind in range(1, 20):
        await rows(shop, "manager", f"/products?stock__in={','.join(['1'] * kind)}")
    view = shop.runtime.resources[Customer].view(frozenset({"manager"}))
    assert view is not None
    assert len(view._shapes) <= 5


async def test_the_public_sees_what_is_public(shop: Shop) -> None:
    """Without an account: approved reviews, and the public fields of products."""
    product = await shop.product(cost="1.00")
    assert "cost" not in (await shop.get(None, f"/products/{product['id']}")).json()
    review = await shop.made("/reviews", who="shopper:ada", product_id=product["id"], rating=4)
    assert await rows(shop, None, "/reviews") == []
    await shop.patch("manager", f"/reviews/{review['id']}", {"approved": True})
    assert len(await rows(shop, None, "/reviews")) == 1
    refused = await shop.get(None, "/orders")
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == "Bearer"


async def test_one_statement_serves_a_list_with_embeds(sqlite_shop: Shop) -> None:
    """For one row and for many: no query for each row."""
    ada = await sqlite_shop.shopper("ada")
    counts = []
    for _ in range(2):
        for _ in range(10):
            await sqlite_shop.made("/orders", customer_id=ada["id"])
        seen: list[str] = []
        sqlite_shop.database.engine.driver.reader.raw.set_trace_callback(seen.append)
        await rows(sqlite_shop, "manager", "/orders?embed=customer,placed_by&limit=100")
        sqlite_shop.database.engine.driver.reader.raw.set_trace_callback(None)
        counts.append(len([each for each in seen if "orders" in each]))
    assert counts == [1, 1]
