"""`backwright verify` as it is asked: reports are written, and evidence can be put to the proof."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from backwright_workbench.commands.events import AgentStatus, Checked, Event, Summary
from backwright_workbench.commands.verify import NOT_PROVEN, verify
from backwright_workbench.commands.verify_again import verify_again
from backwright_workbench.errors import UserError
from backwright_workbench.reports.verification.document import report_schema
from jsonschema import Draft202012Validator

EXAMPLE = Path(__file__).parents[4] / "examples/work-orders"
ONE = "tests/assertions"
"""A check that reads files and starts nothing."""


@pytest.fixture(scope="module")
def verified(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Event]]:
    """A service in a folder with a space in its name, of which one check was asked for."""
    service = tmp_path_factory.mktemp("verify") / "the service"
    shutil.copytree(EXAMPLE, service)
    told = verify(service, only=(ONE,), junit=service.parent / "j.xml", sarif=service.parent / "s.json")
    return service, list(told)


def ended(events: Iterator[Event]) -> Summary:
    """The last event."""
    *_, last = events
    assert isinstance(last, Summary)
    return last


def test_reports_lie_beside_the_evidence(verified: tuple[Path, list[Event]]) -> None:
    """A page, JSON in its shape, a note; and what else was asked for."""
    service, _ = verified
    folder = service / ".backwright"
    found = json.loads((folder / "report.json").read_text())
    Draft202012Validator(report_schema()).validate(found)
    (one,) = [each for each in found["checks"] if each["check"] == ONE]
    assert (folder / one["evidence"]).is_file()
    assert one["command"] == f"backwright verify '{service}' --only {ONE}"
    assert f"evidence/{ONE}/result.json" in (folder / "report.html").read_text()
    assert (folder / "report.md").read_text().startswith("# ⚪ Not proven: Work order management")
    assert (service.parent / "j.xml").exists()
    assert (service.parent / "s.json").exists()


def test_every_link_of_the_page_leads_to_a_file(verified: tuple[Path, list[Event]]) -> None:
    """Also those to outputs."""
    service, _ = verified
    folder = service / ".backwright"
    links = {each.split('"')[0] for each in (folder / "report.html").read_text().split('href="evidence/')[1:]}
    assert links
    assert [each for each in links if not (folder / "evidence" / each).is_file()] == []


def test_one_check_answers_for_itself_and_not_for_the_service(verified: tuple[Path, list[Event]]) -> None:
    """The exit code is about what was asked for; the verdict is that nothing is proven."""
    _, events = verified
    last = events[-1]
    assert isinstance(last, Summary)
    assert (last.ok, last.values["verdict"]) == (True, "not proven")
    assert [each.check for each in events if isinstance(each, Checked)] == [ONE]
    status = [each for each in events if isinstance(each, AgentStatus)]
    assert (status[0].status, status[0].completed, status[0].pending) == ("verifying", (ONE,), ())
    assert (status[-1].status, status[-1].phase) == ("not proven", "verdict")
    assert status[-1].pending


def test_evidence_that_holds_is_not_all_that_is_required(verified: tuple[Path, list[Event]]) -> None:
    """The one record is reproduced; the others are missing, so nothing is proven."""
    service, _ = verified
    last = ended(verify_again(service))
    assert (last.ok, last.exit_code) == (False, NOT_PROVEN)
    assert last.values[ONE] == "reproduced"
    assert set(last.values.values()) >= {"reproduced", "missing"}


def test_evidence_that_was_edited_is_found(verified: tuple[Path, list[Event]], tmp_path: Path) -> None:
    """And says so with its exit code."""
    service = tmp_path / "service"
    shutil.copytree(verified[0], service)
    record = service / ".backwright/evidence" / ONE / "result.json"
    record.write_text(record.read_text().replace('"seconds": ', '"seconds": 1'))
    last = ended(verify_again(service))
    assert (last.ok, last.exit_code, last.values[ONE]) == (False, 1, "broken")
    assert "result.json was changed after it was written" in last.text


def test_without_evidence_there_is_nothing_to_put_to_the_proof(tmp_path: Path) -> None:
    """It says what to do first."""
    with pytest.raises(UserError, match="there is no evidence"):
        list(verify_again(tmp_path))
