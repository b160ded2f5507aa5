"""The issuer: OAuth 2.0 and OpenID Connect for programs that an administrator has registered.

What lives here: the parts put together, and the few steps that need several of them. What must not: HTTP
(`oauth_routes.py`) and the rules of the parts. Turned on by `Accounts(..., oauth=True)`.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

from starlette.routing import BaseRoute

from backwright.authentication import Authenticator
from backwright.errors import Unauthenticated
from backwright.id_tokens import IdTokens
from backwright.login import Login
from backwright.oauth_authorize import Asked
from backwright.oauth_clients import Client, Clients
from backwright.oauth_discovery import components
from backwright.oauth_grants import Grant, Grants
from backwright.oauth_registration import CODE
from backwright.oauth_scopes import OPENID, scopes_of
from backwright.sessions import Opened, Sessions
from backwright.settings import Settings
from backwright.tokens import AccessTokens, Claims
from backwright.user_rows import UserRows

if TYPE_CHECKING:
    from backwright.accounts import Accounts
    from backwright.runtime import Runtime

DOCS_CLIENT: Final = UUID("0192c0de-0000-7000-8000-000000000d0c")
"""The public client of `/docs`; also written in `static/docs.js`."""

DOCS_REDIRECT: Final = "/docs/oauth2-redirect"


class Issuer:
    """Made by `BoundAccounts`; kept at its `oauth`."""

    def __init__(
        self,
        declared: "Accounts",
        runtime: "Runtime",
        *,
        access_tokens: AccessTokens,
        authenticator: Authenticator,
        users: UserRows,
        sessions: Sessions,
        login: Login,
        id_tokens: IdTokens,
    ) -> None:
        settings = runtime.settings
        self.url = settings.public_url
        self.service = settings.service
        self.scopes: Mapping[str, str] = scopes_of(declared.roles)
        self.access_tokens = access_tokens
        self.id_tokens = id_tokens
        self.users = users
        self._login = login
        self._audit = runtime.audit
        self._database = runtime.database
        self._authenticator = authenticator
        known = frozenset(self.scopes)
        built_in = (docs_client(settings, known),) if settings.docs_enabled else ()
        self.clients = Clients(
            runtime.database, runtime.audit, runtime.limiter, known, built_in,
            closed=authenticator.forget_everyone,
        )  # fmt: skip
        self.grants = Grants(
            runtime.database,
            runtime.audit,
            sessions,
            absolute=timedelta(days=settings.refresh_absolute_days),
            access=access_tokens.lifetime,
            ended=authenticator.forget_session,
        )
        authenticator.load_client = self.grants.client_roles
        self._settings, self._admin = settings, str(declared.admin)

    def routes(self) -> Sequence[BaseRoute]:
        """`/auth/oauth/…` and the discovery documents."""
        from backwright.oauth_routes import oauth_routes

        secret = self._settings.secret_key.get_secret_value().encode()
        return oauth_routes(self, secret=secret, secure=self.url.startswith("https:"), admin=self._admin)

    def components(self) -> Mapping[str, Any]:
        """The security scheme of the OpenAPI document."""
        return components(self.url, self.scopes)

    async def sign_in(self, said: Mapping[str, str], asked: Asked, *, user_agent: str) -> str:
        """A code for the client, if the person proves who they are. Raises as `Login.sign_in` and `second_step`."""
        opened = await self._prove(said, f"{asked.client.name}: {user_agent}")
        return await self.grants.add(
            opened,
            asked.client,
            scope=asked.scope,
            nonce=asked.nonce,
            redirect_uri=asked.redirect_uri,
            challenge=asked.code_challenge,
        )

    async def _prove(self, said: Mapping[str, str], user_agent: str) -> Opened:
        """The one door through which a person proves who they are on the page, in one step or two."""
        if "challenge" in said:
            return await self._login.second_step(
                said["challenge"], said.get("code", ""), user_agent=user_agent
            )
        email, password = said.get("email", "")[:255], said.get("password", "")[:1025]  # longer fits nobody
        return await self._login.sign_in(email, password, user_agent=user_agent)

    async def record_denial(self, client: Client) -> None:
        """Note that a person did not let a client in."""
        async with self._database.work() as work:
            await self._audit.record(
                work, action="oauth_denied", object_type="oauth_clients", object_id=client.id
            )

    async def is_live(self, claims: Claims) -> bool:
        """Whether the session, or the client, behind a verified token is open."""
        load = self.grants.client_roles if claims.is_of_client else self.users.live_roles
        return await load(claims.user_id, claims.session_id) is not None

    async def is_open(self, grant: Grant) -> bool:
        """Whether the account and the session of a grant are open."""
        return await self.users.live_roles(grant.user_id, grant.session_id) is not None

    async def describe(self, authorization: str) -> dict[str, str] | None:
        """What the person has let the holder of a token know; None without leave to know anything.

        Raises `Unauthenticated` for a token that is not good.
        """
        await self._authenticator.authenticate(authorization)
        claims = await self.access_tokens.verify(authorization.partition(" ")[2])
        scopes = claims.scopes or frozenset()
        if OPENID not in scopes:
            return None
        row = await self.users.by_id(claims.user_id)
        if row is None:
            raise Unauthenticated(error="invalid_token")
        found = {"sub": str(row.id)}
        if "profile" in scopes and row.name:
            found["name"] = row.name
        if "email" in scopes:
            found["email"] = row.email
        return found


def docs_client(settings: Settings, scopes: frozenset[str]) -> Client:
    """The client of the documentation page, which is never served in production."""
    parts = urlsplit(settings.public_url)
    port = f":{parts.port}" if parts.port else ""
    hosts = dict.fromkeys((parts.netloc, f"localhost{port}", f"127.0.0.1{port}"))
    pages = tuple(urlunsplit((parts.scheme, host, parts.path + DOCS_REDIRECT, "", "")) for host in hosts)
    return Client(
        DOCS_CLIENT, "The API documentation", None, frozenset({CODE}), scopes - {"offline_access"}, pages
    )
