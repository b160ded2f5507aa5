"""Minutes of the same load leave it as it was: memory, descriptors, connections, times.

Red: something that is kept for each request, a connection or a file that is not closed, answers that become slower and
slower. Memory counts as growing only if the whole range of its slope says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from backwright_workbench.verify.check import Check, Need, Profile
from backwright_workbench.verify.load.figures import Slope, over_windows, percentile, slope
from backwright_workbench.verify.load.measured import BUSY_LAG, BUSY_WAITED
from backwright_workbench.verify.load.plan import Kind, Ran, Stage
from backwright_workbench.verify.load.rig import rig
from backwright_workbench.verify.load.watch import Look, waited_part
from backwright_workbench.verify.outcome import Fault, Figure, Outcome, judged
from backwright_workbench.verify.subject import Subject

CHECK = Check(
    title="Minutes under load leave memory, connections and times as they were",
    needs=frozenset({Need.ANSWERS, Need.CONTRACT, Need.PROCESS}),
    proves=("soak test",),
    profile=Profile.FULL,
    alone=True,
    engine_bound=True,
)

LEAK = 1_000.0
"""Bytes for each request from which on growth is a leak: less is what bounded caches do that are not full yet."""

GROWN_MB = 2.0
"""What has to have come to pass of it."""

CONNECTIONS = 32
"""Clients keep at most so many open."""

MORE = CONNECTIONS + 16
"""Descriptors more at the end than at the beginning that mean nothing: clients, and a pool for the database."""

SLOWER = 2.0
"""How many times p95 may be at the end what it was at the beginning, where it is more than `NOTICED` milliseconds."""

NOTICED = 50.0


@dataclass(frozen=True, slots=True)
class Extent:
    """Seconds, requests in a second, and how the time is divided."""

    alone: float = 5.0
    capacity: float = 2.0
    settle: float = 45.0
    """At twice the rate: until caches are full, and limits have been counted for a while."""
    load: float = 120.0
    part: float = 0.3
    most: float = 100.0
    windows: int = 12


FULL = Extent()


@dataclass(frozen=True, slots=True)
class Seen:
    """What the load came to."""

    rate: float
    memory: Slope
    """MB in a second."""
    later: Slope
    """The same of the second half alone."""
    seconds: float
    began_mb: float
    ended_mb: float
    descriptors: tuple[int, int]
    """At the beginning and at the end."""
    p95_ms: tuple[float, float]
    busy: bool

    @property
    def per_request(self) -> float:
        """Bytes that each request leaves behind, at the least."""
        return self.memory.low * 1e6 / self.rate if self.rate else 0.0

    @property
    def grown_mb(self) -> float:
        """What memory has grown by, at the least."""
        return self.memory.low * self.seconds

    @property
    def goes_on(self) -> bool:
        """Whether it grows at the end about as fast as before: what fills up does not."""
        return self.later.value > self.memory.value / 2


def run(subject: Subject) -> Outcome:
    """Puts the load on, and compares its end with its beginning."""
    extent = FULL
    with rig(subject, subject.rows) as on:
        subject.say(f"{extent.settle + extent.load:.0f} s of load")
        load = on.run(
            Stage(Kind.EACH, extent.alone, variants=2),
            Stage(Kind.CLOSED, extent.capacity),
            Stage(Kind.OPEN, extent.settle, of=2 * extent.part, most=2 * extent.most),
            Stage(Kind.OPEN, extent.load, of=extent.part, most=extent.most),
            connections=CONNECTIONS,
        )[-1]
        looks = on.seen(load)
    seen = summed(load, looks, extent.windows)
    subject.record.keep(
        "memory.txt",
        "\n".join(
            f"{each.at - looks[0].at:8.1f} s {each.own_mb:8.2f} MB {each.descriptors:5d}" for each in looks
        )
        + "\n",
        command=f"{load.rate:.0f} requests in a second for {load.seconds:g} s",
    )
    return told(seen, looks)


def summed(load: Ran, looks: Sequence[Look], windows: int) -> Seen:
    """What the samples and the looks say."""
    points = thinned([(each.at, each.own_mb) for each in looks])
    times = over_windows(load.samples, load.seconds, windows, lambda of: percentile(of, 0.95)).windows
    quarter = max(1, len(looks) // 4)
    lags = [each.lag * 1000 for each in load.samples]
    spent = looks[-1].at - looks[0].at if len(looks) > 1 else 0.0
    return Seen(
        rate=load.rate,
        memory=slope(points),
        later=slope(points[len(points) // 2 :]),
        seconds=spent,
        began_mb=points[0][1] if points else 0.0,
        ended_mb=points[-1][1] if points else 0.0,
        descriptors=(
            round(percentile([each.descriptors for each in looks[:quarter]], 0.5)),
            round(percentile([each.descriptors for each in looks[-quarter:]], 0.5)),
        ),
        p95_ms=(
            percentile(times[: max(1, windows // 4)], 0.5),
            percentile(times[-max(1, windows // 4) :], 0.5),
        ),
        busy=percentile(lags, 0.99) > BUSY_LAG or waited_part(looks) > BUSY_WAITED,
    )


def thinned(points: Sequence[tuple[float, float]], most: int = 120) -> list[tuple[float, float]]:
    """At most so many of the points, evenly: looks that follow closely know the same."""
    every = max(1, len(points) // most)
    return list(points[::every])


def judge(seen: Seen) -> list[Fault]:
    """What is wrong."""
    faults = []
    if seen.per_request > LEAK and seen.grown_mb > GROWN_MB and seen.goes_on:
        faults.append(
            Fault(
                f"each request leaves {seen.per_request / 1000:.1f} KB behind, at the least",
                "memory of the server",
                why=f"{seen.began_mb:.0f} MB became {seen.ended_mb:.0f} MB in {seen.seconds:.0f} s; it ends killed",
                next_step="look for what grows: lists and dictionaries of modules, caches without an end (tracemalloc)",
            )
        )
    first, last = seen.descriptors
    if last > first + MORE:
        faults.append(
            Fault(
                f"{last - first} descriptors are open more than before",
                "descriptors of the server",
                why="connections or files are not closed; in the end none can be opened",
                next_step="close what is opened in each request, or take it from a pool",
            )
        )
    before, after = seen.p95_ms
    if not seen.busy and after > max(NOTICED, before * SLOWER):
        faults.append(
            Fault(
                f"p95 was {before:.0f} ms and is {after:.0f} ms in the end",
                "times under load",
                why="it becomes slower the longer it runs",
            )
        )
    return faults


def told(seen: Seen, looks: Sequence[Look]) -> Outcome:
    """The outcome."""
    minute = 60 * 1000
    figures = (
        Figure("rate", round(seen.rate, 1), "requests/s"),
        Figure("memory grows by", round(seen.memory.value * minute, 1), "KB/min"),
        Figure("at the least", round(seen.memory.low * minute, 1), "KB/min"),
        Figure("at the most", round(seen.memory.high * minute, 1), "KB/min"),
        Figure("more descriptors", seen.descriptors[1] - seen.descriptors[0], "", MORE),
        Figure("p95 in the beginning", round(seen.p95_ms[0], 1), "ms"),
        Figure("p95 in the end", round(seen.p95_ms[1], 1), "ms"),
    )
    notes = ["the machine was busy, so times were not compared"] if seen.busy else []
    return judged(
        f"{seen.seconds:.0f} s at {seen.rate:.0f} requests/s: memory {seen.memory.value * minute:+.0f} KB/min "
        f"({seen.memory.low * minute:+.0f} to {seen.memory.high * minute:+.0f})",
        judge(seen),
        figures=figures,
        notes=tuple(notes),
        data={
            "rss_mb": [round(each.rss_mb, 2) for each in looks],
            "own_mb": [round(each.own_mb, 2) for each in looks],
            "descriptors": [each.descriptors for each in looks],
        },
    )
