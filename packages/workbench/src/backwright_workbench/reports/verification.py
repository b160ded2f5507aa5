"""The verdict of `verify` for a terminal.

What lives here: the closing lines. What must not: judging.
"""

from backwright_workbench.verify.evidence import Evidence
from backwright_workbench.verify.outcome import Status
from backwright_workbench.verify.verdict import Verification


def summary(verification: Verification) -> str:
    """The verdict, what failed and was not run with the command that helps on, and how many passed."""
    failed, left = verification.of(Status.FAILED), verification.of(Status.NOT_RUN)
    lines = [f"{verification.name}: {verification.verdict.upper()} ({verification.profile} profile)"]
    lines += [line for each in failed for line in _lines(each, "failed")]
    lines += [line for each in left if each.required for line in _lines(each, "not run")]
    lines.append(
        f"  {len(verification.of(Status.PASSED))} passed, {len(failed)} failed, {len(left)} not run"
        f" in {verification.seconds:.0f} s"
    )
    return "\n".join(lines)


def _lines(evidence: Evidence, word: str) -> list[str]:
    found = [f"  {word:<8} {evidence.check}: {evidence.summary}"]
    step = evidence.next_step or (evidence.command if evidence.status is Status.FAILED else "")
    return [*found, f"           next: {step}"] if step else found
