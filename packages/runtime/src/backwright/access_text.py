"""The access matrix as text, for a terminal.

What lives here: lines, cells and their letters. What must not: deciding, or anything of a service but the values
that `access_matrix.py` has collected: the workbench draws with this, too.
"""

from collections.abc import Callable, Iterator
from typing import Any

Document = dict[str, Any]
Paint = Callable[[str, str], str]
"""(cell, the same with its padding) → what is printed."""


def drawn(found: Document, paint: Paint = lambda _, padded: padded) -> str:
    """The matrix as text: routes with statuses, then what may be done with fields."""
    parts = [*_columns(route_lines(found), paint), "", *_columns(field_lines(found), paint)]
    doubts = [f"doubtful: {name}: {each}" for name, found in found["warnings"].items() for each in found]
    return "\n".join([*parts, "", LEGEND, *([""] if doubts else []), *doubts, ""])


LEGEND = """\
ok: the code behind the route goes on from there.  Two statuses: it depends on values, time or place.
R read  C create  U update  F filter  S sort  Q search; a small letter: on some rows only (`access explain` tells)."""


def route_lines(found: Document) -> list[list[str]]:
    """A line of cells for each route and kind of row, below the head."""
    head = ["", "row", *found["callers"]]
    body = [
        [
            f"{line['method']} {line['path']}",
            line["row"] or "-",
            *(status(each) for each in line["callers"].values()),
        ]
        for line in found["routes"]
    ]
    return [head, *body]


def status(statuses: list[int]) -> str:
    """The statuses of one cell; `ok` where the handler of a route goes on by itself."""
    return "/".join(map(str, statuses)) or "ok"


def field_lines(found: Document) -> list[list[str]]:
    """A line of cells for each field: R, C, U, F, S, Q for read, create, update, filter, sort, search; a small
    letter where it is for some rows only."""
    head = ["field", "", *found["callers"]]
    body = [
        [resource, name, *(letters(of_caller[name]) for of_caller in by_caller.values())]
        for resource, by_caller in found["fields"].items()
        for name in next(iter(by_caller.values()))
    ]
    return [head, *body]


def letters(rights: Document) -> str:
    """What may be done with a field, in letters; `-`: nothing."""
    on_rows = "".join(
        letter if rights[what] == "all" else letter.lower()
        for letter, what in (("R", "read"), ("C", "create"), ("U", "update"))
        if rights[what]
    )
    in_lists = "".join(
        letter for letter, what in (("F", "filter"), ("S", "sort"), ("Q", "search")) if rights[what]
    )
    return on_rows + in_lists or "-"


def _columns(lines: list[list[str]], paint: Paint) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = [paint(cell, cell.ljust(width)) for cell, width in zip(line, widths, strict=True)]
        yield "  ".join(cells).rstrip()
