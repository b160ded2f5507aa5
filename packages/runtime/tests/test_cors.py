"""Which origins may read, and from which of them cookies come along."""

import pytest
from backwright.cors import COOKIES, VARY, Cors

READER, FRONT_END = b"https://partner.example", b"https://app.example.org"


@pytest.fixture
def cors() -> Cors:
    """One origin that calls with tokens, one whose pages use the session cookie."""
    return Cors([READER.decode()], with_cookies=[FRONT_END.decode()])


def test_cookies_come_along_from_front_ends_only(cors: Cors) -> None:
    """The origin is named as a whole: with cookies, browsers take no `*`, and we never send one."""
    for origin, cookies in ((READER, False), (FRONT_END, True)):
        told = cors.headers(origin)
        assert (b"access-control-allow-origin", origin) in told
        assert (COOKIES in told) is cookies
        assert VARY in told
        asked = cors.preflight(origin)
        assert asked is not None
        assert b"X-CSRF-Token" in dict(asked)[b"access-control-allow-headers"]


@pytest.mark.parametrize(
    "origin",
    [
        b"null", b"*", b"", b"https://app.example.org.evil.com", b"https://evil-app.example.org",
        b"https://app.example.org:444", b"http://app.example.org", b"https://app.example.org/",
        b"https://APP.example.org", b"https://app.example.org ", b"https://x.app.example.org", b"https://app.example.or",
    ],
)  # fmt: skip
def test_no_other_origin_is_told_anything(cors: Cors, origin: bytes) -> None:
    """`null`, prefixes, suffixes, ports, schemes: only that the answer depends on the origin, for caches."""
    assert cors.headers(origin) == [VARY]
    assert cors.headers(None) == [VARY]
    assert cors.preflight(origin) is None


def test_an_origin_in_both_lists_is_a_front_end() -> None:
    """The wider leave counts."""
    both = Cors([FRONT_END.decode()], with_cookies=[FRONT_END.decode()])
    assert both.headers(FRONT_END).count(COOKIES) == 1


def test_without_any_origin_nothing_is_added() -> None:
    """A service that no other origin calls says nothing about origins."""
    assert Cors([]).headers(FRONT_END) == []
