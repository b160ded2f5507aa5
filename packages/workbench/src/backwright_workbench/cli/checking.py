"""What a terminal shows of a verification: one line for each check that is over, those under way below.

What lives here: these lines, made to fit the width. What must not: when they are shown (`terminal.py`).
"""

import re
import time
from collections.abc import Iterator

from rich.console import Group
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from backwright_workbench.commands.events import Checked, Checking

MARKS = {"passed": ("✓", "green"), "failed": ("✗", "bold red"), "not run": ("-", "yellow")}
STYLES = {"✗": "bold red", "•": "", "-": "yellow", "why:": "dim", "next:": "cyan", "again:": "cyan"}
VERDICTS = (
    ("NOT READY", "red"),
    ("NOT REPRODUCED", "red"),
    ("NOT PROVEN", "yellow"),
    ("READY", "green"),
    ("REPRODUCED", "green"),
)
NAMES = 25
"""Columns for the name of a check."""


class UnderWay:
    """The lines that change: how many are over, how long it has taken, and what runs now."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._since = time.monotonic()
        self._spinner = Spinner("dots", style="cyan")
        self.at: Checking | None = None

    def __rich__(self) -> Group:
        """As it stands now; asked for a few times a second."""
        seconds = int(time.monotonic() - self._since)
        head = Table.grid(padding=(0, 1))
        head.add_row(self._spinner, Text.assemble((self._count(), "bold"), (f"  {clock(seconds)}", "dim")))
        running = self.at.running if self.at else {}
        lines = [
            Text.assemble(
                f"  {name:<{NAMES}} ", (" ".join(text.split()), "dim"), no_wrap=True, overflow="ellipsis"
            )
            for name, text in running.items()
        ]
        return Group(head, *lines)

    def _count(self) -> str:
        return (
            f"{self._title}  {self.at.done} of {self.at.total}"
            if self.at
            else f"{self._title}: getting ready"
        )


def clock(seconds: int) -> str:
    """`0:07`, `12:30`."""
    return f"{seconds // 60}:{seconds % 60:02}"


def check_line(event: Checked) -> Text:
    """A check that is over, on one line that is cut where the terminal ends."""
    taken = "reused" if event.reused else f"{event.seconds:.1f} s"
    said = " ".join(event.summary.removeprefix(f"{event.status} ").split())
    need = "" if event.required or event.status == "passed" else "not required: "
    return Text.assemble(
        MARKS[event.status],
        f" {event.check:<{NAMES}} ",
        (f"{taken:>7}", "dim"),
        "  ",
        (
            f"not run: {need}{said}" if event.status == "not run" else said,
            "" if event.status == "failed" else "dim",
        ),
    )


def closing_lines(text: str, width: int) -> Iterator[Text]:
    """The closing text in colour, each line continued below its own beginning."""
    said = text.splitlines()
    for number, line in enumerate(said):
        verdict = number == 0 or (number == len(said) - 1 and line and not line.startswith(" "))
        style = _verdict_style(line) if verdict else ""
        shown = Text(line, style=f"bold {style}" if style else "")
        found = re.match(r"(\s*)(✗|•|-|why:|next:|again:)\s", line)
        if found:
            shown.stylize(STYLES[found[2]], *found.span(2))
        hang = len(found[0]) if found else len(line) - len(line.lstrip())
        yield from _hanging(shown, hang, width)


def _hanging(line: Text, hang: int, width: int) -> Iterator[Text]:
    """A line in as many rows as it needs; those after the first are moved in by `hang` columns."""
    if line.cell_len <= width or width - hang < 20:
        yield line
        return
    from rich.console import Console

    head, rest = line[:hang], line[hang:]
    rows = rest.wrap(Console(width=width), width - hang)
    for number, row in enumerate(rows):
        row.rstrip()
        yield Text.assemble(head if number == 0 else Text(" " * hang), row)


def _verdict_style(line: str) -> str:
    for word, style in VERDICTS:
        if f": {word}" in line:
            return style
    return ""
