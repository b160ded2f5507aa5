"""Which role people get who sign up themselves, where the brief says so."""

from datetime import date

import pytest
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.reading import read
from backwright_workbench.brief.trace import Reading


def reading(text: str) -> Reading:
    """The reading of a brief about pilots and zeppelins."""
    brief = f"Manage zeppelins. Pilots and members can read zeppelins. {text}"
    return read(brief, Catalogue.builtin(), created=date(2026, 11, 21))


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Pilots can sign up themselves.", "pilot"),
        ("New users become pilots.", "pilot"),
        ("Anyone may register.", "member"),
        ("Accounts are created by admins.", None),
        ("No self registration.", None),
    ],
)
def test_the_brief_says_who_may_sign_up_and_as_what(text: str, role: str | None) -> None:
    """And its words are understood."""
    found = reading(text)

    assert found.require().auth.register_as == role
    assert found.not_understood == ()


def test_who_changes_the_rows_of_others_is_no_stranger() -> None:
    """A member who may delete every zeppelin does not sign up by himself."""
    found = reading("Members can delete zeppelins.")

    assert found.require().auth.register_as is None
