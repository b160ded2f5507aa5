"""Addresses and names are read as a suspicious reader would."""

from ipaddress import ip_network

import pytest
from backwright.hosts import Hosts, Proxies, is_loopback, limit_key, parse


def test_only_exact_names_are_ours() -> None:
    """No suffix, no prefix, no missing name; any port."""
    hosts = Hosts(("api.example.com", "[::1]"))
    assert hosts.allows(b"api.example.com")
    assert hosts.allows(b"API.example.com:443")
    assert hosts.allows(b"[::1]:8000")
    for forged in (
        None,
        b"",
        b"example.com",
        b"api.example.com.evil",
        b"api.example.com:",
        b"x@api.example.com",
    ):
        assert not hosts.allows(forged)


def test_without_trusted_proxies_the_peer_is_the_caller() -> None:
    """Whatever it claims."""
    assert Proxies(()).client("203.0.113.7", b"127.0.0.1") == "203.0.113.7"


def test_a_chain_of_trusted_proxies_is_followed_to_its_end() -> None:
    """If all hops are ours, the left-most is the caller."""
    proxies = Proxies((ip_network("10.0.0.0/8"), ip_network("fd00::/8")))
    assert proxies.client("10.0.0.1", b"10.9.9.9, fd00::2") == "10.9.9.9"
    assert proxies.client("::ffff:10.0.0.1", b"198.51.100.9") == "198.51.100.9"


@pytest.mark.parametrize("text", ["", "a.b.c.d", "1.2.3", "1.2.3.4.5", "::g", "1.2.3.4/8", "0x7f.1"])
def test_what_is_no_address_is_none(text: str) -> None:
    """Odd numeric forms included."""
    assert parse(text) is None


def test_an_ipv6_network_is_one_caller() -> None:
    """Otherwise each household would have 2^64 quotas."""
    assert limit_key("2001:db8:1:2::1") == limit_key("2001:db8:1:2:ffff::9")
    assert limit_key("2001:db8:1:2::1") != limit_key("2001:db8:1:3::1")
    assert limit_key("198.51.100.9") != limit_key("198.51.100.10")


def test_loopback_is_recognised_in_every_form() -> None:
    """And nothing else."""
    assert all(map(is_loopback, ("127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1")))
    assert not any(map(is_loopback, ("10.0.0.1", "", "localhost.evil", "::2")))
