"""The example service, written, checked and migrated: generated code is judged by running it.

Its own suite and what that covers are the business of `commands/test_implement.py`, which makes the same service.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from backwright_workbench.blueprint.model import Blueprint
from backwright_workbench.codegen import DERIVED, write
from tenancy_blueprints import fleet

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def service(work_orders: Blueprint, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The service in a directory of its own, with what it prints itself."""
    root = tmp_path_factory.mktemp("work-orders")
    for path, text in write(work_orders).items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    (root / DERIVED["derive"]).write_text(run(root, "-m", work_orders.package, "openapi"))
    return root


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What mypy keeps of the libraries, which takes longer than a service."""
    return str(tmp_path_factory.mktemp("mypy"))


def run(root: Path, *arguments: str) -> str:
    """The output of Python in the service's directory; a failure shows all of it."""
    environment = {**os.environ, "PYTHONPATH": str(root / "src")}
    found = subprocess.run(
        [sys.executable, *arguments], cwd=root, env=environment, capture_output=True, text=True, timeout=600
    )
    assert found.returncode == 0, found.stdout[-6000:] + found.stderr[-3000:]
    return found.stdout


def test_its_types_are_strict(service: Path, known: str) -> None:
    """`mypy --strict` over code and tests finds nothing."""
    run(service, "-m", "mypy", "--cache-dir", known)


def test_the_types_of_a_service_of_tenants_are_strict(tmp_path: Path, known: str) -> None:
    """Likewise. What else it keeps is the business of `test_tenancy.py`."""
    for path, text in write(fleet()).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    run(tmp_path, "-m", "mypy", "--cache-dir", known)


def test_its_areas_import_along_foreign_keys_only(service: Path) -> None:
    """The import contract that is written with it holds."""
    code = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    run(service, "-c", code)


def test_its_database_goes_up_and_down(service: Path) -> None:
    """The commands of the README work on a fresh checkout."""
    assert "database: empty" not in run(service, "-m", "work_orders", "migrate", "up")
    run(service, "-m", "work_orders", "seed", "--rows", "5")
    run(service, "-m", "work_orders", "migrate", "down", "--to", "base")
