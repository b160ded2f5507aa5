"""What may be asked for an API key.

What lives here: the rules for what somebody says about a new key, as values. What must not: storing it
(`api_keys.py`), HTTP.
"""

from dataclasses import dataclass
from ipaddress import ip_network
from typing import Final

from backwright.actor import SIGNED_IN
from backwright.errors import FieldError
from backwright.limits import Policy

MAX_NETWORKS: Final = 50
MAX_GRACE_HOURS: Final = 30 * 24
"""How long an old key may go on beside its successor."""

GRACE_HOURS: Final = 24
"""How long it does if nobody says."""


@dataclass(frozen=True, slots=True)
class KeyRequest:
    """What somebody says about a new key. `days` is how long it is good for; none: as long as is usual here.

    `networks` (CIDR) are where it may be used from; none: everywhere. `rate`, such as `600/minute`, is how many
    requests it has for itself; none: they count with those of its owner.
    """

    name: str
    scopes: tuple[str, ...]
    days: int | None = None
    networks: tuple[str, ...] = ()
    rate: str | None = None

    def errors(self, roles: frozenset[str], max_days: int) -> list[FieldError]:
        """Everything that is wrong with it; `roles` are those of the owner."""
        found = []

        def wrong(name: str, detail: str) -> None:
            found.append(FieldError(detail, pointer=f"/{name}"))

        if not self.name.strip() or len(self.name) > 100 or not self.name.isprintable():
            wrong("name", "must be 1 to 100 printable characters")
        may = roles | {SIGNED_IN}
        if not self.scopes or not may.issuperset(self.scopes):
            wrong("scopes", f"must be some of what the owner may: {', '.join(sorted(may))}")
        if self.days is not None and not 1 <= self.days <= max_days:
            wrong("expires_in_days", f"must be from 1 to {max_days}")
        if len(self.networks) > MAX_NETWORKS:
            wrong("networks", f"must be at most {MAX_NETWORKS}")
        for place, network in enumerate(self.networks[:MAX_NETWORKS]):
            if not _is_network(network):
                wrong(f"networks/{place}", "must be a network such as 203.0.113.0/24, or one address")
        if self.rate is not None:
            try:
                Policy.parse(self.rate)
            except ValueError as error:
                wrong("rate", str(error))
        return found

    @property
    def plain_networks(self) -> list[str]:
        """The networks in their one form, each once."""
        return sorted({str(ip_network(each)) for each in self.networks})


def _is_network(text: str) -> bool:
    try:
        ip_network(text)
    except ValueError:
        return False
    return True
