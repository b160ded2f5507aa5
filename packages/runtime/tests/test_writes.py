"""Writing: mass assignment, ownership, versions, and refusals that name what is wrong."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from backwright.actor import Actor
from backwright.errors import Forbidden
from shop.models import Customer, Line, Order, Product, Review
from shop.service import Shop


def places(answer: Any) -> set[str]:
    """The JSON Pointers of the faults."""
    return {each.get("pointer") for each in answer.json().get("errors", [])}


SERVER_OWNED = ("id", "version", "created_at", "updated_at")


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/customers", (*SERVER_OWNED, "points", "warning")), ("/products", (*SERVER_OWNED, "owner_id")),
        ("/orders", (*SERVER_OWNED, "placed_by_id", "paid_at", "margin", "state")),
        ("/lines", (*SERVER_OWNED, "order")), ("/reviews", (*SERVER_OWNED, "author_id")),
        ("/users", (*SERVER_OWNED, "password_hash", "last_login_at", "password_changed_at")),
    ],
)  # fmt: skip
async def test_nobody_sets_what_the_server_owns(shop: Shop, path: str, fields: tuple[str, ...]) -> None:
    """Not even the manager, on create, in bulk or in a patch: refused by name, never dropped."""
    made = {
        "/customers": shop.customer, "/products": shop.product,
    }  # fmt: skip
    for field in fields:
        answer = await shop.post("manager", path, {field: "x"})
        assert answer.status_code == 422
        assert f"/{field}" in places(answer)
        if path in made and field not in ("state",):
            row = await made[path]()
            patched = await shop.patch("manager", f"{path}/{row['id']}", {field: row.get(field, "x")})
            assert patched.status_code == 422, field
    if path == "/products":
        bulk = await shop.post("manager", "/products/bulk", {"items": [{"id": "x"}]})
        assert "/items/0/id" in places(bulk)


async def test_a_new_row_gets_its_defaults_and_its_author(shop: Shop) -> None:
    """From the table, from the database, and from who asks."""
    product = await shop.product()
    assert (product["origin"], product["stock"], product["kind"]) == ("DE", 0, "small")
    assert product["created_at"] == product["updated_at"]
    review = await shop.made("/reviews", who="shopper:ada", product_id=product["id"], rating=3)
    assert review["author_id"] == str(shop.ids["shopper:ada"])


async def test_a_program_that_acts_for_itself_is_nobodys_author(shop: Shop) -> None:
    """It has an id and no account: a row that must have an author is refused, not broken by the database."""
    writer = shop.runtime.resources[Review].writer(frozenset({"shopper"}))
    program = Actor(uuid4(), frozenset({"shopper"}), method="client")
    with pytest.raises(Forbidden):
        writer.complete(program, {"rating": 3})
    person = Actor(uuid4(), frozenset({"shopper"}), method="oauth")
    assert writer.complete(person, {"rating": 3})["author_id"] == person.id


async def test_code_of_the_service_may_set_what_clients_may_not(shop: Shop) -> None:
    """The margin of an order: no client sends it, no grant is needed for it."""
    ada = await shop.shopper("ada")
    order = await shop.made("/orders", who="shopper:ada", customer_id=ada["id"])
    assert "margin" not in order
    assert str(*await shop.stored(Order, order["id"], Order.margin)) == "12.50"


async def test_a_role_writes_its_fields(shop: Shop) -> None:
    """403 names the fields at fault; the ones that are allowed do not slip through beside them."""
    made = await shop.customer()
    answer = await shop.patch(
        "clerk", f"/customers/{made['id']}", {"vip": True, "name": "X", "credit": "9.00"}
    )
    assert answer.status_code == 403
    assert places(answer) == {"/name", "/credit"}
    assert await shop.stored(Customer, made["id"], Customer.vip, Customer.name) == [False, "Ada"]
    assert (await shop.patch("clerk", f"/customers/{made['id']}", {"vip": True})).status_code == 200


async def test_rights_come_before_contents(shop: Shop) -> None:
    """Who may not write at all is told so, whatever they send."""
    made = await shop.product()
    for who, status in (("auditor", 403), (None, 401)):
        for method, path in (("POST", "/products"), ("POST", "/products/bulk"), ("PATCH", f"/products/{made['id']}"),
                             ("PATCH", "/products/x"), ("DELETE", f"/products/{uuid4()}")):  # fmt: skip
            answer = await shop.call(who, method, path, content=b"nonsense")
            assert answer.status_code == status, (method, path)


async def test_a_row_of_somebody_else_cannot_be_changed(shop: Shop) -> None:
    """By id it is not there; nothing about it is told."""
    ada = await shop.shopper("ada")
    await shop.shopper("bob")
    order = await shop.made("/orders", who="shopper:ada", customer_id=ada["id"])
    for answer in (
        await shop.patch("shopper:bob", f"/orders/{order['id']}", {"note": "mine"}),
        await shop.delete("shopper:bob", f"/orders/{order['id']}"),
        await shop.post("shopper:bob", f"/orders/{order['id']}/pay"),
    ):
        assert answer.status_code == 404
    assert await shop.stored(Order, order["id"], Order.note, Order.version) == [None, 1]


async def test_a_row_that_may_be_seen_but_not_changed_is_forbidden(shop: Shop) -> None:
    """Its existence is no secret, so the answer is 403; and the refusal is on record."""
    product = await shop.product()
    review = await shop.made("/reviews", who="shopper:ada", product_id=product["id"], rating=3)
    await shop.patch("manager", f"/reviews/{review['id']}", {"approved": True})
    answer = await shop.patch("shopper:bob", f"/reviews/{review['id']}", {"rating": 1})
    assert answer.status_code == 403
    assert (await shop.delete("shopper:bob", f"/reviews/{review['id']}")).status_code == 403
    recorded = await shop.sql("SELECT action, object_id FROM audit_log WHERE action LIKE '%denied'")
    assert recorded == [("update_review.denied", review["id"]), ("delete_review.denied", review["id"])]


async def test_a_new_row_must_lie_within_the_callers_rows(shop: Shop) -> None:
    """An order for another customer: refused, and nothing is stored."""
    await shop.shopper("ada")
    bob = await shop.shopper("bob")
    me = "clerk+shopper:ada"
    await shop.headers(me)
    answer = await shop.post("shopper:ada", "/orders", {"customer_id": bob["id"]})
    assert answer.status_code == 422
    order = await shop.made("/orders", customer_id=bob["id"])
    product = await shop.product()
    line = {"order_id": order["id"], "product_id": product["id"]}
    assert (await shop.post("shopper:ada", "/lines", line)).status_code == 422
    assert await shop.sql('SELECT count(*) FROM "lines"') == [(0,)]


async def test_a_row_that_would_belong_to_another_is_not_created(shop: Shop) -> None:
    """The rule is checked on the row itself, also where the reference may be seen by another role."""
    me = "clerk+supplier:eve"
    await shop.headers(me)
    bob = await shop.shopper("bob")
    both = "auditor+shopper:ada"
    await shop.headers(both)
    answer = await shop.post(both, "/orders", {"customer_id": bob["id"]})
    assert answer.status_code == 403
    assert "outside the rows" in answer.json()["detail"]
    assert await shop.sql("SELECT count(*) FROM orders") == [(0,)]


async def test_a_change_must_not_move_a_row_out_of_the_callers_rows(shop: Shop) -> None:
    """Giving one's order to another customer by a patch: refused, and nothing has changed."""
    both = "auditor+shopper:ada"
    await shop.headers(both)
    ada = await shop.customer("Ada", account_id=str(shop.ids[both]))
    bob = await shop.shopper("bob")
    order = await shop.made("/orders", customer_id=ada["id"])
    answer = await shop.patch(both, f"/orders/{order['id']}", {"customer_id": bob["id"]})
    assert answer.status_code == 403
    assert str(*await shop.stored(Order, order["id"], Order.customer_id)) == ada["id"]


