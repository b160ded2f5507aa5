"""Migrations lead up, down and up again, with rows in the tables, and always to the same schema.

Each revision is taken back and applied again on a database with rows in its tables; then all are taken back to
nothing, and applied again. What the catalogues tell afterwards has to be what they told before. Two runners at once
must not get into each other's way.

Red: a step that fails; a step down that does nothing, or leaves or forgets something; two newest revisions; a schema
that depends on the way to it; two runners of which one breaks.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.checks.database.revisions import Revision, revisions, written
from backwright_workbench.verify.outcome import Fault, NotRun, Outcome, judged
from backwright_workbench.verify.stand.stands import FEW, ServiceStands
from backwright_workbench.verify.subject import Subject
from backwright_workbench.workspace.processes import run as run_process
from backwright_workbench.workspace.schemas import changes, rows, schema

CHECK = Check(
    title="Migrations lead up, down and up again to the same schema",
    needs=frozenset({Need.SOURCE, Need.SERVICE, Need.DATABASE}),
    engine_bound=True,
    proves=("12factor XII",),
)

RUNNERS: Final = 2


def run(subject: Subject) -> Outcome:
    """Read the files, take the steps, and let two runners race."""
    stands = of_service(subject)
    found = revisions(subject.files())
    faults = written(found)
    if any("newest revisions" in each.what for each in faults):
        return judged("the revisions do not end in one place", faults)
    database = stands.copied(FEW)
    before = rows(database)
    told = told_by(stands.chores(database, "steps")["steps"])
    subject.record.keep("steps.json", json.dumps(told, indent=1), command="migrate down, migrate up")
    by_name = {each.name: each for each in found}
    for step in told["steps"]:
        faults += of_step(step, by_name)
        if step["error"]:
            break  # what is wrong with earlier ones may come from that
    faults += of_whole(told, found)
    faults += _raced(subject, stands, found)
    lost = [
        f"taking back {step['revision']} loses the rows of {_listed(step['lost'])}"
        for step in told["steps"]
        if step["lost"]
    ]
    empty = [name for name, count in before.items() if not count]
    return judged(
        f"{len(told['steps'])} revisions down and up with rows in {len(before) - len(empty)} tables; "
        f"{RUNNERS} runners at once",
        faults,
        notes=(*lost, *([f"without rows: {', '.join(empty)}"] if empty else [])),
        data={"revisions": [{key: step[key] for key in ("revision", "lost")} for step in told["steps"]]},
    )


def of_service(subject: Subject) -> ServiceStands:
    """The stands of a service of ours."""
    if not isinstance(subject.stands, ServiceStands):
        raise NotRun("it needs a service written by Backwright")
    return subject.stands


def told_by(output: str) -> dict[str, Any]:
    """What a chore tells as JSON: its last line, whatever engines warn of before it."""
    found: dict[str, Any] = json.loads(
        next(each for each in reversed(output.splitlines()) if each.startswith("{"))
    )
    return found


def of_step(step: dict[str, Any], known: dict[str, Revision]) -> list[Fault]:
    """What went wrong with one revision."""
    revision = known.get(step["revision"])
    place = revision.place if revision is not None else step["revision"]
    if revision is not None and revision.is_empty:
        return []  # said already, with its cause
    if step["error"]:
        return [
            Fault(
                f"revision {step['revision']} cannot be taken back and applied again with rows in the tables",
                place=place,
                why=step["error"],
                next_step="put that right in its downgrade or upgrade",
            )
        ]
    faults = [
        Fault(
            f"{name} is {_said(after)} after revision {step['revision']} was taken back and applied again; "
            f"it was {_said(before)}",
            place=place,
            why="the schema depends on the way that a database took to it",
            next_step="let downgrade undo exactly what upgrade does",
        )
        for name, before, after in step["differences"][:10]
    ]
    if step["left"]:
        faults.append(
            Fault(
                f"revision {step['revision']} leaves {_listed(step['left'])} when it is taken back",
                place=place,
                why="applying it again fails, or finds what it did not make",
                next_step="drop them in downgrade, in the opposite order",
            )
        )
    return faults


def of_whole(told: dict[str, Any], found: list[Revision]) -> list[Fault]:
    """What went wrong on the way from nothing to the newest revision, after all steps."""
    if any(step["error"] or step["left"] for step in told["steps"]) or any(each.is_empty for each in found):
        return []  # it follows from that
    place = found[-1].path if found else "migrations"
    if told["again"]:
        what = "the migrations cannot be applied again after all of them were taken back"
        return [Fault(what, place=place, why=told["again"], next_step="undo everything in each downgrade")]
    return [
        Fault(
            f"{name} is {_said(after)} after all the way down and up; it was {_said(before)}",
            place=place,
            why="a fresh database is another one than an upgraded one",
            next_step="let the revisions make the same schema on every way",
        )
        for name, before, after in told["differences"][:10]
    ]


def _raced(subject: Subject, stands: ServiceStands, found: list[Revision]) -> list[Fault]:
    """Two runners on an empty database at the same moment: both succeed, and what they make is the same."""
    database = stands.empty()
    service = subject.running()
    environment = stands.environment(database, subject.files().parent, None, {})

    def migrate(_: int) -> tuple[bool, str]:
        done = run_process(
            service.command("migrate", "up"), cwd=service.directory, env=environment, timeout=120
        )
        return done.ok, done.tail()

    with ThreadPoolExecutor(RUNNERS) as pool:
        ended = list(pool.map(migrate, range(RUNNERS)))
    subject.record.keep(
        "runners.txt", "\n\n".join(text for _, text in ended), command="migrate up, twice at once"
    )
    place = found[-1].path if found else "migrations"
    faults = [
        Fault(
            "of two runners at once, one fails",
            place=place,
            why=text,
            next_step="take a lock that other runners wait for (`pg_advisory_lock`) around the migrations",
        )
        for ok, text in ended
        if not ok
    ][:1]
    if not faults:
        faults = [
            Fault(
                f"{name} is {_said(after)} in a database that two runners made; else it is {_said(before)}",
                place=place,
                why="what a migration makes depends on who else runs",
            )
            for name, before, after in changes(schema(stands.template()), schema(database))[:5]
        ]
    return faults


def _said(told: str | None) -> str:
    return "missing" if told is None else f"there ({told[:160]})" if told else "there"


def _listed(names: Any) -> str:
    found = [f"{name} ({count})" for name, count in names.items()] if isinstance(names, dict) else list(names)
    return ", ".join(found[:12]) + (f" and {len(found) - 12} more" if len(found) > 12 else "")
