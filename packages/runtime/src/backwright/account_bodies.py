"""What clients send to and get from `/auth`: the shapes, strict and bounded.

What must not live here: rules that need the database. A password is bounded here and judged in
`passwords.py`; a login does not check the form of an address, because "not an address" and "not an account"
must be one answer.
"""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from backwright.fields import NO_NUL, STRICT
from backwright.passwords import MAX_BYTES, MIN_CHARACTERS

Secret = Annotated[
    str, StringConstraints(min_length=1, max_length=MAX_BYTES, pattern=NO_NUL), Field(repr=False)
]
NewPassword = Annotated[
    str,
    StringConstraints(max_length=MAX_BYTES, pattern=NO_NUL),
    Field(
        repr=False,
        description=f"At least {MIN_CHARACTERS} characters, none of those that everybody tries first. "
        "No rules about digits or signs.",
        examples=["seven-quiet-lamps-above"],
        json_schema_extra={"format": "password", "minLength": MIN_CHARACTERS},
    ),
]


class Body(BaseModel):
    """A request body: unknown fields and wrong types are refused, nothing is converted."""

    model_config = STRICT


class LoginBody(Body):
    """An address and a password."""

    email: Annotated[
        str,
        StringConstraints(min_length=1, max_length=254, pattern=NO_NUL),
        Field(examples=["ada@example.org"]),
    ]
    password: Annotated[
        Secret, Field(examples=["seven-quiet-lamps-above"], json_schema_extra={"format": "password"})
    ]


class RefreshBody(Body):
    """A refresh token, good for one use."""

    refresh_token: Annotated[
        str, StringConstraints(min_length=1, max_length=128, pattern=NO_NUL), Field(repr=False)
    ]


class PasswordBody(Body):
    """The old password as proof, and the new one."""

    current_password: Annotated[Secret, Field(json_schema_extra={"format": "password"})]
    new_password: NewPassword


class SetPasswordBody(Body):
    """A password that an administrator gives to somebody."""

    new_password: NewPassword


class TokensView(BaseModel):
    """Tokens. Send the access token as `Authorization: Bearer …`; keep the refresh token to yourself."""

    access_token: str
    refresh_token: str = Field(description="Good for one use; each refresh gives the next one.")
    expires_in: int = Field(description="Seconds that the access token is good for.", examples=[600])
    token_type: Literal["Bearer"] = Field("Bearer")


class ChallengeView(BaseModel):
    """The password was right; a code of the second factor is needed as well."""

    challenge: str = Field(description="Send it to /auth/login/second-factor with the code.")
    expires_in: int = Field(description="Seconds that it is good for.", examples=[300])


class MeView(BaseModel):
    """The caller's own account."""

    id: UUID
    email: str = Field(examples=["ada@example.org"])
    name: str = Field(examples=["Ada Lovelace"])
    roles: list[str]


class SessionView(BaseModel):
    """One login on one device."""

    id: UUID
    ip: str = Field(examples=["203.0.113.7"])
    user_agent: str
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime = Field(description="When it ends in any case.")
    current: bool = Field(description="Whether it is the session of this request.")


class SessionsView(BaseModel):
    """The caller's open sessions, the one used last first. There are at most 50."""

    items: list[SessionView]


class JwksView(BaseModel):
    """A JSON Web Key Set (RFC 7517)."""

    keys: list[Annotated[dict[str, str], Field(max_length=16)]]
