"""Head and body of an answer in one piece.

What lives here: a transport that holds the head of an answer back until its body comes, in the same turn of the
loop as a rule. What must not: HTTP. The server writes them one after the other, and each write is a call of the
system and a packet of its own, which costs more than printing a small answer.
"""

import asyncio
from typing import Any, Final, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_HEAD: Final = b"HTTP/1.1 "


class Joining:
    """A transport in front of another one. Whatever is not about writing is the other one's."""

    def __init__(self, raw: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._raw = raw
        self._loop = loop
        self._head: bytes | None = None
        self.is_closing = raw.is_closing

    def write(self, data: bytes) -> None:
        """Write, or hold back what begins an answer until the next write, at the longest for this turn."""
        if self._head is not None:
            data, self._head = self._head + data, None
        elif data.startswith(_HEAD):
            self._head = data
            self._loop.call_soon(self._flush)
            return
        self._raw.write(data)

    def close(self) -> None:
        """Write what is held back, and close."""
        self._flush()
        self._raw.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)

    def _flush(self) -> None:
        if self._head is not None:
            data, self._head = self._head, None
            if not self._raw.is_closing():
                self._raw.write(data)


class Protocol(HttpToolsProtocol):
    """uvicorn's protocol over such a transport."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection."""
        super().connection_made(transport)
        self.transport = cast(asyncio.Transport, Joining(transport, self.loop))
