"""Showing events: on a terminal, as plain lines, or as JSON lines.

What must not live here: deciding anything.

Results go to standard output, progress and errors to standard error.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from typing import Protocol, TextIO

from backwright_workbench.commands.events import (
    AgentStatus,
    Checked,
    Checking,
    Event,
    Found,
    Notice,
    Output,
    StepFinished,
    StepProgress,
    StepSkipped,
    StepStarted,
    Summary,
)
from backwright_workbench.errors import InputError, WorkbenchError


class View(Protocol):
    """Somebody who listens to a command."""

    def show(self, event: Event) -> None:
        """Something happened."""

    def fail(self, error: WorkbenchError) -> None:
        """The command cannot go on."""

    def close(self) -> None:
        """Nothing more will come, for whatever reason."""


def show(events: Iterator[Event], *, json: bool = False) -> int:
    """Lets a command work and shows what it tells; returns the exit code."""
    view = _view(json)
    code = 0
    try:
        with closing(events):  # type: ignore[type-var]  # commands are generators
            for event in events:
                view.show(event)
                if isinstance(event, Summary) and not event.ok:
                    code = event.exit_code
    except WorkbenchError as error:
        view.fail(error)
        code = error.exit_code
    finally:
        view.close()
    return code


def _view(as_json: bool) -> View:
    if as_json:
        return JsonLines(sys.stdout)
    if sys.stderr.isatty():
        from backwright_workbench.cli.terminal import Terminal

        return Terminal()
    return PlainLines(sys.stdout, sys.stderr)


class JsonLines:
    """One JSON object per event and line: `event` is its name, the other keys are its fields."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def show(self, event: Event) -> None:
        """Something happened."""
        self._write({"event": _snake(type(event).__name__), **asdict(event)})

    def fail(self, error: WorkbenchError) -> None:
        """The command cannot go on."""
        problems = [str(problem) for problem in error.problems] if isinstance(error, InputError) else []
        parts = {"what": error.what, "where": error.where, "why": error.why, "next_step": error.next_step}
        self._write({"event": "error", **parts, "problems": problems, "exit_code": error.exit_code})

    def close(self) -> None:
        """Nothing more will come."""

    def _write(self, value: dict[str, object]) -> None:
        self._out.write(json.dumps(value, ensure_ascii=False) + "\n")
        self._out.flush()


class PlainLines:
    """One line per finished step, for logs and pipes."""

    def __init__(self, out: TextIO, err: TextIO) -> None:
        self._out = out
        self._err = err
        self._title = ""

    def show(self, event: Event) -> None:
        """Something happened."""
        match event:
            case StepStarted(title=title):
                self._title = title
            case StepFinished(seconds=seconds, detail=detail, ok=ok):
                mark = "ok" if ok else "!!"
                self._say(f"{mark}  {self._title:<26} {seconds:6.1f} s  {detail}")
            case StepSkipped(title=title, reason=reason):
                self._say(f"--  {title:<26}  not run  {reason}")
            case Notice(topic=topic, text=text):
                self._say(f"    {topic}: {text}")
            case Checked():
                self._say(checked_line(event))
            case Output(text=text) | Summary(text=text):
                self._out.write(text if text.endswith("\n") else text + "\n")
                self._out.flush()
            case StepProgress() | Checking() | AgentStatus() | Found():
                pass

    def fail(self, error: WorkbenchError) -> None:
        """The command cannot go on."""
        self._say(f"error: {error}")

    def close(self) -> None:
        """Nothing more will come."""

    def _say(self, line: str) -> None:
        self._err.write(line + "\n")
        self._err.flush()


def checked_line(event: Checked) -> str:
    """A check on one line; what is wrong stands in the summary at the end."""
    mark = {"passed": "ok", "failed": "!!"}.get(event.status, "--")
    time = " reused " if event.reused else f"{event.seconds:6.1f} s"
    said = event.summary.removeprefix(f"{event.status} ")
    words = f"not run: {said}" if event.status == "not run" else event.summary
    return f"{mark}  {event.check:<26} {time}  {' '.join(words.split())}"


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
