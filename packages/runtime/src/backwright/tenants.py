"""The tenants of a service: companies, organizations, workspaces, whatever they are called there.

What lives here: the class that stands for a tenant. What must not: what follows for rows (`tenancy.py`).
"""

from datetime import datetime
from typing import Any

from sqlalchemy import String, Table
from sqlalchemy.orm import Mapped, mapped_column

from backwright.entity import Entity
from backwright.tenancy import TENANTS


class Tenant(Entity):
    """A tenant. A service subclasses it once, names the table, and may add columns.

    `class Company(Tenant)` with a resource lets people read and change their own company, and no other.
    """

    __abstract__ = True

    name: Mapped[str] = mapped_column(String(200))
    suspended_at: Mapped[datetime | None]
    """Since when its accounts are refused; none: they are not."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        table = cls.__dict__.get("__table__")
        if isinstance(table, Table):
            table.info[TENANTS] = True
