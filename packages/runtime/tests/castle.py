"""A service with everything that can be attacked: every way to sign in, programs, keys, a resource with rules."""

from enum import StrEnum
from uuid import UUID

from backwright.access import allow, own
from backwright.accounts import Account, Accounts
from backwright.app import create_app
from backwright.cache import Cache
from backwright.entity import Entity
from backwright.resource import Resource
from backwright.settings import Settings
from fastapi import FastAPI
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column


class Role(StrEnum):
    ADMIN = "admin"
    GUARD = "guard"
    VISITOR = "visitor"


class Tower(Entity):
    """A high building with a door."""

    __tablename__ = "towers"

    name: Mapped[str] = mapped_column(String(100), unique=True)
    height: Mapped[int]
    guard_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))


towers = Resource(
    Tower,
    fields=("name", "height", "guard_id"),
    filters=("name", "height"),
    sorts=("name", "height"),
    search=("name",),
    access={
        Role.ADMIN: allow.everything,
        Role.GUARD: allow.read() | allow.update("height", where=own(Tower.guard_id)),
        Role.VISITOR: allow.read("name"),
    },
    cache=Cache(seconds=30),
    bulk=5,
)


def castle(settings: Settings) -> FastAPI:
    """A service with everything that can be attacked."""
    users = next(mapper.class_ for mapper in Entity.registry.mappers if issubclass(mapper.class_, Account))
    accounts = Accounts(
        users, roles=Role, admin=Role.ADMIN, oauth=True, api_keys=True, browser_sessions=True,
        register_as=Role.VISITOR,
    )  # fmt: skip
    return create_app(settings, title="Castle", accounts=accounts, resources=(towers,))
