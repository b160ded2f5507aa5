"""The work-order service as it is written, and a way to edit it as a person would."""

from collections.abc import Callable
from pathlib import Path

import pytest
from backwright_workbench.blueprint.model import Blueprint
from backwright_workbench.blueprint.yaml import load
from backwright_workbench.codebase.readback import plain
from backwright_workbench.codegen.files import files

ROOT = Path(__file__).parents[5]
READ = ("src/", "pyproject.toml")
"""Where the reader looks: the package and the project file."""


def write_source(blueprint: Blueprint) -> dict[str, str]:
    """The files of a written service that reading looks at."""
    return {file.path: file.text() for file in files(blueprint) if file.path.startswith(READ)}


@pytest.fixture(scope="session")
def source() -> Callable[[Blueprint], dict[str, str]]:
    """Blueprint → the files that reading looks at."""
    return write_source


@pytest.fixture(scope="session")
def work_orders() -> Blueprint:
    """The blueprint that the service is written from, in its plain form."""
    text = (ROOT / "examples/work-orders/blueprint.yaml").read_text(encoding="utf-8")
    return plain(load(text))


@pytest.fixture(scope="session")
def written(work_orders: Blueprint) -> dict[str, str]:
    """The service as it is written."""
    return write_source(work_orders)


@pytest.fixture
def edited(written: dict[str, str]) -> Callable[..., dict[str, str]]:
    """The service after edits: a path below the package, what stands there, and what is written instead."""

    def edit(*edits: tuple[str, str, str]) -> dict[str, str]:
        found = dict(written)
        for path, old, new in edits:
            place = f"src/work_orders/{path}"
            text = found.get(place, "")
            assert old in text, f"{old!r} does not stand in {place}"
            found[place] = text.replace(old, new) if text else new
        return found

    return edit
