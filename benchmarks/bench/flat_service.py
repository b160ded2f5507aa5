"""The work-order service with more in it: `FLAT_ROUTES` routes, `FLAT_ROLES` roles. Run where the service is.

The extra resources come first, so that whoever looks for a route from the top passes all of them.
"""

import copy
import os
from collections.abc import Sequence
from enum import StrEnum

from backwright.access import allow
from backwright.accounts import Accounts
from backwright.app import create_app as build
from backwright.commands import main
from backwright.entity import Entity
from backwright.resource import Resource
from fastapi import FastAPI
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column
from work_orders.access import Role
from work_orders.accounts.models import User
from work_orders.assets.resource import assets
from work_orders.settings import Settings
from work_orders.technicians.resource import technicians
from work_orders.work_orders.resource import mine, work_orders

ROUTES = int(os.environ.get("FLAT_ROUTES", "0"))
ROLES = int(os.environ.get("FLAT_ROLES", "0"))
PER_RESOURCE = 5

NAMES = {each.name: each.value for each in Role} | {f"R{at}": f"role_{at}" for at in range(ROLES)}
Roles = StrEnum("Roles", NAMES)  # type: ignore[misc]


def extra(number: int) -> Resource:
    """A resource that nobody asks for."""
    columns = {"__annotations__": {"name": Mapped[str]}, "name": mapped_column(String(200))}
    thing = type(f"Thing{number}", (Entity,), {"__tablename__": f"things_{number}", **columns})
    return Resource(thing, fields=("name",), access={"admin": allow.everything, "viewer": allow.read()})


def with_roles(resource: Resource) -> Resource:
    """The resource with a rule for each further role; that of work orders is a row rule."""
    found = copy.copy(resource)
    rule = allow.read(where=mine) if resource is work_orders else allow.read()
    found.access = {**resource.access, **{f"role_{at}": rule for at in range(ROLES)}}
    return found


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service, larger."""
    own: Sequence[Resource] = [with_roles(each) for each in (assets, technicians, work_orders)]
    app: FastAPI = build(
        settings or Settings(),
        title="Work order management",
        accounts=Accounts(User, roles=Roles, admin=Roles("admin"), register_as=None),
        resources=[*(extra(at) for at in range(ROUTES // PER_RESOURCE)), *own],
    )
    return app


if __name__ == "__main__":
    main(create_app, Settings)
