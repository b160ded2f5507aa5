"""How much of briefs by other hands is understood: a score with a floor, so that no change makes the reader worse."""

from collections import Counter
from pathlib import Path

import pytest
from brief_scores import drawn, expected_of, forbidden_and_granted, found_in, granted, reading, recall

FILES = sorted((Path(__file__).parent / "held_out").glob("*.yaml"))
LONGEST_SHORT_WORD = 3


@pytest.mark.parametrize(
    ("what", "floor"),
    [
        ("entities", 0.96),
        ("fields", 0.95),
        ("required", 0.93),
        ("unique", 0.94),
        ("states", 0.9),
        ("attachments", 0.91),
        ("search", 0.95),
        ("filters", 0.95),
        ("roles", 0.98),
        ("auth", 1.0),
        ("requests", 1.0),
        ("database", 1.0),
        ("cache", 1.0),
        ("files", 1.0),
    ],
)
def test_what_the_briefs_say_is_found(what: str, floor: float) -> None:
    """Recall over all briefs that say something of the kind."""
    found, expected = recall(FILES, what)

    assert found >= floor * expected, f"{found} of {expected}"


@pytest.mark.parametrize(
    ("what", "floor"), [("entities", 0.94), ("roles", 0.8), ("auth", 1.0), ("attachments", 0.88)]
)
def test_little_is_found_that_the_briefs_do_not_say(what: str, floor: float) -> None:
    """Precision over the briefs that say something of the kind."""
    score = Counter[str]()
    for file in FILES:
        if expected := expected_of(file, what):
            found = found_in(drawn(file))[what]
            score["right"] += len(expected & found)
            score["found"] += len(found)

    assert score["right"] >= floor * score["found"], score


def test_roles_may_what_the_briefs_let_them() -> None:
    """Of what they let a role do, nearly all."""
    given, said = (sum(each) for each in zip(*map(granted, FILES), strict=True))

    assert given >= 0.95 * said, f"{given} of {said}"


def test_roles_may_not_what_the_briefs_forbid() -> None:
    """In doubt, less: see `caution.py`."""
    counted = [forbidden_and_granted(file) for file in FILES]
    wrong = [line for lines, _ in counted for line in lines]
    said = sum(forbidden for _, forbidden in counted)

    assert len(wrong) <= 0.006 * said, wrong


def test_what_no_declaration_satisfies_is_said() -> None:
    """Sentences beyond rows and rights stand among what was not understood, or is carried for later."""
    score = Counter[str]()
    for file in FILES:
        left = " ".join(
            row.phrase.lower()
            for row in reading(file).trace
            if row.status != "understood" or "wanted" in row.note
        )
        for sentence in expected_of(file, "beyond"):
            words = [word.strip(".,") for word in sentence.lower().split() if len(word) > LONGEST_SHORT_WORD]
            score["said"] += 2 * sum(word in left for word in words) >= len(words)
            score["all"] += 1

    assert score["said"] >= 0.9 * score["all"], score
