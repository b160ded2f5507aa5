"""What the models declare is what the migrations make.

Told twice: by Alembic's comparison, and by the catalogues of a database that is made from the models, which also know
CHECKs, defaults, triggers and search.

Red: a column, type, default, index, constraint or comment that only one of both has.
"""

import json
import re
from pathlib import Path

from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.checks.database.migrations import of_service, told_by
from backwright_workbench.verify.checks.database.places import declared_at
from backwright_workbench.verify.outcome import Fault, Outcome, judged
from backwright_workbench.verify.subject import Subject
from backwright_workbench.workspace.schemas import schema

CHECK = Check(
    title="Models and migrations say the same",
    needs=frozenset({Need.SOURCE, Need.SERVICE, Need.DATABASE}),
    engine_bound=True,
    proves=("12factor X",),
)


def run(subject: Subject) -> Outcome:
    """Make one database of each, and compare."""
    stands = of_service(subject)
    migrated = stands.template()
    told = told_by(stands.chores(migrated, "declared", DECLARED_URL=stands.empty())["declared"])
    subject.record.keep("differences.json", json.dumps(told, indent=1), command="alembic check")
    faults = different(told["catalogues"], subject.files())
    named = " ".join(each.what for each in faults)
    faults += [
        Fault(
            f"the next migration would {each}",
            place=each.rpartition(" ")[2],
            why="the code expects another schema than the migrations make",
            next_step="write a migration that does that, or take it back in the models",
        )
        for each in told["alembic"]
        if not any(word in named for word in each.split(": ")[-1].split(" on ")[0].split())
    ]
    return judged(
        f"{len(schema(migrated))} columns, constraints, indexes and triggers compared; {len(faults)} differ",
        faults,
    )


def different(found: list[tuple[str, str | None, str | None]], root: Path) -> list[Fault]:
    """A fault for each difference between the models' database and the migrated one."""
    tables = {name.split(" ")[1] for name, *_ in found if name.startswith("table ")}
    faults = []
    for name, models, migrations in found:
        kind, _, what = name.partition(" ")
        table, _, part = what.partition(".")
        if kind == "function" or (table in tables and part):
            continue  # it is missing with its table
        place = declared_at(root, table, _column(part, models or migrations or ""))
        faults.append(
            Fault(
                f"{kind} {what} is {_said(migrations)} in the migrated database, and {_said(models)} by the models",
                place=f"{what} ({place})" if place else what,
                why="the code expects another schema than the migrations make",
                next_step="write a migration that makes it so, or change the model",
            )
        )
    return faults


def _column(part: str, told: str) -> str:
    """The column that a constraint or an index is about, as far as its text tells."""
    inside = re.search(r"\(+\"?(\w+)", told)
    return part if inside is None or " " not in told else inside[1]


def _said(told: str | None) -> str:
    return "missing" if told is None else f"“{told[:200]}”" if told else "there"