async def test_references_lead_only_to_rows_that_one_may_see(shop: Shop) -> None:
    """Relinking to a stranger's row is refused like a row that does not exist, on create, patch and action."""
    ada, bob = await shop.shopper("ada"), await shop.shopper("bob")
    order = await shop.made("/orders", who="shopper:ada", customer_id=ada["id"])
    for target in (bob["id"], str(uuid4())):
        answers = [
            await shop.patch("shopper:ada", f"/customers/{ada['id']}", {"referred_by_id": target}),
            await shop.post("shopper:ada", "/orders", {"customer_id": target}),
            await shop.post("shopper:ada", f"/orders/{order['id']}/hand-over", {"customer_id": target}),
        ]
        for answer in answers:
            assert answer.status_code == 422
            assert places(answer) <= {"/referred_by_id", "/customer_id"}
            assert "there is no such row, or you may not refer to it" in answer.text


async def test_nobody_refers_to_what_their_roles_cannot_read_at_all(shop: Shop) -> None:
    """Accounts are read by the manager only."""
    await shop.headers("shopper:ada")
    answer = await shop.post("supplier", "/orders", {"customer_id": str(uuid4())})
    assert answer.status_code == 403
    account = str(shop.ids["shopper:ada"])
    assert (
        await shop.post("manager", "/customers", {"name": "A", "email": "a@b.cd", "account_id": account})
    ).status_code == 201


