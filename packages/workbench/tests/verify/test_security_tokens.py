"""security/tokens: forged, stolen and ended tokens are refused."""

from collections.abc import Callable
from pathlib import Path

import pytest
from backwright_workbench.verify.evidence import Evidence
from backwright_workbench.verify.opening import Opened
from verify_planting import checked, faults, passed

TOKENS = "security/tokens"

HOLES = {
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
