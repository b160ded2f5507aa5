"""Resources over HTTP: statuses, headers, problems, and answers from the cache."""

import asyncio
import logging
from typing import Any

import httpx2
import pytest
from backwright.access import allow
from backwright.errors import Kind
from backwright.fields import STANDARD
from backwright.resource import Resource
from backwright.service import Service, action
from shop.models import Customer, Product, Review
from shop.resources import Role
from shop.service import Shop
from sqlalchemy import text, update

MISSING = "01935b2e-7c00-7000-8000-000000000001"


async def test_a_create_says_where_the_row_is(shop: Shop) -> None:
    """201, `Location`, the row, its tag; what is there can be read."""
    answer = await shop.post("manager", "/products", {"sku": "A", "title": "Lamp", "price": "1.00"})
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/products/{answer.json()['id']}"
    read = await shop.get("manager", answer.headers["location"])
    assert read.json() == answer.json()
    assert read.headers["etag"] == answer.headers["etag"]


async def test_a_delete_says_nothing_and_then_not_found(shop: Shop) -> None:
    """204 without a body; 404 the second time."""
    row = await shop.customer()
    gone = await shop.delete("manager", f"/customers/{row['id']}")
    assert (gone.status_code, gone.content) == (204, b"")
    assert (await shop.delete("manager", f"/customers/{row['id']}")).status_code == 404
    assert (await shop.get("manager", f"/customers/{row['id']}")).status_code == 404


async def test_head_is_get_without_a_body(shop: Shop) -> None:
    """The same status and headers."""
    row = await shop.product()
    for path in ("/products", f"/products/{row['id']}", f"/products/{MISSING}"):
        get, head = await shop.get("manager", path), await shop.call("manager", "HEAD", path)
        assert head.status_code == get.status_code
        assert head.content == b""
        for name in ("etag", "content-type", "cache-control", "vary", "content-length"):
            assert head.headers.get(name) == get.headers.get(name), name


async def test_another_method_says_which_there_are(shop: Shop) -> None:
    """405 with `Allow` (RFC 9110 §15.5.6)."""
    for method, path, allowed in (
        ("PUT", "/products", "GET, HEAD, POST"), ("POST", f"/products/{MISSING}", "DELETE, GET, HEAD, PATCH"),
        ("GET", f"/orders/{MISSING}/pay", "POST"), ("GET", "/products/bulk", "POST"),
        ("PATCH", "/products/bulk", "POST"),
    ):  # fmt: skip
        answer = await shop.call("manager", method, path)
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


async def test_what_nobody_may_do_has_no_route_and_is_not_described(shop: Shop) -> None:
    """A route that refuses everybody says nothing; what one role may do is there for all to be refused."""

    class Reports(Service[Review]):
        @action("publish")
        async def publish(self, row: Review) -> None:
            """Show it."""

        @action("withdraw")
        async def withdraw(self, row: Review) -> None:
            """Hide it."""

    fields = [each.key for each in Review.__table__.columns if each.key not in STANDARD]
    access = {Role.CLERK: allow.read() | allow.act("publish"), Role.AUDITOR: allow.create()}
    resource = Resource(Review, service=Reports, fields=fields, access=access, bulk=5)
    bound = resource.bind(shop.runtime)
    names = [route.name for route in bound.routes()]
    assert names == [
        "list_reviews",
        "create_review",
        "get_review",
        "create_reviews_in_bulk",
        "publish_review",
    ]
    described = bound.components()["schemas"]
    assert "ReviewCreate" in described
    assert "ReviewUpdate" not in described
    created = next(route for route in bound.routes() if route.name == "create_review")
    assert set((created.openapi_extra or {})["responses"]["201"]["links"]) == {"GetReview"}


async def test_a_slash_at_the_end_is_another_path(shop: Shop) -> None:
    """404, no redirect that would drop the body or the credentials."""
    assert (await shop.get("manager", "/products/")).status_code == 404
    assert (await shop.post("manager", "/products/", {})).status_code == 404


