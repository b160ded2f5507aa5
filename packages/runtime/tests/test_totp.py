"""Codes by time are those of RFC 6238, so every app makes the same ones."""

import base64
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from backwright import totp

SECRET = b"12345678901234567890"
"""The secret of RFC 6238, appendix B."""


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_test_vectors_of_the_standard(seconds: int, code: str) -> None:
    """RFC 6238, appendix B, for SHA-1; leading zeros are part of a code."""
    assert totp.code_at(SECRET, totp.step_at(seconds), digits=8) == code


@pytest.mark.parametrize(("drift", "counts"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_clocks_may_differ_by_one_step(drift: int, counts: bool) -> None:
    """And by no more, because each further step makes guessing easier."""
    code = totp.code_at(SECRET, totp.step_at(1_800_000_000 + drift))
    found = totp.matching_step(SECRET, code, 1_800_000_000)
    assert found == (totp.step_at(1_800_000_000 + drift) if counts else None)


@pytest.mark.parametrize("code", ["", "000000", "12345", "1234567", "Ⅷ23456", "\ud800"])
def test_what_is_no_code_matches_nothing(code: str) -> None:
    """Nor does it raise."""
    assert totp.matching_step(SECRET, code, 1_800_000_000) is None


def test_secrets_are_long_and_fresh() -> None:
    """160 bits; typed as base32."""
    first, second = totp.new_secret(), totp.new_secret()
    assert len(first) == 20
    assert first != second
    assert base64.b32decode(totp.as_text(first)) == first


def test_the_uri_is_what_apps_read() -> None:
    """Label and parameters are percent-encoded."""
    parts = urlsplit(totp.uri(SECRET, issuer="work orders", account="ada+x@example.org"))
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert unquote(parts.path) == "/work orders:ada+x@example.org"
    assert parse_qs(parts.query) == {"secret": [totp.as_text(SECRET)], "issuer": ["work orders"]}
    assert "+" not in parts.query
