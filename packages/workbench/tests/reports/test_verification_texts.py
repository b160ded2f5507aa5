"""What verify writes for programs and pull requests: JSON, JUnit, SARIF, a note, and its closing lines."""

import json
import xml.etree.ElementTree as Tree
from collections.abc import Callable
from dataclasses import replace

import pytest
from backwright_workbench.reports.verification.checklists import LISTS, Mark, checklists
from backwright_workbench.reports.verification.closing import summary
from backwright_workbench.reports.verification.document import document, report_schema
from backwright_workbench.reports.verification.figures import amount, leading
from backwright_workbench.reports.verification.junit import junit
from backwright_workbench.reports.verification.note import note
from backwright_workbench.reports.verification.sarif import sarif
from backwright_workbench.verify.check import all_checks
from backwright_workbench.verify.outcome import Fault, Status
from backwright_workbench.verify.verdict import Verdict, Verification
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt
from verification_values import green, half, hostile, red

ALL = pytest.mark.parametrize("made", [green, red, half, hostile])


@ALL
def test_the_document_keeps_to_its_schema(made: Callable[[], Verification]) -> None:
    """Whatever a service says."""
    found = json.loads(document(made()))
    Draft202012Validator(report_schema()).validate(found)
    assert found["verdict"] == made().verdict


def test_the_document_says_how_far_it_is_in_the_words_of_orchestration() -> None:
    """Agent, status, phase, completed, pending."""
    status = json.loads(document(half()))["agent_status"]
    assert (status["agent"], status["status"], status["phase"]) == ("backwright", "not proven", "verdict")
    assert status["pending"] == ["database/plans", "operations/health", "performance/load"]
    assert "contract/valid" in status["completed"]


@ALL
def test_junit_counts_what_it_holds(made: Callable[[], Verification]) -> None:
    """A suite for each family, a case for each check; failures and skips are counted as they are."""
    verification = made()
    root = Tree.fromstring(junit(verification))
    assert {each.get("name") for each in root} == {each.family for each in verification.evidence}
    assert len(root.findall(".//testcase")) == int(root.get("tests", "")) == len(verification.evidence)
    assert len(root.findall(".//failure")) == int(root.get("failures", ""))
    assert len(root.findall(".//skipped")) == int(root.get("skipped", ""))


def test_junit_tells_faults_and_reasons() -> None:
    """What, where, why and next of each fault; why a check was not run."""
    failure = Tree.fromstring(junit(red())).find(".//testcase[@name='tests/suite']/failure")
    assert failure is not None
    assert "tests/orders/test_actions.py:57" in (failure.text or "")
    skipped = Tree.fromstring(junit(half())).find(".//testcase[@name='operations/health']/skipped")
    assert skipped is not None
    assert "an embedded database cannot be stopped" in skipped.get("message", "")


@ALL
def test_sarif_holds_a_result_for_each_fault(made: Callable[[], Verification]) -> None:
    """Each points to its rule by name and number; what was not run is a notification."""
    verification = made()
    (run,) = json.loads(sarif(verification))["runs"]
    rules = run["tool"]["driver"]["rules"]
    faults = sum(len(each.faults) for each in verification.evidence if each.status == "failed")
    assert len(run["results"]) == faults
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"]
    (invocation,) = run["invocations"]
    assert len(invocation["toolExecutionNotifications"]) == len(verification.of(Status.NOT_RUN))


def test_sarif_places_are_lines_where_they_are_lines() -> None:
    """A file with its line, or the name of an operation or column."""
    (run,) = json.loads(sarif(red()))["runs"]
    places = [each.get("locations", [{}])[0] for each in run["results"]]
    files = {
        (found["artifactLocation"]["uri"], found["region"]["startLine"])
        for each in places
        if (found := each.get("physicalLocation"))
    }
    names = {
        each["logicalLocations"][0]["fullyQualifiedName"] for each in places if "logicalLocations" in each
    }
    assert files == {("src/work_orders/comments/resource.py", 31), ("tests/orders/test_actions.py", 57)}
    assert names == {"GET /work-orders/{id}", "work_orders.due_at"}


def test_sarif_knows_a_fault_again_when_lines_move() -> None:
    """The fingerprint does not change with numbers, and tells two faults of one check apart."""
    first = red()
    moved = replace(
        first,
        evidence=tuple(
            replace(
                each, faults=tuple(replace(one, place=one.place.replace(":31", ":77")) for one in each.faults)
            )
            for each in first.evidence
        ),
    )

    def fingerprints(verification: Verification) -> list[str]:
        (run,) = json.loads(sarif(verification))["runs"]
        return [each["partialFingerprints"]["backwright/v1"] for each in run["results"]]

    assert fingerprints(first) == fingerprints(moved)
    assert len(set(fingerprints(first))) == len(fingerprints(first))