@pytest.mark.parametrize(
    "id_",
    ["1", "-1", "9" * 400, "x", "%00", "..", MISSING.replace("-", ""), f"{{{MISSING}}}", f"urn:uuid:{MISSING}", "%ff",
     f"{MISSING}%00", f"{MISSING}'--", "bulk"],
)  # fmt: skip
async def test_what_is_no_id_is_not_found(shop: Shop, id_: str) -> None:
    """For each operation; never a failure of a conversion."""
    for method, path in (
        ("GET", f"/products/{id_}"),
        ("DELETE", f"/customers/{id_}"),
        ("POST", f"/orders/{id_}/pay"),
    ):
        answer = await shop.call("manager", method, path)
        assert answer.status_code in (404, 405), (method, answer.status_code)
        assert answer.headers["content-type"] == "application/problem+json"


async def test_answers_to_a_caller_are_not_shared(shop: Shop) -> None:
    """Private, revalidated, and dependent on who asks; changes are not stored at all."""
    row = await shop.product()
    for path in ("/products", f"/products/{row['id']}"):
        headers = (await shop.get("manager", path)).headers
        assert headers["cache-control"] == "private, no-cache"
        assert {"Authorization", "Accept-Encoding"} <= {each.strip() for each in headers["vary"].split(",")}
    assert (await shop.patch("manager", f"/products/{row['id']}", {})).headers["cache-control"] == "no-store"


async def refusals(shop: Shop) -> dict[int, httpx2.Response]:
    """One refusal of each status that resources give."""
    row, tag = await shop.product(), '"7-0123456789abcdef"'
    path = f"/products/{row['id']}"
    given: dict[int, Any] = {
        400: shop.get("manager", "/products?x=1"), 401: shop.get(None, "/orders"), 403: shop.get("supplier", "/orders"),
        404: shop.get("manager", f"/products/{MISSING}"), 405: shop.call("manager", "PUT", path),
        409: shop.post("manager", "/products", {"sku": row["sku"], "title": "x", "price": "1"}),
        412: shop.patch("manager", path, {}, tag), 413: shop.post("manager", "/products", {"title": "x" * 2_000_000}),
        415: shop.call("manager", "POST", "/products", content="x"), 422: shop.post("manager", "/products", {}),
        428: shop.call("manager", "DELETE", path),
    }  # fmt: skip
    return {status: await answer for status, answer in given.items()}


async def test_every_refusal_is_a_problem(shop: Shop) -> None:
    """RFC 9457: a stable type that leads to an explanation, the status, a code, the id of the request."""
    page = (await shop.client.get("/docs/errors")).text
    for status, answer in (await refusals(shop)).items():
        found = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.status_code == found["status"] == status
        assert found["type"] == f"/docs/errors#{found['code']}"
        assert f'id="{found["code"]}"' in page
        assert found["title"]
        assert found["request_id"] == answer.headers["x-request-id"]
        assert found["code"] in set(Kind)


async def test_a_token_that_proves_nothing_is_refused(shop: Shop) -> None:
    """401 with a challenge on every operation, also on those that are open to all."""
    for value in ("Bearer x", "Basic eDp5", "Bearer", "x", "Bearer \xff"):
        for path in ("/products", "/orders"):
            answer = await shop.client.get(path, headers={b"authorization": value.encode("latin-1")})
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"].startswith("Bearer")
    twice = [("Authorization", "Bearer a"), ("Authorization", "Bearer b")]
    assert (await shop.client.get("/products", headers=twice)).status_code == 400


