"""tests/repeats: tests say the same in every order."""

from pathlib import Path

import pytest
from backwright_workbench.verify.outcome import NotRun, Status
from verify_suites import TESTS, found, judged, project

ELSEWHERE = '''"""Files of tests lie beside the copy that is tested."""

from pathlib import Path


def test_place(tmp_path: Path) -> None:
    """Where no other suite tidies up."""
    assert tmp_path.is_relative_to(Path.cwd().parent)
'''
DEPENDENT = '''"""The second test needs what the first one leaves behind."""

made = []


def test_one() -> None:
    """It leaves something behind."""
    made.append(1)
    assert made


def test_two() -> None:
    """It finds it, if its turn is after the other one's."""
    assert made == [1]
'''


def test_steady_tests_pass(tmp_path: Path) -> None:
    """Five times, of which once in two processes."""
    outcome = judged(project(tmp_path), "repeats", full=True)
    assert (outcome.status, outcome.faults) == (Status.PASSED, ())
    assert {each.name: each.value for each in outcome.figures}["runs"] == 5


def test_suites_that_run_at_once_share_no_files(tmp_path: Path) -> None:
    """Each of them has a place of its own for the files of its tests."""
    root = project(tmp_path, {"tests/test_place.py": ELSEWHERE})
    assert judged(root, "suite").status is Status.PASSED


def test_a_test_that_needs_another_one_is_found(tmp_path: Path) -> None:
    """Whichever of the two orders came first: the opposite one is tried as well."""
    root = project(tmp_path, {"tests/test_order.py": DEPENDENT})
    try:
        told = found(judged(root, "repeats", full=True))
    except NotRun:
        told = found(judged(root, "suite"))
        assert "tests/test_order.py::test_two fails" in told["tests/test_order.py:14"]
    else:
        assert (
            "tests/test_order.py::test_two is unsteady (it passed at first, and"
            in told["tests/test_order.py:14"]
        )


def test_a_suite_that_fails_is_not_repeated(tmp_path: Path) -> None:
    """What it says is known."""
    files = {"tests/test_service.py": TESTS.replace('("clerk", 99)', '("clerk", 999)')}
    with pytest.raises(NotRun, match="the suite fails as it is"):
        judged(project(tmp_path, files), "repeats", full=True)
