"""The numbers that parts keep for themselves, shown as metrics.

What lives here: which there are, and their names. What must not: the counting, which is each part's own.
"""

from typing import TYPE_CHECKING

from backwright import logging as logs
from backwright import stores
from backwright.errors import Unavailable
from backwright.metrics import Metrics
from backwright.runtime import Runtime

if TYPE_CHECKING:
    from backwright.pool import Pool
    from backwright.replicas import Replica


def watch(runtime: Runtime, metrics: Metrics) -> None:
    """Show what the parts of a service count: limits, cache, log, connections, Redis."""
    metrics.watch_counter(
        "rate_limit_refused_total", "Requests over a rate limit.", lambda: runtime.limiter.refused
    )
    watch_cache(runtime, metrics)
    metrics.watch_counter(
        "log_lines_dropped_total",
        "Log lines lost because the output was too slow.",
        lambda: sink.writer.dropped if (sink := logs.sink()) is not None else 0,
    )
    stores.watch(runtime, metrics)
    if runtime.database.replica is not None:
        watch_replica(runtime.database.replica, metrics)
    if runtime.database.dialect.name != "sqlite":
        watch_pool(runtime, metrics)


def watch_cache(runtime: Runtime, metrics: Metrics) -> None:
    """Show what caching gains, by resource."""
    gains = runtime.cache.gains
    for name, text, read in (
        ("cache_hits_total", "Reads answered from the cache.", lambda each: each.hits),
        ("cache_misses_total", "Reads that the cache did not answer.", lambda each: each.misses),
        ("cache_saved_seconds_total", "Time that hits have spared.", lambda each: each.saved_seconds),
    ):
        metrics.watch_counters(name, text, "resource", gains, read)


def watch_replica(replica: "Replica", metrics: Metrics) -> None:
    """Show whether the replica is used, how old it is, and what it answers."""
    metrics.watch_gauge(
        "database_replica_up", "Whether reads go to the replica.", lambda: replica.up, across="min"
    )
    metrics.watch_gauge(
        "database_replica_lag_seconds",
        "How old at most is what the replica shows.",
        lambda: replica.lag,
        across="max",
    )
    metrics.watch_counter(
        "database_replica_reads_total", "Statements that the replica answered.", lambda: replica.reads
    )
    metrics.watch_counter(
        "database_replica_fallbacks_total",
        "Statements that the primary answered because the replica did not.",
        lambda: replica.fallbacks,
    )


def watch_pool(runtime: Runtime, metrics: Metrics) -> None:
    """Show how far the connections to a database server are used: at their maximum and none idle, callers wait."""

    def pool() -> "Pool | None":
        try:
            found: Pool = runtime.database.engine.pool  # type: ignore[attr-defined]
        except Unavailable:  # not open yet, or closed
            return None
        return found

    def opened() -> float:
        return found.open if (found := pool()) is not None else 0

    def idle() -> float:
        return found.idle if (found := pool()) is not None else 0

    most = runtime.database.limits.connections
    metrics.watch_gauge("database_connections_open", "Connections to the database server.", opened)
    metrics.watch_gauge("database_connections_idle", "Those of them that nobody uses.", idle)
    metrics.watch_gauge("database_connections_max", "Connections that there may be.", lambda: most)
