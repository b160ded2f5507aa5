"""What is written against what ran: a test that is passed over, skipped or not really called is found here.

What lives here: that comparison. What must not: whether it is a fault.
"""

import ast
from collections import defaultdict
from dataclasses import dataclass
from pathlib import PurePosixPath

from backwright_workbench.verify.suites.assertions import Kind, Point
from backwright_workbench.verify.suites.inventory import Written
from backwright_workbench.verify.suites.run import Result, Suite

NOT_COUNTED = ("skipped", "xfailed")


@dataclass(frozen=True, slots=True)
class Passed:
    """A test that was passed over, as a whole or in one of its cases. `kind` is `not run`, `skipped`, `xfailed` …"""

    test: Written
    kind: str
    why: str


def by_test(tests: list[Written], suite: Suite) -> dict[str, list[Result]]:
    """Place of a test → what became of it and its cases: found by where it stands, else by its name."""
    standing: dict[tuple[str, int], list[Result]] = defaultdict(list)
    named: dict[tuple[str, str], list[Result]] = defaultdict(list)
    for result in suite.results:
        standing[result.defined, result.line].append(result)
        named[result.file, result.name].append(result)
    return {
        test.place: standing.get((test.file, test.line))
        or ([] if test.shadowed else named.get((test.file, test.name), []))
        for test in tests
    }


def passed_over(tests: list[Written], suite: Suite) -> list[Passed]:
    """Every test that did not run in all of its cases, and why."""
    found = []
    results = by_test(tests, suite)
    for test in tests:
        cases = results[test.place]
        if not cases:
            found.append(Passed(test, "not run", _why(test, suite)))
        for case in cases:
            if case.outcome in NOT_COUNTED:
                found.append(Passed(test, case.outcome, f"{case.node}: {case.reason}"))
    return found


def unheard(suite: Suite) -> list[str]:
    """Folders in which a test that fails is not reported as failed, or not at all."""
    folders = {str(PurePosixPath(each.file).parent) for each in suite.results if each.file}
    failing = {
        str(PurePosixPath(each.file).parent)
        for each in suite.canaries
        if each.outcome == "failed" and each.ran
    }
    return sorted(folders - failing)


def hollow(tests: list[Written], found: dict[str, list[Point]], suite: Suite) -> list[tuple[Written, str]]:
    """Tests that are said to have passed although nothing of them ran, or nothing that could have failed them."""
    told = []
    results = by_test(tests, suite)
    for test in tests:
        ran = suite.measured.tests.get(test.file)
        if ran is None or not any(each.outcome == "passed" and each.ran for each in results[test.place]):
            continue
        body = {each.lineno for each in test.node.body if not _is_text(each)}
        able = {each.line for each in found[test.place] if each.kind is Kind.FAILS}
        if body and not body & ran:
            told.append((test, "no line of it ran"))
        elif able and test.line not in able and not able & ran:
            told.append((test, f"none of its assertions was reached: {lines(able)}"))
    return told


def lines(numbers: set[int] | tuple[int, ...]) -> str:
    """Line numbers as people write them: `lines 3, 5-8`."""
    ordered = sorted(numbers)
    ranges: list[list[int]] = []
    for number in ordered:
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    told = ", ".join(f"{first}" if first == last else f"{first}-{last}" for first, last in ranges)
    return f"line{'s' if len(ordered) > 1 else ''} {told}"


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _why(test: Written, suite: Suite) -> str:
    if test.shadowed:
        return "another one of the same name further down in the file takes its place"
    if test.hindrance:
        return test.hindrance
    for node, outcome, reason in suite.unread:
        if node.partition("::")[0] == test.file:
            return f"its file was {'skipped' if outcome == 'skipped' else 'not readable'}: {reason[-300:]}"
    if any(each.file == test.file for each in suite.results):
        return "others of its file ran: it is deselected or removed by the configuration or a conftest.py"
    return "none of its file ran: pytest does not look there, or a configuration or conftest.py leaves it out"
