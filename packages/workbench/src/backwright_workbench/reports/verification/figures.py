"""Numbers as they are written, and which of them matter most.

What lives here: that choice, and that form. What must not: measuring.
"""

from dataclasses import dataclass

from backwright_workbench.verify.evidence import Evidence
from backwright_workbench.verify.outcome import Figure
from backwright_workbench.verify.verdict import Verification

FIRST = (
    "tests/suite",
    "tests/mutation",
    "performance/load",
    "performance/saturation",
    "performance/memory",
    "database/plans",
    "database/statements",
    "contract/fuzz",
    "access/matrix",
)
"""Checks whose figures people ask for first."""


@dataclass(frozen=True, slots=True)
class Told:
    """A figure, and the evidence that it stands in."""

    figure: Figure
    evidence: Evidence


def leading(verification: Verification, most: int = 12, each: int = 3) -> list[Told]:
    """The figures that say most: those out of their limits, then a few of each check that people ask for first."""
    found: list[tuple[bool, int, Told]] = []
    for evidence in verification.evidence:
        place = FIRST.index(evidence.check) if evidence.check in FIRST else len(FIRST)
        figures = sorted(evidence.figures, key=lambda figure: (figure.holds, figure.limit is None))
        for number, figure in enumerate(figures):
            if number < each or not figure.holds:
                found.append((figure.holds, place, Told(figure, evidence)))
    return [told for *_, told in sorted(found, key=lambda one: one[:2])][:most]


def amount(value: float, unit: str = "") -> str:
    """A number as people read it: `1,204`, `12.4 ms`, `0.03 %`."""
    if value != value or abs(value) == float("inf"):
        return "not a number"
    if value == int(value) and abs(value) < 1e15:
        text = f"{int(value):,}"
    elif abs(value) >= 100:
        text = f"{value:,.0f}"
    else:
        text = f"{value:.3g}"
    return f"{text} {unit}".rstrip()


def limit(figure: Figure) -> str:
    """`at most 100 ms`; empty without a limit."""
    if figure.limit is None:
        return ""
    return f"at {'least' if figure.least else 'most'} {amount(figure.limit, figure.unit)}"


def line(figure: Figure) -> str:
    """`p95 12.4 ms (at most 100 ms)`."""
    bound = limit(figure)
    return f"{figure.name} {amount(figure.value, figure.unit)}" + (f" ({bound})" if bound else "")


def duration(seconds: float) -> str:
    """`48 s`, `2 min 5 s`."""
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"
