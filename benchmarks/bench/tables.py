"""What a run came to, as text: JSON, tables of Markdown, and what is printed at the end.

What lives here: words and columns. What must not: arithmetic (`report.py`).
"""

import json
from collections.abc import Iterator
from typing import Any, Final

from bench.report import Document, cost


def as_json(found: Document) -> str:
    """The document as text."""
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def _cells(each: Document, operations: list[str], what: str, form: str) -> Iterator[str]:
    for name in operations:
        value = cost(each["figures"].get(name), what)
        if value is not None:
            yield format(value, form)
        elif name in each["not_offered"]:
            yield "not offered"
        else:
            yield "not run" if name not in each["figures"] else "not measured"


def table(found: Document, what: str, form: str) -> list[list[str]]:
    """A figure of all systems and operations, as rows of cells."""
    operations = list(found["operations"])
    head = ["", "engine", *operations]
    return [head] + [
        [each["title"], each["engine"], *_cells(each, operations, what, form)]
        for each in found["systems"]
    ]  # fmt: skip


FIGURES: Final = (
    ("cpu_us", ".0f", "CPU of the application, µs a request"),
    ("pg_cpu_us", ".0f", "CPU of PostgreSQL, µs a request"),
    ("rps", ".0f", "Requests a second, one worker on one core"),
    ("p50_ms", ".1f", "Half of the answers within, ms"),
    ("p95_ms", ".1f", "95 % of the answers within, ms"),
    ("p99_ms", ".1f", "99 % of the answers within, ms"),
    ("statements", ".1f", "Statements a request, BEGIN and COMMIT included"),
    ("round_trips", ".1f", "Round trips to the database a request"),
    ("rss_mb", ".0f", "Resident memory, MB"),
)


def markdown(found: Document) -> str:
    """The tables as a page."""
    plan, machine_ = found["plan"], found["machine"]
    page = [
        "# Side by side",
        "",
        f"{found['at']}, commit {found['commit']}. {machine_['processor']}, {machine_['cores']} cores; "
        f"{plan['rounds']} rounds of {plan['seconds']} s an operation, {plan['work_orders']} work orders"
        f"{', quick: figures are rough' if plan['quick'] else ''}. Medians. `scripts/bench` repeats it; "
        "`benchmarks/README.md` says how to read it.",
        "",
    ]
    for what, form, title in FIGURES:
        head, *rows = table(found, what, form)
        page += [f"## {title}", "", _line(head), _line(["---", "---", *["--:"] * (len(head) - 2)])]
        page += [*map(_line, rows), ""]
    page += ["## Targets", "", _line(["system", "against", "in", "operation", "wanted", "reached", ""])]
    page += [_line(["---"] * 7), *(_line([str(cell) for cell in row]) for row in target_rows(found)), ""]
    page += ["## Not run", ""] if any(each["not_run"] for each in found["systems"]) else []
    page += [f"- {each['name']}: {each['not_run']}" for each in found["systems"] if each["not_run"]]
    page += ["", "## Versions", "", ", ".join(f"{name} {value}" for name, value in found["versions"].items())]
    return "\n".join(page).rstrip() + "\n"


def target_rows(found: Document) -> Iterator[list[Any]]:
    """The targets as rows of cells."""
    words = {True: "met", False: "**missed**", None: "not run"}
    for each in found["targets"]:
        reached = "-" if each["reached"] is None else each["reached"]
        sign = "<" if each["in"] == "rss_mb" else "≥"
        yield [
            each["system"], each["against"] or "-", each["in"], each["operation"], f"{sign} {each['wanted']}", reached,
            words[each["met"]],
        ]  # fmt: skip


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def text(found: Document) -> str:
    """What is printed at the end: processor time, then what was not run and what was missed."""
    lines = [""]
    for what, form, title in FIGURES[:3]:
        rows = table(found, what, form)
        widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
        lines += [
            title,
            *("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows),
        ]
        lines.append("")
    lines += [f"not run: {each['name']}: {each['not_run']}" for each in found["systems"] if each["not_run"]]
    lines += ["target: " + "  ".join(str(cell).strip("*") for cell in row) for row in target_rows(found)]
    return "\n".join(lines)
