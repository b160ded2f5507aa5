"""The closing lines of `verify`: the verdict, then what stands against it, then figures and files.

What lives here: their order and words. What must not: colours and widths (`cli/terminal.py`), and judging.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from backwright_workbench.reports.verification.figures import duration, leading, line
from backwright_workbench.verify.evidence import Evidence
from backwright_workbench.verify.outcome import Fault, Status
from backwright_workbench.verify.verdict import Verdict, Verification

SHOWN = 6
"""Faults of one check that are shown; its record has all of them."""

SCREEN = 24
"""After more lines than this the verdict is said once more, because its first line has left the screen."""


def summary(verification: Verification, files: Mapping[str, str] | None = None) -> str:
    """What failed and was not run with what helps on, the figures that matter, the `files` of reports by what they are.

    A line that begins with spaces belongs to the one above it.
    """
    failed, left = verification.of(Status.FAILED), verification.of(Status.NOT_RUN)
    lines = [f"{verification.name}: {verification.verdict.upper()}. {reason(verification)}"]
    for each in failed:
        lines += ["", *_failure(each)]
    missing = [each for each in left if each.required]
    asked = [each for each in missing if not verification.asked or each.check in verification.asked]
    if asked:
        lines += ["", "Required and not run:", *(row for each in asked for row in _not_run(each))]
    if len(missing) > len(asked):
        lines += [
            "",
            f"{len(missing) - len(asked)} required checks were not asked for: {verification.command}",
        ]
    lines += _out_of_reach(left)
    figures = [(told.figure, told.evidence) for told in leading(verification)]
    if figures:
        lines += ["", "Figures:"]
        lines += [
            f"  {' ' if figure.holds else '✗'} {each.check:<24} {line(figure)}" for figure, each in figures
        ]
    if files:
        lines += ["", *(f"{what:<9} {place}" for what, place in files.items())]
    if len(lines) > SCREEN:
        lines += ["", f"{verification.name}: {verification.verdict.upper()}"]
    return "\n".join(lines)


def _out_of_reach(left: list[Evidence]) -> Iterator[str]:
    """What could not be looked at, because there is not what it needs, and what would give it."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for each in left:
        if not each.required and each.summary.startswith("needs "):
            reasons.setdefault((each.summary, each.next_step), []).append(each.check)
    if reasons:
        yield from ("", "Not looked at:")
    for (needs, step), checks in reasons.items():
        yield f"- {needs}{f' ({step})' if step else ''}: {', '.join(checks)}"


def reason(verification: Verification) -> str:
    """Why the verdict is what it is, in one sentence that counts."""
    required = verification.required
    failed = [each for each in required if each.status is Status.FAILED]
    left = [each for each in required if each.status is Status.NOT_RUN]
    others = len(verification.of(Status.NOT_RUN)) - len(left)
    parts = [f"{len(required) - len(failed) - len(left)} of {len(required)} required checks passed"]
    parts += [f"{len(failed)} failed"] if failed else []
    parts += [f"{len(left)} not run"] if left else []
    parts += [f"{others} more that this verdict does not need were not run"] if others else []
    engine = f" on {verification.engine}" if verification.engine else ""
    return ", ".join(parts) + f"; {verification.profile} profile{engine}, {duration(verification.seconds)}."


def verdict_line(verdict: Verdict) -> str:
    """What a verdict means, for somebody who reads it for the first time."""
    return {
        Verdict.READY: "Every required check passed, and each has its evidence.",
        Verdict.NOT_READY: "At least one required check failed.",
        Verdict.NOT_PROVEN: "Nothing that is required failed, and not all of it was run: this is no proof.",
    }[verdict]


def next_of(evidence: Evidence) -> str:
    """What helps on: the step that is told, or to run it again. Empty where neither would change anything."""
    return evidence.next_step or (evidence.command if evidence.status is Status.FAILED else "")


def once(faults: Sequence[Fault]) -> Iterator[Fault]:
    """The faults, a reason and a next step only where they are others than those of the fault before."""
    before = Fault("")
    for fault in faults:
        why = "" if fault.why == before.why else fault.why
        next_step = "" if fault.next_step == before.next_step else fault.next_step
        yield replace(fault, why=why, next_step=next_step)
        before = fault


def _failure(evidence: Evidence) -> Iterator[str]:
    need = "" if evidence.required else " (not required)"
    yield f"✗ {evidence.check}{need}: {evidence.title}"
    yield f"  {evidence.summary}"
    for fault in once(evidence.faults[:SHOWN]):
        yield from _fault(fault)
    left = len(evidence.faults) - SHOWN
    if left > 0:
        yield f"  … and {left} more: .backwright/evidence/{evidence.check}/result.json"
    yield f"  again: {evidence.command}"


def _fault(fault: Fault) -> Iterator[str]:
    yield f"  • {fault.place}: {fault.what}" if fault.place else f"  • {fault.what}"
    if fault.why:
        yield f"    why: {fault.why}"
    if fault.next_step:
        yield f"    next: {fault.next_step}"


def _not_run(evidence: Evidence) -> Iterator[str]:
    yield f"- {evidence.check}: {evidence.summary}"
    if step := next_of(evidence):
        yield f"  next: {step}"
