"""All files of a service together."""

import subprocess
import sys
from pathlib import Path

from backwright_workbench.blueprint.model import Blueprint
from backwright_workbench.codegen import DERIVED, lines_by_area, write
from backwright_workbench.codegen.files import files
from backwright_workbench.codegen.runtime_tables import OWNERS
from blueprint_strategies import blueprints
from hypothesis import HealthCheck, given, settings

RUFF = [sys.executable, "-m", "ruff"]


def put(directory: Path, written: dict[str, str]) -> None:
    """Write files for tools that read a disk."""
    for path, text in written.items():
        place = directory / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)


def test_the_same_blueprint_gives_the_same_bytes(work_orders: Blueprint) -> None:
    """Nothing depends on the clock, on chance or on the order of a set."""
    assert write(work_orders) == write(work_orders.model_copy(deep=True))


def test_the_list_of_files_is_known_before_any_text_is_made(work_orders: Blueprint) -> None:
    """A plan can be shown without carrying it out; derived files are not written by codegen."""
    planned = [file.path for file in files(work_orders)]
    assert planned == sorted(set(planned))
    assert set(planned) == set(write(work_orders))
    assert not set(planned) & set(DERIVED)


def test_a_service_with_api_keys_has_tests_of_them(work_orders: Blueprint) -> None:
    """One without has none, and says nothing of them."""
    auth = work_orders.auth.model_copy(update={"methods": ("password", "api_keys")})
    written = write(work_orders.model_copy(update={"auth": auth}))
    assert "api_keys=True" in written["src/work_orders/accounts/resource.py"]
    assert "X-API-Key" in written["tests/test_api_keys.py"]
    assert "tests/test_api_keys.py" in written["docs/backend-testing.md"]
    plain = write(work_orders)
    assert "tests/test_api_keys.py" not in plain
    assert "test_api_keys" not in plain["docs/backend-testing.md"]


def test_an_area_is_about_a_hundred_lines(work_orders: Blueprint) -> None:
    """What a team owns stays small; the delivery note publishes this count."""
    counted = lines_by_area(write(work_orders), "work_orders")
    assert set(counted) == {"accounts", "assets", "technicians", "work_orders"}
    assert sum(counted.values()) / len(counted) < 110


def test_every_table_of_the_runtime_is_in_the_migration() -> None:
    """A table that a new runtime brings must not be forgotten."""
    code = (
        "import importlib, pkgutil, backwright\n"
        "from backwright.entity import Entity\n"
        "for each in pkgutil.iter_modules(backwright.__path__):\n"
        "    importlib.import_module(f'backwright.{each.name}')\n"
        "print(*sorted(Entity.metadata.tables))\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert found == sorted(OWNERS)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(blueprint=blueprints())
def test_every_blueprint_gives_python_that_compiles(blueprint: Blueprint) -> None:
    """Whatever a valid blueprint names and describes."""
    for path, text in write(blueprint).items():
        assert text == "" or text.endswith("\n")
        if path.endswith(".py"):
            compile(text, path, "exec", dont_inherit=True)


def test_what_is_written_needs_no_formatter_and_no_linter(work_orders: Blueprint, tmp_path: Path) -> None:
    """`ruff format --check` and `ruff check` with the service's own configuration have nothing to say, however many
    roles there are and however long its name is.
    """
    put(tmp_path / "usual", write(work_orders))
    many = {f"regional_supervisor_{number}": "" for number in range(6)}
    asset = work_orders.entities["Asset"].model_copy(
        update={"plural": "things_to_look_after_and_to_maintain"}
    )
    wide = {
        "roles": {**work_orders.roles, **many},
        "service": "conference-room-bookings",
        "entities": {**work_orders.entities, "Asset": asset},
    }
    put(tmp_path / "wide", write(work_orders.model_copy(update=wide)))
    for command in (["format", "--check"], ["check"]):
        found = subprocess.run(
            [*RUFF, *command, "--no-cache", "."], cwd=tmp_path, capture_output=True, text=True
        )
        assert found.returncode == 0, found.stdout


def test_every_blueprint_gives_files_that_need_no_formatter(tmp_path: Path) -> None:
    """The same for services with odd names, long descriptions and every kind of field."""
    drawn: list[Blueprint] = []

    @settings(
        max_examples=25,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(blueprint=blueprints())
    def draw(blueprint: Blueprint) -> None:
        drawn.append(blueprint)

    draw()
    for number, blueprint in enumerate(drawn):
        put(tmp_path / str(number), write(blueprint))
    for command in (["format", "--check"], ["check"]):
        found = subprocess.run(
            [*RUFF, *command, "--no-cache", "."], cwd=tmp_path, capture_output=True, text=True
        )
        assert found.returncode == 0, found.stdout[-3000:]
