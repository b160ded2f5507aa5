"""A review for a pull request, in Markdown: a short table, and the details folded.

What lives here: that page. What must not: judging.
"""

import re
from collections.abc import Iterator
from html import escape

from backwright_workbench.reports.markdown import code, page, section, table
from backwright_workbench.reports.review.frames import frame, printable
from backwright_workbench.reports.review.words import (
    aside,
    built_with,
    counted,
    counts,
    marks,
    not_looked_at,
    places,
    reason,
    remedies,
    title,
    told_together,
)
from backwright_workbench.review.finding import Finding, Severity, Step
from backwright_workbench.review.outcome import Review

SIGNS = {Severity.CRITICAL: "🟣", Severity.HIGH: "🔴", Severity.MEDIUM: "🟠", Severity.LOW: "🔵"}
ROWS = 25
"""Causes in the table."""
DETAILS = 40
"""Causes whose details are told: code hosts cut longer comments off."""


def note(review: Review) -> str:
    """What was found, and what was not looked at."""
    groups = told_together(review)
    left = len(groups) - ROWS
    return page(
        f"# {'✅' if not groups else '🔎'} {plain(counts(review))}",
        plain(f"{review.name}: {built_with(review)}"),
        table(["", "Rule", "Where", "What"], map(_row, groups[:ROWS])),
        f"… and {counted(left, 'cause')} more." if left > 0 else "",
        *(_details(review, group) for group in groups[:DETAILS]),
        section("About this review", *_about(review)),
    )


def _row(group: list[Finding]) -> list[str]:
    first = group[0]
    more = f" and {len(group) - 1} more" if len(group) > 1 else ""
    return [
        f"{SIGNS[first.severity]} {first.severity}",
        code(first.rule),
        f"{code(printable(str(first.place)))}{more}",
        plain(first.message),
    ]


def _details(review: Review, group: list[Finding]) -> str:
    first = group[0]
    head = f"{SIGNS[first.severity]} {first.rule}: {printable(str(first.place))}"
    parts = [
        f"<details><summary>{escape(head)}</summary>",
        f"**{plain(title(review, first) or first.rule)}** ({plain(', '.join(marks(first)))})",
        _code(review, first),
        plain(first.message) + ".",
        "\n".join(_steps(first)),
        f"Also at {', '.join(code(each) for each in places(group[1:]))}." if len(group) > 1 else "",
        plain(reason(review, first)),
        "\n".join(f"**To fix it:** {plain(each)}" for each in remedies(review, group, most=1)),
        "</details>",
    ]
    return "\n\n".join(part for part in parts if part)


def _code(review: Review, finding: Finding) -> str:
    lines = [f"{each.number:>5}  {each.text}" for each in frame(review, finding)]
    if not lines:
        return ""
    quotes = max(len(each) for line in lines for each in re.findall("`*", line))
    fence = "`" * max(3, quotes + 1)
    return "\n".join([f"{fence}python" if finding.place.path.endswith(".py") else fence, *lines, fence])


def _steps(finding: Finding) -> Iterator[str]:
    for number, step in enumerate(finding.seen.steps, 1):
        yield f"{number}. {_step(step)}"
    for step in finding.seen.also:
        yield f"- {_step(step)}"


def _step(step: Step) -> str:
    return f"{code(printable(str(step.place)))} {plain(step.what)}"


def _about(review: Review) -> Iterator[str]:
    rows = [f"- {plain(each)}" for each in aside(review)]
    rows += [f"- {plain(each)}" for each in review.remarks]
    rows += [f"- not looked at: {plain(why)} ({number})" for why, number in not_looked_at(review)]
    rows.append(
        f"- {counted(len(review.app.files), 'file')} looked at with {counted(len(review.rules), 'rule')}; "
        f"nothing of the project was executed. Repeat: {code(review.command)}"
    )
    yield "\n".join(rows)


def plain(text: str) -> str:
    """Text that is nothing but text, with `code` where it stands between back quotes."""
    parts = " ".join(printable(text).split()).split("`")
    if len(parts) % 2 == 0:
        return _escaped("`".join(parts))
    return "".join(
        f"`{part}`" if number % 2 and part else _escaped(part) for number, part in enumerate(parts)
    )


def _escaped(text: str) -> str:
    said = text.replace("\\", "\\\\").replace("&", "&amp;").replace("<", "&lt;")
    for mark in "`*_[]@#":
        said = said.replace(mark, f"\\{mark}")
    return said
