"""How events look: as plain lines, on a terminal, as JSON."""

import io
import json
from collections.abc import Generator

import pytest
from backwright_workbench.cli.checking import closing_lines
from backwright_workbench.cli.show import JsonLines, PlainLines, show
from backwright_workbench.cli.terminal import Terminal
from backwright_workbench.commands.events import (
    AgentStatus,
    Checked,
    Checking,
    Event,
    Notice,
    Output,
    StepFinished,
    StepProgress,
    StepSkipped,
    StepStarted,
    Summary,
)
from backwright_workbench.errors import InputError, Place, Problem, SetupError, UserError
from rich.console import Console

EVENTS: tuple[Event, ...] = (
    StepStarted("write", "Write the service"),
    StepProgress("write", "50 %"),
    StepFinished("write", 1.234, "50 files"),
    StepStarted("test", "Run its tests"),
    StepFinished("test", 2.0, "1 failed", ok=False),
    StepSkipped("history", "Begin its history", "git is not installed"),
    Notice("assumed", "roles: admin"),
    Output("the result"),
    Summary(True, "done"),
)


def test_plain_lines_keep_results_and_progress_apart() -> None:
    """One line per finished step on standard error; what was asked for on standard output."""
    out, err = io.StringIO(), io.StringIO()
    view = PlainLines(out, err)
    for event in EVENTS:
        view.show(event)
    assert out.getvalue() == "the result\ndone\n"
    assert [line.split() for line in err.getvalue().splitlines()] == [
        ["ok", "Write", "the", "service", "1.2", "s", "50", "files"],
        ["!!", "Run", "its", "tests", "2.0", "s", "1", "failed"],
        ["--", "Begin", "its", "history", "not", "run", "git", "is", "not", "installed"],
        ["assumed:", "roles:", "admin"],
    ]


def test_a_terminal_shows_each_step_once_with_its_time(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever a brief says is shown as it stands: no markup of the terminal library gets in."""
    err = io.StringIO()
    view = Terminal(Console(file=err, width=100))
    for event in (*EVENTS, Notice("assumed", "[bold]not markup[/bold]")):
        view.show(event)
    view.close()
    shown = err.getvalue()
    assert "✓ Write the service" in shown
    assert "! Run its tests" in shown
    assert "- Begin its history" in shown
    assert "[bold]not markup[/bold]" in shown
    assert capsys.readouterr().out == "the result\ndone\n"


def test_json_lines_name_event_and_fields() -> None:
    """One object per event, in order, each complete."""
    out = io.StringIO()
    view = JsonLines(out)
    for event in EVENTS:
        view.show(event)
    events = [json.loads(line) for line in out.getvalue().splitlines()]
    assert len(events) == len(EVENTS)
    assert events[2] == {
        "event": "step_finished", "step": "write", "seconds": 1.234, "detail": "50 files", "ok": True,
    }  # fmt: skip


def test_json_errors_list_every_problem() -> None:
    """A program gets the parts of the message, not a text to take apart."""
    out = io.StringIO()
    problems = [Problem("is missing", Place("b.yaml", 1, 2)), Problem("is unknown")]
    JsonLines(out).fail(InputError("b.yaml is not valid", problems, next_step="correct it"))
    error = json.loads(out.getvalue())
    assert error["problems"] == ["b.yaml:1:2: is missing", "is unknown"]
    assert (error["what"], error["next_step"], error["exit_code"]) == ("b.yaml is not valid", "correct it", 2)


def command(*, ok: bool = True, error: Exception | None = None) -> Generator[Event, None, None]:
    """A command that ends as it is told."""
    yield StepStarted("work", "Work")
    if error:
        raise error
    yield Summary(ok, "end")


@pytest.mark.parametrize(
    ("events", "code"),
    [
        (command(), 0),
        (command(ok=False), 1),
        (command(error=UserError("no")), 2),
        (command(error=SetupError("no")), 3),
    ],
)
def test_the_exit_code_tells_who_must_act(events: Generator[Event, None, None], code: int) -> None:
    """0 well, 1 something that ran said no, 2 the person who asked, 3 whoever runs the machine."""
    assert show(events) == code


def test_a_command_tidies_up_when_nobody_listens_any_more() -> None:
    """Ctrl-C while an event is being shown ends the command by way of its `finally`."""
    tidied: list[bool] = []

    def interrupted() -> Generator[Event, None, None]:
        try:
            yield Output(surrogate)
        finally:
            tidied.append(True)

    surrogate = Unprintable("x")
    with pytest.raises(KeyboardInterrupt):
        show(interrupted())
    assert tidied == [True]


class Unprintable(str):
    """A text during whose printing somebody presses Ctrl-C."""

    def endswith(self, *_: object) -> bool:
        """Interrupts."""
        raise KeyboardInterrupt


CHECKED = (
    StepStarted("verify", "Verify"),
    Checking({"contract/fuzz": "340 of 5,600"}, 0, 2),
    Checked("contract/valid", "passed", "45 paths", 1.2, True),
    AgentStatus("backwright", "verifying", "contract", ("contract/valid",), ("contract/fuzz",)),
    Checked(
        "contract/fuzz", "failed", "2 surprises\nin " + "112 operations " * 20, 9.0, True, ("GET /: 500",)
    ),
    Summary(False, "shop: NOT READY.\n✗ contract/fuzz"),
)


def test_a_check_is_one_line_whatever_it_says() -> None:
    """For logs as it is, for people cut where the terminal ends; faults are told in the summary."""
    out, err = io.StringIO(), io.StringIO()
    view = PlainLines(out, err)
    shown = io.StringIO()
    terminal = Terminal(Console(file=shown, width=80))
    for event in CHECKED:
        view.show(event)
        terminal.show(event)
    assert len(err.getvalue().splitlines()) == 2
    assert err.getvalue().startswith("ok  contract/valid                1.2 s  45 paths\n!!  contract/fuzz")
    lines = [line.rstrip() for line in shown.getvalue().splitlines() if line[:1] in "✓✗"]
    assert lines[0] == "✓ contract/valid              1.2 s  45 paths"
    assert lines[1].endswith("…")
    assert len(lines[1]) <= 80


def test_an_orchestrator_finds_its_words_in_a_line_of_its_own() -> None:
    """The keys are those that tools which lead several agents expect."""
    out = io.StringIO()
    JsonLines(out).show(CHECKED[3])
    assert json.loads(out.getvalue()) == {
        "event": "agent_status", "agent": "backwright", "status": "verifying", "phase": "contract",
        "completed": ["contract/valid"], "pending": ["contract/fuzz"],
    }  # fmt: skip


def test_closing_lines_fit_a_narrow_terminal() -> None:
    """Each is continued below its own beginning, and no word is lost."""
    text = (
        "shop: NOT READY. 1 failed.\n  • src/shop/orders.py:3: "
        + "a long fault " * 9
        + "\n    next: "
        + "try it again " * 9
    )
    rows = [row.plain for row in closing_lines(text, 80)]
    assert max(map(len, rows)) <= 80
    assert [len(row) - len(row.lstrip()) for row in rows] == [0, 2, 4, 4, 10, 10][: len(rows)]
    assert " ".join(" ".join(rows).split()) == " ".join(text.split())
