"""How much is understood of briefs that were not looked at while the reader was written.

Their score is what a stranger meets. Half of them are about who may do what. A brief that somebody works on moves to
`held_out`, and one by another stranger takes its place.
"""

from pathlib import Path

import pytest
from brief_scores import forbidden_and_granted, granted, recall

FILES = sorted((Path(__file__).parent / "first_contact").glob("*.yaml"))


@pytest.mark.parametrize(
    ("what", "floor"),
    [("entities", 0.94), ("fields", 0.92), ("roles", 0.9), ("attachments", 0.9), ("filters", 0.85)],
)
def test_most_of_what_a_stranger_asks_for_is_found(what: str, floor: float) -> None:
    """Recall over all of them; each gives a blueprint."""
    found, expected = recall(FILES, what)

    assert len(FILES) >= 15
    assert found >= floor * expected, f"{found} of {expected}"


def test_little_of_what_a_stranger_forbids_is_granted() -> None:
    """What is forbidden weighs more than what is given: too little shows at the first try, too much may never."""
    counted = [forbidden_and_granted(file) for file in FILES]
    wrong = [line for lines, _ in counted for line in lines]
    said = sum(forbidden for _, forbidden in counted)
    given, wanted = (sum(each) for each in zip(*map(granted, FILES), strict=True))

    assert len(wrong) <= 0.065 * said, wrong
    assert given >= 0.7 * wanted, f"{given} of {wanted}"
