"""security/cors: only listed origins may read answers from a browser."""

from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest
from backwright_workbench.verify.checks.security.cors import let_in_by
from backwright_workbench.verify.evidence import Evidence
from backwright_workbench.verify.opening import Opened
from verify_planting import checked, faults, passed

CORS = "security/cors"

HOLES = {
    "any origin is let in": "origins that nobody listed are let in, with credentials: null, https://evil.example",
    "a cache may mix origins up": "an answer without an origin does not say Vary: Origin",
}


@pytest.mark.slow
def test_a_good_service_passes(good: Opened, tmp_path: Path) -> None:
    """No origin that looks like a listed one is let in."""
    assert passed(checked(good, CORS, tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize("hole", HOLES)
def test_a_hole_is_found(hole: str, on_weak: Callable[[str], Evidence]) -> None:
    """It says what it is, and where."""
    assert HOLES[hole] in faults(on_weak(CORS))


LET_IN = {
    "any origin, with credentials": ("*", "true", "signed in", "any origin is let in, with credentials"),
    "any origin for a caller": ("*", "", "signed in", "any origin may read what a caller gets"),
    "null": ("null", "", "preflight", "origins that nobody listed are let in"),
    "said back": ("https://evil.example", "", "preflight", "origins that nobody listed are let in"),
    "said back, with credentials": (
        "https://evil.example", "true", "preflight", "origins that nobody listed are let in, with credentials",
    ),
    "nobody": ("", "", "signed in", ""),
    "another": ("https://app.example.com", "true", "signed in", ""),
    "what is open anyway": ("*", "", "not signed in", ""),
}  # fmt: skip


@pytest.mark.parametrize("case", LET_IN)
def test_an_answer_to_a_hostile_origin_is_judged(case: str) -> None:
    """By its origin and by whether cookies come along."""
    allowed, credentials, kind, wanted = LET_IN[case]
    headers = {"access-control-allow-origin": allowed} if allowed else {}
    headers |= {"access-control-allow-credentials": credentials} if credentials else {}
    answer = httpx2.Response(200, headers=headers)
    assert let_in_by(kind, "https://evil.example", answer, strict=True) == wanted
