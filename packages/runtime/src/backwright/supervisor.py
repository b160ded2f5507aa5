"""Several worker processes behind one port.

What lives here: starting them over one socket, putting another in the place of one that has died, stopping all.
One SIGTERM to the parent lets all of them drain as `serving.py` says, a second one ends them at once. What
must not: what a worker does (`worker.py`).

Workers share the socket and the counts of `metrics.py`, and nothing else of this machine's memory: what must be
known to all stands in the database or in Redis. If the parent is gone, workers drain and end.
"""

import logging
import multiprocessing
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import FrameType
from typing import Any, Final

from fastapi import FastAPI

from backwright import metrics
from backwright.serving import FORCED, Server
from backwright.settings import Settings
from backwright.worker import enter

RETRY: Final = (0.1, 10.0)
"""The first and the longest pause, in seconds, before a worker that keeps dying is started again; it doubles."""

STEADY_SECONDS: Final = 30.0
"""A worker that served this long makes the next pause short again."""

CLOSING_SECONDS: Final = 10.0
"""How long a worker may take to close after its last request, before it is killed."""

CANNOT_START: Final = 69
"""The exit status when no worker can be started: what it needs is not there (`sysexits.h`)."""

_LOOK: Final = 0.2
_log = logging.getLogger("backwright.supervisor")


def supervise(create_app: Callable[..., FastAPI], settings: Settings, listener: socket.socket) -> int:
    """Run `settings.workers` processes until told to stop: the exit status."""
    folder = Path(tempfile.mkdtemp(prefix="backwright-metrics-"))
    try:
        return Supervisor(create_app, settings, listener, folder).run()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Place:
    """The place of one worker, which may be taken by one process after the other."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.process: Any = None
        self.news: Connection | None = None
        self.served_since: float | None = None
        self.due = 0.0
        self.pause = 0.0

    @property
    def serving(self) -> bool:
        """Whether its worker has said that it accepts requests."""
        return self.process is not None and self.served_since is not None

    def send(self, sig: int) -> None:
        """Send its process a signal, if there is one."""
        if self.process is not None and self.process.is_alive():
            with suppress(ProcessLookupError):
                os.kill(self.process.pid, sig)

    def hear(self) -> bool:
        """Whether its worker has said just now that it accepts requests."""
        try:
            if self.news is None or self.serving or not self.news.poll():
                return False
            self.news.recv_bytes()
        except (EOFError, OSError):
            return False
        self.served_since = time.monotonic()
        return True

    def wait(self) -> None:
        """Say when the next process is due."""
        now, (first, longest) = time.monotonic(), RETRY
        steady = self.served_since is not None and now - self.served_since > STEADY_SECONDS
        self.due = now + (0 if steady else self.pause)
        self.pause = first if steady else min(max(self.pause * 2, first), longest)

    def leave(self) -> None:
        """Its process has ended: make room for the next one."""
        self.wait()
        if self.news is not None:
            self.news.close()
        self.process.close()
        self.process = self.news = self.served_since = None


class Supervisor:
    """The parent of the workers."""

    def __init__(
        self,
        create_app: Callable[..., FastAPI],
        settings: Settings,
        listener: socket.socket,
        folder: Path,
    ) -> None:
        self._create_app = create_app
        self._settings = settings
        self._listener = listener
        self._folder = folder
        self._places = [Place(number) for number in range(settings.workers)]
        self._spawn: Any = multiprocessing.get_context("spawn")
        self._signals = 0
        self._failures = 0
        self._end_by = float("inf")

    def run(self) -> int:
        """Keep every place taken until told to stop: the exit status."""
        for each in Server.signals:
            signal.signal(each, self._told)
        signal.signal(signal.SIGUSR1, self._pass_on)
        if not (sys.stdin and not sys.stdin.closed and sys.stdin.isatty()):
            signal.signal(signal.SIGHUP, self._pass_on)
        try:
            status = self._keep()
        except BaseException:
            self._pass_on(signal.SIGTERM, None)  # nobody else would end them
            raise
        self._listener.close()
        return self._end() or status

    def _keep(self) -> int:
        while not self._signals:
            for place in self._places:
                if place.process is None and time.monotonic() >= place.due:
                    self._start(place)
            self._look()
            if self._failures >= len(self._places) and not any(place.serving for place in self._places):
                _log.error("no worker can be started; the lines above say why")
                self._told(signal.SIGTERM, None)
                return CANNOT_START
        return 0

    def _told(self, _: int, __: FrameType | None) -> None:
        self._signals += 1
        now = time.monotonic()
        if self._signals == 1:
            patience = self._settings.drain_s + self._settings.request_timeout_s + CLOSING_SECONDS
            self._end_by = now + patience
        else:
            self._end_by = min(self._end_by, now + CLOSING_SECONDS)
        self._pass_on(self._signal, None)

    def _pass_on(self, sig: int, _: FrameType | None) -> None:
        for place in self._places:
            place.send(sig)

    @property
    def _signal(self) -> signal.Signals:
        """What workers are sent. SIGTERM may reach them twice, from here and from whoever stops a whole group, so
        a second one does not count; SIGQUIT comes from here alone.
        """
        return signal.SIGTERM if self._signals == 1 else signal.SIGQUIT

    def _start(self, place: Place) -> None:
        metrics.forget(self._folder, place.number)
        news, tell = self._spawn.Pipe(duplex=False)
        process = self._spawn.Process(
            target=enter,
            args=(self._create_app, self._settings, self._listener, self._folder, place.number, tell),
            name=f"worker-{place.number}",
        )
        try:
            process.start()
        except OSError as error:  # too many processes, too little memory
            _log.warning("a worker cannot be started", extra={"worker": place.number, "reason": str(error)})
            self._failures += 1
            news.close()
            place.wait()
            return
        finally:
            tell.close()
        place.process, place.news = process, news
        if self._signals:  # told while it was being started
            place.send(self._signal)

    def _look(self) -> None:
        """Wait a little for something to happen, and note who serves and who has ended."""
        there = [place for place in self._places if place.process is not None]
        wait([place.process.sentinel for place in there], timeout=_LOOK)
        for place in there:
            if place.hear():
                self._failures = 0
            if place.process.is_alive() or self._signals:
                continue
            if not place.serving:
                self._failures += 1
            _log.warning(
                "a worker has ended and is replaced",
                extra={
                    "worker": place.number,
                    "pid": place.process.pid,
                    "status": place.process.exitcode,
                },
            )
            place.leave()

    def _end(self) -> int:
        """Wait for all to end, and kill who does not: 0 if every one of them finished its requests."""
        processes = [place.process for place in self._places if place.process is not None]
        while alive := [process for process in processes if process.is_alive()]:
            if time.monotonic() > self._end_by:
                _log.error("a worker did not end in time and is killed")
                for process in alive:
                    process.kill()
            wait([process.sentinel for process in alive], timeout=_LOOK)
        return 0 if all(process.exitcode == 0 for process in processes) else FORCED
