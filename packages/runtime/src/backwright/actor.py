"""Who is asking.

An actor is a value: it is made once per request from a verified credential and never changes.
Everything that decides (access rules, audit, cache keys) takes the actor and nothing else about the caller.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

if TYPE_CHECKING:
    from backwright.limits import Policy

PUBLIC: Final = "public"
"""The role that every caller has, signed in or not."""

SIGNED_IN: Final = "signed_in"
"""The role that every caller with a valid credential has, whatever else was granted."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A caller with the roles that count for this request.

    `method` says how the caller proved who they are: `"token"`, `"session"` (the cookie of a browser), `"oauth"` (a
    program that acts for a person), `"client"` (a program that acts for itself; `id` is the program's), `"key"` (an
    API key; `id` is its owner's, `session_id` the key's), `"external"` (an access token of another issuer;
    `session_id` is the identity's), `"system"` (a command or a job) or `"anonymous"`.
    """

    id: UUID | None
    roles: frozenset[str] = field(default_factory=frozenset)
    method: str = "token"
    session_id: UUID | None = None
    tenant: UUID | None = None
    quota: "Policy | None" = None
    """How many requests this credential has; none: the default policy, together with whatever else counts as `id`."""
    principal: str = field(init=False, compare=False)
    """Who this is, in one word for logs and counts: the id, or the method where there is none."""
    parameters: Mapping[str, Any] = field(init=False, compare=False, repr=False)
    """What compiled rules ask about the caller (`access.py`, `tenancy.py`)."""

    def __post_init__(self) -> None:
        principal = str(self.id) if self.id is not None else self.method
        object.__setattr__(self, "principal", principal)
        parameters = {"actor_id": self.id, "actor_tenant": self.tenant}
        object.__setattr__(self, "parameters", parameters)

    @property
    def is_anonymous(self) -> bool:
        """Whether nobody has proved who they are."""
        return self.id is None and self.method == "anonymous"


PROGRAMS: Final = frozenset({"oauth", "client", "key", "external"})
"""The methods of programs that hold a credential with scopes: they call the API and do not manage the account."""

ANONYMOUS: Final = Actor(id=None, roles=frozenset({PUBLIC}), method="anonymous")
SYSTEM: Final = Actor(id=None, roles=frozenset(), method="system")


def system_of(tenant: UUID) -> Actor:
    """The service itself, at work for one tenant: a job that goes through the rows of one after the other."""
    return Actor(id=None, method="system", tenant=tenant)


def signed_in(
    user_id: UUID,
    roles: frozenset[str],
    *,
    method: str = "token",
    session_id: UUID | None = None,
    tenant: UUID | None = None,
) -> Actor:
    """An actor for a verified user: the granted roles plus `PUBLIC` and `SIGNED_IN`."""
    return Actor(user_id, roles | {PUBLIC, SIGNED_IN}, method, session_id, tenant)
