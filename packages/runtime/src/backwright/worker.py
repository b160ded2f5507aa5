"""One of several worker processes: what it runs, and which signals it heeds.

What lives here: the child's side. What must not: the parent's (`supervisor.py`), serving itself (`serving.py`).
"""

import multiprocessing
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import FrameType

from fastapi import FastAPI

from backwright import logging as logs
from backwright import metrics
from backwright.serving import Server
from backwright.settings import Settings


class Worker(Server):
    """The server in a worker: it tells its parent when it serves, and only the parent can force it."""

    signals = (signal.SIGTERM, signal.SIGQUIT)

    def __init__(self, app: FastAPI, settings: Settings, tell: Connection) -> None:
        super().__init__(app, settings)
        self._tell = tell

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """SIGTERM starts the drain, once; SIGQUIT ends the process."""
        if sig == signal.SIGQUIT:
            self.force()
        elif not self._health.draining:
            self.drain()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        with suppress(OSError):
            self._tell.send_bytes(b"serving")


def enter(
    create_app: Callable[..., FastAPI],
    settings: Settings,
    listener: socket.socket,
    folder: Path,
    number: int,
    tell: Connection,
) -> None:
    """What a worker process runs."""
    # Ctrl-C reaches the whole group; the parent passes it on. The others come before somebody listens.
    for each in (signal.SIGINT, signal.SIGUSR1, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    for each in Worker.signals:
        signal.signal(each, _end_early)
    threading.Thread(target=_follow_parent, name="parent", daemon=True).start()
    metrics.share(folder, number)
    logs.configure(settings)
    status = Worker(create_app(settings), settings, tell).work(listener)
    logs.release()
    sys.exit(status)


def _end_early(_: int, __: FrameType | None) -> None:
    """Before and after serving there is nothing to lose."""
    sys.exit(0)


def _follow_parent() -> None:
    """Drain when the parent is gone: nobody else would end this process."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)
