"""The data model as a drawing: a box for each entity with its fields, a line for each reference.

What lives here: what stands in a box, and how a line ends. What must not: where they stand (`layers.py`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from backwright_workbench.blueprint.model import USER, Blueprint, FieldModel
from backwright_workbench.reports.verification.page.html import Html, join, tag
from backwright_workbench.reports.verification.page.layers import Edge, Laid, lay_out
from backwright_workbench.reports.verification.page.parts import folded, section

BOX = 232.0
HEAD, ROW = 28.0, 19.0
MARGIN = 10.0
MOST_FIELDS = 16
MOST_ENTITIES = 20
"""More of them are drawn in groups, after a drawing of their names alone."""
GROUP = 12


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


LEGEND = (
    "A fork is the side of many, a bar the side of one, a ring: there may be none. "
    "An asterisk: required; U: unique; a key: stored encrypted."
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
    laid = lay_out({name: box.height for name, box in boxes.items()}, edges, BOX)
    drawn = [
        *_lines(laid, boxes, edges, ends),
        *(_box(box, *laid.boxes[name], accounts=name == USER) for name, box in boxes.items()),
    ]
    width, height = laid.width + 2 * MARGIN + 34, laid.height + 2 * MARGIN
    frame = f"{-MARGIN - 4:g} {-MARGIN:g} {width:.0f} {height:.0f}"
    title = f"Entities: {', '.join(boxes)}"
    style = f"width:min(100%,{width:.0f}px);min-width:{width * 0.72:.0f}px"
    image = tag("svg", tag("title", title), drawn, viewBox=frame, class_="model", role="img", style=style)
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


def _box(box: Box, x: float, y: float, *, accounts: bool) -> Html:
    parts = [
        tag("rect", x=x, y=y, width=BOX, height=box.height, rx=7, class_="box"),
        tag("path", d=_head(x, y, box.height), class_="head accounts" if accounts else "head"),
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


def _lines(
    laid: Laid, boxes: dict[str, Box], edges: Sequence[Edge], fields: Sequence[FieldModel]
) -> Iterator[Html]:
    """Each reference from the row of its field to the box that it names."""
    arriving: dict[str, list[int]] = {}
    for number in sorted(
        range(len(edges)), key=lambda each: laid.boxes[edges[each].source][1] + edges[each].port
    ):
        arriving.setdefault(edges[number].target, []).append(number)
    for number, (edge, field) in enumerate(zip(edges, fields, strict=True)):
        (sx, sy), (tx, ty) = laid.boxes[edge.source], laid.boxes[edge.target]
        leave = sy + edge.port
        if edge.source == edge.target:
            yield _itself(sx + BOX, leave, ty + HEAD / 2, field)
            continue
        order = arriving[edge.target]
        room = max(0.0, boxes[edge.target].height - 20)
        share = (order.index(number) + 0.5) / len(order)
        arrive = ty + 10 + room * share if room else ty + HEAD / 2
        yield _line((sx, leave), (tx, arrive), laid.passes[number], field)


def _line(
    start: tuple[float, float],
    end: tuple[float, float],
    passes: Sequence[tuple[float, float]],
    field: FieldModel,
) -> Html:
    """From one side of the source through the places that it passes to the near side of the target."""
    west = end[0] < start[0]
    way = -1 if west else 1
    at = (start[0] if west else start[0] + BOX, start[1])
    goal = (end[0] + BOX if west else end[0], end[1])
    path = f"M{at[0]:.1f} {at[1]:.1f}"
    x, y = at
    for px, py in passes:
        near, far = (px + BOX, px) if west else (px, px + BOX)
        path += _bend(x, y, near, py) + f"H{far:.1f}"
        x, y = far, py
    path += _bend(x, y, *goal)
    return tag("g", tag("path", d=path), _many(*at, way, field), _one(*goal, -way, field), class_="link")


def _bend(x: float, y: float, goal_x: float, goal_y: float) -> str:
    half = (goal_x - x) / 2
    return f"C{x + half:.1f} {y:.1f} {goal_x - half:.1f} {goal_y:.1f} {goal_x:.1f} {goal_y:.1f}"


def _itself(x: float, leave: float, arrive: float, field: FieldModel) -> Html:
    path = f"M{x:.1f} {leave:.1f}h14c14 0 14 {arrive - leave:.1f} 0 {arrive - leave:.1f}h-14"
    return tag("g", tag("path", d=path), _many(x, leave, 1, field), _one(x, arrive, 1, field), class_="link")


def _many(x: float, y: float, way: int, field: FieldModel) -> Html:
    """The end at the row that refers: a fork, or a bar where it is unique."""
    if field.unique:
        return tag("path", d=f"M{x + way * 7:.1f} {y - 5:.1f}v10")
    tip = x + way * 11
    return tag("path", d=f"M{x:.1f} {y - 5:.1f}L{tip:.1f} {y:.1f}L{x:.1f} {y + 5:.1f}")


def _one(x: float, y: float, way: int, field: FieldModel) -> Html:
    """The end at the box that is referred to: a bar, and a ring where there may be none."""
    if field.optional:
        return tag("circle", cx=x + way * 6, cy=y, r=3.5, class_="none")
    return tag("path", d=f"M{x + way * 7:.1f} {y - 5:.1f}v10")


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
