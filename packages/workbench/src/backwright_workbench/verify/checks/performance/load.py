"""Under the load of a working day it keeps to its budgets: times, errors, memory.

People of every role ask for what is declared, on tables of the size that is meant, at a rate that does not wait for
answers; each time counts from when a request was due. Red: an operation that is slow, blocks the others, fails now and
then, or needs too much memory. On a machine that is too busy to tell, it is not run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.load.figures import histogram, series
from backwright_workbench.verify.load.measured import (
    Breach,
    Limits,
    Measured,
    breaches,
    confirmed,
    measured,
    suspects,
)
from backwright_workbench.verify.load.plan import Kind, Ran, Stage
from backwright_workbench.verify.load.rig import Rig, rig
from backwright_workbench.verify.outcome import Fault, Figure, NotRun, Outcome, judged
from backwright_workbench.verify.subject import Subject

CHECK = Check(
    title="Under load it keeps to its budgets for times, errors and memory",
    needs=frozenset({Need.ANSWERS, Need.CONTRACT, Need.PROCESS}),
    proves=("load test", "latency budget"),
    alone=True,
    engine_bound=True,
)


@dataclass(frozen=True, slots=True)
class Extent:
    """How long and how much, in seconds and requests in a second."""

    alone: float
    variants: int
    capacity: float
    warm_up: float
    load: float
    windows: int
    part: float
    """Of the capacity that was found."""
    most: float

    def stages(self) -> tuple[Stage, ...]:
        """Everything alone, the capacity, warming up, and the load that is judged."""
        return (
            Stage(Kind.EACH, self.alone, variants=self.variants),
            Stage(Kind.CLOSED, self.capacity),
            Stage(Kind.OPEN, self.warm_up, of=self.part, most=self.most),
            Stage(Kind.OPEN, self.load, of=self.part, most=self.most),
        )


QUICK = Extent(alone=2.0, variants=2, capacity=0.6, warm_up=0.4, load=4.0, windows=5, part=0.5, most=200)
FULL = Extent(alone=15.0, variants=4, capacity=3.0, warm_up=5.0, load=60.0, windows=12, part=0.5, most=300)


def run(subject: Subject) -> Outcome:
    """Measures once, and if a limit is broken a second time."""
    budgets = subject.budgets
    limits = Limits(
        read_p95_ms=budgets.p95_ms, error_percent=budgets.error_percent, memory_mb=budgets.memory_mb
    )
    extent = FULL if subject.full else QUICK
    subject.say(rows_of(subject))
    with rig(subject, subject.rows) as on:
        first = measure(subject, on, extent)
        broken = breaches(first.found, limits)
        if not broken:
            return told(subject, first, limits, [])
        subject.say("a limit was broken; measured once more")
        second = measure(subject, on, extent)
    sure = confirmed(broken, breaches(second.found, limits))
    if both_fail(first, second, limits):
        sure = [*[each for each in sure if each.kind != "errors"], errors_of(first, second, limits)]
    busy = first.found.busy or second.found.busy
    if busy and all(each.of_time for each in sure) and sure:
        raise NotRun(why_busy(second.found), "run it again when nothing else needs the processors")
    return told(subject, second, limits, [each for each in sure if not (busy and each.of_time)])


@dataclass(frozen=True, slots=True)
class Run:
    """One measurement, and what it was made of."""

    found: Measured
    load: Ran
    rss_mb: tuple[float, ...]


def measure(subject: Subject, on: Rig, extent: Extent) -> Run:
    """Puts the load on."""
    alone, _, _, load = on.run(*extent.stages())
    if not load.samples:
        raise NotRun("nothing was asked of it")
    looks = on.seen(load)
    ours = subject.blueprint is not None
    found = measured(on.operations, alone, load, looks, windows=extent.windows, ours=ours)
    return Run(found, load, tuple(round(each.rss_mb, 1) for each in looks))


def both_fail(first: Run, second: Run, limits: Limits) -> bool:
    """Whether errors are too many over both runs: one that comes now and then need not come in each."""
    return errors_of(first, second, limits).value > limits.error_percent


def errors_of(first: Run, second: Run, limits: Limits) -> Breach:
    """Errors over both runs, in percent."""
    errors, count = first.found.errors + second.found.errors, first.found.count + second.found.count
    return Breach("errors", 100 * errors / count, limits.error_percent, of_time=False)


def why_busy(found: Measured) -> str:
    """Why nothing can be said about times."""
    return (
        f"the machine was too busy to measure times: the server waited for a processor for {found.waited:.0%} "
        f"of the time, and the generator came {found.lag_ms:.0f} ms late"
    )


def told(subject: Subject, run: Run, limits: Limits, sure: Sequence[Breach]) -> Outcome:
    """The outcome of a measurement."""
    found = run.found
    data = as_data(run)
    subject.record.keep(
        "load.txt",
        "\n".join(
            f"{row.p95_ms:8.1f} ms p95 {row.cold_ms:8.1f} ms cold {row.count:6d} answers "
            f"{row.errors:4d} errors  {row.name}"
            for row in sorted(found.rows, key=lambda row: -row.p95_ms)
        )
        + "\n",
        command=f"{found.rate:.0f} requests in a second for {run.load.seconds:g} s",
    )
    broken = {each.kind: each for each in sure}
    figures = (
        Figure("rate", round(found.rate, 1), "requests/s"),
        Figure("p50", round(found.p50.value, 1), "ms"),
        limited("p95", found.p95.value, limits.p95_ms, broken),
        limited("p99", found.p99.value, limits.p99_ms, broken),
        limited("p95 of reads", found.reads_p95.value, limits.read_p95_ms, broken),
        Figure("noise of p95", round(found.p95.spread, 1), "ms"),
        Figure("p95 cold", round(found.cold_p95_ms, 1), "ms"),
        Figure("p95 warm", round(found.warm_p95_ms, 1), "ms"),
        limited("errors", found.error_percent, limits.error_percent, broken, "%"),
        limited("memory", found.rss_mb, limits.memory_mb, broken, "MB"),
        Figure("processor", round(100 * found.cpu_seconds / run.load.seconds, 1), "%"),
        Figure("lag of the generator", round(found.lag_ms, 1), "ms"),
        Figure("waited for a processor", round(100 * found.waited, 1), "%"),
    )
    notes = [f"{rows_of(subject)}; {found.count} requests in {run.load.seconds:g} s"]
    if found.busy:
        notes.append(why_busy(found) + "; on an idle machine they are shorter")
    summary = (
        f"{found.rate:.0f} requests/s: p95 {found.p95.value:.0f} ms, p99 {found.p99.value:.0f} ms, "
        f"{found.error_percent:.2g} % errors, {found.rss_mb:.0f} MB"
    )
    return judged(summary, list(words(found, limits, sure)), figures=figures, notes=tuple(notes), data=data)


def rows_of(subject: Subject) -> str:
    """How much is in its tables."""
    return (
        f"{subject.rows} rows in each table" if subject.service is not None else "with the rows that it has"
    )


def limited(name: str, value: float, limit: float, broken: Mapping[str, Breach], unit: str = "ms") -> Figure:
    """A figure with its limit. One that is beyond it without being confirmed has no limit: it proves nothing."""
    if name in broken:
        return Figure(name, round(broken[name].value, 2), unit, limit)
    return Figure(name, round(value, 2), unit, limit if value <= limit else None)


def words(found: Measured, limits: Limits, sure: Sequence[Breach]) -> list[Fault]:
    """A fault for each operation that breaks a limit, and where none does, the likely ones."""
    faults: dict[str, Fault] = {}
    for each in sure:
        if each.operation and each.operation not in faults:
            how = {"alone": "with nothing beside it", "cold": "when it is asked for the first time"}
            faults[each.operation] = Fault(
                f"it takes {each.value:.0f} ms {how.get(each.kind, 'for 1 of 20 under load')}",
                each.operation,
                why=f"the limit is {each.limit:g} ms",
                next_step="look at its statements and at what it waits for; long work belongs behind the answer",
            )
    if any(each.kind == "errors" for each in sure):
        for row in found.rows:
            if row.errors:
                said = (
                    ", ".join(map(str, row.statuses))
                    .replace("-1", "no answer in time")
                    .replace("0,", "cut off,")
                )
                faults[f"{row.name} errors"] = Fault(
                    f"{row.errors} of {row.count} requests fail under load: {said}",
                    row.name,
                    why="each of them was answered well when it came alone, or should have been",
                    next_step="the log of the service says what went wrong, by request id",
                )
    for each in sure:
        if each.kind == "memory kept":
            faults["kept"] = Fault(
                f"each request leaves {each.value:.0f} KB behind",
                "memory of the server",
                why=f"it grew by {found.grown_mb:.0f} MB with {found.count} requests; in the end it is killed",
                next_step="look for what grows: lists and dictionaries of modules, caches without an end (tracemalloc)",
            )
    if not faults and any(each.of_time for each in sure):
        names = ", ".join(row.name for row in suspects(found, limits))
        faults["all"] = Fault(
            "everything is slow under load",
            names,
            why="these take longest when they are asked alone; what holds the event loop holds everybody",
            next_step="look for work that blocks: files, sleeping, long loops, calls without await",
        )
    return list(faults.values())


def as_data(run: Run) -> dict[str, Any]:
    """What reports draw."""
    found = run.found
    rows = []
    for row in found.rows:
        shown = {key: value for key, value in asdict(row).items() if key not in ("name", "reads", "statuses")}
        rows.append({"operation": row.name} | {key: round(value, 3) for key, value in shown.items()})
    return {
        "series": series(run.load.samples, run.load.seconds),
        "operations": rows,
        "histogram": histogram(run.load.samples),
        "rss_mb": list(run.rss_mb),
        "cpu_seconds": round(found.cpu_seconds, 2),
        "rate": round(found.rate, 1),
    }
