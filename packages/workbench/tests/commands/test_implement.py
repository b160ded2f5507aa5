"""`implement`, and `dev` on what it made: the whole way from a brief to a served, tested service."""

import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from backwright_workbench.codegen import write
from backwright_workbench.commands import steps
from backwright_workbench.commands.dev import dev
from backwright_workbench.commands.events import Checked, StepSkipped, Summary
from backwright_workbench.commands.implement import implement
from backwright_workbench.commands.verify import verify
from backwright_workbench.errors import SetupError, UserError
from backwright_workbench.verify.runner import Chosen
from backwright_workbench.workspace.network import is_free

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[4]
BRIEF = ROOT / "examples/work-orders/brief.md"
TODAY = date(2026, 11, 21)
COMMAND = [sys.executable, "-c", "from backwright_workbench.cli import main; main()"]
STEPS = ["read", "write", "environment", "migrate", "accounts", "seed", "derive", "rights", "history"]


class Made:
    """A service that was implemented by the command itself, as another program sees it."""

    def __init__(self, place: Path) -> None:
        self.beside = place
        self.service = place / "services" / "work-orders"
        self.victim = place / "precious.db"
        self.done = subprocess.run(
            [*COMMAND, "implement", str(BRIEF), "--into", str(self.service), "--json", "--no-verify"],
            env={**os.environ, "DATABASE_URL": f"sqlite:///{self.victim}", "SECRET_KEY": "of-the-shell"},
            capture_output=True,
            text=True,
            timeout=900,
        )
        self.events: list[dict[str, Any]] = [json.loads(line) for line in self.done.stdout.splitlines()]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The work-order service, implemented once."""
    return Made(tmp_path_factory.mktemp("implement"))


def script(name: str) -> ModuleType:
    """A script of this repository as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / f"scripts/{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def git(directory: Path, *arguments: str) -> str:
    """What git prints about a directory."""
    done = subprocess.run(["git", "-C", str(directory), *arguments], capture_output=True, text=True)
    return done.stdout.strip()


def test_the_brief_becomes_a_service_whose_tests_pass(made: Made) -> None:
    """Every step is told as it ends, in order, and all of them went well."""
    assert made.done.returncode == 0, made.done.stdout[-3000:] + made.done.stderr[-3000:]
    assert [each["step"] for each in made.events if each["event"] == "step_finished"] == STEPS
    summary = made.events[-1]
    assert (summary["event"], summary["ok"]) == ("summary", True)
    assert "not verified" in summary["text"]


def test_nothing_but_the_service_is_left(made: Made) -> None:
    """No half service beside it, and nothing was done to the database that the shell pointed to."""
    assert os.listdir(made.beside) == ["services"]
    assert os.listdir(made.beside / "services") == ["work-orders"]
    assert not made.victim.exists()


def test_the_place_it_was_built_in_is_forgotten(made: Made) -> None:
    """No file speaks of the hidden directory that was renamed, so the service can be moved."""
    for place in made.service.rglob("*"):
        if place.is_file() and ".git" not in place.parts:
            assert b".partial" not in place.read_bytes(), place


def test_the_delivery_note_holds_what_was_measured(made: Made) -> None:
    """That nothing was checked, and the brief phrase by phrase."""
    note = (made.service / "DELIVERY.md").read_text()
    assert "**Not verified.**" in note
    for line in BRIEF.read_text().splitlines()[1:]:
        for word in line.strip("- ").replace("(", " ").split()[:2]:
            assert word in note, line


def test_the_history_holds_the_service_and_no_secret(made: Made) -> None:
    """With an identity there is one commit and a clean tree; secrets and data are ignored either way."""
    assert git(made.service, "check-ignore", ".env", "var") == ".env\nvar"
    if git(made.service, "log", "--oneline"):
        assert git(made.service, "status", "--porcelain") == ""
        assert "DELIVERY.md" in git(made.service, "ls-files").splitlines()


def test_a_second_run_does_not_touch_the_first(made: Made) -> None:
    """A directory that holds something is refused before any work is done."""
    before = (made.service / "DELIVERY.md").read_text()
    with pytest.raises(UserError, match="not empty"):
        list(implement(BRIEF, made.service, today=TODAY))
    assert (made.service / "DELIVERY.md").read_text() == before


