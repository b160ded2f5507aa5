"""access/unauthenticated: nobody gets in where the record does not say so."""

from collections.abc import Callable
from pathlib import Path

import pytest
from backwright_workbench.verify.evidence import Evidence
from backwright_workbench.verify.opening import Opened
from verify_planting import checked, faults, passed

UNAUTHENTICATED = "access/unauthenticated"

HOLES = {
    "an open route": "src/work_orders/weak.py:27: "
    "GET /statistics answers 200 to somebody who has not signed in",
    "an open route that is hidden": "src/work_orders/weak.py:31: "
    "GET /internal/export is not in the document and answers 200",
}


@pytest.mark.slow
def test_a_good_service_passes(good: Opened, tmp_path: Path) -> None:
    """Everything that is closed refuses nobody in particular."""
    assert passed(checked(good, UNAUTHENTICATED, tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize("hole", HOLES)
def test_a_hole_is_found(hole: str, on_weak: Callable[[str], Evidence]) -> None:
    """It says what it is, and where."""
    assert HOLES[hole] in faults(on_weak(UNAUTHENTICATED))
