"""What clients send to and get from the routes around identity providers: the shapes, strict and bounded.

What must not live here: any rule beyond form.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from backwright.account_bodies import Body
from backwright.fields import NO_NUL
from backwright.oidc_flow import LONGEST, VERIFIER
from backwright.passwords import MAX_BYTES

Code = Annotated[
    str,
    StringConstraints(min_length=1, max_length=LONGEST, pattern=NO_NUL),
    Field(repr=False, description="What stood in the fragment of the page, as code."),
]
Verifier = Annotated[
    str,
    StringConstraints(pattern=VERIFIER),
    Field(
        repr=False,
        description="The text whose SHA-256 was sent as code_challenge at the start.",
        examples=["dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"],
    ),
]


class ProofBody(Body):
    """A code from the page and the verifier that belongs to it."""

    code: Code
    code_verifier: Verifier


class OidcTokenBody(ProofBody):
    """A sign-in to be ended. `second_factor` only where a first try was answered with 202."""

    second_factor: Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=NO_NUL)] | None = (
        Field(None, repr=False, examples=["287082"])
    )


class LinkBody(ProofBody):
    """A person at a provider, for the account of the caller."""

    current_password: (
        Annotated[str, StringConstraints(min_length=1, max_length=MAX_BYTES, pattern=NO_NUL)] | None
    ) = Field(None, repr=False, description="Needed where the account has a password.")


class LogoutBody(Body):
    """Where to go after the provider's logout: one of the pages that people may come back to."""

    return_to: Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=NO_NUL)] | None = None


class ProvidersView(BaseModel):
    """Whom people can sign in with."""

    items: list["ProviderView"]


class ProviderView(BaseModel):
    """A provider. Send the browser to `start` with return_to and code_challenge."""

    name: str
    start: str


class IdentityView(BaseModel):
    """Who the account's owner is at a provider."""

    id: UUID
    provider: str
    issuer: str
    subject: str
    created_at: datetime
    last_used_at: datetime


class IdentitiesView(BaseModel):
    """All identities of an account."""

    items: list[IdentityView]


class LogoutView(BaseModel):
    """Where the browser goes to end the session at the provider; none if there is no such place."""

    logout_url: str | None
