"""access/fields: each field is read and written by those who may."""

from collections.abc import Callable
from pathlib import Path

import pytest
from backwright_workbench.verify.evidence import Evidence
from backwright_workbench.verify.opening import Opened
from verify_planting import checked, faults, passed

FIELDS = "access/fields"

HOLES = {
    "mass assignment": "src/work_orders/weak.py:64: "
    "PATCH /assets/{id}/raw: it takes what the server owns: version",
}


@pytest.mark.slow
def test_a_good_service_passes(good: Opened, tmp_path: Path) -> None:
    """Fields of the server stay its own."""
    assert passed(checked(good, FIELDS, tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize("hole", HOLES)
def test_a_hole_is_found(hole: str, on_weak: Callable[[str], Evidence]) -> None:
    """It says what it is, and where."""
    assert HOLES[hole] in faults(on_weak(FIELDS))
