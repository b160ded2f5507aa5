"""Where a service counts, caches and reads: in its process, in its database, or in what processes share.

What lives here: the choice by the settings, and its numbers. What must not: how any of the stores works. What
needs the package hiredis is imported only where there is a Redis.
"""

import asyncio
from typing import TYPE_CHECKING

from sqlalchemy.engine import URL

from backwright.cache import MAX_BYTES_SHARED, MAX_ENTRIES, ResponseCache
from backwright.database import Database, Limits
from backwright.engine import parse
from backwright.limits import Limiter, MemoryStore, Store
from backwright.limits_database import DatabaseStore
from backwright.server_password import Source
from backwright.settings import Settings

if TYPE_CHECKING:
    from backwright.metrics import Metrics
    from backwright.redis import Redis
    from backwright.replicas import Replica
    from backwright.runtime import Runtime


def redis(settings: Settings) -> "Redis | None":
    """The Redis of the settings, not connected yet; None if there is none."""
    if not settings.redis_url:
        return None
    from backwright.redis import Redis

    return Redis(settings.redis_url, service=settings.service, timeout=settings.redis_timeout_ms / 1000)


def replica(
    settings: Settings, limits: Limits, database: Database, redis: "Redis | None"
) -> "Replica | None":
    """The replica of the settings, not connected yet; None if there is none."""
    if not settings.replica_database_url or redis is None:
        return None
    from backwright.replicas import Replica

    return Replica(
        settings.replica_database_url, limits, database, redis, source(settings, "replica_database_url")
    )


def source(settings: Settings, name: str) -> Source:
    """Where the address of a database is read again, should its password have been replaced."""

    async def read() -> URL:
        return parse(getattr(await asyncio.to_thread(settings.read_again), name))

    return read


def limiter(settings: Settings, database: Database, redis: "Redis | None") -> Limiter:
    """What counts requests."""
    store: Store = MemoryStore()
    if settings.rate_limit_store == "database":
        store = DatabaseStore(database)
    elif settings.rate_limit_store == "redis" and redis is not None:
        from backwright.limits_redis import RedisStore

        store = RedisStore(redis)
    return Limiter(store)


def cache(settings: Settings, database: Database, redis: "Redis | None") -> ResponseCache:
    """What keeps answers: one level, or two, or nothing where no process could hear what another one writes."""
    if settings.cache_store != "redis" or redis is None:
        deaf = settings.workers > 1 and not settings.database_url.startswith("sqlite:")
        return ResponseCache(outside=database.data_version, max_entries=0 if deaf else MAX_ENTRIES)
    from backwright.cache_redis import SharedCache
    from backwright.fingerprint import fingerprint

    shared = SharedCache(redis, code=fingerprint(settings))
    return ResponseCache(outside=database.data_version, shared=shared, max_bytes=MAX_BYTES_SHARED)


def watch(runtime: "Runtime", metrics: "Metrics") -> None:
    """Show whether Redis answers, and what was done without it."""
    redis, shared = runtime.redis, runtime.cache.shared
    if redis is None:
        return
    from backwright.limits_redis import RedisStore

    metrics.watch_gauge("redis_up", "Whether Redis can be asked.", lambda: redis.up, across="min")
    metrics.watch_counter("redis_losses_total", "How often Redis went away.", lambda: redis.losses)
    store = runtime.limiter.store
    if isinstance(store, RedisStore):
        metrics.watch_counter(
            "rate_limit_alone_total", "Requests counted by this process alone.", lambda: store.alone
        )
    if shared is not None:
        metrics.watch_counter(
            "cache_shared_hits_total", "Answers that another process had computed.", lambda: shared.hits
        )
