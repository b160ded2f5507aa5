"""More load than it can carry: it does what it can, refuses the rest, stays alive, and recovers.

The rate goes up past the capacity. Red: a goodput that collapses, answers of 500, probes that are not answered, so that
an orchestrator kills what is only busy, and a backlog that stays when the load is gone.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.load.figures import by_operation, percentile
from backwright_workbench.verify.load.measured import BUSY_WAITED
from backwright_workbench.verify.load.plan import Kind, Operation, Ran, Stage
from backwright_workbench.verify.load.probes import LIVE, READY, Probe, Probing
from backwright_workbench.verify.load.rig import Rig, rig
from backwright_workbench.verify.load.watch import waited_part
from backwright_workbench.verify.outcome import Fault, Figure, NotRun, Outcome, judged
from backwright_workbench.verify.stand.stands import FEW
from backwright_workbench.verify.subject import Subject

CHECK = Check(
    title="Beyond its capacity it refuses some requests and serves the others",
    needs=frozenset({Need.ANSWERS, Need.CONTRACT, Need.PROCESS}),
    proves=("stress test", "OWASP API4:2023"),
    alone=True,
    engine_bound=True,
)

KEPT = 70.0
"""Percent of the best goodput that has to be left beyond the capacity."""

PROBED_WITHIN = 1.0
"""Seconds that an orchestrator waits for a probe, where nobody has said otherwise."""

UNANSWERED = 3
"""Probes in a row after which an orchestrator acts."""

RECOVERED = 500.0
"""Milliseconds of p95 from which on a service counts as recovered at half of its capacity."""


SHOWN = ("rate", "answered", "shed", "errors", "p95_ms")


@dataclass(frozen=True, slots=True)
class Extent:
    """Seconds of each stage; the steps are parts of the capacity."""

    alone: float
    capacity: float
    step: float
    steps: tuple[float, ...]
    recovery: float
    patience: float
    """Seconds after which clients give up."""
    connections: int

    def stages(self) -> tuple[Stage, ...]:
        """Everything once, the capacity, the steps, and the time afterwards."""
        return (
            Stage(Kind.EACH, self.alone, variants=1),
            Stage(Kind.CLOSED, self.capacity, clients=16),
            *(Stage(Kind.OPEN, self.step, of=part) for part in self.steps),
            Stage(Kind.OPEN, self.recovery, of=0.3),
            Stage(Kind.OPEN, self.recovery, of=0.3),
        )


QUICK = Extent(
    alone=0.7, capacity=0.6, step=1.0, steps=(1.0, 2.5), recovery=0.8, patience=5.0, connections=1_000
)
FULL = Extent(
    alone=5.0,
    capacity=4.0,
    step=12.0,
    steps=(0.5, 1.0, 2.0, 4.0),
    recovery=5.0,
    patience=10.0,
    connections=4_000,
)


@dataclass(frozen=True, slots=True)
class Step:
    """One rate, and what became of the requests."""

    rate: float
    answered: int
    """As they should be, before clients gave up."""
    shed: int
    """Refused with the time to come back."""
    errors: int
    """Everything else: failed, cut off, given up."""
    failed: int
    """Of these, answers of 5xx that do not say when to come back."""
    p95_ms: float
    goodput: float
    """Right answers in a second, until the last request was done with."""
    offered: float
    """Requests in a second that the generator really sent."""


@dataclass(slots=True)
class Seen:
    """What one run came to."""

    steps: list[Step]
    recovery: Step
    probes: list[Probe] = field(default_factory=list)
    failing: Counter[str] = field(default_factory=Counter)
    waited: float = 0.0
    """The part of the time before the load for which the server could have run but had no processor."""

    @property
    def best(self) -> float:
        """The best goodput of any step."""
        return max(each.goodput for each in self.steps)

    @property
    def kept(self) -> float:
        """Percent of it that the highest rate leaves."""
        return 100 * self.steps[-1].goodput / self.best if self.best else 0.0


def run(subject: Subject) -> Outcome:
    """Measures once, and if something is wrong a second time."""
    if subject.service is None:
        raise NotRun(
            "what is too much depends on the server that it is deployed on, which this one is not",
            required=False,
        )
    extent = FULL if subject.full else QUICK
    with rig(subject, subject.rows if subject.full else FEW) as on:
        seen = measure(on, extent)
        failures, first = failed(seen), judge(seen)
        if failures or first:
            subject.say("something went wrong; measured once more")
            seen = measure(on, extent)
            failures = failures or failed(seen)
        places = {fault.place for fault in first}
        slow = [each for each in judge(seen) if each.place in places]
    if seen.best == 0:
        raise NotRun("nothing was answered, so there is no capacity to go beyond")
    if slow and seen.waited > BUSY_WAITED and not failures:
        raise NotRun(
            f"the machine was too busy to tell what is too much: the server waited for a processor for "
            f"{seen.waited:.0%} of the time before it was loaded",
            "run it again when nothing else needs the processors",
        )
    return told(subject, seen, [*failures, *slow])


def measure(on: Rig, extent: Extent) -> Seen:
    """Puts the load on, and probes it meanwhile."""
    with Probing(urlsplit(on.stand.url).port or 80, patience=3.0) as probing:
        ran = on.run(*extent.stages(), connections=extent.connections, patience=extent.patience)
    loaded = ran[2 : 2 + len(extent.steps)]
    began, ended = loaded[0].began, ran[-1].began
    probes = [*probing.of(LIVE, began, ended), *probing.of(READY, began, ended)]
    failing = Counter(
        f"{name}: {each.status}"
        for stage in loaded
        for name, samples in by_operation(stage.samples, on.operations).items()
        for each in samples
        if each.status >= 500 and not each.shed
    )
    steps = [step(stage, on.operations) for stage in loaded]
    waited = waited_part(on.seen(ran[0]))
    return Seen(steps, step(ran[-1], on.operations), probes, failing, waited)


def step(ran: Ran, operations: Sequence[Operation]) -> Step:
    """What became of the requests of a stage."""
    samples = ran.samples
    good = [each for each in samples if each.good]
    shed = sum(each.shed for each in samples)
    whole = max((each.due + each.latency for each in samples), default=0.0)
    sent = max((each.due + each.lag for each in samples), default=0.0)
    return Step(
        rate=round(ran.rate, 1),
        answered=len(good),
        shed=shed,
        errors=len(samples) - len(good) - shed,
        failed=sum(each.status >= 500 and not each.shed for each in samples),
        p95_ms=round(percentile([each.latency * 1000 for each in good], 0.95), 1),
        goodput=round(len(good) / max(whole, ran.seconds), 1) if samples else 0.0,
        offered=round(len(samples) / max(sent, ran.seconds), 1) if samples else 0.0,
    )


def failed(seen: Seen) -> list[Fault]:
    """What is answered with a failure. That is wrong however busy the machine is."""
    return [
        Fault(
            f"it fails under too much load: {times} times {name.rpartition(': ')[2]}",
            name.rpartition(": ")[0],
            why="too much load is no error of the server; 503 or 429 with Retry-After says what it is",
            next_step="refuse what cannot be served, before it fails",
        )
        for name, times in seen.failing.most_common(3)
    ]


def judge(seen: Seen) -> list[Fault]:
    """What is wrong, as far as one run can tell: a second one has to show the same."""
    faults = []
    top = seen.steps[-1]
    if seen.kept < KEPT:
        faults.append(
            Fault(
                f"at {top.rate:.0f} requests/s it answers {top.goodput:.0f}/s, and {seen.best:.0f}/s at best",
                "goodput",
                why="more load makes it do less: it cannot come out of that by itself",
                next_step="refuse early with 503 and Retry-After what cannot be served in time",
            )
        )
    for path in (LIVE, READY):
        if late(seen.probes, path):
            slowest = max(each.seconds for each in seen.probes if each.path == path)
            faults.append(
                Fault(
                    f"{UNANSWERED} probes in a row take more than {PROBED_WITHIN:g} s, up to {slowest:.1f} s",
                    f"GET {path}",
                    why="an orchestrator restarts what is only busy, and takes it out",
                    next_step="bound the requests that are worked on at once",
                )
            )
    if seen.recovery.errors or seen.recovery.p95_ms > RECOVERED:
        faults.append(
            Fault(
                f"after the load it does not recover: p95 {seen.recovery.p95_ms:.0f} ms, {seen.recovery.errors} errors",
                "recovery",
                why="what was too much must be gone when the load is",
            )
        )
    return faults


def late(probes: Sequence[Probe], path: str) -> bool:
    """Whether so many in a row came late that an orchestrator acts."""
    row = 0
    for each in (each for each in probes if each.path == path):
        right = each.seconds <= PROBED_WITHIN and (
            each.status == 200 or (path == READY and each.status == 503)
        )
        row = 0 if right else row + 1
        if row >= UNANSWERED:
            return True
    return False


def told(subject: Subject, seen: Seen, faults: list[Fault]) -> Outcome:
    """The outcome."""
    top = seen.steps[-1]
    lines = [
        f"{each.rate:8.0f}/s: {each.goodput:8.1f}/s answered, {each.shed:6d} shed, {each.errors:5d} errors, "
        f"p95 {each.p95_ms:.0f} ms"
        for each in (*seen.steps, seen.recovery)
    ]
    subject.record.keep(
        "saturation.txt", "\n".join(lines) + "\n", command="the rate in steps past the capacity"
    )
    notes = []
    if top.goodput > 0.9 * top.offered:
        notes.append(f"it was not pushed past its capacity: it answered all of {top.offered:.0f} requests/s")
    slowest = max((each.seconds for each in seen.probes), default=0.0)
    holds = seen.kept >= KEPT or any(each.place == "goodput" for each in faults)  # or is not confirmed
    return judged(
        f"{seen.best:.0f} requests/s at best, {top.goodput:.0f} at {top.rate:.0f} asked; {top.shed} shed",
        faults,
        figures=(
            Figure("best goodput", seen.best, "requests/s"),
            Figure("goodput kept", round(seen.kept, 1), "%", KEPT if holds else None, least=True),
            Figure("slowest probe", round(slowest, 2), "s"),
            Figure("p95 afterwards", seen.recovery.p95_ms, "ms"),
        ),
        notes=tuple(notes),
        data={"steps": [{name: getattr(each, name) for name in SHOWN} for each in seen.steps]},
    )
