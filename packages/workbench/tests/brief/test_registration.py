"""How people get an account and which role those get who sign up themselves, where the brief says so."""

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


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("", "open"),
        ("Anyone may register.", "open"),
        ("Accounts are created by admins.", "closed"),
        ("Admins create user accounts.", "closed"),
        ("No self registration.", "closed"),
        ("Registration is by invitation only.", "invited"),
        ("Users are invited by an admin via email.", "invited"),
        ("Only admins can invite people.", "invited"),
    ],
)
def test_the_brief_says_how_people_get_an_account(text: str, how: str) -> None:
    """And its words are understood; where nobody signs up, nobody gets a role by it."""
    found = reading(text)

    assert found.require().auth.registration == how
    assert found.not_understood == ()
    assert how == "open" or found.require().auth.register_as is None


@pytest.mark.parametrize(
    "text",
    [
        "Password reset by email.",
        "Users can reset their forgotten password.",
        "Email verification.",
        "2FA login.",
    ],
)
def test_what_accounts_do_by_mail_comes_with_every_service(text: str) -> None:
    """It is understood, and nothing is carried for later."""
    found = reading(text)

    assert found.require().wanted == ()
    assert found.not_understood == ()
