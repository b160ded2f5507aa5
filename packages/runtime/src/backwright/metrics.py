"""Metrics in the Prometheus text format, names and buckets as OpenTelemetry recommends for HTTP servers.

What lives here: the registry of one application and what a request adds to it. What must not: labels made
from what callers send. A path without a route counts under `unmatched`, so that a scanner cannot make series.

Several worker processes count into files that all of them read (`share`), so that each shows the sum of all. A
worker that replaces a dead one goes on with its files: no count goes back. Requests are exact within a turn of the
event loop; numbers that parts keep for themselves are as old as the last `refresh`.
"""

import asyncio
import os
from bisect import bisect_left
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, Literal, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, values
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from backwright import __version__

BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
"""Seconds; `http.server.request.duration` in the OpenTelemetry semantic conventions."""

UNMATCHED: Final = "unmatched"
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
MEDIA_TYPE: Final = CONTENT_TYPE_LATEST
REFRESH_SECONDS: Final = 1.0
"""How old a watched number of another worker may be."""

T = TypeVar("T")

_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"


class _Tally:
    """Requests with the same labels since the last refresh: how many by bucket, and their seconds together.

    A request adds to these in a microsecond; the library's own counters take ten, for their locks.
    """

    __slots__ = ("buckets", "seconds")

    def __init__(self) -> None:
        self.buckets = [0] * (len(BUCKETS) + 1)
        self.seconds = 0.0

    def move(self, total: Counter, duration: Histogram) -> None:
        """Add all of it to what is shown, and begin anew."""
        for at, count in enumerate(self.buckets):
            if count:
                duration._buckets[at].inc(count)
                total.inc(count)
                self.buckets[at] = 0
        duration._sum.inc(self.seconds)
        self.seconds = 0.0


class Metrics:
    """The metrics of one application."""

    def __init__(self, service: str) -> None:
        self._registry = CollectorRegistry()
        self._watched: list[Callable[[], None]] = []
        labels = ("method", "route", "status")
        self._total = Counter("http_requests_total", "Requests answered.", labels, registry=self._registry)
        self._duration = Histogram(
            "http_request_duration_seconds",
            "From the first byte in to the last byte out.",
            labels,
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._in_progress = Gauge(
            "http_requests_in_progress",
            "Requests under way.",
            registry=self._registry,
            multiprocess_mode="livesum",
        )
        build = Gauge(
            "build_info",
            "Which service and runtime this is.",
            ("service", "runtime"),
            registry=self._registry,
            multiprocess_mode="max",
        )
        build.labels(service, __version__).set(1)
        self._tallies: dict[tuple[str, str, int], _Tally] = {}
        self._under_way = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        """The loop in which requests are moved to where other workers see them; `None`: there are no others."""
        self._moving = False

    def begin(self) -> None:
        """A request is under way."""
        self._under_way += 1
        if self._loop is not None:
            self._move_soon(self._loop)

    def end(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        self._under_way -= 1
        tally = self._tallies.get((method, route, status))
        if tally is None:
            key = (method if method in METHODS else "OTHER", route, status)
            tally = self._tallies.setdefault(key, _Tally())
        tally.buckets[bisect_left(BUCKETS, seconds)] += 1
        tally.seconds += seconds
        if self._loop is not None:
            self._move_soon(self._loop)

    def _move_soon(self, loop: asyncio.AbstractEventLoop) -> None:
        if not self._moving:
            self._moving = True
            loop.call_soon(self._move)

    def _move(self) -> None:
        """Show what requests have added."""
        self._moving = False
        for (method, route, status), tally in self._tallies.items():
            if tally.seconds:
                labels = (method, route, str(status))
                tally.move(self._total.labels(*labels), self._duration.labels(*labels))
        self._in_progress.set(self._under_way)

    def watch_counter(self, name: str, text: str, read: Callable[[], float]) -> None:
        """Show a number that only grows and is kept elsewhere; `name` ends in `_total`.

        Of several workers, the sum.
        """
        counter, seen = Counter(name, text, registry=self._registry), 0.0

        def refresh() -> None:
            nonlocal seen
            now = read()
            counter.inc(now - seen if now >= seen else now)  # less than before: it began anew
            seen = now

        self._watched.append(refresh)

    def watch_counters(
        self, name: str, text: str, label: str, parts: Mapping[str, T], read: Callable[[T], float]
    ) -> None:
        """The same for several numbers of one kind, told apart by a label; there may be more of them later."""
        counter, seen = Counter(name, text, (label,), registry=self._registry), dict[str, float]()

        def refresh() -> None:
            for value, part in parts.items():
                now, before = read(part), seen.get(value, 0.0)
                counter.labels(value).inc(max(0.0, now - before))
                seen[value] = max(now, before)

        self._watched.append(refresh)

    def watch_gauge(
        self, name: str, text: str, read: Callable[[], float], across: Literal["sum", "min", "max"] = "sum"
    ) -> None:
        """Show a number that goes up and down and is kept elsewhere.

        Of several workers, the sum, the least or the most: whether all of them reach something is the `min`.
        """
        modes: dict[str, Literal["livesum", "livemin", "livemax"]] = {
            "sum": "livesum",
            "min": "livemin",
            "max": "livemax",
        }
        gauge = Gauge(name, text, registry=self._registry, multiprocess_mode=modes[across])
        self._watched.append(lambda: gauge.set(read()))

    def refresh(self) -> None:
        """Read what parts keep for themselves, and show what requests have added."""
        self._move()
        for each in self._watched:
            each()

    async def keep_fresh(self) -> None:
        """Refresh for other workers to show, until cancelled. A process that is alone reads at each scrape."""
        if _FOLDER in os.environ:
            self._loop = asyncio.get_running_loop()
        while self._loop is not None:
            self.refresh()
            await asyncio.sleep(REFRESH_SECONDS)

    def render(self) -> bytes:
        """The whole page that Prometheus reads. Of several processes, the sums."""
        self.refresh()
        if _FOLDER not in os.environ:
            return generate_latest(self._registry)
        summed = CollectorRegistry()
        MultiProcessCollector(summed)  # type: ignore[no-untyped-call]
        return generate_latest(summed)


def share(folder: Path, worker: int) -> None:
    """Let this process count into files of a folder, as the worker of this number. Before any `Metrics` are made.

    Numbers instead of process ids: a replaced worker goes on with the counts of the one before.
    """
    os.environ[_FOLDER] = str(folder)
    values.ValueClass = values.MultiProcessValue(lambda: worker)  # type: ignore[no-untyped-call]


def forget(folder: Path, worker: int) -> None:
    """Take out what a worker that has died was doing; what it had counted stays."""
    mark_process_dead(worker, str(folder))  # type: ignore[no-untyped-call]
