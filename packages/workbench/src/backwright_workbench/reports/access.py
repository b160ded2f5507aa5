"""The access matrix of a service as a page, and in colour for a terminal.

What lives here: values → text. What must not: asking the service (`commands/access.py`), or what a status means
(the runtime's `access_text.py` draws the cells).
"""

from collections.abc import Iterator
from html import escape
from typing import Any, Final

from backwright.access_text import drawn, letters, status

Document = dict[str, Any]

GREEN, YELLOW, RED, PLAIN = "\033[32m", "\033[33m", "\033[31m", "\033[0m"

STYLE: Final = """\
body { font: 14px/1.4 system-ui, sans-serif; margin: 2rem; color: #1b1f24; }
table { border-collapse: collapse; margin: 1rem 0 2rem; }
th, td { border: 1px solid #d0d7de; padding: .2rem .6rem; text-align: left; vertical-align: top; }
thead th { position: sticky; top: 0; background: #f6f8fa; }
td.may { background: #dafbe1; } td.depends { background: #fff8c5; } td.not { background: #ffebe9; }
code { font: 13px ui-monospace, monospace; }"""


def in_colour(matrix: Document) -> str:
    """The matrix for a terminal: green lets in, yellow depends or hides, red refuses."""
    paints = {"may": GREEN, "depends": YELLOW, "not": RED, "": ""}

    def paint(cell: str, padded: str) -> str:
        colour = paints[kind(cell)]
        return f"{colour}{padded}{PLAIN}" if colour else padded

    return drawn(matrix, paint)


def kind(cell: str) -> str:
    """Whether a cell lets in (`may`), `depends`, refuses (`not`), or is no status."""
    statuses = cell.split("/")
    if cell == "ok":
        return "may"
    if not all(each.isdigit() for each in statuses):
        return ""
    if len(statuses) > 1:
        return "depends"
    return "may" if cell < "300" else "not"


def page(matrix: Document) -> str:
    """The matrix as one HTML file that needs nothing else: statuses, fields with their rows, every rule in words."""
    title = f"Who may do what: {matrix['service']}"
    parts = [
        "<!doctype html>",
        f'<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>',
        f"<style>{STYLE}</style></head><body><h1>{escape(title)}</h1>",
        "<h2>Routes</h2>",
        *_table(["route", "row", *matrix["callers"]], _routes(matrix)),
        "<p>404: as if the row were not there. Two statuses: it depends on values of the row, on time or place. "
        "ok: the code behind the route goes on from there.</p>",
        "<h2>Fields</h2>",
        *_table(["resource", "field", *matrix["callers"]], _fields(matrix)),
        "<p>R read, C create, U update, F filter, S sort, Q search; a small letter: on some rows only, which are "
        "shown when the pointer rests on the cell.</p>",
        "<h2>Rules</h2>",
        *_rules(matrix),
        "</body></html>",
    ]
    return "\n".join(parts) + "\n"


def _table(head: list[str], body: Iterator[str]) -> Iterator[str]:
    yield "<table><thead><tr>" + "".join(f"<th>{escape(each)}</th>" for each in head) + "</tr></thead><tbody>"
    yield from body
    yield "</tbody></table>"


def _routes(matrix: Document) -> Iterator[str]:
    for line in matrix["routes"]:
        cells = [status(line["callers"][caller]) for caller in matrix["callers"]]
        shown = "".join(f'<td class="{kind(each)}">{each}</td>' for each in cells)
        route = escape(f"{line['method']} {line['path']}")
        yield f"<tr><td><code>{route}</code></td><td>{escape(line['row'] or '')}</td>{shown}</tr>"


def _fields(matrix: Document) -> Iterator[str]:
    for resource, by_caller in matrix["fields"].items():
        for name in next(iter(by_caller.values()), {}):
            cells = [by_caller[caller][name] for caller in matrix["callers"]]
            shown = "".join(f'<td title="{escape(_rows(each))}">{letters(each)}</td>' for each in cells)
            yield f"<tr><td>{escape(resource)}</td><td><code>{escape(name)}</code></td>{shown}</tr>"


def _rows(rights: Document) -> str:
    """On which rows, in words."""
    return "; ".join(
        f"{what}: {rights[what]}"
        for what in ("read", "create", "update")
        if rights[what] not in (None, "all")
    )


def _rules(matrix: Document) -> Iterator[str]:
    for resource, by_role in matrix["rules"].items():
        yield f"<h3>{escape(resource)}</h3><ul>"
        for role, grants in by_role.items():
            yield from (f"<li>{escape(role)} may {escape(each)}</li>" for each in grants)
        yield "</ul>"
