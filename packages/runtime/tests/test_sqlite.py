"""The SQLite driver: durable, patient at its start, and one writer at a time."""

import sqlite3
import threading
from pathlib import Path

import pytest
from backwright.sqlite import Connection, Driver


async def test_a_commit_outlives_a_power_cut(tmp_path: Path) -> None:
    """Write-ahead log, full synchronisation, references enforced, readers that cannot write."""
    driver = Driver(tmp_path / "x.db", statement_timeout=1, lock_timeout=1)
    asked = {name: driver.writer.raw.execute(f"PRAGMA {name}").fetchone()[0] for name in
             ("journal_mode", "synchronous", "foreign_keys", "query_only")}  # fmt: skip
    assert asked == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "query_only": 0}
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        driver.reader.raw.execute("CREATE TABLE t (a)")
    driver.close()


def test_a_start_waits_for_another_start(tmp_path: Path) -> None:
    """Two processes that open a new file at once: the second waits for the first."""
    path = tmp_path / "x.db"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    timer = threading.Timer(0.1, lambda: other.execute("COMMIT"))
    timer.start()
    connection = Connection(path, read_only=False)
    assert connection.raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()
    timer.join()
    other.close()


def test_a_start_does_not_wait_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that stays locked is told, after two seconds of asking."""
    slept: list[float] = []
    monkeypatch.setattr("backwright.sqlite.time.sleep", slept.append)
    path = tmp_path / "x.db"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        Connection(path, read_only=False)
    assert sum(slept) == pytest.approx(1.98)
    other.close()


async def test_a_begin_that_fails_gives_the_place_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever goes wrong: the next one can begin."""
    driver = Driver(tmp_path / "x.db", statement_timeout=1, lock_timeout=1)
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR

    def failing(sql: str) -> None:
        raise error

    monkeypatch.setattr(driver.writer, "control", failing)
    with pytest.raises(sqlite3.OperationalError):
        await driver.begin()
    monkeypatch.undo()
    await driver.begin()
    driver.end()
    driver.close()
