"""What is stored about technicians."""

from uuid import UUID

from backwright.entity import Email, Entity, Phone
from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from work_orders.accounts.models import User


class Technician(Entity):
    """A person who carries out work orders."""

    __tablename__ = "technicians"
    __table_args__ = (
        Index("ix_technicians_active_id", "active", "id"),
        Index("ix_technicians_trade_id", "trade", "id"),
        Index("ix_technicians_name_id", "name", "id"),
        Index("ix_technicians_created_at_id", "created_at", "id"),
    )

    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[Email] = mapped_column(unique=True)
    phone: Mapped[Phone | None]
    trade: Mapped[str | None] = mapped_column(String(100))
    active: Mapped[bool] = mapped_column(default=True)
    account_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("users.id", ondelete="SET NULL"),
        unique=True,
        doc="The account they sign in with.",
    )

    account: Mapped[User | None] = relationship()
