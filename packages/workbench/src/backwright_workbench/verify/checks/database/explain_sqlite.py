"""Asking SQLite how it carries out statements that were heard.

What lives here: the connection and counting. What must not: judging plans (`plan.py`).

`EXPLAIN QUERY PLAN` tells of no rows. So the steps of SQLite's machine are counted while a read is carried out again; a
write is only asked for its plan.
"""

import sqlite3
import time
from typing import Final

from sqlalchemy.engine import make_url

from backwright_workbench.verify.checks.database import plan
from backwright_workbench.verify.checks.database.plan import LARGE, Plan, Trouble
from backwright_workbench.verify.stand.statements import Statement

STRIDE: Final = 1_000
AGAIN: Final = 4


class SQLite:
    """One connection to the database of a stand, which it does not change."""

    def __init__(self, url: str) -> None:
        self._raw = sqlite3.connect(str(make_url(url).database), isolation_level=None)
        self._raw.execute("PRAGMA query_only = ON")
        names = self._raw.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'"
        )
        self.columns = {
            name: [row[1] for row in self._raw.execute(f'PRAGMA table_info("{name}")')] for (name,) in names
        }
        self._counts = {name: self._count(name) for name in self.columns}

    def _count(self, name: str) -> int:
        return int(self._raw.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])  # noqa: S608 - of the catalogue

    def close(self) -> None:
        """Let the file go."""
        self._raw.close()

    def counts(self) -> dict[str, int]:
        """Rows of each table."""
        return self._counts

    def plan(self, statement: Statement) -> Plan | None:
        """How it is carried out; `None` for what has no plan."""
        try:
            steps = [row[3] for row in self._raw.execute(f"EXPLAIN QUERY PLAN {statement.sql}")]
            if statement.sql.lstrip()[:6].upper() != "SELECT":
                return Plan(0.0, 0, "\n".join(steps), troubles=self._scans(steps))
            ms, work, rows = self._carried_out(statement.sql)
            for _ in range(AGAIN):
                if not plan.slow(statement.sql, ms):
                    break
                ms = min(ms, self._carried_out(statement.sql)[0])
        except sqlite3.Error:
            return None
        large = {name: each for name, each in self.columns.items() if self._counts[name] >= LARGE}
        text = "\n".join([*steps, f"{work} steps"])
        return Plan(ms, rows, text, troubles=plan.sqlite(steps, statement.sql, work, rows, large))

    def with_index(self, statement: Statement, trouble: Trouble) -> tuple[Plan, int] | None:
        """Nothing is tried out: the file is not changed."""
        return None

    def _scans(self, steps: list[str]) -> list[Trouble]:
        names = [name for name, rows in self._counts.items() if rows >= LARGE]
        found = [name for name in names if any(step.startswith(f"SCAN {name}") for step in steps)]
        return [Trouble("scan", f"reads all rows of {name} to change some", name) for name in found]

    def _carried_out(self, sql: str) -> tuple[float, int, int]:
        ticks = [0]

        def tick() -> int:
            ticks[0] += 1
            return 0

        self._raw.set_progress_handler(tick, STRIDE)
        began = time.thread_time()  # what others do meanwhile does not count
        rows = len(self._raw.execute(sql).fetchall())
        took = (time.thread_time() - began) * 1000
        self._raw.set_progress_handler(None, STRIDE)
        return took, ticks[0] * STRIDE, rows
