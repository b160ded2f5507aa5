"""Charts as SVG: lines over time, columns over classes. Colours come from the page's style.

What lives here: axes and shapes. What must not: what is drawn, and where it comes from.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from backwright_workbench.reports.verification.figures import amount
from backwright_workbench.reports.verification.page.html import Html, join, tag

WIDTH, HEIGHT = 500.0, 230.0
LEFT, RIGHT, TOP, BOTTOM = 46.0, 14.0, 26.0, 40.0
STYLES = ("a", "b", "c", "d")
"""Series differ by colour and by how their line is broken."""


@dataclass(frozen=True, slots=True)
class Series:
    """A name, and one value for each place on the axis; `None` where there is none."""

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Limit:
    """A line that should not be crossed."""

    name: str
    value: float


def lines(
    title: str,
    at: Sequence[float],
    series: Sequence[Series],
    *,
    across: str,
    up: str,
    limit: Limit | None = None,
) -> Html:
    """Lines over numbers: seconds, requests a second."""
    top = _top([value for each in series for value in each.values], limit)
    first, last = min(at), max(at)

    def x(value: float) -> float:
        return LEFT + (value - first) / ((last - first) or 1) * (WIDTH - LEFT - RIGHT)

    drawn: list[Html] = [_grid(top, up)]
    for value in _ticks(last - first):
        drawn.append(_label(x(first + value), HEIGHT - BOTTOM + 16, amount(first + value), "middle"))
    drawn.append(_label((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, across, "middle"))
    for style, each in zip(STYLES, series, strict=False):
        points = [(x(a), _y(v, top)) for a, v in zip(at, each.values, strict=False) if v is not None]
        path = "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in points) if points else ""
        drawn.append(tag("path", d=path, class_=f"line {style}"))
        if len(points) <= 16:
            drawn += [tag("circle", cx=a, cy=b, r=3, class_=f"dot {style}") for a, b in points]
    return _figure(title, [*drawn, _limit(limit, top)], [each.name for each in series])


def columns(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    across: str,
    up: str,
    limit: Limit | None = None,
) -> Html:
    """Columns over classes; several series stand on each other."""
    sums = [sum(each.values[n] or 0 for each in series) for n in range(len(labels))]
    top = _top(sums, limit)
    step = (WIDTH - LEFT - RIGHT) / max(1, len(labels))
    every = math.ceil(len(labels) / 12)
    drawn: list[Html] = [_grid(top, up)]
    for number, label in enumerate(labels):
        x, foot = LEFT + number * step, 0.0
        for style, each in zip(STYLES, series, strict=False):
            value = each.values[number] or 0
            if value > 0:
                high = _y(foot, top) - _y(foot + value, top)
                drawn.append(
                    tag(
                        "rect",
                        tag("title", f"{label}: {amount(value)} {each.name}"),
                        x=x + step * 0.12,
                        y=_y(foot + value, top),
                        width=step * 0.76,
                        height=max(high, 0.8),
                        class_=f"bar {style}",
                    )
                )
            foot += value
        if number % every == 0:
            drawn.append(_label(x + step / 2, HEIGHT - BOTTOM + 16, label, "middle"))
    drawn.append(_label((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, across, "middle"))
    return _figure(title, [*drawn, _limit(limit, top)], [each.name for each in series])


def _figure(title: str, drawn: Sequence[Html], names: Sequence[str]) -> Html:
    frame = f"0 0 {WIDTH:g} {HEIGHT:g}"
    image = tag(
        "svg", tag("title", title), drawn, viewBox=frame, class_="chart", role="img", aria_label=title
    )
    keys = [
        tag("span", tag("i", class_=f"key {style}"), name) for style, name in zip(STYLES, names, strict=False)
    ]
    legend = tag("p", keys, class_="legend") if len(names) > 1 else None
    return tag("figure", tag("figcaption", title), image, legend, class_="plot")


def _grid(top: float, up: str) -> Html:
    drawn = [_label(LEFT - 38, 14, up, "start")]
    for value in _ticks(top):
        y = _y(value, top)
        drawn.append(
            tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, class_="base" if value == 0 else "grid")
        )
        drawn.append(_label(LEFT - 6, y + 4, amount(value), "end"))
    return join(drawn)


def _limit(limit: Limit | None, top: float) -> Html:
    if limit is None:
        return Html()
    y = _y(limit.value, top)
    line = tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, class_="limit")
    return join(line, tag("text", limit.name, x=WIDTH - RIGHT, y=y - 5, text_anchor="end", class_="limit"))


def _label(x: float, y: float, said: str, anchor: str) -> Html:
    return tag("text", said, x=float(x), y=float(y), text_anchor=anchor)


def _y(value: float, top: float) -> float:
    return HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM)


def _top(values: Sequence[float | None], limit: Limit | None) -> float:
    """The end of the upward axis: a little above everything that is drawn."""
    most = max([0.0, *(each for each in values if each is not None), limit.value if limit else 0.0])
    return _step(most) * math.ceil(most * 1.04 / _step(most)) if most > 0 else 1.0


def _ticks(span: float) -> list[float]:
    step = _step(span)
    return [number * step for number in range(int(span / step + 1e-9) + 1)]


def _step(span: float) -> float:
    """A round distance, of which about four fit in."""
    if span <= 0:
        return 1.0
    raw = span / 4
    power = 10.0 ** math.floor(math.log10(raw))
    return next(each * power for each in (1, 2, 2.5, 5, 10) if each * power >= raw * 0.999)
