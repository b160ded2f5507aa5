"""The lines of the data model: from the row that refers, or the upper edge, to the box that is referred to.

What lives here: their ways and their ends, whichever way the layers run. What must not: what stands in a box.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from backwright_workbench.blueprint.model import FieldModel
from backwright_workbench.reports.verification.page.html import Html, tag
from backwright_workbench.reports.verification.page.layers import Spot


@dataclass(frozen=True, slots=True)
class Point:
    """A point along the layers and across them."""

    along: float
    across: float


@dataclass(frozen=True, slots=True)
class Pen:
    """Writes points as a path does: layers beside each other, or `down` below each other."""

    down: bool

    def at(self, along: float, across: float) -> str:
        """`x y`."""
        return f"{across:.1f} {along:.1f}" if self.down else f"{along:.1f} {across:.1f}"

    def way(self, start: Point, passes: Sequence[Spot], goal: Point, edge: float) -> str:
        """From `start` through the places that it passes to `goal`; before that, at `edge`, it has stopped bending."""
        back = goal.along < start.along
        path = f"M{self.at(start.along, start.across)}"
        at = start
        for spot in passes:
            near, far = (spot.end, spot.along) if back else (spot.along, spot.end)
            path += self._bend(at, Point(near, spot.across)) + f"L{self.at(far, spot.across)}"
            at = Point(far, spot.across)
        return path + self._bend(at, Point(edge, goal.across)) + f"L{self.at(goal.along, goal.across)}"

    def _bend(self, start: Point, goal: Point) -> str:
        half = (start.along + goal.along) / 2
        return (
            f"C{self.at(half, start.across)} {self.at(half, goal.across)} {self.at(goal.along, goal.across)}"
        )

    def many(self, end: Point, way: int, field: FieldModel) -> Html:
        """The end at what refers: a fork, or a bar where it is unique. `way` is where the line comes from."""
        if field.unique:
            return self._bar(end, way)
        low, high = self.at(end.along, end.across - 5), self.at(end.along, end.across + 5)
        return tag("path", d=f"M{low}L{self.at(end.along + way * 11, end.across)}L{high}")

    def one(self, end: Point, way: int, field: FieldModel) -> Html:
        """The end at what is referred to: a bar, and a ring where there may be none."""
        if not field.optional:
            return self._bar(end, way)
        x, y = self.at(end.along + way * 6, end.across).split()
        return tag("circle", cx=x, cy=y, r=3.5, class_="none")

    def _bar(self, end: Point, way: int) -> Html:
        along = end.along + way * 7
        return tag("path", d=f"M{self.at(along, end.across - 5)}L{self.at(along, end.across + 5)}")


def itself(x: float, leave: float, arrive: float, field: FieldModel) -> Html:
    """A reference of an entity to itself: a loop at its right side."""
    pen = Pen(down=False)
    path = f"M{x:.1f} {leave:.1f}h14c14 0 14 {arrive - leave:.1f} 0 {arrive - leave:.1f}h-14"
    ends = (pen.many(Point(x, leave), 1, field), pen.one(Point(x, arrive), 1, field))
    return tag("g", tag("path", d=path), ends, class_="link")
