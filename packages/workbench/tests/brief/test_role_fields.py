"""Fields that are called like a role."""

from datetime import date

from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.reading import read

CATALOGUE = Catalogue.builtin()


def test_a_field_called_like_a_role_refers_to_an_account() -> None:
    """A judge of a kite is one of those who sign in as judges; the number of the kite is a number."""
    rights = "- Roles: judge, planner\n- Judges see only their own kites"
    brief = f"Manage kites and fairs.\n- Kite: fair, judge, motto\n{rights}"
    kite = read(brief, CATALOGUE, created=date(2026, 11, 21)).require().entities["Kite"]

    assert (kite.fields["judge"].type, kite.fields["judge"].to) == ("reference", "User")
    assert "judge" in kite.filters
    assert kite.fields["motto"].type == "string"


def test_a_field_with_a_type_keeps_it() -> None:
    """Who writes `judge (email)` wants an address."""
    brief = "Manage kites and fairs.\n- Kite: fair, judge (email)\n- Roles: judge, planner"
    kite = read(brief, CATALOGUE, created=date(2026, 11, 21)).require().entities["Kite"]

    assert kite.fields["judge"].type == "email"
