"""access/rate_limit: requests are limited for each caller, on every path."""

from collections.abc import Callable
from pathlib import Path

import pytest
from backwright_workbench.verify.checks.access.rate_limit import too_wide
from backwright_workbench.verify.evidence import Evidence
from backwright_workbench.verify.opening import Opened
from verify_planting import checked, faults, passed

RATE_LIMIT = "access/rate_limit"

HOLES = {
    "a path without a limit": "GET /technicians: GET /technicians answers 200 to a caller who has used the limit up",
}


@pytest.mark.slow
def test_a_good_service_passes(good: Opened, tmp_path: Path) -> None:
    """The hundredth request is admitted, the next is not."""
    assert passed(checked(good, RATE_LIMIT, tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize("hole", HOLES)
def test_a_hole_is_found(hole: str, on_weak: Callable[[str], Evidence]) -> None:
    """It says what it is, and where."""
    assert HOLES[hole] in faults(on_weak(RATE_LIMIT))


@pytest.mark.parametrize(
    ("declared", "is_wide"), [("100/minute", False), ("1000000/minute", True), ("500/second", True)]
)
def test_a_limit_that_nobody_reaches_is_none(declared: str, is_wide: bool) -> None:
    """Whatever unit it is said in."""
    assert bool([*too_wide(declared)]) is is_wide
