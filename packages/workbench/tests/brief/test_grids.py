"""Tables about rights."""

from datetime import date

import pytest
from backwright_workbench.blueprint.model import ActGrant, Grant, Grants
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.reading import read
from backwright_workbench.brief.trace import Reading

INTRO = "Manage zeppelins and hangars. Zeppelins have a name. Hangars have a name.\n\n"

BY_ROLE = """
| Role   | zeppelins | hangars |
|--------|-----------|---------|
| admin  | CRUD      | CRUD    |
| pilot  | CRU       | R       |
| keeper | -         | R (own) |
"""
BY_DOING = """
| | Admin | Pilot | Keeper |
|---|---|---|---|
| Create zeppelin | ✓ | ✓ | |
| Edit zeppelin | ✓ | ✓ | ✗ |
| View zeppelins | ✓ | ✓ | ✓ |
| Delete zeppelin | ✓ | | |
"""
BY_THING = """
| Entity    | pilot                | keeper    |
|-----------|----------------------|-----------|
| Zeppelins | create, read, update | read only |
| Hangars   | read                 | none      |
"""


def drawn(table: str) -> Reading:
    """The reading of a brief with a table."""
    return read(INTRO + table, Catalogue.builtin(), created=date(2026, 11, 21))


@pytest.mark.parametrize("table", [BY_ROLE, BY_DOING, BY_THING], ids=["roles", "doings", "things"])
def test_a_table_gives_each_role_what_its_cells_say(table: str) -> None:
    """Letters, check marks or words; roles down or across."""
    blueprint = drawn(table).require()

    assert set(blueprint.roles) == {"admin", "pilot", "keeper"}
    assert set(blueprint.entities) == {"Zeppelin", "Hangar"}
    pilot = blueprint.entities["Zeppelin"].access["pilot"]
    assert pilot == Grants(read=Grant(), create=Grant(), update=Grant())


def test_an_empty_cell_or_a_dash_gives_nothing() -> None:
    """Deny by default, and by the sign for it."""
    blueprint = drawn(BY_ROLE).require()

    assert "keeper" not in blueprint.entities["Zeppelin"].access


def test_a_cell_may_limit_a_right_to_ones_own_rows() -> None:
    """`R (own)`."""
    keeper = drawn(BY_ROLE).require().entities["Hangar"].access["keeper"]

    assert isinstance(keeper, Grants)
    assert keeper.read is not None
    assert keeper.read.rows == "keeper"


def test_nothing_of_a_table_about_rights_is_left_over() -> None:
    """And none of its words is an entity or a field."""
    found = drawn(BY_DOING)

    assert found.not_understood == ()
    assert list(found.require().entities) == ["Zeppelin", "Hangar"]
    assert not {"pilot", "edit", "view"} & found.require().entities["Zeppelin"].fields.keys()


def test_a_table_of_fields_is_none_about_rights() -> None:
    """A first column of things and a second of columns stays what it is."""
    table = "| Table | Columns |\n|---|---|\n| balloon | name, price |\n"

    assert list(drawn(table).require().entities["Balloon"].fields) == ["name", "price"]


def test_a_cell_may_name_actions_of_the_entity() -> None:
    """`read, accept`: of the moves only this one."""
    brief = (
        "Manage claims. Claims have a title and a status (open, accepted, rejected).\n\nRights:\n"
        "| | claims |\n|---|---|\n| agent | read, accept |\n"
        "| supervisor | create, read, update, delete |\n| cleaner | - |\n"
    )
    access = read(brief, Catalogue.builtin(), created=date(2026, 11, 21)).require().entities["Claim"].access

    assert access["agent"] == Grants(read=Grant(), act=ActGrant(actions=("accept",)))
    assert "cleaner" not in access
