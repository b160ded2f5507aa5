"""Requests of the service to others: bounded in time and size, and never to where they were not meant."""

import asyncio
import socket
import time
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

import pytest
from backwright.outgoing import MAX_ANSWER, NotAllowed, Outgoing, Unreachable, is_public
from scripted_provider import ScriptedProvider, scripted_provider


@pytest.fixture
def server() -> Iterator[ScriptedProvider]:
    with scripted_provider() as made:
        yield made


async def asked(outgoing: Outgoing, url: str) -> Any:
    try:
        return await outgoing.get(url)
    finally:
        await outgoing.close()


async def test_an_origin_that_the_operator_named_is_asked_wherever_it_stands(
    server: ScriptedProvider,
) -> None:
    answer = await asked(Outgoing([server.issuer + "/some/path"]), server.issuer + "/jwks")
    assert answer.status == 200
    assert b'"keys"' in answer.body


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{other}/jwks",
        "http://localhost:{port}/jwks",
        "http://[::1]:{port}/jwks",
        "http://example.org/jwks",
        "ftp://127.0.0.1:{port}/jwks",
        "file:///etc/passwd",
        "http://user@127.0.0.1:{port}/jwks",
        "http://127.0.0.1:{port}/jwks#x",
        "/jwks",
        "",
    ],
)
async def test_another_origin_has_to_be_https(server: ScriptedProvider, url: str) -> None:
    """Another port of the same machine is another origin."""
    given = url.format(port=server.port, other=server.port + 1)
    with pytest.raises(NotAllowed):
        await asked(Outgoing([server.issuer]), given)
    assert not server.seen


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "10.0.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "[fd00::1]",
    ],
)
async def test_a_private_address_is_not_asked_over_https_either(server: ScriptedProvider, host: str) -> None:
    """What a provider points to is not what the operator named."""
    with pytest.raises(Unreachable, match="not a public address"):
        await asked(Outgoing([server.issuer]), f"https://{host}:{server.port}/jwks")


async def test_a_name_is_resolved_once_and_all_of_its_addresses_are_looked_at(
    server: ScriptedProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that is public at the first look and private at the second (DNS rebinding) gains nothing."""
    looks: list[str] = []

    async def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        looks.append(host)
        found = ["93.184.216.34", "127.0.0.1"] if host == "mixed.example.org" else ["127.0.0.1"]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in found]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    for name in ("mixed.example.org", "inside.example.org"):
        with pytest.raises(Unreachable, match="not a public address"):
            await asked(Outgoing([]), f"https://{name}:{server.port}/")
    assert looks == ["mixed.example.org", "inside.example.org"]
    answer = await asked(
        Outgoing([f"http://named.example.org:{server.port}"]), f"http://named.example.org:{server.port}/jwks"
    )
    assert answer.status == 200


async def test_a_redirect_is_an_answer_and_not_followed(server: ScriptedProvider) -> None:
    server.overrides["/a"] = lambda: (302, {"Location": server.issuer + "/b"}, b"")
    assert (await asked(Outgoing([server.issuer]), server.issuer + "/a")).status == 302
    assert server.seen == {"/a": 1}


async def test_an_answer_without_end_is_cut_off(server: ScriptedProvider) -> None:
    server.overrides["/big"] = lambda: (200, {}, b"x" * (MAX_ANSWER + 1))
    with pytest.raises(Unreachable, match="more than 256 KiB"):
        await asked(Outgoing([server.issuer]), server.issuer + "/big")
    server.overrides["/big"] = lambda: (200, {}, b"x" * MAX_ANSWER)
    assert len((await asked(Outgoing([server.issuer]), server.issuer + "/big")).body) == MAX_ANSWER


async def test_nobody_waits_for_a_server_that_is_slow_or_silent(server: ScriptedProvider) -> None:
    def slow() -> Any:
        time.sleep(1.5)
        return 200, {}, b"{}"

    server.overrides["/slow"] = slow
    begun = time.monotonic()
    with pytest.raises(Unreachable, match="took longer"):
        await asked(Outgoing([server.issuer], seconds=0.2), server.issuer + "/slow")
    assert time.monotonic() - begun < 1.2
    with pytest.raises(Unreachable, match="cannot be reached"):
        await asked(Outgoing(["http://127.0.0.1:9"]), "http://127.0.0.1:9/")


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("64:ff9b::5db8:d822", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1", False),
        ("fc00::1", False),
        ("ff02::1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::a00:1", False),
        ("2002:a00:1::", False),
    ],
)
def test_what_counts_as_public(address: str, public: bool) -> None:
    """Also where an address of IPv4 hides in one of IPv6."""
    assert is_public(ip_address(address)) is public
