"""Registration, invitations, password reset and change of address over HTTP.

What must not live here: any decision. Each handler is one call of a use case.
"""

from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from backwright.account_answers import json_answer
from backwright.account_mail_bodies import (
    AcceptedView,
    ChangeEmailBody,
    ConfirmRegistrationBody,
    ForgotPasswordBody,
    FoundTenantBody,
    InvitationsView,
    InviteBody,
    MailedCodeBody,
    RegisterBody,
    ResetPasswordBody,
)
from backwright.actor import Actor
from backwright.callers import current_actor, require
from backwright.guard import public
from backwright.registration import RegistrationMode

if TYPE_CHECKING:
    from backwright.bound_accounts import BoundAccounts

REGISTERING: Final = "A mail is on its way to this address."
RECOVERING: Final = "If there is an account with this address, a mail is on its way to it."
MOVING: Final = "A mail is on its way to the new address."

Caller = Annotated[Actor, Depends(current_actor)]


def add_mail_routes(router: APIRouter, accounts: "BoundAccounts") -> None:
    """Add the routes; which there are of registration follows from its mode."""
    at, mode, add = MailRoutes(accounts), accounts.declared.registration, router.add_api_route
    anybody: dict[str, Any] = {"methods": ["POST"], "dependencies": [public()]}
    accepted: dict[str, Any] = {"status_code": 202, "response_model": AcceptedView}
    nothing: dict[str, Any] = {"status_code": 204, "response_class": Response}
    if mode is RegistrationMode.OPEN:
        add("/auth/register", at.register, **anybody, **accepted)
    if mode is not RegistrationMode.CLOSED:
        admin: dict[str, Any] = {"dependencies": [Depends(require(accounts.declared.admin))]}
        one = "/auth/invitations/{invitation_id}"
        founding = accounts.tenants is not None and mode is RegistrationMode.OPEN
        confirm = at.found_tenant if founding else at.confirm_registration
        add("/auth/register/confirm", confirm, **anybody, **nothing)
        add("/auth/invitations", at.invite, methods=["POST"], **admin, **accepted)
        add("/auth/invitations", at.invitations, methods=["GET"], response_model=InvitationsView, **admin)
        add(one, at.withdraw_invitation, methods=["DELETE"], **admin, **nothing)
    add("/auth/password/forgot", at.forgot_password, **anybody, **accepted)
    add("/auth/password/reset", at.reset_password, **anybody, **nothing)
    add("/auth/email", at.change_email, methods=["POST"], **accepted)
    add("/auth/email/confirm", at.confirm_email, methods=["POST"], **nothing)


class MailRoutes:
    """The handlers. FastAPI shows the first line of each as the summary and the rest as the description."""

    def __init__(self, accounts: "BoundAccounts") -> None:
        self._accounts = accounts

    async def register(self, body: RegisterBody) -> Response:
        """Sign up

        Mails a code to the address, which `/auth/register/confirm` takes. If the address has an account already,
        its owner is told so by mail; the answer is the same.
        """
        await self._accounts.registration.ask(body.email)
        return json_answer({"detail": REGISTERING}, status=202)

    async def confirm_registration(self, body: ConfirmRegistrationBody) -> Response:
        """Confirm the address and choose a password

        Takes the code of a registration or an invitation. The account exists from now on: sign in.
        """
        await self._accounts.registration.confirm(body.code, body.name, body.password)
        return Response(status_code=204)

    async def found_tenant(self, body: FoundTenantBody) -> Response:
        """Confirm the address and choose a password

        With the code of a registration, `tenant` names what you sign up for: it is new, and you administer it.
        The code of an invitation leads into the tenant of whoever has invited you.
        """
        registration = self._accounts.registration
        await registration.confirm(body.code, body.name, body.password, body.tenant)
        return Response(status_code=204)

    async def invite(self, body: InviteBody) -> Response:
        """Invite somebody

        Mails a code that is good for seven days. Another invitation for the same address takes its place.
        """
        await self._accounts.registration.invite(body.email, body.roles)
        return json_answer({"detail": REGISTERING}, status=202)

    async def invitations(self) -> Response:
        """The open invitations"""
        return json_answer({"items": await self._accounts.registration.invitations()})

    async def withdraw_invitation(self, invitation_id: UUID) -> Response:
        """Withdraw an invitation"""
        await self._accounts.registration.withdraw(invitation_id)
        return Response(status_code=204)

    async def forgot_password(self, body: ForgotPasswordBody) -> Response:
        """Ask for another password

        Mails a code to the owner of the account, which `/auth/password/reset` takes within 30 minutes. The
        answer is the same whether or not there is an account.
        """
        await self._accounts.recovery.ask(body.email)
        return json_answer({"detail": RECOVERING}, status=202)

    async def reset_password(self, body: ResetPasswordBody) -> Response:
        """Set another password with a code

        All sessions of the account end. A second factor stays on.
        """
        await self._accounts.recovery.reset(body.code, body.new_password)
        return Response(status_code=204)

    async def change_email(self, body: ChangeEmailBody, actor: Caller) -> Response:
        """Ask for another address

        Mails a code to the new address, which `/auth/email/confirm` takes, and tells the old one.
        """
        await self._accounts.email_change.ask(actor, body.current_password, body.email)
        return json_answer({"detail": MOVING}, status=202)

    async def confirm_email(self, body: MailedCodeBody, actor: Caller) -> Response:
        """Confirm the new address

        All other sessions of the account end; both addresses are told.
        """
        await self._accounts.email_change.confirm(actor, body.code)
        return Response(status_code=204)