async def test_who_writes_without_reading_gets_no_fields_back(shop: Shop) -> None:
    """The id to refer to, and nothing that was not theirs to see."""
    answer = await shop.post("supplier", "/products", {"sku": "S", "title": "T", "price": "1.00"})
    assert set(answer.json()) == {
        "id", "version", "created_at", "updated_at", "sku", "title", "description", "kind", "price", "weight",
        "released", "offered", "origin",
    }  # fmt: skip
    bound = shop.runtime.resources[Product]
    writer = bound.writer(frozenset({"supplier"}))
    assert writer.view is None
    assert not await writer.may_update(shop.runtime.accounts, uuid4())  # type: ignore[arg-type]


async def test_a_taken_value_is_a_conflict_that_names_the_field(shop: Shop) -> None:
    """One column, several columns, in a patch, and with another spelling of an address."""
    first, second = await shop.product(sku="A"), await shop.product(sku="B")
    order = await shop.made("/orders", customer_id=(await shop.customer(email="ada@example.com"))["id"])
    line = {"order_id": order["id"], "product_id": first["id"]}
    await shop.made("/lines", **line)
    for answer, expected in (
        (await shop.post("manager", "/products", {"sku": "A", "title": "x", "price": "1"}), {"/sku"}),
        (await shop.patch("manager", f"/products/{second['id']}", {"sku": "A"}), {"/sku"}),
        (await shop.post("manager", "/lines", line), {"/order_id", "/product_id"}),
        (await shop.post("manager", "/customers", {"name": "x", "email": "ADA@Example.com"}), {"/email"}),
    ):
        assert answer.status_code == 409
        assert places(answer) == expected
        assert "UNIQUE" not in answer.text


