"""The view for people at a terminal: a list of steps, the one under way spinning, each with its time."""

import sys

from rich.console import Console
from rich.live import Live
from rich.status import Status
from rich.text import Text

from backwright_workbench.cli.checking import UnderWay, check_line, closing_lines
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
from backwright_workbench.errors import WorkbenchError


class Terminal:
    """Shows steps on standard error with rich; results go plainly to standard output."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True, highlight=False)
        self._status: Status | Live | None = None
        self._title = ""
        self._under_way: UnderWay | None = None

    def show(self, event: Event) -> None:
        """Something happened."""
        match event:
            case StepStarted(step="verify", title=title):
                self._under_way = UnderWay(title)
                self._begin(
                    Live(self._under_way, console=self._console, transient=True, refresh_per_second=8)
                )
            case StepStarted(title=title):
                self._title = title
                self._begin(self._console.status(Text(title)))
            case StepProgress(text=text):
                if isinstance(self._status, Status):
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
            case Checking():
                if self._under_way:
                    self._under_way.at = event
            case Checked():
                self._console.print(check_line(event), no_wrap=True, overflow="ellipsis")
            case AgentStatus() | Found():
                pass
            case Output(text=text) | Summary(text=text):
                self.close()
                self._close_with(text)

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

    def _begin(self, status: Status | Live) -> None:
        self.close()
        self._status = status
        status.start()

    def _close_with(self, text: str) -> None:
        """The result; what a verification says is made to fit where somebody reads it."""
        if self._under_way and sys.stdout.isatty():
            console = Console(highlight=False, soft_wrap=True)
            console.print()
            for line in closing_lines(text, console.width):
                console.print(line)
            return
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
        sys.stdout.flush()
