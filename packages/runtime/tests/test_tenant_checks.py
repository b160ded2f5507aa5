"""Declarations that would leak between tenants stop the start, with what to change."""

from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest
from backwright.access import Access, allow
from backwright.accounts import BoundAccounts
from backwright.actor import PUBLIC
from backwright.app import make_runtime
from backwright.entity import Entity, TenantKey, tenant
from backwright.resource import Resource
from backwright.tenant_checks import faults
from plant.models import Firm, Machine, Make
from plant.service import MadeUp, settings
from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column


class Badge(Entity):
    """It refers to a machine of whatever firm, and its number is unique over all."""

    __tablename__ = "checks_badges"

    firm_id: Mapped[UUID] = mapped_column(ForeignKey("plant_firms.id"), info=tenant())
    machine_id: Mapped[UUID] = mapped_column(ForeignKey("plant_machines.id"))
    number: Mapped[str] = mapped_column(String(10), unique=True)


class Tag(Entity):
    """The same, mended."""

    __tablename__ = "checks_tags"
    __table_args__ = (
        TenantKey("firm_id", "machine_id", "plant_machines"),
        UniqueConstraint("firm_id", "number"),
    )

    firm_id: Mapped[UUID] = mapped_column(ForeignKey("plant_firms.id"), info=tenant())
    machine_id: Mapped[UUID] = mapped_column(ForeignKey("plant_machines.id"), unique=True)
    number: Mapped[str] = mapped_column(String(10))


class Orphan(Entity):
    """It may belong to nobody, and to what is no tenant."""

    __tablename__ = "checks_orphans"

    make_id: Mapped[UUID | None] = mapped_column(ForeignKey("plant_makes.id"), info=tenant())


class Poster(Entity):
    """All firms see it, and it leads into one of them."""

    __tablename__ = "checks_posters"

    machine_id: Mapped[UUID] = mapped_column(ForeignKey("plant_machines.id"))


@pytest.fixture
def told(tmp_path: Path) -> Any:
    """The faults of a class with some access."""

    def look(
        entity: type[Entity], access: Access | None = None, role: str = "boss", *, accounts: bool = False
    ) -> str:
        runtime = make_runtime(settings(tmp_path, f"sqlite:///{tmp_path}/no.db"))
        runtime.accounts = cast(BoundAccounts, MadeUp()) if accounts else None
        bound = Resource(entity, fields=(), access={role: access or allow.read()}).bind(runtime)
        return "\n".join(faults(bound))

    return look


def test_a_reference_needs_a_key_of_the_database(told: Any) -> None:
    """The fault says the line to write; with it there is none."""
    assert 'add TenantKey("firm_id", "machine_id", "plant_machines")' in told(Badge)
    assert told(Tag) == ""
    assert told(Machine) == ""


def test_a_value_that_is_unique_over_all_tenants_tells_of_the_others(told: Any) -> None:
    """The fault says what to write instead."""
    assert 'write UniqueConstraint("firm_id", "number")' in told(Badge)


def test_the_column_leads_to_a_tenant_and_is_never_empty(told: Any) -> None:
    """Or the row would be nobody's."""
    assert "may be NULL" in told(Orphan)
    assert "subclass backwright.tenants.Tenant" in told(Orphan)


def test_rows_of_all_do_not_lead_into_one_tenant(told: Any) -> None:
    """What is shared refers to what is shared."""
    assert "refers to rows of tenants" in told(Poster)
    assert told(Make) == ""


def test_nobody_of_a_tenant_changes_what_all_see(told: Any) -> None:
    """Were it deleted by one, it would be gone for the others."""
    assert "all tenants see these rows" in told(Make, allow.read() | allow.delete(), accounts=True)
    assert told(Make, allow.read(), accounts=True) == ""
    assert told(Make, allow.everything) == "", "without tenants it is a table like any other"


def test_the_public_belongs_to_no_tenant(told: Any) -> None:
    """It would see nothing, so leave for it is a mistake."""
    assert "the public" in told(Tag, role=PUBLIC)


def test_tenants_are_not_made_through_the_api(told: Any) -> None:
    """Reading and changing one's own is fine."""
    assert "tenants create" in told(Firm, allow.read() | allow.create())
    assert "grants delete" in told(Firm, allow.delete())
    assert told(Firm, allow.read() | allow.update()) == ""


def test_the_column_is_no_field(tmp_path: Path) -> None:
    """Callers neither see nor choose it; it need not be named as hidden."""
    runtime = make_runtime(settings(tmp_path, f"sqlite:///{tmp_path}/no.db"))
    shown = Resource(Tag, fields=("number", "machine_id", "firm_id"), access={"boss": allow.read()}).bind(
        runtime
    )
    with pytest.raises(Exception, match="callers cannot choose"):
        shown.check(frozenset({"boss"}))
    Resource(Tag, fields=("number",), hidden=("machine_id",), access={"boss": allow.read()}).bind(
        runtime
    ).check(frozenset({"boss"}))
