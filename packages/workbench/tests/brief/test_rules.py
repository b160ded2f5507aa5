"""Rules of the business that no declaration says: they are left out, and said to be."""

from datetime import date

import pytest
from backwright_workbench.blueprint.model import Grant, Grants
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.reading import read
from backwright_workbench.brief.trace import Reading


def reading(text: str) -> Reading:
    """The reading of a brief about zeppelins that pilots may read."""
    brief = f"Manage zeppelins. Zeppelins have a name. Pilots can read zeppelins. {text}"
    return read(brief, Catalogue.builtin(), created=date(2026, 11, 21))


@pytest.mark.parametrize(
    "text",
    [
        "At most 5 zeppelins per pilot.",
        "Nobody may delete zeppelins after they are sent.",
        "Two zeppelins must not overlap.",
        "Pilots cannot edit zeppelins once they fly.",
    ],
)
def test_a_rule_is_said_to_belong_into_the_service_and_grants_nothing(text: str) -> None:
    """The hint names the file; pilots read as before, and no more."""
    found = reading(text)

    assert any("service.py" in row.note for row in found.not_understood)
    assert found.require().entities["Zeppelin"].access["pilot"] == Grants(read=Grant())


def test_a_condition_leaves_the_right_and_says_what_is_missing() -> None:
    """`edit up to 24 hours before it starts`: editing is granted, the hours are not kept."""
    found = reading("Pilots can edit zeppelins up to 24 hours before departure.")

    assert found.require().entities["Zeppelin"].access["pilot"] == Grants(read=Grant(), update=Grant())
    assert any(row.status == "partly" and "service.py" in row.note for row in found.not_understood)
