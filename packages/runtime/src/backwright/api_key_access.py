"""API keys and service accounts in one running service: the parts put together.

What lives here: composition, and the two steps that need several parts. What must not: HTTP (`api_key_routes.py`)
and the rules of the parts. Turned on by `Accounts(..., api_keys=True)`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import Table
from starlette.routing import BaseRoute

from backwright.account_parts import AccountParts
from backwright.actor import Actor
from backwright.api_key_checks import KeyChecks
from backwright.api_key_form import prefix_of
from backwright.api_key_request import KeyRequest
from backwright.api_keys import ApiKeys, KeyLife, NewKey
from backwright.authentication import Authenticator
from backwright.context import current
from backwright.errors import FieldError, Forbidden, Invalid, NotFound, Unauthenticated
from backwright.service_accounts import ServiceAccounts
from backwright.user_rows import normalised_email

if TYPE_CHECKING:
    from backwright.accounts import Accounts
    from backwright.runtime import Runtime

SCHEMES: Final[Mapping[str, Any]] = {
    "api_key": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "An API key from `POST /auth/api-keys`; also as `Authorization: Bearer`.",
    }
}
"""The security scheme of the OpenAPI document."""


class KeyAccess:
    """Made by `BoundAccounts`; kept at its `api_keys`."""

    def __init__(
        self,
        declared: "Accounts",
        runtime: "Runtime",
        parts: AccountParts,
        authenticator: Authenticator,
        known_roles: Callable[[Sequence[str]], list[str]],
    ) -> None:
        settings, users = runtime.settings, declared.user.__table__
        assert isinstance(users, Table)
        self._parts = parts
        self.admin = str(declared.admin)
        authenticator.keys = KeyChecks(parts.database, parts.audit, parts.limiter, users)
        self.keys = ApiKeys(
            parts.database,
            parts.audit,
            parts.users,
            users,
            parts.credentials,
            parts.mails,
            prefix=prefix_of(settings.service),
            life=KeyLife(settings.api_key_days, settings.api_key_max_days),
            forget=authenticator.forget_session,
        )
        self.service_accounts = ServiceAccounts(parts.database, parts.audit, parts.users, users, known_roles)

    def routes(self) -> Sequence[BaseRoute]:
        """`/auth/api-keys`, `/auth/service-accounts` and `/users/{user_id}/api-keys`."""
        from backwright.api_key_routes import api_key_routes

        return api_key_routes(self)

    async def create(self, actor: Actor, password: str | None, wanted: KeyRequest) -> NewKey:
        """A key for the caller's own account, who shows once more who they are.

        Raises `Invalid` for a wrong password or what cannot be asked for, `Conflict` and `RateLimited`.
        """
        return await self.keys.create(await self._prove(actor, password), wanted)

    async def rotate(self, actor: Actor, password: str | None, key_id: UUID, grace_hours: int) -> NewKey:
        """Another key instead of one of the caller's own; raises as `create` and `ApiKeys.rotate`."""
        return await self.keys.rotate(await self._prove(actor, password), key_id, grace_hours)

    async def require_managed(self, user_id: UUID) -> None:
        """Raise `NotFound` for an account of another tenant than the administrator's."""
        users, actor = self._parts.users, current.get().actor
        if users.owner is not None and await users.managed(actor, user_id) is None:
            raise NotFound("There is no such account.")

    async def find(self, email: str) -> UUID | None:
        """The account with this address, in the tenant of whoever acts."""
        row = await self._parts.users.by_email(normalised_email(email))
        return row.id if row is not None and row.tenant == current.get().actor.tenant else None

    async def require_machine(self, user_id: UUID) -> None:
        """Raise `Forbidden` for the account of a person: nobody else has keys that act as that person."""
        await self.require_managed(user_id)
        if not await self.service_accounts.find(user_id):
            raise Forbidden(
                "Only a service account is given keys by an administrator. People make their own."
            )

    async def _prove(self, actor: Actor, password: str | None) -> UUID:
        """The account of the caller, who shows that they know its password, if it has one: a stolen session must
        not become a key that outlives it."""
        row = await self._parts.users.by_id(actor.id) if actor.id is not None else None
        if row is None:
            raise Unauthenticated()
        if row.password_hash is not None and password is None:
            wrong = [FieldError("is needed: this account has a password", pointer="/current_password")]
            raise Invalid("Show once more who you are.", errors=wrong)
        if password is not None:
            await self._parts.login.prove(actor, password, "api_key")
        return row.id
