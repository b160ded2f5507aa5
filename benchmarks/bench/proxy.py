"""Counting statements: a relay between a system and PostgreSQL that looks at what passes.

It works for any driver and needs no extension of the server. Each `Query` and each `Execute` of the protocol is a
statement; each `Query` and each `Sync` is a round trip. BEGIN and COMMIT count: they are sent and waited for.
"""

import asyncio
import struct
from typing import Final
from urllib.parse import urlsplit, urlunsplit

_SSL_REQUESTS: Final = (80877103, 80877104)


class Counter:
    """The relay. `statements` and `round_trips` grow as they pass."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 5432
        self._server: asyncio.Server | None = None
        self.statements = 0
        self.round_trips = 0

    async def start(self) -> int:
        """Listen: the port."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Stop listening."""
        assert self._server is not None
        self._server.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_connection(self._host, self._port)
        back = asyncio.create_task(self._back(up_reader, writer))
        try:
            await self._forward(reader, writer, up_writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            up_writer.close()
            back.cancel()
            writer.close()

    async def _forward(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, up: asyncio.StreamWriter
    ) -> None:
        """From the client to the server, message by message."""
        while True:
            head = await reader.readexactly(8)
            size, code = struct.unpack("!II", head)
            if code not in _SSL_REQUESTS:
                break
            writer.write(b"N")  # no encryption here: it could not be counted
        up.write(head + await reader.readexactly(size - 8))
        while True:
            head = await reader.readexactly(5)
            kind, size = head[:1], struct.unpack("!I", head[1:])[0]
            self.statements += kind in b"QE"
            self.round_trips += kind in b"QS"
            up.write(head + await reader.readexactly(size - 4))

    async def _back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1 << 16):
            writer.write(data)
        writer.close()


def through(url: str, port: int) -> str:
    """The address of a database, by way of the relay."""
    parts = urlsplit(url)
    user = f"{parts.username}@" if parts.username else ""
    return urlunsplit(parts._replace(netloc=f"{user}127.0.0.1:{port}"))
