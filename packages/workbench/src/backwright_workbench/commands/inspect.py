"""`backwright inspect PATH`: what a backend is made of, read and never run.

What lives here: reading it, and which form is wanted. What must not: how the forms look.
"""

from collections.abc import Generator, Sequence
from pathlib import Path

from backwright_workbench.codebase.application import read_application
from backwright_workbench.commands.events import Event, Notice, Output, Step
from backwright_workbench.reports.inspection.document import document
from backwright_workbench.reports.inspection.overview import overview
from backwright_workbench.reports.inspection.tables import table
from backwright_workbench.workspace.projects import read_project


def inspect(
    place: Path, *, tables: Sequence[str] = (), as_json: bool = False, colour: bool = False, width: int = 80
) -> Generator[Event, None, None]:
    """Reads the project; tells the overview, the tables that were asked for, or everything as one JSON document."""
    step = Step("read", "Read the project")
    yield step.started()
    reading = read_project(place)
    failed: dict[str, str] = {}
    app = read_application(reading.files, failed=failed)
    yield step.finished(f"{len(reading.files)} files, {reading.lines:,} lines of Python", ok=not failed)
    for name, why in failed.items():
        yield Notice("not read", f"{name} failed, which is a defect of Backwright: {why}")
    name = reading.root.name or str(reading.root)
    if as_json:
        yield Output(document(app, name, reading.left_out))
    elif tables:
        yield Output("\n".join(table(app, each) for each in tables))
    else:
        left = len(reading.left_out)
        yield Output(overview(app, name, left_out=left, colour=colour, width=width))