@pytest.mark.parametrize("tools", [("sh", "sed", "git", "curl"), ("sh", "sed", "git")])
def test_the_lines_that_dev_prints_work_when_pasted(
    made: Made,
    tmp_path: Path,
    tools: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Login, filtered list and create run through sh literally, with curl or its stand-in; Ctrl-C ends it."""
    (tmp_path / "tools").mkdir()
    for tool in tools:
        (tmp_path / "tools" / tool).symlink_to(str(shutil.which(tool)))
    monkeypatch.setenv("PATH", str(tmp_path / "tools"))
    demo_once = script("demo_once")
    assert demo_once.tried(made.service, tmp_path) == 0
    shown = capfd.readouterr().out
    assert "3 printed lines ran: all worked" in shown
    assert ("curl is not installed" in shown) == ("curl" not in tools)
    assert "?status=" in shown, "the list is filtered"
    assert "technician@example.com" in shown


def test_a_port_in_use_is_one_clear_line(made: Made) -> None:
    """With a command that works, before the database is touched."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SetupError, match=f"port {port} is in use") as refused:
            next(dev(made.service, port))
    assert refused.value.next_step is not None
    assert is_free(int(refused.value.next_step.rpartition(" ")[2]))


def test_dev_needs_a_service(tmp_path: Path) -> None:
    """Any other directory is refused with what a service looks like."""
    with pytest.raises(UserError, match="no service here"):
        next(dev(tmp_path, 0))


@pytest.fixture
def interrupted(tmp_path: Path, request: pytest.FixtureRequest) -> tuple[int, list[str]]:
    """`implement`, given a signal while it works: its exit code, and what it left."""
    command = [
        *COMMAND,
        "implement",
        str(BRIEF),
        "--into",
        str(tmp_path / "service"),
        "--json",
        "--no-verify",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if json.loads(line).get("step") == "migrate":
                break
        process.send_signal(request.param)
        process.stdout.read()
        code = process.wait(120)
    return code, os.listdir(tmp_path)


@pytest.mark.parametrize("interrupted", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], indirect=True)
def test_an_interrupted_run_leaves_nothing(interrupted: tuple[int, list[str]]) -> None:
    """Ctrl-C, termination, a closed terminal: the process tells how it ended, and no half service stays."""
    code, left = interrupted
    assert code in (128 + signal.SIGINT, 128 + signal.SIGTERM, 128 + signal.SIGHUP)
    assert left == []


def only(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Let `implement` run only these checks: all of them take a minute and more."""
    monkeypatch.setattr(Chosen, "holds", lambda _, check: check.name in names)


def test_what_was_written_is_verified_and_the_note_begins_with_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has passed is not run again when the service is verified where it is now."""
    only(monkeypatch, "tests/suite", "contract/valid", "operations/health")
    events = list(implement(BRIEF, tmp_path / "service", today=TODAY))
    checked = {each.check: each.status for each in events if isinstance(each, Checked)}
    assert checked == {"tests/suite": "not run", "contract/valid": "passed", "operations/health": "not run"}
    note = (tmp_path / "service/DELIVERY.md").read_text()
    assert "**Not proven.** 1 of " in note.partition("\n## ")[0]
    assert "| tests/suite | not run on postgresql; on sqlite: " in note
    coverage = next(line for line in note.splitlines() if line.startswith("| coverage"))
    assert float(coverage.split("|")[2].strip(" %")) >= 90
    assert (tmp_path / "service/.backwright/report.html").exists()
    again = [each for each in verify(tmp_path / "service") if isinstance(each, Checked)]
    assert {each.check for each in again if each.reused} == {"tests/suite", "contract/valid"}
    for place in (tmp_path / "service").rglob("*"):
        if place.is_file() and ".git" not in place.parts:
            assert b".partial" not in place.read_bytes(), place


def test_failing_tests_are_delivered_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The service is there all the same, but the end is not well, and the note begins with it."""

    def with_failing_test(blueprint: Any) -> dict[str, str]:
        files = {path: text for path, text in write(blueprint).items() if not path.startswith("tests/")}
        return {**files, "tests/test_one.py": "def test_one() -> None:\n    assert 1 == 2\n"}

    monkeypatch.setattr(steps, "write", with_failing_test)
    only(monkeypatch, "tests/suite")
    events = list(implement(BRIEF, tmp_path / "service", today=TODAY))
    checked = [each for each in events if isinstance(each, Checked)]
    assert [(each.check, each.status) for each in checked] == [("tests/suite", "failed")]
    assert isinstance(events[-1], Summary)
    assert not events[-1].ok
    note = (tmp_path / "service/DELIVERY.md").read_text()
    assert "**Not ready.**" in note.partition("\n## ")[0]
    assert "`tests/test_one.py:2`" in note


def test_leaving_the_checks_out_is_visible(tmp_path: Path) -> None:
    """As an event, and first thing in the note."""
    events = list(implement(BRIEF, tmp_path / "service", proof=False, today=TODAY))
    assert [each.step for each in events if isinstance(each, StepSkipped)] == ["verify"]
    assert "Not verified" in (tmp_path / "service/DELIVERY.md").read_text().partition("\n## ")[0]
