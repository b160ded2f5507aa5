"""`backwright draft BRIEF [--out FILE]`: only from plain words to a blueprint, assumptions shown."""

from collections.abc import Generator
from datetime import date
from pathlib import Path

from backwright_workbench.blueprint.yaml import dump
from backwright_workbench.commands.events import Event, Notice, Output, Summary
from backwright_workbench.commands.inputs import read_brief
from backwright_workbench.workspace.trees import write_file


def draft(
    brief: Path, out: Path | None, *, catalogue: Path | None = None, today: date
) -> Generator[Event, None, None]:
    """Writes the blueprint to `out`, or gives it as output. Raises `WorkbenchError`."""
    reading, blueprint = yield from read_brief(brief, catalogue, today)
    for assumption in reading.assumptions:
        yield Notice("assumed", f"{assumption.what}; to change it: {assumption.path}")
    for row in reading.not_understood:
        yield Notice(row.status, f"“{row.phrase}” ({row.line}:{row.column}) {row.note}".rstrip())
    text = dump(blueprint)
    if out is None:
        yield Output(text)
        return
    write_file(out, text)
    yield Summary(
        True, f"The blueprint is in {out}\n  next        backwright new {out} --into {blueprint.service}"
    )
