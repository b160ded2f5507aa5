"""Tests say the same each time, in whatever order, and beside each other.

Red: a test that needs another one to have run before it, or not to have, and one that fails every now and then.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec

from backwright_workbench.verify.check import Check, Need, Profile
from backwright_workbench.verify.outcome import Fault, Figure, NotRun, Outcome, judged
from backwright_workbench.verify.subject import Subject
from backwright_workbench.verify.suites.run import Result, Suite, run_suite, suite_of

SIDE_BY_SIDE = 2

CHECK = Check(
    title="Tests say the same in every order",
    needs=frozenset({Need.SOURCE}),
    proves=("Any order",),
    profile=Profile.FULL,
    engine_bound=True,
    after="tests/suite",
)


@dataclass(frozen=True, slots=True)
class Turn:
    """One more run, and how it differs from the first."""

    name: str
    arguments: tuple[str, ...] = ()
    seed: int = 0
    reversed: bool = False


def run(subject: Subject) -> Outcome:
    """Three more orders, the opposite one among them, and once in two processes if pytest-xdist is there."""
    first = suite_of(subject)
    if first.failing or first.status is None or not first.results:
        raise NotRun("the suite fails as it is", "see tests/suite")
    turns = [
        Turn("in the opposite order", seed=first.seed, reversed=True),
        Turn("in a second order", seed=first.seed + 1),
        Turn("in a third order", seed=first.seed + 2),
    ]
    if find_spec("xdist") is not None:
        turns.append(Turn("in two processes", ("-n", "2"), first.seed))

    def carry_out(turn: Turn) -> Suite:
        subject.say(turn.name)
        return run_suite(subject, *turn.arguments, seed=turn.seed, reversed_=turn.reversed)

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        suites = list(pool.map(carry_out, turns))
    told = [
        f"{turn.name} ({suite.command}, seed {suite.seed})" for turn, suite in zip(turns, suites, strict=True)
    ]
    for number, (said, suite) in enumerate(zip(told, suites, strict=True), 1):
        text = "\n".join([said, *suite.output])
        subject.record.keep(f"run-{number}.txt", f"{text}\n", command=suite.command)
    faults = [
        fault
        for turn, suite in zip(turns, suites, strict=True)
        for fault in differences(first, suite, turn.name)
    ]
    return judged(
        f"{len(first.results)} tests, {len(turns) + 1} times",
        faults,
        figures=(
            Figure("runs", len(turns) + 1),
            Figure("unsteady tests", len({fault.what for fault in faults}), limit=0),
            Figure("slowest run", round(max(suite.seconds for suite in suites), 1), "s"),
        ),
        notes=() if find_spec("xdist") else ("not run in several processes: pytest-xdist is not installed",),
    )


def differences(first: Suite, other: Suite, name: str) -> Iterator[Fault]:
    """Each test that says something else than it did the first time."""
    seen = {each.node: each for each in other.results}
    if other.status is None or not seen:
        yield Fault(f"the suite did not come to its end {name}", "tests/", why="\n".join(other.output[-8:]))
        return
    for each in first.results:
        found = seen.get(each.node)
        if found is None or found.outcome != each.outcome:
            yield _unsteady(each, found, f"{name}, seed {other.seed}")


def _unsteady(first: Result, found: Result | None, when: str) -> Fault:
    said = "did not run" if found is None else f"{found.outcome}: {found.reason}"
    return Fault(
        f"{first.node} is unsteady",
        (found.at if found else "") or f"{first.defined or first.file}:{first.line}",
        why=f"it {first.outcome} at first, and {when} it {said}",
        next_step="have it make what it needs itself, and leave nothing behind",
    )
