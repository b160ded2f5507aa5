"""Migrations of tables that others work with keep nobody waiting.

What each revision but the first says to the database is read by rules; on PostgreSQL by those of squawk. Then each is
applied to large tables while somebody writes to them every ten milliseconds.

Red: an index that is built while nobody may write, a column that older code does not fill, a type that is changed in
place, a constraint that looks at every row, a name that is still in use; and a writer who waits longer than a second.
"""

import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from backwright import migration_connections
from sqlalchemy import Connection, inspect, text

from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.checks.database.locking import RULES, Risk, by_own_rules, by_squawk
from backwright_workbench.verify.checks.database.migrations import of_service, told_by
from backwright_workbench.verify.checks.database.revisions import Revision, revisions, written
from backwright_workbench.verify.outcome import Fault, Figure, NotRun, Outcome, judged
from backwright_workbench.verify.stand.stands import FEW, ServiceStands
from backwright_workbench.verify.subject import Subject

CHECK = Check(
    title="Migrations keep nobody waiting who works with the tables",
    needs=frozenset({Need.SOURCE, Need.SERVICE, Need.DATABASE}),
    proves=("12factor XII",),
    engine_bound=True,
)

STALL: Final = 1.0
"""Seconds that a writer may wait for a migration."""

PACE: Final = 0.01


def run(subject: Subject) -> Outcome:
    """Read what the revisions say, then measure."""
    stands = of_service(subject)
    found = revisions(subject.files())
    later = found[1:]
    if not later:
        return judged("the only revision makes an empty database", [])
    if written(found):
        raise NotRun("the revisions cannot be taken back and applied again", "see database/migrations")
    told = told_by(stands.chores(stands.copied(FEW), "steps")["steps"])
    said = {step["revision"]: step["sql"] for step in told["steps"]}
    folder = Path(tempfile.mkdtemp(prefix="sql-", dir=subject.files().parent))
    faults = []
    for revision in later:
        sql = said.get(revision.name, [])
        subject.record.keep(f"{revision.name}.sql", ";\n".join(sql) + ";\n", command="migrate up")
        risks = by_squawk(sql, folder) if stands.engine == "postgresql" else list(by_own_rules(sql))
        faults += risky(risks, revision)
    stalls = _measured(subject, stands, found)
    for revision, seconds in stalls:
        if seconds > STALL:
            faults.append(
                Fault(
                    f"revision {revision.name} keeps a writer waiting for {seconds:.1f} s on {subject.rows:,} rows",
                    place=revision.path,
                    why="every request that writes to the table waits as long, and with it all that wait for those",
                    next_step="do it in smaller steps: CONCURRENTLY, NOT VALID and then VALIDATE, in parts",
                )
            )
    longest = max((seconds for _, seconds in stalls), default=0.0)
    return judged(
        f"{len(later)} revisions of tables with rows; a writer waits {longest:.2f} s at most",
        faults,
        figures=(Figure("longest wait of a writer", round(longest, 2), "s", STALL),) if not faults else (),
        data={"stalls": {revision.name: round(seconds, 3) for revision, seconds in stalls}},
    )


def risky(risks: list[Risk], revision: Revision) -> list[Fault]:
    """One fault for each statement."""
    found: dict[str, list[Risk]] = {}
    for risk in risks:
        found.setdefault(risk.statement, []).append(risk)
    return [
        Fault(
            f"{' '.join(statement.split())[:200]} ({', '.join(each.rule for each in group)})",
            place=f"{revision.path} → {group[0].table}",
            why="; ".join(dict.fromkeys(RULES[each.rule] for each in group)),
            next_step=next(
                (each.advice for each in group if each.advice), "expand first, contract in a later release"
            ),
        )
        for statement, group in found.items()
    ]


def _measured(subject: Subject, stands: ServiceStands, found: list[Revision]) -> list[tuple[Revision, float]]:
    """Apply each revision but the first to large tables, with a writer beside it."""
    if stands.engine == "sqlite":
        return []  # one writer at a time, whatever the migration says
    database = stands.copied(subject.rows)
    for revision in reversed(found[1:]):
        stands.chores(database, "down", TO=revision.before[0])
    stalls = []
    for revision in found[1:]:
        subject.say(f"measuring {revision.name}")
        with _Writer(database) as writer:
            stands.chores(database, "up", TO=revision.name)
        stalls.append((revision, writer.longest))
    return stalls


@dataclass(slots=True)
class _Writer:
    """Changes a row of each table every few milliseconds, on a connection of its own, and measures its waits."""

    url: str
    longest: float = 0.0
    _stop: threading.Event = None  # type: ignore[assignment]
    _thread: threading.Thread = None  # type: ignore[assignment]

    def __enter__(self) -> "_Writer":
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=lambda: migration_connections.run(self.url, self._write), daemon=True
        )
        self._thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._stop.set()
        self._thread.join(60)

    def _write(self, connection: Connection) -> None:
        writes = [
            write for name in inspect(connection).get_table_names() if (write := _writing(connection, name))
        ]
        while not self._stop.is_set():
            for write in writes:
                began = time.perf_counter()
                write()
                self.longest = max(self.longest, time.perf_counter() - began)
            time.sleep(PACE)


def _writing(connection: Connection, table: str) -> Callable[[], None] | None:
    """A change of one row that changes nothing; `None` for a table without rows or without ids."""
    name = connection.dialect.identifier_preparer.quote(table)
    columns = {each["name"] for each in inspect(connection).get_columns(table)}
    if not {"id", "updated_at"} <= columns:
        return None
    row = connection.scalar(text(f"SELECT id FROM {name} LIMIT 1"))  # noqa: S608 - of the catalogue
    connection.rollback()
    if row is None:
        return None
    change = text(f"UPDATE {name} SET updated_at = updated_at WHERE id = :row")  # noqa: S608 - of the catalogue

    def write() -> None:
        try:
            connection.execute(change, {"row": row})
            connection.commit()
        # backwright: ignore[broad-except] each driver has its own class for a lock that it did not get
        except Exception:  # a lock that it did not get in time: it has waited
            connection.rollback()

    return write
