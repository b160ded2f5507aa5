"""Logout that a client asks for (OpenID Connect RP-Initiated Logout 1.0).

What lives here: which session ends, and where the browser goes then. What must not: how a session ends.

Nobody is signed in to the browser here, so there is one thing that can end: the session that an ID token
names, together with the tokens of its client. The ID token proves that the request comes from that client;
without one nothing ends and nobody is sent anywhere.
"""

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from backwright.oauth_authorize import with_query
from backwright.oauth_pages import plain_page
from backwright.oauth_requests import OAuthError, fields, form

if TYPE_CHECKING:
    from backwright.oauth import Issuer


class Logout:
    """The endpoint."""

    def __init__(self, issuer: "Issuer") -> None:
        self._issuer = issuer

    async def answer(self, request: Request) -> Response:
        """End the session that the ID token names; then back to the client, if it has registered where to."""
        try:
            given = await form(request) if request.method == "POST" else fields(request.url.query)
        except OAuthError as error:
            return plain_page("This does not work", error.detail, status=400)
        named = await self._issuer.id_tokens.read_hint(given.get("id_token_hint", ""))
        client = await self._issuer.clients.find(str(named[0])) if named is not None else None
        if named is None or client is None or given.get("client_id", str(client.id)) != str(client.id):
            return plain_page(
                "Nothing to sign out of",
                "This browser is not signed in here. Sign out in the application itself.",
                status=400,
            )
        _, user_id, session_id = named
        found = await self._issuer.grants.find(client, session_id)
        if found is not None and found.user_id == user_id:
            await self._issuer.grants.end(client, found, "logout")
        back = given.get("post_logout_redirect_uri", "")
        if not back:
            return plain_page("You are signed out", f"The session of {client.name} has ended.")
        if back not in client.logout_uris:
            return plain_page(
                "You are signed out", "The address to go back to is not known here.", status=400
            )
        state = {"state": given["state"]} if "state" in given else {}
        location = with_query(back, state) if state else back
        return Response(status_code=303, headers={"Location": location, "Cache-Control": "no-store"})
