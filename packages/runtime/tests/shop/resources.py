"""What the API of the shop exposes, to whom, and what can be done beyond the obvious."""

from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from backwright.access import allow, matching, own
from backwright.accounts import Accounts
from backwright.actor import PUBLIC, SIGNED_IN
from backwright.cache import Cache
from backwright.context import now
from backwright.errors import Conflict
from backwright.resource import Resource
from backwright.service import Service, action

from shop.models import Customer, Line, Order, Product, Review, State, User


class Role(StrEnum):
    MANAGER = "manager"
    CLERK = "clerk"
    SHOPPER = "shopper"
    AUDITOR = "auditor"
    SUPPLIER = "supplier"
    """Sends products in and reads nothing."""


accounts = Accounts(User, roles=Role, admin=Role.MANAGER, register_as=Role.SHOPPER)

me = own(Customer.account_id)
mine = own(Order.customer_id, Customer.account_id)
of_mine = own(Line.order_id, Order.customer_id, Customer.account_id)
by_me = own(Review.author_id)
approved = matching(lambda row: row.approved.is_(True))

customers = Resource(
    Customer,
    fields=(
        "name", "email", "phone", "website", "born", "vip", "credit", "points", "profile", "labels",
        "account_id", "referred_by_id",
    ),
    hidden=("warning",),
    read_only=("points",),
    filters=("name", "email", "phone", "born", "vip", "credit", "points", "referred_by.credit", "referred_by.name"),
    sorts=("name", "born", "credit", "points", "created_at"),
    search=("name", "phone"),
    embeds=("referred_by",),
    access={
        Role.MANAGER: allow.everything,
        Role.CLERK: allow.read("name", "email", "vip", "referred_by_id") | allow.update("vip"),
        Role.SHOPPER: allow.read(where=me) | allow.update("phone", "website", "referred_by_id", where=me),
        Role.AUDITOR: allow.read(),
    },
)  # fmt: skip

products = Resource(
    Product,
    fields=(
        "sku", "title", "description", "kind", "price", "cost", "weight", "stock", "released", "offered", "origin",
    ),
    filters=("sku", "title", "kind", "price", "cost", "weight", "stock", "released", "offered", "created_at"),
    sorts=("title", "kind", "price", "released", "stock", "created_at"),
    search=("title", "description"),
    access={
        Role.MANAGER: allow.everything,
        Role.CLERK: allow.read() | allow.update("stock"),
        Role.SUPPLIER: allow.create(),
        PUBLIC: allow.read(
            "sku", "title", "description", "kind", "price", "weight", "released", "offered", "origin"
        ),
    },
    cache=Cache(seconds=30),
    bulk=20,
    require_match=True,
)  # fmt: skip


class Orders(Service[Order]):
    """The life of an order."""

    state = Order.state
    transitions = {State.OPEN: {State.PAID, State.CANCELLED}, State.PAID: {State.SHIPPED}}

    async def create(self, values: dict[str, Any]) -> dict[str, Any]:
        """A new order; its margin is ours to say."""
        return await super().create({**values, "margin": Decimal("12.50")})

    @action("pay")
    async def pay(self, row: Order) -> None:
        """Note that the money has come."""
        self.move(row, State.PAID)
        row.paid_at = now()

    @action("ship")
    async def ship(self, row: Order, carrier: str, parcels: int = 1, note: str | None = None) -> None:
        """Send it out."""
        if parcels < 1:
            raise Conflict("There is nothing to send.")
        self.move(row, State.SHIPPED)
        row.note = note or f"{parcels} by {carrier}"

    @action("hand_over")
    async def hand_over(self, row: Order, customer_id: UUID) -> None:
        """Give the order to another customer."""
        row.customer_id = customer_id

    @action("split", from_={State.OPEN, State.PAID})
    async def split(self, row: Order) -> None:
        """Make a second order for the same customer, and note it on the first."""
        self.session.add(Order(customer_id=row.customer_id, placed_by_id=self.actor.id, note="split off"))
        await self.work.flush()
        row.note = "split"

    @action("discard")
    async def discard(self, row: Order) -> None:
        """Take the order away altogether."""
        await self.session.delete(row)


orders = Resource(
    Order,
    service=Orders,
    fields=("customer_id", "placed_by_id", "state", "due_at", "paid_at", "note", "margin"),
    read_only=("paid_at", "margin"),
    filters=("state", "due_at", "customer_id", "note", "customer.name", "customer.credit", "customer.vip"),
    sorts=("due_at", "state", "created_at"),
    embeds=("customer", "placed_by"),
    access={
        Role.MANAGER: allow.everything,
        Role.CLERK: allow.read("customer_id", "state", "due_at", "note")
        | allow.create("customer_id", "due_at", "note")
        | allow.update("state", "due_at")
        | allow.act("pay", "ship"),
        Role.SHOPPER: allow.read("customer_id", "state", "due_at", "note", where=mine)
        | allow.create("customer_id", "note", where=mine)
        | allow.update("note", "customer_id", where=mine)
        | allow.delete(where=mine)
        | allow.act("pay", "hand_over", where=mine),
        Role.AUDITOR: allow.read(),
    },
    cache=Cache(seconds=30),
)

lines = Resource(
    Line,
    fields=("order_id", "product_id", "quantity"),
    filters=("order_id", "product_id", "quantity", "order.state", "product.cost"),
    embeds=("order", "product"),
    access={
        Role.MANAGER: allow.everything,
        Role.CLERK: allow.read(),
        Role.SHOPPER: allow.read(where=of_mine)
        | allow.create(where=of_mine)
        | allow.update("quantity", where=of_mine)
        | allow.delete(where=of_mine),
    },
    cache=Cache(seconds=30),
    bulk=5,
)

reviews = Resource(
    Review,
    fields=("product_id", "author_id", "rating", "words", "approved"),
    filters=("rating", "product_id", "approved", "words"),
    sorts=("rating", "created_at"),
    search=("words",),
    embeds=("product",),
    access={
        Role.MANAGER: allow.everything,
        PUBLIC: allow.read(where=approved),
        SIGNED_IN: allow.read(where=by_me)
        | allow.create("product_id", "rating", "words")
        | allow.update("rating", "words", where=by_me)
        | allow.delete(where=by_me),
    },
    limit="500/minute",
)

resources = (customers, products, orders, lines, reviews)
