"""operations/workflow: the workflows run, and let nobody in."""

from pathlib import Path

import pytest
from backwright_workbench.verify import yaml_files
from backwright_workbench.verify.checks.operations.workflow_rules import faults as faults_of
from backwright_workbench.verify.opening import Opened
from backwright_workbench.verify.outcome import Status
from verify_planting import EXAMPLE, checked, faults, passed, planted

WORKFLOW = "operations/workflow"
CI = ".github/workflows/ci.yml"
GOOD = (EXAMPLE / CI).read_text()
CHECKOUT = "actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683"
SECOND = "  second:\n    runs-on: ubuntu-24.04\n    timeout-minutes: 5\n    steps:\n      - run: make\n"

PLANTED = {
    "unpinned-action": (CHECKOUT, "actions/checkout@v4", "actions/checkout@v4 is not pinned"),
    "action-of-a-branch": (CHECKOUT, "some/thing@main", "some/thing@main is not pinned"),
    "unknown-job": ("    runs-on", "    needs: [build]\n    runs-on", "needs build, which there is not"),
    "misspelt-key": ("    steps:", "    step:", "'step' is nothing that a job has"),
    "no-machine": ("    runs-on: ubuntu-24.04\n", "", "says no runs-on"),
    "no-trigger": ("on:\n  push", "when:\n  push", "it has no trigger"),
    "run-and-uses": ("- run: uv run mypy", "- run: uv run mypy\n        uses: ./x", "either run or uses"),
    "all-rights": ("permissions:\n  contents: read", "permissions: write-all", "may write everything"),
    "rights-not-said": ("permissions:\n  contents: read\n", "", "nothing says which rights"),
    "no-timeout": ("    timeout-minutes: 15\n", "", "has no timeout-minutes"),
    "open-expression": ("uv run mypy\n", "echo ${{ github.sha }\n", "an expression is not closed"),
    "brackets": ("uv run mypy\n", "echo ${{ format('x' }}\n", "brackets of an expression"),
    "unknown-context": (
        "uv run mypy\n",
        "echo ${{ secret.KEY }}\n",
        "secret is nothing that an expression knows",
    ),
    "title-in-a-script": (
        "uv run mypy\n",
        "echo ${{ github.event.pull_request.title }}\n",
        "is written into a script",
    ),
    "not-yaml": ("jobs:", "jobs: [", ""),
}


@pytest.mark.parametrize(("before", "after", "what"), PLANTED.values(), ids=PLANTED)
def test_a_weak_workflow_is_found(before: str, after: str, what: str) -> None:
    """Each fault alone, at a line of the file."""
    assert GOOD.count(before) == 1
    text = GOOD.replace(before, after)
    if not what:
        with pytest.raises(yaml_files.Unreadable):
            yaml_files.documents(text)
        return
    (document,) = yaml_files.documents(text)
    found = list(faults_of(document, CI))
    assert [each for each in found if what in each.what], found


def test_jobs_that_wait_for_each_other_are_found() -> None:
    """Neither ever begins."""
    text = GOOD.replace("    runs-on", "    needs: second\n    runs-on") + SECOND.replace(
        "    runs", "    needs: check\n    runs"
    )
    (document,) = yaml_files.documents(text)
    assert "check and second wait for each other" in [each.what for each in faults_of(document, CI)]


def test_a_good_service_passes(good: Opened, tmp_path: Path) -> None:
    """Zizmor has nothing to say either."""
    evidence = checked(good, WORKFLOW, tmp_path)
    assert passed(evidence)


def test_a_strangers_code_beside_the_secrets_fails(good: Opened, tmp_path: Path) -> None:
    """A comment that tells zizmor to look away changes nothing."""
    text = GOOD.replace("  pull_request:\n", "  pull_request_target: # zizmor: ignore[dangerous-triggers]\n")
    text = text.replace(
        "persist-credentials: false",
        "persist-credentials: false\n          ref: ${{ github.event.pull_request.head.sha }}",
    )
    with planted(good, tmp_path, {}, same_tables=False) as opened:
        (opened.subject.files() / CI).write_text(text)
        found = faults(checked(opened, WORKFLOW, tmp_path))
    assert f"{CI}:24: code of a stranger's pull request is checked out" in found
    assert "(zizmor dangerous-triggers)" in found


def test_without_workflows_there_is_nothing_to_say(good: Opened, tmp_path: Path) -> None:
    """And that leaves no verdict open."""
    with planted(good, tmp_path, {}, same_tables=False) as opened:
        (opened.subject.files() / CI).unlink()
        evidence = checked(opened, WORKFLOW, tmp_path)
    assert (evidence.status, evidence.required) == (Status.NOT_RUN, False)
