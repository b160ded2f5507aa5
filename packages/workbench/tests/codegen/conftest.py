"""What the tests of codegen share: the work-order blueprint, and a small one to change."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from backwright_workbench.blueprint.model import Blueprint
from backwright_workbench.blueprint.yaml import load
from backwright_workbench.codegen.names import Names

EXAMPLE = Path(__file__).parents[4] / "examples" / "work-orders" / "blueprint.yaml"


@pytest.fixture(scope="session")
def work_orders() -> Blueprint:
    """The blueprint of the example service."""
    return load(EXAMPLE.read_text(), EXAMPLE.name)


@pytest.fixture
def names_of() -> Callable[..., Names]:
    """Entities as plain mappings → the names of a service in which the administrator may do everything."""

    def make(**entities: dict[str, Any]) -> Names:
        described = {name: {"access": {"admin": "everything"}, **each} for name, each in entities.items()}
        return Names(
            Blueprint.model_validate(
                {
                    "service": "shop",
                    "title": "Shop",
                    "created": date(2026, 11, 21),
                    "roles": {"admin": "Runs the shop.", "clerk": "", "buyer": "Buys."},
                    "entities": described,
                }
            )
        )

    return make
