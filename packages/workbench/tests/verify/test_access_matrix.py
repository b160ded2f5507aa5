"""access/matrix: every role gets what the access matrix says."""

from collections.abc import Callable
from pathlib import Path

import pytest
from backwright_workbench.verify.evidence import Evidence
from backwright_workbench.verify.opening import Opened
from verify_planting import checked, faults, passed

MATRIX = "access/matrix"

HOLES = {
    "a rule on rows is gone": "src/work_orders/technicians/resource.py:21: "
    "GET /technicians/{id} (other) answers technician with 200; recorded is 404",
    "a role may do more": "src/work_orders/assets/resource.py:20: "
    "DELETE /assets/{id} (other) answers viewer with 204; recorded is 403",
}


@pytest.mark.slow
def test_a_good_service_passes(good: Opened, tmp_path: Path) -> None:
    """Each caller gets what is recorded."""
    assert passed(checked(good, MATRIX, tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize("hole", HOLES)
def test_a_hole_is_found(hole: str, on_weak: Callable[[str], Evidence]) -> None:
    """It says what it is, and where."""
    assert HOLES[hole] in faults(on_weak(MATRIX))
