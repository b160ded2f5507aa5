"""`verify --check`: evidence that was edited, is about other files, or does not say the truth, does not hold."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from backwright_workbench.reports.verification.repetition import repetition
from backwright_workbench.verify.check import Check, Known, Need, Profile
from backwright_workbench.verify.evidence import as_json
from backwright_workbench.verify.fingerprint import contents
from backwright_workbench.verify.outcome import Fault, Figure, NotRun, Outcome, Status, judged
from backwright_workbench.verify.repeat import compared, planned, profile_of
from backwright_workbench.verify.repeated import Answer, Repeated, contradicted, proven
from backwright_workbench.verify.runner import Chosen, Done, Runner
from backwright_workbench.verify.stand.stand import Stand
from backwright_workbench.verify.store import RESULT, Store
from backwright_workbench.verify.subject import Subject


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


class Project:
    """A project of two files, a check that reads one of them, one that reads all, and their evidence."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        self.root.mkdir()
        (self.root / "main.py").write_text("good\n")
        (self.root / "README.md").write_text("# Shop\n")
        self.store = Store(folder / "kept")
        self.beside = Store(folder / "kept/repeated")
        self.figures: tuple[Figure, ...] = (Figure("lines", 100), Figure("p95", 12.0, "ms", 100))
        self.checks = [
            Known(
                "code/main", Check("It is good", frozenset({Need.SOURCE}), inputs=("main.py",)), self._main
            ),
            Known("code/all", Check("All is said", frozenset({Need.SOURCE})), self._all),
        ]

    def _main(self, subject: Subject) -> Outcome:
        text = (subject.files() / "main.py").read_text()
        subject.record.keep("seen.txt", text, command="cat main.py")
        return judged("looked", [] if "good" in text else [Fault("it is not good", "main.py:1")])

    def _all(self, subject: Subject) -> Outcome:
        subject.record.keep("seen.txt", "all", command="ls")
        return judged("all looked at", [], figures=self.figures)

    def runner(self, store: Store, *names: str) -> Runner:
        """What runs these checks afresh."""
        subject = Subject(frozenset({Need.SOURCE}), Profile.QUICK, NoStands(), root=self.root)
        return Runner(subject, store, self.checks, Chosen(only=names), afresh=True)

    def verify(self) -> None:
        """Leave evidence."""
        self.store.keep_tree(contents(self.root))
        assert len(list(self.runner(self.store).run())) >= 2

    def check(self) -> dict[str, Repeated]:
        """Put it to the proof."""
        runner = self.runner(self.beside)
        plan = planned(self.store, self.checks, runner)
        found = list(plan.known)
        if plan.repeat:
            runner.chosen = Chosen(only=tuple(plan.repeat))
            found += [
                compared(plan.repeat[event.evidence.check], event.evidence)
                for event in runner.run()
                if isinstance(event, Done)
            ]
        return {each.check: each for each in found}

    def record(self, check: str) -> Path:
        """Where a record lies."""
        return self.store.folder / check / RESULT

    def forge(self, check: str, **values: object) -> None:
        """Write a record anew, with a hash that fits."""
        found = self.store.get(check)
        assert found is not None
        self.record(check).write_text(as_json(replace(found, **values)))  # type: ignore[arg-type]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project with evidence."""
    made = Project(tmp_path)
    made.verify()
    return made


def test_evidence_that_is_whole_is_repeated_and_reproduced(project: Project) -> None:
    """Nothing of it is written over."""
    before = project.record("code/main").read_text()
    found = project.check()
    assert {each.answer for each in found.values()} == {Answer.REPRODUCED}
    assert proven(list(found.values()))
    assert project.record("code/main").read_text() == before


def edited(project: Project) -> None:
    """A failure that is called a pass, by hand."""
    place = project.record("code/main")
    content = json.loads(place.read_text())
    place.write_text(json.dumps({**content, "summary": "looked closely"}))


def other_output(project: Project) -> None:
    """What was seen is written anew."""
    (project.record("code/main").parent / "seen.txt").write_text("better")


def no_output(project: Project) -> None:
    """What was seen is removed."""
    (project.record("code/main").parent / "seen.txt").unlink()


def exchanged(project: Project) -> None:
    """The record of another check is put in its place."""
    (project.record("code/main").parent / "seen.txt").write_text("all")
    project.record("code/main").write_text(project.record("code/all").read_text())


@pytest.mark.parametrize(
    ("tampered", "said"),
    [
        (edited, "result.json was changed after it was written"),
        (other_output, "seen.txt was changed after it was written"),
        (no_output, "seen.txt is gone"),
        (exchanged, "result.json is the record of code/all"),
    ],
)
def test_a_record_that_was_tampered_with_is_broken(
    project: Project, tampered: Callable[[Project], None], said: str
) -> None:
    """It is named with what was done to it, and contradicts."""
    tampered(project)
    found = project.check()
    assert (found["code/main"].answer, found["code/main"].reasons) == (Answer.BROKEN, (said,))
    assert found["code/all"].answer is Answer.REPRODUCED
    assert contradicted(list(found.values()))
    assert not proven(list(found.values()))


def test_a_failure_forged_into_a_pass_is_found_out(tmp_path: Path) -> None:
    """Also if the hash fits, because the check is run again."""
    project = Project(tmp_path)
    (project.root / "main.py").write_text("bad\n")
    project.verify()
    project.forge("code/main", status="passed", faults=())
    found = project.check()["code/main"]
    assert found.answer is Answer.DIFFERS
    assert found.reasons == ("was passed, is failed: looked", "main.py:1: it is not good")


