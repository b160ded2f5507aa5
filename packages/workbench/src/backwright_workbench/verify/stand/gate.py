"""A gate between a backend and one of its servers: it can be closed, as when the server is down, and be listened at.

What lives here: passing bytes on. What must not: what they mean.
"""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

Heard = Callable[[int, bytes], None]
"""(connection, bytes): what a client sent."""


class Gate:
    """Listens on 127.0.0.1 and passes each connection on to `host:port`, for as long as it is open."""

    def __init__(self, host: str, port: int, heard: Heard | None = None) -> None:
        self._target = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port: int = self._listener.getsockname()[1]
        self.heard = heard
        self._open = True
        self._ends: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._numbers = 0

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._open = False
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._cut()

    def close(self) -> None:
        """Cut all connections and refuse new ones, as a server does that is down."""
        self._open = False
        self._cut()

    def open(self) -> None:
        """Let connections through again."""
        self._open = True

    def _cut(self) -> None:
        with self._lock:
            ends, self._ends = self._ends, set()
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if not self._open:
                client.close()
                continue
            threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(self._target, timeout=10)
        except OSError:
            client.close()
            return
        server.settimeout(None)
        for end in (client, server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            self._numbers += 1
            number = self._numbers
            self._ends |= {client, server}
        threading.Thread(target=self._pass, args=(server, client, None), daemon=True).start()
        self._pass(client, server, number)

    def _pass(self, source: socket.socket, target: socket.socket, number: int | None) -> None:
        with suppress(OSError):
            while chunk := source.recv(65_536):
                if number is not None and self.heard is not None:
                    self.heard(number, chunk)
                target.sendall(chunk)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        with self._lock:
            self._ends -= {source, target}
