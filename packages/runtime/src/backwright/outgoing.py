"""Requests that the service itself makes to addresses which others have a say in, guarded.

What lives here: one fetch, bounded in time and size, that follows no redirect and reaches no machine that was
not meant (server-side request forgery, CWE-918). What must not: what is fetched and why (`oidc_discovery.py`,
`oidc_provider.py`).

The operator's own choice is trusted: an origin that the configuration names may stand in a private network.
Whatever that origin points to may not: it has to be https, and every address behind its name has to be public.
A name is resolved once and the connection goes to the address that was looked at, so that a name cannot change
its mind in between (DNS rebinding). Proxies of the environment are not used: behind one, nobody could say
where a request goes.
"""

import asyncio
import ssl
from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import httpcore2

SECONDS: Final = 10.0
"""How long one request may take, from the look at the name to the last byte."""

CONNECT_SECONDS: Final = 5.0

MAX_ANSWER: Final = 256 * 1024
"""Bytes of the longest answer; discovery documents and key sets of honest providers have a few thousand."""

AT_ONCE: Final = 8
"""Requests under way at the same time; a further one waits, and its waiting counts as its time."""

_NAT64: Final = IPv6Network("64:ff9b::/96")


class Unreachable(Exception):
    """The other side does not answer, or not in the way it has to. The message names no more than its origin."""


class NotAllowed(Unreachable):
    """An address that must not be asked."""


class Answer:
    """What came back. Any status: whoever asked knows which are good."""

    __slots__ = ("body", "status")

    def __init__(self, status: int, body: bytes) -> None:
        self.status = status
        self.body = body


class Outgoing:
    """Asks other servers. `trusted` are the origins (`https://sso.example.com:8443`) that the operator named."""

    def __init__(self, trusted: Iterable[str], *, seconds: float = SECONDS) -> None:
        self.trusted = frozenset(map(origin_of, trusted))
        self.seconds = seconds
        self._pools: dict[bool, httpcore2.AsyncConnectionPool] = {}

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """The answer to a GET. Raises `Unreachable`."""
        return await self._ask("GET", url, headers or {}, None)

    async def post(self, url: str, headers: Mapping[str, str], content: bytes) -> Answer:
        """The answer to a POST. Raises `Unreachable`."""
        return await self._ask("POST", url, headers, content)

    def check(self, url: str) -> None:
        """Raise `NotAllowed` for an address that would not be asked whatever its name resolves to."""
        parts = urlsplit(url)
        if not parts.hostname or parts.username is not None or parts.fragment:
            raise NotAllowed("it is no plain address")
        if parts.scheme != "https" and origin_of(url) not in self.trusted:
            raise NotAllowed(f"{origin_of(url)} is not https")

    async def close(self) -> None:
        """Close the connections that are kept."""
        for pool in self._pools.values():
            await pool.aclose()
        self._pools.clear()

    async def _ask(self, method: str, url: str, headers: Mapping[str, str], content: bytes | None) -> Answer:
        import httpcore2  # here: only services that talk to others need it

        self.check(url)
        where = origin_of(url)
        sent = {"Host": urlsplit(url).netloc, "Accept": "application/json", "Accept-Encoding": "identity"}
        try:
            async with asyncio.timeout(self.seconds):
                pool = self._pool(trusted=where in self.trusted)
                async with pool.stream(
                    method, url, headers=[*{**sent, **headers}.items()], content=content
                ) as got:
                    return Answer(got.status, await _bounded(got, where))
        except TimeoutError:
            raise Unreachable(f"{where} took longer than {self.seconds:g} seconds") from None
        except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.TimeoutException) as error:
            raise Unreachable(f"{where} cannot be reached ({type(error).__name__})") from error
        except (OSError, ssl.SSLError, UnicodeError) as error:
            raise Unreachable(f"{where} cannot be reached ({type(error).__name__})") from error

    def _pool(self, *, trusted: bool) -> "httpcore2.AsyncConnectionPool":
        """Kept connections, apart for who is trusted: one to a private address is never lent to others."""
        import httpcore2

        if trusted not in self._pools:
            self._pools[trusted] = httpcore2.AsyncConnectionPool(
                max_connections=AT_ONCE, keepalive_expiry=30.0, network_backend=_network(trusted=trusted)
            )
        return self._pools[trusted]


def origin_of(url: str) -> str:
    """Scheme, host and port of an address, in one form. Empty for what has none."""
    parts = urlsplit(url)
    try:
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return ""
    host = parts.hostname or ""
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}:{port}"


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is one of the public internet, also where one of IPv4 hides in one of IPv6."""
    if isinstance(address, IPv6Address):
        hidden = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in _NAT64:
            hidden = IPv4Address(int(address) & 0xFFFFFFFF)
        if hidden is not None:
            return is_public(hidden)
    return address.is_global and not address.is_multicast


async def _bounded(got: "httpcore2.Response", where: str) -> bytes:
    body = bytearray()
    async for chunk in got.aiter_stream():
        body += chunk
        if len(body) > MAX_ANSWER:
            raise Unreachable(f"{where} sent more than {MAX_ANSWER // 1024} KiB")
    return bytes(body)


def _network(*, trusted: bool) -> Any:
    """The way to the network, with a look at each address before it is used."""
    import httpcore2

    class Checked(httpcore2.AsyncNetworkBackend):
        def __init__(self) -> None:
            self._plain = httpcore2.AnyIOBackend()

        async def connect_tcp(
            self,
            host: str,
            port: int,
            timeout: float | None = None,  # noqa: ASYNC109 - the interface of the library
            *others: Any,
            **more: Any,
        ) -> httpcore2.AsyncNetworkStream:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, proto=6)
            addresses = list(dict.fromkeys(str(each[4][0]).partition("%")[0] for each in found))
            if not trusted and not all(is_public(ip_address(each)) for each in addresses):
                raise NotAllowed(f"{host} is not a public address")
            for address in addresses[:-1]:
                try:
                    return await self._plain.connect_tcp(address, port, CONNECT_SECONDS, *others, **more)
                except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                    continue
            return await self._plain.connect_tcp(addresses[-1], port, CONNECT_SECONDS, *others, **more)

        async def sleep(self, seconds: float) -> None:
            await asyncio.sleep(seconds)

    return Checked()
