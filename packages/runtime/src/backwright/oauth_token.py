"""The token endpoint: a code, a refresh token or a client's own secret in, tokens out (RFC 6749 §3.2).

What lives here: the three grants. What must not: the steps that make them safe (`oauth_grants.py`). There is
no grant for passwords, and no token comes from the authorization endpoint.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from backwright.errors import Unauthenticated
from backwright.oauth_clients import Client, granted
from backwright.oauth_grants import Grant
from backwright.oauth_registration import CODE, CREDENTIALS, REFRESH
from backwright.oauth_requests import OAuthError, answer, form, invalid_grant, invalid_request, proof
from backwright.oauth_scopes import OPENID, in_order

if TYPE_CHECKING:
    from backwright.oauth import Issuer

_VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}", re.ASCII)
"""RFC 7636 §4.1."""


class TokenEndpoint:
    """Raises `OAuthError` for whatever is not good."""

    def __init__(self, issuer: "Issuer") -> None:
        self._issuer = issuer

    async def answer(self, request: Request) -> Response:
        """Tokens for a client that has proved who it is."""
        given = await form(request)
        client = await self._issuer.clients.prove(proof(request, given))
        grant = given.get("grant_type", "")
        if grant == CODE:
            granted(client, CODE)
            return answer(await self._by_code(client, given))
        if grant == REFRESH:
            granted(client, REFRESH)
            return answer(await self._by_refresh_token(client, given))
        if grant == CREDENTIALS:
            granted(client, CREDENTIALS)
            return answer(await self._for_itself(client, given))
        raise OAuthError("unsupported_grant_type", "There is no such grant here.")

    async def _by_code(self, client: Client, given: Mapping[str, str]) -> dict[str, Any]:
        verifier = given.get("code_verifier", "")
        if "code" not in given or "redirect_uri" not in given:
            raise invalid_request("code and redirect_uri are required.")
        if not _VERIFIER.fullmatch(verifier):
            raise invalid_request("code_verifier is required: 43 to 128 unreserved characters.")
        found = await self._issuer.grants.redeem(
            client, given["code"], redirect_uri=given["redirect_uri"], verifier=verifier
        )
        if found is None:
            raise invalid_grant()
        return await self._tokens(client, found, found.scope)

    async def _by_refresh_token(self, client: Client, given: Mapping[str, str]) -> dict[str, Any]:
        token = given.get("refresh_token", "")
        known = await self._issuer.grants.find_refresh_token(client, token)
        if known is None:
            raise invalid_grant()
        scope = narrowed(known[0].scope, given.get("scope"))
        try:
            found = await self._issuer.grants.refresh(client, token)
        except Unauthenticated:
            raise invalid_grant() from None
        if found is None:
            raise invalid_grant()
        return await self._tokens(client, found, scope)

    async def _for_itself(self, client: Client, given: Mapping[str, str]) -> dict[str, Any]:
        scope = narrowed(in_order(client.scopes), given.get("scope"))
        token_id = await self._issuer.grants.add_client_token(client)
        return await self._bearer(client, client.id, token_id, scope)

    async def _tokens(self, client: Client, found: Grant, scope: str) -> dict[str, Any]:
        tokens = await self._bearer(client, found.user_id, found.session_id, scope)
        if found.refresh_token is not None:
            tokens["refresh_token"] = found.refresh_token
        if OPENID in scope.split():
            tokens["id_token"] = await self._issuer.id_tokens.issue(
                found, client_id=client.id, access_token=tokens["access_token"]
            )
        return tokens

    async def _bearer(self, client: Client, subject: UUID, session_id: UUID, scope: str) -> dict[str, Any]:
        access = self._issuer.access_tokens
        token = await access.issue(subject, session_id, client_id=client.id, scope=scope)
        seconds = int(access.lifetime.total_seconds())
        return {"access_token": token, "token_type": "Bearer", "expires_in": seconds, "scope": scope}


def narrowed(scope: str, asked: str | None) -> str:
    """Those scopes that are asked for; without asking all. Raises `OAuthError` for one that was not granted."""
    if asked is None:
        return scope
    wanted = set(asked.split())
    if not wanted or not wanted <= set(scope.split()):
        raise OAuthError("invalid_scope", "Ask for scopes that were granted.")
    return in_order(wanted)
