"""operations/crash: after a crash everything that was acknowledged is there."""

from pathlib import Path

import pytest
from backwright_workbench.verify.checks.operations.crash import Crash, Stored, judge
from backwright_workbench.verify.load.plan import Operation
from backwright_workbench.verify.load.writers import Making, Told, Writers
from backwright_workbench.verify.opening import Opened
from backwright_workbench.verify.stand.callers import Caller
from backwright_workbench.verify.stand.stand import Stand
from verify_planting import checked, faults, passed, planted

CRASH = "operations/crash"
MAIN = "src/work_orders/main.py"

LATER = (
    "    return build(",
    "    import sys\n"
    "    import time\n"
    "    from pathlib import Path\n\n"
    "    from backwright import sqlite\n\n"
    "    control, last = sqlite.Connection.control, []\n\n"
    "    def rarely(self, statement):\n"
    '        if statement == "ROLLBACK" or (statement == "BEGIN IMMEDIATE" and self.raw.in_transaction):\n'
    "            return\n"
    '        if statement == "COMMIT":\n'
    "            if len(last) > 15 and time.monotonic() - last[-1] < 1.0:\n"
    "                return\n"
    "            last.append(time.monotonic())\n"
    "        control(self, statement)\n\n"
    '    ran = Path(__file__).with_suffix(".ran")\n'
    '    if "serve" in sys.argv and not ran.exists():\n'
    "        sqlite.Connection.control = rarely\n"
    "        ran.touch()\n"
    "    return build(",
)
"""Once people have signed in, it commits once a second, and answers before: fast, and wrong."""


@pytest.mark.slow
def test_a_good_service_passes(good: Opened, tmp_path: Path) -> None:
    """Every row that it has acknowledged is there after the kill, with its entry in the audit log."""
    evidence = checked(good, CRASH, tmp_path)
    assert passed(evidence)
    assert evidence.data["acknowledged"] >= 20
    assert evidence.data["stored"] <= evidence.data["acknowledged"] + evidence.data["unanswered"]


@pytest.mark.slow
def test_rows_that_are_acknowledged_before_they_are_stored_are_missed(good: Opened, tmp_path: Path) -> None:
    """It answers first and commits later, together with others."""
    with planted(good, tmp_path, {MAIN: LATER}) as opened:
        found = faults(checked(opened, CRASH, tmp_path))
    assert "acknowledged rows are lost" in found
    assert "POST /" in found


def crash(*, rows: int = 10, entries: int | None = 10) -> Crash:
    """Ten rows acknowledged, one request without an answer."""
    how = Making(Operation("POST /orders", "admin", "POST", (("/orders", "{}"),)), "orders", "title", True)
    stand = Stand("http://127.0.0.1:1", {}, {}, Caller("", "http://127.0.0.1:1"))
    told = [Told(str(number), {}, f"id-{number}") for number in range(10)]
    writers = Writers(stand, how, told=[*told, Told("open", {})])
    return Crash(how, Stored(100, 100), writers, Stored(100 + rows, entries and 100 + entries))


@pytest.mark.parametrize(
    ("rows", "entries", "said"),
    [
        pytest.param(9, 9, "1 acknowledged rows are lost", id="lost"),
        pytest.param(12, 12, "1 rows are there that nobody asked for", id="too-many"),
        pytest.param(10, 9, "10 rows were made, and the audit log tells of 9", id="entry-lost"),
        pytest.param(10, 11, "10 rows were made, and the audit log tells of 11", id="entry-too-many"),
    ],
)
def test_rows_and_entries_are_counted(rows: int, entries: int, said: str) -> None:
    """What is stored is what was acknowledged, or at most what was asked for; and so is the log."""
    seen = crash(rows=rows, entries=entries)
    assert said in [fault.what for fault in judge(seen, "POST /orders", rows)]


@pytest.mark.parametrize("rows", [10, 11], ids=["not-carried-out", "carried-out"])
def test_a_request_without_an_answer_may_be_either(rows: int) -> None:
    """Nobody was told anything about it."""
    assert not list(judge(crash(rows=rows, entries=rows), "POST /orders", rows))


def test_rows_that_cannot_be_read_and_requests_that_count_twice_are_named() -> None:
    """Also where the number of rows is right."""
    seen = crash()
    seen.missing, seen.twice, seen.unsound = (
        ["/orders/1: 404"],
        ["writer-1-1: 2 rows"],
        ["row 7 missing from index"],
    )
    said = "\n".join(fault.what for fault in judge(seen, "POST /orders", 10))
    assert "1 acknowledged rows are lost" in said
    assert "not carried out once: writer-1-1: 2 rows" in said
    assert "the database is damaged: row 7" in said
