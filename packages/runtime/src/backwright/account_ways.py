"""The ways to sign in that a service has only if it says so: cookies, API keys, programs, other providers.

What lives here: which of them there are, and what they add to routes and document. What must not: how any of them
works. Each is imported where it is wanted, because most services want one or two; their tables are part of every
database, so that a service may want another one without a migration.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Table
from starlette.routing import BaseRoute

from backwright import api_key_rows, browser_sessions, oauth_rows, oidc_rows  # noqa: F401 - for their tables
from backwright.account_parts import AccountParts
from backwright.authentication import Authenticator
from backwright.credentials import Credentials
from backwright.database import Work
from backwright.keyring import KeyRing
from backwright.second_factor import SecondFactor
from backwright.sessions import Sessions
from backwright.tokens import AccessTokens

if TYPE_CHECKING:
    from backwright.accounts import Accounts
    from backwright.api_key_access import KeyAccess
    from backwright.bound_accounts import BoundAccounts
    from backwright.browser_accounts import BrowserAccounts
    from backwright.oauth import Issuer
    from backwright.oidc import RelyingParty
    from backwright.runtime import Runtime


class Ways:
    """Those of one service; what it has not declared is None."""

    browser: "BrowserAccounts | None" = None
    api_keys: "KeyAccess | None" = None
    oauth: "Issuer | None" = None
    oidc: "RelyingParty | None" = None

    def __init__(
        self,
        declared: "Accounts",
        runtime: "Runtime",
        parts: AccountParts,
        *,
        tokens: AccessTokens,
        keyring: KeyRing,
        authenticator: Authenticator,
        sessions: Sessions,
        factor: SecondFactor,
        credentials: Credentials,
        known_roles: Callable[[Sequence[str]], list[str]],
        roles_changed: Callable[[Work, UUID], Awaitable[None]],
    ) -> None:
        users = declared.user.__table__
        assert isinstance(users, Table)
        if declared.browser_sessions:
            from backwright.browser_accounts import BrowserAccounts

            self.browser = BrowserAccounts(
                runtime,
                users,
                login=parts.login,
                sessions=sessions,
                credentials=credentials,
                authenticator=authenticator,
            )
        if declared.api_keys:
            from backwright.api_key_access import KeyAccess

            self.api_keys = KeyAccess(declared, runtime, parts, authenticator, known_roles)
        if declared.oauth:
            from backwright.id_tokens import IdTokens
            from backwright.oauth import Issuer

            self.oauth = Issuer(
                declared,
                runtime,
                access_tokens=tokens,
                id_tokens=IdTokens(keyring, runtime.settings.public_url),
                authenticator=authenticator,
                users=parts.users,
                sessions=sessions,
                login=parts.login,
            )
        if declared.providers or runtime.settings.oidc:
            from backwright.oidc import RelyingParty

            self.oidc = RelyingParty(
                declared,
                runtime,
                parts,
                sessions=sessions,
                factor=factor,
                authenticator=authenticator,
                roles_changed=roles_changed,
            )

    def routes(self, accounts: "BoundAccounts") -> Sequence[BaseRoute]:
        """What they add below `/auth` and `/oauth`."""
        found: list[BaseRoute] = []
        if self.browser is not None:
            from backwright.browser_routes import browser_routes

            found += browser_routes(accounts, self.browser)
        if self.oauth is not None:
            found += self.oauth.routes()
        if self.oidc is not None:
            found += self.oidc.routes(accounts)
        if self.api_keys is not None:
            found += self.api_keys.routes()
        return found

    def components(self) -> Mapping[str, Any]:
        """What they add to the OpenAPI document beside their routes."""
        found: dict[str, Any] = {"securitySchemes": {}}
        if self.browser is not None:
            from backwright.browser_routes import browser_components

            found = browser_components(self.browser)
        for section, entries in (self.oauth.components() if self.oauth is not None else {}).items():
            found[section] = {**found.get(section, {}), **entries}
        if self.api_keys is not None:
            from backwright.api_key_access import SCHEMES

            found["securitySchemes"] = {**found["securitySchemes"], **SCHEMES}
        return found

    async def close(self) -> None:
        """Close what was opened to others."""
        if self.oidc is not None:
            await self.oidc.outgoing.close()
