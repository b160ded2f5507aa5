"""Secrets are found by the name that they go by and by what they look like."""

import pytest
from backwright.redaction import HIDDEN, clean, text, visible
from hypothesis import given
from hypothesis import strategies as st

JWT = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlLWNhbmFyeQ"


@pytest.mark.parametrize(
    "key",
    [
        "password",
        "new_password",
        "Authorization",
        "refresh_token",
        "api_key",
        "apikey",
        "Set-Cookie",
        "client_secret",
        "private_key",
        "otp",
    ],
)
def test_a_telling_name_hides_its_value(key: str) -> None:
    """Whatever the value is."""
    assert clean(key, "canary") == HIDDEN
    assert clean("outer", {"deep": [{key: "canary"}]}) == {"deep": [{key: HIDDEN}]}


@pytest.mark.parametrize("key", ["route", "status", "compass", "passenger", "monkey", "otphone"])
def test_an_innocent_name_does_not(key: str) -> None:
    """A log that hides everything tells nothing."""
    assert clean(key, "value") == "value"


@pytest.mark.parametrize(
    "line",
    [
        "Authorization: Bearer canary-canary",
        f"token {JWT} refused",
        "connect postgresql://app:canary@db/app",
        "login failed: password=canary",
        '{"password": "canary with spaces"}',
        "refresh_token='canary'",
        "hash $argon2id$v=19$m=19456$canary",
        "IntegrityError\n[parameters: ('canary', 1)]",
        "-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----",
        f"GET /things?q=office_{'0' * 22}.canary{'0' * 43}",
    ],
)
def test_what_looks_like_a_credential_is_hidden(line: str) -> None:
    """Inside any text."""
    found = text(line)
    assert "canary" not in found
    assert JWT not in found
    assert HIDDEN in found


def test_a_hidden_api_key_still_says_which_one_it_is() -> None:
    """So that whoever reads the log can revoke it."""
    start = "office_" + "0Ab" * 7 + "9"
    assert text(f"used {start}.{'x' * 49} twice") == f"used {start}.{HIDDEN} twice"
    assert text(f"used {start}.{'x' * 30}…") == f"used {start}.{HIDDEN}…"


@given(st.text())
def test_one_entry_stays_one_line(value: str) -> None:
    """No control character, line separator or change of direction survives."""
    shown = visible(value)
    assert len(shown.splitlines()) <= 1
    assert not any(
        ord(each) < 32 or 0x7F <= ord(each) < 0xA0 or 0x202A <= ord(each) <= 0x202E for each in shown
    )
