"""The first step of every verb: reading what it was given.

What lives here: briefs, blueprints and catalogues, from files to values. What must not: running anything.
"""

from collections.abc import Generator
from datetime import date
from pathlib import Path

from backwright_workbench.blueprint.model import Blueprint
from backwright_workbench.blueprint.yaml import load
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.reading import read
from backwright_workbench.brief.trace import Reading
from backwright_workbench.commands.events import Event, Step
from backwright_workbench.errors import UserError
from backwright_workbench.workspace.trees import read_file

MAX_BRIEF = 200_000
"""Bytes of a brief; as much as a person could have meant to write."""


def read_brief(
    brief: Path, catalogue: Path | None, today: date
) -> Generator[Event, None, tuple[Reading, Blueprint]]:
    """Words → blueprint. Raises `UserError` when no service can be read out of them."""
    step = Step("read", "Read the brief")
    yield step.started()
    text = read_file(brief, what="brief", limit=MAX_BRIEF)
    reading = read(text, _catalogue(catalogue), created=today, name=brief.name)
    blueprint = reading.require()
    unclear = len(reading.not_understood)
    yield step.finished(
        f"{counted(len(blueprint.entities), 'entity', 'entities')}, "
        f"{counted(len(reading.assumptions), 'assumption')}, "
        + (f"{counted(unclear, 'phrase')} not understood" if unclear else "every phrase understood")
    )
    return reading, blueprint


def read_blueprint_file(place: Path) -> Generator[Event, None, Blueprint]:
    """YAML → blueprint. Raises `InputError` that lists all that is wrong in it."""
    step = Step("read", "Read the blueprint")
    yield step.started()
    blueprint = load(read_file(place, what="blueprint"), place.name)
    yield step.finished(counted(len(blueprint.entities), "entity", "entities"))
    return blueprint


def counted(number: int, one: str, many: str = "") -> str:
    """`1 phrase`, `2 phrases`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def _catalogue(directory: Path | None) -> Catalogue:
    catalogue = Catalogue.builtin()
    if directory is None:
        return catalogue
    texts = {
        place.name: read_file(place, what="catalogue file") for place in sorted(directory.glob("*.yaml"))
    }
    if not texts:
        raise UserError(
            "the catalogue is empty",
            where=str(directory),
            why="no *.yaml file is in it",
            next_step="give --catalogue a directory with your own entries",
        )
    return catalogue.extended(texts)
