"""A process that dies loses nothing that it has acknowledged, and comes back by itself.

Clients write while the kernel ends the process (SIGKILL); then it starts anew on the same database. Red: an answer that
is given before its row is stored, a row without its entry in the audit log, a request that is carried out twice because
it was sent again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from time import monotonic

import httpx2

from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.load.writers import Making, Told, Writers, client, making, send
from backwright_workbench.verify.outcome import Fault, Figure, NotRun, Outcome, judged
from backwright_workbench.verify.stand.stand import Stand
from backwright_workbench.verify.stand.stands import FEW, ServiceStands
from backwright_workbench.verify.stand.tables import ask, count
from backwright_workbench.verify.subject import Subject

CHECK = Check(
    title="After a crash everything that was acknowledged is there",
    needs=frozenset({Need.SERVICE, Need.PROCESS, Need.DATABASE}),
    proves=("12factor IX", "durability"),
    engine_bound=True,
)

READY_WITHIN = 30.0
"""Seconds from the start of the process until it answers."""

READ_BACK = 60
"""The acknowledged rows that are read again one by one: the last ones, which are most in danger."""

QUICK, FULL = (80, 4.0), (2_000, 20.0)
"""Acknowledged rows after which the process is killed, and the seconds after which it is in any case."""


@dataclass(slots=True)
class Stored:
    """What is in the database."""

    rows: int
    entries: int | None
    """Entries of the audit log about such rows being made; none: there is no audit log."""

    @classmethod
    def of(cls, url: str, table: str) -> "Stored":
        """What is there now."""
        try:
            entries = count(url, "audit_log", "object_type = :table AND action = 'create'", table=table)
        # backwright: ignore[broad-except] each engine has its own class for a table that is not there
        except Exception:  # each engine has its own way to say that there is no such table
            entries = None
        return cls(count(url, table), entries)


@dataclass(slots=True)
class Crash:
    """What was seen."""

    making: Making
    before: Stored
    writers: Writers
    after: Stored | None = None
    missing: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    unsound: list[str] = field(default_factory=list)
    ready_after: float = READY_WITHIN


def run(subject: Subject) -> Outcome:
    """Kills the process while clients write, starts it again, and compares."""
    stands, blueprint = subject.stands, subject.blueprint
    if not isinstance(stands, ServiceStands) or blueprint is None:
        raise NotRun("it needs a service that can be started again on the same database")
    rows, seconds = FULL if subject.full else QUICK
    database = stands.copied(FEW)
    with stands.on(database) as stand:
        how = making(stand, blueprint)
        if how is None or stand.server is None:
            raise NotRun("there is nothing that anybody may make")
        crash = Crash(how, Stored.of(database, how.table), Writers(stand, how))
        crash.writers.start()
        crash.writers.until(rows, seconds)
        stand.server.kill()
        crash.writers.stop()
    if not crash.writers.acknowledged:
        raise NotRun("no row was made before the process was ended", "; ".join(crash.writers.refused[:1]))
    crash.after = Stored.of(database, how.table)
    began = monotonic()
    with stands.on(database) as stand:
        crash.ready_after = monotonic() - began
        crash.missing = list(lost(stand, how, crash.writers.acknowledged))
        if how.once:
            crash.twice = list(sent_again(stand, crash))
    if how.once and not crash.twice:
        crash.twice = list(doubled(database, crash))
    crash.unsound = unsound(database)
    return told(subject, crash)


def lost(stand: Stand, how: Making, acknowledged: list[Told]) -> Iterator[str]:
    """The last acknowledged rows that cannot be read."""
    with client(stand, how) as connection:
        for each in acknowledged[-READ_BACK:]:
            answer = connection.get(f"{how.path}/{each.id}")
            if answer.status_code != 200:
                yield f"{how.path}/{each.id}: {answer.status_code}"


def again(crash: Crash) -> list[Told]:
    """The requests that are sent again: all without an answer, and some that had one."""
    return [*crash.writers.open, *crash.writers.acknowledged[-3:]]


def sent_again(stand: Stand, crash: Crash) -> Iterator[str]:
    """Requests that are sent again with their key, twice, and are not answered with one row."""
    how = crash.making
    with client(stand, how) as connection:
        for each in again(crash):
            ids = {each.id} - {""}
            for _ in range(2):
                try:
                    answer = send(connection, how, each.key, each.body)
                except httpx2.HTTPError as error:
                    ids |= {type(error).__name__, ""}
                    break
                ids.add(str(answer.json().get("id")) if answer.status_code // 100 == 2 else answer.text[:100])
            if len(ids) > 1:
                yield f"{each.key}: {' and '.join(sorted(ids))}"


def doubled(database: str, crash: Crash) -> Iterator[str]:
    """Requests that were sent again, and are not one row in the end."""
    how = crash.making
    for each in again(crash) if how.marker else ():
        there = count(database, how.table, f"{how.marker} = :text", text=each.body[how.marker])
        if there != 1:
            yield f"{each.key}: {there} rows"


def unsound(database: str) -> list[str]:
    """What the database itself finds wrong, where it can be asked."""
    if not database.startswith("sqlite"):
        return []
    said = [str(row[0]) for row in ask(database, "PRAGMA integrity_check") if row[0] != "ok"]
    return said + [
        f"{row[0]} refers to a row that is not in {row[2]}"
        for row in ask(database, "PRAGMA foreign_key_check")
    ]


def told(subject: Subject, crash: Crash) -> Outcome:
    """The outcome."""
    how, writers = crash.making, crash.writers
    place = f"POST {how.path}"
    assert crash.after is not None, "it was looked at"
    new = crash.after.rows - crash.before.rows
    acknowledged, unknown = len(writers.acknowledged), len(writers.open)
    subject.record.keep(
        "crash.txt",
        f"acknowledged {acknowledged}, without an answer {unknown}, stored {new}\n"
        + "\n".join([*crash.missing, *crash.twice, *crash.unsound]),
        command="SIGKILL while 4 clients write",
    )
    faults = [*judge(crash, place, new)]
    figures = (
        Figure("acknowledged rows", acknowledged),
        Figure("lost rows", max(0, acknowledged - new, len(crash.missing)), "", 0),
        Figure("ready after", round(crash.ready_after, 2), "s", READY_WITHIN),
    )
    notes = [] if how.once else [f"{place} takes no Idempotency-Key, so nothing was sent again"]
    if crash.after.entries is None:
        notes.append("there is no audit log to compare with")
    return judged(
        f"{acknowledged} acknowledged and {unknown} unanswered, {new} stored; ready after {crash.ready_after:.1f} s",
        faults,
        figures=figures,
        notes=tuple(notes),
        data={"acknowledged": acknowledged, "unanswered": unknown, "stored": new},
    )


def judge(crash: Crash, place: str, new: int) -> Iterator[Fault]:
    """What is wrong."""
    acknowledged, unknown = len(crash.writers.acknowledged), len(crash.writers.open)
    if new < acknowledged or crash.missing:
        yield Fault(
            f"{max(acknowledged - new, len(crash.missing))} acknowledged rows are lost",
            place,
            why="clients were told that they are stored",
            next_step="answer after the commit, and let the database write through to the disk",
        )
    if new > acknowledged + unknown:
        yield Fault(
            f"{new - acknowledged - unknown} rows are there that nobody asked for",
            place,
            why="a request was carried out twice",
        )
    after, before = crash.after, crash.before
    if after is not None and after.entries is not None and before.entries is not None:
        entries = after.entries - before.entries
        if entries != new:
            yield Fault(
                f"{new} rows were made, and the audit log tells of {entries}",
                "audit_log",
                why="a row and its entry belong in one transaction",
                next_step="write both in the same unit of work",
            )
    if crash.twice:
        yield Fault(
            "a request that was sent again with its Idempotency-Key is not carried out once: "
            + crash.twice[0],
            place,
            why="clients send again what got no answer",
            next_step="store the key in the transaction of the row",
        )
    for each in crash.unsound[:3]:
        yield Fault(f"the database is damaged: {each}", crash.making.table)
