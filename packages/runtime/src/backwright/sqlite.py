"""SQLite as a first-class engine: in the event loop, one writer, safe under `kill -9`.

What lives here: connections and transactions. What must not: SQLAlchemy (`sqlite_dialect.py`), what a refusal
means to a caller (`database_errors.py`).

A read costs about ten microseconds, a thread hop many times that, so reads run in the loop; one that takes
longer than `LOOP_BUDGET` is stopped and run again in a thread. Write-ahead logging lets readers go on while
one connection writes. `synchronous=FULL` makes an acknowledged commit outlive a power cut, not only a
killed process; its fsync runs in a thread, so that the loop never waits for a disk.
"""

import asyncio
import sqlite3
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from backwright.engine import settled
from backwright.errors import Unavailable
from backwright.sqlite_dialect import Raw

LOOP_BUDGET: Final = 0.025
"""Seconds that a read may hold the event loop before it is moved to a thread."""

_STEPS: Final = 2_000
"""Virtual machine steps between two looks at the clock."""


_EVERYWHERE: Final = ("foreign_keys = ON", "temp_store = MEMORY", "cache_size = -4000")
"""4 MB of pages for each connection; the system keeps the rest of the file in memory for all of them."""

_READING: Final = ("query_only = ON",)
_WRITING: Final = ("journal_mode = WAL", "synchronous = FULL")


class Connection:
    """One `sqlite3` connection with a time limit on every statement."""

    def __init__(self, path: Path | str, *, read_only: bool) -> None:
        self.raw = sqlite3.connect(
            path,
            timeout=0,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=512,
            factory=Raw,
        )
        self._deadline = float("inf")
        for pragma in (*_EVERYWHERE, *(_READING if read_only else _WRITING)):
            _patiently(self.raw, f"PRAGMA {pragma}")
        self.raw.set_progress_handler(self._late, _STEPS)

    def _late(self) -> int:
        return 1 if time.monotonic() > self._deadline else 0

    def limit(self, seconds: float) -> None:
        """Stop whatever runs longer than `seconds` from now."""
        self._deadline = time.monotonic() + seconds

    def run(self, sql: str, values: Sequence[Any], seconds: float) -> tuple[list[Any], int]:
        """Execute one statement within `seconds`: (rows, count of rows changed). Raises `sqlite3.Error`."""
        self.limit(seconds)
        try:
            cursor = self.raw.execute(sql, values)
            return cursor.fetchall(), cursor.rowcount
        finally:
            self._deadline = float("inf")

    def control(self, sql: str) -> None:
        """Execute a statement that begins or ends a transaction, without a limit. Raises `sqlite3.Error`."""
        self._deadline = float("inf")
        self.raw.execute(sql)

    def close(self) -> None:
        """Close for good."""
        self.raw.close()


def _patiently(raw: sqlite3.Connection, sql: str) -> None:
    """Run a start-up statement that another process may briefly stand in the way of."""
    for attempt in range(100):
        try:
            raw.execute(sql)
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or attempt == 99:
                raise
            time.sleep(0.02)


class Driver:
    """A database file: a reader in the loop, a reader in a thread, one writer."""

    def __init__(self, path: Path, *, statement_timeout: float, lock_timeout: float) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._timeout = statement_timeout
        self._lock_timeout = lock_timeout
        self._lock = asyncio.Lock()
        self._committing = False
        self._outside = 0
        self.writer = Connection(path, read_only=False)
        self.reader = Connection(path, read_only=True)
        self._patient = Connection(path, read_only=True)
        self._patient_thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite-read")
        self._commit_thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite-commit")

    async def read(self, sql: str, values: Sequence[Any]) -> list[Any]:
        """Rows of a read outside any transaction; in the loop if quick, else in a thread."""
        try:
            return self.reader.run(sql, values, LOOP_BUDGET)[0]
        except sqlite3.OperationalError as error:
            if not _is(error, sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_BUSY):
                raise
        work = asyncio.get_running_loop().run_in_executor(
            self._patient_thread, self._patient.run, sql, values, self._timeout
        )
        return (await work)[0]

    def write(self, sql: str, values: Sequence[Any]) -> tuple[list[Any], int]:
        """Execute inside the open transaction."""
        return self.writer.run(sql, values, self._timeout)

    async def begin(self) -> None:
        """Take the one writer's place and open a transaction. Raises `Unavailable` when it stays taken too long."""
        try:
            async with asyncio.timeout(self._lock_timeout):
                await self._lock.acquire()
        except TimeoutError:
            raise Unavailable("The database is busy writing. Try again.", retry_after=1) from None
        try:
            await self._begin_immediate()
        except BaseException:
            self._lock.release()
            raise

    async def _begin_immediate(self) -> None:
        """Another process may hold the lock: wait without holding the loop."""
        pause, until = 0.001, time.monotonic() + self._lock_timeout
        while True:
            try:
                self.writer.control("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if not _is(error, sqlite3.SQLITE_BUSY):
                    raise
            if time.monotonic() > until:
                raise Unavailable("Another process is writing to the database. Try again.", retry_after=1)
            await asyncio.sleep(pause)
            pause = min(pause * 2, 0.05)

    async def commit(self) -> asyncio.CancelledError | None:
        """Make it durable. Raises `sqlite3.Error`.

        Cancellation does not interrupt it; one that comes meanwhile is returned, for the caller to raise when
        everything that follows from the commit is done.
        """
        self._outside = self._data_version()
        loop = asyncio.get_running_loop()
        done = loop.run_in_executor(self._commit_thread, self.writer.control, "COMMIT")
        self._committing = True
        try:
            return (await settled(done))[1]
        finally:
            self._committing = False

    def rollback(self) -> None:
        """Undo everything since `begin`. Safe when the engine has rolled back already."""
        if self.writer.raw.in_transaction:
            self.writer.control("ROLLBACK")

    def end(self) -> None:
        """Undo what was not committed, and give the writer's place to the next in line."""
        try:
            self.rollback()
        finally:
            self._lock.release()

    def data_version(self) -> int:
        """A number that changes when another process has written (`PRAGMA data_version`).

        While a commit of our own is on its way to the disk this is the number from before it, because asking
        would hold the loop until the disk has answered.
        """
        return self._outside if self._committing else self._data_version()

    def _data_version(self) -> int:
        found: int = self.writer.raw.execute("PRAGMA data_version").fetchone()[0]
        return found

    def close(self) -> None:
        """Close all connections; the write-ahead log is folded into the file by the last one."""
        self._patient_thread.shutdown(wait=True)
        self._commit_thread.shutdown(wait=True)
        for connection in (self._patient, self.reader, self.writer):
            connection.close()


def ask(path: Path) -> None:
    """Put a question to the file over a connection of its own, to see that it answers. Raises `sqlite3.Error`."""
    probe = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=1)
    try:
        probe.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
    finally:
        probe.close()


def _is(error: sqlite3.Error, *codes: int) -> bool:
    return (error.sqlite_errorcode & 0xFF) in codes
