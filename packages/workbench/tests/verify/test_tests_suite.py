"""tests/suite: the project's own tests pass, all of them, and run its code."""

import shutil
from pathlib import Path

import pytest
from backwright_workbench.verify.opening import Opened
from backwright_workbench.verify.outcome import NotRun, Status
from backwright_workbench.verify.suites.comparing import lines
from backwright_workbench.verify.suites.plugin import arranged
from verify_planting import checked, planted
from verify_suites import GOOD, SERVICE, TESTS, found, judged, project

ROTTEN = '''"""All the ways not to test."""

import unittest

import pytest

import shop.service


def test_twice() -> None:
    """The one below takes its place."""
    assert shop.service.may_close("admin", 1)


def test_twice() -> None:
    """This one runs."""
    assert shop.service.may_close("admin", 1)


@pytest.mark.skip(reason="later")
def test_skipped() -> None:
    """It has a mark."""
    assert shop.service.may_close("admin", 1)


@pytest.mark.xfail(reason="broken since spring")
def test_expected() -> None:
    """It fails, and nobody minds."""
    assert shop.service.may_close("nobody", 1)


class TestWithState:
    """pytest does not look in."""

    def __init__(self) -> None:
        self.role = "admin"

    def test_in_class(self) -> None:
        """It never runs."""
        assert shop.service.may_close(self.role, 1)


def test_wrong() -> None:
    """It fails."""
    assert shop.service.may_close("nobody", 1), "nobody may"


@pytest.mark.parametrize("role", ["admin", pytest.param("clerk", marks=pytest.mark.skip(reason="odd"))])
def test_case(role: str) -> None:
    """One of its cases is skipped."""
    assert shop.service.may_close(role, 1)


def test_loop_over_nothing() -> None:
    """Its assertion is never reached."""
    for role in list[str]():
        assert shop.service.may_close(role, 1)


class Cases(unittest.TestCase):
    """These run."""

    def test_unittest(self) -> None:
        """It does."""
        self.assertTrue(shop.service.may_close("admin", 1))


def test_order() -> None:
    """It runs."""
    assert shop.service.may_close("admin", 1)


del test_order
'''


def test_a_good_project_passes(tmp_path: Path) -> None:
    """Every test ran, everything is covered, and what reports show is there."""
    outcome = judged(project(tmp_path), "suite")
    assert (outcome.status, outcome.faults) == (Status.PASSED, ())
    figures = {each.name: each.value for each in outcome.figures}
    assert (figures["tests"], figures["coverage"], figures["critical coverage"]) == (2, 100, 100)
    (file,) = [each for each in outcome.data["files"] if each["lines"]]
    assert (file["critical"], file["branches"], file["missing"]) == (True, 2, [])
    assert {each["test"] for each in outcome.data["slowest"]} == {
        "tests/test_service.py::test_an_administrator_may_close",
        "tests/test_service.py::test_a_clerk_may_close_small_ones",
    }


def test_tests_that_do_not_count_are_named(tmp_path: Path) -> None:
    """Failing, skipped, expected to fail, shadowed, in a class that is passed over, deleted, in files not looked at."""
    left_out = TESTS.replace("def test_", "def test_left_out_")
    outcome = judged(
        project(
            tmp_path,
            {
                "tests/test_rotten.py": ROTTEN,
                "tests/conftest.py": 'collect_ignore = ["ignored"]\n',
                "tests/ignored/test_more.py": left_out,
                "tests/service_tests.py": TESTS.replace("def test_", "def test_misnamed_"),
                "tests/test_deselected.py": TESTS.replace("def test_", "def test_odd_"),
                "pyproject.toml": GOOD["pyproject.toml"]
                + 'addopts = ["--import-mode=importlib", "-k", "not odd"]\n',
            },
        ),
        "suite",
    )
    told = found(outcome)
    expected = {
        "tests/test_rotten.py:10": "test_twice did not run (another one of the same name",
        "tests/test_rotten.py:21": "test_skipped is skipped (tests/test_rotten.py::test_skipped: Skipped: later",
        "tests/test_rotten.py:27": "test_expected is expected to fail (tests/test_rotten.py::test_expected: broken",
        "tests/test_rotten.py:38": "TestWithState.test_in_class did not run (the class TestWithState has an __init__",
        "tests/test_rotten.py:45": "tests/test_rotten.py::test_wrong fails (AssertionError: nobody may",
        "tests/test_rotten.py:49": "test_case is skipped (tests/test_rotten.py::test_case[clerk]: Skipped: odd",
        "tests/test_rotten.py:54": "test_loop_over_nothing is said to have passed (none of its assertions was reached",
        "tests/test_rotten.py:68": "test_order did not run",
        "tests/ignored/test_more.py:6": "test_left_out_an_administrator_may_close did not run (none of its file ran",
        "tests/service_tests.py:6": "test_misnamed_an_administrator_may_close did not run (none of its file ran",
        "tests/test_deselected.py:6": "test_odd_an_administrator_may_close did not run",
    }
    assert {place: told.get(place, "")[: len(words)] for place, words in expected.items()} == expected
    others = set(told) - set(expected)
    assert others == {
        "tests/ignored/test_more.py:11",
        "tests/service_tests.py:11",
        "tests/test_deselected.py:11",
    }


