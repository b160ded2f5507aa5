"""The delivery note of a verification, for a pull request: short enough to be read there.

What lives here: that page. What must not: judging.
"""

from collections.abc import Iterator

from backwright_workbench.reports.markdown import code, page, section, table
from backwright_workbench.reports.verification.closing import next_of, reason
from backwright_workbench.reports.verification.figures import amount, leading, limit
from backwright_workbench.verify.evidence import Evidence
from backwright_workbench.verify.outcome import Status
from backwright_workbench.verify.verdict import Verdict, Verification

MARKS = {Status.PASSED: "✅ passed", Status.FAILED: "❌ failed", Status.NOT_RUN: "⚪ not run"}
VERDICTS = {
    Verdict.READY: "✅ Ready",
    Verdict.NOT_READY: "❌ Not ready",
    Verdict.NOT_PROVEN: "⚪ Not proven",
}
SHOWN = 5
"""Faults of one check that are shown."""


def note(verification: Verification) -> str:
    """Verdict, failures with the next command, what was not run, families, figures."""
    left = verification.of(Status.NOT_RUN)
    return page(
        f"# {VERDICTS[verification.verdict]}: {_plain(verification.title or verification.name)}",
        reason(verification),
        _origin(verification),
        section("Failed", *map(failed_check, verification.of(Status.FAILED))),
        section("Required and not run", not_run([each for each in left if each.required])),
        section("Checks", families(verification)),
        section("Figures", figures_table(verification)),
        section(
            "Not run, and not needed for this verdict", not_run([each for each in left if not each.required])
        ),
    )


def _origin(verification: Verification) -> str:
    parts = [
        f"commit {code(verification.commit)}" if verification.commit else "",
        f"files {code(verification.tree[:12])}" if verification.tree else "",
        verification.began,
        f"repeat: {code(verification.command)}",
        "full report: `report.html`",
    ]
    return " · ".join(part for part in parts if part)


def failed_check(evidence: Evidence) -> str:
    """A check that failed: its faults with their places, and the command that runs it again."""
    lines = [f"**{evidence.check}**: {_plain(evidence.title)}. {_plain(evidence.summary)}"]
    for fault in evidence.faults[:SHOWN]:
        place = f"{code(_line(fault.place))}: " if fault.place else ""
        why = f" ({_plain(fault.why)})" if fault.why else ""
        step = f" Next: {_plain(fault.next_step)}" if fault.next_step else ""
        lines.append(f"- {place}{_plain(fault.what)}{why}.{step}")
    if len(evidence.faults) > SHOWN:
        lines.append(f"- … and {len(evidence.faults) - SHOWN} more")
    return "\n".join([lines[0], "", *lines[1:], "", f"Again: {code(evidence.command)}"])


def not_run(evidence: list[Evidence]) -> str:
    """Checks that were not run, each with the reason and what would run it."""
    return table(
        ["Check", "Reason", "Next"],
        ([each.check, each.summary, code(next_of(each)) if next_of(each) else "-"] for each in evidence),
    )


def families(verification: Verification) -> str:
    """How each family of checks ended."""

    def rows() -> Iterator[list[str]]:
        for family in sorted({each.family for each in verification.evidence}):
            members = [each for each in verification.evidence if each.family == family]
            found = {status: sum(each.status is status for each in members) for status in Status}
            worst = next(each for each in (Status.FAILED, Status.NOT_RUN, Status.PASSED) if found[each])
            yield [
                family,
                MARKS[worst],
                *(str(found[each]) for each in (Status.PASSED, Status.FAILED, Status.NOT_RUN)),
            ]

    return table(["Family", "State", "Passed", "Failed", "Not run"], rows())


def figures_table(verification: Verification) -> str:
    """The figures that lead, each with its limit and its evidence."""
    rows = [
        [
            each.figure.name,
            amount(each.figure.value, each.figure.unit),
            limit(each.figure) or "-",
            code(f"evidence/{each.evidence.check}/"),
        ]
        for each in leading(verification)
    ]
    return table(["Figure", "Value", "Limit", "Evidence"], rows)


def _plain(text: str) -> str:
    """Text that is nothing but text, whatever a service called its things."""
    said = _line(text).replace("\\", "\\\\").replace("&", "&amp;").replace("<", "&lt;")
    for mark in "`*_[]@":
        said = said.replace(mark, f"\\{mark}")
    return said


def _line(text: str) -> str:
    return " ".join(text.split())
