"""Access tokens of other issuers: the resource server's side (RFC 9068, RFC 6750).

What lives here: which tokens are whose, and the account behind one. What must not: verifying (`oidc_tokens.py`),
remembering (`authentication.py`), who gets an account (`oidc_people.py`).

A token of an issuer that has `API_AUDIENCE` stands for the person at that issuer, found by issuer and subject like at
a sign-in, with the same rules for the first time. There is no session here that could be ended: what ends is the
token, the identity or the account.
"""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

import msgspec
from joserfc.util import urlsafe_b64decode

from backwright.database import Database
from backwright.errors import Unavailable
from backwright.oidc_people import People
from backwright.oidc_provider import Provider
from backwright.oidc_rows import OidcStatements
from backwright.oidc_tokens import LEEWAY, MAX_TOKEN, BadToken
from backwright.outgoing import Unreachable
from backwright.tokens import Claims, refused


class _Issued(msgspec.Struct):
    iss: str


_read_issuer: Final = msgspec.json.Decoder(_Issued).decode


class ExternalTokens:
    """Verifies tokens of the providers that have an audience for our API."""

    longest: Final = MAX_TOKEN

    def __init__(
        self, database: Database, providers: Iterable[Provider], people: People, sql: OidcStatements
    ) -> None:
        self._database = database
        self._providers = {each.settings.issuer: each for each in providers if each.settings.api_audience}
        self._people = people
        self._sql = sql

    def __bool__(self) -> bool:
        """Whether there is any such provider."""
        return bool(self._providers)

    def is_theirs(self, token: str) -> bool:
        """Whether a token says that one of these providers has issued it. Nothing is believed by that."""
        return self._issuer(token) in self._providers

    async def verify(self, token: str) -> Claims:
        """The account and the identity behind a good token.

        Raises `Unauthenticated` for any other, `NoAccount` for a person who is not welcome here, and `Unavailable`
        while the provider's keys cannot be had.
        """
        provider = self._providers.get(self._issuer(token))
        if provider is None:
            raise refused()
        try:
            claims = await provider.tokens.access_token(token)
        except BadToken:
            raise refused() from None
        except Unreachable:
            raise Unavailable("The keys of the identity provider cannot be had.", retry_after=5) from None
        user_id, identity_id = await self._people.resolve(provider.person(claims))
        return Claims(user_id, identity_id, float(claims["exp"]) + LEEWAY, external=True)

    async def live_roles(self, user_id: UUID, identity_id: UUID) -> frozenset[str] | None:
        """The roles of an active account that has this identity; None if either is gone."""
        rows = await self._database.fetch(self._sql.live, {"user": user_id, "identity": identity_id})
        return frozenset(rows[0][0]) if rows else None

    def _issuer(self, token: str) -> str:
        if len(token) > MAX_TOKEN or token.count(".") != 2:
            return ""
        try:
            return _read_issuer(urlsafe_b64decode(token.split(".")[1].encode())).iss
        except (msgspec.DecodeError, ValueError):
            return ""
