"""`backwright audit verify DIR`: whether the audit log of a service is what it was when it was sealed.

What lives here: asking the service, which has the log, its seals and its secret. What must not: checking anything, and
how it reads (the service says it in words).
"""

from collections.abc import Generator
from pathlib import Path
from typing import Final

from backwright_workbench.commands.events import Event, Summary
from backwright_workbench.workspace.services import find_service

UNSOUND: Final = 1
"""The status of the service's command when the log is not what it was."""

PATIENCE: Final = 3_600.0
"""Seconds that reading the whole log may take."""


def verify(directory: Path, checkpoints: Path | None = None) -> Generator[Event, None, None]:
    """What the service found, as the end of the command. Raises `UserError` if it could not look."""
    service = find_service(directory)
    asked = ["audit", "verify", *(["--checkpoints", str(checkpoints.resolve())] if checkpoints else [])]
    done = service.ask("the audit log cannot be looked at", *asked, timeout=PATIENCE, also=(UNSOUND,))
    wrong = sum(line.startswith("WRONG") for line in done.output)
    yield Summary(done.ok, "\n".join(done.output), {"findings": str(wrong)})
