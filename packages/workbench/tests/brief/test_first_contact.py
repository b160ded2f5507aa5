"""How much is understood of briefs that were not looked at while the reader was written.

Their score is what a stranger meets (`drone_log` and `lost_property` have led to one repair each since). A brief that
somebody works on moves to `held_out`, and one by another stranger takes its place.
"""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.reading import read
from ruamel.yaml import YAML

FILES = sorted((Path(__file__).parent / "first_contact").glob("*.yaml"))
CATALOGUE = Catalogue.builtin()


def found_of(what: str, case: dict[str, Any]) -> tuple[int, int]:
    """How many of the expected entities or fields were found, and how many there are."""
    blueprint = read(case["brief"], CATALOGUE, created=date(2026, 11, 21)).require()
    found = set(blueprint.entities)
    if what == "fields":
        found = {f"{name}.{field}" for name, each in blueprint.entities.items() for field in each.fields}
    return len(found & set(case[what])), len(set(case[what]))


@pytest.mark.parametrize(("what", "floor"), [("entities", 0.8), ("fields", 0.65)])
def test_most_of_what_a_stranger_asks_for_is_found(what: str, floor: float) -> None:
    """Recall over all of them; each gives a blueprint."""
    scores = [found_of(what, YAML(typ="safe").load(file.read_text("utf-8"))) for file in FILES]
    found, expected = (sum(each) for each in zip(*scores, strict=True))

    assert len(FILES) >= 15
    assert found >= floor * expected, f"{found} of {expected}"
