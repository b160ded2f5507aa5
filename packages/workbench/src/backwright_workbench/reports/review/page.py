"""A review as a page: one file without scripts, which filters by severity and family, reads on a phone and prints.

What lives here: from a `Review` to HTML. What must not: judging, and writing files.
"""

from collections.abc import Iterator

from backwright_workbench.reports.review.frames import frame
from backwright_workbench.reports.review.page_style import filters, name_of, style
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
from backwright_workbench.reports.verification.page.html import Html, join, tag
from backwright_workbench.reports.verification.page.page import POLICY
from backwright_workbench.reports.verification.page.parts import folded, prose, section
from backwright_workbench.review.finding import Finding, Severity, Step
from backwright_workbench.review.outcome import Review, Suppressed

MOST = 400
"""Causes on the page; more of them nobody reads, and a phone does not draw."""
LISTED = 300
"""Files that are listed as not looked at."""


def page(review: Review) -> str:
    """The text of the page."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", f"{review.name}: {counts(review)}"),
        tag("style", Html(style(_families(review)))),
    )
    body = tag("main", _top(review), _found(review), _aside(review), _not_looked_at(review), _rules(review))
    made = tag("footer", "Made by ", tag("code", review.command), ". Nothing of the project was executed.")
    return "<!doctype html>\n" + tag("html", head, tag("body", body, made), lang="en") + "\n"


def _families(review: Review) -> list[str]:
    return list(review.by_family())


def _top(review: Review) -> Html:
    kind = "failed" if review.at_least(Severity.HIGH) else "open" if review.findings else "passed"
    verdict = tag(
        "div",
        tag("div", tag("p", counts(review), class_="word"), tag("p", built_with(review))),
        class_=f"verdict {kind}",
    )
    figures = [
        tag("div", tag("dt", label), tag("dd", str(value)))
        for label, value in (
            ("files", f"{len(review.app.files):,}"),
            ("rules", len(review.rules)),
            ("time", f"{review.seconds:.1f} s"),
            ("compared with", review.since or "nothing"),
        )
    ]
    return tag(
        "div",
        tag("p", "Review", class_="kicker"),
        tag("h1", review.name),
        verdict,
        tag("dl", figures, class_="meta"),
        class_="top",
    )


def _found(review: Review) -> Html:
    groups = told_together(review)
    if not groups:
        return section("findings", "Findings", tag("div", f"{counts(review)}.", class_="empty"))
    shown = [_cause(review, group) for group in groups[:MOST]]
    left = len(groups) - MOST
    more = (
        tag("p", f"… and {left} more: the JSON report has all of them.", class_="muted") if left > 0 else None
    )
    severities = [str(each) for each in review.by_severity()]
    return section("findings", "Findings", filters(severities, _families(review)), shown, more)


def _cause(review: Review, group: list[Finding]) -> Html:
    first = group[0]
    head = tag(
        "h3",
        tag("span", first.severity, class_=f"severity {first.severity}"),
        title(review, first) or first.rule,
        tag("code", first.rule, class_="rule"),
    )
    pills = tag("p", [tag("span", each, class_="pill") for each in marks(first)], class_="pills")
    advice = [tag("p", tag("b", "To fix it"), " ", prose(each)) for each in remedies(review, group)]
    why = reason(review, first)
    return tag(
        "article",
        head,
        tag("p", tag("code", str(first.place)), class_="place"),
        _code(review, first),
        tag("p", prose(first.message), class_="what"),
        _steps(first),
        _others(group),
        tag("p", tag("b", "Why"), " ", prose(why)) if why else None,
        advice,
        pills,
        class_=f"card finding s-{first.severity} f-{name_of(first.family)}",
    )


def _code(review: Review, finding: Finding) -> Html:
    rows = [
        tag(
            "span",
            tag("i", f"{each.number}"),
            each.text or " ",
            "\n",
            class_="line meant" if each.is_meant else "line",
        )
        for each in frame(review, finding)
    ]
    return tag("pre", rows, class_="code", tabindex="0") if rows else Html()


def _steps(finding: Finding) -> Html:
    steps, also = finding.seen.steps, finding.seen.also
    return join(
        tag("ol", [_step(each) for each in steps], class_="steps") if steps else None,
        tag("ul", [_step(each) for each in also], class_="steps") if also else None,
    )


def _step(step: Step) -> Html:
    return tag("li", tag("code", str(step.place)), " ", prose(step.what))


def _others(group: list[Finding]) -> Html:
    if len(group) < 2:
        return Html()
    listed = [tag("li", tag("code", each)) for each in places(group[1:], most=200)]
    return folded(f"and {counted(len(group) - 1, 'place')} more", tag("ul", listed))


def _aside(review: Review) -> Html:
    said = [*aside(review), *review.remarks]
    if not said:
        return Html()
    listed = tag("ul", [tag("li", prose(each)) for each in said])
    rows = list(_suppressed(review.suppressed[:LISTED]))
    more = folded(counted(len(review.suppressed), "suppressed finding"), tag("ul", rows)) if rows else None
    return section("aside", "Left aside", listed, more)


def _suppressed(found: list[Suppressed]) -> Iterator[Html]:
    for each in found:
        yield tag("li", tag("code", str(each.finding.place)), f" {each.finding.rule}: {each.reason}")


def _not_looked_at(review: Review) -> Html:
    reasons = list(not_looked_at(review))
    if not reasons and not review.odd:
        return section("left-out", "Not looked at", tag("p", "Everything was looked at."))
    listed = [tag("li", f"{why}: {number}") for why, number in reasons]
    told = [*review.left_out, *review.app.unread.items(), *review.odd]
    rows = [tag("li", tag("code", path), f" {why}") for path, why in told[:LISTED]]
    return section("left-out", "Not looked at", tag("ul", listed), folded("each of them", tag("ul", rows)))


def _rules(review: Review) -> Html:
    rows = [
        tag("li", tag("code", rule.name), f" {rule.about.title}")
        for rule in sorted(review.rules, key=lambda each: (each.family, each.name))
    ]
    return section("rules", "Rules", folded(f"{counted(len(rows), 'rule')} applied", tag("ul", rows)))
