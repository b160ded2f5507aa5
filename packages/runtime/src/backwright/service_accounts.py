"""Service accounts: what a machine acts as, so that it does not depend on a person.

What lives here: what makes an account one, and making it. What must not: its keys (`api_keys.py`), HTTP.

A service account is an account like any other (roles, rules and history hold as they are written), with an address
that no mail reaches: RFC 2606 keeps `.invalid` free for ever. So nobody can confirm it, reset its password or sign
in to it, and it is told apart from people wherever accounts are listed, without a column of its own.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Table, select

from backwright.audit import Audit
from backwright.context import current
from backwright.database import Database
from backwright.errors import Conflict, FieldError, Invalid
from backwright.tenant_rows import administered, administrator
from backwright.user_rows import UserRows

DOMAIN: Final = "service.invalid"
MAX_LISTED: Final = 500
"""Service accounts that a list shows, the newest."""

_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)


def is_service_account(email: str) -> bool:
    """Whether the account with this normalised address is a machine's."""
    return email.endswith(f"@{DOMAIN}")


class ServiceAccounts:
    """Makes and lists them. `known_roles` raises `ValueError` for a role that there is not."""

    def __init__(
        self,
        database: Database,
        audit: Audit,
        users: UserRows,
        table: Table,
        known_roles: Callable[[Sequence[str]], list[str]],
    ) -> None:
        self._database = database
        self._audit = audit
        self._users = users
        self._known_roles = known_roles
        u = table.c
        mine = administered(table)
        self._list = database.prepare(
            select(u.id, u.email, u.roles, u.is_active, u.created_at)
            .where(u.email.like(f"%@{DOMAIN}"), *(() if mine is None else (mine,)))
            .order_by(u.id.desc())
            .limit(MAX_LISTED)
        )

    async def create(self, name: str, roles: Sequence[str]) -> dict[str, Any]:
        """A service account of this name. Raises `Invalid`, and `Conflict` if there is one."""
        errors = []
        if not _NAME.fullmatch(name):
            errors.append(
                FieldError(
                    "must be 1 to 63 lower-case letters, digits and dashes between them", pointer="/name"
                )
            )
        try:
            given = self._known_roles(roles)
        except ValueError as error:
            errors.append(FieldError(str(error), pointer="/roles"))
        if errors:
            raise Invalid("The service account is not accepted.", errors=errors)
        async with self._database.work() as work:
            added = await self._users.add(
                work, email=self.address(name), name=name, roles=given, password_hash=None
            )
            if added is None:
                raise Conflict("There is a service account of this name already.")
            await self._audit.record(
                work,
                action="create",
                object_type="users",
                object_id=added,
                changes={"name": name, "roles": given},
            )
        return {"id": added, "name": name, "roles": given, "is_active": True}

    def address(self, name: str) -> str:
        """The address that stands for it; names are unique within a tenant, or nobody could tell what others have."""
        tenant = "" if self._users.owner is None else f".{current.get().actor.tenant}"
        return f"{name}{tenant}@{DOMAIN}"

    async def list(self) -> list[dict[str, Any]]:
        """All of them, the newest first."""
        return [
            {
                "id": id_,
                "name": email.partition("@")[0].partition(".")[0],
                "roles": list(roles),
                "is_active": bool(is_active),
            }
            for id_, email, roles, is_active, _ in await self._database.fetch(self._list, administrator())
        ]

    async def find(self, user_id: UUID) -> bool:
        """Whether this is the account of a machine."""
        row = await self._users.by_id(user_id)
        return row is not None and is_service_account(row.email)
