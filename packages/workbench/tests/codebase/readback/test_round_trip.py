"""Writing a service and reading it back gives the blueprint back."""

from collections.abc import Callable
from pathlib import Path

import pytest
from backwright_workbench.blueprint.model import Blueprint
from backwright_workbench.blueprint.yaml import dump, load
from backwright_workbench.codebase.readback import ReadBack, plain, read, read_blueprint
from backwright_workbench.codegen import write
from blueprint_strategies import blueprints
from hypothesis import HealthCheck, given, settings

ROOT = Path(__file__).parents[5]
EXAMPLES = [
    ROOT / "examples/work-orders/blueprint.yaml",
    *sorted((Path(__file__).parents[2] / "brief/briefs").glob("*/blueprint.yaml")),
]

Source = Callable[[Blueprint], dict[str, str]]
MANY = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))


@MANY
@given(blueprint=blueprints())
def test_any_blueprint_comes_back_from_the_service_that_it_describes(
    source: Source, blueprint: Blueprint
) -> None:
    """Nothing that a blueprint says is lost in the code, and nothing in the code is foreign to the reader.

    The plain form leaves out only what follows anyway: written from it, the service is the same to the byte.
    """
    files = source(blueprint)
    found = read(files)
    assert found == ReadBack(plain(blueprint))
    assert source(found.demanded()) == files


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_the_examples_come_back_from_all_files_that_are_written(path: Path) -> None:
    """Real blueprints, with every file of the service given to the reader."""
    blueprint = plain(load(path.read_text(encoding="utf-8"), path.name))
    found = read(write(blueprint))
    assert found.unread == ()
    assert found.demanded() == blueprint


def test_entities_come_in_the_order_of_the_application(work_orders: Blueprint, source: Source) -> None:
    """Those that others refer to come first, so that the text of the blueprint is stable as well."""
    backwards = work_orders.model_copy(update={"entities": dict(reversed(work_orders.entities.items()))})
    assert list(read_blueprint(source(backwards)).entities) == ["Technician", "Asset", "WorkOrder"]
    assert dump(read_blueprint(source(work_orders))) == dump(work_orders)
