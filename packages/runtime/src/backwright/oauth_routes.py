"""The OAuth endpoints over HTTP: requests in, the parts of the issuer called, answers out.

What must not live here: any decision. The endpoints of the protocol are not in the OpenAPI document: the
discovery documents describe them, in the form that OAuth libraries read. The administration of clients is.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Depends, Request, Response
from starlette.routing import BaseRoute

from backwright import oauth_discovery as at
from backwright.callers import require
from backwright.errors import Unauthenticated
from backwright.guard import public
from backwright.oauth_authorize import Authorize
from backwright.oauth_bodies import ClientBody, ClientsView, NewClientView, SecretView
from backwright.oauth_clients import Client
from backwright.oauth_introspect import Introspection
from backwright.oauth_logout import Logout
from backwright.oauth_registration import ClientRegistration
from backwright.oauth_requests import OAuthError, answer, answering
from backwright.oauth_token import TokenEndpoint

if TYPE_CHECKING:
    from backwright.oauth import Issuer


def oauth_routes(issuer: "Issuer", *, secret: bytes, secure: bool, admin: str) -> Sequence[BaseRoute]:
    """The routes of one service's issuer. `secret` seals what a browser holds; `secure`: it comes over https."""
    authorize, logout = Authorize(issuer, secret, secure=secure), Logout(issuer)
    introspection, described = Introspection(issuer), Described(issuer)
    router = APIRouter(tags=["auth"])
    protocol: dict[str, Any] = {
        "dependencies": [public()],
        "include_in_schema": False,
        "response_model": None,
    }
    for path, handler, methods in (
        (at.AUTHORIZE, authorize.ask, ["GET", "POST"]),
        (at.SIGN_IN, authorize.decide, ["POST"]),
        (at.TOKEN, TokenEndpoint(issuer).answer, ["POST"]),
        (at.INTROSPECT, introspection.introspect, ["POST"]),
        (at.REVOKE, introspection.revoke, ["POST"]),
        (at.USERINFO, described.userinfo, ["GET", "POST"]),
        (at.LOGOUT, logout.answer, ["GET", "POST"]),
        *((path, described.discovery, ["GET"]) for path in at.DOCUMENTS),
    ):
        router.add_api_route(path, answering(handler), methods=methods, **protocol)
    if issuer.users.owner is None:  # an administrator of one tenant has no say in programs that serve all
        add_client_routes(router, ClientRoutes(issuer), Depends(require(admin)))
    return router.routes


class Described:
    """What the issuer tells of itself and of people."""

    def __init__(self, issuer: "Issuer") -> None:
        self._issuer = issuer

    async def discovery(self, _: Request) -> Response:
        """Where everything is and what is offered."""
        return Response(
            msgspec.json.encode(at.metadata(self._issuer.url, self._issuer.scopes)),
            headers={"Cache-Control": f"public, max-age={at.DISCOVERY_SECONDS}"},
            media_type="application/json",
        )

    async def userinfo(self, request: Request) -> Response:
        """Who the person is, as far as they allowed (OpenID Connect Core §5.3)."""
        given = request.headers.getlist("authorization")
        if len(given) != 1:
            raise Unauthenticated()
        found = await self._issuer.describe(given[0])
        if found is None:
            challenge = 'Bearer error="insufficient_scope", scope="openid"'
            raise OAuthError(
                "insufficient_scope", "The scope openid is needed.", status=403, challenge=challenge
            )
        return answer(found)


def add_client_routes(router: APIRouter, routes: "ClientRoutes", administrator: Any) -> None:
    """The administration of clients, for administrators alone."""
    closed: dict[str, Any] = {"dependencies": [administrator]}
    one = at.CLIENTS + "/{client_id}"
    add = router.add_api_route
    add(at.CLIENTS, routes.list, methods=["GET"], response_model=ClientsView, **closed)
    add(
        at.CLIENTS, routes.register, methods=["POST"], status_code=201, response_model=NewClientView, **closed
    )
    add(f"{one}/secret", routes.new_secret, methods=["POST"], response_model=SecretView, **closed)
    conflict: dict[str, Any] = {"responses": {409: {"$ref": "#/components/responses/Conflict"}}}
    add(one, routes.close, methods=["DELETE"], status_code=204, response_class=Response, **closed, **conflict)


class ClientRoutes:
    """The handlers. FastAPI shows the first line of each as the summary and the rest as the description."""

    def __init__(self, issuer: "Issuer") -> None:
        self._clients = issuer.clients

    async def list(self) -> Response:
        """List the OAuth clients"""
        return answer({"items": [shown(client) for client in await self._clients.list()]})

    async def register(self, body: ClientBody) -> Response:
        """Register an OAuth client

        The secret is shown this once. A client acts for people or for itself, never both.
        """
        wanted = ClientRegistration(
            body.name, body.public, tuple(body.grants), tuple(body.scopes), tuple(body.redirect_uris),
            tuple(body.logout_uris),
        )  # fmt: skip
        client, secret = await self._clients.register(wanted)
        return answer({**shown(client), "client_secret": secret}, status=201)

    async def new_secret(self, client_id: UUID) -> Response:
        """Replace the secret of an OAuth client

        The old one stops at once.
        """
        return answer({"client_secret": await self._clients.new_secret(client_id)})

    async def close(self, client_id: UUID) -> Response:
        """Close an OAuth client

        Everything that it holds ends. Clients are closed, never deleted: the audit log refers to them.
        """
        await self._clients.close(client_id)
        return Response(status_code=204)


def shown(client: Client) -> dict[str, Any]:
    """A client as administrators see it."""
    return {
        "client_id": client.id,
        "name": client.name,
        "public": client.is_public,
        "grants": sorted(client.grants),
        "scopes": sorted(client.scopes),
        "redirect_uris": list(client.redirect_uris),
        "logout_uris": list(client.logout_uris),
        "is_active": client.is_active,
    }
