"""The project's own tests pass, all of them, in random order, and run what they are there to test.

Red: a test that fails, is skipped or passed over in whatever way; code about access, accounts or actions that no test
runs; too little of the rest.
"""

import math
from collections.abc import Iterator

from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.checks.tests.assertions import points_of
from backwright_workbench.verify.outcome import Fault, Figure, NotRun, Outcome, judged
from backwright_workbench.verify.subject import Subject
from backwright_workbench.verify.suites.comparing import hollow, lines, passed_over, unheard
from backwright_workbench.verify.suites.critical import is_critical
from backwright_workbench.verify.suites.helpers import Helpers
from backwright_workbench.verify.suites.inventory import Written, written_tests
from backwright_workbench.verify.suites.measured import Covered
from backwright_workbench.verify.suites.run import Suite, suite_of

LEAST = 80.0
"""Percent of lines and branches."""

CHECK = Check(
    title="The project's own tests pass and run its code",
    needs=frozenset({Need.SOURCE}),
    proves=("Coverage",),
    engine_bound=True,
)


def run(subject: Subject) -> Outcome:
    """Runs the suite once, and compares what ran with what is written."""
    tests = written_tests(subject.files())
    if not tests and subject.blueprint is None:
        raise NotRun("no Python tests are written here", "write them for pytest or unittest")
    suite = suite_of(subject)
    subject.record.keep("pytest.txt", "\n".join(suite.output) + "\n", command=suite.command)
    if subject.blueprint is None and not any(each.outcome == "passed" for each in suite.results):
        raise NotRun(*why_not(suite))
    ours = subject.blueprint is not None
    faults = [*broken(suite), *failures(suite)]
    notes = [f"{len(suite.canaries)} tests that fail were put beside them, to see that failures are told"]
    for fault, sure in missing(tests, suite):
        if ours or sure:
            faults.append(fault)
        else:
            notes.append(f"{fault.place}: {fault.what} ({fault.why})")
    helpers = Helpers(subject.files())
    found = {test.place: points_of(test, helpers) for test in tests}
    faults += [
        Fault(f"{test.name} is said to have passed", test.place, why, "see what keeps it from running")
        for test, why in hollow(tests, found, suite)
    ]
    files = suite.measured.files
    critical = [each for each in files if ours and is_critical(subject.files(), each.file)]
    faults += [uncovered(each) for each in critical if each.missing or each.half]
    notes += hidden([each for each in files if each not in critical])
    figures = [
        Figure("tests", len(suite.results)),
        Figure("coverage", percent(files), "%", LEAST, least=True),
        Figure("seconds", round(suite.seconds, 1), "s"),
    ]
    if critical:
        figures.insert(2, Figure("critical coverage", percent(critical), "%", 100.0, least=True))
    return judged(
        f"{len(suite.results)} tests, {len(suite.failing)} failed; {percent(files):g} % of lines and branches",
        faults,
        figures=tuple(figures),
        notes=tuple(notes),
        data=drawn(suite, files, critical),
    )


def why_not(suite: Suite) -> tuple[str, str]:
    """Why a suite of another kind of project cannot be run here."""
    reasons = [reason for _, outcome, reason in suite.unread if outcome == "failed"]
    said = next(iter([*reasons, *(each.reason for each in suite.failing)]), "")
    last = (said or "\n".join(suite.output)).strip().splitlines()
    return (
        f"its tests cannot be run here: {last[-1][:300] if last else 'pytest said nothing'}",
        "install what it needs beside Backwright, and run `python -m pytest` in it",
    )


def broken(suite: Suite) -> Iterator[Fault]:
    """What keeps the suite from being a suite."""
    last = "\n".join(suite.output[-8:])
    if not suite.results:
        yield Fault(
            "no test ran", "tests/", why=last, next_step="run `python -m pytest` and put right what it says"
        )
    if suite.status is None:
        yield Fault("the suite did not come to its end", "tests/", why=last, next_step="see pytest.txt")
        return
    for node, outcome, reason in suite.unread:
        if outcome == "failed":
            yield Fault("its tests cannot be read", node, why=reason.strip().splitlines()[-1])
    for folder in unheard(suite) if suite.results else ():
        yield Fault(
            "a test that fails is not told as failed",
            f"{folder}/",
            why="a hook, in a conftest.py most likely, changes what becomes of tests",
            next_step="remove the hook",
        )


def failures(suite: Suite) -> Iterator[Fault]:
    """Each test that failed, where it did."""
    for each in suite.failing:
        hushed = " although the project says that it passed" if each.outcome == "swallowed" else ""
        yield Fault(
            f"{each.node} fails{hushed}",
            each.at or f"{each.defined or each.file}:{each.line}",
            why=each.reason,
            next_step=f"python -m pytest '{each.node}'",
        )


def missing(tests: list[Written], suite: Suite) -> Iterator[tuple[Fault, bool]]:
    """Tests that did not count, and whether that is a fault in any project."""
    for each in passed_over(tests, suite):
        what = {"skipped": "is skipped", "xfailed": "is expected to fail"}.get(each.kind, "did not run")
        yield (
            Fault(
                f"{each.test.name} {what}",
                each.test.place,
                why=each.why,
                next_step="have it run, or delete it: a test that does not run protects nothing",
            ),
            each.test.shadowed or bool(each.test.hindrance),
        )


def uncovered(file: Covered) -> Fault:
    """A file on which much depends, with what no test runs of it."""
    first = (*file.missing, *file.half)[0]
    told = [f"{lines(file.missing)} never run"] if file.missing else []
    told += [f"{lines(file.half)} only ever go one way"] if file.half else []
    told += (
        [f"hidden from the project's own coverage by a comment: {lines(file.hidden)}"] if file.hidden else []
    )
    return Fault(
        "what decides who may do what is not tested as a whole",
        f"{file.file}:{first}",
        why="; ".join(told),
        next_step="write a test that runs it and looks at what it does",
    )


def hidden(files: list[Covered]) -> list[str]:
    """Lines elsewhere that a comment hides: they count as not covered."""
    return [
        f"{each.file}: {lines(each.hidden)} hidden from the project's own coverage by a comment, and never run"
        for each in files
        if each.hidden
    ]


def percent(files: list[Covered] | tuple[Covered, ...]) -> float:
    """Lines and branches of all together, never rounded up."""
    whole = sum(each.lines + each.branches for each in files)
    done = sum(each.covered + each.branches_covered for each in files)
    return math.floor(1000 * done / whole) / 10 if whole else 0.0


def drawn(suite: Suite, files: tuple[Covered, ...], critical: list[Covered]) -> dict[str, object]:
    """What reports show."""
    slowest = sorted(suite.results, key=lambda each: -each.seconds)[:10]
    return {
        "files": [
            {
                "file": each.file,
                "lines": each.lines,
                "covered": each.covered,
                "branches": each.branches,
                "branches_covered": each.branches_covered,
                "percent": math.floor(each.percent * 10) / 10,
                "critical": each in critical,
                "missing": list(each.missing),
            }
            for each in files
        ],
        "tests": len(suite.results),
        "seed": suite.seed,
        "slowest": [{"test": each.node, "seconds": round(each.seconds, 3)} for each in slowest],
    }
