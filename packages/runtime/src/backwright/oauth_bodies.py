"""What administrators send and get about OAuth clients: the shapes, strict and bounded.

What must not live here: which of it goes together (`oauth_clients.ClientRegistration`).
"""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from backwright.account_bodies import Body
from backwright.fields import NO_NUL
from backwright.oauth_registration import MAX_URIS

Address = Annotated[
    str,
    StringConstraints(min_length=1, max_length=2000, pattern=NO_NUL),
    Field(examples=["https://app.example.org/signed-in"]),
]
Addresses = Annotated[list[Address], Field(max_length=MAX_URIS)]
Scope = Annotated[
    str, StringConstraints(min_length=1, max_length=63, pattern=NO_NUL), Field(examples=["openid"])
]
GrantName = Literal["authorization_code", "refresh_token", "client_credentials"]


class ClientBody(Body):
    """A program that may get tokens."""

    name: Annotated[
        str,
        StringConstraints(min_length=1, max_length=100, pattern=NO_NUL),
        Field(examples=["Warehouse app"], description="What people see when they are asked to allow it."),
    ]
    public: bool = Field(False, description="Whether it cannot keep a secret: a page or an app.")
    grants: Annotated[list[GrantName], Field(min_length=1, max_length=3, examples=[["authorization_code"]])]
    scopes: Annotated[
        list[Scope],
        Field(min_length=1, max_length=100, examples=[["openid", "signed_in"]]),
        Field(description="openid, profile, email, offline_access, signed_in, and the names of roles."),
    ]
    redirect_uris: Addresses = Field([], description="Where people are sent back to; compared exactly.")
    logout_uris: Addresses = Field(
        [], description="Where people may be sent after a logout; compared exactly."
    )


class ClientView(BaseModel):
    """A registered program."""

    client_id: UUID
    name: str
    public: bool
    grants: list[str]
    scopes: list[str]
    redirect_uris: list[str]
    logout_uris: list[str]
    is_active: bool


class NewClientView(ClientView):
    """A program that has just been registered."""

    client_secret: str | None = Field(description="Shown this once; none for a public client.")


class ClientsView(BaseModel):
    """The registered programs, the newest first."""

    items: list[ClientView]


class SecretView(BaseModel):
    """A new secret."""

    client_secret: str = Field(description="Shown this once.")
