"""Boxes and the lines between them, laid out in layers: what is referred to stands before what refers to it.

What lives here: places, along the layers and across them, whichever way they run. What must not: how boxes and lines
look. A line that passes a layer gets a place of its own in it, so that it runs between boxes and never behind one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

GAP, PASS_GAP, PASS_SIZE = 30.0, 16.0, 6.0
SWEEPS = 12


@dataclass(frozen=True, slots=True)
class Edge:
    """`source` refers to `target`. `port` is how far down the source the line leaves it."""

    source: str
    target: str
    port: float = 0.0


@dataclass(frozen=True, slots=True)
class Size:
    """How much room a box takes across its layer, and along with the layers."""

    across: float
    along: float


@dataclass(slots=True)
class Place:
    """A box, or a place that a line passes: its layer, and from where to where it reaches across."""

    name: str
    layer: int
    size: float
    box: bool = True
    at: float = 0.0
    before: "list[Place]" = field(default_factory=list)
    after: "list[Place]" = field(default_factory=list)

    @property
    def middle(self) -> float:
        """Half way."""
        return self.at + self.size / 2


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a box begins, and where its layer begins and ends."""

    across: float
    along: float
    end: float


@dataclass(frozen=True, slots=True)
class Laid:
    """Where everything is: boxes by name, and for each edge the places that it passes from source to target."""

    boxes: Mapping[str, Spot]
    passes: Sequence[Sequence[Spot]]
    across: float
    along: float


def depth(names: Sequence[str], edges: Sequence[Edge]) -> int:
    """How many layers there are."""
    return 1 + max(_layers(names, _between(edges)).values(), default=0)


def lay_out(sizes: Mapping[str, Size], edges: Sequence[Edge], channel: float) -> Laid:
    """The same for the same boxes and edges. Between two layers there is a channel, in which lines bend."""
    links = _between(edges)
    layers = _layers(list(sizes), links)
    places = {name: Place(name, layers[name], size.across) for name, size in sizes.items()}
    columns: list[list[Place]] = [[] for _ in range(max(layers.values(), default=0) + 1)]
    for place in places.values():
        columns[place.layer].append(place)
    passed = {id(edge): _through(edge, places, columns) for edge in links}
    _order(columns)
    _settle(columns)
    first = min((place.at for column in columns for place in column), default=0.0)
    last = max((place.at + place.size for column in columns for place in column), default=0.0)
    reach = []
    begin = 0.0
    for column in columns:
        end = begin + max((sizes[place.name].along for place in column if place.box), default=0.0)
        reach.append((begin, end))
        begin = end + channel
    return Laid(
        {name: Spot(place.at - first, *reach[place.layer]) for name, place in places.items()},
        [
            [Spot(each.middle - first, *reach[each.layer]) for each in passed.get(id(edge), ())]
            for edge in edges
        ],
        last - first,
        begin - channel,
    )


def _between(edges: Sequence[Edge]) -> list[Edge]:
    return [each for each in edges if each.source != each.target]


def _layers(names: Sequence[str], edges: Sequence[Edge]) -> dict[str, int]:
    """How many references deep each box stands; circles are cut where they close."""
    targets: dict[str, list[str]] = {name: [] for name in names}
    for edge in edges:
        targets[edge.source].append(edge.target)
    found: dict[str, int] = {}
    kept: dict[str, list[str]] = {name: [] for name in names}

    def stand(name: str, above: tuple[str, ...]) -> int:
        if name not in found:
            for target in targets[name]:
                if target not in above and target != name:
                    kept[name].append(target)
                    stand(target, (*above, name))
            found[name] = 1 + max((found[each] for each in kept[name]), default=-1)
        return found[name]

    for name in names:
        stand(name, (name,))
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
        place = Place("", layer, PASS_SIZE, box=False)
        columns[layer].append(place)
        between.append(place)
    chain = [source, *between, target]
    for one, other in pairwise(chain):
        first, second = (one, other) if one.layer < other.layer else (other, one)
        first.after.append(second)
        second.before.append(first)
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


def _wish(place: Place, rank: Mapping[int, int], forward: bool) -> float:
    near = place.before if forward else place.after
    near = near or place.before or place.after
    return sum(rank[id(each)] for each in near) / len(near) if near else float(rank[id(place)])


def _crossings(columns: Sequence[list[Place]]) -> int:
    rank = {id(place): number for column in columns for number, place in enumerate(column)}
    count = 0
    for column in columns:
        ends = [
            (rank[id(place)], rank[id(other)])
            for place in column
            for other in place.after
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
                near = [*place.before, *place.after]
                middle = sum(each.middle for each in near) / len(near) if near else place.middle
                wishes.append(middle - place.size / 2)
            _stack(column, wishes)


def _stack(column: Sequence[Place], wishes: Sequence[float]) -> None:
    """As near to the wishes as it goes without touching."""
    floor = float("-inf")
    for place, wish in zip(column, wishes, strict=True):
        place.at = max(wish, floor)
        floor = place.at + place.size + (GAP if place.box else PASS_GAP)
    if column:
        shift = sum(wish - place.at for place, wish in zip(column, wishes, strict=True)) / len(column)
        for place in column:
            place.at += shift
