"""Patterns that take exponentially long are told from those that look alike."""

import pytest
from backwright_workbench.codebase.flow.patterns import is_catastrophic


@pytest.mark.parametrize(
    "pattern",
    [
        r"^(a+)+$",
        r"^(\w+\s?)*$",
        r"^([a-zA-Z0-9]+)*@x$",
        r"(x*)*y",
        r"^(\d+|\w)+$",
        r"^(([a-z])+.)+[A-Z]([a-z])+$",
        r"^([0-9a-zA-Z]([-.\w]*[0-9a-zA-Z])*@x)$",
        r"^(?:[\w-]+[-.]?)+$",
        r"(.*)*!",
    ],
)
def test_repetitions_that_overlap_are_found(pattern: str) -> None:
    """A text can be cut into rounds in many ways, and something after them can fail."""
    assert is_catastrophic(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        r"^\w+(\s\w+)*$",
        r"^[a-z0-9]+(?:-[a-z0-9]+)*$",
        r"^(\d+\.)*\d+$",
        r"^[\w.+-]+@[\w-]+\.[\w.-]+$",
        r"(a+)*",
        r"^(?:[^,]+,)*[^,]+$",
        r"^(\d{3}[- ]?){2,4}$",
        r"^([A-Z][a-z]+ )+$",
        r"^(a|b|cd)+$",
        "(",
        "[",
        "(" * 500,
        "a{99999999999}",
        "",
    ],
)
def test_others_are_not(pattern: str) -> None:
    """Separators between rounds, nothing that can fail, few repetitions; and what is no pattern at all."""
    assert not is_catastrophic(pattern)
