"""Practices that share one service: accounts, patients, and nothing in common."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
from backwright import idempotency_rows  # noqa: F401 - its table is made before any route is
from backwright.access import allow
from backwright.accounts import Account, Accounts, BoundAccounts
from backwright.app import create_app
from backwright.entity import Entity, TenantKey, set_by_actor, tenant
from backwright.limits import MemoryStore
from backwright.resource import Resource
from backwright.runtime import Runtime
from backwright.settings import Settings
from backwright.tenants import Tenant
from backwright.testing_databases import Template
from backwright.testing_kits import create_tables
from fastapi import FastAPI
from mailboxes import Mailbox
from quick_settings import quick_settings
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

PASSWORD = "seven quiet lamps above"


class Role(StrEnum):
    ADMIN = "admin"
    DOCTOR = "doctor"


class Practice(Tenant):
    """A tenant."""

    __tablename__ = "practices"

    town: Mapped[str | None] = mapped_column(String(50))


class User(Account):
    """Somebody who works at a practice."""

    __tablename__ = "users"

    practice_id: Mapped[UUID] = mapped_column(ForeignKey("practices.id", ondelete="RESTRICT"), info=tenant())


class Patient(Entity):
    """Whom nobody else may know of."""

    __tablename__ = "patients"
    __table_args__ = (
        TenantKey("practice_id", "doctor_id", "users", ondelete="RESTRICT"),
        TenantKey("practice_id", "made_by_id", "users", ondelete="RESTRICT"),
    )

    practice_id: Mapped[UUID] = mapped_column(ForeignKey("practices.id", ondelete="RESTRICT"), info=tenant())
    name: Mapped[str] = mapped_column(String(50))
    doctor_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    made_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), info=set_by_actor())


accounts = Accounts(User, roles=Role, admin=Role.ADMIN, oauth=True, api_keys=True, browser_sessions=True)
resources = (
    Resource(
        Practice,
        fields=("name", "town"),
        hidden=("suspended_at",),
        access={Role.ADMIN: allow.read() | allow.update()},
    ),
    Resource(
        Patient,
        fields=("name", "doctor_id", "made_by_id"),
        access={
            Role.ADMIN: allow.everything,
            Role.DOCTOR: allow.read() | allow.create() | allow.update() | allow.refer("doctor_id"),
        },
    ),
)


@cache
def template(engine: str) -> Template:
    """An empty database; made once, copied for each test."""
    return Template(engine, lambda url: create_tables(url))


def settings(folder: Path, url: str) -> Settings:
    """Hashing at the least cost, no rate limit in the way."""
    return quick_settings("clinic", folder, url)


def create(given: Settings | None = None) -> FastAPI:
    """The service."""
    return create_app(given or Settings(), title="Clinic", accounts=accounts, resources=resources)


@cache
def application(engine: str) -> FastAPI:
    """The service, made once for each engine."""
    return create(settings(Path("var"), template(engine).url))


class Clinic:
    """The started service: `await clinic.call("ada", "GET", "/patients")`."""

    def __init__(self, app: FastAPI, client: httpx2.AsyncClient) -> None:
        self.app = app
        self.client = client
        self.runtime: Runtime = app.state.runtime
        assert self.runtime.accounts is not None
        assert self.runtime.accounts.tenants is not None
        self.accounts: BoundAccounts = self.runtime.accounts
        self.tenants = self.runtime.accounts.tenants
        self.mailbox = Mailbox(self.runtime.mail)
        self.ids: dict[str, UUID] = {}
        self.practices: dict[str, UUID] = {}
        self.tokens: dict[str, str] = {}

    async def practice(self, name: str, admin: str) -> UUID:
        """A practice with an administrator."""
        self.practices[admin] = await self.tenants.make(name)
        await self.person(admin, self.practices[admin], "admin")
        return self.practices[admin]

    async def person(self, name: str, practice: UUID, *roles: str) -> UUID:
        """Somebody with an account who is signed in."""
        self.ids[name] = await self.accounts.ensure_account(
            f"{name}@example.org", name=name, password=PASSWORD, roles=roles, tenant=practice
        )
        self.tokens[name] = (await self.accounts.open_session(self.ids[name])).access_token
        return self.ids[name]

    async def call(self, who: str | None, method: str, path: str, **given: Any) -> httpx2.Response:
        """One request of a caller."""
        headers = {"Authorization": f"Bearer {self.tokens[who]}"} if who else {}
        return await self.client.request(method, path, headers=headers, **given)

    async def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows by plain SQL, ids as text."""
        found = await self.runtime.database.engine.read(sql, [])
        return [tuple(str(each) if isinstance(each, UUID) else each for each in row) for row in found]


@asynccontextmanager
async def at_work(folder: Path, engine: str) -> AsyncIterator[Clinic]:
    """The started service with an empty database."""
    lent = template(engine).lend(folder, "clinic.db")
    app = application(engine)
    runtime: Runtime = app.state.runtime
    runtime.settings = settings(folder, lent)
    runtime.database.use(lent)
    runtime.cache.clear()
    runtime.limiter.store = MemoryStore()
    Mailbox(runtime.mail).clear()
    assert runtime.accounts is not None
    runtime.accounts.keyring._keys, runtime.accounts.keyring._loaded_at = {}, None
    async with app.router.lifespan_context(app):
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
            yield Clinic(app, client)
    template(engine).give_back(lent)
