"""performance/soak: minutes under load leave a service as it was."""

import random
from dataclasses import replace
from pathlib import Path

import pytest
from backwright_workbench.verify.checks.performance import soak as check
from backwright_workbench.verify.checks.performance.soak import Seen, judge, summed
from backwright_workbench.verify.load.figures import Slope
from backwright_workbench.verify.load.plan import Ran, Sample
from backwright_workbench.verify.load.watch import Look
from backwright_workbench.verify.opening import Opened
from verify_planting import checked, faults, planted

SOAK = "performance/soak"
MAIN = "src/work_orders/main.py"
FLAT, LEAK = Slope(0.0, -0.01, 0.01), Slope(0.2, 0.18, 0.22)
GOOD = Seen(100, FLAT, FLAT, 120, 120, 120, (30, 30), (20, 22), busy=False)

LEAKING = (
    "    return build(",
    "    from backwright.middleware import Perimeter\n\n"
    "    limit, kept = Perimeter._limit, []\n\n"
    "    async def keeping(self, exchange):\n"
    "        kept.append(bytearray(100_000))\n"
    "        return await limit(self, exchange)\n\n"
    "    Perimeter._limit = keeping\n"
    "    return build(",
)


@pytest.mark.slow
def test_a_leak_is_found(good: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each request leaves something in a list."""
    short = check.Extent(alone=1.5, capacity=0.2, settle=0.5, load=4.0, part=0.5, windows=4)
    monkeypatch.setattr(check, "FULL", short)
    with planted(good, tmp_path, {MAIN: LEAKING}) as opened:
        found = faults(checked(opened, SOAK, tmp_path, rows=20, full=True))
    assert "memory of the server: each request leaves" in found


@pytest.mark.parametrize(
    ("seen", "place"),
    [
        pytest.param(replace(GOOD, memory=LEAK, later=LEAK), "memory of the server", id="leak"),
        pytest.param(replace(GOOD, descriptors=(30, 90)), "descriptors of the server", id="not-closed"),
        pytest.param(replace(GOOD, p95_ms=(20, 90)), "times under load", id="slower-and-slower"),
    ],
)
def test_each_growth_is_found(seen: Seen, place: str) -> None:
    """Memory, descriptors, times."""
    assert [fault.place for fault in judge(seen)] == [place]


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(GOOD, id="flat"),
        pytest.param(replace(GOOD, memory=Slope(0.2, -0.01, 0.4), later=LEAK), id="not-sure"),
        pytest.param(replace(GOOD, memory=Slope(0.01, 0.008, 0.012), later=LEAK), id="little"),
        pytest.param(replace(GOOD, memory=LEAK), id="a-cache-that-has-filled"),
        pytest.param(replace(GOOD, p95_ms=(10, 40)), id="slower-but-quick"),
        pytest.param(replace(GOOD, p95_ms=(20, 90), busy=True), id="busy-machine"),
        pytest.param(replace(GOOD, descriptors=(30, 70)), id="a-few-connections"),
    ],
)
def test_noise_is_no_fault(seen: Seen) -> None:
    """What may be chance, or does not matter."""
    assert not judge(seen)


@pytest.mark.parametrize(("grows", "found"), [(0.0, False), (0.2, True)], ids=["flat", "leaking"])
def test_looks_and_samples_become_figures(grows: float, found: bool) -> None:
    """Two minutes of looks with noise: two kilobytes that each request leaves is told from nothing."""
    chance = random.Random(5)
    looks = [
        Look(at / 4, 130, 100 + chance.gauss(0, 0.3) + at / 4 * grows, at / 40, at / 1000, 30, 12)
        for at in range(480)
    ]
    samples = tuple(Sample(0, due / 100, 0.001, 0.02, 200) for due in range(12_000))
    seen = summed(Ran(0.0, 120.0, 100.0, samples), looks, 12)
    assert [fault.place for fault in judge(seen)] == ["memory of the server"] * found
    assert (seen.descriptors, seen.p95_ms) == ((30, 30), (20.0, 20.0))