def test_a_record_forged_onto_other_files_is_found_out(project: Project) -> None:
    """Whoever breaks the code and gives the old record the new fingerprint gets the failure."""
    (project.root / "main.py").write_text("bad\n")
    now = project.runner(project.beside)
    (evidence,) = [
        event.evidence
        for event in now.run()
        if isinstance(event, Done) and event.evidence.check == "code/main"
    ]
    project.forge("code/main", inputs=evidence.inputs, tree=evidence.tree)
    assert project.check()["code/main"].answer is Answer.DIFFERS


def test_what_is_not_required_by_a_forged_record_is_required_all_the_same(project: Project) -> None:
    """The check says what is required, not the record."""
    (project.root / "main.py").write_text("bad\n")
    project.verify()
    project.forge("code/main", required=False)
    found = project.check()
    assert found["code/main"].required
    assert not proven(list(found.values()))


@pytest.mark.parametrize(
    ("path", "text", "stale"),
    [
        ("main.py", "good too\n", {"code/main": "main.py changed", "code/all": "main.py changed"}),
        ("README.md", None, {"code/all": "README.md is gone"}),
        ("new.py", "", {"code/all": "new.py is new"}),
    ],
)
def test_evidence_about_other_files_is_stale_and_says_which(
    project: Project, path: str, text: str | None, stale: dict[str, str]
) -> None:
    """Only that of checks that depend on them; stale evidence proves nothing, and contradicts nothing."""
    if text is None:
        (project.root / path).unlink()
    else:
        (project.root / path).write_text(text)
    found = project.check()
    assert {name: each.reasons[0] for name, each in found.items() if each.answer is Answer.STALE} == stale
    assert not proven(list(found.values()))
    assert not contradicted(list(found.values()))


def test_which_files_changed_is_not_told_from_a_list_that_was_edited(project: Project) -> None:
    """A list of files counts only if it has the fingerprint that it is named by."""
    (place,) = project.store.trees.iterdir()
    place.write_text("{}")
    (project.root / "main.py").write_text("good too\n")
    assert project.check()["code/main"].reasons == ("its files changed since; which ones is not known",)


def test_a_check_without_a_record_is_missing(project: Project) -> None:
    """So not everything is proven."""
    (project.record("code/main")).unlink()
    (project.record("code/main").parent / "seen.txt").unlink()
    project.record("code/main").parent.rmdir()
    found = project.check()
    assert found["code/main"].answer is Answer.MISSING
    assert not proven(list(found.values()))
    assert not contradicted(list(found.values()))


def test_evidence_of_another_machine_is_repeated_here(project: Project) -> None:
    """And said to be from there."""
    project.forge("code/all", machine={"processor": "another", "cores": 64}, versions={"fastapi": "0.1"})
    found = project.check()["code/all"]
    assert found.answer is Answer.REPRODUCED
    assert found.notes == ("made on another machine: another, 64", "made with fastapi 0.1")


@pytest.mark.parametrize(
    ("figures", "reason"),
    [
        ((Figure("lines", 97), Figure("p95", 90.0, "ms", 100)), None),
        ((Figure("lines", 60), Figure("p95", 12.0, "ms", 100)), "lines was 100, is 60"),
        ((Figure("p95", 12.0, "ms", 100),), "lines was 100, is not told any more"),
        ((Figure("lines", 100), Figure("p95", 12.0, "s", 100)), "p95 was 12 ms, is 12 s"),
    ],
)
def test_figures_may_differ_as_two_runs_do(
    project: Project, figures: tuple[Figure, ...], reason: str | None
) -> None:
    """Counts by a little, times within their limit."""
    project.figures = figures
    found = project.check()["code/all"]
    assert found.reasons == (() if reason is None else (reason,))
    assert found.answer is (Answer.REPRODUCED if reason is None else Answer.DIFFERS)


def test_a_time_that_is_far_off_is_told(project: Project) -> None:
    """It contradicts nothing within its limit."""
    project.figures = (Figure("lines", 100), Figure("p95", 90.0, "ms", 100))
    assert project.check()["code/all"].notes == ("p95 was 12 ms, is 90 ms",)


def test_what_cannot_be_run_here_is_not_reproduced(project: Project) -> None:
    """It contradicts nothing either."""
    was = project.store.get("code/all")
    assert was is not None
    found = compared(was, replace(was, status=Status.NOT_RUN, summary="no server"))
    assert found.answer is Answer.NOT_RUN
    assert not proven([found])
    assert not contradicted([found])


def test_the_profile_is_that_of_the_evidence(project: Project) -> None:
    """One record of the full profile is repeated in the full profile."""
    assert profile_of(project.store) is Profile.QUICK
    project.forge("code/all", profile=Profile.FULL)
    assert profile_of(project.store) is Profile.FULL


def test_the_lists_of_files_are_as_many_as_records_speak_of(project: Project) -> None:
    """Older ones go."""
    project.store.keep_tree({"old.py": "0"})
    project.store.forget_trees()
    assert len(list(project.store.trees.iterdir())) == 1


def test_the_closing_lines_say_what_does_not_hold_first(project: Project) -> None:
    """Each with its reasons, then how to make new evidence."""
    edited(project)
    (project.root / "README.md").write_text("other\n")
    text = repetition("shop", list(project.check().values()), "backwright verify shop")
    assert text.splitlines() == [
        "shop: NOT REPRODUCED. 0 of 2 required records say passed, then and now.",
        "",
        "✗ code/main: is not what was written",
        "  • result.json was changed after it was written",
        "",
        "- code/all: is about other files",
        "  • README.md changed",
        "",
        "New evidence: backwright verify shop",
    ]
