"""The arithmetic of measurements: percentiles, windows, slopes. No I/O, and no judgement."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median

from backwright_workbench.verify.load.plan import Operation, Sample

EDGES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)
"""Milliseconds up to which the bars of a histogram reach."""


def percentile(values: Sequence[float], part: float) -> float:
    """The least value that at least this part of them does not exceed (nearest rank); 0 of nothing."""
    ordered = sorted(values)
    return ordered[max(0, ceil(part * len(ordered)) - 1)] if ordered else 0.0


def windows(samples: Iterable[Sample], seconds: float, count: int) -> list[list[Sample]]:
    """The samples by when they were due, in `count` windows of equal length."""
    found: list[list[Sample]] = [[] for _ in range(count)]
    for each in samples:
        found[min(count - 1, int(each.due / seconds * count))].append(each)
    return found


@dataclass(frozen=True, slots=True)
class Steady:
    """A value of each window: the median, which one disturbance does not move, and how far windows differ."""

    value: float
    spread: float
    """The median distance of a window from the median: the noise of this measurement."""
    windows: tuple[float, ...] = ()


def steady(values: Sequence[float]) -> Steady:
    """The median over windows, and its noise."""
    if not values:
        return Steady(0.0, 0.0)
    middle = median(values)
    return Steady(middle, median(abs(each - middle) for each in values), tuple(values))


def over_windows(
    samples: Iterable[Sample], seconds: float, count: int, of: Callable[[list[float]], float]
) -> Steady:
    """A figure of the latencies, in milliseconds, of each window that has any."""
    parts = windows(samples, seconds, count)
    return steady([of([each.latency * 1000 for each in part]) for part in parts if part])


@dataclass(frozen=True, slots=True)
class Slope:
    """How fast something grows, with the range that holds it with about 95 % confidence."""

    value: float
    low: float
    high: float


def slope(points: Sequence[tuple[float, float]]) -> Slope:
    """The median of the slopes of all pairs (Theil and Sen): a few wild points do not bend it.

    The range is that of Sen: slopes whose rank is as far from the middle as Kendall's statistic reaches by chance.
    """
    ordered = sorted(points)
    slopes = sorted(
        (later[1] - sooner[1]) / (later[0] - sooner[0])
        for number, sooner in enumerate(ordered)
        for later in ordered[number + 1 :]
        if later[0] > sooner[0]
    )
    if not slopes:
        return Slope(0.0, 0.0, 0.0)
    count = len(ordered)
    reach = 1.96 * (count * (count - 1) * (2 * count + 5) / 18) ** 0.5
    low = max(0, int((len(slopes) - reach) / 2))
    high = min(len(slopes) - 1, ceil((len(slopes) + reach) / 2))
    return Slope(median(slopes), slopes[low], slopes[high])


def histogram(samples: Iterable[Sample]) -> list[dict[str, float]]:
    """How many answers took up to so many milliseconds; what took longer than all is in the last."""
    counts = dict.fromkeys(EDGES, 0)
    for each in samples:
        counts[next((edge for edge in EDGES if each.latency * 1000 <= edge), EDGES[-1])] += 1
    return [{"ms": edge, "count": count} for edge, count in counts.items()]


def series(samples: Sequence[Sample], seconds: float) -> list[dict[str, float]]:
    """Second by second: what arrived, what was answered of it, what went wrong, and p95."""
    found = []
    for second, part in enumerate(windows(samples, max(1, ceil(seconds)), max(1, ceil(seconds)))):
        good = [each for each in part if each.good]
        found.append(
            {
                "second": second,
                "arrived": len(part),
                "answered": len(good),
                "errors": len(part) - len(good),
                "p95_ms": round(percentile([each.latency * 1000 for each in part], 0.95), 1),
            }
        )
    return found


def by_operation(samples: Sequence[Sample], operations: Sequence[Operation]) -> dict[str, list[Sample]]:
    """The samples of each name; what different roles ask for under one name belongs together."""
    found: dict[str, list[Sample]] = {}
    for each in samples:
        found.setdefault(operations[each.operation].name, []).append(each)
    return found
