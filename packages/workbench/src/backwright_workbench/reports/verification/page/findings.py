"""What stands against the verdict, and what nothing is known about.

What lives here: failures, what was not run, checklists, every check, what this report does not say. What must not:
judging.
"""

from backwright_workbench.reports.verification.checklists import Answered, Checklist, Mark, checklists
from backwright_workbench.reports.verification.closing import next_of, once
from backwright_workbench.reports.verification.figures import line
from backwright_workbench.reports.verification.page.html import Html, join, tag
from backwright_workbench.reports.verification.page.parts import (
    FAILED,
    OPEN,
    files,
    folded,
    icon,
    prose,
    row,
    section,
    state,
    table,
)
from backwright_workbench.verify.evidence import Evidence
from backwright_workbench.verify.outcome import Fault, Status
from backwright_workbench.verify.verdict import Verification

SHOWN, MOST = 5, 40
"""Faults of one check that are shown at once, and at most; its record has all of them."""


def failures(verification: Verification) -> Html:
    """Every check that failed, in full. No section without one."""
    failed = verification.of(Status.FAILED)
    if not failed:
        return Html()
    return section("failed", f"Failed ({len(failed)})", [_failure(verification, each) for each in failed])


def not_run(verification: Verification) -> Html:
    """What was not run: what the verdict needs first, with what would change that."""
    left = verification.of(Status.NOT_RUN)
    if not left:
        return Html()
    needed = [each for each in left if each.required]
    others = [each for each in left if not each.required]
    parts = []
    if needed:
        parts.append(tag("div", [_missing(each) for each in needed], class_="cards"))
    if others:
        title = f"{len(others)} that this verdict does not need"
        parts.append(folded(title, _missing_table(others), open_=len(others) < 6))
    return section("not-run", f"Not run ({len(left)})", parts)


def lists(verification: Verification) -> Html:
    """The checklists that teams use, each item with the checks that speak for it."""
    return section(
        "checklists",
        "Checklists",
        [_list(each, verification) for each in checklists(verification)],
        lead="Proven: each check that speaks for the item has passed. What no check speaks for is a matter for people.",
    )


def all_checks(verification: Verification) -> Html:
    """Every check with its figures and files."""
    rows = [
        row(
            state(each.status),
            join(tag("strong", each.check), tag("br"), tag("span", each.title, class_="muted")),
            join(each.summary, _figures(each)),
            "reused" if each.reused else f"{each.seconds:.1f} s",
            files(verification, each),
            numeric=(3,),
        )
        for each in verification.evidence
    ]
    head = ("State", "Check", "What it saw", "Took", "Evidence")
    note = "Each record names its command, versions, machine, the fingerprint of the files, and its outputs by hash."
    return section("checks", "Every check", table(head, rows, label="Every check", numeric=(3,)), lead=note)


def limits(verification: Verification) -> Html:
    """What a reader should not conclude: notes of checks, and items that nobody checks."""
    notes = [
        tag("li", tag("code", each.check), ": ", prose(note))
        for each in verification.evidence
        for note in each.notes[:20]
    ]
    open_ = [
        tag("li", f"{found.title}: {', '.join(names)}")
        for found in checklists(verification)
        if (names := [one.item.title for one in found.items if one.mark is Mark.NOT_CHECKED])
    ]
    parts = [tag("h3", "Notes of the checks"), tag("ul", notes)] if notes else []
    parts += [tag("h3", "On the lists and not checked"), tag("ul", open_)] if open_ else []
    if not parts:
        return Html()
    lead = "A verdict is about one state of the files, on one machine, at one time. Beyond that:"
    return section("limits", "What this report does not say", parts, lead=lead)


def _failure(verification: Verification, evidence: Evidence) -> Html:
    faults = [_fault(each) for each in once(evidence.faults[:MOST])]
    left = len(evidence.faults) - MOST
    more = folded(f"{len(faults) - SHOWN} more", tag("ul", faults[SHOWN:], class_="faults"))
    need = None if evidence.required else tag("span", "not required", class_="pill")
    return tag(
        "article",
        tag("h3", icon(FAILED, "mid"), evidence.title, need),
        tag("p", tag("code", evidence.check), " · ", evidence.summary, class_="muted"),
        tag("ul", faults[:SHOWN], class_="faults"),
        more if len(faults) > SHOWN else None,
        tag("p", f"… and {left} more in its record.") if left > 0 else None,
        _figures(evidence),
        tag(
            "p",
            "Again: ",
            tag("code", evidence.command),
            tag("br"),
            "Evidence: ",
            files(verification, evidence),
            class_="source",
        ),
        class_="card failed",
    )


def _fault(fault: Fault) -> Html:
    return tag(
        "li",
        tag("p", prose(fault.what), class_="what"),
        tag("p", tag("code", fault.place), class_="place") if fault.place else None,
        tag("p", tag("b", "Why "), prose(fault.why)) if fault.why else None,
        tag("p", tag("b", "Next "), prose(fault.next_step), class_="next") if fault.next_step else None,
    )


def _missing(evidence: Evidence) -> Html:
    step = next_of(evidence)
    return tag(
        "article",
        tag("h3", icon(OPEN, "mid"), evidence.title),
        tag("p", tag("code", evidence.check), f" · {evidence.summary}", class_="muted"),
        tag("p", tag("b", "Next "), tag("code", step), class_="next") if step else None,
        class_="card open",
    )


def _missing_table(left: list[Evidence]) -> Html:
    rows = [
        row(tag("code", each.check), each.summary, tag("code", next_of(each)) if next_of(each) else "-")
        for each in left
    ]
    return table(("Check", "Why not", "Next"), rows, label="Not run and not needed")


def _figures(evidence: Evidence) -> Html | None:
    if not evidence.figures:
        return None
    said = [
        tag("span", line(each), class_="pill" if each.holds else "pill beyond") for each in evidence.figures
    ]
    return tag("p", said, class_="pills")


def _list(found: Checklist, verification: Verification) -> Html:
    """Folded where all is well or nothing is known; open where something failed."""
    total = len(found.items)
    counts = [(mark, found.count(mark)) for mark in Mark]
    said = ", ".join(f"{count} {mark}" for mark, count in counts if count)
    title = join(tag("strong", found.title), tag("span", f"{total} items: {said}", class_="muted"))
    rows = [_item(each, verification) for each in found.items]
    inner = table(("State", "Item", "Evidence"), rows, label=found.title)
    return folded(title, inner, open_=found.name == "backend" or bool(found.count(Mark.FAILED)))


def _item(found: Answered, verification: Verification) -> Html:
    name = found.item.name
    said = join(tag("strong", name), tag("br"), tag("span", found.item.title, class_="muted"))
    links = [
        tag(
            "span",
            state(each.status),
            " ",
            tag("code", each.check),
            " ",
            files(verification, each),
            class_="speaks",
        )
        for each in found.evidence
    ]
    return row(
        state(found.mark),
        said,
        join(links) if links else tag("span", "no check speaks for it", class_="muted"),
    )
