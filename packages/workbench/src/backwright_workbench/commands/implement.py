"""`backwright implement BRIEF --into DIR`: the main job, from plain words to a running, verified service.

What lives here: the order of the work. What must not: how any of it is done.
"""

import time
from collections.abc import Generator
from datetime import date
from pathlib import Path

from backwright_workbench.commands import steps
from backwright_workbench.commands.development import development_password
from backwright_workbench.commands.events import Event, Notice, StepSkipped, Summary
from backwright_workbench.commands.inputs import read_brief
from backwright_workbench.commands.verify import verification_of
from backwright_workbench.commands.verify_reports import write_reports
from backwright_workbench.reports.delivery import Delivery, count_operations, delivery_note
from backwright_workbench.reports.summary import delivery_summary
from backwright_workbench.verify.check import Profile
from backwright_workbench.verify.runner import Chosen
from backwright_workbench.verify.store import FOLDER
from backwright_workbench.verify.verdict import Verdict
from backwright_workbench.workspace.services import find_service
from backwright_workbench.workspace.trees import new_directory, write_file


def implement(
    brief: Path, into: Path, *, catalogue: Path | None = None, proof: bool = True, today: date
) -> Generator[Event, None, None]:
    """Builds the service in a place beside `into`, and puts it there in one step when it is complete.

    A check that fails does not stop the delivery: it is the first thing that the delivery note says.
    Everything else that fails, and Ctrl-C, leaves nothing behind. Raises `WorkbenchError`.
    """
    began = time.monotonic()
    with new_directory(into) as place:
        reading, blueprint = yield from read_brief(brief, catalogue, today)
        for assumption in reading.assumptions:
            yield Notice("assumed", assumption.what)

        files = yield from steps.write_service(blueprint, place)
        service = find_service(place)
        printed = yield from steps.prepare(service, *steps.CHORES, password=development_password(place))
        derived = steps.derive(service, printed)

        verification = None
        if proof:
            asked = f"backwright verify {into}"
            verification = yield from verification_of(place, Profile.QUICK, asked, chosen=Chosen())
            write_reports(verification, place / FOLDER)
        else:
            yield StepSkipped("verify", "Verify it", "--no-verify")

        operations = count_operations(derived["docs/api.yaml"])
        delivery = Delivery(reading, blueprint, files, verification, operations, time.monotonic() - began)
        write_file(place / "DELIVERY.md", delivery_note(delivery))
        yield from steps.begin_history(place, f"Write {blueprint.service} from its brief")

    well = verification is None or verification.verdict is not Verdict.NOT_READY
    yield Summary(well, delivery_summary(delivery, into), {"directory": str(into)})
