"""A file on its way in, held on the disk of this machine while it is hashed and examined.

What lives here: the buffer, the count and the digest. What must not: where the file goes afterwards
(`local_storage.py`, `s3_storage.py`). Memory does not grow with the file.
"""

import hashlib
import os
from collections.abc import Awaitable, Callable
from typing import Any, BinaryIO, Final, Protocol, TypeVar

PIECE: Final = 256 * 1024
"""Bytes that are held in memory for one transfer, and moved with one hop to a thread."""

T = TypeVar("T")


class Hop(Protocol):
    """Does blocking work in a thread."""

    def __call__(self, call: Callable[[], T], /) -> Awaitable[T]:
        """Wait for what `call` returns, without blocking the event loop."""


class Spool:
    """Writes to `file`; at most `PIECE` bytes and one piece are held in memory."""

    def __init__(self, file: BinaryIO, hop: Hop) -> None:
        self.file = file
        self.size = 0
        self._hop = hop
        self._buffer = bytearray()
        self._hash = hashlib.sha256()

    @property
    def digest(self) -> bytes:
        """The SHA-256 of what was flushed."""
        return self._hash.digest()

    async def write(self, piece: bytes) -> None:
        """Append `piece`."""
        self._buffer += piece
        if len(self._buffer) >= PIECE:
            await self._hop(self.flush)

    async def examine(self, look: Callable[[BinaryIO], T]) -> T:
        """What `look` says about the content so far."""

        def read() -> T:
            self.flush()
            self.file.seek(0)
            try:
                return look(self.file)
            finally:
                self.file.seek(0, os.SEEK_END)

        return await self._hop(read)

    def flush(self) -> None:
        """Write what is held in memory. Blocking: called in a thread only."""
        held, self._buffer = self._buffer, bytearray()
        self._hash.update(held)
        self.size += len(held)
        rest = memoryview(held)
        while rest:
            rest = rest[self.file.write(rest) :]


class Slice:
    """A part of a file as a file that can be read: several can be read at once, in several threads."""

    def __init__(self, file: BinaryIO, start: int, length: int) -> None:
        self._descriptor = file.fileno()
        self._start = start
        self._length = length
        self._at = 0

    def read(self, size: int | None = -1) -> bytes:
        """The next `size` bytes, or all that are left."""
        left = self._length - self._at
        wanted = left if size is None or size < 0 else min(size, left)
        found = os.pread(self._descriptor, wanted, self._start + self._at) if wanted > 0 else b""
        self._at += len(found)
        return found

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to a place in the part."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._length}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        """The place in the part."""
        return self._at

    def __iter__(self) -> Any:
        """Pieces, for HTTP clients that iterate over a body."""
        return iter(lambda: self.read(PIECE), b"")
