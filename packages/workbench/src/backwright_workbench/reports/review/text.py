"""A review for people at a terminal: the worst first, with the code, why it matters and what to do.

What lives here: order and lines. What must not: judging.
"""

from collections.abc import Iterator

from backwright_workbench.reports.review.frames import frame, printable
from backwright_workbench.reports.review.paint import Paint
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
)
from backwright_workbench.review.finding import Finding, Severity, Step
from backwright_workbench.review.outcome import Review

FULL = 3
"""Causes of one rule that are shown with their code; the others on a line each."""

BRIEF = 15
"""Causes of one rule that are shown at all, unless everything is asked for."""


def text(review: Review, *, colour: bool = False, width: int = 80, verbose: bool = False) -> str:
    """The whole of it. `verbose` shows every place and lists what was not looked at."""
    paint = Paint(colour, width)
    rows = [paint(printable(review.name), "bold"), *paint.prose(built_with(review), indent=0)]
    by_rule: dict[str, list[list[Finding]]] = {}
    for group in review.groups():
        by_rule.setdefault(group[0].rule, []).append(group)
    for groups in by_rule.values():
        rows += _rule(review, groups, paint, verbose)
    rows += ["", *_end(review, paint, verbose)]
    return "\n".join(row.rstrip() for row in rows) + "\n"


def _rule(review: Review, groups: list[list[Finding]], paint: Paint, verbose: bool) -> Iterator[str]:
    """All that one rule found."""
    first = groups[0][0]
    word = f" {first.severity.upper()} " if first.severity == "critical" else first.severity.upper()
    yield ""
    said = " · ".join(marks(first))
    head = f"{paint(word, first.severity)} {paint(first.rule, 'bold')}"
    if len(word) + len(first.rule) + len(said) + 3 <= paint.width:
        yield f"{head}  {paint(said, 'dim')}"
    else:
        yield head
        yield from paint.prose(said, indent=0)
    yield from paint.prose(title(review, first), indent=0)
    full = len(groups) if verbose else FULL
    told: set[str] = set()
    for group in groups[:full]:
        yield ""
        yield from _cause(review, group, paint, verbose, told, first.severity)
        told.add(group[0].message)
    yield from _others(told, groups[full:], paint, first.severity)
    yield from _advice(review, [each for group in groups for each in group], paint)


def _others(said: set[str], left: list[list[Finding]], paint: Paint, usual: Severity) -> Iterator[str]:
    """The causes that are not shown with their code: those that say the same on one line."""
    by_message: dict[str, list[Finding]] = {}
    for group in left:
        by_message.setdefault(group[0].message, []).extend(group)
    if by_message:
        yield ""
    for message, found in list(by_message.items())[:BRIEF]:
        level = "" if found[0].severity == usual else f" ({found[0].severity})"
        if message in said:
            yield from paint.prose("; ".join(places(found)), "the same: ", style="dim")
        elif len(found) == 1:
            head = f"{printable(str(found[0].place))}{level} "
            yield from paint.prose(printable(message), head, style="cyan")
        else:
            yield from paint.prose(f"{printable(message)}{level}: {'; '.join(places(found))}")
    if len(by_message) > BRIEF:
        number = sum(map(len, list(by_message.values())[BRIEF:]))
        yield f"  … and {number} more: --verbose, or --only {left[0][0].rule}"


def _advice(review: Review, found: list[Finding], paint: Paint) -> Iterator[str]:
    """Why, and what to do: once for each rule, as far as it is the same."""
    why, fixes = reason(review, found[0]), remedies(review, found)
    if why or fixes:
        yield ""
    yield from paint.prose(why, "why  ", style="dim")
    for number, each in enumerate(fixes):
        yield from paint.prose(each, "fix  " if number == 0 else "  or ", style="green")


