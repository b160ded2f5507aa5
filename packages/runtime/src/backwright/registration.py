"""How somebody gets an account: by signing up, by being invited, or not by themselves at all.

What lives here: the order of the steps. What must not: codes, texts, HTTP, and what administrators do with
accounts (`users.py`).

The address comes first, and the account exists only once its owner has shown the code from the mail and
chosen a password. So nobody can put an account on somebody else's address and wait for them to confirm it,
nothing of a stranger is stored beside an address, and an address that has an account takes the same steps and
gets the same answer.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from backwright.account_codes import Purpose, not_good
from backwright.account_parts import AccountParts
from backwright.context import current
from backwright.errors import Conflict, FieldError, Invalid, NotFound
from backwright.hosts import limit_key
from backwright.limits import Policy
from backwright.recovery import CODES
from backwright.user_rows import normalised_email

REGISTRATIONS: Final = Policy("register", 20, 60, strict=True)
"""Registrations that one network may ask for."""

MOST_INVITATIONS: Final = 100
"""Invitations that a list shows, the newest."""


class RegistrationMode(StrEnum):
    """Who can get an account: whoever asks, whoever is invited, or whomever an administrator makes one for."""

    OPEN = "open"
    INVITED = "invited"
    CLOSED = "closed"


class Registration:
    """Ask for an account, invite, confirm. `known_roles` raises `ValueError` for a role that there is not."""

    def __init__(
        self,
        parts: AccountParts,
        *,
        register_as: list[str],
        known_roles: Callable[[Sequence[str]], list[str]],
    ) -> None:
        self._parts = parts
        self._register_as = register_as
        self._known_roles = known_roles

    async def ask(self, email: str) -> None:
        """Mail to the address: the way to an account, or that there is one. The caller cannot tell which.

        Raises `RateLimited`, and `Unavailable` where mail cannot be sent.
        """
        await self._parts.limiter.enforce(REGISTRATIONS, limit_key(current.get().client_ip))
        self._parts.mail.require()
        address = normalised_email(email)
        row = await self._parts.users.by_email(address)
        async with self._parts.database.work() as work:
            code = await self._parts.codes.issue(work, Purpose.REGISTER, address)
            await self._parts.audit.record(
                work,
                action="register_asked",
                object_type="users",
                object_id=row.id if row is not None else None,
            )
            if code is not None:
                mails = self._parts.mails
                sent = mails.register(address, code) if row is None else mails.has_account(address)
                self._parts.credentials.tell(work, sent)

    async def confirm(self, code: str, name: str, password: str, tenant: str | None = None) -> None:
        """The account, for whoever holds the code. Where accounts belong to tenants, it is in that of whoever has
        invited them, or in a new one of the name `tenant`, with them as its administrator.

        Raises `Invalid` for a code that is not good or a weak password, and `RateLimited`.
        """
        await self._parts.limiter.enforce(CODES, limit_key(current.get().client_ip))
        found = await self._parts.codes.find(code, Purpose.REGISTER, Purpose.INVITE)
        if found is None:
            await self._parts.audit.denied("register", "users")
            raise not_good()
        password_hash = await self._parts.login.accept(password, found.address, name)
        roles = self._register_as if found.purpose is Purpose.REGISTER else list(found.roles)
        founded = tenant if self._parts.tenants is not None and found.purpose is Purpose.REGISTER else None
        if self._parts.tenants is not None and found.purpose is Purpose.REGISTER and not founded:
            wrong = FieldError("is required: the name of what you sign up for", pointer="/tenant")
            raise Invalid("Say for whom you sign up.", errors=[wrong])
        async with self._parts.database.work() as work:
            await work.lock(f"users {found.address}")
            taken = await self._parts.codes.take(work, code, found.purpose)
            owner = found.tenant
            if founded and self._parts.tenants is not None and taken:
                owner = await self._parts.tenants.add(work, founded)
            added = taken and await self._parts.users.add(
                work,
                email=found.address,
                name=name,
                roles=roles,
                password_hash=password_hash,
                verified=True,
                tenant=owner,
            )
            if not added:
                raise not_good()
            for purpose in (Purpose.REGISTER, Purpose.INVITE):
                await self._parts.codes.void_address(work, found.address, purpose)
            await self._parts.audit.record(
                work, action="register", object_type="users", object_id=added, changes={"roles": roles}
            )

    async def invite(self, email: str, roles: Sequence[str]) -> None:
        """Mail an invitation; it takes the place of an earlier one for the same address.

        Raises `Conflict` if the address has an account, `Invalid` for a role that there is not, and
        `Unavailable` where mail cannot be sent.
        """
        self._parts.mail.require()
        address = normalised_email(email)
        try:
            given = self._known_roles(roles)
        except ValueError as error:
            wrong = [FieldError(str(error), pointer="/roles")]
            raise Invalid("There is no such role.", errors=wrong) from None
        tenant = current.get().actor.tenant
        row = await self._parts.users.by_email(address)
        if row is not None and row.tenant == tenant:
            raise Conflict("This address has an account already.")
        async with self._parts.database.work() as work:
            await work.lock(f"users {address}")
            await self._parts.codes.void_within(work, address, Purpose.INVITE, tenant)
            code = await self._parts.codes.issue(work, Purpose.INVITE, address, roles=given, tenant=tenant)
            assert code is not None, "those that were open are void"
            await self._parts.audit.record(
                work,
                action="invite",
                object_type="users",
                object_id=None,
                changes={"email": address, "roles": given},
            )
            # That somebody has an account in another tenant is for them to know.
            mails = self._parts.mails
            self._parts.credentials.tell(
                work, mails.invite(address, code) if row is None else mails.has_account(address)
            )

    async def invitations(self) -> list[dict[str, Any]]:
        """Those that are open, newest first."""
        tenant = current.get().actor.tenant
        return [
            {
                "id": each["id"],
                "email": each["address"],
                "roles": each["roles"] or [],
                "created_at": each["created_at"],
                "expires_at": each["expires_at"],
            }
            for each in await self._parts.codes.list(Purpose.INVITE, MOST_INVITATIONS, tenant)
        ]

    async def withdraw(self, invitation_id: UUID) -> None:
        """Make an invitation useless. Raises `NotFound`."""
        async with self._parts.database.work() as work:
            tenant = current.get().actor.tenant
            if not await self._parts.codes.withdraw(work, Purpose.INVITE, invitation_id, tenant):
                raise NotFound("There is no such invitation.")
            await self._parts.audit.record(
                work, action="invitation_withdrawn", object_type="account_codes", object_id=invitation_id
            )
