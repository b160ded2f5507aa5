"""The steps that verbs are made of. Each yields its events and returns what the next one needs.

What lives here: steps from the files of a service to its history. What must not: their order: a verb.
"""

import json
from collections.abc import Generator
from pathlib import Path

from backwright_workbench.blueprint.model import Blueprint
from backwright_workbench.codegen import DERIVED, write
from backwright_workbench.commands.events import Event, Step
from backwright_workbench.errors import InternalError
from backwright_workbench.workspace.git import Repository, begin
from backwright_workbench.workspace.processes import Running
from backwright_workbench.workspace.services import Service, without_paths
from backwright_workbench.workspace.trees import write_tree


def write_service(blueprint: Blueprint, directory: Path) -> Generator[Event, None, dict[str, str]]:
    """Blueprint → the files of a service, written under `directory`."""
    step = Step("write", "Write the service")
    yield step.started()
    files = write(blueprint)
    write_tree(directory, files)
    yield step.finished(f"{len(files)} files, {sum(text.count(chr(10)) for text in files.values())} lines")
    return files


CHORES = {
    "environment": "Check its environment",
    "migrate": "Migrate its database",
    "accounts": "Add sample accounts",
    "seed": "Seed sample data",
    "derive": "Derive its API contract",
    "rights": "Record who may do what",
}


def prepare(service: Service, *chores: str, password: str = "") -> Generator[Event, None, dict[str, str]]:
    """Has the service do its chores, in one process of its own: chore → what it printed.

    `environment` makes sure that this Python can import it and that its settings hold, `accounts` makes one
    for each role with `password`; the others are its own commands. Raises `InternalError` at the first that
    fails.
    """
    printed: dict[str, str] = {}
    values = {"DEV_PASSWORD": password} if password else {}
    with service.python(
        "-m", "backwright_workbench.workspace.chores", service.package, *chores, **values
    ) as child:
        for chore in chores:
            step = Step(chore, CHORES[chore])
            yield step.started()
            printed[chore] = _told(service, chore, child)
            yield step.finished(_outcome(chore, printed[chore]))
    return printed


def derive(service: Service, printed: dict[str, str]) -> dict[str, str]:
    """Writes the files that the service itself prints: its OpenAPI document, and who may do what."""
    files = {path: printed[chore] for chore, path in DERIVED.items()}
    write_tree(service.directory, files)
    return files


def _told(service: Service, chore: str, child: Running) -> str:
    """What came of a chore."""
    line = next(iter(child), "")
    told = json.loads(line) if line.startswith('{"chore"') else None
    if told is not None and told["status"] == 0:
        return str(told["output"])
    ended = child.finished()
    lines = told["output"].splitlines() if told else ended.output
    said = (
        without_paths(lines[-15:], service) or f"its process ended with status {ended.code} and said nothing"
    )
    raise InternalError(
        f"the service could not {CHORES[chore][0].lower()}{CHORES[chore][1:]}",
        where=f"src/{service.package}",
        why=said,
        next_step="put that right in the service, if it was changed; else report it with the brief",
    )


def _outcome(chore: str, printed: str) -> str:
    """What is said of a chore that is done."""
    match chore:
        case "environment":
            return "it imports, its settings are valid"
        case "migrate":
            return "at the newest revision"
        case "accounts":
            return ", ".join(json.loads(printed))
        case "derive" | "rights":
            return DERIVED[chore]
        case _:
            return printed.strip().splitlines()[-1] if printed.strip() else "done"


def begin_history(directory: Path, message: str) -> Generator[Event, None, Repository]:
    """Makes the directory a git repository with a first commit, as far as git is there."""
    step = Step("history", "Begin its history")
    yield step.started()
    repository = begin(directory, message)
    yield step.finished(
        "first commit on main" if repository.committed else repository.reason, ok=repository.committed
    )
    return repository
