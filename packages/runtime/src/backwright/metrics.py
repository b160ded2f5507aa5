"""Metrics in the Prometheus text format, names and buckets as OpenTelemetry recommends for HTTP servers.

What lives here: the registry of one application and what a request adds to it. What must not: labels made
from what callers send. A path without a route counts under `unmatched`, so that a scanner cannot make series.

Several worker processes count into files that all of them read (`share`), so that each shows the sum of all. A
worker that replaces a dead one goes on with its files: no count goes back. Requests are exact at once; numbers
that parts keep for themselves are as old as the last `refresh`.
"""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal

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

_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"


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
        self._children: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self.begin = self._in_progress.inc

    def end(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        self._in_progress.dec()
        key = (method, route, status)
        children = self._children.get(key)
        if children is None:
            labels = (method if method in METHODS else "OTHER", route, str(status))
            children = self._total.labels(*labels), self._duration.labels(*labels)
            if method in METHODS:
                self._children[key] = children
        children[0].inc()
        children[1].observe(seconds)

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

    def watch_gauge(
        self, name: str, text: str, read: Callable[[], float], across: Literal["sum", "min"] = "sum"
    ) -> None:
        """Show a number that goes up and down and is kept elsewhere.

        Of several workers, the sum or the least: whether all of them reach something is the `min`.
        """
        gauge = Gauge(
            name,
            text,
            registry=self._registry,
            multiprocess_mode="livesum" if across == "sum" else "livemin",
        )
        self._watched.append(lambda: gauge.set(read()))

    def refresh(self) -> None:
        """Read what parts keep for themselves."""
        for each in self._watched:
            each()

    async def keep_fresh(self) -> None:
        """Refresh for other workers to show, until cancelled. A process that is alone reads at each scrape."""
        while _FOLDER in os.environ:
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
