"""Accounts that are made by a command, by seeds and by test suites, without mail.

What lives here: making them and giving them their roles. What must not: how people get accounts (`registration.py`),
the administration of accounts over HTTP (`users.py`).
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from backwright.account_parts import AccountParts
from backwright.actor import SYSTEM
from backwright.callers import acting_as
from backwright.database import Work
from backwright.errors import Conflict
from backwright.user_rows import UserRow, normalised_email

if TYPE_CHECKING:
    from backwright.accounts import Accounts


async def give_roles(
    parts: AccountParts, work: Work, row: UserRow, wanted: Sequence[str], **told: object
) -> None:
    """Give an account these roles instead of those that it has, with an entry in the audit log that says `told` too."""
    changes = {"roles": {"from": sorted(row.roles), "to": wanted}, **told}
    await parts.users.set_roles(work, row.id, list(wanted))
    await parts.audit.record(work, action="update", object_type="users", object_id=row.id, changes=changes)


class AccountMaking:
    """Makes accounts. `known_roles` checks roles, `roles_changed` is called in the transaction that changed them."""

    def __init__(
        self,
        parts: AccountParts,
        declared: "Accounts",
        known_roles: Callable[[Sequence[str]], list[str]],
        roles_changed: Callable[[Work, UUID], Awaitable[None]],
    ) -> None:
        self._parts = parts
        self._admin = str(declared.admin)
        self._known_roles = known_roles
        self._roles_changed = roles_changed

    async def admin(self, email: str, password: str, *, name: str, tenant: UUID | None) -> UUID:
        """As `BoundAccounts.create_admin`."""
        address = normalised_email(email)
        password_hash = await self._parts.login.accept(password, address, name)
        with acting_as(SYSTEM):
            added = await self._add(address, name, [self._admin], password_hash, tenant)
        if added is None:
            raise Conflict(
                "This address has an account already. Give it the admin role through /users instead."
            )
        return added

    async def ensure(
        self, email: str, *, name: str, password: str | None, roles: Sequence[str], tenant: UUID | None
    ) -> UUID:
        """As `BoundAccounts.ensure_account`."""
        users, login, tenants = self._parts.users, self._parts.login, self._parts.tenants
        address, wanted = normalised_email(email), self._known_roles(roles)
        row = await users.by_email(address)
        if row is None:
            password_hash = await login.accept(password, address, name) if password is not None else None
            with acting_as(SYSTEM):
                if tenant is None and tenants is not None:
                    tenant = await tenants.example()
                added = await self._add(address, name, wanted, password_hash, tenant)
            if added is not None:
                return added
            row = await users.by_email(address)
            assert row is not None, "accounts are never deleted"
        await self._give_roles(row, wanted)
        return row.id

    async def _give_roles(self, row: UserRow, wanted: list[str]) -> None:
        if row.roles == frozenset(wanted):
            return
        with acting_as(SYSTEM):
            async with self._parts.database.work() as work:
                await give_roles(self._parts, work, row, wanted)
                await self._roles_changed(work, row.id)

    async def _add(
        self, address: str, name: str, roles: list[str], password_hash: str | None, tenant: UUID | None
    ) -> UUID | None:
        async with self._parts.database.work() as work:
            added = await self._parts.users.add(
                work, email=address, name=name, roles=roles, password_hash=password_hash, tenant=tenant
            )
            if added is not None:
                await self._parts.audit.record(
                    work, action="create", object_type="users", object_id=added, changes={"roles": roles}
                )
        return added
