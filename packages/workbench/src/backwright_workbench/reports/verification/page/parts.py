"""What all sections of the page are made of: states, sources, tables, headings.

What lives here: those parts. What must not: what a section says.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from backwright_workbench.reports.verification.checklists import Mark
from backwright_workbench.reports.verification.closing import next_of
from backwright_workbench.reports.verification.figures import amount
from backwright_workbench.reports.verification.page.html import Content, Html, address, join, tag
from backwright_workbench.reports.verification.page.reading import Row, number
from backwright_workbench.verify.evidence import Evidence
from backwright_workbench.verify.outcome import Status
from backwright_workbench.verify.verdict import Verdict, Verification

PASSED, FAILED, OPEN, UNKNOWN = "passed", "failed", "open", "unknown"

KINDS: Final = {
    Status.PASSED: PASSED,
    Status.FAILED: FAILED,
    Status.NOT_RUN: OPEN,
    Mark.PROVEN: PASSED,
    Mark.PARTLY: OPEN,
    Mark.FAILED: FAILED,
    Mark.NOT_RUN: OPEN,
    Mark.NOT_CHECKED: UNKNOWN,
    Verdict.READY: PASSED,
    Verdict.NOT_READY: FAILED,
    Verdict.NOT_PROVEN: OPEN,
}

SHAPES: Final = {
    PASSED: "M4.5 8.4 7 10.9 11.6 5.6",
    FAILED: "M5.2 5.2 10.8 10.8M10.8 5.2 5.2 10.8",
    OPEN: "M4.8 8H11.2",
    UNKNOWN: "M8 8h.01",
}
"""A tick, a cross, a dash, a dot: told apart without colour."""


def signs() -> Html:
    """The signs of all states, drawn once; `icon` shows them."""
    drawn = [
        tag(
            "symbol",
            tag("circle", cx=8, cy=8, r=7),
            tag("path", d=shape),
            id=f"sign-{kind}",
            viewBox="0 0 16 16",
        )
        for kind, shape in SHAPES.items()
    ]
    return tag("svg", drawn, class_="signs", aria_hidden="true")


def icon(kind: str, size: str | None = None) -> Html:
    """The sign of a state; the word stands beside it."""
    return tag(
        "svg", tag("use", href=f"#sign-{kind}"), class_=f"icon {size}" if size else "icon", aria_hidden="true"
    )


def state(what: Status | Mark | Verdict) -> Html:
    """A state: its sign and its word."""
    kind = KINDS[what]
    return tag("span", icon(kind), str(what), class_=f"state {kind}")


def section(name: str, title: str, *content: Content, lead: str = "") -> Html:
    """A section with an anchor of its own."""
    head = tag("h2", title)
    return tag("section", head, tag("p", lead, class_="lead") if lead else None, *content, id=name)


def record(check: str) -> str:
    """The path of a check's record, beside the page."""
    return address(f"evidence/{check}/result.json")


def source(verification: Verification, *checks: str) -> Html:
    """Where what stands above comes from: records, and the commands that repeat them."""
    found = [each for each in map(verification.get, checks) if each is not None]
    parts = []
    for each in found:
        name = (
            tag("a", each.check, href=record(each.check)) if each.check in verification.kept else each.check
        )
        parts.append(join(name, " · ", tag("code", each.command)))
    return tag("p", "Evidence: ", _between(parts, tag("br")), class_="source") if parts else Html()


def files(verification: Verification, evidence: Evidence) -> Html:
    """Links to everything that a check has left."""
    if evidence.check not in verification.kept:
        return tag("span", "no record", class_="muted")
    links = [tag("a", "result.json", href=record(evidence.check))]
    links += [
        tag("a", each.file, href=address(f"evidence/{evidence.check}/{each.file}"), title=each.command)
        for each in evidence.outputs[:20]
    ]
    return _between(links, " · ")


def not_measured(verification: Verification, *checks: str) -> Html:
    """Says that there is nothing to draw, why, and what would change that."""
    said: list[str] = []
    for check in checks:
        found = verification.get(check)
        if found is None:
            said.append(tag("li", tag("code", check), ": it is not among the checks"))
        elif found.status is Status.NOT_RUN:
            step = next_of(found)
            follows = join(" Next: ", tag("code", step)) if step else None
            said.append(tag("li", tag("code", check), f": {found.summary}.", follows))
        else:
            said.append(tag("li", tag("code", check), ": it left nothing that can be drawn"))
    return tag("div", tag("strong", "Not measured"), tag("ul", said), class_="empty")


def table(
    head: Sequence[str], body: Iterable[Html], *, label: str, numeric: Iterable[int] = (), kind: str = ""
) -> Html:
    """A table that scrolls by itself where it is too wide. `numeric` are the columns that hold numbers."""
    marked = set(numeric)
    cells = [
        tag("th", each, scope="col", class_="n" if number in marked else None)
        for number, each in enumerate(head)
    ]
    inner = tag("table", tag("thead", tag("tr", cells)), tag("tbody", body))
    return tag("div", inner, class_=f"scroll {kind}".rstrip(), role="region", aria_label=label, tabindex="0")


def row(*cells: "str | Html", numeric: Iterable[int] = (), kind: str | None = None) -> Html:
    """A row of a table."""
    marked = set(numeric)
    made = [tag("td", each, class_="n" if number in marked else None) for number, each in enumerate(cells)]
    return tag("tr", made, class_=kind)


def folded(title: "str | Html", *content: Content, open_: bool = False) -> Html:
    """Something that is opened when somebody wants it; on paper it is open."""
    return tag("details", tag("summary", title), tag("div", *content, class_="folded"), open=open_)


def meter(percent: float, kind: str = "") -> Html:
    """A bar of a hundred."""
    held = max(0.0, min(100.0, percent))
    return tag(
        "span", tag("i", style=f"width:{held:.1f}%"), class_=f"meter {kind}".rstrip(), aria_hidden="true"
    )


def shown(found: Row, key: str) -> str:
    """A number as people read it, or a dash."""
    value = number(found, key)
    return amount(value) if value is not None else "-"


def prose(said: str) -> Html:
    """Text in which `code` stands between back quotes."""
    return (
        join(tag("code", each) if n % 2 else each for n, each in enumerate(said.split("`")))
        if said.count("`") % 2 == 0
        else join(said)
    )


def _between(parts: Sequence[str], mark: str) -> Html:
    found: list[str] = []
    for place, each in enumerate(parts):
        found += [mark, each] if place else [each]
    return join(found)
