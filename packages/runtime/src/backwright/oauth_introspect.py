"""What a client may learn and end about its own tokens: introspection (RFC 7662), revocation (RFC 7009).

What lives here: finding out what a token is. What must not: ending it (`oauth_grants.py`). A token of somebody
else is told apart from rubbish by nobody: both are not active, and revoking either answers 200 and does
nothing.
"""

from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response

from backwright.errors import Unauthenticated
from backwright.oauth_clients import Client
from backwright.oauth_requests import OAuthError, answer, form, invalid_request, proof
from backwright.oauth_scopes import in_order
from backwright.tokens import LEEWAY, Claims

if TYPE_CHECKING:
    from backwright.oauth import Issuer

INACTIVE = {"active": False}


class Introspection:
    """Both endpoints. Raises `OAuthError` for whoever is not a client."""

    def __init__(self, issuer: "Issuer") -> None:
        self._issuer = issuer

    async def introspect(self, request: Request) -> Response:
        """Whether a token of this client counts now, and what it reaches."""
        client, token = await self._asked(request)
        if client.is_public:
            raise OAuthError("unauthorized_client", "Only a client with a secret may ask.", status=403)
        found = await self._of_access_token(client, token) or await self._of_refresh_token(client, token)
        return answer(found or INACTIVE)

    async def revoke(self, request: Request) -> Response:
        """Let a token of this client count no more, and with it everything that came of the same login."""
        client, token = await self._asked(request)
        claims = await self._own_claims(client, token)
        if claims is not None and claims.is_of_client:
            await self._issuer.grants.revoke_client_token(client, claims.session_id)
        elif claims is not None:
            found = await self._issuer.grants.find(client, claims.session_id)
            if found is not None:
                await self._issuer.grants.end(client, found, "oauth_revoked")
        elif (held := await self._issuer.grants.find_refresh_token(client, token)) is not None:
            await self._issuer.grants.end(client, held[0], "oauth_revoked")
        return answer({})

    async def _asked(self, request: Request) -> tuple[Client, str]:
        given = await form(request)
        client = await self._issuer.clients.prove(proof(request, given))
        if "token" not in given:
            raise invalid_request("token is missing.")
        return client, given["token"]

    async def _own_claims(self, client: Client, token: str) -> Claims | None:
        """The claims of a good access token that this client got."""
        try:
            claims = await self._issuer.access_tokens.verify(token)
        except Unauthenticated:
            return None
        return claims if claims.scopes is not None and claims.client_id == str(client.id) else None

    async def _of_access_token(self, client: Client, token: str) -> dict[str, Any] | None:
        claims = await self._own_claims(client, token)
        if claims is None or claims.scopes is None or not await self._issuer.is_live(claims):
            return None
        return {
            "active": True,
            "token_type": "Bearer",
            "iss": self._issuer.url,
            "aud": self._issuer.service,
            "client_id": str(client.id),
            "sub": str(claims.user_id),
            "scope": in_order(claims.scopes),
            "exp": int(claims.good_until) - LEEWAY,
        }

    async def _of_refresh_token(self, client: Client, token: str) -> dict[str, Any] | None:
        found = await self._issuer.grants.find_refresh_token(client, token)
        grant, expires_at = found or (None, None)
        if grant is None or expires_at is None or not await self._issuer.is_open(grant):
            return None
        return {
            "active": True,
            "iss": self._issuer.url,
            "client_id": str(client.id),
            "sub": str(grant.user_id),
            "scope": grant.scope,
            "exp": int(expires_at.timestamp()),
        }
