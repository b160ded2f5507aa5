"""Wordings by which briefs narrow, refuse and hand on rights: each with what follows, and what must not."""

from datetime import date

import pytest
from backwright_workbench.blueprint.model import Grants
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.reading import read
from backwright_workbench.brief.trace import Reading
from brief_rights import rows

CATALOGUE = Catalogue.builtin()
LAYOUT = (
    "## Data\n\n"
    "- Ward: name, floor, head nurse\n"
    "- Shift: ward, nurse, starts at, status (planned, published, done, cancelled)\n"
    "- Staff record: nurse, ward, hourly wage\n"
    "- Swap request: shift, nurse, reason, status (open, approved, rejected, withdrawn)\n"
    "- Medicine: name, dose, price\n"
    "- Notice: title, text\n\n"
)
ROLES = "Roles: nurse, head nurse, hr, planner\n\nNurses, head nurses, hr and planners see notices.\n\n"


def reading(text: str) -> Reading:
    """The reading of a brief about the wards of a hospital."""
    return read(LAYOUT + text, CATALOGUE, created=date(2026, 11, 21))


@pytest.mark.parametrize(
    ("text", "right", "whose"),
    [
        ("Nurses see their own shifts and edit them.", "nurse update Shift", "nurse"),
        ("Nurses create swap requests and edit them.", "nurse update SwapRequest", "nurse"),
        ("Nurses edit only the swap requests they asked for.", "nurse update SwapRequest", "nurse"),
        ("Nurses change only those shifts where they are the nurse.", "nurse update Shift", "nurse"),
        ("Nurses should only see the shifts they run.", "nurse read Shift", "nurse"),
        ("Nurses read shifts, nothing of their colleagues.", "nurse read Shift", "nurse"),
        ("Head nurses delete the shifts of their ward.", "head_nurse delete Shift", "ward.head_nurse"),
        ("Planners see all shifts, nurses only the ones they published.", "nurse read Shift", "nurse"),
        ("Planners see all shifts, nurses only the ones they published.", "planner read Shift", "all"),
        (
            "Head nurses manage everything within their ward: shifts and staff records.",
            "head_nurse delete StaffRecord",
            "ward.head_nurse",
        ),
    ],
)
def test_rights_on_ones_own_rows_do_not_grow_to_all_rows(text: str, right: str, whose: str) -> None:
    """Who sees their own and edits them edits no others; so it is in every wording of whose rows these are."""
    assert rows(reading(ROLES + text).require(), right) == whose


@pytest.mark.parametrize(
    ("text", "allowed", "denied"),
    [
        (
            "Planner: read only, everything",
            ["planner read Shift"],
            ["planner update Shift", "planner publish Shift"],
        ),
        (
            "RBAC: nurse, hr, planner (read only except shifts)",
            ["planner create Shift", "planner read Ward"],
            ["planner update Ward", "planner delete Shift"],
        ),
        (
            "Planners have read only access to shifts and wards and no access to staff records.",
            ["planner read Shift", "planner read Ward"],
            ["planner read StaffRecord", "planner update Ward"],
        ),
        (
            "- Planners have no access to the church books.\n- Planners read shifts.",
            ["planner read Shift"],
            ["planner update Shift"],
        ),
        (
            "Nurses have no access. Planners read shifts.",
            ["planner read Shift"],
            ["nurse read Shift", "nurse read Notice"],
        ),
        (
            "Planners manage shifts. Shifts are hidden from nurses.",
            ["planner update Shift"],
            ["nurse read Shift"],
        ),
        (
            "No one, not even a planner, deletes a shift. Planners manage shifts.",
            ["planner update Shift"],
            ["planner delete Shift"],
        ),
        (
            "Once entered nobody is allowed to delete a shift. Planners manage shifts.",
            ["planner update Shift"],
            ["planner delete Shift"],
        ),
        (
            "Planners manage wards and shifts. Wards and shifts must never be changed or deleted.",
            ["planner create Ward", "planner create Shift"],
            ["planner update Ward", "planner delete Ward", "planner delete Shift"],
        ),
        (
            "Medicines are for the planner alone: no one except the planner creates, sees or edits them.",
            ["planner create Medicine", "planner read Medicine"],
            ["nurse read Medicine", "hr update Medicine"],
        ),
        (
            "Wards are maintained by hr, others have read access.",
            ["hr update Ward", "nurse read Ward", "planner read Ward"],
            ["nurse update Ward"],
        ),
        (
            "Head nurses publish shifts, nobody else does, except the planner.",
            ["head_nurse publish Shift", "planner publish Shift"],
            ["nurse publish Shift", "hr publish Shift"],
        ),
        (
            "Wards and medicines are entered by hr.",
            ["hr create Ward", "hr create Medicine"],
            ["nurse create Ward"],
        ),
        (
            "Wards and shifts can be read by everybody who works here.",
            ["signed_in read Ward", "signed_in read Shift"],
            ["public read Ward", "public read Shift"],
        ),
        (
            "Wards and medicines are on our public website: no account needed to read them.",
            ["public read Ward", "public read Medicine"],
            ["public read Shift", "public create Ward"],
        ),
        (
            "The list of wards (name, floor) is open to anyone.",
            ["public read Ward"],
            ["public update Ward", "public read Shift"],
        ),
    ],
)
def test_what_is_refused_is_refused_in_every_wording(
    text: str, allowed: list[str], denied: list[str]
) -> None:
    """`Hidden from`, `for the planner alone`, `not even`, `others have`: nobody gets more than is said."""
    blueprint = reading(ROLES + text).require()
    assert [right for right in allowed if not rows(blueprint, right)] == []
    assert [right for right in denied if rows(blueprint, right)] == []


