"""`backwright blueprint DIR`: reads a service's code back into its blueprint."""

from collections.abc import Generator
from pathlib import Path

from backwright_workbench.blueprint.yaml import dump
from backwright_workbench.codebase.readback import read
from backwright_workbench.commands.events import Event, Notice, Output
from backwright_workbench.workspace.services import find_service
from backwright_workbench.workspace.trees import read_tree


def blueprint(directory: Path) -> Generator[Event, None, None]:
    """The blueprint as output, and a notice for each thing in the code that no blueprint can say.

    Raises `InputError` with everything essential that is missing or broken.
    """
    found = read(read_tree(find_service(directory).directory))
    for unread in found.unread:
        yield Notice("not in the blueprint", str(unread))
    yield Output(dump(found.demanded()))
