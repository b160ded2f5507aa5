"""A server's processes while they work: memory, processor, descriptors, and how long they waited for a processor.

What lives here: reading `/proc` again and again. What must not: judging. Without `/proc` it sees nothing.
"""

import os
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Self

from backwright_workbench.verify.stand.server import Server, status_kb

EVERY = 0.25
"""Seconds between looks."""


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen at one moment, over all processes of the server."""

    at: float
    rss_mb: float
    own_mb: float
    """Memory that is no file's: what a leak grows."""
    cpu_seconds: float
    waited_seconds: float
    """How long the main threads could have run and had no processor: what the machine, not the server, cost."""
    descriptors: int
    sockets: int


@dataclass(slots=True)
class Watch:
    """Looks at a server for as long as the block lasts."""

    server: Server
    looks: list[Look] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self.looks.append(look(self.server))
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join()
        self.looks.append(look(self.server))

    def between(self, began: float, ended: float) -> list[Look]:
        """What was seen from the one moment to the other."""
        return [each for each in self.looks if began <= each.at <= ended]

    def _keep(self) -> None:
        while not self._over.wait(EVERY):
            self.looks.append(look(self.server))


def look(server: Server) -> Look:
    """The server at this moment."""
    pids = server.group()
    return Look(
        at=monotonic(),
        rss_mb=server.memory_mb(),
        own_mb=sum(status_kb(pid, "RssAnon") for pid in pids) / 1000,
        cpu_seconds=server.cpu_seconds(),
        waited_seconds=sum(waited(pid) for pid in pids),
        descriptors=sum(len(descriptors(pid)) for pid in pids),
        sockets=sum(each.startswith("socket:") for pid in pids for each in descriptors(pid)),
    )


def waited_part(looks: Sequence[Look]) -> float:
    """The part of the time between the first and the last look for which the server had no processor."""
    spent = looks[-1].at - looks[0].at if len(looks) > 1 else 0.0
    return (looks[-1].waited_seconds - looks[0].waited_seconds) / spent if spent else 0.0


def waited(pid: int) -> float:
    """Seconds for which the main thread was ready to run and did not."""
    with suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
    return 0.0


def descriptors(pid: int) -> list[str]:
    """What the open descriptors of a process lead to."""
    found = []
    with suppress(OSError):
        for name in os.listdir(f"/proc/{pid}/fd"):
            with suppress(OSError):
                found.append(os.readlink(f"/proc/{pid}/fd/{name}"))
    return found
