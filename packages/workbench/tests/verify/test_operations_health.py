"""operations/health: readiness follows the database, liveness does not."""

from pathlib import Path

import pytest
from backwright_workbench.verify.opening import Opened
from verify_planting import checked, faults, passed, planted

HEALTH = "operations/health"
MAIN = "src/work_orders/main.py"


@pytest.mark.slow
def test_a_good_service_passes(good_on_postgresql: Opened, tmp_path: Path) -> None:
    """It says that it is not ready while the gate is closed, and comes back."""
    evidence = checked(good_on_postgresql, HEALTH, tmp_path)
    assert passed(evidence)
    assert {figure.name for figure in evidence.figures} == {"not ready after", "ready again after"}


@pytest.mark.slow
def test_a_service_that_is_always_ready_fails(good_on_postgresql: Opened, tmp_path: Path) -> None:
    """Its probe asks nothing any more."""
    always = (
        "    return build(",
        "    from backwright import health\n\n"
        '    async def ok(check: object) -> str:\n        return "ok"\n\n'
        "    health._run = ok\n"
        "    return build(",
    )
    with planted(good_on_postgresql, tmp_path, {MAIN: always}) as opened:
        evidence = checked(opened, HEALTH, tmp_path)
    assert "GET /health/ready: it is ready although its database is down" in faults(evidence)


def test_an_embedded_database_cannot_be_stopped(good: Opened, tmp_path: Path) -> None:
    """So nothing is proven, and it says what is missing."""
    evidence = checked(good, HEALTH, tmp_path)
    assert (evidence.status, evidence.summary) == ("not run", "an embedded database cannot be stopped")
