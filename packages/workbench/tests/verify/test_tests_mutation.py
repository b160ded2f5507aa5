"""tests/mutation: tests notice when the code does something else."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from backwright_workbench.verify.checks.tests import mutation
from backwright_workbench.verify.checks.tests.mutation import attempt, chosen, likely, mutants_in
from backwright_workbench.verify.opening import Opened
from backwright_workbench.verify.outcome import NotRun, Status
from backwright_workbench.verify.suites.measured import Measured
from backwright_workbench.verify.suites.mutants import Kind, Mutant, mutants_of
from backwright_workbench.verify.suites.run import Result, Suite
from verify_planting import EXAMPLE, planted
from verify_suites import GOOD, TESTS, found, judged, project

EMPTY = Suite((), (), (), 0, 0, 1, 1.0, (), "")


def changed(text: str) -> dict[str, str]:
    """Change → the text with it."""
    return {
        each.change: each.edit.of(text.encode()).decode() for each in mutants_of("src/a.py", text.encode())
    }


CHANGES = {
    "a role": (
        "r = Resource(access={\n    A: allow.read(),\n    B: allow.read(),\n})",
        "B may do nothing",
        "r = Resource(access={A: allow.read()})",
    ),
    "a grant": (
        "r = Resource(access={A: allow.read() | allow.create() | allow.act()})",
        "A is not granted allow.create()",
        "r = Resource(access={A: (allow.read() | allow.act())})",
    ),
    "own rows": (
        "r = Resource(access={A: allow.read() | allow.update('notes', where=mine)})",
        "A: allow.update('notes', where=mine) on every row",
        "r = Resource(access={A: allow.read() | allow.update('notes')})",
    ),
    "named fields": (
        "r = Resource(access={A: allow.update('notes', where=mine)})",
        "A: allow.update('notes', where=mine) without naming what",
        "r = Resource(access={A: allow.update(where=mine)})",
    ),
    "an action": (
        "r = Resource(access={A: allow.act('start', 'stop')})",
        "A: allow.act('start', 'stop') without 'stop'",
        "r = Resource(access={A: allow.act('start')})",
    ),
    "a field that is read only": (
        "r = Resource(read_only=('a', 'b'))",
        "'a' is left out of read_only",
        "r = Resource(read_only=('b',))",
    ),
    "the only one": (
        "r = Resource(read_only=('a',))",
        "'a' is left out of read_only",
        "r = Resource(read_only=())",
    ),
    "a resource": ("build(resources=(a, b))", "b is not served", "build(resources=(a,))"),
    "a move": (
        "class S:\n    transitions = {A: {B, C}}",
        "no move from A to C",
        "class S:\n    transitions = {A: {B}}",
    ),
    "the only move": (
        "class S:\n    transitions = {A: {B}}",
        "no move from A to B",
        "class S:\n    transitions = {A: set()}",
    ),
    "where an action begins": (
        '@action("start", from_={A})\ndef start(): ...',
        'action("start", from_={A}) without its from_',
        '@action("start")\ndef start(): ...',
    ),
    "unique": (
        "class A:\n    tag: str = mapped_column(String(50), unique=True, doc='é')",
        "mapped_column(String(50), unique=True, doc='é') without unique",
        "class A:\n    tag: str = mapped_column(String(50), doc='é')",
    ),
    "a length": (
        "class A:\n    tag: str = mapped_column(String(50))",
        "String(50) takes one character more",
        "class A:\n    tag: str = mapped_column(String(51))",
    ),
    "a default": (
        "class E(StrEnum):\n    A = 'a'\n    B = 'b'\nclass M:\n    e: E = mapped_column(default=E.A)",
        "E.A as a default becomes E.B",
        "class E(StrEnum):\n    A = 'a'\n    B = 'b'\nclass M:\n    e: E = mapped_column(default=E.B)",
    ),
    "a constraint": (
        "class A:\n    __table_args__ = (Index('a'), CheckConstraint('b'))",
        "without CheckConstraint('b')",
        "class A:\n    __table_args__ = (Index('a'),)",
    ),
    "a comparison": (
        "def f(a):\n    if a >= 1:\n        return 2",
        "a >= 1 becomes a < 1",
        "def f(a):\n    if (a < 1):\n        return 2",
    ),
    "an assignment": ("def f(a):\n    a.b = 1", "without a.b = 1", "def f(a):\n    pass"),
    "a call": ("def f(a):\n    a.go()", "without a.go()", "def f(a):\n    pass"),
    "and": (
        "def f(a, b):\n    return not a and not b",
        "not a and not b becomes not a or not b",
        "def f(a, b):\n    return (not a or not b)",
    ),
    "an answer": (
        "def f():\n    return True",
        "return True becomes return False",
        "def f():\n    return False",
    ),
}


@pytest.mark.parametrize(("text", "change", "expected"), CHANGES.values(), ids=CHANGES)
def test_changes_are_made_where_rules_are(text: str, change: str, expected: str) -> None:
    """Each at one place, and the rest of the file stays as it is."""
    assert changed(text)[change] == expected


SAME = {
    "a rule that another one covers": (
        "r = Resource(access={A: allow.read() | allow.read(where=mine)})",
        "A: allow.read(where=mine) on every row",
    ),
    "a row that is not there for it": (
        "r = Resource(access={A: allow.read(where=mine) | allow.update(where=mine)})",
        "A: allow.update(where=mine) on every row",
    ),
    "something to fall back on": ("def f(a):\n    return a or 1", "a or 1"),
    "a line in the log": ("def f(a):\n    log.info(a)", "without log.info(a)"),
}


@pytest.mark.parametrize(("text", "change"), SAME.values(), ids=SAME)
def test_changes_that_change_nothing_are_not_made(text: str, change: str) -> None:
    """No test could notice them."""
    assert not [each for each in changed(text) if each.startswith(change)]


def test_every_change_of_the_example_is_python() -> None:
    """So that it is the tests that notice it."""
    mutants = mutants_in(EXAMPLE)
    for each in mutants:
        compile(each.edit.of((EXAMPLE / each.file).read_bytes()), each.file, "exec")
    assert {each.kind for each in mutants} == set(Kind)
    assert len(mutants) > 90


def test_a_sample_is_the_same_for_the_same_files() -> None:
    """It takes from each kind in turn."""
    mutants = mutants_in(EXAMPLE)
    sample = chosen(mutants, 6, seed=7)
    assert sample == chosen(mutants, 6, seed=7) != chosen(mutants, 6, seed=8)
    assert {each.kind for each in sample} == set(Kind)
    assert len(chosen(mutants, 1000, seed=7)) == len(mutants)


def test_tests_that_run_the_line_come_first() -> None:
    """Then those that are named for what was changed, then its area; the others follow, because they count as well."""
    names = (
        "tests/a.py::test_far",
        "tests/test_access.py::test_all",
        "tests/shop/a.py::test_it",
        "tests/b.py::test_it",
    )
    suite = replace(
        EMPTY,
        results=tuple(Result(name, seconds=1) for name in names),
        measured=Measured(contexts={"src/x/shop/service.py": {7: (names[3],)}}),
    )
    mutant = mutants_of("src/x/shop/service.py", b"def f(a):\n    a.b = 1")[0]
    assert likely(replace(mutant, line=7), suite)[0] == names[3]
    access = replace(mutant, kind=Kind.ACCESS, function=False)
    assert likely(access, suite) == [names[1], names[2], names[0], names[3]]


def test_a_suite_that_notices_everything_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each change of the rule makes a test fail, and it says which."""
    monkeypatch.setattr(mutation, "FEW", 3)
    outcome = judged(project(tmp_path), "mutation")
    assert (outcome.status, outcome.faults) == (Status.PASSED, ())
    made = [(each["killed"], each["by"].partition("::")[0]) for each in outcome.data["mutants"]]
    assert made == [(True, "tests/test_service.py")] * 3


