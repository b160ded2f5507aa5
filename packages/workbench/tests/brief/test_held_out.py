"""How much of briefs by other hands is understood: a score with a floor, so that no change makes the reader worse."""

from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from backwright_workbench.blueprint.model import Blueprint
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.reading import read
from ruamel.yaml import YAML

FILES = sorted((Path(__file__).parent / "held_out").glob("*.yaml"))
CATALOGUE = Catalogue.builtin()


def case(file: Path) -> dict[str, object]:
    """A brief and what is expected of it."""
    loaded: dict[str, object] = YAML(typ="safe").load(file.read_text("utf-8"))
    return loaded


@cache
def drawn(file: Path) -> Blueprint:
    """The blueprint of a file's brief."""
    return read(str(case(file)["brief"]), CATALOGUE, created=date(2026, 11, 21)).require()


def found_in(blueprint: Blueprint) -> dict[str, set[str]]:
    """What a blueprint says, in the terms of the files."""
    return {
        "entities": set(blueprint.entities),
        "fields": {
            f"{name}.{field}" for name, entity in blueprint.entities.items() for field in entity.fields
        },
        "roles": set(blueprint.roles),
        "auth": set(blueprint.auth.methods),
        "requests": {blueprint.limits.requests},
        "database": {blueprint.stores.database},
        "cache": {blueprint.stores.cache},
        "files": {blueprint.stores.files},
    }


def expected_of(file: Path) -> dict[str, set[str]]:
    """What the file expects; only what its brief says."""
    expected = {key: value for key, value in case(file).items() if key != "brief"}
    return {key: set(value) if isinstance(value, list) else {str(value)} for key, value in expected.items()}


@pytest.mark.parametrize(
    ("what", "floor"),
    [
        ("entities", 0.95),
        ("fields", 0.95),
        ("roles", 0.95),
        ("auth", 1.0),
        ("requests", 1.0),
        ("database", 1.0),
        ("cache", 1.0),
        ("files", 1.0),
    ],
)
def test_what_the_briefs_say_is_found(what: str, floor: float) -> None:
    """Recall over all briefs that say something of the kind."""
    score = Counter[str]()
    for file in FILES:
        expected = expected_of(file).get(what, set())
        score["found"] += len(expected & found_in(drawn(file))[what])
        score["expected"] += len(expected)

    assert score["found"] >= floor * score["expected"], score


@pytest.mark.parametrize(("what", "floor"), [("entities", 0.95), ("roles", 0.9), ("auth", 0.95)])
def test_little_is_found_that_the_briefs_do_not_say(what: str, floor: float) -> None:
    """Precision over the briefs that say something of the kind."""
    score = Counter[str]()
    for file in FILES:
        expected = expected_of(file).get(what)
        if expected:
            found = found_in(drawn(file))[what]
            score["right"] += len(expected & found)
            score["found"] += len(found)

    assert score["right"] >= floor * score["found"], score
