"""security/headers: every answer has the security headers, and tells nothing."""

from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest
from backwright_workbench.verify.checks.security.headers import telling, weak
from backwright_workbench.verify.evidence import Evidence
from backwright_workbench.verify.opening import Opened
from verify_planting import checked, faults, passed

HEADERS = "security/headers"

HOLES = {
    "a header that is taken out": "GET /assets: x-content-type-options is nothing on: 200 of a list, signed in",
}


@pytest.mark.slow
def test_a_good_service_passes(good: Opened, tmp_path: Path) -> None:
    """All kinds of answers have them, also failures."""
    assert passed(checked(good, HEADERS, tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize("hole", HOLES)
def test_a_hole_is_found(hole: str, on_weak: Callable[[str], Evidence]) -> None:
    """It says what it is, and where."""
    assert HOLES[hole] in faults(on_weak(HEADERS))


STRONG = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "cache-control": "private, no-cache",
}
WEAKER = {
    "x-content-type-options": "none",
    "content-security-policy": "default-src 'self'",
    "referrer-policy": "unsafe-url",
    "strict-transport-security": "max-age=300",
    "cache-control": "public, max-age=60",
}


@pytest.mark.parametrize("name", WEAKER)
def test_a_weak_header_is_found(name: str) -> None:
    """Weak is as bad as missing."""
    assert weak(httpx2.Response(200, headers=STRONG), private=True) == []
    assert weak(httpx2.Response(200, headers=STRONG | {name: WEAKER[name]}), private=True) == [name]
    missing = {other: value for other, value in STRONG.items() if other != name}
    assert weak(httpx2.Response(200, headers=missing), private=True) == [name]


@pytest.mark.parametrize(
    ("name", "value"), [("server", "uvicorn"), ("server", "nginx/1.25"), ("x-powered-by", "PHP/8")]
)
def test_a_telling_header_is_found(name: str, value: str) -> None:
    """Of ours the name alone is too much."""
    answer = httpx2.Response(200, headers={name: value}, request=httpx2.Request("GET", "http://x/a"))
    assert [each.what for each in telling("an answer", answer, strict=True)] == [
        f"an answer (200) tells {name}: {value}"
    ]
