"""A service that keeps its patients' secrets encrypted, for the tests of encrypted fields.

Callers are those of the shop: a manager may everything, a clerk sees a patient's number only where the patient agreed.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
from backwright import idempotency_rows  # noqa: F401 - its table is made before any route is
from backwright.access import allow, matching
from backwright.app import create_app
from backwright.cache import Cache
from backwright.columns import FixedPoint
from backwright.encrypted import encrypted
from backwright.entity import Entity
from backwright.resource import Resource
from backwright.service import Service, action
from backwright.settings import Settings
from backwright.testing_databases import Template
from backwright.testing_kits import create_tables
from fastapi import FastAPI
from shop.resources import accounts
from shop.service import Shop
from sqlalchemy import Date, ForeignKey, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship


class Patient(Entity):
    """Somebody who is looked after."""

    __tablename__ = "patients"

    name: Mapped[str] = mapped_column(String(100))
    agreed: Mapped[bool] = mapped_column(default=True)
    ssn: Mapped[str] = encrypted(String(40), unique=True)
    iban: Mapped[str | None] = encrypted(String(60), searchable=True)
    history: Mapped[str | None] = encrypted(String(2_000))
    born: Mapped[date | None] = encrypted(Date(), searchable=True)
    income: Mapped[Decimal | None] = encrypted(FixedPoint(14, 2))


class Visit(Entity):
    """A patient came."""

    __tablename__ = "visits"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patients.id", ondelete="CASCADE"), index=True)
    reason: Mapped[str] = mapped_column(String(200))
    patient: Mapped[Patient] = relationship()


class Patients(Service[Patient]):
    """What is done with patients."""

    @action("correct")
    async def correct(self, row: Patient, ssn: str, history: str | None = None) -> None:
        """Write down another number."""
        row.ssn = ssn
        row.history = history

    @action("clone")
    async def clone(self, row: Patient) -> None:
        """Add the same person once more, under another number."""
        self.session.add(Patient(name=row.name, ssn=row.ssn + "-2", born=row.born))


patients = Resource(
    Patient,
    fields=("name", "agreed", "ssn", "iban", "history", "born", "income"),
    filters=("ssn", "iban", "born"),
    sorts=("name",),
    service=Patients,
    bulk=10,
    cache=Cache(seconds=60),
    access={
        "manager": allow.everything,
        "clerk": allow.read("name", "agreed")
        | allow.read("name", "agreed", "ssn", where=matching(lambda row: row.agreed.is_(True))),
    },
)
visits = Resource(
    Visit,
    fields=("patient_id", "reason"),
    filters=("patient.ssn",),
    embeds=("patient",),
    cache=Cache(seconds=60),
    access={"manager": allow.everything, "clerk": allow.read()},
)

TABLES = ("encryption_keys", "patients", "visits")


@cache
def template(engine: str) -> Template:
    """An empty database with all tables."""
    return Template(engine, lambda url: create_tables(url, tables()))


def tables() -> list[Table]:
    """Those of the clinic, of its callers, and of the runtime."""
    mapped = {mapper.local_table for mapper in Entity.registry.mappers}
    own = {Patient.__table__, Visit.__table__, Entity.metadata.tables["users"]}
    return [each for each in Entity.metadata.tables.values() if each in own or each not in mapped]


def settings(folder: Path, url: str, **given: Any) -> Settings:
    """The settings of a clinic in a folder."""
    return Settings(
        **{
            "environment": "test",
            "service": "clinic",
            "database_url": url,
            "files_url": f"file:{folder}/files",
            "secret_key": "a secret for tests only, forty-eight characters!",
            "rate_limit": "1000000/minute",
            "password_memory_kib": 8,
            "password_time_cost": 1,
            **given,
        }
    )


def build(settings: Settings) -> FastAPI:
    """The service."""
    return create_app(settings, title="Clinic", accounts=accounts, resources=(patients, visits))


@asynccontextmanager
async def running(folder: Path, engine: str, url: str | None = None, **given: Any) -> AsyncIterator[Shop]:
    """A started clinic, with an empty database or with the one at `url`."""
    lent = url or template(engine).lend(folder, "clinic.db")
    async with started(settings(folder, lent, **given)) as found:
        yield found
    if url is None:
        template(engine).give_back(lent)


@asynccontextmanager
async def started(settings: Settings) -> AsyncIterator[Shop]:
    """A started clinic with these settings."""
    app = build(settings)
    async with app.router.lifespan_context(app):
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
            yield Shop(app, client)
