"""The life of a running service: what starts in which order, what goes on beside the requests, what stops.

What lives here: the order. What must not: what any of it does, and what a service is made of (`app.py`).
"""

import asyncio
import logging
import signal
import sys
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final

from backwright import (
    access_lint,
    attachments,
    audit_policy,
    audit_sealer,
    encryption_start,
    guard,
    memory,
    reloading,
)
from backwright import logging as logs
from backwright.application import Application
from backwright.database import Database
from backwright.errors import Unavailable
from backwright.metrics import Metrics
from backwright.runtime import Runtime
from backwright.settings import Environment
from backwright.storage import greet

CONNECT_SECONDS: Final = 10.0
"""How long the start waits for the database before it fails."""

_log = logging.getLogger("backwright.app")


@asynccontextmanager
async def lifespan(app: Application) -> AsyncIterator[None]:
    """Start: rules checked, database open. Stop: whatever is open closed, the log written."""
    runtime: Runtime = app.state.runtime
    settings = runtime.settings
    owns_log = logs.sink() is None and settings.environment is not Environment.TEST
    if owns_log:
        logs.configure(settings)
    guard.check(app.routes)
    app.learn_routes()
    access_lint.warn(runtime.resources.values())
    tasks: list[asyncio.Task[None]] = []
    try:
        await _start(app)
        _log.info("started", extra={"service": settings.service, "environment": settings.environment})
        tasks = [asyncio.create_task(each) for each in _beside(app)]
        yield
    finally:
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        await _stop(app)
        if tasks:
            _log.info("stopped", extra={"service": settings.service})
        if owns_log:
            logs.release()


async def _start(app: Application) -> None:
    """Open what the service needs. What fails here ends the start; what was opened before is closed again."""
    runtime: Runtime = app.state.runtime
    await open_database(runtime.database)
    await encryption_start.start(runtime)
    await greet(runtime.storage)
    if runtime.redis is not None:
        await runtime.redis.start()
    if runtime.database.replica is not None:
        await runtime.database.replica.start()
    _answer_signals(runtime)
    if runtime.settings.environment is not Environment.TEST:
        await audit_policy.record_policy(app)
        memory.settle()


def _beside(app: Application) -> list[Coroutine[Any, Any, None]]:
    """What goes on beside the requests, until it is cancelled."""
    runtime: Runtime = app.state.runtime
    metrics: Metrics = app.state.metrics
    return [
        attachments.keep_collecting(runtime),
        metrics.keep_fresh(),
        audit_sealer.keep_sealing(runtime),
        encryption_start.keep_fresh(runtime),
    ]


async def _stop(app: Application) -> None:
    """Close what is open, whatever that is."""
    runtime: Runtime = app.state.runtime
    metrics: Metrics = app.state.metrics
    await runtime.mail.close()
    if runtime.accounts is not None:
        await runtime.accounts.close()
    metrics.refresh()
    await runtime.storage.close()
    if runtime.database.replica is not None:
        await runtime.database.replica.close()
    await runtime.database.close()
    if runtime.redis is not None:
        await runtime.redis.close()


async def open_database(database: Database, seconds: float = CONNECT_SECONDS) -> None:
    """Open the database, trying again for `seconds`; then raise the last `Unavailable`."""
    until = time.monotonic() + seconds
    while True:
        try:
            await database.connect()
            return
        except Unavailable as error:
            if time.monotonic() > until:
                raise
            _log.warning("waiting for the database", extra={"reason": error.detail})
            await asyncio.sleep(min(0.5, seconds))


def _answer_signals(runtime: Runtime) -> None:
    """SIGUSR1 switches debug logging on and off, SIGHUP reads secrets again, where signals reach this loop.

    At a terminal SIGHUP means that it was closed, and ends the process as usual.
    """
    loop = asyncio.get_running_loop()
    try:
        loop.add_signal_handler(signal.SIGUSR1, logs.toggle_debug, runtime.settings)
        if not (sys.stdin and not sys.stdin.closed and sys.stdin.isatty()):
            loop.add_signal_handler(signal.SIGHUP, reloading.soon, runtime)
    except (NotImplementedError, RuntimeError, ValueError, AttributeError):
        _log.debug("signals do not reach this loop; the log level stays")