def test_the_note_begins_with_the_verdict_and_what_stands_against_it() -> None:
    """Failures with the next command come before figures; it is short."""
    text = note(red())
    assert text.startswith("# ❌ Not ready: Work order management\n")
    assert text.index("## Failed") < text.index("## Checks") < text.index("## Figures")
    assert "`backwright verify work-orders --only database/plans`" in text
    assert len(text) < 6_000


def test_the_note_is_text_and_no_markup_of_a_service() -> None:
    """Neither HTML nor Markdown gets out of a title or a fault."""
    tokens = MarkdownIt("commonmark").enable("table").parse(note(hostile()))
    kinds = {each.type for token in tokens for each in (token, *(token.children or ()))}
    assert not kinds & {"html_block", "html_inline", "image", "link_open"}


def test_closing_lines_say_failures_first_in_full() -> None:
    """What, place, why, next, then figures; each fault once."""
    text = summary(red(), {"page": "report.html"})
    assert text.startswith("work-orders: NOT READY. 11 of 15 required checks passed, 4 failed; full profile")
    assert "  • src/work_orders/comments/resource.py:31: a requester deletes comments of others" in text
    assert "    why: the grant says `all` where it meant `author`" in text
    assert "    next: write rows='author' in that grant" in text
    assert text.index("✗ tests/suite") < text.index("Figures:") < text.index("report.html")


def test_what_many_faults_have_in_common_is_said_once() -> None:
    """And after many lines the verdict once more."""
    faults = tuple(
        Fault(f"line {number} is wrong", f"a.py:{number}", "it matters", "mend it") for number in range(1, 10)
    )
    verification = red()
    found = tuple(replace(each, faults=faults) if each.faults else each for each in verification.evidence)
    lines = summary(replace(verification, evidence=found)).splitlines()
    failed = [line for line in lines if line.startswith("✗")]
    assert lines.count("    why: it matters") == lines.count("    next: mend it") == len(failed) == 4
    assert "  … and 3 more: .backwright/evidence/tests/suite/result.json" in lines
    assert lines[-1] == "work-orders: NOT READY"


def test_closing_lines_say_what_is_missing() -> None:
    """Required and not run, with the reason and what helps on; what the verdict does not need is only counted."""
    text = summary(half())
    assert text.startswith("work-orders: NOT PROVEN.")
    assert "- operations/health: an embedded database cannot be stopped\n  next: name a server in" in text
    assert "tests/mutation" not in text


def test_checks_that_were_not_asked_for_are_counted() -> None:
    """`--only` says nothing about them, and its answer is about the others."""
    partial = replace(half(), asked=frozenset({"contract/valid", "operations/drain"}))
    assert partial.verdict is Verdict.NOT_PROVEN
    assert partial.answer is Verdict.READY
    assert "3 required checks were not asked for: backwright verify" in summary(partial)


def test_items_are_answered_by_the_evidence() -> None:
    """Proven, failed, not run, and for what nothing speaks: not checked."""
    marks = {one.item.name: one.mark for made in (red(),) for each in checklists(made) for one in each.items}
    assert marks["OWASP API1:2023"] is Mark.FAILED
    assert marks["OWASP API8:2023"] is Mark.PROVEN
    assert marks["OWASP API10:2023"] is Mark.NOT_CHECKED
    found = {one.item.name: one.mark for each in checklists(half()) for one in each.items}
    assert (found["Mutation"], found["12factor IX"]) == (Mark.NOT_RUN, Mark.PARTLY)


def test_figures_out_of_their_limits_come_first() -> None:
    """Then those of the checks that people ask for first."""
    found = [(each.figure.name, each.figure.holds) for each in leading(red())]
    assert found[:2] == [("p95", False), ("slowest statement", False)]


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (5600, "", "5,600"),
        (12.44, "ms", "12.4 ms"),
        (0.0, "%", "0 %"),
        (412.6, "ms", "413 ms"),
        (float("nan"), "", "not a number"),
    ],
)
def test_amounts_are_written_for_people(value: float, unit: str, text: str) -> None:
    """Three digits that count, and thousands told apart."""
    assert amount(value, unit) == text


def test_checklists_name_checks_that_there_are() -> None:
    """A name that is wrong would leave its item unchecked for ever."""
    known = {name for each in all_checks() for name in (each.name, each.family)}
    named = {name for _, _, items in LISTS for item in items for name in item.speak}
    assert named - known == set()
