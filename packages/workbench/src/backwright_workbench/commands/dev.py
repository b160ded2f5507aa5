"""`backwright dev DIR`: a service on this machine, with data in it and a login for every role.

What lives here: the order of the work, from the migration to a clean end. What must not: which lines are worth showing
(`reports/tour.py`).
"""

import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

from backwright_workbench.commands import steps
from backwright_workbench.commands.development import development_password
from backwright_workbench.commands.events import Event, Notice, Step, StepProgress, Summary
from backwright_workbench.commands.service import Service, find_service, without_paths
from backwright_workbench.errors import SetupError
from backwright_workbench.reports.tour import create_line, list_line, login_line, main_collection
from backwright_workbench.workspace.network import HOST, free_port, is_free, request, wait_until
from backwright_workbench.workspace.processes import Running

START_UP = 30.0
"""Seconds that a service may take until it is ready."""


def dev(directory: Path, port: int) -> Generator[Event, None, None]:
    """Migrates, seeds and serves until Ctrl-C. `port` 0 takes any that is free. Raises `WorkbenchError`."""
    service = find_service(directory)
    port = port or free_port()
    if not is_free(port):
        raise SetupError(
            f"port {port} is in use",
            where=f"{HOST}:{port}",
            next_step=f"stop what listens there, or run: backwright dev {directory} --port {free_port()}",
        )
    password = development_password(service.directory)
    yield from steps.migrate(service)
    yield from steps.seed(service)
    with service.serving(port) as running:
        yield from _wait(service, running, port)
        yield Notice("served", ..., {})
        try:
            for line in running:
                yield StepProgress("serve", line)
        except KeyboardInterrupt:
            pass
    yield Summary(True, "Stopped.")
