"""An answer leaves in one piece, and nothing is lost or reordered by that."""

import asyncio
from typing import Any

from backwright.one_write import Joining


class Wire:
    """Notes what is written."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def get_extra_info(self, name: str) -> str:
        return name


def joining() -> tuple[Wire, Any]:
    wire: Any = Wire()
    return wire, Joining(wire, asyncio.get_running_loop())


async def test_head_and_body_leave_together() -> None:
    """And what is streamed after them goes as it comes."""
    wire, transport = joining()
    transport.write(b"HTTP/1.1 200 OK\r\n\r\n")
    assert wire.written == []
    transport.write(b"body")
    transport.write(b"more")
    assert wire.written == [b"HTTP/1.1 200 OK\r\n\r\nbody", b"more"]


async def test_a_head_does_not_wait_longer_than_a_turn_of_the_loop() -> None:
    """An answer that is streamed later begins at once, and is not begun twice."""
    wire, transport = joining()
    transport.write(b"HTTP/1.1 200 OK\r\n\r\n")
    await asyncio.sleep(0)
    assert wire.written == [b"HTTP/1.1 200 OK\r\n\r\n"]
    transport.write(b"body")
    await asyncio.sleep(0)
    assert wire.written == [b"HTTP/1.1 200 OK\r\n\r\n", b"body"]


async def test_closing_writes_what_is_held_back() -> None:
    """The refusal of a broken request is a head and a close. After the close nothing is written."""
    wire, transport = joining()
    transport.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    transport.close()
    assert wire.written == [b"HTTP/1.1 400 Bad Request\r\n\r\n"]
    assert transport.is_closing()
    transport.write(b"HTTP/1.1 200 OK\r\n\r\n")
    await asyncio.sleep(0)
    assert len(wire.written) == 1


async def test_everything_else_is_the_transports_own() -> None:
    """Addresses, flow control."""
    _, transport = joining()
    assert transport.get_extra_info("peername") == "peername"
