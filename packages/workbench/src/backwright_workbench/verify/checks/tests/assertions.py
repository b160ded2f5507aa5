"""Every test function can fail: it asserts something that depends on the code under test, where it is reached.

Red: a test without an assertion, one that holds whatever happens, one whose failure is caught and forgotten.
"""

import ast
from collections.abc import Iterator

from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.outcome import Fault, Figure, NotRun, Outcome, judged
from backwright_workbench.verify.subject import Subject
from backwright_workbench.verify.suites.assertions import Kind, Point, points
from backwright_workbench.verify.suites.helpers import Helpers
from backwright_workbench.verify.suites.inventory import Written, written_tests

CHECK = Check(
    title="Every test can fail",
    needs=frozenset({Need.SOURCE}),
    proves=("Assertions",),
)

WHY = "it stays green whatever the code does"


def run(subject: Subject) -> Outcome:
    """Reads every test function; none is run."""
    root = subject.files()
    tests = written_tests(root)
    if not tests and subject.blueprint is None:
        raise NotRun("no Python tests are written here", "write them for pytest or unittest")
    helpers = Helpers(root)
    read = {test.place: (test, points_of(test, helpers)) for test in tests}
    faults, notes = [], []
    for test, found in read.values():
        silent = subject.blueprint is None and not found and not is_empty(test)
        told = list(faults_of(test, found))
        if silent:
            notes.append(f"{test.place}: {test.name} asserts nothing; it fails only if the code raises")
        else:
            faults += told
        notes += [f"{test.file}:{each.line}: {each.why}" for each in found if each.kind is Kind.ANY_ERROR]
    if not tests:
        faults.append(Fault("there are no tests", "tests/", why="nothing shows that the service works"))
    able = sum(can_fail(found) for _, found in read.values())
    subject.record.keep(
        "tests.txt",
        "".join(f"{test.place}  {test.name}: {said(found)}\n" for test, found in read.values()),
        command="python -m pytest --collect-only -q",
    )
    figures = (Figure("test functions", len(tests)), Figure("that can fail", able))
    return judged(
        f"{able} of {len(tests)} test functions can fail", faults, figures=figures, notes=tuple(notes)
    )


def points_of(test: Written, helpers: Helpers) -> list[Point]:
    """What could fail a test: its own statements, and the fixtures that it asks for."""
    file = helpers.file(test.file)
    found = points(test.node, file, helpers)
    asked = [each.arg for each in test.node.args.args]
    found += [Point(test.line, Kind.FAILS, f"the fixture {name}") for name in asked if helpers.fixture(name)]
    return found


def can_fail(found: list[Point]) -> bool:
    """Whether anything in a test can fail it."""
    return any(each.kind is Kind.FAILS for each in found)


def said(found: list[Point]) -> str:
    """What there is in a test, for the evidence."""
    return "; ".join(f"line {each.line} {each.kind}" for each in found) or "nothing"


def faults_of(test: Written, found: list[Point]) -> Iterator[Fault]:
    """What is wrong with one test: each statement that is wrong by itself, and all of them if none can fail it."""
    blatant = [each for each in found if each.blatant]
    for each in blatant:
        yield Fault(
            f"an assertion of {test.name} {each.kind}",
            f"{test.file}:{each.line}",
            why=each.why,
            next_step="assert something that a mistake in the code would change",
        )
    if can_fail(found) or blatant:
        return
    reasons = [
        f"line {each.line} {each.kind}: {each.why}" for each in found if each.kind is not Kind.ANY_ERROR
    ]
    yield Fault(
        f"{test.name} cannot fail" if reasons else f"{test.name} asserts nothing",
        test.place,
        why="; ".join(reasons) or WHY,
        next_step="assert what it is named for, or delete it",
    )


def is_empty(test: Written) -> bool:
    """Whether a test does nothing at all."""
    return all(
        isinstance(each, ast.Pass) or (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
        for each in test.node.body
    )
