"""The second factor over HTTP: the second step of a login, and switching it on and off.

What must not live here: any decision. Each handler is one call of a use case.
"""

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from backwright.account_answers import json_answer, tokens_answer
from backwright.account_bodies import TokensView
from backwright.account_mail_bodies import (
    CurrentPasswordBody,
    FactorCodeBody,
    OfferedView,
    ProofBody,
    RecoveryCodesView,
    SecondFactorView,
    SecondStepBody,
)
from backwright.actor import Actor
from backwright.callers import current_actor, require
from backwright.guard import public

if TYPE_CHECKING:
    from backwright.bound_accounts import BoundAccounts

Caller = Annotated[Actor, Depends(current_actor)]


def add_second_factor_routes(router: APIRouter, accounts: "BoundAccounts") -> None:
    """Add the routes."""
    at, add = SecondFactorRoutes(accounts), router.add_api_route
    nothing: dict[str, Any] = {"status_code": 204, "response_class": Response}
    refused: dict[str, Any] = {"responses": {401: {"$ref": "#/components/responses/Unauthenticated"}}}
    add(
        "/auth/login/second-factor",
        at.second_step,
        methods=["POST"],
        response_model=TokensView,
        dependencies=[public()],
        **refused,
    )
    here, codes = "/auth/second-factor", RecoveryCodesView
    add(here, at.status, methods=["GET"], response_model=SecondFactorView)
    add(here, at.begin, methods=["POST"], response_model=OfferedView)
    add(f"{here}/confirm", at.confirm, methods=["POST"], response_model=codes)
    add(f"{here}/off", at.switch_off, methods=["POST"], **nothing)
    add(f"{here}/recovery-codes", at.renew_recovery_codes, methods=["POST"], response_model=codes)
    admin = Depends(require(accounts.declared.admin))
    add("/users/{user_id}/second-factor", at.remove, methods=["DELETE"], dependencies=[admin], **nothing)


class SecondFactorRoutes:
    """The handlers. FastAPI shows the first line of each as the summary and the rest as the description."""

    def __init__(self, accounts: "BoundAccounts") -> None:
        self._accounts = accounts

    async def second_step(self, body: SecondStepBody, request: Request) -> Response:
        """Sign in, second step

        Takes the challenge that `/auth/login` has answered, and a code. After a wrong code the challenge is good
        for another attempt, within five minutes.
        """
        user_agent = request.headers.get("user-agent", "")
        return tokens_answer(
            await self._accounts.second_step(body.challenge, body.code, user_agent=user_agent)
        )

    async def status(self, actor: Caller) -> Response:
        """Is my second factor on"""
        enabled, left = await self._accounts.second_factor.status(actor)
        return json_answer({"enabled": enabled, "recovery_codes_left": left})

    async def begin(self, body: CurrentPasswordBody, actor: Caller) -> Response:
        """Begin with a second factor

        The secret for an authenticator app. It counts after `/auth/second-factor/confirm`.
        """
        offered = await self._accounts.second_factor.begin(actor, body.current_password)
        return json_answer({"secret": offered.secret, "uri": offered.uri})

    async def confirm(self, body: FactorCodeBody, actor: Caller) -> Response:
        """Switch the second factor on

        Takes a code of the app. All other sessions end, and each login needs a code from now on. The recovery
        codes are shown this one time.
        """
        return json_answer({"recovery_codes": await self._accounts.second_factor.confirm(actor, body.code)})

    async def switch_off(self, body: ProofBody, actor: Caller) -> Response:
        """Switch the second factor off

        All other sessions end.
        """
        await self._accounts.second_factor.switch_off(actor, body.current_password, body.code)
        return Response(status_code=204)

    async def renew_recovery_codes(self, body: ProofBody, actor: Caller) -> Response:
        """Make new recovery codes

        The old ones are void. The new ones are shown this one time.
        """
        setup = self._accounts.second_factor
        made = await setup.renew_recovery_codes(actor, body.current_password, body.code)
        return json_answer({"recovery_codes": made})

    async def remove(self, user_id: UUID, actor: Caller) -> Response:
        """Take the second factor from an account

        For somebody who has lost it. All sessions of the account end, and its owner is told.
        """
        await self._accounts.second_factor.remove(actor, user_id)
        return Response(status_code=204)
