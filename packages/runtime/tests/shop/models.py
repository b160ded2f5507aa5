"""What the shop stores."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from backwright.accounts import Account
from backwright.entity import Email, Entity, FixedPoint, Money, Phone, Url, between, set_by_actor
from sqlalchemy import BigInteger, ForeignKey, Index, String, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship


class User(Account):
    """A person's account."""

    __tablename__ = "users"


class Customer(Entity):
    """Somebody who buys."""

    __tablename__ = "customers"

    name: Mapped[str] = mapped_column(String(100))
    email: Mapped[Email] = mapped_column(unique=True)
    phone: Mapped[Phone | None]
    website: Mapped[Url | None]
    born: Mapped[date | None]
    vip: Mapped[bool] = mapped_column(default=False)
    credit: Mapped[Money] = mapped_column(default=Decimal(0))
    points: Mapped[int] = mapped_column(BigInteger, default=0, info=between(0))
    profile: Mapped[dict[str, Any] | None]
    labels: Mapped[list[str] | None]
    warning: Mapped[str | None] = mapped_column(String(200))
    """What the staff says about them: never in the API."""
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), unique=True)
    referred_by_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("customers.id", ondelete="SET NULL"), index=True
    )

    account: Mapped[User | None] = relationship()
    referred_by: Mapped["Customer | None"] = relationship(remote_side="Customer.id")


class Kind(StrEnum):
    SMALL = "small"
    LARGE = "large"
    HUGE = "huge"


class Product(Entity):
    """Something that is sold."""

    __tablename__ = "products"
    __table_args__ = (
        Index("ix_products_kind_id", "kind", "id"),
        Index("ix_products_price_id", "price", "id"),
        Index("ix_products_released_id", "released", "id"),
    )

    sku: Mapped[str] = mapped_column(String(20), unique=True)
    title: Mapped[str] = mapped_column(String(100))
    description: Mapped[str | None] = mapped_column(String(2_000))
    kind: Mapped[Kind] = mapped_column(default=Kind.SMALL)
    price: Mapped[Money] = mapped_column(info=between(0, 100_000))
    cost: Mapped[Money | None]
    weight: Mapped[Decimal | None] = mapped_column(FixedPoint(8, 3))
    stock: Mapped[int] = mapped_column(default=0, info=between(0, 1_000_000))
    released: Mapped[date | None]
    offered: Mapped[bool] = mapped_column(default=True)
    origin: Mapped[str] = mapped_column(String(2), server_default="DE")


class State(StrEnum):
    OPEN = "open"
    PAID = "paid"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"


class Order(Entity):
    """What a customer wants to buy."""

    __tablename__ = "orders"
    __table_args__ = (
        Index("ix_orders_state_id", "state", "id"),
        Index("ix_orders_due_at_id", "due_at", "id"),
    )

    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id", ondelete="RESTRICT"), index=True)
    placed_by_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="RESTRICT"), index=True, info=set_by_actor()
    )
    state: Mapped[State] = mapped_column(default=State.OPEN)
    due_at: Mapped[datetime | None]
    paid_at: Mapped[datetime | None]
    note: Mapped[str | None] = mapped_column(String(500))
    margin: Mapped[Money | None]

    customer: Mapped[Customer] = relationship()
    placed_by: Mapped[User] = relationship()


class Line(Entity):
    """One product of an order."""

    __tablename__ = "lines"
    __table_args__ = (UniqueConstraint("order_id", "product_id"),)

    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"), index=True)
    product_id: Mapped[UUID] = mapped_column(ForeignKey("products.id", ondelete="RESTRICT"), index=True)
    quantity: Mapped[int] = mapped_column(default=1, info=between(1, 999))

    order: Mapped[Order] = relationship()
    product: Mapped[Product] = relationship()


class Review(Entity):
    """What somebody thinks of a product."""

    __tablename__ = "reviews"

    product_id: Mapped[UUID] = mapped_column(ForeignKey("products.id", ondelete="CASCADE"), index=True)
    author_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="RESTRICT"), index=True, info=set_by_actor()
    )
    rating: Mapped[int] = mapped_column(info=between(1, 5))
    words: Mapped[str] = mapped_column(String(1_000), default="")
    approved: Mapped[bool] = mapped_column(default=False)

    product: Mapped[Product] = relationship()
    author: Mapped[User] = relationship()


def table(entity: type[Entity]) -> Table:
    """The table of a class."""
    found = entity.__table__
    assert isinstance(found, Table)
    return found
