"""performance/saturation: beyond its capacity a service refuses some requests and serves the others."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from backwright_workbench.verify.checks.performance import saturation as check
from backwright_workbench.verify.checks.performance.saturation import Seen, Step, failed, judge, late, step
from backwright_workbench.verify.load.plan import Operation, Ran, Sample
from backwright_workbench.verify.load.probes import LIVE, READY, Probe
from backwright_workbench.verify.opening import Opened
from verify_planting import checked, faults, passed, planted

SATURATION = "performance/saturation"
MAIN = "src/work_orders/main.py"
SHORT = replace(check.QUICK, alone=1.5, capacity=0.3, step=0.4, recovery=0.4, connections=200)
CALM = Step(100, 100, 0, 0, 0, 20, 100, 100)
TOP = replace(CALM, rate=250, answered=95, shed=150, p95_ms=900, goodput=95, offered=250)

BURSTING = (
    "    return build(",
    "    from backwright.middleware import Perimeter\n\n"
    "    serve, under_way = Perimeter._serve, []\n\n"
    "    async def crowded(self, exchange):\n"
    "        under_way.append(exchange)\n"
    "        try:\n"
    "            if len(under_way) > 16:\n"
    "                exchange.context.path = '/health/live'  # no limits, no log: only the exception below\n"
    "                return await self._failed(exchange, RuntimeError('no more connections'))\n"
    "            return await serve(self, exchange)\n"
    "        finally:\n"
    "            under_way.remove(exchange)\n\n"
    "    Perimeter._serve = crowded\n"
    "    return build(",
)
"""Answers 500 when many come at once, as services do whose pool of connections is used up."""


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Less than a second of each rate shows the same."""
    monkeypatch.setattr(check, "QUICK", SHORT)


@pytest.mark.slow
def test_a_good_service_passes(good: Opened, tmp_path: Path) -> None:
    """It answers what it can, and its evidence holds each step."""
    evidence = checked(good, SATURATION, tmp_path, rows=20)
    assert passed(evidence)
    assert [set(each) for each in evidence.data["steps"]] == [set(check.SHOWN)] * 2


@pytest.mark.slow
def test_a_service_that_fails_when_many_come_is_found(good: Opened, tmp_path: Path) -> None:
    """Requests fail that it would answer if they came one by one."""
    with planted(good, tmp_path, {MAIN: BURSTING}) as opened:
        found = faults(checked(opened, SATURATION, tmp_path, rows=20))
    assert "it fails under too much load" in found
    assert "times 500" in found


def seen(*steps: Step, recovery: Step = CALM, probes: tuple[Probe, ...] = ()) -> Seen:
    """A run."""
    return Seen([*steps], recovery, list(probes))


@pytest.mark.parametrize(
    ("run", "said"),
    [
        pytest.param(seen(CALM, replace(TOP, goodput=60)), "goodput", id="collapse"),
        pytest.param(seen(CALM, TOP, recovery=replace(CALM, p95_ms=2000)), "recovery", id="backlog-stays"),
        pytest.param(seen(CALM, TOP, recovery=replace(CALM, errors=3)), "recovery", id="errors-stay"),
        pytest.param(
            seen(CALM, TOP, probes=(Probe(1, LIVE, 200, 1.5),) * 3), f"GET {LIVE}", id="slow-liveness"
        ),
        pytest.param(
            seen(CALM, TOP, probes=(Probe(1, READY, 0, 3.0),) * 3), f"GET {READY}", id="no-readiness"
        ),
        pytest.param(seen(CALM, TOP, probes=(Probe(1, LIVE, 503, 0.1),) * 3), f"GET {LIVE}", id="not-alive"),
    ],
)
def test_each_duty_is_held(run: Seen, said: str) -> None:
    """Whatever is not kept is told, and nothing else."""
    assert [fault.place for fault in judge(run)] == [said]


def test_what_fails_under_load_is_named() -> None:
    """With what it was answered."""
    run = seen(CALM, TOP)
    run.failing = Counter({"GET /orders: 500": 3})
    assert [(fault.place, fault.what) for fault in failed(run)] == [
        ("GET /orders", "it fails under too much load: 3 times 500")
    ]


def test_shedding_queueing_and_a_single_late_probe_are_no_faults() -> None:
    """Refusing with the time to come back is right, and so is being not ready for a while."""
    assert not judge(seen(CALM, TOP))
    assert not late([Probe(1, LIVE, 200, 2.0), Probe(2, LIVE, 200, 0.1)] * 3, LIVE)
    assert not late([Probe(1, READY, 503, 0.1)] * 9, READY)


def test_a_step_tells_what_became_of_each_request() -> None:
    """Answered, shed, failed, cut or given up; goodput counts until the last is done with."""
    samples = (
        Sample(0, 0.1, 0.0, 0.1, 200),
        Sample(0, 0.2, 0.0, 3.8, 201),
        Sample(0, 0.3, 0.0, 0.1, 503, retry_after=True),
        Sample(0, 0.4, 0.0, 0.1, 503),
        Sample(0, 0.5, 0.0, 0.1, 500),
        Sample(0, 0.6, 0.0, 0.1, 0),
    )
    found = step(Ran(0, 1.0, 6, samples), [Operation("GET /a", "", "GET", (("/a", ""),))])
    assert (found.answered, found.shed, found.errors, found.failed) == (2, 1, 3, 2)
    assert (found.goodput, found.offered) == (0.5, 6.0)
