"""Which host names are answered, and who is calling behind which proxies.

What lives here: reading `Host` and `X-Forwarded-For`. What must not: what follows from the answer (limits,
logs).
"""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from backwright.settings import Network

Address = IPv4Address | IPv6Address
MAX_HOPS: Final = 32
"""Entries of `X-Forwarded-For` that are looked at; nobody has more proxies."""


class Hosts:
    """The host allow-list.

    A request for another host is refused: links and caches must not follow a forged name.
    """

    def __init__(self, allowed: Sequence[str]) -> None:
        self._allowed = frozenset(name.encode() for name in allowed)

    def allows(self, host: bytes | None) -> bool:
        """Whether a `Host` header (with or without port) names this service."""
        if host is None:
            return False
        name = host.lower()
        if name in self._allowed:
            return True
        name, colon, port = name.rpartition(b":")
        return bool(colon) and port.isdigit() and name in self._allowed


class Proxies:
    """The proxies whose word is taken. From any other peer `X-Forwarded-For` is what the caller made up."""

    def __init__(self, trusted: Sequence[Network]) -> None:
        self._trusted = tuple(trusted)
        self._is_trusted = lru_cache(1024)(self._look_up)

    def client(self, peer: str, forwarded: bytes | None) -> str:
        """The caller's address: from the right, the first hop that is no trusted proxy.

        Each proxy appends the peer that it saw, so only entries to the right of an untrusted one can be
        believed.
        """
        if not forwarded or not self._trusted or not self._is_trusted(peer):
            return peer
        client = peer
        for hop in reversed(forwarded.decode("latin-1").split(",")[-MAX_HOPS:]):
            address = parse(hop.strip())
            if address is None:
                return client
            client = str(address)
            if not self._is_trusted(client):
                return client
        return client

    def _look_up(self, text: str) -> bool:
        address = parse(text)
        return address is not None and any(address in network for network in self._trusted)


def parse(text: str) -> Address | None:
    """An address, also as `[v6]:port` or `v4:port`;

    `None` if it is none. IPv4 inside IPv6 comes out as IPv4.
    """
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


@lru_cache(4096)
def limit_key(client: str) -> str:
    """What an address counts as for rate limits. Of IPv6 the /64: one household or server has all of it."""
    address = parse(client)
    if isinstance(address, IPv6Address):
        return f"ip:{IPv6Address(int(address) >> 64 << 64)}/64"
    return f"ip:{client}"


def is_loopback(peer: str) -> bool:
    """Whether the direct peer is this machine."""
    address = parse(peer)
    return address is not None and address.is_loopback
