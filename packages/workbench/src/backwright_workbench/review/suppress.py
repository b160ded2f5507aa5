"""Findings that somebody has decided to leave: by a comment in the code, or by the configuration of the project.

What lives here: which finding a comment is about, and comments that do not count. What must not: reading comments.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.review.accepted import Accepted
from backwright_workbench.review.comments import Comment, comments
from backwright_workbench.review.config import Config
from backwright_workbench.review.finding import Finding
from backwright_workbench.review.outcome import Suppressed
from backwright_workbench.review.rule import Rule

LONGEST = 30
"""Lines of a finding within which a comment is about it; a comment deep in a function is not about all of that."""


@dataclass(slots=True)
class Sorted:
    """Findings that are told and those that are not, and what is to be said about comments."""

    told: list[Finding] = field(default_factory=list)
    suppressed: list[Suppressed] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def suppress(
    app: Application,
    found: Iterable[Finding],
    config: Config,
    rules: Iterable[Rule],
    today: date,
    known: Iterable[str] = (),
) -> Sorted:
    """Sorts the findings. `rules` were applied; `known` are the names of all rules that there are."""
    result = Sorted()
    heads = _heads(app)
    by_file: dict[str, list[Comment]] = {}
    for each in comments(app.files):
        why = each.trouble or _expired(each, today)
        if why:
            result.remarks.append(f"{each.path}:{each.line}: this comment suppresses nothing: {why}")
        else:
            by_file.setdefault(each.path, []).append(each)
    used: set[tuple[Comment, str]] = set()
    accepted = Accepted(app)
    for finding in found:
        comment = _comment_for(finding, by_file.get(finding.place.path, ()), heads)
        pattern = config.ignored(finding.place.path, finding.rule, finding.family)
        if comment is not None:
            used.add((comment, finding.rule))
            result.suppressed.append(Suppressed(finding, "inSource", comment.reason))
        elif pattern:
            reason = f"{config.source} ignores it in {pattern}"
            result.suppressed.append(Suppressed(finding, "external", reason))
        elif why := accepted.why(finding):
            result.suppressed.append(Suppressed(finding, "inSource", why))
        else:
            result.told.append(finding)
    applied = {rule.name for rule in rules}
    everything = {*applied, *known}
    for each in (comment for found_here in by_file.values() for comment in found_here):
        for name in each.rules:
            if name not in everything:
                result.remarks.append(f"{each.path}:{each.line}: there is no rule {name} to suppress")
            elif name in applied and (each, name) not in used:
                result.remarks.append(
                    f"{each.path}:{each.line}: {name} finds nothing here; remove the comment"
                )
    return result


def _expired(comment: Comment, today: date) -> str:
    if comment.until is not None and today > comment.until:
        return f"it was until {comment.until.isoformat()}: {comment.reason}"
    return ""


def _heads(app: Application) -> dict[tuple[str, int], int]:
    """The first lines of functions, decorators included, with the last line of each: a comment there is about all."""
    found: dict[tuple[str, int], int] = {}
    for module in app.project.modules.values():
        for function in module.everything:
            for line in range(function.first, function.line + 1):
                found[module.path, line] = max(function.end, found.get((module.path, line), 0))
    return found


def _comment_for(
    finding: Finding, there: Iterable[Comment], heads: dict[tuple[str, int], int]
) -> Comment | None:
    """The comment that is about a finding: on one of its lines, above it, or at the head of its function."""
    place = finding.place
    last = place.end if place.end - place.line <= LONGEST else place.line
    for each in there:
        if finding.rule not in each.rules:
            continue
        if place.line <= each.about <= last or place.line <= each.line <= last:
            return each
        if each.about <= place.line <= heads.get((each.path, each.about), 0):
            return each
    return None
