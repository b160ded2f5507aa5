"""The verbs about blueprints themselves: `blueprint DIR`, `schema`, `format BLUEPRINT`."""

import json
from collections.abc import Generator
from pathlib import Path

from backwright_workbench.blueprint import schema as blueprint_schema
from backwright_workbench.blueprint.yaml import dump, load
from backwright_workbench.codebase import read_blueprint
from backwright_workbench.commands.events import Event, Output, Summary
from backwright_workbench.commands.service import find_service
from backwright_workbench.workspace.trees import read_file, read_tree, write_file


def blueprint(directory: Path) -> Generator[Event, None, None]:
    """Reads the code of the service in `directory` back into its blueprint. Raises `WorkbenchError`."""
    yield Output(dump(read_blueprint(read_tree(find_service(directory).directory))))


def schema() -> Generator[Event, None, None]:
    """The JSON Schema of blueprints."""
    yield Output(json.dumps(blueprint_schema.schema(), indent=2, ensure_ascii=False))


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
