"""Metrics in the Prometheus text format, names and buckets as OpenTelemetry recommends for HTTP servers.

What lives here: the registry of one application and what a request adds to it. What must not: labels made
from what callers send. A path without a route counts under `unmatched`, so that a scanner cannot make series.

With several worker processes prometheus-client's multiprocess mode adds their counts up
(`PROMETHEUS_MULTIPROC_DIR`, which `serve --workers` sets).
"""

import os
from collections.abc import Callable, Iterable
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from backwright import __version__

BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
"""Seconds; `http.server.request.duration` in the OpenTelemetry semantic conventions."""

UNMATCHED: Final = "unmatched"
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
MEDIA_TYPE: Final = CONTENT_TYPE_LATEST


class Metrics:
    """The metrics of one application."""

    def __init__(self, service: str) -> None:
        self._registry = CollectorRegistry()
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
        """Show a number that only grows and is kept elsewhere;

        `name` ends in `_total`. Read at each scrape.
        """
        self._registry.register(_Watched(CounterMetricFamily, name, text, read))

    def watch_gauge(self, name: str, text: str, read: Callable[[], float]) -> None:
        """Show a number that goes up and down and is kept elsewhere. Read at each scrape."""
        self._registry.register(_Watched(GaugeMetricFamily, name, text, read))

    def render(self) -> bytes:
        """The whole page that Prometheus reads. Of several processes, the sums, without watched numbers."""
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            summed = CollectorRegistry()
            MultiProcessCollector(summed)  # type: ignore[no-untyped-call]
            return generate_latest(summed)
        return generate_latest(self._registry)


class _Watched(Collector):
    """A single sample, read when it is asked for."""

    def __init__(
        self,
        family: type[CounterMetricFamily] | type[GaugeMetricFamily],
        name: str,
        text: str,
        read: Callable[[], float],
    ) -> None:
        self._family = family
        self._name = name
        self._text = text
        self._read = read

    def describe(self) -> Iterable[Metric]:
        """The series without a sample, so that registering does not read."""
        return [self._family(self._name, self._text)]

    def collect(self) -> Iterable[Metric]:
        """The series as it is now."""
        return [self._family(self._name, self._text, value=self._read())]
