"""Signing in with providers over HTTP: codes exchanged, identities managed.

What must not live here: any decision about people, and what browsers visit on the way (`oidc_browser.py`).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from starlette.routing import BaseRoute

from backwright import oidc_bodies as bodies
from backwright.account_answers import json_answer, tokens_answer
from backwright.account_bodies import ChallengeView, TokensView
from backwright.actor import Actor
from backwright.browser_routes import BrowserRoutes as BrowserPages
from backwright.browser_routes import BrowserSessionView
from backwright.callers import current_actor
from backwright.context import current
from backwright.errors import BadRequest
from backwright.guard import public
from backwright.hosts import limit_key
from backwright.oauth_requests import answering
from backwright.oidc_browser import VISITS, BrowserRoutes, wrong_return
from backwright.oidc_flow import CODE_SECONDS
from backwright.second_factor import SecondFactorNeeded
from backwright.sessions import Opened, Opens

if TYPE_CHECKING:
    from backwright.bound_accounts import BoundAccounts
    from backwright.oidc import RelyingParty

Caller = Annotated[Actor, Depends(current_actor)]


def oidc_routes(party: "RelyingParty", accounts: "BoundAccounts") -> Sequence[BaseRoute]:
    """The routes of one service."""
    browser, at, router = BrowserRoutes(party), OidcRoutes(party, accounts), APIRouter(tags=["auth"])
    anybody: dict[str, Any] = {"dependencies": [public()]}
    hidden: dict[str, Any] = {**anybody, "include_in_schema": False, "response_model": None}
    one, add = "/auth/oidc/{provider}", router.add_api_route
    add("/auth/oidc", at.providers, methods=["GET"], response_model=bodies.ProvidersView, **anybody)
    second: dict[int | str, Any] = {
        202: {"model": ChallengeView, "description": "A second step is needed"},
        401: {"$ref": "#/components/responses/Unauthenticated"},
        403: {"$ref": "#/components/responses/Forbidden"},
    }
    add(
        "/auth/oidc/token", at.token, methods=["POST"], response_model=TokensView, responses=second, **anybody
    )
    if accounts.browser is not None:
        ours = [public(), Depends(browser_pages(accounts).sent_by_our_page)]
        given: dict[str, Any] = {
            "response_model": BrowserSessionView,
            "responses": second,
            "dependencies": ours,
        }
        add("/auth/oidc/browser-session", at.browser_session, methods=["POST"], **given)
    add("/auth/oidc/logout", at.logout, methods=["POST"], response_model=bodies.LogoutView)
    add(f"{one}/start", browser.start, methods=["GET"], **hidden)
    add(f"{one}/callback", browser.callback, methods=["GET"], **hidden)
    add(f"{one}/backchannel-logout", answering(browser.logout_by_provider), methods=["POST"], **hidden)
    nothing: dict[str, Any] = {"status_code": 204, "response_class": Response}
    conflict: dict[str, Any] = {"responses": {409: {"$ref": "#/components/responses/Conflict"}}}
    add("/auth/identities", at.identities, methods=["GET"], response_model=bodies.IdentitiesView)
    add("/auth/identities", at.link, methods=["POST"], **nothing, **conflict)
    add("/auth/identities/{identity_id}", at.unlink, methods=["DELETE"], **nothing, **conflict)
    return router.routes


class OidcRoutes:
    """The handlers. FastAPI shows the first line of each as the summary and the rest as the description."""

    def __init__(self, party: "RelyingParty", accounts: "BoundAccounts") -> None:
        self._party = party
        self._accounts = accounts

    async def providers(self) -> Response:
        """Whom can I sign in with"""
        url = self._party.settings.public_url
        found = [{"name": name, "start": f"{url}/auth/oidc/{name}/start"} for name in self._party.providers]
        return json_answer({"items": found})

    async def token(self, body: bodies.OidcTokenBody, request: Request) -> Response:
        """Sign in with the code from a provider

        Takes the code in the fragment of the page and the verifier whose digest began the sign-in, within five
        minutes, once. An account with a second factor gets 202: send the same again with `second_factor`.
        """
        await self._party.limiter.enforce(VISITS, limit_key(current.get().client_ip))
        opened = await self._open(body, request)
        return tokens_answer(await self._accounts.tokens_for(opened)) if opened else _second_step(body.code)

    async def browser_session(self, body: bodies.OidcTokenBody, request: Request) -> Response:
        """Sign in with a browser, with the code from a provider

        As `/auth/oidc/token`; sets the session cookie in the place of answering with tokens.
        """
        await self._party.limiter.enforce(VISITS, limit_key(current.get().client_ip))
        pages, browser = browser_pages(self._accounts), self._accounts.browser
        assert browser is not None, "there is no such route without it"
        before = await pages.signed_in_before(request)
        opened = await self._open(body, request, into=browser.sessions)
        if opened is None:
            return _second_step(body.code)
        browser.begun(opened)
        return await pages.begun(opened.session_id, before)

    async def logout(self, body: bodies.LogoutBody, actor: Caller) -> Response:
        """Sign out, here and at the provider

        Ends this session. Send the browser to `logout_url`, if there is one, to end the provider's as well.
        """
        if body.return_to is not None and body.return_to not in self._party.settings.oidc_return_urls:
            raise BadRequest("The logout cannot begin.", errors=[wrong_return("return_to")])
        name = await self._party.logout.provider_of(actor)
        if actor.session_id is not None:
            await self._accounts.end_session(actor, actor.session_id)
        found = self._party.providers.get(name or "")
        url = await found.logout_url(body.return_to) if found is not None else None
        return json_answer({"logout_url": url})

    async def identities(self, actor: Caller) -> Response:
        """Which providers are linked with my account"""
        return json_answer({"items": await self._party.linking.list(actor)})

    async def link(self, body: bodies.LinkBody, actor: Caller) -> Response:
        """Link a provider with my account

        Takes a code as `/auth/oidc/token` does, and the password where there is one. All other sessions end.
        """
        proof = self._party.flow.proof(body.code, body.code_verifier)
        await self._party.linking.link(actor, proof, body.current_password)
        return Response(status_code=204)

    async def unlink(self, identity_id: UUID, actor: Caller) -> Response:
        """Unlink a provider

        All other sessions of the account end. The last way in stays.
        """
        await self._party.linking.unlink(actor, identity_id)
        return Response(status_code=204)

    async def _open(
        self, body: bodies.OidcTokenBody, request: Request, *, into: Opens | None = None
    ) -> Opened | None:
        """A session; None where the second factor is still missing."""
        try:
            return await self._party.people.sign_in(
                self._party.flow.proof(body.code, body.code_verifier),
                body.code,
                second_factor=body.second_factor,
                user_agent=request.headers.get("user-agent", ""),
                into=into,
            )
        except SecondFactorNeeded:
            return None


def browser_pages(accounts: "BoundAccounts") -> BrowserPages:
    """What signing in with a cookie does besides, the same for every way."""
    assert accounts.browser is not None, "a service with these pages has browser sessions"
    return BrowserPages(accounts, accounts.browser)


def _second_step(code: str) -> Response:
    return json_answer({"challenge": code, "expires_in": CODE_SECONDS}, status=202)
