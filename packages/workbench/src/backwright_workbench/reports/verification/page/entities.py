"""The data model as a drawing: a box for each entity with its fields, a line for each reference.

What lives here: what stands in a box, and how a line ends. What must not: where they stand (`layers.py`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from backwright_workbench.blueprint.model import Blueprint, FieldModel
from backwright_workbench.reports.verification.page.html import Html, join, tag
from backwright_workbench.reports.verification.page.layers import Edge, Laid, Size, depth, lay_out
from backwright_workbench.reports.verification.page.parts import folded, section
from backwright_workbench.reports.verification.page.references import Pen, Point, itself

BOX = 232.0
HEAD, ROW = 28.0, 19.0
MARGIN = 10.0
CHANNEL = 92.0
MOST_COLUMNS = 4
"""Layers stand beside each other; more of them stand below each other if that is narrower."""
MOST_FIELDS = 16
MOST_ENTITIES = 20
"""More of them are drawn in groups, after a drawing of their names alone."""
GROUP = 12


LEGEND = (
    "A fork is the side of many, a bar the side of one, a ring: there may be none. "
    "An asterisk: required; U: unique; a key: stored encrypted."
)


@dataclass(frozen=True, slots=True)
class Box:
    """An entity as it is drawn. `rows` are fields with their types; one that refers has a `target`."""

    name: str
    rows: tuple[tuple[str, FieldModel | None], ...] = ()

    @property
    def height(self) -> float:
        """How high it is."""
        return HEAD + len(self.rows) * ROW + (7 if self.rows else 0)


def data_model(blueprint: Blueprint | None) -> Html:
    """The section: one drawing, or for many entities one of names and one for each group."""
    if blueprint is None:
        said = "Only a service that Backwright wrote says what its entities are."
        return section("model", "Data model", tag("div", tag("strong", "Not drawn. "), said, class_="empty"))
    count = len(blueprint.entities)
    lead = f"{count} {'entity' if count == 1 else 'entities'}. {LEGEND}"
    if count <= MOST_ENTITIES:
        return section("model", "Data model", diagram(blueprint, tuple(blueprint.entities)), lead=lead)
    names = diagram(blueprint, tuple(blueprint.entities), fields=False)
    groups = [folded(", ".join(group), diagram(blueprint, group)) for group in _groups(blueprint)]
    return section("model", "Data model", names, groups, lead=lead)


class Drawing:
    """Boxes and lines in their places."""

    def __init__(
        self, boxes: Mapping[str, Box], edges: Sequence[Edge], fields: Sequence[FieldModel], down: bool
    ) -> None:
        self._boxes, self._edges, self._fields = boxes, edges, fields
        self._down, self._pen = down, Pen(down)
        sizes = {
            name: Size(BOX, box.height) if down else Size(box.height, BOX) for name, box in boxes.items()
        }
        self._laid: Laid = lay_out(sizes, edges, CHANNEL)
        along, across = self._laid.along, self._laid.across
        self.width, self.height = (across, along) if down else (along, across)

    def boxes(self) -> Iterator[Html]:
        """Each entity."""
        for name, box in self._boxes.items():
            yield _box(box, *self._corner(name))

    def lines(self) -> Iterator[Html]:
        """Each reference from the row of its field, or the edge of the box, to the box that it names."""
        for number, (edge, field) in enumerate(zip(self._edges, self._fields, strict=True)):
            if edge.source == edge.target:
                x, y = self._corner(edge.source)
                yield itself(x + BOX, y + edge.port, y + HEAD / 2, field)
                continue
            source, target = self._laid.boxes[edge.source], self._laid.boxes[edge.target]
            back = target.along < source.along
            way = -1 if back else 1
            start = Point(self._side(edge.source, not back), self._leave(number))
            goal = Point(self._side(edge.target, back), self._arrive(number))
            path = self._pen.way(start, self._laid.passes[number], goal, target.end if back else target.along)
            ends = (self._pen.many(start, way, field), self._pen.one(goal, -way, field))
            yield tag("g", tag("path", d=path), ends, class_="link")

    def _corner(self, name: str) -> tuple[float, float]:
        spot = self._laid.boxes[name]
        return (spot.across, spot.along) if self._down else (spot.along, spot.across)

    def _side(self, name: str, far: bool) -> float:
        """Where a box begins along the layers, or where it ends."""
        spot = self._laid.boxes[name]
        return spot.along + (self._boxes[name].height if self._down else BOX) * far

    def _leave(self, number: int) -> float:
        """Across, where a line leaves: at its row, or beside the others."""
        edge = self._edges[number]
        if not self._down:
            return self._laid.boxes[edge.source].across + edge.port
        same = [n for n, each in enumerate(self._edges) if each.source == edge.source != each.target]
        return self._share(edge.source, number, same, 0)

    def _arrive(self, number: int) -> float:
        """Across, where a line arrives: beside the others, in the order that they come from."""
        edge = self._edges[number]
        same = [n for n, each in enumerate(self._edges) if each.target == edge.target != each.source]
        return self._share(edge.target, number, same, -1)

    def _next(self, number: int, end: int) -> float:
        """Across, where a line is in the next layer: `end` is 0 at its source, -1 at its target."""
        passes = self._laid.passes[number]
        if passes:
            return passes[end].across
        edge = self._edges[number]
        if end == 0:
            return self._laid.boxes[edge.target].across + self._across(edge.target) / 2
        port = self._across(edge.source) / 2 if self._down else edge.port
        return self._laid.boxes[edge.source].across + port

    def _across(self, name: str) -> float:
        return BOX if self._down else self._boxes[name].height

    def _share(self, name: str, number: int, same: list[int], end: int) -> float:
        """The places at one side of a box are shared out in equal parts."""
        size = self._across(name)
        edge = min(10.0, size / 4)
        same.sort(key=lambda each: (self._next(each, end), each))
        return (
            self._laid.boxes[name].across + edge + (size - 2 * edge) * (same.index(number) + 0.5) / len(same)
        )


def diagram(blueprint: Blueprint, wanted: Sequence[str], *, fields: bool = True) -> Html:
    """The entities that are wanted, and by name alone those that they refer to."""
    boxes = {name: Box(name, _rows(blueprint, name) if fields else ()) for name in wanted}
    edges, ends = [], []
    for name in wanted:
        for field_name, field in blueprint.entities[name].fields.items():
            if field.type == "reference" and field.to is not None:
                boxes.setdefault(field.to, Box(field.to))
                edges.append(Edge(name, field.to, _port(boxes[name], field_name)))
                ends.append(field)
    drawing = Drawing(boxes, edges, ends, down=False)
    if depth(list(boxes), edges) > MOST_COLUMNS:
        drawing = min(drawing, Drawing(boxes, edges, ends, down=True), key=lambda each: each.width)
    width, height = drawing.width + 2 * MARGIN + 34, drawing.height + 2 * MARGIN
    frame = f"{-MARGIN - 4:g} {-MARGIN:g} {width:.0f} {height:.0f}"
    title = f"Entities: {', '.join(boxes)}"
    style = f"width:min(100%,{width:.0f}px);min-width:{width * 0.72:.0f}px"
    shapes = [*drawing.lines(), *drawing.boxes()]
    image = tag("svg", tag("title", title), shapes, viewBox=frame, class_="model", role="img", style=style)
    return tag("div", image, class_="scroll drawing", role="region", aria_label="Data model", tabindex="0")


def _rows(blueprint: Blueprint, entity: str) -> tuple[tuple[str, FieldModel | None], ...]:
    """The fields, references first to go; what is too much is counted."""
    fields = list(blueprint.entities[entity].fields.items())
    if len(fields) <= MOST_FIELDS:
        return tuple(fields)
    references = [each for each in fields if each[1].type == "reference"]
    others = [each for each in fields if each[1].type != "reference"]
    shown = [*references, *others][: MOST_FIELDS - 1]
    kept = [each for each in fields if each in shown]
    return (*kept, (f"… {len(fields) - len(kept)} more", None))


def _port(box: Box, field: str) -> float:
    for number, (name, _) in enumerate(box.rows):
        if name == field:
            return HEAD + 4 + (number + 0.5) * ROW
    return HEAD / 2 if not box.rows else box.height - ROW / 2


def _box(box: Box, x: float, y: float) -> Html:
    parts = [
        tag("rect", x=x, y=y, width=BOX, height=box.height, rx=7, class_="box"),
        tag("path", d=_head(x, y, box.height), class_="head"),
        tag("text", _cut(box.name, 26), tag("title", box.name), x=x + 11, y=y + 19, class_="name"),
    ]
    for number, (name, field) in enumerate(box.rows):
        foot = y + HEAD + 4 + number * ROW + 14
        parts.append(_field(name, field, x, foot))
    return tag("g", parts)


def _head(x: float, y: float, height: float) -> str:
    """The upper part of a box, round above; round all over where there is nothing else."""
    top = f"M{x:.1f} {y + 7:.1f}a7 7 0 0 1 7-7h{BOX - 14:g}a7 7 0 0 1 7 7"
    if height > HEAD:
        return f"{top}v{HEAD - 7:g}h-{BOX:g}z"
    return f"{top}v{HEAD - 14:g}a7 7 0 0 1-7 7h-{BOX - 14:g}a7 7 0 0 1-7-7z"


def _field(name: str, field: FieldModel | None, x: float, foot: float) -> Html:
    if field is None:
        return tag("text", name, x=x + 11, y=foot, class_="type")
    marks = (
        ("" if field.optional else "*") + (" U" if field.unique else "") + (" ⚿" if field.encrypted else "")
    )
    kind = f"→ {field.to}" if field.type == "reference" else field.type
    said = tag(
        "text",
        _cut(name, 19),
        tag("tspan", marks, class_="mark"),
        tag("title", _whole(name, field)),
        x=x + 11,
        y=foot,
    )
    return join(said, tag("text", _cut(kind, 14), x=x + BOX - 11, y=foot, text_anchor="end", class_="type"))


def _whole(name: str, field: FieldModel) -> str:
    values = f" ({', '.join(field.values)})" if field.values else ""
    return f"{name}: {field.type}{values} {field.description}".strip()


def _groups(blueprint: Blueprint) -> Iterator[tuple[str, ...]]:
    """Entities by area; small areas that follow each other share a drawing."""
    group: list[str] = []
    for area in blueprint.areas():
        members = [name for name in blueprint.entities if blueprint.area(name) == area]
        if group and len(group) + len(members) > GROUP:
            yield tuple(group)
            group = []
        group += members
    if group:
        yield tuple(group)


def _cut(said: str, most: int) -> str:
    return said if len(said) <= most else said[: most - 1] + "…"
