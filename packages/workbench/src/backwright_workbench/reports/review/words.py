"""What all reports of a review say in the same words: the stack, the counts, what was not looked at.

What lives here: these sentences. What must not: colours, markup.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from backwright_workbench.codebase.stack import stack
from backwright_workbench.reports.review.frames import printable
from backwright_workbench.review.finding import Confidence, Finding
from backwright_workbench.review.outcome import Review
from backwright_workbench.review.pages import fix, lead, why

GLANCE = 260
"""Characters of a reason that are read at a glance."""


def counted(number: int, what: str, many: str = "") -> str:
    """`1 route`, `42 routes`."""
    return f"{number:,} {what if number == 1 else many or what + 's'}"


def built_with(review: Review) -> str:
    """`FastAPI · SQLAlchemy 2 · Alembic · pytest; 42 routes, 12 models, 3,410 lines of Python`."""
    app = review.app
    parts = " · ".join(str(each) for each in stack(app)) or "no framework that is known here"
    sizes = [
        counted(len(app.routes), "route") if app.routes else "",
        counted(len(app.models), "model") if app.models else "",
        counted(review.lines, "line") + " of Python",
    ]
    return f"{parts}; {', '.join(filter(None, sizes))}"


def counts(review: Review) -> str:
    """`7 findings: 2 high, 5 medium`; says plainly when there is none."""
    new = " that the change brings" if review.since and not review.since.startswith("baseline") else ""
    new = " that the baseline does not have" if review.since.startswith("baseline") else new
    if not review.findings:
        return f"Nothing was found{new}"
    each = ", ".join(f"{number} {name}" for name, number in review.by_severity().items())
    return f"{counted(len(review.findings), 'finding')}{new}: {each}"


def aside(review: Review) -> Iterator[str]:
    """What was found and is not told, with why."""
    if review.suppressed:
        yield f"{counted(len(review.suppressed), 'finding')} suppressed"
    if review.known:
        yield f"{counted(len(review.known), 'finding')} known before ({review.since})"
    if review.below:
        yield f"{counted(review.below, 'finding')} less severe or less sure than what is told (--confidence low)"


def not_looked_at(review: Review) -> Iterator[tuple[str, int]]:
    """Reasons why something was not looked at, the most frequent first."""
    reasons = Counter(why for _, why in review.left_out)
    if review.app.unread:
        reasons["Python that cannot be parsed"] += len(review.app.unread)
    yield from reasons.most_common()


def reason(review: Review, finding: Finding) -> str:
    """Why it matters, as the rule's page says."""
    rule = review.rule(finding.rule)
    return _begun((why(rule.page) or lead(rule.page)).replace("**", "")) if rule else ""


def _begun(text: str) -> str:
    """The first sentences, as many as are read at a glance; the page has all of them."""
    said = ""
    for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z`])", text):
        if said and len(said) + len(sentence) > GLANCE:
            break
        said = f"{said} {sentence}".strip()
    return said


def remedy(review: Review, finding: Finding) -> str:
    """How to fix it: here, or else as the page of the rule says for the project's framework."""
    if finding.seen.fix:
        return printable(finding.seen.fix)
    rule = review.rule(finding.rule)
    return fix(rule.page, review.app.frameworks).replace("**", "") if rule else ""


def remedies(review: Review, found: Iterable[Finding], most: int = 2) -> list[str]:
    """How to fix several findings of one rule: what is said of their places, else what the page says."""
    each = list(found)
    said = [printable(one.seen.fix) for one in each if one.seen.fix] or [remedy(review, each[0])]
    return [one for one in dict.fromkeys(said) if one][:most]


def title(review: Review, finding: Finding) -> str:
    """What the rule is about."""
    rule = review.rule(finding.rule)
    return rule.about.title if rule else ""


def marks(finding: Finding) -> list[str]:
    """`security`, `CWE-295`, `API8:2023`, and how sure it is where it is not sure."""
    unsure = [] if finding.confidence is Confidence.HIGH else [f"{finding.confidence} confidence"]
    by = [f"{'' if finding.is_foreign else 'also '}{', '.join(finding.tools)}"] if finding.tools else []
    return [finding.family, *(f"CWE-{each}" for each in finding.cwe), *finding.owasp, *unsure, *by]


def told_together(review: Review) -> list[list[Finding]]:
    """Findings with one cause together, and causes of which the same is said."""
    found: dict[tuple[str, str], list[Finding]] = {}
    for group in review.groups():
        found.setdefault((group[0].rule, group[0].message), []).extend(group)
    return list(found.values())


def places(found: Iterable[Finding], most: int = 12) -> list[str]:
    """The places of several findings, those of one file together: `app/a.py:3, 10, 44`."""
    by_file: dict[str, list[int]] = {}
    for each in found:
        by_file.setdefault(each.place.path, []).append(each.place.line)
    rows, left, room = [], 0, most
    for path, lines in by_file.items():
        kept = sorted(set(lines))[:room]
        room -= len(kept)
        left += len(set(lines)) - len(kept)
        if kept:
            rows.append(f"{printable(path)}:{', '.join(map(str, kept))}")
    return [*rows, f"and {left} more"] if left else rows
