"""Serving with uvicorn, and stopping so that no request is lost.

What lives here: the server of one process and its signals. On SIGTERM the service first says that it is not
ready and goes on serving for `DRAIN_S` seconds, so that a load balancer can take it out; every answer then says
`Connection: close`, so that nobody sends a request on a connection that is about to end. After that it stops
accepting, finishes what is under way, closes and exits 0. A second signal ends it at once. What must not:
several processes (`supervisor.py`).
"""

import signal
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType
from typing import Final

import uvicorn
from fastapi import FastAPI

from backwright import http_protocol
from backwright.settings import Settings

KEEP_ALIVE: Final = 75
"""Seconds that an idle connection is kept: longer than load balancers keep theirs, so that they close first.
"""

CLOSE: Final = (b"connection", b"close")
NOT_STARTED: Final = 3
FORCED: Final = 1


class ServerError(Exception):
    """The service cannot be served as asked. The message says what to do."""


class Server(uvicorn.Server):
    """uvicorn with a drain. Ends normally after a signal, where uvicorn would raise the signal once more."""

    signals: tuple[signal.Signals, ...] = (signal.SIGTERM, signal.SIGINT)

    def __init__(self, app: FastAPI, settings: Settings) -> None:
        super().__init__(configured(app, settings))
        self._health = app.state.health
        self._drain_s = settings.drain_s

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal starts the drain, a second one ends the process."""
        if self._health.draining:
            self.force()
        else:
            self.drain()

    def drain(self) -> None:
        """Stop after `DRAIN_S` seconds, and tell everybody from now on."""
        self._health.draining = True
        self.config.encoded_headers.append(CLOSE)  # for the headers that uvicorn makes anew each second
        self.server_state.default_headers.append(CLOSE)
        timer = threading.Timer(self._drain_s, self._stop)
        timer.daemon = True
        timer.start()

    def force(self) -> None:
        """Stop now, whatever is under way."""
        self.force_exit = True
        self.should_exit = True

    def _stop(self) -> None:
        self.should_exit = True

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Answer signals while serving."""
        before = {each: signal.signal(each, self.handle_exit) for each in self.signals}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)

    def work(self, listener: socket.socket) -> int:
        """Serve on a socket until told to stop: the exit status."""
        self.run(sockets=[listener])
        if not self.started:
            return NOT_STARTED
        return FORCED if self.force_exit else 0


def configured(app: FastAPI, settings: Settings) -> uvicorn.Config:
    """How uvicorn serves an application."""
    return uvicorn.Config(
        app,
        http=http_protocol.Protocol,
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


def serve(
    app: FastAPI, create_app: Callable[..., FastAPI], settings: Settings, *, host: str, port: int
) -> int:
    """Serve until told to stop: the exit status. `app` is what `create_app(settings)` has made.

    With several workers (`settings.workers`) each makes an application of its own. Raises `ServerError` if it
    cannot listen there.
    """
    listener = listen(host, port)
    if settings.workers == 1:
        return Server(app, settings).work(listener)
    from backwright.supervisor import supervise  # here, because most services are served by one process

    return supervise(create_app, settings, listener)


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
