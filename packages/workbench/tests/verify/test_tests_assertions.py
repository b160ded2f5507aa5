"""tests/assertions: every test function can fail."""

import ast
import textwrap
from pathlib import Path

import pytest
from backwright_workbench.verify.outcome import NotRun, Status
from backwright_workbench.verify.suites.vacuous import vacuous
from verify_planting import EXAMPLE, copied
from verify_suites import found, judged, project

HEAD = "import contextlib\nimport pytest\nfrom tests.helpers import called, calm, holds\n\n\n"
HELPERS = '''"""Helpers."""

import pytest


def holds(value: object) -> None:
    deeper(value)


def deeper(value: object) -> None:
    assert value


async def called(value: object) -> None:
    assert value


def calm(value: object) -> object:
    return value


@pytest.fixture
def watched():
    yield 1
    assert True is not False
'''


def said(folder: Path, body: str, signature: str = "def test_it(client, x, y)") -> str:
    """What is wrong with a test of this body; empty if nothing is."""
    text = f"{HEAD}{signature}:\n{textwrap.indent(textwrap.dedent(body), '    ')}\n"
    outcome = judged(
        project(folder, {"tests/test_it.py": text, "tests/helpers.py": HELPERS, "tests/__init__.py": ""}),
        "assertions",
    )
    told = {place: what for place, what in found(outcome).items() if "test_it" in place}
    return "\n".join(f"{place.rpartition(':')[2]}: {what}" for place, what in told.items())


CANNOT = {
    "no assertion": ("calm(x)", "6: test_it asserts nothing"),
    "only a docstring": ('"""Nothing."""', "6: test_it asserts nothing"),
    "assert True": ("assert True", "7: an assertion of test_it cannot fail (True is always true)"),
    "a tuple": ('assert (x == y, "they differ")', "7: an assertion of test_it cannot fail (a tuple"),
    "itself": (
        "assert x.total == x.total",
        "7: an assertion of test_it cannot fail (both sides are the same)",
    ),
    "or True": ("assert x == 1 or True", "7: an assertion of test_it cannot fail (True is always true)"),
    "a length": ("assert len(x) >= 0", "7: an assertion of test_it cannot fail (a length is never below 0)"),
    "if False": (
        "if False:\n    assert x",
        "6: test_it cannot fail (line 8 is never reached: False is never true)",
    ),
    "after return": ("return\nassert x", "6: test_it cannot fail (line 8 is never reached: line 7 leaves"),
    "after skip": ('pytest.skip("no")\nassert x', "6: test_it cannot fail (line 8 is never reached"),
    "loop over nothing": (
        "for each in []:\n    assert each",
        "6: test_it cannot fail (line 8 is never reached",
    ),
    "only in except": (
        "try:\n    calm(x)\nexcept ValueError as error:\n    assert str(error)",
        "6: test_it cannot fail (line 10 is reached only after an error",
    ),
    "swallowed": (
        "try:\n    assert x == y\nexcept Exception:\n    pass",
        "8: an assertion of test_it is caught and forgotten (line 9 catches what it raises)",
    ),
    "swallowed in a helper": (
        "try:\n    holds(x)\nexcept AssertionError:\n    print('no')",
        "8: an assertion of test_it is caught and forgotten",
    ),
    "suppressed": (
        "with contextlib.suppress(AssertionError):\n    assert x",
        "8: an assertion of test_it is caught and forgotten (line 7 suppresses",
    ),
}


@pytest.mark.parametrize(("body", "expected"), CANNOT.values(), ids=CANNOT)
def test_what_cannot_fail_is_found(tmp_path: Path, body: str, expected: str) -> None:
    """At its line, with the reason."""
    assert said(tmp_path, body).startswith(expected)


ANSWERS = {
    "assert response": "a response is true whatever its status is",
    "assert response.status_code": "response.status_code is true whatever was answered",
}


@pytest.mark.parametrize("body", ANSWERS)
def test_a_response_is_true_whatever_it_says(tmp_path: Path, body: str) -> None:
    """Of a client that was asked for an address, that is certain."""
    asked = f'response = await client.get("/orders")\n{body}'
    assert ANSWERS[body] in said(tmp_path, asked, "async def test_it(client)")
    assert (
        said(tmp_path / "key", f'response = await client.get("key")\n{body}', "async def test_it(client)")
        == ""
    )


def test_a_helper_that_is_not_awaited_never_runs(tmp_path: Path) -> None:
    """Calling it makes a coroutine, and nothing else."""
    wrong = said(tmp_path, "called(x)", "async def test_it(x)")
    assert "called is not awaited, so it never runs" in wrong
    assert said(tmp_path / "awaited", "await called(x)", "async def test_it(x)") == ""


