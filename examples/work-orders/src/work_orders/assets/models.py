"""What is stored about assets."""

from datetime import date
from enum import StrEnum

from backwright.entity import Entity
from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column


class AssetStatus(StrEnum):
    ACTIVE = "active"
    OUT_OF_SERVICE = "out_of_service"
    RETIRED = "retired"


class Asset(Entity):
    """A machine, building or vehicle that needs work."""

    __tablename__ = "assets"
    __table_args__ = (
        Index("ix_assets_status_id", "status", "id"),
        Index("ix_assets_category_id", "category", "id"),
        Index("ix_assets_location_id", "location", "id"),
        Index("ix_assets_name_id", "name", "id"),
        Index("ix_assets_created_at_id", "created_at", "id"),
    )

    name: Mapped[str] = mapped_column(String(200))
    tag: Mapped[str] = mapped_column(String(50), unique=True, doc="The number on its label.")
    category: Mapped[str | None] = mapped_column(String(100))
    location: Mapped[str | None] = mapped_column(String(200))
    status: Mapped[AssetStatus] = mapped_column(default=AssetStatus.ACTIVE)
    installed_on: Mapped[date | None]
    description: Mapped[str | None] = mapped_column(String(10_000))
