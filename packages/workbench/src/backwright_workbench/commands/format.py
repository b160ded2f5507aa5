"""`backwright format BLUEPRINT`: the canonical form."""

from collections.abc import Generator
from pathlib import Path

from backwright_workbench.blueprint.yaml import dump, load
from backwright_workbench.commands.events import Event, Summary
from backwright_workbench.workspace.trees import read_file, write_file


def format_blueprint(place: Path, *, check: bool) -> Generator[Event, None, None]:
    """Puts a blueprint into its canonical form, or only says whether it is (`check`). Raises `InputError`."""
    before = read_file(place, what="blueprint")
    after = dump(load(before, place.name))
    if before == after:
        yield Summary(True, f"{place} is in canonical form")
    elif check:
        yield Summary(False, f"{place} is not in canonical form\n  next        backwright format {place}")
    else:
        write_file(place, after)
        yield Summary(True, f"{place} was formatted")
