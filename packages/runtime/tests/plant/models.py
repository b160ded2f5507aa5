"""What firms keep: machines, people who repair them, and repairs; and kinds of machines, which all firms share."""

from enum import StrEnum
from uuid import UUID

from backwright.entity import Entity, TenantKey, tenant
from backwright.tenants import Tenant
from sqlalchemy import ForeignKey, Index, String, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship


class Firm(Tenant):
    """A tenant."""

    __tablename__ = "plant_firms"

    motto: Mapped[str | None] = mapped_column(String(100))


class Make(Entity):
    """A kind of machine: the same for all firms."""

    __tablename__ = "plant_makes"

    name: Mapped[str] = mapped_column(String(50), unique=True)


class Mechanic(Entity):
    """Somebody who repairs."""

    __tablename__ = "plant_mechanics"

    firm_id: Mapped[UUID] = mapped_column(ForeignKey("plant_firms.id", ondelete="RESTRICT"), info=tenant())
    name: Mapped[str] = mapped_column(String(50))


class Person(Entity):
    """Whom the service would take for an account."""

    __tablename__ = "plant_people"

    firm_id: Mapped[UUID] = mapped_column(ForeignKey("plant_firms.id", ondelete="RESTRICT"), info=tenant())


class Condition(StrEnum):
    RUNNING = "running"
    BROKEN = "broken"


class Machine(Entity):
    """A machine."""

    __tablename__ = "plant_machines"
    __table_args__ = (
        UniqueConstraint("firm_id", "serial"),
        TenantKey("firm_id", "keeper_id", "plant_mechanics", ondelete="SET NULL"),
        TenantKey("firm_id", "after_id", "plant_machines", ondelete="SET NULL"),
        Index("ix_plant_machines_firm_id_condition_id", "firm_id", "condition", "id"),
    )

    firm_id: Mapped[UUID] = mapped_column(ForeignKey("plant_firms.id", ondelete="RESTRICT"), info=tenant())
    serial: Mapped[str] = mapped_column(String(20))
    note: Mapped[str | None] = mapped_column(String(500))
    condition: Mapped[Condition] = mapped_column(default=Condition.RUNNING)
    make_id: Mapped[UUID | None] = mapped_column(ForeignKey("plant_makes.id", ondelete="SET NULL"))
    keeper_id: Mapped[UUID | None] = mapped_column(ForeignKey("plant_mechanics.id", ondelete="SET NULL"))
    after_id: Mapped[UUID | None] = mapped_column(ForeignKey("plant_machines.id", ondelete="SET NULL"))

    make: Mapped[Make | None] = relationship()
    keeper: Mapped[Mechanic | None] = relationship(foreign_keys=[keeper_id])


class Repair(Entity):
    """Work on a machine."""

    __tablename__ = "plant_repairs"
    __table_args__ = (TenantKey("firm_id", "machine_id", "plant_machines", ondelete="RESTRICT"),)

    firm_id: Mapped[UUID] = mapped_column(ForeignKey("plant_firms.id", ondelete="RESTRICT"), info=tenant())
    machine_id: Mapped[UUID] = mapped_column(ForeignKey("plant_machines.id", ondelete="RESTRICT"))
    title: Mapped[str] = mapped_column(String(100))

    machine: Mapped[Machine] = relationship(foreign_keys=[machine_id])


def tables() -> list[Table]:
    """The tables of the service."""
    found = [each.__table__ for each in (Firm, Make, Mechanic, Machine, Repair)]
    return [each for each in found if isinstance(each, Table)]
