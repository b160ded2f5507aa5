"""The gate between a backend and its server: it passes on, listens, closes and opens."""

import socket
import threading
from collections.abc import Iterator

import pytest
from backwright_workbench.verify.stand.gate import Gate


@pytest.fixture
def echo() -> Iterator[int]:
    """The port of a server that sends back what it gets."""

    def answer(end: socket.socket) -> None:
        with end:
            while chunk := end.recv(65_536):
                end.sendall(chunk)

    def accept() -> None:
        while True:
            try:
                end, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(end,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def said(port: int, text: bytes) -> bytes:
    """What comes back through a new connection; nothing if it is closed."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as end:
            end.sendall(text)
            return end.recv(65_536)
    except OSError:
        return b""


def test_what_is_sent_comes_through_and_is_heard(echo: int) -> None:
    """With the number of its connection."""
    heard: list[tuple[int, bytes]] = []
    with Gate("127.0.0.1", echo, lambda number, chunk: heard.append((number, chunk))) as gate:
        assert [said(gate.port, text) for text in (b"one", b"two")] == [b"one", b"two"]
    assert heard == [(1, b"one"), (2, b"two")]


def test_a_closed_gate_cuts_what_is_open_and_refuses_what_is_new(echo: int) -> None:
    """As a server that is down; opened again, it is as before."""
    with (
        Gate("127.0.0.1", echo) as gate,
        socket.create_connection(("127.0.0.1", gate.port), timeout=5) as end,
    ):
        end.sendall(b"before")
        assert end.recv(100) == b"before"
        gate.close()
        assert end.recv(100) == b""
        assert said(gate.port, b"while") == b""
        gate.open()
        assert said(gate.port, b"after") == b"after"


def test_a_server_that_is_not_there_is_not_answered_for() -> None:
    """The connection ends, and the gate goes on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        free = listener.getsockname()[1]
    with Gate("127.0.0.1", free) as gate:
        assert [said(gate.port, b"hello") for _ in range(2)] == [b"", b""]
