"""access/objects: what a caller must not see cannot be had in another way."""

from collections.abc import Callable
from pathlib import Path

import foreign_projects
import pytest
from backwright_workbench.verify.check import Profile
from backwright_workbench.verify.evidence import Evidence
from backwright_workbench.verify.foreign import open_foreign
from backwright_workbench.verify.opening import Opened
from verify_planting import checked, faults, passed

OBJECTS = "access/objects"

HOLES = {
    "a row by its id": "src/work_orders/weak.py:35: "
    "GET /raw/work-orders/{id} shows it to technician: a row of /work-orders",
    "rows in a hidden list": "src/work_orders/weak.py:40: "
    "GET /latest shows it to technician: a row of /work-orders",
    "a change by its id": "src/work_orders/weak.py:64: "
    "PATCH /assets/{id}/raw answers 200 about it to somebody without a role",
}


@pytest.mark.slow
def test_a_good_service_passes(good: Opened, tmp_path: Path) -> None:
    """Rows stay with those who may see them."""
    assert passed(checked(good, OBJECTS, tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize("hole", HOLES)
def test_a_hole_is_found(hole: str, on_weak: Callable[[str], Evidence]) -> None:
    """It says what it is, and where."""
    assert HOLES[hole] in faults(on_weak(OBJECTS))


@pytest.mark.slow
def test_a_row_that_the_list_hides_and_its_address_shows_is_found_anywhere(tmp_path: Path) -> None:
    """Also in a backend that we did not write: nothing is known of its rules but what its lists show."""
    hole = {"app/routers/heroes.py": ("if hero is None or hero.owner_id != user.id:", "if hero is None:")}
    with open_foreign(foreign_projects.heroes(tmp_path, hole), Profile.QUICK) as opened:
        found = faults(checked(opened, OBJECTS, tmp_path))
    assert "GET /heroes/{hero_id} shows it to user: a row of /heroes/ that they may not read" in found
    assert "PATCH /heroes/{hero_id} " in found
