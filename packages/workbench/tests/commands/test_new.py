"""`draft`, `new` and `blueprint`: the steps one by one, and back."""

import os
from datetime import date
from pathlib import Path

import pytest
from backwright_workbench.blueprint.yaml import load
from backwright_workbench.commands.blueprint import blueprint
from backwright_workbench.commands.draft import draft
from backwright_workbench.commands.events import Notice, Output, StepFinished, Summary
from backwright_workbench.commands.new import new
from backwright_workbench.errors import InputError, UserError

ROOT = Path(__file__).parents[4]
BRIEF = ROOT / "examples/work-orders/brief.md"
BLUEPRINT = ROOT / "examples/work-orders/blueprint.yaml"
TODAY = date(2026, 11, 21)


def test_a_draft_is_output_with_its_assumptions_beside_it() -> None:
    """The output is the blueprint alone; every assumption names the place that says otherwise."""
    events = list(draft(BRIEF, None, today=TODAY))
    assert isinstance(events[-1], Output)
    assert list(load(events[-1].text).entities) == ["Asset", "Technician", "WorkOrder"]
    assumed = [each.text for each in events if isinstance(each, Notice) and each.topic == "assumed"]
    assert assumed
    assert all("to change it: " in text for text in assumed)


def test_a_draft_goes_into_a_file(tmp_path: Path) -> None:
    """And the end says what to run with it."""
    out = tmp_path / "blueprint.yaml"
    *_, summary = draft(BRIEF, out, today=TODAY)
    assert isinstance(summary, Summary)
    assert f"backwright new {out} --into work-orders" in summary.text
    assert load(out.read_text()).service == "work-orders"


def test_words_of_ones_own_win(tmp_path: Path) -> None:
    """A catalogue directory adds business entities to the built-in ones; an empty one is a mistake."""
    with pytest.raises(UserError, match="catalogue is empty"):
        list(draft(BRIEF, None, catalogue=tmp_path, today=TODAY))


def test_a_brief_that_says_nothing_is_refused(tmp_path: Path) -> None:
    """With the reason and an example of what would do."""
    (tmp_path / "brief.md").write_text("Please make something nice.\n")
    with pytest.raises(InputError) as refused:
        list(draft(tmp_path / "brief.md", None, today=TODAY))
    assert refused.value.next_step


@pytest.mark.slow
def test_a_blueprint_becomes_a_service_and_back(tmp_path: Path) -> None:
    """What is read back from the written code is the blueprint that it was written from."""
    service = tmp_path / "service"
    events = list(new(BLUEPRINT, service))
    done = [each.step for each in events if isinstance(each, StepFinished)]
    assert done == ["read", "write", "environment", "derive", "rights", "history"]
    assert (service / "docs/api.yaml").is_file()
    *_, output = blueprint(service)
    assert isinstance(output, Output)
    assert load(output.text) == load(load_as_said(BLUEPRINT))


def load_as_said(place: Path) -> str:
    """A blueprint's text without the lengths that a string has anyway."""
    return (
        place.read_text()
        .replace("{type: string, max: 200}", "{type: string}")
        .replace("{type: string, max: 200, optional: true}", "{type: string, optional: true}")
    )


def test_a_wrong_blueprint_leaves_nothing(tmp_path: Path) -> None:
    """Every problem at once, and no directory."""
    (tmp_path / "wrong.yaml").write_text("backwright: 1\n")
    with pytest.raises(InputError):
        list(new(tmp_path / "wrong.yaml", tmp_path / "service"))
    assert os.listdir(tmp_path) == ["wrong.yaml"]
