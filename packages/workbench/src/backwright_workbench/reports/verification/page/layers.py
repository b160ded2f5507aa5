"""Boxes and the lines between them, laid out in layers: what is referred to stands left of what refers to it.

What lives here: places. What must not: how boxes and lines look. A line that passes a layer gets a place of its own
in it, so that it runs between boxes and never behind one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

GAP, PASS_GAP, PASS_HEIGHT = 30.0, 16.0, 6.0
CHANNEL = 96.0
"""The room between two layers, in which lines bend."""
SWEEPS = 12


@dataclass(frozen=True, slots=True)
class Edge:
    """`source` refers to `target`. `port` is how far below its top the line leaves the source."""

    source: str
    target: str
    port: float


@dataclass(slots=True)
class Place:
    """A box, or a place that a line passes: its layer, and from where to where it reaches."""

    name: str
    layer: int
    height: float
    box: bool = True
    y: float = 0.0
    left: "list[Place]" = field(default_factory=list)
    right: "list[Place]" = field(default_factory=list)

    @property
    def middle(self) -> float:
        """Half way down."""
        return self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class Laid:
    """Where everything is: boxes by name, and for each edge the places that it passes from source to target."""

    boxes: Mapping[str, tuple[float, float]]
    passes: Sequence[Sequence[tuple[float, float]]]
    width: float
    height: float


def lay_out(heights: Mapping[str, float], edges: Sequence[Edge], box_width: float) -> Laid:
    """The same for the same boxes and edges."""
    links = [each for each in edges if each.source != each.target]
    layers = _layers(list(heights), links)
    places = {name: Place(name, layers[name], height) for name, height in heights.items()}
    columns: list[list[Place]] = [[] for _ in range(max(layers.values(), default=0) + 1)]
    for place in places.values():
        columns[place.layer].append(place)
    passed = {id(edge): _through(edge, places, columns) for edge in links}
    _order(columns)
    _settle(columns)
    top = min((place.y for column in columns for place in column), default=0.0)
    bottom = max((place.y + place.height for column in columns for place in column), default=0.0)
    step = box_width + CHANNEL
    return Laid(
        {name: (place.layer * step, place.y - top) for name, place in places.items()},
        [[(each.layer * step, each.middle - top) for each in passed.get(id(edge), ())] for edge in edges],
        len(columns) * step - CHANNEL,
        bottom - top,
    )


def _layers(names: Sequence[str], edges: Sequence[Edge]) -> dict[str, int]:
    """How many references deep each box stands; circles are cut where they close."""
    targets: dict[str, list[str]] = {name: [] for name in names}
    for edge in edges:
        targets[edge.source].append(edge.target)
    found: dict[str, int] = {}
    kept: dict[str, list[str]] = {name: [] for name in names}

    def depth(name: str, above: tuple[str, ...]) -> int:
        if name not in found:
            for target in targets[name]:
                if target not in above and target != name:
                    kept[name].append(target)
                    depth(target, (*above, name))
            found[name] = 1 + max((found[each] for each in kept[name]), default=-1)
        return found[name]

    for name in names:
        depth(name, (name,))
    for name in sorted(names, key=lambda each: -found[each]):
        near = [found[each] for each in names if name in kept[each]]
        if near:
            found[name] = max(found[name], min(near) - 1)
    return found


def _through(edge: Edge, places: Mapping[str, Place], columns: Sequence[list[Place]]) -> list[Place]:
    """The places between source and target, linked one to the next."""
    source, target = places[edge.source], places[edge.target]
    step = -1 if target.layer < source.layer else 1
    between = []
    for layer in range(source.layer + step, target.layer, step):
        place = Place("", layer, PASS_HEIGHT, box=False)
        columns[layer].append(place)
        between.append(place)
    chain = [source, *between, target]
    for one, other in pairwise(chain):
        left, right = (one, other) if one.layer < other.layer else (other, one)
        left.right.append(right)
        right.left.append(left)
    return between


def _order(columns: Sequence[list[Place]]) -> None:
    """Order each layer by where its neighbours stand, until fewer lines cannot be made to cross that way."""
    best, fewest = [list(each) for each in columns], _crossings(columns)
    for sweep in range(SWEEPS):
        ordered = columns if sweep % 2 == 0 else columns[::-1]
        rank = {id(place): number for column in columns for number, place in enumerate(column)}
        for column in ordered:
            column.sort(key=lambda place: _wish(place, rank, sweep % 2 == 0))
            rank |= {id(place): number for number, place in enumerate(column)}
        crossings = _crossings(columns)
        if crossings < fewest:
            best, fewest = [list(each) for each in columns], crossings
    for column, order in zip(columns, best, strict=True):
        column[:] = order


def _wish(place: Place, rank: Mapping[int, int], from_left: bool) -> float:
    near = place.left if from_left else place.right
    near = near or place.left or place.right
    return sum(rank[id(each)] for each in near) / len(near) if near else float(rank[id(place)])


def _crossings(columns: Sequence[list[Place]]) -> int:
    rank = {id(place): number for column in columns for number, place in enumerate(column)}
    count = 0
    for column in columns:
        ends = [
            (rank[id(place)], rank[id(other)])
            for place in column
            for other in place.right
            if other.layer == place.layer + 1
        ]
        count += sum(
            (one[0] - two[0]) * (one[1] - two[1]) < 0 for n, one in enumerate(ends) for two in ends[n + 1 :]
        )
    return count


def _settle(columns: Sequence[list[Place]]) -> None:
    """Move each towards the middle of its neighbours, keeping the order and the room between."""
    for column in columns:
        _stack(column, [0.0] * len(column))
    for sweep in range(SWEEPS):
        for column in columns if sweep % 2 == 0 else columns[::-1]:
            wishes = []
            for place in column:
                near = [*place.left, *place.right]
                middle = sum(each.middle for each in near) / len(near) if near else place.middle
                wishes.append(middle - place.height / 2)
            _stack(column, wishes)


def _stack(column: Sequence[Place], wishes: Sequence[float]) -> None:
    """As near to the wishes as it goes without touching."""
    floor = float("-inf")
    for place, wish in zip(column, wishes, strict=True):
        place.y = max(wish, floor)
        floor = place.y + place.height + (GAP if place.box else PASS_GAP)
    if column:
        shift = sum(wish - place.y for place, wish in zip(column, wishes, strict=True)) / len(column)
        for place in column:
            place.y += shift
