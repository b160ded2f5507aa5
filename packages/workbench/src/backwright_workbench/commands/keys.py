"""`backwright keys … DIR`: the keys of a service's encrypted fields and tokens.

What lives here: asking the service, which has the keys. What must not: doing anything with keys, and how it reads (the
service says it in words).
"""

from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Final

from backwright_workbench.commands.events import Event, Summary
from backwright_workbench.workspace.services import find_service

ACTIONS: Final = ("list", "status", "create", "rotate", "retire")

PENDING: Final = 1
"""The status of the service's command when there is something to rotate, or a value does not open."""

PATIENCE: Final = 24 * 3_600.0
"""Seconds that encrypting everything anew may take; broken off, it goes on with the next call."""


def keys(directory: Path, action: str, *asked: str) -> Generator[Event, None, None]:
    """What the service says to `keys ACTION …`, as the end of the command. Raises `UserError` if it refuses."""
    service = find_service(directory)
    refusal = f"keys {action} was refused"
    done = service.ask(refusal, "keys", action, *asked, timeout=PATIENCE, also=(PENDING,))
    yield Summary(done.ok, "\n".join(done.output), {})


def split(action: str, words: Sequence[str]) -> tuple[str | None, Path] | None:
    """The key and the directory among the words after the action; none if they do not fit it."""
    if action == "retire":
        return (words[0], Path(*words[1:])) if 1 <= len(words) <= 2 else None
    return (None, Path(*words)) if len(words) <= 1 else None
