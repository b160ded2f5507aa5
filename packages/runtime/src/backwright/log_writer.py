"""A thread that writes log lines, so that nobody who logs ever waits for a slow disk or pipe.

What lives here: the queue, the thread, how lines reach a stream that several workers write to. What must not:
what a line says (`logging.py`).
"""

import os
import stat
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from typing import IO, Final

MAX_WAITING: Final = 20_000
"""Lines that may wait for a slow disk or pipe; more are dropped and counted."""

PAUSE: Final = 0.02
"""Seconds that the writer lets lines gather before it writes them in one call."""

PIECE: Final = 4096
"""Bytes that reach a pipe in one piece (PIPE_BUF), so that lines of several workers do not run into each other."""

WHOLE_PIECE: Final = 65_536
"""The same for a file, which takes any number in one piece."""

CLOSING_SECONDS: Final = 2.0
"""How long the end of a process waits for somebody to read its last lines."""


class Writer:
    """A thread that writes lines to a stream.

    Adding a line costs an append; a full queue drops, never blocks.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._piece = WHOLE_PIECE if is_file(stream) else PIECE
        self._waiting: deque[bytes] = deque()
        self._wake = threading.Event()
        self._closing = False
        self._write_lock = threading.Lock()
        self.dropped = 0
        self._thread = threading.Thread(target=self._run, name="log-writer", daemon=True)
        self._thread.start()

    def add(self, line: bytes) -> None:
        """Queue one line, without its newline."""
        if len(self._waiting) >= MAX_WAITING:
            self.dropped += 1
            return
        self._waiting.append(line)
        if not self._wake.is_set():
            self._wake.set()

    def flush(self) -> None:
        """Write what waits, in the calling thread."""
        with self._write_lock:
            lines = []
            while self._waiting:
                lines.append(self._waiting.popleft())
            if not lines:
                return
            for piece, count in pieces(lines, self._piece):
                try:
                    self._write(piece)
                except (OSError, ValueError):
                    self.dropped += count

    def close(self) -> None:
        """Stop the thread and write the rest, unless nobody reads: that does not keep a process from ending."""
        self._closing = True
        self._wake.set()
        self._thread.join(timeout=CLOSING_SECONDS)
        if not self._thread.is_alive():
            self.flush()

    def _write(self, piece: bytes) -> None:
        while piece:
            piece = piece[self._stream.write(piece) :]

    def _run(self) -> None:
        while not self._closing:
            self._wake.wait()
            self._wake.clear()
            time.sleep(PAUSE)
            self.flush()


def is_file(stream: IO[bytes]) -> bool:
    """Whether a stream ends in an ordinary file."""
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):
        return False


def pieces(lines: Iterable[bytes], most: int = PIECE) -> Iterator[tuple[bytes, int]]:
    """Whole lines joined to pieces of at most `most` bytes, each with their number; a longer line is one alone."""
    joined: list[bytes] = []
    count = size = 0
    for line in lines:
        if size + len(line) + 1 > most and count:
            yield b"".join(joined), count
            joined, count, size = [], 0, 0
        joined += [line, b"\n"]
        count, size = count + 1, size + len(line) + 1
    if count:
        yield b"".join(joined), count


def unbuffered(stream: IO[bytes]) -> IO[bytes]:
    """A stream without its buffer, whose lock would keep the process from ending when nobody reads."""
    found: IO[bytes] = getattr(stream, "raw", stream)
    return found
