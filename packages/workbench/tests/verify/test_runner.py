"""The runner: what runs beside what, what is reused, and what becomes of a check that breaks off."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from time import sleep

import pytest
from backwright_workbench.errors import SetupError
from backwright_workbench.verify.check import Check, Known, Need, Profile, all_checks
from backwright_workbench.verify.evidence import Evidence
from backwright_workbench.verify.outcome import Fault, Figure, NotRun, Outcome, Status, judged
from backwright_workbench.verify.runner import LANES, Chosen, Done, Runner, Said
from backwright_workbench.verify.stand.stand import Stand
from backwright_workbench.verify.store import Store
from backwright_workbench.verify.subject import Subject

Work = Callable[[Subject], Outcome]


class NoStands:
    """Where nothing can be put up."""

    engine = "sqlite"

    def shared(self) -> Stand:
        raise NotRun("nothing answers")

    @contextmanager
    def fresh(self, *, rows: int = 0, **settings: str) -> Iterator[Stand]:
        raise NotRun("nothing answers")
        yield

    def close(self) -> None:
        """Nothing to take down."""


@pytest.fixture
def subject(tmp_path: Path) -> Subject:
    """A project of one file."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "main.py").write_text("print(1)\n")
    return Subject(has=frozenset({Need.SOURCE}), profile=Profile.QUICK, stands=NoStands(), root=root)


def known(name: str, work: Work, **declared: object) -> Known:
    """A check that does this."""
    given = {"title": name, "needs": frozenset(), **declared}
    return Known(name, Check(**given), work)  # type: ignore[arg-type]


def ran(subject: Subject, folder: Path, *checks: Known, **how: object) -> list[Evidence]:
    """The evidence that a run leaves, by name."""
    runner = Runner(subject, Store(folder / "kept"), checks, **how)  # type: ignore[arg-type]
    found = [event.evidence for event in runner.run() if isinstance(event, Done)]
    return sorted(found, key=lambda each: each.check)


def fine(_: Subject) -> Outcome:
    """What a check says that saw nothing wrong."""
    return judged("all well", [])


def broken(_: Subject) -> Outcome:
    """A check with a mistake in it."""
    raise ZeroDivisionError("one of ours")


def test_every_check_that_is_asked_for_leaves_one_record(subject: Subject, tmp_path: Path) -> None:
    """Whether it passes, fails, cannot run or breaks off; what breaks off has failed, and its stack is kept."""

    def failing(_: Subject) -> Outcome:
        return judged("looked", [Fault("bad", "main.py:1")])

    def refusing(_: Subject) -> Outcome:
        raise NotRun("no server", "start one")

    def unready(_: Subject) -> Outcome:
        raise SetupError("the backend did not become ready", why="its log")

    checks = [known(f"a/{work.__name__}", work) for work in (fine, failing, refusing, unready, broken)]
    found = {each.check: each for each in ran(subject, tmp_path, *checks)}
    assert {name: each.status for name, each in found.items()} == {
        "a/fine": Status.PASSED,
        "a/failing": Status.FAILED,
        "a/refusing": Status.NOT_RUN,
        "a/unready": Status.FAILED,
        "a/broken": Status.FAILED,
    }
    assert found["a/refusing"].next_step == "start one"
    assert found["a/broken"].outputs[0].file == "broken.txt"
    assert "one of ours" in (tmp_path / "kept/evidence/a/broken/broken.txt").read_text()
    assert len(list(Store(tmp_path / "kept").all())) == len(checks)


def test_a_check_that_python_has_broken_off_is_run_again(subject: Subject, tmp_path: Path) -> None:
    """Two threads that parse code at once make Python 3.11 stumble; any other error of its kind is a failure."""
    stumbles = ["AST constructor recursion depth mismatch (before=72, after=25)"]

    def stumbling(_: Subject) -> Outcome:
        if stumbles:
            raise SystemError(stumbles.pop())
        return judged("all well", [])

    def worse(_: Subject) -> Outcome:
        raise SystemError("something else")

    again, failed = ran(subject, tmp_path, known("a/again", stumbling), known("b/failed", worse))
    assert (again.status, failed.status) == (Status.PASSED, Status.FAILED)


def test_a_figure_beyond_its_limit_fails(subject: Subject, tmp_path: Path) -> None:
    """At most, or at least."""

    def slow(_: Subject) -> Outcome:
        return judged("measured", [], figures=(Figure("p95", 120, "ms", 100),))

    def bare(_: Subject) -> Outcome:
        return judged("measured", [], figures=(Figure("coverage", 79.9, "%", 80, least=True),))

    found = ran(subject, tmp_path, known("a/bare", bare), known("a/slow", slow))
    assert [each.status for each in found] == [Status.FAILED, Status.FAILED]
    assert [each.faults[0].what for each in found] == ["coverage is 79.9 %", "p95 is 120 ms"]


def test_what_it_has_not_is_said_and_not_required(subject: Subject, tmp_path: Path) -> None:
    """A check whose needs cannot be met is listed, with them."""
    needs = frozenset({Need.ANSWERS, Need.CALLERS, Need.SOURCE})
    (found,) = ran(subject, tmp_path, known("a/one", fine, needs=needs))
    assert (found.status, found.required) == (Status.NOT_RUN, False)
    assert found.summary == "needs something that answers at an address and callers that are signed in"


def test_the_quick_profile_lists_what_only_the_full_one_runs(subject: Subject, tmp_path: Path) -> None:
    """It does not require it, and says how to run it."""
    check = known("a/one", fine, profile=Profile.FULL)
    (found,) = ran(subject, tmp_path, check, asked="backwright verify here")
    assert (found.summary, found.required) == ("only in the full profile", False)
    assert found.next_step == "backwright verify here --full"
    (found,) = ran(replace(subject, profile=Profile.FULL), tmp_path, check)
    assert found.status is Status.PASSED


