"""What is stored about work orders."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from backwright.entity import Entity
from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from work_orders.assets.models import Asset
from work_orders.technicians.models import Technician


class WorkOrderStatus(StrEnum):
    OPEN = "open"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    ON_HOLD = "on_hold"
    DONE = "done"
    CANCELLED = "cancelled"


class WorkOrderPriority(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class WorkOrder(Entity):
    """A job to be done on an asset."""

    __tablename__ = "work_orders"
    __table_args__ = (
        Index("ix_work_orders_status_id", "status", "id"),
        Index("ix_work_orders_priority_id", "priority", "id"),
        Index("ix_work_orders_assignee_id_id", "assignee_id", "id"),
        Index("ix_work_orders_asset_id_id", "asset_id", "id"),
        Index("ix_work_orders_created_at_id", "created_at", "id"),
        Index("ix_work_orders_due_at_id", "due_at", "id"),
    )

    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str | None] = mapped_column(String(10_000))
    status: Mapped[WorkOrderStatus] = mapped_column(default=WorkOrderStatus.OPEN)
    priority: Mapped[WorkOrderPriority] = mapped_column(default=WorkOrderPriority.NORMAL)
    due_at: Mapped[datetime | None]
    asset_id: Mapped[UUID] = mapped_column(ForeignKey("assets.id", ondelete="RESTRICT"))
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey("technicians.id", ondelete="SET NULL"))
    notes: Mapped[str | None] = mapped_column(String(10_000))
    completed_at: Mapped[datetime | None]

    asset: Mapped[Asset] = relationship()
    assignee: Mapped[Technician | None] = relationship()
