"""What clients send to and get from the routes of accounts by mail: the shapes, strict and bounded.

What must not live here: rules that need the database. An address that is to get mail has the form of one; an
address to sign in with is looked up as it is, because "not an address" and "not an account" must be one
answer.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from backwright.account_bodies import Body, NewPassword, Secret
from backwright.fields import EMAIL, NO_NUL

Address = Annotated[
    str, StringConstraints(max_length=254, pattern=EMAIL), Field(examples=["ada@example.org"])
]
MailedCode = Annotated[
    str,
    StringConstraints(min_length=1, max_length=128, pattern=NO_NUL),
    Field(
        repr=False,
        description="The code from the mail, good for one use.",
        examples=["Zm9yIGV4YW1wbGUgb25seSwgbm90IGEgcmVhbCBjb2Q"],
    ),
]
FactorCode = Annotated[
    str,
    StringConstraints(min_length=1, max_length=64, pattern=NO_NUL),
    Field(
        repr=False,
        description="Six digits from the app, or a recovery code. Each is good for one use.",
        examples=["492039"],
    ),
]
CurrentPassword = Annotated[
    Secret, Field(examples=["seven-quiet-lamps-above"], json_schema_extra={"format": "password"})
]


class RegisterBody(Body):
    """Where the way to a new account is mailed to."""

    email: Address


class ConfirmRegistrationBody(Body):
    """The code from the mail, and what the account begins with."""

    code: MailedCode
    name: Annotated[
        str, StringConstraints(min_length=1, max_length=200, pattern=NO_NUL), Field(examples=["Ada Lovelace"])
    ]
    password: NewPassword


class FoundTenantBody(ConfirmRegistrationBody):
    """The same where accounts belong to tenants."""

    tenant: (
        Annotated[
            str, StringConstraints(min_length=1, max_length=200, pattern=NO_NUL), Field(examples=["Acme"])
        ]
        | None
    ) = None
    """The name of the new tenant; none for an invitation, which leads into the tenant that it is of."""


class InviteBody(Body):
    """Somebody who shall have an account, and what they may do then."""

    email: Address
    roles: list[Annotated[str, StringConstraints(max_length=63)]] = Field([], max_length=50, examples=[[]])


class ForgotPasswordBody(Body):
    """Whose password is forgotten."""

    email: Annotated[
        str,
        StringConstraints(min_length=1, max_length=254, pattern=NO_NUL),
        Field(examples=["ada@example.org"]),
    ]


class ResetPasswordBody(Body):
    """The code from the mail, and the new password."""

    code: MailedCode
    new_password: NewPassword


class ChangeEmailBody(Body):
    """The password as proof, and the new address."""

    current_password: CurrentPassword
    email: Address


class MailedCodeBody(Body):
    """The code from the mail."""

    code: MailedCode


class CurrentPasswordBody(Body):
    """The password as proof."""

    current_password: CurrentPassword


class FactorCodeBody(Body):
    """A code from the app."""

    code: FactorCode


class ProofBody(Body):
    """The password and a code of the second factor as proof."""

    current_password: CurrentPassword
    code: FactorCode


class SecondStepBody(Body):
    """The second step of a login."""

    challenge: Annotated[
        str,
        StringConstraints(min_length=1, max_length=128, pattern=NO_NUL),
        Field(
            repr=False, description="What the first step has answered.", examples=["Zm9yIGV4YW1wbGUgb25seQ"]
        ),
    ]
    code: FactorCode


class AcceptedView(BaseModel):
    """The same whether or not there is an account, so that it does not tell."""

    detail: str = Field(examples=["If there is an account with this address, a mail is on its way to it."])


class InvitationView(BaseModel):
    """An invitation that is open. Its code is in the mail alone."""

    id: UUID
    email: str = Field(examples=["ada@example.org"])
    roles: list[str]
    created_at: datetime
    expires_at: datetime


class InvitationsView(BaseModel):
    """The open invitations, newest first, at most 100."""

    items: list[InvitationView]


class SecondFactorView(BaseModel):
    """The state of the caller's second factor."""

    enabled: bool
    recovery_codes_left: int = Field(examples=[10])


class OfferedView(BaseModel):
    """What an authenticator app needs. It counts after the first code of the app."""

    secret: str = Field(description="Base32, for typing.", examples=["JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"])
    uri: str = Field(
        description="The same for a QR code.",
        examples=["otpauth://totp/office:ada%40example.org?secret=JBSWY3DPEHPK3PXP&issuer=office"],
    )


class RecoveryCodesView(BaseModel):
    """Codes for the day on which the telephone is gone, each good once. They are shown this one time."""

    recovery_codes: list[str] = Field(examples=[["ABCDEF-GHIJKL-MNOPQR-STUVWX"]])
