"""`backwright new BLUEPRINT --into DIR`: only from a blueprint to a service."""

from collections.abc import Generator
from pathlib import Path

from backwright_workbench.codegen import DERIVED
from backwright_workbench.commands import steps
from backwright_workbench.commands.events import Event, Summary
from backwright_workbench.commands.inputs import read_blueprint_file
from backwright_workbench.workspace.services import find_service
from backwright_workbench.workspace.trees import new_directory


def new(blueprint_file: Path, into: Path) -> Generator[Event, None, None]:
    """Writes the service and what it prints about itself; nothing is run beyond that.

    Raises `WorkbenchError`.
    """
    with new_directory(into) as place:
        blueprint = yield from read_blueprint_file(blueprint_file)
        yield from steps.write_service(blueprint, place)
        service = find_service(place)
        printed = yield from steps.prepare(service, "environment", *DERIVED)
        steps.derive(service, printed)
        yield from steps.begin_history(place, f"Write {blueprint.service} from its blueprint")
    yield Summary(
        True, f"{blueprint.title} is in {into}\n  next        backwright dev {into}", {"directory": str(into)}
    )
