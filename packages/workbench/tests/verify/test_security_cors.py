"""security/cors: only listed origins may read answers from a browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
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
