"""The baseline: what was found before, by fingerprint."""

import pytest
from backwright_workbench.errors import UserError
from backwright_workbench.review.baseline import baseline, fingerprints
from review_projects import calls, reviewed


def test_what_is_written_is_read_back() -> None:
    """A line for each finding, in the same order each time."""
    _, found = reviewed({"b.py": calls(""), "a.py": calls("", "")})
    text = baseline(found)
    assert fingerprints(text, "x") == {each.fingerprint for each in found}
    assert baseline(list(reversed(found))) == text
    assert text.count("\n") == 5


def test_nothing_is_a_baseline_too() -> None:
    """An empty one."""
    assert fingerprints(baseline([]), "x") == frozenset()


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"version": 2, "findings": []}', '{"version": 1}', "[" * 100_000]
)
def test_anything_else_is_refused(text: str) -> None:
    """With what to do."""
    with pytest.raises(UserError, match="not one"):
        fingerprints(text, "x")


def test_a_fingerprint_stays_when_lines_move() -> None:
    """And differs for the second of two equal lines."""
    _, before = reviewed({"a.py": calls("", "")})
    _, after = reviewed({"a.py": "# a new line\n\n" + calls("", "")})
    assert [each.fingerprint for each in before] == [each.fingerprint for each in after]
    assert len({each.fingerprint for each in before}) == 2
