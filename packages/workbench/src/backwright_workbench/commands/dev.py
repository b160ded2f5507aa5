"""`backwright dev DIR`: a service on this machine, with data in it and a login for every role.

What lives here: the order of the work, from the migration to a clean end. What must not: which lines are
worth showing (`reports/tour.py`).
"""

import json
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path

from backwright_workbench.commands import steps
from backwright_workbench.commands.development import development_password
from backwright_workbench.commands.events import Event, Output, Step, Summary
from backwright_workbench.errors import SetupError
from backwright_workbench.reports.tour import Login, tour
from backwright_workbench.workspace.network import HOST, free_port, is_free, request, wait_until
from backwright_workbench.workspace.processes import Running
from backwright_workbench.workspace.services import find_service

PATIENCE = 30.0
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
    printed = yield from steps.prepare(service, "migrate", "accounts", "seed", password=password)
    accounts: dict[str, str] = json.loads(printed["accounts"])

    with service.serving(port) as running:
        yield from _wait_until_ready(running, port)
        logins = [Login(role, email, password) for role, email in accounts.items()]
        yield Output(_tour(port, logins))
        interrupted = _wait_until_interrupted(running)
    if not interrupted:
        raise SetupError(
            "the service ended by itself", where=service.package, why="what it printed stands above"
        )
    yield Summary(True, "Stopped.")


def _wait_until_ready(running: Running, port: int) -> Generator[Event, None, None]:
    step = Step("serve", "Serve it")
    yield step.started()

    def answers() -> bool:
        try:
            return running.is_over or request("GET", port, "/health/ready")[0] == 200
        except OSError:
            return False

    if not wait_until(answers, seconds=PATIENCE) or running.is_over:
        raise SetupError(
            "the service did not become ready",
            where=f"http://{HOST}:{port}/health/ready",
            why="what it printed stands above",
            next_step="put that right and run the command again",
        )
    yield step.finished(f"http://{HOST}:{port}")


def _wait_until_interrupted(running: Running) -> bool:
    """Whether it was Ctrl-C that ended the waiting, rather than the service."""
    try:
        running.finished()
    except KeyboardInterrupt:
        return True
    return False


def _tour(port: int, logins: list[Login]) -> str:
    """Looks at the service as its administrator does, and says what can be done with it."""
    admin = next(login for login in logins if login.role == "admin")
    status, answer = request(
        "POST", port, "/auth/login", body={"email": admin.email, "password": admin.password}
    )
    if status != 200:
        raise SetupError(
            f"{admin.email} cannot sign in",
            where="/auth/login",
            why="the account was made with another password than the one in .env",
            next_step="delete var/ to begin with fresh sample data, and run the command again",
        )
    headers = {"Authorization": f"Bearer {answer['access_token']}"}
    document = request("GET", port, "/openapi.json")[1]

    def first_row(path: str) -> dict[str, object]:
        items = request("GET", port, f"{path}?limit=1", headers=headers)[1]["items"]
        return dict(items[0]) if items else {}

    stamp = datetime.now(UTC).strftime("%H%M%S")
    return tour(f"http://{HOST}:{port}", document, logins, first_row, stamp)
