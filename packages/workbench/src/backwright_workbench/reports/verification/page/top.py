"""The head of the page: the verdict, what it rests on, and the figures that say most.

What lives here: these. What must not: judging.
"""

from backwright_workbench.reports.verification.closing import reason, verdict_line
from backwright_workbench.reports.verification.figures import Told, amount, duration, leading, limit
from backwright_workbench.reports.verification.page.html import Html, join, tag
from backwright_workbench.reports.verification.page.parts import (
    FAILED,
    KINDS,
    OPEN,
    PASSED,
    icon,
    record,
    section,
)
from backwright_workbench.verify.outcome import Status
from backwright_workbench.verify.verdict import Verification


def verdict(verification: Verification) -> Html:
    """The verdict, large, with what it counts and how to repeat it."""
    kind = KINDS[verification.verdict]
    said = str(verification.verdict)
    return tag(
        "header",
        tag("p", "Readiness report", class_="kicker"),
        tag("h1", verification.title or verification.name),
        tag(
            "div",
            icon(kind, "large"),
            tag(
                "div",
                tag("p", said[0].upper() + said[1:], class_="word"),
                tag("p", verdict_line(verification.verdict)),
            ),
            class_=f"verdict {kind}",
        ),
        _share(verification),
        tag("p", reason(verification), class_="reason"),
        _circumstances(verification),
        class_="top",
    )


def figures(verification: Verification) -> Html:
    """The figures that say most, each a link to the record that it stands in."""
    found = leading(verification)
    tiles = [_tile(each, kept=each.evidence.check in verification.kept) for each in found]
    if not tiles:
        return section("figures", "Figures", tag("p", "No figure was measured.", class_="empty"))
    return section("figures", "Figures", tag("div", tiles, class_="tiles"))


def _tile(told: Told, *, kept: bool) -> Html:
    figure, check = told.figure, told.evidence.check
    bound = limit(figure)
    kind = PASSED if figure.holds else FAILED
    inner = join(
        tag("span", figure.name, class_="label"),
        tag(
            "span",
            amount(figure.value),
            tag("small", f" {figure.unit}") if figure.unit else None,
            class_="value",
        ),
        tag("span", icon(kind), bound, class_=f"state {kind}")
        if bound
        else tag("span", "no limit", class_="muted"),
        tag("span", check, class_="origin"),
    )
    href = record(check) if kept else None
    return tag("a" if kept else "div", inner, href=href, class_="tile" if figure.holds else "tile beyond")


def _share(verification: Verification) -> Html:
    """Required checks as one bar: passed, failed, not run."""
    required = verification.required
    parts = []
    for status in (Status.FAILED, Status.NOT_RUN, Status.PASSED):
        count = sum(each.status is status for each in required)
        if count:
            kind = {Status.FAILED: FAILED, Status.NOT_RUN: OPEN, Status.PASSED: PASSED}[status]
            parts.append(
                tag(
                    "span", icon(kind), f"{count} {status}", class_=f"part {kind}", style=f"flex-grow:{count}"
                )
            )
    return tag("div", parts, class_="share", role="img", aria_label=reason(verification))


def _circumstances(verification: Verification) -> Html:
    engine = verification.engine or "not known"
    meant = verification.meant_for
    if meant and meant != verification.engine:
        engine += f" (it is meant for {meant})"
    machine = verification.machine
    cores, memory = machine.get("cores"), machine.get("memory_mb")
    where = ", ".join(
        str(part)
        for part in (
            machine.get("processor"),
            f"{cores} cores" if cores else None,
            f"{float(memory) / 1000:.0f} GB" if isinstance(memory, (int, float)) else None,
            machine.get("system"),
        )
        if part
    )
    rows = [
        ("Profile", verification.profile),
        ("Database", engine),
        ("Commit", tag("code", verification.commit) if verification.commit else "no history"),
        ("Files", tag("code", verification.tree[:16] or "not known", title=verification.tree)),
        ("When", verification.began.replace("T", " ").replace("+00:00", " UTC") or "not known"),
        ("How long", duration(verification.seconds)),
        ("Machine", where or "not known"),
        (
            "Versions",
            ", ".join(f"{name} {number}" for name, number in list(verification.versions.items())[:6]),
        ),
        ("Repeat it", tag("code", verification.command)),
    ]
    return tag("dl", [tag("div", tag("dt", name), tag("dd", said)) for name, said in rows], class_="meta")
