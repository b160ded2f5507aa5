"""security/tokens: forged, stolen and ended tokens are refused."""

from collections.abc import Callable
from pathlib import Path

import pytest
from backwright_workbench.verify.checks.security.tokens import forged_headers, weak_cookie
from backwright_workbench.verify.evidence import Evidence
from backwright_workbench.verify.opening import Opened
from verify_planting import checked, faults, passed

TOKENS = "security/tokens"

HOLES = {
    "a session that signing out does not end": "POST /auth/logout: an access token is good after signing out",
    "a refresh token that came twice": "POST /auth/refresh: the session goes on after one of its refresh tokens",
    "tokens without a signature": "GET /auth/me: GET /auth/me is answered for a forged token: no signature",
}


@pytest.mark.slow
def test_a_good_service_passes(good: Opened, tmp_path: Path) -> None:
    """A session ends when it should."""
    assert passed(checked(good, TOKENS, tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize("hole", HOLES)
def test_a_hole_is_found(hole: str, on_weak: Callable[[str], Evidence]) -> None:
    """It says what it is, and where."""
    assert HOLES[hole] in faults(on_weak(TOKENS))


COOKIES = {
    "sid=1; Path=/": "httponly, secure, samesite",
    "sid=1; Secure; SameSite=Lax": "httponly",
    "sid=1; HttpOnly; SameSite=Strict": "secure",
    "sid=1; HttpOnly; Secure; SameSite=None": "samesite",
}


@pytest.mark.parametrize("cookie", COOKIES)
def test_a_weak_cookie_is_found(cookie: str) -> None:
    """Each flag that is missing is named."""
    assert [each.what for each in weak_cookie(cookie, "POST /login")] == [
        f"the cookie sid is without {COOKIES[cookie]}"
    ]


def test_a_strong_cookie_is_none() -> None:
    """Neither is one that pages have to read, because they send it back."""
    assert not [*weak_cookie("__Host-sid=1; HttpOnly; Secure; SameSite=Lax; Path=/", "POST /login")]
    assert not [*weak_cookie("csrf=1; Secure; SameSite=Strict", "POST /login")]


def test_what_is_no_jwt_is_changed_and_cut() -> None:
    """So that keys of any form are tried."""
    assert set(forged_headers("Token 0123456789abcdef", {})) == {
        "a token that is cut off", "a token that is changed", "an empty token", "a token of null",
        "a token of undefined",
    }  # fmt: skip
