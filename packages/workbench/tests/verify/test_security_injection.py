"""security/injection: nothing that is sent is evaluated."""

from pathlib import Path

import pytest
from backwright_workbench.verify.attacks.facts import facts
from backwright_workbench.verify.checks.security.injection import attacked
from backwright_workbench.verify.opening import Opened
from verify_planting import checked, passed

INJECTION = "security/injection"

HOLES = {
    "a statement put together": "src/work_orders/weak.py:44: "
    "GET /find (query name): a condition is evaluated",
    "a page that holds what was sent": "src/work_orders/weak.py:51: "
    "GET /pages (query title): a page holds what was sent",
    "a conversion that breaks": "src/work_orders/weak.py:64: "
    "PATCH /assets/{id}/raw (path id): SQL ends in 500",
}


@pytest.mark.slow
def test_a_good_service_passes(good: Opened, tmp_path: Path) -> None:
    """Texts stay texts, wherever they are put."""
    assert passed(checked(good, INJECTION, tmp_path))


@pytest.fixture(scope="module")
def found(weak: Opened) -> str:
    """What is found in the routes of the weak service that are written by hand."""
    places = {(each.method, each.path): each.place for each in facts(weak.subject).routes}
    faults, *_ = attacked(weak.subject, weak.subject.stands.shared(), places, only_by_hand=True)
    return "\n".join(f"{each.place}: {each.what}" for each in faults)


@pytest.mark.slow
@pytest.mark.parametrize("hole", HOLES)
def test_a_hole_is_found(hole: str, found: str) -> None:
    """It says what it is, and where."""
    assert HOLES[hole] in found


def test_rows_that_hold_what_was_sent_are_no_evaluation(found: str) -> None:
    """A list of all rows shows the payloads that were stored: it is the same for both conditions."""
    assert "GET /latest" not in found
