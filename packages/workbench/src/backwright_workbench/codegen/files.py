"""The list of a service's files, and their text.

What lives here: which files there are, what each is made by, and `write`, which makes them. What must not:
the text of any of them, and writing to disk (`workspace` does).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from backwright_workbench.blueprint.model import Blueprint
from backwright_workbench.codegen import environment, migration, models, project, resource, service, wiring
from backwright_workbench.codegen.names import Names
from backwright_workbench.codegen.rendering import render
from backwright_workbench.codegen.suite import suite_files

TEMPLATES: Final = {
    "README.md": "README.md",
    "AGENTS.md": "AGENTS.md",
    "pyproject.toml": "pyproject.toml",
    ".gitignore": "gitignore",
    ".dockerignore": "dockerignore",
    "alembic.ini": "alembic.ini",
    "Dockerfile": "Dockerfile",
    "compose.yaml": "compose.yaml",
    "wheels/README.md": "wheels/README.md",
    ".github/workflows/ci.yml": "github/ci.yml",
    "migrations/env.py": "migrations/env.py",
    "migrations/script.py.mako": "migrations/script.py.mako",
    "docs/backend-architecture.md": "docs/backend-architecture.md",
    "docs/database-schema.md": "docs/database-schema.md",
    "docs/backend-setup.md": "docs/backend-setup.md",
    "docs/backend-testing.md": "docs/backend-testing.md",
    "docs/runbook.md": "docs/runbook.md",
}
"""File → the template that prints it."""

DERIVED: Final = {"derive": "docs/api.yaml", "rights": "docs/access.json"}
"""What the written service prints itself: chore → file. Its API (`python -m <package> openapi`), and who may do what
(`python -m <package> access --record`)."""


@dataclass(frozen=True)
class File:
    """A file to be written: where, and what makes its text."""

    path: str
    text: Callable[[], str]


def files(blueprint: Blueprint) -> tuple[File, ...]:
    """Every file of the service that `blueprint` describes, before any text is made."""
    names = Names(blueprint)
    values = project.values(names)
    package = f"src/{names.package}"
    found = [File(path, partial(render, template, values)) for path, template in TEMPLATES.items()]
    found += [File(f"{package}/{path}", partial(make, names)) for path, make in WIRING.items()]
    for area in names.areas:
        found += _area_files(f"{package}/{area}", area, names)
    found.append(File(".env.example", partial(environment.write_example, names)))
    found.append(File(migration.migration_path(names), partial(migration.write_migration, names)))
    found += [File(path, make) for path, make in suite_files(names)]
    return tuple(sorted(found, key=lambda file: file.path))


WIRING: Final[dict[str, Callable[[Names], str]]] = {
    "__init__.py": wiring.write_package,
    "__main__.py": wiring.write_command,
    "main.py": wiring.write_main,
    "settings.py": wiring.write_settings,
    "access.py": wiring.write_access,
    "accounts/__init__.py": wiring.write_empty,
    "accounts/models.py": wiring.write_accounts_models,
    "accounts/resource.py": wiring.write_accounts_resource,
    "py.typed": wiring.write_empty,
}
"""Module of the package → what makes its text."""


def _area_files(folder: str, area: str, names: Names) -> Iterator[File]:
    yield File(f"{folder}/__init__.py", str)
    yield File(f"{folder}/models.py", partial(models.write_models, area, names))
    yield File(f"{folder}/resource.py", partial(resource.write_resource, area, names))
    if any(names.has_service(entity) for entity in names.areas[area]):
        yield File(f"{folder}/service.py", partial(service.write_service, area, names))


def write(blueprint: Blueprint) -> dict[str, str]:
    """The text of every file of a service, by path. The same blueprint gives the same bytes.

    `DERIVED` are not among them: they are what the finished service prints.
    """
    return {file.path: file.text() for file in files(blueprint)}


def lines_by_area(written: dict[str, str], package: str) -> dict[str, int]:
    """Area → lines of code in it (blank lines, comments and docstrings counted), for the delivery note."""
    found: dict[str, int] = {}
    for path, text in written.items():
        parts = path.split("/")
        if path.startswith(f"src/{package}/") and len(parts) == 4:
            found[parts[2]] = found.get(parts[2], 0) + text.count("\n")
    return found
