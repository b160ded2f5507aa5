"""The view for people at a terminal: a list of steps, the one under way spinning, each with its time."""

import sys

from rich.console import Console
from rich.status import Status
from rich.text import Text

from backwright_workbench.commands.events import (
    Checked,
    Event,
    Notice,
    Output,
    StepFinished,
    StepProgress,
    StepSkipped,
    StepStarted,
    Summary,
)
from backwright_workbench.errors import WorkbenchError

MARKS = {"passed": ("✓", "green"), "failed": ("✗", "bold red"), "not run": ("-", "yellow")}


class Terminal:
    """Shows steps on standard error with rich; results go plainly to standard output."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True, highlight=False)
        self._status: Status | None = None
        self._title = ""

    def show(self, event: Event) -> None:
        """Something happened."""
        match event:
            case StepStarted(title=title):
                self._title = title
                self._status = self._console.status(Text(title))
                self._status.start()
            case StepProgress(text=text):
                if self._status:
                    self._status.update(Text(f"{self._title}  {text}"))
            case StepFinished(seconds=seconds, detail=detail, ok=ok):
                self.close()
                mark = ("✓", "green") if ok else ("!", "bold yellow")
                self._console.print(
                    Text.assemble(mark, f" {self._title:<26} ", (f"{seconds:6.1f} s", "dim"), f"  {detail}")
                )
            case StepSkipped(title=title, reason=reason):
                self._console.print(Text.assemble(("-", "yellow"), f" {title:<26}  not run  {reason}"))
            case Notice(topic=topic, text=text):
                self._console.print(Text.assemble((f"  {topic}: ", "dim"), text))
            case Checked():
                self._show_check(event)
            case Output(text=text) | Summary(text=text):
                self.close()
                sys.stdout.write(text if text.endswith("\n") else text + "\n")
                sys.stdout.flush()

    def _show_check(self, event: Checked) -> None:
        """Above the line that spins, which goes on."""
        mark = MARKS[event.status]
        time = " reused " if event.reused else f"{event.seconds:6.1f} s"
        said = event.summary if event.status != "not run" else f"not run: {event.summary}"
        self._console.print(Text.assemble(mark, f" {event.check:<26} ", (time, "dim"), f"  {said}"))
        for fault in event.faults:
            self._console.print(Text.assemble(("    • ", "bold red"), fault))

    def fail(self, error: WorkbenchError) -> None:
        """The command cannot go on."""
        self.close()
        first, _, rest = str(error).partition("\n")
        self._console.print(
            Text.assemble(("error: ", "bold red"), (first, "bold"), f"\n{rest}" if rest else "")
        )

    def close(self) -> None:
        """Nothing more will come: the line that spins goes."""
        if self._status:
            self._status.stop()
            self._status = None
