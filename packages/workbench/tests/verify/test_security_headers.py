"""security/headers: every answer has the security headers, and tells nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest
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