async def test_a_race_for_a_unique_value_has_one_winner(shop: Shop) -> None:
    """The others get a conflict, never a failure."""
    body = {"sku": "only", "title": "x", "price": "1.00"}
    answers = await asyncio.gather(*(shop.post("manager", "/products", body) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19


async def test_what_is_referred_to_stays(shop: Shop) -> None:
    """409 says by what; after that is gone it may go."""
    customer = await shop.customer()
    order = await shop.made("/orders", customer_id=customer["id"])
    answer = await shop.delete("manager", f"/customers/{customer['id']}")
    assert answer.status_code == 409
    assert answer.json()["detail"] == "There are orders that refer to this customer."
    assert (await shop.delete("manager", f"/orders/{order['id']}")).status_code == 204
    assert (await shop.delete("manager", f"/customers/{customer['id']}")).status_code == 204
    assert (await shop.delete("manager", f"/customers/{customer['id']}")).status_code == 404


async def test_a_patch_can_empty_a_field_and_leave_one(shop: Shop) -> None:
    """Null empties, absent leaves, nothing changes nothing."""
    made = await shop.customer(phone="+49 123", website="https://a.example/")
    patched = await shop.patch("manager", f"/customers/{made['id']}", {"phone": None})
    assert (patched.json()["phone"], patched.json()["website"]) == (None, "https://a.example/")
    assert patched.json()["version"] == 2
    nothing = await shop.patch("manager", f"/customers/{made['id']}", {})
    assert (nothing.status_code, nothing.json()["version"]) == (200, 2)
    refused = await shop.patch("manager", f"/customers/{made['id']}", {"name": None})
    assert (refused.status_code, places(refused)) == (422, {"/name"})


async def test_json_fields_keep_what_they_get(shop: Shop) -> None:
    """Objects and lists as they are; null is absence, also in the database."""
    made = await shop.customer(profile={"b": 1, "a": [None, {"é": 1.5}]}, labels=["x", "y"])
    assert made["profile"] == {"b": 1, "a": [None, {"é": 1.5}]}
    patched = await shop.patch("manager", f"/customers/{made['id']}", {"profile": None})
    assert patched.json()["profile"] is None
    assert await shop.sql("SELECT profile IS NULL, labels FROM customers") == [(1, '["x", "y"]')]
    wrongs: list[Any] = [[1], "x", 1, True]
    for wrong in wrongs:
        assert (
            await shop.patch("manager", f"/customers/{made['id']}", {"profile": wrong})
        ).status_code == 422


async def test_a_patch_of_the_state_obeys_the_transitions(shop: Shop) -> None:
    """The way of an order: a step that is not there is a conflict that says which are."""
    order = await shop.made("/orders", customer_id=(await shop.customer())["id"])
    refused = await shop.patch("clerk", f"/orders/{order['id']}", {"state": "shipped"})
    assert refused.status_code == 409
    assert (
        refused.json()["detail"] == "The order is open and cannot become shipped; possible: cancelled, paid."
    )
    assert places(refused) == {"/state"}
    assert (await shop.patch("clerk", f"/orders/{order['id']}", {"state": "open"})).status_code == 200
    assert (await shop.patch("clerk", f"/orders/{order['id']}", {"state": "cancelled"})).status_code == 200
    stuck = await shop.patch("clerk", f"/orders/{order['id']}", {"state": "paid"})
    assert "possible: no other state" in stuck.json()["detail"]


async def test_two_patches_with_one_tag_change_once(shop: Shop) -> None:
    """Exactly one 200, all others 412: no update is lost."""
    made = await shop.product()
    tag = (await shop.get("manager", f"/products/{made['id']}")).headers["etag"]
    answers = await asyncio.gather(
        *(shop.patch("manager", f"/products/{made['id']}", {"stock": n}, tag) for n in range(10))
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 9
    assert await shop.stored(Product, made["id"], Product.version) == [2]
    deleted = await shop.call("manager", "DELETE", f"/products/{made['id']}", headers={"If-Match": tag})
    assert deleted.status_code == 412


async def test_moves_in_parallel_happen_once(shop: Shop) -> None:
    """Paying twice at the same moment is paying once."""
    order = await shop.made("/orders", customer_id=(await shop.customer())["id"])
    answers = await asyncio.gather(*(shop.post("clerk", f"/orders/{order['id']}/pay") for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7


async def test_bulk_is_all_or_nothing(shop: Shop) -> None:
    """The item at fault is named; the order of the request is kept; the count is limited."""
    items = [{"sku": f"S{n}", "title": "x", "price": "1.00"} for n in range(20)]
    answer = await shop.post("manager", "/products/bulk", {"items": items})
    assert answer.status_code == 201
    assert [row["sku"] for row in answer.json()["items"]] == [item["sku"] for item in items]
    clash = await shop.post("manager", "/products/bulk", {"items": [{**items[0], "sku": "new"}, items[3]]})
    assert clash.status_code == 409
    assert places(clash) == {"/items/1/sku"}
    assert clash.json()["detail"] == "Item 1: This value is already taken. Nothing was created."
    assert await shop.sql("SELECT count(*) FROM products") == [(20,)]
    assert (await shop.post("manager", "/products/bulk", {"items": [*items, items[0]]})).status_code == 413
    wrongs: list[Any] = [{"items": []}, {}, {"items": [items[0], 1]}, []]
    for wrong in wrongs:
        assert (await shop.post("manager", "/products/bulk", wrong)).status_code == 422
    line = await shop.post("clerk", "/lines/bulk", {"items": [{}]})
    assert line.status_code == 403


async def test_every_change_is_on_record(shop: Shop) -> None:
    """With what changed, in the transaction of the change; what is refused leaves no change behind."""
    made = await shop.customer("Ada")
    await shop.patch("manager", f"/customers/{made['id']}", {"name": "Eve"})
    await shop.post("manager", "/customers", {"name": "x", "email": "1@example.com"})
    await shop.delete("manager", f"/customers/{made['id']}")
    recorded = await shop.sql("SELECT action, changes FROM audit_log WHERE object_type = 'customers'")
    assert [action for action, _ in recorded] == ["create", "update", "delete"]
    assert recorded[1][1] == '{"name": ["Ada", "Eve"]}'
    assert '"name": "Eve"' in recorded[2][1]


async def test_a_delete_takes_its_parts_with_it(shop: Shop) -> None:
    """Lines go with their order, reviews with their product."""
    product = await shop.product()
    order = await shop.made("/orders", customer_id=(await shop.customer())["id"])
    await shop.made("/lines", order_id=order["id"], product_id=product["id"])
    await shop.made("/reviews", product_id=product["id"], rating=1)
    assert (await shop.delete("manager", f"/orders/{order['id']}")).status_code == 204
    assert (await shop.delete("manager", f"/products/{product['id']}")).status_code == 204
    for entity in (Line, Review):
        assert await shop.sql(f'SELECT count(*) FROM "{entity.__tablename__}"') == [(0,)]
