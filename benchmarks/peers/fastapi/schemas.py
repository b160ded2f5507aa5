"""What goes over the wire, as Pydantic models."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, EmailStr, Field


class Status(StrEnum):
    OPEN = "open"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    ON_HOLD = "on_hold"
    DONE = "done"
    CANCELLED = "cancelled"


class Priority(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


Title = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(max_length=10_000)]


class Shown(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    created_at: datetime
    updated_at: datetime


class AssetOut(Shown):
    name: str
    tag: str
    category: str | None
    location: str | None
    status: str
    installed_on: date | None
    description: str | None


class TechnicianOut(Shown):
    name: str
    email: str
    phone: str | None
    trade: str | None
    active: bool
    account_id: UUID | None


class WorkOrderOut(Shown):
    title: str
    description: str | None
    status: Status
    priority: Priority
    due_at: datetime | None
    asset_id: UUID
    assignee_id: UUID | None
    notes: str | None
    completed_at: datetime | None


class WorkOrderWithRelations(WorkOrderOut):
    asset: AssetOut
    assignee: TechnicianOut | None


class WorkOrderPage(BaseModel):
    items: list[WorkOrderWithRelations]


class WorkOrderCreate(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: Title
    description: Text | None = None
    priority: Priority = Priority.NORMAL
    due_at: datetime | None = None
    asset_id: UUID
    assignee_id: UUID | None = None
    notes: Text | None = None


class WorkOrderUpdate(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: Title | None = None
    description: Text | None = None
    status: Status | None = None
    priority: Priority | None = None
    due_at: datetime | None = None
    asset_id: UUID | None = None
    assignee_id: UUID | None = None
    notes: Text | None = None


class AttachmentOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    media_type: str
    size: int
    sha256: str
    created_at: datetime


class Credentials(BaseModel):
    email: EmailStr
    password: str


class Token(BaseModel):
    access_token: str
    token_type: str = "bearer"
