"""The arithmetic of load: percentiles, windows, slopes, arrivals."""

import itertools
import random
from statistics import mean, pstdev

from backwright_workbench.verify.load.figures import (
    histogram,
    over_windows,
    percentile,
    series,
    slope,
    steady,
    windows,
)
from backwright_workbench.verify.load.generator import arrivals
from backwright_workbench.verify.load.plan import Sample


def sample(due: float, latency: float, status: int = 200) -> Sample:
    """An answer."""
    return Sample(0, due, 0.0, latency, status)


def test_a_percentile_is_a_value_that_was_measured() -> None:
    """The nearest rank, not something in between."""
    assert percentile([float(each) for each in range(1, 101)], 0.95) == 95
    assert percentile([3.0], 0.99) == 3
    assert percentile([], 0.5) == 0


def test_one_disturbed_window_does_not_move_the_median() -> None:
    """And the noise says how far windows lie apart."""
    calm = [sample(second + part / 10, 0.010) for second in range(5) for part in range(10)]
    disturbed = [sample(2.05, 5.0)] * 10
    found = over_windows([*calm, *disturbed], 5, 5, lambda of: percentile(of, 0.95))
    assert (found.value, found.spread) == (10, 0)
    assert max(found.windows) == 5000


def test_windows_hold_every_sample_once() -> None:
    """Also one that was due at the very end."""
    found = windows([sample(0.0, 0), sample(0.99, 0), sample(1.0, 0)], 1.0, 4)
    assert [len(each) for each in found] == [1, 0, 0, 2]


def test_the_noise_of_one_window_is_unknown_and_nothing() -> None:
    """One value has no spread."""
    assert (steady([7.0]).value, steady([7.0]).spread, steady([]).value) == (7, 0, 0)


def test_a_leak_is_told_from_noise() -> None:
    """The range of the slope of a leak is above 0, that of noise holds it; wild points do not matter."""
    chance = random.Random(1)
    noise = [(second, 100 + chance.gauss(0, 1)) for second in range(120)]
    leak = [(second, value + second * 0.05) for second, value in noise]
    leak[10] = (10, 400.0)
    flat, growing = slope(noise), slope(leak)
    assert flat.low < 0 < flat.high
    assert 0.04 < growing.low < growing.value < growing.high < 0.06


def test_nothing_grows_in_no_time() -> None:
    """Of one point there is no slope."""
    assert slope([(1.0, 5.0)]).value == 0


def test_arrivals_are_at_random_and_the_same_for_the_same_seed() -> None:
    """With the rate that was asked for, and as irregular as a Poisson process is."""
    found = list(arrivals(200, 20, seed=3))
    gaps = [later - sooner for sooner, later in itertools.pairwise(found)]
    assert found == list(arrivals(200, 20, seed=3)) != list(arrivals(200, 20, seed=4))
    assert abs(len(found) - 4_000) < 200
    assert 0.9 < pstdev(gaps) / mean(gaps) < 1.1


def test_what_reports_draw_counts_everything() -> None:
    """Errors are no answers, and the slowest are in the last bar."""
    found = [sample(0.5, 0.004), sample(1.5, 0.03), sample(1.6, 60.0, 500)]
    assert [(each["arrived"], each["answered"], each["errors"]) for each in series(found, 2)] == [
        (1, 1, 0),
        (2, 1, 1),
    ]
    assert {each["ms"]: each["count"] for each in histogram(found) if each["count"]} == {
        5: 1,
        50: 1,
        10_000: 1,
    }