def test_what_is_skipped_is_still_required(subject: Subject, tmp_path: Path) -> None:
    """Leaving a check out does not make a service ready."""
    found = ran(subject, tmp_path, known("a/one", fine), known("b/two", fine), chosen=Chosen(skip=("a",)))
    assert [(each.status, each.required) for each in found] == [(Status.NOT_RUN, True), (Status.PASSED, True)]


def test_only_names_checks_or_families(subject: Subject, tmp_path: Path) -> None:
    """Others are not listed."""
    checks = [known(name, fine) for name in ("a/one", "a/two", "b/one", "b/two")]
    found = ran(subject, tmp_path, *checks, chosen=Chosen(only=("a", "b/two")))
    assert [each.check for each in found] == ["a/one", "a/two", "b/two"]


def test_what_passed_is_reused_until_something_it_depends_on_changes(
    subject: Subject, tmp_path: Path
) -> None:
    """A change elsewhere does not matter; a failure is always looked at again."""
    runs: list[str] = []

    def counting(_: Subject) -> Outcome:
        runs.append("")
        return judged("all well", [])

    def failing(_: Subject) -> Outcome:
        runs.append("")
        return judged("looked", [Fault("bad")])

    check = known("a/one", counting, inputs=("main.py",))
    assert subject.root is not None
    assert [ran(subject, tmp_path, check)[0].reused for _ in range(2)] == [False, True]
    (subject.root / "other.py").write_text("")
    assert ran(subject, tmp_path, check)[0].reused
    (subject.root / "main.py").write_text("print(2)\n")
    assert not ran(subject, tmp_path, check)[0].reused
    assert not ran(subject, tmp_path, check, afresh=True)[0].reused
    assert len(runs) == 3
    assert [ran(subject, tmp_path, known("a/two", failing))[0].reused for _ in range(2)] == [False, False]


def test_evidence_of_the_quick_profile_does_not_do_for_the_full_one(subject: Subject, tmp_path: Path) -> None:
    """The other way round it does."""
    check = known("a/one", fine)
    full = replace(subject, profile=Profile.FULL)
    assert [ran(each, tmp_path, check)[0].reused for each in (subject, full, subject)] == [False, False, True]


def test_on_another_engine_a_pass_proves_nothing_and_a_failure_still_fails(
    subject: Subject, tmp_path: Path
) -> None:
    """A service that is meant for PostgreSQL was looked at on SQLite."""

    def failing(_: Subject) -> Outcome:
        return judged("looked", [Fault("bad")])

    subject = replace(subject, meant_for="postgresql")
    bound, failed = known("a/bound", fine, engine_bound=True), known("a/failed", failing, engine_bound=True)
    first, second = ran(subject, tmp_path, bound, failed)
    assert (first.status, first.required) == (Status.NOT_RUN, True)
    assert first.summary == "not run on postgresql; on sqlite: all well"
    assert first.next_step.startswith(
        "name a server in the environment: BACKWRIGHT_TEST_POSTGRESQL=postgresql://"
    )
    assert second.status is Status.FAILED
    assert [each.reused for each in ran(subject, tmp_path, bound, failed)] == [True, False]


def test_checks_run_beside_each_other_and_those_that_measure_run_alone(
    subject: Subject, tmp_path: Path
) -> None:
    """Never more than there are lanes, and one that is alone sees nobody else."""
    lock = threading.Lock()
    running = most = 0
    seen_alone: list[int] = []

    def together(_: Subject) -> Outcome:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        sleep(0.05)
        with lock:
            running -= 1
        return judged("", [])

    def alone(_: Subject) -> Outcome:
        seen_alone.append(running)
        return judged("", [])

    checks = [known(f"a/{number}", together) for number in range(6)]
    ran(subject, tmp_path, known("a/alone", alone, alone=True), *checks)
    assert 1 < most <= LANES
    assert seen_alone == [0]


def test_secrets_are_taken_out_of_everything_that_is_kept(subject: Subject, tmp_path: Path) -> None:
    """Summary, faults, notes and outputs; also a secret that turns up while the check runs."""
    secrets: set[str] = set()

    def telling(given: Subject) -> Outcome:
        secrets.add("hunter2secret")
        given.record.keep("out.txt", "token hunter2secret", command="curl -H hunter2secret")
        return judged(
            "saw hunter2secret", [Fault("hunter2secret leaks", why="hunter2secret")], notes=("hunter2secret",)
        )

    ran(subject, tmp_path, known("a/one", telling), secrets=secrets)
    kept = "".join(place.read_text() for place in (tmp_path / "kept").rglob("*") if place.is_file())
    assert "***" in kept
    assert "hunter2secret" not in kept


def test_progress_is_told_by_name(subject: Subject, tmp_path: Path) -> None:
    """A check says how far it has come, and whoever listens knows which one it is."""

    def saying(given: Subject) -> Outcome:
        given.say("half")
        return judged("", [])

    runner = Runner(subject, Store(tmp_path / "kept"), [known("a/one", saying)])
    assert [event for event in runner.run() if isinstance(event, Said)] == [Said("a/one", "half")]


def test_every_check_that_there_is_says_what_it_proves() -> None:
    """A title, a family, and at least one item of a checklist; names are unique."""
    checks = all_checks()
    assert len({check.name for check in checks}) == len(checks)
    for check in checks:
        assert check.check.title, check.name
        assert check.check.proves, check.name