CAN = {
    "assert": "assert x == y",
    "a helper's helper": "holds(x)",
    "raises": "with pytest.raises(ValueError):\n    calm(x)",
    "any error": "with pytest.raises(Exception):\n    calm(x)",
    "fail": "if x:\n    pytest.fail('no')",
    "a case of its parameters": "x(y)",
    "mock": "client.assert_called_once_with(1)",
    "unittest": "client.assertEqual(x, y)",
    "whether it repeats": "assert calm(x) == calm(x)",
    "whether it is kept": "assert x.made is x.made",
    "trying until it holds": (
        "for _ in range(5):\n    try:\n        assert x\n        break\n    except AssertionError:\n        continue\n"
        "else:\n    pytest.fail('never')"
    ),
    "raising what it caught": "try:\n    assert x\nexcept AssertionError:\n    print(y)\n    raise",
    "in an inner function": "def inner():\n    assert x\ninner()",
    "a status": "assert x.status_code == 200",
    "an assertion that is always wrong": "if x:\n    assert False",
}


@pytest.mark.parametrize("body", CAN.values(), ids=CAN)
def test_what_can_fail_is_left_alone(tmp_path: Path, body: str) -> None:
    """However it is written."""
    assert said(tmp_path, body) == ""


def test_a_fixture_may_assert_for_the_test(tmp_path: Path) -> None:
    """When it tidies up."""
    assert said(tmp_path, "calm(watched)", "def test_it(watched)") == ""


@pytest.mark.parametrize(
    "text", ["x", "x == y", "not x", "[]", "()", "x and True", "len(x) > 0", "f'{x}'", "{}"]
)
def test_an_expression_that_depends_on_something_may_fail(text: str) -> None:
    """Nothing is said unless it is certain."""
    assert vacuous(ast.parse(text, mode="eval").body) == ""


def test_a_function_that_is_not_called_is_true() -> None:
    """The parentheses are missing."""
    told = vacuous(ast.parse("ready", mode="eval").body, functions={"ready"})
    assert told == "ready is not called, and a function is always true"


def test_the_suite_that_was_written_passes(tmp_path: Path) -> None:
    """Each of its functions can fail."""
    outcome = judged(copied(tmp_path), "assertions")
    assert (outcome.status, outcome.faults, outcome.notes) == (Status.PASSED, (), ())
    figures = {each.name: each.value for each in outcome.figures}
    assert figures["test functions"] == figures["that can fail"] > 70


def test_a_written_test_that_lost_its_assertions_fails(tmp_path: Path) -> None:
    """All of them were deleted, and it still calls the service."""
    path = "tests/test_operations.py"
    before = (
        '    assert "RateLimit" in answer.headers\n'
        '    assert answer.headers["X-Content-Type-Options"] == "nosniff"\n'
    )
    outcome = judged(
        copied(tmp_path, {path: (before, "    answer.headers.get('RateLimit')\n")}), "assertions"
    )
    line = (
        (EXAMPLE / path)
        .read_text()
        .splitlines()
        .index("async def test_answers_carry_limits_and_security_headers(service: TestService) -> None:")
    )
    assert found(outcome) == {
        f"{path}:{line + 1}": "test_answers_carry_limits_and_security_headers asserts nothing "
        "(it stays green whatever the code does)"
    }


def test_a_foreign_test_may_only_run_the_code(tmp_path: Path) -> None:
    """That is told; what cannot fail at all is a fault there, too."""
    text = (
        "from shop.service import may_close\n\n\n"
        "def test_runs():\n    may_close('admin', 1)\n\n\ndef test_no():\n    assert 1\n"
    )
    outcome = judged(project(tmp_path, {"tests/test_it.py": text}), "assertions", foreign=True)
    assert found(outcome) == {"tests/test_it.py:9": "an assertion of test_no cannot fail (1 is always true)"}
    assert outcome.notes == (
        "tests/test_it.py:4: test_runs asserts nothing; it fails only if the code raises",
    )


def test_a_foreign_project_without_tests_is_not_judged(tmp_path: Path) -> None:
    """One of ours without any has failed."""
    root = project(tmp_path)
    (root / "tests/test_service.py").unlink()
    with pytest.raises(NotRun):
        judged(root, "assertions", foreign=True)
    assert found(judged(root, "assertions")) == {
        "tests/": "there are no tests (nothing shows that the service works)"
    }
