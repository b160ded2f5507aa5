"""Rules over the caller's attributes and the request: they are part of the statement, on every engine."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest
from backwright import access_attributes
from backwright.access import Access, Rows, allow, matching
from backwright.access_attributes import during, from_networks, of_actor, of_request, requests, signed_in_by
from backwright.access_words import rows_in_words
from backwright.actor import PUBLIC, signed_in
from backwright.app import create_app
from backwright.context import Context, current
from backwright.resource import BoundResource, Resource
from shop.models import Customer, Order, Product, table
from shop.resources import Role, accounts, customers
from shop.service import Shop, running, settings, template
from sqlalchemy import Integer

FIELDS = (
    "sku", "title", "description", "kind", "price", "cost", "weight", "stock", "released", "offered", "origin",
)  # fmt: skip
affordable = matching(lambda row: row.price <= of_actor(Customer.credit))
SHOPPER = frozenset({"shopper", "signed_in", "public"})


def bound(shop: Shop, access: Access) -> BoundResource:
    """The products under other rules for shoppers."""
    return Resource(Product, fields=FIELDS, access={Role.SHOPPER: access}).bind(shop.runtime)


async def seen(products: BoundResource, actor_id: UUID) -> set[str]:
    """The titles that a shopper gets one by one, which are those that they get as a list."""
    from backwright.listing import ListQuery

    view = products.view(SHOPPER)
    assert view is not None
    actor = signed_in(actor_id, frozenset({"shopper"}))
    page = await view.page(actor, ListQuery(total=True))
    listed = {item.title for item in page.items}
    assert page.total == (len(listed), True)
    return listed


@asynccontextmanager
async def asked(**given: Any) -> AsyncIterator[None]:
    """A request with these facts."""
    token = current.set(Context(**given))
    try:
        yield
    finally:
        current.reset(token)


async def test_rows_are_compared_with_the_callers_own_value(shop: Shop) -> None:
    """Each shopper sees what their credit pays for; who has no row, or a program, sees nothing."""
    for name, price in (("Lamp", "10.00"), ("Sofa", "900.00")):
        await shop.product(name, price=price)
    await shop.shopper("ada")
    rich = await shop.shopper("bob")
    await shop.patch("manager", f"/customers/{rich['id']}", {"credit": "1000.00"})
    poor = await shop.shopper("cyd")
    await shop.patch("manager", f"/customers/{poor['id']}", {"credit": "10.00"})
    await shop.headers("shopper:nobody")
    products = bound(shop, allow.read(where=affordable))
    assert await seen(products, shop.ids["shopper:bob"]) == {"Lamp", "Sofa"}
    assert await seen(products, shop.ids["shopper:cyd"]) == {"Lamp"}
    assert await seen(products, shop.ids["shopper:ada"]) == set()
    assert await seen(products, shop.ids["shopper:nobody"]) == set()


async def test_a_change_of_the_attribute_counts_at_once(shop: Shop) -> None:
    """It is read by the statement itself: no cache knows an old value."""
    await shop.product("Lamp", price="10.00")
    row = await shop.shopper("ada")
    products = bound(shop, allow.read(where=affordable))
    for credit, titles in (("10.00", {"Lamp"}), ("9.99", set()), ("11.00", {"Lamp"})):
        await shop.patch("manager", f"/customers/{row['id']}", {"credit": credit})
        assert await seen(products, shop.ids["shopper:ada"]) == titles


async def test_changes_and_new_rows_obey(shop_there: Shop, lent: str) -> None:
    """A row must lie within the rule before and after; both ways of writing agree."""
    shop = shop_there
    row = await shop.product("Lamp", price="10.00")
    customer = await shop.shopper("ada")
    await shop.patch("manager", f"/customers/{customer['id']}", {"credit": "50.00"})
    rules = allow.read() | allow.update("price", "title", where=affordable) | allow.create(where=affordable)
    async with attributes_app(lent, {Role.SHOPPER: rules}, caller=shop.ids["shopper:ada"]) as client:

        async def patch(body: dict[str, Any]) -> int:
            answer = await client.patch(f"/products/{row['id']}", json=body)
            return answer.status_code

        assert await patch({"title": "Light"}) == 200
        assert await patch({"price": "50.00"}) == 200
        assert await patch({"price": "50.01"}) == 403
        new = {"sku": "N1", "title": "New"}
        assert (await client.post("/products", json={**new, "price": "50.01"})).status_code == 403
        assert (await client.post("/products", json={**new, "price": "50.00"})).status_code == 201
        await shop.patch("manager", f"/customers/{customer['id']}", {"credit": "49.00"})
        assert await patch({"title": "Lamp"}) == 403


@pytest.fixture
def lent(tmp_path: Path, engine: str) -> Iterator[str]:
    """A database for two: the shop, and the same products under other rules."""
    url = template(engine).lend(tmp_path, "shop.db")
    yield url
    template(engine).give_back(url)


@pytest.fixture
async def shop_there(tmp_path: Path, engine: str, lent: str) -> AsyncIterator[Shop]:
    """The shop on that database."""
    async with running(tmp_path, engine, url=lent) as found:
        yield found


@asynccontextmanager
async def attributes_app(
    lent: str, access: dict[Any, Access], address: str = "192.0.2.7", caller: UUID | None = None
) -> AsyncIterator[httpx2.AsyncClient]:
    """The products there under other rules, called from an address."""
    given = settings(Path("var"), lent)
    app = create_app(
        given, title="Rules", accounts=accounts,
        resources=(customers, Resource(Product, fields=FIELDS, access=access)),
    )  # fmt: skip
    async with app.router.lifespan_context(app):
        transport = httpx2.ASGITransport(app=app, client=(address, 4711))
        headers = {}
        if caller is not None:
            tokens = await app.state.runtime.accounts.open_session(caller)
            headers = {"Authorization": f"Bearer {tokens.access_token}"}
        async with httpx2.AsyncClient(
            transport=transport, base_url="http://localhost", headers=headers
        ) as client:
            yield client


async def test_a_network_is_asked_of_each_request(shop_there: Shop, lent: str) -> None:
    """Compiled once, answered anew: an address outside sees an empty list and no row."""
    row = await shop_there.product("Lamp")
    office = {PUBLIC: allow.read(where=from_networks("192.0.2.0/24", "2001:db8::/32"))}
    for address, found in (
        ("192.0.2.7", 1),
        ("198.51.100.1", 0),
        ("2001:db8::1", 1),
        ("::ffff:192.0.2.9", 1),
    ):
        async with attributes_app(lent, office, address) as client:
            assert len((await client.get("/products")).json()["items"]) == found, address
            status = (await client.get(f"/products/{row['id']}")).status_code
            assert status == (200 if found else 404), address


@pytest.mark.parametrize(
    ("rule", "moment", "holds"),
    [
        (during(8, 18, zone="UTC"), "2026-11-21T08:00", True), (during(8, 18, zone="UTC"), "2026-11-21T07:59", False),
        (during(8, 18, zone="UTC"), "2026-11-21T18:00", False),
        (during(8, 18, zone="Europe/Berlin"), "2026-07-01T06:00", True),  # summer time there
        (during(8, 18, zone="Europe/Berlin"), "2026-12-01T06:30", False),
        (during(time(22, 30), 6, zone="UTC"), "2026-11-21T23:00", True),
        (during(time(22, 30), 6, zone="UTC"), "2026-11-21T05:59", True),
        (during(time(22, 30), 6, zone="UTC"), "2026-11-21T12:00", False),
        (during(8, 24, zone="UTC"), "2026-11-21T23:59", True),
        (during(8, 18, zone="UTC", days=frozenset(range(5))), "2026-11-21T12:00", False),  # a Saturday
        (during(8, 18, zone="UTC", days=frozenset(range(5))), "2026-11-20T12:00", True),
        (during(22, 6, zone="UTC", days=frozenset({4})), "2026-11-21T05:00", True),  # the night of a Friday
        (during(22, 6, zone="UTC", days=frozenset({5})), "2026-11-21T05:00", False),
    ],
)  # fmt: skip
async def test_hours_are_those_of_a_place(
    sqlite_shop: Shop, monkeypatch: pytest.MonkeyPatch, rule: Rows, moment: str, holds: bool
) -> None:
    """From the first minute until before the last, over midnight, over the change of clocks."""
    await sqlite_shop.product("Lamp")
    await sqlite_shop.headers("shopper:ada")
    products = bound(sqlite_shop, allow.read(where=rule))
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    monkeypatch.setattr(access_attributes, "now", lambda: at)
    assert await seen(products, sqlite_shop.ids["shopper:ada"]) == ({"Lamp"} if holds else set())


async def test_the_way_of_signing_in(shop: Shop) -> None:
    """A person with a token, not a program; without a request, nobody."""
    await shop.product("Lamp")
    await shop.headers("shopper:ada")
    id_ = shop.ids["shopper:ada"]
    products = bound(shop, allow.read(where=signed_in_by("token")))
    for method, titles in (("token", {"Lamp"}), ("oauth", set())):
        async with asked(actor=signed_in(id_, frozenset(), method=method)):
            assert await seen(products, id_) == titles
    assert await seen(products, id_) == set()


async def test_a_function_of_ones_own_decides(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    """Asked once for each statement, with the request; what it cannot answer grants nothing and is logged."""
    for stock in (1, 5):
        await shop.product(f"{stock}", stock=stock)
    limits = {"ada": 3, "bob": 9}
    known = of_request(lambda context: limits[context.path], Integer(), said="the limit of the caller")
    products = bound(shop, allow.read(where=matching(lambda row: row.stock < known)))
    await shop.headers("shopper:ada")
    for path, titles in (("ada", {"1"}), ("bob", {"1", "5"}), ("eve", set())):
        async with asked(path=path):
            assert await seen(products, shop.ids["shopper:ada"]) == titles
    assert "a rule could not be asked" in caplog.text


async def test_rules_are_joined(shop: Shop) -> None:
    """Truth table of two conditions, one over the request and one over the row; missing grants nothing."""
    await shop.product("Lamp", cost="5.00")
    await shop.product("Sofa", cost="50.00")
    await shop.product("Desk")  # no cost
    await shop.headers("shopper:ada")
    id_ = shop.ids["shopper:ada"]
    cheap = matching(lambda row: row.cost < 10)
    for answer, both, either in (
        (True, {"Lamp"}, {"Lamp", "Sofa", "Desk"}), (False, set(), {"Lamp"}), (None, set(), {"Lamp"}),
    ):  # fmt: skip
        here = requests(lambda _, answer=answer: answer, said="it is so")  # type: ignore[misc]
        assert await seen(bound(shop, allow.read(where=here & cheap)), id_) == both
        assert await seen(bound(shop, allow.read(where=here | cheap)), id_) == either


async def test_actions_are_asked_through_the_orm_as_well(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same condition in the statement that loads the row of an action."""
    from shop.resources import Orders

    orders = Resource(
        Order, service=Orders, fields=("customer_id", "placed_by_id", "state"),
        access={Role.CLERK: allow.read() | allow.act(where=during(8, 18, zone="UTC"))},
    ).bind(shop.runtime)  # fmt: skip
    customer = await shop.customer()
    await shop.headers("clerk")
    actor = signed_in(shop.ids["clerk"], frozenset({"clerk"}))
    from backwright.errors import Forbidden

    for hour, refused in ((7, True), (9, False)):
        order = await shop.made("/orders", customer_id=customer["id"])
        monkeypatch.setattr(
            access_attributes, "now", lambda hour=hour: datetime(2026, 11, 21, hour, tzinfo=UTC)
        )
        async with shop.database.work() as work:
            act = orders.service(actor, work).act(orders.actions["pay"], UUID(order["id"]), {})
            if refused:
                with pytest.raises(Forbidden):
                    await act
            else:
                assert (await act)["state"] == "paid"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: of_actor(Order.note), "needs one unique reference to the accounts"),
        (lambda: during(8, 8, zone="UTC"), "not empty"), (lambda: during(8, 25, zone="UTC"), "25 is no hour"),
        (lambda: during(8, 9, zone="Mars/Olympus"), "is no time zone"), (lambda: from_networks(), "at least one"),
        (lambda: during(8, 9, zone="UTC", days=frozenset({7})), "days from 0"),
        (lambda: from_networks("192.0.2.1/24"), "host bits set"), (lambda: signed_in_by("magic"), "say which of"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_where_it_is_written(make: Any, words: str) -> None:
    """Before anything runs."""
    with pytest.raises(TypeError, match=words):
        make()


def test_attributes_have_words() -> None:
    """For the matrix and for explanations."""
    rule = (
        affordable
        & during(8, 18, zone="Europe/Berlin", days=frozenset({0, 1}))
        & from_networks("192.0.2.0/24")
    )
    assert rows_in_words(rule, table(Product)) == (
        "its price is at most the caller's customer's credit and the time in Europe/Berlin is from 08:00 until 18:00 "
        "on Monday, Tuesday and the caller's address is in 192.0.2.0/24"
    )
