"""Serving with uvicorn, and stopping so that no request is lost.

What lives here: the server, its signals, several worker processes. On SIGTERM the service first says that it
is not ready and goes on serving for `DRAIN_S` seconds, so that a load balancer can take it out; then it stops
accepting, finishes what is under way, closes and exits 0. A second signal ends it at once.
"""

import multiprocessing
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

import uvicorn
from fastapi import FastAPI

from backwright.settings import Settings

SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
KEEP_ALIVE: Final = 75
"""Seconds that an idle connection is kept: longer than load balancers keep theirs, so that they close first.
"""


class ServerError(Exception):
    """The service cannot be served as asked. The message says what to do."""


class Server(uvicorn.Server):
    """uvicorn with a drain. Ends normally after a signal, where uvicorn would raise the signal once more."""

    def __init__(self, config: uvicorn.Config, drain: float) -> None:
        super().__init__(config)
        self._drain = drain

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal starts the drain, a second one ends the process."""
        if getattr(self, "_told", False):
            self.force_exit = True
            self.should_exit = True
            return
        self._told = True
        state = getattr(self.config.loaded_app, "state", None)
        if (health := getattr(state, "health", None)) is not None:
            health.draining = True
        timer = threading.Timer(self._drain, self._stop)
        timer.daemon = True
        timer.start()

    def _stop(self) -> None:
        self.should_exit = True

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Answer signals while serving."""
        before = {each: signal.signal(each, self.handle_exit) for each in SIGNALS}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)


def serve(app: FastAPI, settings: Settings, *, host: str, port: int) -> int:
    """Serve an application until told to stop: the exit status.

    Raises `ServerError` if it cannot listen there.
    """
    return _work(app, settings, listen(host, port))


def serve_with(factory: str, settings: Settings, *, host: str, port: int, workers: int) -> int:
    """As `serve`, with several processes; each makes its application by `factory` (`module:function`)."""
    return _supervise(factory, settings, listen(host, port), workers)


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to the address. Raises `ServerError`."""
    found = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
        found.listen(2048)
    except OSError as error:
        found.close()
        raise ServerError(
            f"Cannot listen on {host}:{port}: {error.strerror}. End what listens there, or choose --port."
        ) from None
    found.set_inheritable(True)
    return found


def _work(app: FastAPI | str, settings: Settings, listener: socket.socket) -> int:
    config = uvicorn.Config(
        app,
        factory=isinstance(app, str),
        http="httptools",
        loop="uvloop",
        lifespan="on",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=int(settings.request_timeout_s) + 1,
        backlog=2048,
    )
    server = Server(config, settings.drain_s)
    server.run(sockets=[listener])
    return 0 if server.started else 3


def _enter_worker(factory: str, settings: Settings, listener: socket.socket) -> None:
    from backwright import logging as logs

    logs.configure(settings)
    status = _work(factory, settings, listener)
    logs.release()
    sys.exit(status)


def _supervise(factory: str, settings: Settings, listener: socket.socket, workers: int) -> int:
    """Run worker processes over one socket.

    If one dies, stop all: what restarts a container restarts this too.
    """
    counts = tempfile.mkdtemp(prefix="backwright-metrics-")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = counts
    spawn: Any = multiprocessing.get_context("spawn")
    processes = [
        spawn.Process(target=_enter_worker, args=(factory, settings, listener)) for _ in range(workers)
    ]
    told = False

    def pass_on(sig: int, _: FrameType | None) -> None:
        nonlocal told
        told = True
        for process in processes:
            if process.is_alive():
                os.kill(process.pid, sig)

    for process in processes:
        process.start()
    for each in SIGNALS:
        signal.signal(each, pass_on)
    try:
        while all(process.is_alive() for process in processes):
            time.sleep(0.1)
        if not told:
            pass_on(signal.SIGTERM, None)
            told = False
        for process in processes:
            process.join()
    finally:
        shutil.rmtree(counts, ignore_errors=True)
    return 0 if told and all(process.exitcode == 0 for process in processes) else 1
