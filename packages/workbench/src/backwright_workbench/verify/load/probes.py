"""Probes as an orchestrator sends them: each on a connection of its own, with little patience.

What lives here: asking, and noting when. What must not: what follows from an answer.
"""

import http.client
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from types import TracebackType
from typing import Self

from backwright_workbench.workspace.network import HOST

LIVE, READY = "/health/live", "/health/ready"


@dataclass(frozen=True, slots=True)
class Probe:
    """One probe and its answer; status 0: there was none."""

    at: float
    path: str
    status: int
    seconds: float


@dataclass(slots=True)
class Probing:
    """Asks both probes again and again for as long as the block lasts."""

    port: int
    every: float = 0.1
    patience: float = 5.0
    probes: list[Probe] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Self:
        for path in (LIVE, READY):
            thread = threading.Thread(target=self._ask, args=(path,), daemon=True)
            self._threads.append(thread)
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()
        self.probes.sort(key=lambda each: each.at)

    def of(self, path: str, began: float = 0.0, ended: float = float("inf")) -> list[Probe]:
        """The probes of a path that were sent in that time."""
        return [each for each in self.probes if each.path == path and began <= each.at <= ended]

    def _ask(self, path: str) -> None:
        while not self._over.wait(self.every):
            self.probes.append(probe(self.port, path, self.patience))


def probe(port: int, path: str, patience: float) -> Probe:
    """Ask once."""
    began, status = monotonic(), 0
    connection = http.client.HTTPConnection(HOST, port, timeout=patience)
    with suppress(OSError, http.client.HTTPException):
        connection.request("GET", path)
        status = connection.getresponse().status
    connection.close()
    return Probe(began, path, status, monotonic() - began)
