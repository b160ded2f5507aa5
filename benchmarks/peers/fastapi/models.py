"""The tables, as SQLAlchemy's ORM declares them."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

from sqlalchemy import DateTime, ForeignKey, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


def now() -> datetime:
    return datetime.now(UTC)


class Base(DeclarativeBase):
    type_annotation_map = {datetime: DateTime(timezone=True)}


class Row:
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)


class User(Base):
    __tablename__ = "users"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(20))
    password_hash: Mapped[str] = mapped_column(String(255))
    is_active: Mapped[bool]


class Asset(Row, Base):
    __tablename__ = "assets"

    name: Mapped[str] = mapped_column(String(200))
    tag: Mapped[str] = mapped_column(String(50), unique=True)
    category: Mapped[str | None] = mapped_column(String(100))
    location: Mapped[str | None] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(63))
    installed_on: Mapped[date | None]
    description: Mapped[str | None] = mapped_column(String(10_000))


class Technician(Row, Base):
    __tablename__ = "technicians"

    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254), unique=True)
    phone: Mapped[str | None] = mapped_column(String(32))
    trade: Mapped[str | None] = mapped_column(String(100))
    active: Mapped[bool]
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))


class WorkOrder(Row, Base):
    __tablename__ = "work_orders"

    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str | None] = mapped_column(String(10_000))
    status: Mapped[str] = mapped_column(String(63), default="open")
    priority: Mapped[str] = mapped_column(String(63), default="normal")
    due_at: Mapped[datetime | None]
    asset_id: Mapped[UUID] = mapped_column(ForeignKey("assets.id"))
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey("technicians.id"))
    notes: Mapped[str | None] = mapped_column(String(10_000))
    completed_at: Mapped[datetime | None]

    asset: Mapped[Asset] = relationship()
    assignee: Mapped[Technician | None] = relationship()


class Attachment(Base):
    __tablename__ = "attachments"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    work_order_id: Mapped[UUID] = mapped_column(ForeignKey("work_orders.id"))
    name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(127))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=now)
