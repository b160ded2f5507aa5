"""The steps that verbs are made of. Each yields its events and returns what the next one needs.

What lives here: steps from the files of a service to its history. What must not: their order: a verb.
"""

import json
import re
from collections.abc import Generator
from pathlib import Path

from backwright_workbench.blueprint.model import Blueprint
from backwright_workbench.codegen import DERIVED, write
from backwright_workbench.commands.events import Event, Step
from backwright_workbench.commands.service import Service, find_service, without_paths
from backwright_workbench.errors import InternalError
from backwright_workbench.reports.delivery import Suite
from backwright_workbench.workspace.git import Repository, begin
from backwright_workbench.workspace.processes import Finished
from backwright_workbench.workspace.trees import remove, write_tree

MEASURED_HERE = (".coverage", ".hypothesis")
"""What the suite leaves behind that names the place it ran in; the finished service is somewhere else."""

COVERED = re.compile(r"^TOTAL\s.*?(\d+(?:\.\d+)?)%$")
PERCENT = re.compile(r"\[\s*(\d+)%\]$")
CLOSING = re.compile(r"\b\d+ (?:passed|failed|errors?)\b.* in [\d.]+s")


def write_service(blueprint: Blueprint, directory: Path) -> Generator[Event, None, dict[str, str]]:
    """Blueprint → the files of a service, written under `directory`."""
    step = Step("write", "Write the service")
    yield step.started()
    files = write(blueprint)
    write_tree(directory, files)
    yield step.finished(f"{len(files)} files, {sum(text.count(chr(10)) for text in files.values())} lines")
    return files


def check_environment(directory: Path) -> Generator[Event, None, Service]:
    """Makes sure that this Python can import the service and that its settings hold."""
    step = Step("environment", "Check its environment")
    yield step.started()
    service = find_service(directory)
    _demand(service, "config", "explain")
    yield step.finished("it imports, its settings are valid")
    return service


def migrate(service: Service) -> Generator[Event, None, None]:
    """Brings its database to the newest revision."""
    step = Step("migrate", "Migrate its database")
    yield step.started()
    _demand(service, "migrate", "up")
    yield step.finished("at the newest revision")


def add_accounts(service: Service, password: str) -> Generator[Event, None, dict[str, str]]:
    """Makes one account per role for development: role → e-mail address."""
    step = Step("accounts", "Add sample accounts")
    yield step.started()
    module = "backwright_workbench.commands.sample_accounts"
    with service.python("-m", module, service.package, DEV_PASSWORD=password) as running:
        finished = running.finished()
    _expect(finished, service, "adding sample accounts")
    accounts: dict[str, str] = json.loads(finished.output[-1])
    yield step.finished(", ".join(accounts))
    return accounts


def seed(service: Service) -> Generator[Event, None, None]:
    """Fills empty tables with sample rows."""
    step = Step("seed", "Seed sample data")
    yield step.started()
    output = _demand(service, "seed")
    yield step.finished(output[-1] if output else "done")


def derive(service: Service) -> Generator[Event, None, dict[str, str]]:
    """Writes the files that the service itself prints: its OpenAPI document."""
    step = Step("derive", "Derive its API contract")
    yield step.started()
    files = {path: "\n".join(_demand(service, *command)) + "\n" for path, command in DERIVED.items()}
    write_tree(service.directory, files)
    yield step.finished(", ".join(files))
    return files


def run_suite(service: Service) -> Generator[Event, None, Suite]:
    """Runs the tests that came with the service. Failing is an outcome here, not an error."""
    step = Step("test", "Run its tests")
    yield step.started()
    with service.python("-m", "coverage", "run", "-m", "pytest") as running:
        for line in running:
            if found := PERCENT.search(line):
                yield step.progress(f"{found[1]} %")
        finished = running.finished()
    closing = next(
        (line.strip(" =") for line in reversed(finished.output) if CLOSING.search(line)), "no test ran"
    )
    with service.python("-m", "coverage", "report") as running:
        totals = [found[1] for line in running if (found := COVERED.match(line))]
    for path in MEASURED_HERE:
        remove(service.directory, path)
    suite = Suite(
        finished.ok, closing, totals[0] if totals else None, without_paths(finished.output, service)
    )
    yield step.finished(closing, ok=suite.ok)
    return suite


def begin_history(directory: Path, message: str) -> Generator[Event, None, Repository]:
    """Makes the directory a git repository with a first commit, as far as git is there."""
    step = Step("history", "Begin its history")
    yield step.started()
    repository = begin(directory, message)
    yield step.finished(
        "first commit on main" if repository.committed else repository.reason, ok=repository.committed
    )
    return repository


def _demand(service: Service, *arguments: str) -> tuple[str, ...]:
    finished = service.call(*arguments)
    _expect(finished, service, f"`python -m {service.package} {' '.join(arguments)}`")
    return finished.output


def _expect(finished: Finished, service: Service, what: str) -> None:
    if not finished.ok:
        raise InternalError(
            f"{what} failed",
            where=f"src/{service.package}",
            why=without_paths(finished.output[-15:], service),
            next_step="put that right in the service, if it was changed; else report it with the brief",
        )
