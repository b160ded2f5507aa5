"""A list of a backend that we did not write asks its database as often for many rows as for few.

Rows are made over the API while every connection to SQLite says what it carries out, and which line of the project
wanted it. Red: a statement that is sent once more for each row that a list shows (N+1).
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from backwright_workbench.verify.attacks.clients import Clients, items_of
from backwright_workbench.verify.attacks.operations import Collection
from backwright_workbench.verify.attacks.rows import Rows
from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.outcome import Fault, Figure, NotRun, Outcome, judged
from backwright_workbench.verify.stand.callers import Caller
from backwright_workbench.verify.stand.statements import shape
from backwright_workbench.verify.subject import Subject

CHECK = Check(
    title="A list asks its database as often for many rows as for few",
    needs=frozenset({Need.ANSWERS, Need.CONTRACT, Need.CALLERS, Need.PROCESS}),
    proves=("N+1 statements",),
)

FEW, MORE = 2, 6
"""Rows that a list shows at first, and how many are added."""

TRACE: Final = """
import json, os, sqlite3, sys
_here = os.getcwd() + os.sep
_file = open(os.environ["BACKWRIGHT_TRACE"], "a", buffering=1)
_connect = sqlite3.connect
def _place():
    frame = sys._getframe(2)
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith(_here) and "site-packages" not in name:
            return name[len(_here):] + ":" + str(frame.f_lineno)
        frame = frame.f_back
    return ""
def _say(sql):
    _file.write(json.dumps([sql, _place()]) + "\\n")
def connect(*arguments, **options):
    connection = _connect(*arguments, **options)
    connection.set_trace_callback(_say)
    return connection
sqlite3.connect = sqlite3.dbapi2.connect = connect
"""
"""Runs in the backend's process before anything else does."""

Asked = Counter[tuple[str, str]]
"""(statement without values, line that wanted it) → how often."""


@dataclass(frozen=True, slots=True)
class Ear:
    """What is heard at one stand."""

    trace: Path

    def since(self, offset: int) -> Asked:
        """What was asked since the trace had this length."""
        lines = self.trace.read_text(errors="replace")[offset:].splitlines()
        heard = [(shape(sql), place) for sql, place in map(json.loads, lines)]
        return Counter(each for each in heard if each[0].upper().startswith(("SELECT", "WITH")))

    def length(self) -> int:
        """How long it is."""
        return len(self.trace.read_text(errors="replace")) if self.trace.exists() else 0


def run(subject: Subject) -> Outcome:
    """Asks each list with few rows, and with more."""
    if subject.service is not None:
        raise NotRun("database/statements hears every statement of a service of ours", required=False)
    folder = subject.files().parent / "repeated"
    folder.mkdir(exist_ok=True)
    (folder / "sitecustomize.py").write_text(TRACE)
    ear, faults, looked = Ear(folder / "trace"), list[Fault](), dict[str, list[int]]()
    with (
        subject.stands.fresh(PYTHONPATH=str(folder), BACKWRIGHT_TRACE=str(ear.trace)) as stand,
        Clients(stand) as clients,
    ):
        rows = Rows(clients)
        for each in rows.collections.values():
            for caller in clients.callers():
                found = _grown(each, caller, rows, ear, looked)
                if found is not None:
                    faults += found
                    break
        heard = ear.length()
    if not heard:
        raise NotRun("no statement was heard: only those that go to SQLite are", required=False)
    if not looked:
        raise NotRun("no list was found that shows rows which can be added over the API", required=False)
    subject.record.keep(
        "lists.json", json.dumps(looked, indent=1), command="statements for few rows, and for more"
    )
    figures = (Figure("lists", len(looked)), Figure("rows added to each", MORE))
    return judged(f"{len(looked)} lists asked with {FEW} rows and with {FEW + MORE}", faults, figures=figures)


def _grown(
    collection: Collection, caller: Caller, rows: Rows, ear: Ear, looked: dict[str, list[int]]
) -> Sequence[Fault] | None:
    """What a list asks more often when it shows more; none if this caller cannot make it show more."""
    if collection.list is None or collection.create is None:
        return None
    few = _asked(collection, caller, rows, ear, FEW)
    more = _asked(collection, caller, rows, ear, MORE) if few is not None else None
    if few is None or more is None or more[0] - few[0] < MORE:
        return None
    looked[collection.path] = [few[1].total(), more[1].total()]
    return [
        Fault(
            f"asked {often} times for {more[0]} rows, and {few[1][said]} times for {few[0]}: {said[0][:160]}",
            f"{said[1]} (GET {collection.path})" if said[1] else f"GET {collection.path}",
            why="each row costs a statement of its own (N+1): twice as many rows take twice as long",
            next_step="load what belongs to the rows together with them: selectinload or joinedload with "
            "SQLAlchemy, select_related or prefetch_related with Django",
        )
        for said, often in more[1].items()
        if often - few[1][said] >= MORE
    ]


def _asked(
    collection: Collection, caller: Caller, rows: Rows, ear: Ear, count: int
) -> tuple[int, Asked] | None:
    """How many rows a list shows after `count` were added, and what it asks; none if they cannot be added."""
    if any(rows.make(collection.path, by=[caller]) is None for _ in range(count)):
        return None
    rows.clients.ask(caller, "GET", collection.path)  # what is asked only once in a process's life
    offset = ear.length()
    answer = rows.clients.ask(caller, "GET", collection.path)
    return (len(items_of(answer)), ear.since(offset)) if answer.status_code == 200 else None
