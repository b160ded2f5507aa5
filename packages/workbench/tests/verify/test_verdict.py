"""Ready only if every required check has passed."""

from dataclasses import replace

import pytest
from backwright_workbench.verify.evidence import Evidence
from backwright_workbench.verify.outcome import Status
from backwright_workbench.verify.verdict import Verdict, Verification, in_order

ONE = Evidence(
    check="a/one", title="One", status=Status.PASSED, summary="", required=True, command="", began="", seconds=0,
    profile="quick", engine="sqlite", tree="", inputs="", versions={}, machine={},
)  # fmt: skip


def evidence(status: Status, *, required: bool = True, check: str = "a/two") -> Evidence:
    """A record that ended so."""
    return replace(ONE, check=check, status=status, required=required)


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        ([ONE], Verdict.READY),
        ([], Verdict.NOT_PROVEN),
        ([replace(ONE, required=False)], Verdict.NOT_PROVEN),
        ([ONE, evidence(Status.FAILED)], Verdict.NOT_READY),
        ([ONE, evidence(Status.NOT_RUN)], Verdict.NOT_PROVEN),
        ([ONE, evidence(Status.NOT_RUN, required=False)], Verdict.READY),
        ([ONE, evidence(Status.FAILED, required=False)], Verdict.READY),
        ([evidence(Status.FAILED), evidence(Status.NOT_RUN, check="a/three")], Verdict.NOT_READY),
    ],
)
def test_the_verdict_is_over_what_is_required(found: list[Evidence], verdict: Verdict) -> None:
    """One failure is enough for "not ready"; with nothing that passed there is nothing proven."""
    assert Verification("s", tuple(found), "quick", "sqlite", "sqlite", 1.0, "").verdict is verdict


def test_failures_come_first_then_what_was_not_run() -> None:
    """And of that, what is required."""
    found = [
        ONE,
        evidence(Status.NOT_RUN, required=False, check="b/optional"),
        evidence(Status.FAILED, check="z/failed"),
        evidence(Status.NOT_RUN, check="y/required"),
    ]
    assert [each.check for each in in_order(found)] == ["z/failed", "y/required", "b/optional", "a/one"]
