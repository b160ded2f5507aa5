"""What clients send and get about API keys and service accounts: the shapes, strict and bounded.

What must not live here: rules that need the database (`api_key_request.py` has those of a key).
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from backwright.account_bodies import Body
from backwright.api_key_request import GRACE_HOURS, MAX_GRACE_HOURS, MAX_NETWORKS
from backwright.fields import NO_NUL
from backwright.passwords import MAX_BYTES

Name = Annotated[
    str, StringConstraints(min_length=1, max_length=100, pattern=NO_NUL), Field(examples=["Nightly import"])
]
Scope = Annotated[
    str, StringConstraints(min_length=1, max_length=63, pattern=NO_NUL), Field(examples=["signed_in"])
]
Network = Annotated[
    str, StringConstraints(min_length=1, max_length=64, pattern=NO_NUL), Field(examples=["203.0.113.0/24"])
]
Rate = Annotated[
    str, StringConstraints(min_length=1, max_length=32, pattern=NO_NUL), Field(examples=["600/minute"])
]
Password = Annotated[str, StringConstraints(min_length=1, max_length=MAX_BYTES, pattern=NO_NUL)]


class _NewKey(Body):
    """What every new key is asked for with."""

    name: Name
    scopes: Annotated[
        list[Scope],
        Field(min_length=1, max_length=100, description="Roles of the owner that the key has, or signed_in."),
    ]
    expires_in_days: Annotated[int, Field(ge=1, le=3650)] | None = Field(
        None, description="Days until it ends. None: as long as is usual here."
    )
    networks: Annotated[list[Network], Field(max_length=MAX_NETWORKS)] = Field(
        [], description="Where it may be used from (CIDR). Empty: everywhere."
    )


class KeyBody(_NewKey):
    """A new key for a service account."""

    rate: Rate | None = Field(
        None, description="Requests that it has for itself. None: they count with its owner's."
    )


class OwnKeyBody(_NewKey):
    """A new key for one's own account."""

    scopes: Annotated[
        list[Scope],
        Field(min_length=1, max_length=100, description="Your roles that the key has, or signed_in."),
    ]
    current_password: Password | None = Field(
        None,
        repr=False,
        description="Needed if the account has a password.",
        json_schema_extra={"format": "password"},
    )


class RotationBody(Body):
    """How long the old key of a service account goes on."""

    grace_hours: Annotated[int, Field(ge=0, le=MAX_GRACE_HOURS)] = Field(
        GRACE_HOURS, description="Hours that the old key goes on. 0: it ends at once."
    )


class OwnRotationBody(RotationBody):
    """How long the old key of one's own goes on, and the proof of who asks."""

    current_password: Password | None = Field(
        None,
        repr=False,
        description="Needed if the account has a password.",
        json_schema_extra={"format": "password"},
    )


class KeyView(BaseModel):
    """A key, without its secret."""

    id: UUID
    user_id: UUID = Field(description="Its owner.")
    start: str = Field(description="How the key begins.", examples=["office_2DqJbtPz6c4sVwQdpGh0Kx"])
    name: str
    scopes: list[str]
    networks: list[str]
    rate: str | None
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = Field(description="Up to a minute behind.")
    revoked_at: datetime | None
    replaced_by: UUID | None = Field(description="The key that a rotation has made.")


class NewKeyView(KeyView):
    """A key that has just been made."""

    key: str = Field(description="The key itself. Shown this once.")


class KeysView(BaseModel):
    """Keys, the newest first, those that have ended within 30 days included."""

    items: list[KeyView]


class ServiceAccountBody(Body):
    """An account for a machine."""

    name: Annotated[
        str,
        StringConstraints(min_length=1, max_length=63, pattern=NO_NUL),
        Field(examples=["nightly-import"]),
    ]
    roles: Annotated[list[Scope], Field(max_length=100, description="What it may do.")]


class ServiceAccountView(BaseModel):
    """An account for a machine. Change its roles, or close it, like any other account under `/users`."""

    id: UUID
    name: str
    roles: list[str]
    is_active: bool


class ServiceAccountsView(BaseModel):
    """The service accounts, the newest first."""

    items: list[ServiceAccountView]