@pytest.mark.parametrize(
    "text",
    [
        "Head nurses approve swap requests, but not their own.",
        "Head nurses approve swap requests, but never the ones they filed themselves, and reject them.",
        "Head nurses approve swap requests, except those they opened themselves.",
        "Head nurses approve swap requests - somebody else than the one who filed it.",
    ],
)
def test_approval_by_somebody_else_is_kept_as_a_rule_of_the_business(text: str) -> None:
    """Who approves what others filed may approve, and the trace says that the rest of it is not built."""
    found = reading(ROLES + text)
    assert rows(found.require(), "head_nurse approve SwapRequest") == "all"
    assert any("service.py" in row.note for row in found.not_understood)


@pytest.mark.parametrize(
    "text",
    [
        "The hourly wage is visible only to hr. Nurses and hr read staff records.",
        "The hourly wage is hidden from nurses. Nurses and hr read staff records.",
        "Nurses and hr read staff records. Nurses do not see the hourly wage of a staff record.",
        "Nurses and hr read staff records. The hourly wage is off limits for nurses.",
    ],
)
def test_a_field_is_kept_from_whom_the_brief_keeps_it(text: str) -> None:
    """Who may not see a field reads the rest of the row; who may, reads all of it."""
    access = reading(ROLES + text).require().entities["StaffRecord"].access
    nurse, hr = access["nurse"], access["hr"]
    assert isinstance(nurse, Grants)
    assert nurse.read
    assert "hourly_wage" not in (nurse.read.fields or ["hourly_wage"])
    assert hr == "everything" or (hr.read and "hourly_wage" in (hr.read.fields or ["hourly_wage"]))


def test_a_field_that_some_alone_set_is_not_changed_by_others() -> None:
    """`The dose may only be set by` is about a field, not about what the sentence before was about."""
    blueprint = reading(ROLES + "Hr and nurses edit medicines. The dose may only be set by hr.").require()
    nurse = blueprint.entities["Medicine"].access["nurse"]
    assert isinstance(nurse, Grants)
    assert nurse.update
    assert "dose" not in (nurse.update.fields or ["dose"])
    assert not rows(blueprint, "hr update Ward")


@pytest.mark.parametrize(
    ("text", "states"),
    [
        ("Planners cancel shifts until they are published.", ("planned",)),
        ("Planners cancel shifts as long as they are planned.", ("planned",)),
        ("Planners cancel shifts, but not after they are published.", ("planned",)),
        ("Planners cancel shifts unless the ward objects.", ()),
    ],
)
def test_a_condition_on_states_says_from_where_an_action_is_called(
    text: str, states: tuple[str, ...]
) -> None:
    """States that the service knows become `from`; any other condition is left over, and said to be."""
    found = reading(ROLES + text)
    assert found.require().entities["Shift"].actions["cancel"].from_ == states
    assert any("service.py" in row.note for row in found.not_understood) is not bool(states)


def test_an_action_that_somebody_may_do_at_any_time_is_bound_to_no_state() -> None:
    """The condition is then one on who acts, which no declaration says."""
    found = reading(ROLES + "Planners cancel shifts. Nurses cancel their own shifts while they are planned.")
    assert found.require().entities["Shift"].actions["cancel"].from_ == ()
    assert any("service.py" in row.note for row in found.not_understood)


def test_people_above_a_list_of_what_they_may_do_are_roles() -> None:
    """`- **Nurses**` over items that begin with verbs; a thing with its fields below it is none."""
    text = "## Who may do what\n\n- **Nurses**\n  - see shifts\n  - create swap requests\n- **HR**\n  - manages wards\n"
    blueprint = reading(text).require()
    assert set(blueprint.roles) == {"admin", "nurse", "hr"}
    assert rows(blueprint, "nurse create SwapRequest")
    assert rows(blueprint, "hr update Ward")


@pytest.mark.parametrize(
    "text",
    [
        "## Permissions\n\n- Shifts can not be deleted by anybody\n- Nurses see shifts",
        "## Permissions\n\n1. A swap request is never approved by the person who filed it.\n2. Nurses see shifts.",
        "Nurses see shifts. Wards can be read by nurses. The nurses themselves don't get an account.",
    ],
)
def test_things_that_something_is_done_with_are_no_roles(text: str) -> None:
    """Under a heading about rights, and in the passive, a thing is a thing still."""
    assert set(reading(text).require().roles) <= {"admin", "nurse"}


def test_rows_that_nothing_ties_to_anybody_are_given_to_nobody() -> None:
    """`The orders of that store`, and `them` after it, are not all orders."""
    text = "The staff in a clinic see the shifts of that clinic and edit them. Planners see shifts."
    found = reading("Roles: staff, planner\n\n" + text)
    assert not rows(found.require(), "staff update Shift")
    assert found.not_understood
