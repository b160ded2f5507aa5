"""docs/reference/security.md says what it can prove: every row has a test that is there, or says that it has none."""

import ast
import re
from functools import cache
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[3]
PAGE: Final = ROOT / "docs/reference/security.md"
PROOF = re.compile(r"`([\w./-]+\.py)::(test_\w+)`")
NUMBER = re.compile(r"(API\d+\.\d+|\d+\.\d+\.\d+(?= \([123]\)$))")

SECTIONS: Final = {
    6: (3, 12, 8, 6, 8, 4, 2, 4),
    7: (3, 4, 2, 5, 3, 2),
    8: (4, 4, 3, 2),
    9: (3, 4),
    10: (2, 3, 5, 16, 5, 2, 3),
}
"""Chapter of ASVS 5.0.0 → requirements in each of its sections."""


@cache
def named_in(path: Path) -> frozenset[str]:
    """The names of the tests of a file; none where there is no such file."""
    if not path.is_file():
        return frozenset()
    found = ast.walk(ast.parse(path.read_text("utf-8")))
    return frozenset(
        each.name
        for each in found
        if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef)) and each.name.startswith("test_")
    )


def elsewhere(name: str) -> str:
    """Where a test of this name has gone, to be told."""
    found = [path.name for path in sorted(Path(__file__).parent.glob("test_*.py")) if name in named_in(path)]
    return f", but one in {' and '.join(found)}" if found else ""


def rows(page: str) -> list[list[str]]:
    """The cells of each row that has a number."""
    cells = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in page.splitlines()]
    return [row for row in cells if NUMBER.match(row[0])]


def faults(page: str) -> list[str]:
    """What is wrong with the page, each with its row or test."""
    found = [
        f"there is no test {path}::{name}{elsewhere(name)}"
        for path, name in PROOF.findall(page)
        if name not in named_in((ROOT if "/" in path else Path(__file__).parent) / path)
    ]
    for row in rows(page):
        proof = row[-1]
        reason = re.search(r"not covered: \w", proof)
        if len(row) != 5:
            found.append(f"{row[0]} has {len(row)} cells")
        elif not (PROOF.search(proof) or reason):
            found.append(f"{row[0]} has neither a test nor a reason")
        elif rest := PROOF.sub("", proof).split("not covered: ")[0].strip("; "):
            found.append(f"{row[0]} has a proof that is none: {rest}")
    return found


def test_every_row_has_a_test_that_is_there_or_says_why_not() -> None:
    """A test that is renamed takes its row along, or this one fails."""
    assert faults(PAGE.read_text("utf-8")) == []


def test_every_requirement_has_its_row() -> None:
    """Each number of the five chapters once, in order, and each of the ten risks."""
    numbers = [row[0].split()[0] for row in rows(PAGE.read_text("utf-8"))]
    expected = [
        f"{chapter}.{section}.{number}"
        for chapter, sections in SECTIONS.items()
        for section, count in enumerate(sections, 1)
        for number in range(1, count + 1)
    ]
    assert [each for each in numbers if not each.startswith("API")] == expected
    risks = [each for each in numbers if each.startswith("API")]
    assert list(dict.fromkeys(each.split(".")[0] for each in risks)) == [f"API{n}" for n in range(1, 11)]
    assert len(set(risks)) == len(risks)


@pytest.mark.parametrize(
    ("proof", "said"),
    [
        ("`test_tokens.py::test_that_nobody_wrote`", "no test test_tokens.py::test_that_nobody_wrote"),
        (
            "`test_nothing.py::test_a_changed_token_is_refused`",
            "no test test_nothing.py::test_a_changed_token_is_refused, but one in test_tokens.py",
        ),
        ("-", "neither a test nor a reason"),
        ("not covered: ", "neither a test nor a reason"),
        ("see above `test_tokens.py::test_a_changed_token_is_refused`", "a proof that is none: see above"),
        ("`test_tokens.py::test_a_changed_token_is_refused` | -", "6 cells"),
    ],
)
def test_a_row_that_proves_nothing_is_found(proof: str, said: str) -> None:
    """The check can fail, on each of its grounds."""
    (fault,) = faults(f"| 9.1.1 (1) | demanded | how | - | {proof} |")
    assert said in fault


def test_a_sound_row_passes() -> None:
    """With a test, with a reason, with both."""
    test = "`test_tokens.py::test_a_changed_token_is_refused`"
    for proof in (test, f"{test} {test}", "not covered: words", f"{test}; not covered: the rest"):
        assert faults(f"| API1.1 | attack | how | - | {proof} |") == []