async def test_a_failure_tells_nothing_but_its_id(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """500 without SQL, class, path or stack; the log line has them."""
    view = shop.runtime.resources[Product].view(frozenset({"public"}))
    assert view is not None
    broken = shop.database.prepare(text("SELECT secret_column FROM nowhere"))
    monkeypatch.setitem(view._shapes, ("get", ()), broken)
    with caplog.at_level(logging.ERROR):
        answer = await shop.get(None, f"/products/{MISSING}")
    assert answer.status_code == 500
    assert set(answer.json()) == {"type", "title", "status", "code", "request_id"}
    assert "secret_column" not in answer.text
    assert any(
        "secret_column" in str(record.exc_info) or "nowhere" in str(record.exc_text)
        for record in caplog.records
    )


INJECTIONS = (
    "' OR '1'='1", "'; DROP TABLE products; --", '" OR ""="', "1) UNION SELECT password_hash FROM users --",
    "\\'; --", "%27%20OR%201=1", "${7*7}", "*", "title:x", "x' AND randomblob(1000000000) --",
)  # fmt: skip


async def test_sql_in_any_place_is_just_text(shop: Shop) -> None:
    """Query, path, header and body: nothing happens, nothing is told, nothing is lost."""
    row = await shop.product("' OR '1'='1")
    headers = await shop.headers("manager")
    for attack in INJECTIONS:
        for name in (
            "title",
            "title__contains",
            "sku__in",
            "kind",
            "price__gt",
            "q",
            "sort",
            "embed",
            "cursor",
            "limit",
        ):
            answer = await shop.client.get("/products", params={name: attack}, headers=headers)
            assert answer.status_code in (200, 400, 422), (name, attack)
            assert "$argon2" not in answer.text
            if name not in ("title", "title__contains", "q") and answer.status_code == 200:
                assert answer.json()["items"] == []
        assert (await shop.client.get(f"/products/{attack}", headers=headers)).status_code == 404
        assert (
            await shop.patch("manager", f"/products/{row['id']}", {"title": attack}, f'"{attack}"')
        ).status_code in (400, 412)
        changed = await shop.patch("manager", f"/products/{row['id']}", {"title": attack})
        assert changed.json()["title"] == attack
    assert await shop.sql("SELECT count(*) FROM products") == [(1,)]


async def test_a_resource_may_have_a_limit_of_its_own(shop: Shop) -> None:
    """Told on each answer beside the service's; above it 429 with the violated policy."""
    first = await shop.get("shopper:ada", "/reviews")
    assert '"reviews";r=499' in first.headers["ratelimit"]
    assert '"reviews";q=500;w=60' in first.headers["ratelimit-policy"]
    bound = next(each for each in shop.runtime.resources.values() if each.name == "reviews")
    assert bound.limit is not None
    for _ in range(499):
        await shop.runtime.limiter.hit(bound.limit, f"user:{shop.ids['shopper:ada']}")
    refused = await shop.get("shopper:ada", "/reviews")
    assert refused.status_code == 429
    assert refused.json()["violated-policies"] == ["reviews"]
    assert (await shop.get("shopper:bob", "/reviews")).status_code == 200
    assert (await shop.get(None, "/reviews")).status_code == 200


async def test_requests_that_are_given_up_leave_the_writer_free(shop: Shop) -> None:
    """A thousand clients that go away in the middle of a create: the next one is served."""
    body = {"title": "x", "price": "1.00"}
    tasks = [
        asyncio.create_task(shop.post("manager", "/products", {**body, "sku": f"S{n}"})) for n in range(1_000)
    ]
    for task in tasks:
        await asyncio.sleep(0)
        task.cancel()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    done = await shop.post("manager", "/products", {**body, "sku": "last"})
    assert done.status_code == 201
    acknowledged = {answer.json()["sku"] for answer in answers if isinstance(answer, httpx2.Response)}
    assert acknowledged | {"last"} <= {sku for (sku,) in await shop.sql("SELECT sku FROM products")}


async def hits(shop: Shop, who: str | None, path: str) -> tuple[int, Any]:
    """How many answers came from the cache for one GET, and the answer."""
    before = sum(each.hits for each in shop.runtime.cache.gains.values())
    answer = await shop.get(who, path)
    return sum(each.hits for each in shop.runtime.cache.gains.values()) - before, answer.json()


async def test_the_second_read_comes_from_the_cache(shop: Shop) -> None:
    """The same answer, with the same tag; another question or another role has its own."""
    row = await shop.product(cost="1.00")
    for path in ("/products", f"/products/{row['id']}", "/products?kind=small"):
        count, first = await hits(shop, "manager", path)
        assert count == 0
        assert await hits(shop, "manager", path) == (1, first)
        assert (await hits(shop, "clerk", path))[0] == 0
        assert "cost" not in str((await hits(shop, None, path))[1])


async def test_a_change_is_seen_at_once(shop: Shop) -> None:
    """Create, patch, delete and bulk let the cached answers go."""
    row = await shop.product("First")
    await hits(shop, None, "/products")
    await shop.patch("manager", f"/products/{row['id']}", {"title": "Second"})
    assert (await hits(shop, None, "/products"))[1]["items"][0]["title"] == "Second"
    await shop.post("manager", "/products/bulk", {"items": [{"sku": "B", "title": "Third", "price": "1.00"}]})
    assert len((await hits(shop, None, "/products"))[1]["items"]) == 2
    await shop.delete("manager", f"/products/{row['id']}")
    assert len((await hits(shop, None, "/products"))[1]["items"]) == 1


async def test_a_change_that_is_refused_lets_nothing_go(shop: Shop) -> None:
    """What did not happen changes no answer."""
    await shop.product(sku="A")
    await hits(shop, None, "/products")
    assert (
        await shop.post("manager", "/products", {"sku": "A", "title": "x", "price": "1.00"})
    ).status_code == 409
    assert (await hits(shop, None, "/products"))[0] == 1


async def test_answers_that_show_or_ask_others_go_with_them(shop: Shop) -> None:
    """An embedded customer, a filter through one, an action, a cascade, and a write by hand."""
    customer, product = await shop.customer("Ada"), await shop.product()
    order = await shop.made("/orders", customer_id=customer["id"])
    await shop.made("/lines", order_id=order["id"], product_id=product["id"])
    paths = (
        "/orders?embed=customer",
        "/orders?customer.name=Ada",
        "/lines?embed=order",
        "/lines?order.state=open",
        "/lines",
    )
    for path in paths:
        await hits(shop, "manager", path)
        assert (await hits(shop, "manager", path))[0] == 1, path
    await shop.patch("manager", f"/customers/{customer['id']}", {"name": "Eve"})
    assert (await hits(shop, "manager", paths[0]))[1]["items"][0]["customer"]["name"] == "Eve"
    assert (await hits(shop, "manager", paths[1]))[1]["items"] == []
    assert (await hits(shop, "manager", paths[4]))[0] == 1
    await shop.post("manager", f"/orders/{order['id']}/pay")
    assert (await hits(shop, "manager", paths[2]))[1]["items"][0]["order"]["state"] == "paid"
    assert (await hits(shop, "manager", paths[3]))[1]["items"] == []
    await hits(shop, "manager", "/orders")
    async with shop.database.work() as work:
        await work.session.execute(update(Customer).values(name="Sam"))
    assert (await hits(shop, "manager", paths[0]))[1]["items"][0]["customer"]["name"] == "Sam"
    await shop.delete("manager", f"/orders/{order['id']}")
    assert (await hits(shop, "manager", paths[4]))[1]["items"] == []


async def test_what_an_action_writes_elsewhere_is_seen(shop: Shop) -> None:
    """Rows that business code adds through the session."""
    order = await shop.made("/orders", customer_id=(await shop.customer())["id"])
    await hits(shop, "manager", "/orders")
    await shop.post("manager", f"/orders/{order['id']}/split")
    assert len((await hits(shop, "manager", "/orders"))[1]["items"]) == 2


async def test_answers_that_depend_on_the_caller_are_not_cached(shop: Shop) -> None:
    """Two customers ask the same question with the same roles: each gets their own orders."""
    ada, bob = await shop.shopper("ada"), await shop.shopper("bob")
    for customer in (ada, bob):
        await shop.made("/orders", customer_id=customer["id"])
    for who, customer in (("shopper:ada", ada), ("shopper:bob", bob)):
        for path in ("/orders", "/orders?embed=customer", "/lines", "/orders?customer.name__not=x"):
            count, found = await hits(shop, who, path)
            assert count == 0
            assert {row.get("customer_id", customer["id"]) for row in found["items"]} <= {customer["id"]}


async def test_fields_that_depend_on_the_caller_are_not_cached(shop: Shop) -> None:
    """Two clerks who are customers: all rows for both, but each sees only their own telephone number."""
    for who, phone in (("clerk+shopper:a", "+49 111"), ("clerk+shopper:b", "+49 222")):
        await shop.headers(who)
        await shop.customer(who[-1], account_id=str(shop.ids[who]), phone=phone)
    bound = shop.runtime.resources[Customer]
    view = bound.view(frozenset({"clerk", "shopper"}))
    assert view is not None
    assert view.row_ruled
    for who, phone in (("clerk+shopper:a", "+49 111"), ("clerk+shopper:b", "+49 222")):
        found = (await shop.get(who, "/customers")).json()["items"]
        assert {row["phone"] for row in found if row["phone"]} == {phone}


async def test_pages_after_the_first_are_read_from_the_database(shop: Shop) -> None:
    """A cache of every place in every list would hold nothing but strangers."""
    for _ in range(3):
        await shop.product()
    cursor = (await hits(shop, None, "/products?limit=1"))[1]["next"]
    path = f"/products?limit=1&cursor={cursor}"
    assert [(await hits(shop, None, path))[0] for _ in range(2)] == [0, 0]
