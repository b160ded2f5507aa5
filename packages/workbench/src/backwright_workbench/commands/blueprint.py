"""`backwright blueprint DIR`: reads a service's code back into its blueprint."""

from collections.abc import Generator
from pathlib import Path

from backwright_workbench.blueprint.yaml import dump
from backwright_workbench.codebase import read_blueprint
from backwright_workbench.commands.events import Event, Output
from backwright_workbench.commands.service import find_service
from backwright_workbench.workspace.trees import read_tree


def blueprint(directory: Path) -> Generator[Event, None, None]:
    """The blueprint as output. Raises `WorkbenchError`."""
    yield Output(dump(read_blueprint(read_tree(find_service(directory).directory))))
