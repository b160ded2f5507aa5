"""What a measurement under load came to, and which limits it breaks.

What lives here: arithmetic and limits, on values. What must not: measuring, and the words of faults. Times are judged
so that a busy machine cannot make a good service fail: an operation alone by its fastest answer, the mix by the median
of its windows, and nothing by one run.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from backwright_workbench.verify.load.figures import Steady, by_operation, over_windows, percentile
from backwright_workbench.verify.load.plan import Operation, Ran, Sample
from backwright_workbench.verify.load.watch import Look, waited_part

GATE_P95, GATE_P99 = 200.0, 500.0
"""Milliseconds that no service may exceed under load, whatever it has set for itself."""

ENOUGH = 20
"""Answers of one operation that its p95 needs to mean something."""

KEPT_KB, KEPT_MB = 50.0, 30.0
"""Memory that each request leaves behind, and that all of them do: what both exceed is no warming up."""

BUSY_LAG, BUSY_WAITED = 25.0, 0.15
"""From here on the machine was too busy: milliseconds that the generator came late in 1 of 100 cases, and the part of
the time for which the server could have run but had no processor.
"""


@dataclass(frozen=True, slots=True)
class Limits:
    """What is allowed."""

    read_p95_ms: float = 100.0
    p95_ms: float = GATE_P95
    p99_ms: float = GATE_P99
    error_percent: float = 0.1
    memory_mb: float = 512.0

    def alone(self, reads: bool) -> float:
        """For an operation with nothing beside it."""
        return min(self.read_p95_ms, self.p95_ms) if reads else self.p95_ms


@dataclass(frozen=True, slots=True)
class Row:
    """One operation under load."""

    name: str
    reads: bool
    share: float
    count: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    errors: int
    statuses: tuple[int, ...]
    cold_ms: float
    """Alone, asked for the first time: the fastest of a few."""
    alone_ms: float
    """Alone, asked again: the fastest of a few. 0 in either: nothing is known."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One measurement."""

    rate: float
    p50: Steady
    p95: Steady
    p99: Steady
    reads_p95: Steady
    rows: tuple[Row, ...]
    count: int
    errors: int
    cold_p95_ms: float
    warm_p95_ms: float
    lag_ms: float
    waited: float
    rss_mb: float
    cpu_seconds: float
    grown_mb: float = 0.0
    """How much more memory, that is no file's, the server had at the end."""

    @property
    def kept_kb(self) -> float:
        """Memory that each request has left behind, as far as all of them have left enough to tell."""
        return 1000 * self.grown_mb / self.count if self.grown_mb > KEPT_MB and self.count else 0.0

    @property
    def busy(self) -> bool:
        """Whether the machine, not the backend, decided about the times."""
        return self.lag_ms > BUSY_LAG or self.waited > BUSY_WAITED

    @property
    def error_percent(self) -> float:
        """Of all that arrived."""
        return 100 * self.errors / self.count if self.count else 100.0


def measured(
    operations: Sequence[Operation], alone: Ran, load: Ran, looks: Sequence[Look], *, windows: int, ours: bool
) -> Measured:
    """A measurement from its samples. What is not `ours` may refuse: only what it fails at is an error."""

    def wrong(sample: Sample) -> bool:
        return not sample.good if ours else sample.status <= 0 or sample.status >= 500

    reads = [each for each in load.samples if operations[each.operation].reads]
    first, again = ([each for each in alone.samples if each.again is said] for said in (False, True))
    return Measured(
        rate=load.rate,
        p50=over_windows(load.samples, load.seconds, windows, lambda of: percentile(of, 0.5)),
        p95=over_windows(load.samples, load.seconds, windows, lambda of: percentile(of, 0.95)),
        p99=over_windows(load.samples, load.seconds, windows, lambda of: percentile(of, 0.99)),
        reads_p95=over_windows(reads, load.seconds, windows, lambda of: percentile(of, 0.95)),
        rows=_rows(operations, alone, load, wrong),
        count=len(load.samples),
        errors=sum(map(wrong, load.samples)),
        cold_p95_ms=percentile(_times(first), 0.95),
        warm_p95_ms=percentile(_times(again), 0.95),
        lag_ms=percentile([each.lag * 1000 for each in load.samples], 0.99),
        waited=waited_part(looks),
        rss_mb=max((each.rss_mb for each in looks), default=0.0),
        cpu_seconds=looks[-1].cpu_seconds - looks[0].cpu_seconds if looks else 0.0,
        grown_mb=looks[-1].own_mb - looks[0].own_mb if looks else 0.0,
    )


def _times(samples: Sequence[Sample]) -> list[float]:
    return [each.latency * 1000 for each in samples if each.good]


def _rows(
    operations: Sequence[Operation], alone: Ran, load: Ran, wrong: Callable[[Sample], bool]
) -> tuple[Row, ...]:
    reads = {each.name: each.reads for each in operations}
    alones, found = by_operation(alone.samples, operations), []
    for name, samples in sorted(by_operation(load.samples, operations).items()):
        times = [each.latency * 1000 for each in samples]
        by = alones.get(name, ())
        found.append(
            Row(
                name=name,
                reads=reads[name],
                share=round(len(samples) / len(load.samples), 4),
                count=len(samples),
                p50_ms=percentile(times, 0.5),
                p95_ms=percentile(times, 0.95),
                p99_ms=percentile(times, 0.99),
                errors=sum(map(wrong, samples)),
                statuses=tuple(sorted({each.status for each in samples if wrong(each)})),
                cold_ms=min(_times([each for each in by if not each.again]), default=0.0),
                alone_ms=min(_times([each for each in by if each.again]), default=0.0),
            )
        )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Breach:
    """A limit that is broken: of what, and by which operation if it is one's."""

    kind: str
    value: float
    limit: float
    operation: str = ""
    of_time: bool = True
    """Whether a busy machine could be the reason."""


def breaches(found: Measured, limits: Limits) -> list[Breach]:
    """Everything that one measurement breaks."""
    told = [
        Breach("p95", found.p95.value, limits.p95_ms),
        Breach("p99", found.p99.value, limits.p99_ms),
        Breach("p95 of reads", found.reads_p95.value, limits.read_p95_ms),
        Breach("memory", found.rss_mb, limits.memory_mb, of_time=False),
        Breach("memory kept", found.kept_kb, KEPT_KB, of_time=False),
        Breach("errors", found.error_percent, limits.error_percent, of_time=False),
    ]
    for row in found.rows:
        limit = limits.alone(row.reads)
        told.append(Breach("alone", row.alone_ms, limit, row.name, of_time=False))
        told.append(Breach("cold", row.cold_ms, limits.p95_ms, row.name, of_time=False))
        if row.count >= ENOUGH:
            told.append(Breach("p95 of it", row.p95_ms, limit, row.name))
    return [each for each in told if each.value > each.limit]


def confirmed(first: Sequence[Breach], second: Sequence[Breach]) -> list[Breach]:
    """What two measurements break in the same way, with the milder of the two values."""
    before = {(each.kind, each.operation): each.value for each in first}
    return [
        replace(each, value=min(each.value, before[each.kind, each.operation]))
        for each in second
        if (each.kind, each.operation) in before
    ]


def suspects(found: Measured, limits: Limits, most: int = 3) -> list[Row]:
    """The operations that are most likely the reason where everything is slow: by what they take alone."""
    ordered = sorted(found.rows, key=lambda row: max(row.cold_ms, row.alone_ms), reverse=True)
    slow = [row for row in ordered if max(row.cold_ms, row.alone_ms) > limits.alone(row.reads) / 4]
    return (slow or ordered)[:most]