@pytest.mark.parametrize(
    "hook",
    [
        "@pytest.hookimpl(wrapper=True)\ndef pytest_runtest_makereport():\n    report = yield\n"
        '    report.outcome = "passed"\n    return report\n',
        "@pytest.hookimpl(tryfirst=True)\ndef pytest_pyfunc_call():\n    return True\n",
    ],
    ids=["failures are said to have passed", "nothing is called"],
)
def test_a_hook_that_swallows_failures_is_found_out(tmp_path: Path, hook: str) -> None:
    """By a test that has to fail, by what was raised, and by lines that never ran."""
    failing = TESTS.replace('("clerk", 99)', '("clerk", 999)')
    files = {"tests/conftest.py": f"import pytest\n\n\n{hook}", "tests/test_service.py": failing}
    told = found(judged(project(tmp_path, files), "suite"))
    assert "a test that fails is not told as failed" in told["tests/"]
    called = "pyfunc_call" not in hook
    assert ("fails although" in told.get("tests/test_service.py:13", "")) == called
    assert ("no line of it ran" in told.get("tests/test_service.py:11", "")) != called


def test_code_that_decides_is_run_to_its_last_line(tmp_path: Path) -> None:
    """Neither a comment, nor the project's own configuration, nor never importing it hides a line."""
    hidden = (
        SERVICE + "\n\ndef may_delete(role: str) -> bool:  # pragma: no cover\n    return role == 'admin'\n"
    )
    files = {
        "src/shop/service.py": hidden,
        "src/shop/accounts/__init__.py": "",
        "src/shop/accounts/rules.py": "ADMIN = 1\nCLERK = 2\n",
        "src/shop/prices.py": "def price() -> int:\n    return 1\n",
        "pyproject.toml": GOOD["pyproject.toml"]
        + '[tool.coverage.run]\nomit = ["*/accounts/*", "*/service.py"]\n[tool.coverage.report]\nfail_under = 0\n',
    }
    outcome = judged(project(tmp_path, files), "suite")
    told = found(outcome)
    assert (
        "line 12 never run; hidden from the project's own coverage by a comment"
        in told["src/shop/service.py:12"]
    )
    assert "lines 1-2 never run" in told["src/shop/accounts/rules.py:1"]
    figures = {each.name: each for each in outcome.figures}
    assert not figures["critical coverage"].holds
    assert not figures["coverage"].holds


def test_a_foreign_project_is_not_held_to_our_customs(tmp_path: Path) -> None:
    """Skipping is its own affair; a failing test and one that is shadowed are faults anywhere."""
    outcome = judged(project(tmp_path, {"tests/test_rotten.py": ROTTEN}), "suite", foreign=True)
    told = found(outcome)
    assert {"tests/test_rotten.py:10", "tests/test_rotten.py:45"} <= set(told)
    assert "tests/test_rotten.py:21" not in told
    assert any("test_skipped is skipped" in each for each in outcome.notes)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"import surely_not_installed\n{TESTS}", "surely_not_installed"),
        ("def test_it():\n    raise ConnectionRefusedError('no database')\n", "no database"),
    ],
    ids=["a distribution is missing", "a server is missing"],
)
def test_a_foreign_project_that_cannot_be_run_here_says_why(tmp_path: Path, text: str, reason: str) -> None:
    """Where nothing passes, nothing is proven: what it needs is not here."""
    with pytest.raises(NotRun, match=reason):
        judged(project(tmp_path, {"tests/test_service.py": text}), "suite", foreign=True)


def test_the_order_follows_from_the_seed() -> None:
    """The same seed, the same order; another seed, another one; files stay together."""
    names = [f"{file}.py::test_{number}" for file in "abc" for number in range(5)]
    once, again, other = (arranged(names, str, seed) for seed in (1, 1, 2))
    assert once == again
    assert once != other
    assert sorted(once) == sorted(names) != once
    files = [name[0] for name in once]
    assert [files.index(each) for each in files] == sorted(files.index(each) for each in files)


def test_line_numbers_are_told_as_ranges() -> None:
    """Neighbours are told together."""
    assert lines({5, 3, 6, 7}) == "lines 3, 5-7"
    assert lines((4,)) == "line 4"


SOME = ("tests/work_orders/test_work_order.py", "tests/conftest.py", "tests/factories.py")


@pytest.mark.slow
def test_an_action_without_a_test_fails(good: Opened, tmp_path: Path) -> None:
    """Somebody wrote a rule by hand, and no test for it; the rest of the service is as it should be."""
    by_hand = (
        '    @action("hold")',
        "    def is_late(self, row: WorkOrder) -> bool:\n"
        "        return row.due_at is not None and row.due_at < now()\n\n"
        '    @action("hold")',
    )
    service = "src/work_orders/work_orders/service.py"
    with planted(good, tmp_path, {service: by_hand}) as opened:
        for place in (opened.subject.files() / "tests").rglob("test_*.py"):
            if place.relative_to(opened.subject.files()).as_posix() not in SOME:
                place.unlink()
        shutil.rmtree(opened.subject.files() / "tests/assets")
        evidence = checked(opened, "tests/suite", tmp_path)
    told = {each.place: each.why for each in evidence.faults if each.place}
    assert told == {f"{service}:38": "line 38 never run"}
