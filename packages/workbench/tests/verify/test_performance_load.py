"""performance/load: under load a service keeps to its budgets."""

from dataclasses import replace
from pathlib import Path

import pytest
from backwright_workbench.verify.checks.performance import load as check
from backwright_workbench.verify.load.figures import Steady
from backwright_workbench.verify.load.measured import Breach, Limits, Measured, Row, breaches, confirmed
from backwright_workbench.verify.opening import Opened
from verify_planting import checked, faults, passed, planted

LOAD = "performance/load"
SERVICE = "src/work_orders/work_orders/service.py"
MAIN = "src/work_orders/main.py"
SHORT = check.Extent(
    alone=4.0, variants=2, capacity=0.2, warm_up=0.2, load=1.0, windows=3, part=0.5, most=100
)
CALM = Steady(20.0, 1.0)
GOOD = Measured(
    rate=100,
    p50=CALM,
    p95=CALM,
    p99=CALM,
    reads_p95=CALM,
    rows=(Row("GET /assets", True, 1.0, 1000, 5, 20, 30, 0, (), 10, 5),),
    count=1000,
    errors=0,
    cold_p95_ms=10,
    warm_p95_ms=5,
    lag_ms=1,
    waited=0.01,
    rss_mb=120,
    cpu_seconds=1,
)


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds are enough to see what these tests plant."""
    monkeypatch.setattr(check, "QUICK", SHORT)


@pytest.mark.slow
@pytest.mark.usefixtures("short")
def test_a_good_service_passes(good: Opened, tmp_path: Path) -> None:
    """It is asked for everything that is declared, and its evidence holds what reports draw."""
    evidence = checked(good, LOAD, tmp_path, rows=20)
    assert passed(evidence)
    asked = {row["operation"] for row in evidence.data["operations"]}
    assert {"GET /assets", "GET /work-orders/{id}", "POST /assets", "PATCH /assets/{id}"} <= asked
    assert len(evidence.data["series"]) == 1
    assert evidence.data["cpu_seconds"] > 0
    assert max(evidence.data["rss_mb"]) > 50


@pytest.mark.slow
@pytest.mark.usefixtures("short")
def test_an_operation_that_blocks_and_one_that_fails_are_named(good: Opened, tmp_path: Path) -> None:
    """However busy the machine is: the one is slow with nothing beside it, the other answers 500."""
    sleeping = (
        '        """Give the order to a technician."""\n',
        '        """Give the order to a technician."""\n        __import__("time").sleep(0.3)\n',
    )
    failing = (
        "    return build(",
        "    from backwright.middleware import Perimeter\n\n"
        "    limit, calls = Perimeter._limit, []\n\n"
        "    async def sometimes(self, exchange):\n"
        '        calls.append(exchange.context.path.startswith("/technicians/"))\n'
        "        if calls[-1] and sum(calls) % 3 == 0:\n"
        '            raise RuntimeError("now and then")\n'
        "        return await limit(self, exchange)\n\n"
        "    Perimeter._limit = sometimes\n"
        "    return build(",
    )
    with planted(good, tmp_path, {SERVICE: sleeping, MAIN: failing}) as opened:
        found = faults(checked(opened, LOAD, tmp_path, rows=20))
    assert "POST /work-orders/{id}/assign: it takes 3" in found
    assert "GET /technicians/{id}: " in found
    assert "fail under load: 500" in found
    assert "GET /technicians: " not in found


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        pytest.param(replace(GOOD, p95=Steady(250, 1)), "p95", id="all-slow"),
        pytest.param(replace(GOOD, p99=Steady(600, 1)), "p99", id="some-very-slow"),
        pytest.param(replace(GOOD, reads_p95=Steady(120, 1)), "p95 of reads", id="reads-slow"),
        pytest.param(replace(GOOD, errors=2), "errors", id="errors"),
        pytest.param(replace(GOOD, rss_mb=600), "memory", id="memory"),
        pytest.param(replace(GOOD, grown_mb=100), "memory kept", id="leak"),
        pytest.param(
            replace(GOOD, rows=(replace(GOOD.rows[0], cold_ms=210),)), "cold", id="slow-when-not-cached"
        ),
        pytest.param(replace(GOOD, rows=(replace(GOOD.rows[0], alone_ms=110),)), "alone", id="slow-alone"),
        pytest.param(
            replace(GOOD, rows=(replace(GOOD.rows[0], p95_ms=110),)), "p95 of it", id="slow-now-and-then"
        ),
    ],
)
def test_each_limit_is_held(found: Measured, kind: str) -> None:
    """What breaks one is found; what keeps to all is not."""
    assert [each.kind for each in breaches(found, Limits())] == [kind]


def test_what_keeps_to_all_limits_breaks_none() -> None:
    """One failed request of a thousand is what the budget allows."""
    assert not breaches(replace(GOOD, errors=1, grown_mb=20), Limits())


def test_an_operation_with_few_answers_is_not_judged_by_them() -> None:
    """The p95 of ten answers is the slowest of them, which may be chance."""
    rare = replace(GOOD.rows[0], count=10, p95_ms=900)
    assert not breaches(replace(GOOD, rows=(rare,)), Limits())


def test_a_breach_counts_only_if_a_second_run_shows_it() -> None:
    """With the milder value of the two."""
    first = [Breach("p95", 300, 200), Breach("alone", 400, 100, "GET /a")]
    second = [Breach("alone", 350, 100, "GET /a"), Breach("alone", 350, 100, "GET /b")]
    assert confirmed(first, second) == [Breach("alone", 350, 100, "GET /a")]


@pytest.mark.parametrize(
    "found", [replace(GOOD, lag_ms=80), replace(GOOD, waited=0.4)], ids=["late-generator", "waiting-server"]
)
def test_a_busy_machine_is_said_to_be_busy(found: Measured) -> None:
    """When the generator was late, or the server had no processor."""
    assert found.busy
    assert not GOOD.busy