def _cause(
    review: Review, group: list[Finding], paint: Paint, verbose: bool, said: set[str], usual: Severity
) -> Iterator[str]:
    """Findings with one cause: the first with its code, the places of the others. What was `said` is not repeated."""
    first = group[0]
    level = "" if first.severity == usual else f" {paint(f'· {first.severity}', first.severity)}"
    yield f"  {paint(printable(str(first.place)), 'cyan')}{level}"
    yield from _code(review, first, paint)
    if first.message not in said:
        yield from paint.prose(printable(first.message))
    for number, step in enumerate(first.seen.steps, 1):
        yield from _step(step, f"{number}. ", paint)
    for step in first.seen.also:
        yield from _step(step, "see ", paint)
    others = group[1:]
    if others:
        yield from paint.prose(
            "; ".join(places(others, most=len(others) if verbose else 12)),
            f"and {counted(len(others), 'place')} more: ",
            style="dim",
        )


def _step(step: Step, head: str, paint: Paint) -> Iterator[str]:
    yield from paint.prose(
        f"{printable(str(step.place))} {printable(step.what)}", head, style="dim", indent=4
    )


def _code(review: Review, finding: Finding, paint: Paint) -> Iterator[str]:
    for line in frame(review, finding):
        mark = ">" if line.is_meant else " "
        room = paint.width - 12
        body = line.text if len(line.text) <= room else line.text[: room - 1] + "…"
        style = "bold" if line.is_meant else "dim"
        yield f"  {paint(mark, finding.severity)} {paint(f'{line.number:>5} │', 'dim')} {paint(body, style)}"
        if line.marked is not None and line.marked < room:
            under = "^" * max(1, min(len(body), room) - line.marked)
            yield f"          {paint('│', 'dim')} {' ' * line.marked}{paint(under, finding.severity)}"


def _end(review: Review, paint: Paint, verbose: bool) -> Iterator[str]:
    """Counts, what was left aside, what was not looked at, what to do next."""
    said = counts(review)
    yield paint(said + ("." if not review.findings else ""), "bold")
    families = review.by_family()
    if len(families) > 1:
        yield "  " + ", ".join(f"{name} {number}" for name, number in families.items())
    for each in aside(review):
        yield from paint.prose(each)
    yield from paint.prose(_looked_at(review))
    left = list(not_looked_at(review))
    if left:
        said = "; ".join(f"{why} ({number})" for why, number in left)
        yield from paint.prose(said, "not looked at: ", style="dim")
    if review.odd:
        yield from paint.prose(f"{counted(len(review.odd), 'file')} read in another encoding than UTF-8")
    for remark in review.remarks:
        yield from paint.prose(printable(remark), "note: ", style=_note(remark))
    if verbose:
        yield from _lists(review, paint)
    yield from _next(review, paint)


def _note(remark: str) -> str:
    return "bold" if remark else ""


def _looked_at(review: Review) -> str:
    files = counted(len(review.app.files), "file")
    rules = counted(len(review.rules), "rule")
    return f"{files} looked at with {rules} in {review.seconds:.1f} s; nothing of the project was executed"


def _lists(review: Review, paint: Paint) -> Iterator[str]:
    told = [*review.left_out, *review.app.unread.items()]
    for head, rows in (("Not looked at:", told), ("Odd encodings:", review.odd)):
        if rows:
            yield from ("", paint(head, "bold"))
            yield from (f"  {printable(path)}: {printable(why)}" for path, why in rows)
    if review.suppressed:
        yield from ("", paint("Suppressed:", "bold"))
    for each in review.suppressed:
        yield from paint.prose(
            f"{each.finding.rule}: {printable(each.reason)}", f"{printable(str(each.finding.place))} "
        )


def _next(review: Review, paint: Paint) -> Iterator[str]:
    if not review.findings:
        return
    rule = review.findings[0].rule
    yield ""
    if review.rule(rule):
        yield f"{paint('next:', 'cyan')} backwright review --explain {rule}"
    if review.left_out and any(review.left_out):
        yield f"{paint('     ', 'cyan')} --verbose lists every place and what was not looked at"
