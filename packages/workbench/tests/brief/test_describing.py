"""What roles are for, in words."""

from datetime import date

import pytest
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.reading import read


def described(text: str, role: str) -> str:
    """The description of a role of a brief about zeppelins and hangars."""
    brief = f"Manage zeppelins and hangars. {text}"
    return read(brief, Catalogue.builtin(), created=date(2026, 11, 21)).require().roles[role]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Owners can see their own zeppelins.", "Sees their own zeppelins."),
        ("Owners can create and edit zeppelins.", "Adds and changes zeppelins; manages hangars."),
        ("Owners have full access.", "Manages everything but accounts."),
        ("Owners manage zeppelins and view hangars.", "Manages zeppelins; sees hangars."),
        ("Roles: owner. Owners can do nothing.", "Manages everything but accounts."),
    ],
)
def test_a_role_is_described_by_its_grants(text: str, expected: str) -> None:
    """What is said of it never contradicts what it may do."""
    assert described(text, "owner") == expected


def test_a_usual_role_of_which_nothing_is_said_keeps_its_usual_words() -> None:
    """The catalogue knows what a librarian does until the brief says otherwise."""
    blueprint = read(
        "Library with books, members and loans.", Catalogue.builtin(), created=date(2026, 11, 21)
    )

    assert blueprint.require().roles["librarian"].startswith("Keeps the books")


def test_a_role_is_described_by_what_is_left_to_it() -> None:
    """Where rows belong to tenants, nobody but administrators changes the tenant: its role does not say so either."""
    brief = (
        "Multi-tenant backend for clinics: each clinic sees only its own data. Patients have a name and a phone. "
        "Receptionists create and update patients. Doctors see patients."
    )
    roles = read(brief, Catalogue.builtin(), created=date(2026, 11, 21)).require().roles
    assert roles["receptionist"] == "Sees clinics; adds and changes patients."
    assert roles["doctor"] == "Sees clinics and patients."
