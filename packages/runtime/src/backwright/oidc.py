"""Signing in with identity providers: the relying party of OpenID Connect.

What lives here: the parts put together, and what the rest of the runtime asks of them. What must not: HTTP
(`oidc_routes.py`) and the rules of the parts. Turned on by `Accounts(..., providers=("google",))` and configured by
`OIDC__<NAME>__…`. The other direction, where this service is the provider, is `oauth.py`.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from sqlalchemy import Table
from starlette.routing import BaseRoute

from backwright.account_parts import AccountParts
from backwright.authentication import Authenticator
from backwright.errors import NotFound, Unavailable
from backwright.oidc_external import ExternalTokens
from backwright.oidc_flow import Flow
from backwright.oidc_joining import Joining, Rules
from backwright.oidc_linking import Linking
from backwright.oidc_logout import OidcLogout
from backwright.oidc_people import People, RolesChanged
from backwright.oidc_provider import Provider
from backwright.oidc_rows import OidcStatements
from backwright.outgoing import Outgoing
from backwright.second_factor import SecondFactor
from backwright.sessions import Sessions
from backwright.settings import Settings

if TYPE_CHECKING:
    from backwright.accounts import Accounts
    from backwright.bound_accounts import BoundAccounts
    from backwright.runtime import Runtime

ROOT: Final = "/auth/oidc"


class RelyingParty:
    """Made by `BoundAccounts`; kept at its `oidc`."""

    def __init__(
        self,
        declared: "Accounts",
        runtime: "Runtime",
        parts: AccountParts,
        *,
        sessions: Sessions,
        factor: SecondFactor,
        authenticator: Authenticator,
        roles_changed: RolesChanged,
    ) -> None:
        settings = runtime.settings
        users = declared.user.__table__
        assert isinstance(users, Table)
        check(declared, settings)
        self.settings = settings
        self._declared = frozenset(declared.providers)
        self.limiter = runtime.limiter
        self.audit = runtime.audit
        self.outgoing = Outgoing(each.issuer for each in settings.oidc.values())
        self.providers = {
            name: Provider(name, given, self.outgoing, f"{settings.public_url}{ROOT}/{name}/callback")
            for name, given in settings.oidc.items()
        }
        self.sql = OidcStatements(runtime.database, users)
        self.flow = Flow(runtime.database, self.sql, settings.secrets)
        mapped = {name: frozenset(given.roles.values()) for name, given in settings.oidc.items()}
        register_as = [str(declared.register_as)] if declared.register_as else []
        joining = Joining(parts, self.sql, Rules(declared.registration, register_as))
        self.people = People(parts, sessions, factor, self.sql, joining, mapped, roles_changed)
        self.external = ExternalTokens(runtime.database, self.providers.values(), self.people, self.sql)
        self.linking = Linking(parts, joining, self.sql)
        self.logout = OidcLogout(
            runtime.database, runtime.audit, sessions, self.sql, authenticator.forget_session
        )
        if self.external:
            authenticator.accept(self.external)

    def routes(self, accounts: "BoundAccounts") -> Sequence[BaseRoute]:
        """`/auth/oidc/…` and `/auth/identities`."""
        from backwright.oidc_routes import oidc_routes

        return oidc_routes(self, accounts)

    def provider(self, name: str) -> Provider:
        """A configured provider. Raises `NotFound`, and `Unavailable` for one whose settings are missing."""
        if name in self._declared and name not in self.providers:
            setting = f"OIDC__{name.upper()}__ISSUER"
            raise Unavailable(
                f"The operator of this service has to set {setting} and others.", retry_after=3600
            )
        if name not in self.providers:
            raise NotFound("There is no such provider.")
        return self.providers[name]


def check(declared: "Accounts", settings: Settings) -> None:
    """Raise `ValueError` unless what is configured fits what is declared."""
    roles = {str(role) for role in declared.roles}
    for name, provider in settings.oidc.items():
        prefix = f"OIDC__{name.upper()}__"
        unknown = sorted(set(provider.roles.values()) - roles)
        if unknown:
            there = ", ".join(sorted(roles))
            raise ValueError(
                f"{prefix}ROLES gives the role {unknown[0]!r}, which there is not; there are: {there}"
            )
        if name not in declared.providers:
            raise ValueError(
                f"{prefix}… configures a provider that the service does not declare; "
                f"add {name!r} to Accounts(providers=...), or remove the settings"
            )
    missing = [name for name in declared.providers if name not in settings.oidc]
    if missing and settings.in_production:
        prefix = f"OIDC__{missing[0].upper()}__"
        raise ValueError(
            f"the provider {missing[0]!r} is declared and not configured: "
            f"set {prefix}ISSUER, {prefix}CLIENT_ID and {prefix}CLIENT_SECRET"
        )
    if settings.oidc and not settings.oidc_return_urls:
        raise ValueError(
            "OIDC_RETURN_URLS is empty: name the pages of your front end that people may come back to after "
            "signing in, such as https://app.example.com/signed-in"
        )
