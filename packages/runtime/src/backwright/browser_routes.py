"""`/auth/browser-session`: signing in and out of a browser, over HTTP.

What must not live here: any decision. Each handler is one call of a use case.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field
from starlette.routing import BaseRoute

from backwright.account_answers import json_answer
from backwright.account_bodies import ChallengeView, LoginBody
from backwright.account_codes import LIFETIME, Purpose
from backwright.account_mail_bodies import SecondStepBody
from backwright.actor import Actor
from backwright.browser_accounts import session_of
from backwright.callers import acting_as, current_actor
from backwright.csrf import HEADER, check_media_type, first_of_each
from backwright.errors import NotFound, Unauthenticated
from backwright.guard import public
from backwright.openapi import CSRF, SESSION
from backwright.second_factor import SecondFactorNeeded

if TYPE_CHECKING:
    from backwright.bound_accounts import BoundAccounts
    from backwright.browser_accounts import BrowserAccounts

HERE: Final = "/auth/browser-session"
Caller = Annotated[Actor, Depends(current_actor)]


class BrowserSessionView(BaseModel):
    """The session of this browser. The cookie itself is for no script to read."""

    csrf_token: str = Field(description=f"Send it as {HEADER} with every POST, PATCH and DELETE.")
    expires_in: int = Field(description="Seconds after which it ends in any case.", examples=[86400])
    idle_seconds: int = Field(description="Seconds without a request after which it ends.", examples=[3600])


def browser_routes(accounts: "BoundAccounts", browser: "BrowserAccounts") -> Sequence[BaseRoute]:
    """The routes, bound to the accounts of one service."""
    at, router = BrowserRoutes(accounts, browser), APIRouter(tags=["auth"])
    add, view = router.add_api_route, BrowserSessionView
    refused: dict[int | str, Any] = {
        each: {"$ref": f"#/components/responses/{name}"}
        for each, name in ((401, "Unauthenticated"), (403, "Forbidden"))
    }
    second = {**refused, 202: {"model": ChallengeView, "description": "A second step is needed"}}
    ours: dict[str, Any] = {"dependencies": [public(), Depends(at.sent_by_our_page)], "methods": ["POST"]}
    add(HERE, at.sign_in, response_model=view, responses=second, **ours)
    add(f"{HERE}/second-factor", at.second_step, response_model=view, responses=refused, **ours)
    read: dict[str, Any] = {"security": [{SESSION: []}]}
    write: dict[str, Any] = {"security": [{SESSION: [], CSRF: []}]}
    add(HERE, at.show, methods=["GET"], response_model=view, openapi_extra=read)
    add(HERE, at.sign_out, methods=["DELETE"], status_code=204, response_class=Response, openapi_extra=write)
    return router.routes


def browser_components(browser: "BrowserAccounts") -> dict[str, Any]:
    """The security schemes of the OpenAPI document."""
    cookie = {
        "type": "apiKey",
        "in": "cookie",
        "name": browser.cookie.name,
        "description": f"The session of a browser, from `POST {HERE}`.",
    }
    token = {
        "type": "apiKey",
        "in": "header",
        "name": HEADER,
        "description": f"The CSRF token of the session, from `GET {HERE}`.",
    }
    return {"securitySchemes": {SESSION: cookie, CSRF: token}}


class BrowserRoutes:
    """The handlers. FastAPI shows the first line of each as the summary and the rest as the description."""

    def __init__(self, accounts: "BoundAccounts", browser: "BrowserAccounts") -> None:
        self._accounts = accounts
        self._browser = browser

    async def sent_by_our_page(self, request: Request) -> None:
        """Raise for a login that another site makes a browser send: it would sign its victim in as somebody else."""
        given = first_of_each(request.scope["headers"])
        self._browser.csrf.check_origin(given)
        check_media_type(given)

    async def sign_in(self, body: LoginBody, request: Request) -> Response:
        """Sign in with a browser

        Sets the session cookie. Writes need the CSRF token of the answer as well. An account with a second factor
        gets 202 and a challenge, which `/auth/browser-session/second-factor` takes together with a code.
        """
        user_agent, before = request.headers.get("user-agent", ""), await self.signed_in_before(request)
        try:
            opened = await self._browser.sign_in(body.email, body.password, user_agent=user_agent)
        except SecondFactorNeeded as needed:
            lasts = int(LIFETIME[Purpose.SIGN_IN].total_seconds())
            return json_answer({"challenge": needed.challenge, "expires_in": lasts}, status=202)
        return await self.begun(opened.session_id, before)

    async def second_step(self, body: SecondStepBody, request: Request) -> Response:
        """Sign in with a browser, second step

        Takes the challenge that `/auth/browser-session` has answered, and a code. Sets the session cookie.
        """
        user_agent, before = request.headers.get("user-agent", ""), await self.signed_in_before(request)
        opened = await self._browser.second_step(body.challenge, body.code, user_agent=user_agent)
        return await self.begun(opened.session_id, before)

    async def show(self, actor: Caller) -> Response:
        """Is this browser signed in

        A page that was loaded anew gets its CSRF token here. Who is signed in tells `/auth/me`.
        """
        session_id = session_of(actor)
        return json_answer(await self._view(session_id))

    async def sign_out(self, actor: Caller) -> Response:
        """Sign out of this browser

        Ends the session at once and takes the cookie back.
        """
        await self._accounts.end_session(actor, session_of(actor))
        return Response(status_code=204)

    async def begun(self, session_id: UUID, before: Actor | None) -> Response:
        """The answer to a sign-in; what this browser was signed in as before has ended."""
        if before is not None and before.session_id is not None:
            with acting_as(before), suppress(NotFound):
                await self._accounts.end_session(before, before.session_id, keep_cookie=True)
        return json_answer(await self._view(session_id))

    async def _view(self, session_id: UUID) -> dict[str, object]:
        return {
            "csrf_token": self._browser.csrf.token(session_id),
            "expires_in": await self._browser.sessions.seconds_left(session_id),
            "idle_seconds": int(self._browser.sessions.idle.total_seconds()),
        }

    async def signed_in_before(self, request: Request) -> Actor | None:
        """Whoever this browser was signed in as: their session has nobody who could end it afterwards."""
        try:
            return await self._browser.callers.holder(request.headers.get("cookie", "").encode("latin-1"))
        except Unauthenticated:  # their tenant is suspended, which is no matter of whoever signs in now
            return None
