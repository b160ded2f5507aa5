"""The session cookie as it is written and read."""

import pytest
from backwright.browser_cookie import SessionCookie

VALUE = "aA0_-" * 8 + "xyz"


def test_over_https_it_has_everything_that_guards_it() -> None:
    """The prefix `__Host-` makes a browser insist on `Secure`, `Path=/` and no domain (RFC 6265bis §4.1.3.2)."""
    cookie = SessionCookie(secure=True)
    assert cookie.set(VALUE) == f"__Host-session={VALUE}; Path=/; HttpOnly; SameSite=Lax; Secure".encode()
    assert cookie.dropped == b'__Host-session=""; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure'


def test_without_https_it_has_a_plain_name() -> None:
    """Which production does not allow; the other attributes stay."""
    cookie = SessionCookie(secure=False)
    assert cookie.set(VALUE) == f"session={VALUE}; Path=/; HttpOnly; SameSite=Lax".encode()
    assert SessionCookie(secure=True).given(f"session={VALUE}".encode()) is None


@pytest.mark.parametrize(
    "header",
    [f"session={VALUE}", f"a=b; session={VALUE}", f"session={VALUE};a", f"a=session=x ;session={VALUE} ; b="],
)
def test_it_is_found_among_others(header: str) -> None:
    """Whatever else this host has set."""
    assert SessionCookie(secure=False).given(header.encode()) == VALUE


@pytest.mark.parametrize(
    "header",
    [
        "",
        "session",
        "session=",
        f"Session={VALUE}",
        f"xsession={VALUE}",
        f"session={VALUE}x",
        f"session={VALUE[:-1]}",
        f'session="{VALUE}"',
        f"session={VALUE[:-1]}\xe4",
        f"session={VALUE}; session={VALUE}",
        f"session={VALUE}; session=other",
        f"a=b,session={VALUE}",
    ],
)
def test_whatever_else_comes_is_none(header: str) -> None:
    """Other names, other forms, and two of this name."""
    assert SessionCookie(secure=False).given(header.encode("latin-1")) is None
