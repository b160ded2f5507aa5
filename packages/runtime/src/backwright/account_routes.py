"""`/auth` and the JWKS over HTTP: bodies in, use cases called, answers out.

What must not live here: any decision. Each handler is one call of `BoundAccounts`.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from starlette.routing import BaseRoute

from backwright.account_answers import json_answer, tokens_answer
from backwright.account_bodies import (
    ChallengeView,
    JwksView,
    LoginBody,
    MeView,
    PasswordBody,
    RefreshBody,
    SessionsView,
    SetPasswordBody,
    TokensView,
)
from backwright.account_codes import LIFETIME, Purpose
from backwright.account_mail_routes import add_mail_routes
from backwright.actor import Actor
from backwright.callers import current_actor, require
from backwright.guard import public
from backwright.keyring import JWKS_SECONDS
from backwright.second_factor import SecondFactorNeeded
from backwright.second_factor_routes import add_second_factor_routes

if TYPE_CHECKING:
    from backwright.bound_accounts import BoundAccounts

Caller = Annotated[Actor, Depends(current_actor)]


def account_routes(accounts: "BoundAccounts") -> Sequence[BaseRoute]:
    """The routes, bound to the accounts of one service."""
    at, router = AccountRoutes(accounts), APIRouter(tags=["auth"])
    anybody: dict[str, Any] = {"dependencies": [public()]}
    nothing: dict[str, Any] = {"status_code": 204, "response_class": Response}
    add = router.add_api_route
    refused: dict[str, Any] = {"responses": {401: {"$ref": "#/components/responses/Unauthenticated"}}}
    second = {**refused["responses"], 202: {"model": ChallengeView, "description": "A second step is needed"}}
    add("/auth/login", at.login, methods=["POST"], response_model=TokensView, responses=second, **anybody)
    add("/auth/refresh", at.refresh, methods=["POST"], response_model=TokensView, **anybody, **refused)
    add_second_factor_routes(router, accounts)
    add_mail_routes(router, accounts)
    add("/auth/logout", at.logout, methods=["POST"], **nothing)
    add("/auth/logout-all", at.logout_all, methods=["POST"], **nothing)
    add("/auth/me", at.me, methods=["GET"], response_model=MeView)
    add("/auth/sessions", at.sessions, methods=["GET"], response_model=SessionsView)
    add("/auth/sessions/{session_id}", at.end_session, methods=["DELETE"], **nothing)
    add("/auth/password", at.change_password, methods=["POST"], **nothing)
    administrator = Depends(require(accounts.declared.admin))
    add(
        "/users/{user_id}/password",
        at.set_password,
        methods=["POST"],
        dependencies=[administrator],
        **nothing,
    )
    add("/.well-known/jwks.json", at.jwks, methods=["GET"], response_model=JwksView, **anybody)
    return router.routes


class AccountRoutes:
    """The handlers. FastAPI shows the first line of each as the summary and the rest as the description."""

    def __init__(self, accounts: "BoundAccounts") -> None:
        self._accounts = accounts

    async def login(self, body: LoginBody, request: Request) -> Response:
        """Sign in

        After several wrong passwords each further attempt has to wait, up to 30 seconds. An account with a
        second factor gets 202 and a challenge, which `/auth/login/second-factor` takes together with a code.
        """
        user_agent = request.headers.get("user-agent", "")
        try:
            return tokens_answer(
                await self._accounts.sign_in(body.email, body.password, user_agent=user_agent)
            )
        except SecondFactorNeeded as needed:
            lasts = int(LIFETIME[Purpose.SIGN_IN].total_seconds())
            return json_answer({"challenge": needed.challenge, "expires_in": lasts}, status=202)

    async def refresh(self, body: RefreshBody) -> Response:
        """Refresh the tokens

        A refresh token is good for one use. Using it again later than ten seconds after ends the session: one
        of the two who used it is not the owner.
        """
        return tokens_answer(await self._accounts.refresh(body.refresh_token))

    async def logout(self, actor: Caller) -> Response:
        """Sign out

        Ends this session: its access token stops within 10 seconds everywhere, its refresh token at once.
        """
        if actor.session_id is not None:
            await self._accounts.end_session(actor, actor.session_id)
        return Response(status_code=204)

    async def logout_all(self, actor: Caller) -> Response:
        """Sign out everywhere"""
        await self._accounts.end_all_sessions(actor)
        return Response(status_code=204)

    async def me(self, actor: Caller) -> Response:
        """Who am I"""
        return json_answer(await self._accounts.describe(actor))

    async def sessions(self, actor: Caller) -> Response:
        """Where am I signed in"""
        return json_answer({"items": await self._accounts.list_sessions(actor)})

    async def end_session(self, session_id: UUID, actor: Caller) -> Response:
        """Sign out one device"""
        await self._accounts.end_session(actor, session_id)
        return Response(status_code=204)

    async def change_password(self, body: PasswordBody, actor: Caller) -> Response:
        """Change the password

        Needs the old one. All other sessions of the account end.
        """
        await self._accounts.change_password(actor, body.current_password, body.new_password)
        return Response(status_code=204)

    async def set_password(self, user_id: UUID, body: SetPasswordBody, actor: Caller) -> Response:
        """Give an account a password

        All sessions of the account end. For one's own account there is `/auth/password`.
        """
        await self._accounts.set_password(actor, user_id, body.new_password)
        return Response(status_code=204)

    async def jwks(self) -> Response:
        """The public keys of the access tokens"""
        headers = {"Cache-Control": f"public, max-age={JWKS_SECONDS}"}
        return json_answer(await self._accounts.keyring.jwks(), headers=headers)
