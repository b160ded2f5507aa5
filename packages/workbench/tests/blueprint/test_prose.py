"""A blueprint in plain English."""

from pathlib import Path

from backwright_workbench.blueprint.prose import describe
from backwright_workbench.blueprint.yaml import load

TEXT = (Path(__file__).parents[4] / "examples/work-orders/blueprint.yaml").read_text("utf-8")
PROSE = describe(load(TEXT))


def test_the_head_says_where_data_is_who_signs_in_and_how_much_they_may_ask() -> None:
    """What was asked about the whole service, in sentences."""
    assert "Data is kept in PostgreSQL, the cache in Redis, files in S3." in PROSE
    assert "People sign in with OAuth 2.0." in PROSE
    assert "Callers may make 100 requests a minute" in PROSE
    assert "- dispatcher: Plans the work and gives it to technicians." in PROSE


def test_an_entity_says_its_fields_moves_actions_and_lists() -> None:
    """One sentence for each thing that a person could object to."""
    assert "Work order (/work-orders): A job to be done on an asset." in PROSE
    assert "- title: string, at most 200 characters, required." in PROSE
    assert "- asset: refers to asset, required." in PROSE
    assert "in_progress → on_hold, done or cancelled" in PROSE
    assert "- Action assign: Give the order to a technician (takes assignee and moves to assigned)." in PROSE
    assert "- Lists can be filtered by status, priority, assignee, asset and due_at." in PROSE


def test_access_says_whose_rows_and_which_fields() -> None:
    """Rights on own rows read differently from rights on all."""
    assert "- Role admin may do everything." in PROSE
    assert "- Role viewer may read name, trade and active." in PROSE
    assert "update notes (own rows only, by assignee)" in PROSE


def test_a_field_says_that_it_is_encrypted() -> None:
    """Whoever confirms the blueprint sees which."""
    text = TEXT.replace("notes: {type: text", "notes: {type: text, encrypted: true", 1)
    assert "- notes: text, optional, encrypted in the database." in describe(load(text))
    assert "encrypted in the database" not in PROSE


def test_what_is_not_built_is_said() -> None:
    """A wish that this version does not fulfil is not hidden."""
    text = TEXT.replace("\nentities:", "wanted: [graphql, jobs]\n\nentities:", 1)
    assert describe(load(text)).endswith("Asked for and not built by this version: graphql and jobs.\n")
    assert "not built" not in PROSE
