"""security/errors: no error tells of the inside, and none says a secret back."""

from collections.abc import Callable
from pathlib import Path

import pytest
from backwright_workbench.verify.evidence import Evidence
from backwright_workbench.verify.opening import Opened
from verify_planting import checked, faults, passed

ERRORS = "security/errors"

HOLES = {
    "a stack in an answer": "src/work_orders/weak.py:55: "
    "GET /sum answers with a stack, a file: 400 after odd values in its query",
}


@pytest.mark.slow
def test_a_good_service_passes(good: Opened, tmp_path: Path) -> None:
    """Neither wrong requests nor failures tell anything."""
    assert passed(checked(good, ERRORS, tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize("hole", HOLES)
def test_a_hole_is_found(hole: str, on_weak: Callable[[str], Evidence]) -> None:
    """It says what it is, and where."""
    assert HOLES[hole] in faults(on_weak(ERRORS))
