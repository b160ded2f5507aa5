"""Colour and width of lines for a terminal.

What lives here: escape sequences, wrapping. What must not: what a report says.
"""

import re
import textwrap
from collections.abc import Iterator

from backwright_workbench.review.finding import Severity

STYLES = {
    "bold": "1",
    "dim": "2",
    "cyan": "36",
    "green": "32",
    Severity.CRITICAL: "1;97;41",
    Severity.HIGH: "1;31",
    Severity.MEDIUM: "1;33",
    Severity.LOW: "1;34",
}
CODE = re.compile(r"`[^`\n]+`")


class Paint:
    """Styles text if it is for a terminal in colour, and leaves it alone if not."""

    def __init__(self, colour: bool, width: int = 80) -> None:
        self._colour = colour
        self.width = max(40, min(width, 110))

    def __call__(self, text: str, style: str) -> str:
        """The text in that style."""
        return f"\033[{STYLES[style]}m{text}\033[0m" if self._colour and text else text

    def prose(
        self, text: str, head: str = "", *, style: str = "", indent: int = 2, hang: int | None = None
    ) -> Iterator[str]:
        """Text in as many lines as it needs, those after the first below the end of `head`, or moved in by `hang`."""
        first = " " * indent + head
        below = " " * (len(first) if hang is None else hang)
        rows = textwrap.wrap(
            text,
            self.width,
            initial_indent=" " * len(first),
            subsequent_indent=below,
            break_on_hyphens=False,
            break_long_words=False,
        )
        for number, row in enumerate(rows):
            yield " " * indent + self(head, style) + row[len(first) :] if number == 0 else row