def test_a_change_that_nothing_notices_is_a_fault(tmp_path: Path) -> None:
    """The limit is not tested on both sides: nothing fails when it moves."""
    weak = TESTS.replace('    assert not may_close("clerk", 100)\n', "")
    told = found(judged(project(tmp_path, {"tests/test_service.py": weak}), "mutation"))
    assert set(told) == {"src/shop/service.py:8", ""}
    assert (
        "no test fails when role == \"clerk\" and total < 100 becomes role == 'clerk' or"
        in told["src/shop/service.py:8"]
    )


def test_nothing_is_proven_by_a_suite_that_fails(tmp_path: Path) -> None:
    """It would notice every change."""
    files = {"tests/test_service.py": TESTS.replace('("clerk", 99)', '("clerk", 999)')}
    with pytest.raises(NotRun, match="the suite fails on the code as it is"):
        judged(project(tmp_path, files), "mutation")


def test_a_change_that_never_ends_counts_as_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And is told, because it says less."""
    monkeypatch.setattr(mutation, "FEW", 1)
    run = mutation.run_suite
    monkeypatch.setattr(
        mutation, "run_suite", lambda *args, **kwargs: run(*args, **{**kwargs, "patience": 0.01})
    )
    outcome = judged(project(tmp_path, GOOD), "mutation")
    assert {each["by"] for each in outcome.data["mutants"]} == {"the time limit"}
    assert any("out of time" in each for each in outcome.notes)


@pytest.mark.slow
def test_a_matrix_that_was_weakened_does_not_notice_a_role_less(good: Opened, tmp_path: Path) -> None:
    """The one that was written does."""
    path = "tests/test_access.py"
    text = (EXAMPLE / path).read_text()
    short = re.sub(r"\n(GET|POST|PATCH|DELETE) /(?!assets ).*", "", text)
    short = short[: short.index("async def test_the_table_has_every_route")]
    weak = ("    assert seen == statuses", "    assert set(seen) == set(statuses)")
    by = []
    for number, edit in enumerate((("", ""), weak)):
        folder = tmp_path / str(number)
        folder.mkdir()
        with planted(good, folder, {}, same_tables=False) as opened:
            root = opened.subject.files()
            for place in (root / "tests").rglob("test_*.py"):
                place.unlink()
            (root / path).write_text(short.replace(*edit) if edit[0] else short)
            (mutant,) = [
                each
                for each in mutants_in(root)
                if (each.area, each.change) == ("assets", "Role.VIEWER may do nothing")
            ]
            by.append(attempt(opened.subject, mutant, EMPTY).by)
    assert by[0].startswith(f"{path}::test_everybody_may_do_what_the_table_says[")
    assert by[1] == ""


def test_kinds_are_told_apart() -> None:
    """What is in a function is noticed by who runs it; what is declared is not."""
    text = b"class S:\n    transitions = {A: {B}}\n\n    def go(self, row):\n        row.at = 1\n"
    kinds: dict[Kind, Mutant] = {each.kind: each for each in mutants_of("src/x/shop/service.py", text)}
    assert {kind: each.function for kind, each in kinds.items()} == {Kind.MOVES: False, Kind.RULES: True}
    assert kinds[Kind.RULES].place == "src/x/shop/service.py:5"
    assert kinds[Kind.RULES].area == "shop"
