"""`backwright review`: from a directory to findings, reports and an exit code."""

import json
from pathlib import Path

import pytest
from backwright_workbench.cli.verbs import run

SAFE = "import requests\n\n\ndef stock(url: str) -> object:\n    return requests.get(url, timeout=3).json()\n"
ONLY = ["--only", "tls-verify-off"]
UNSAFE = SAFE.replace("timeout=3", "timeout=3, verify=False")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one finding."""
    place = tmp_path / "shop"
    (place / "app").mkdir(parents=True)
    (place / "app/stock.py").write_text(UNSAFE)
    (place / "app/broken.py").write_text("def (:\n")
    (place / "logo.png").write_bytes(b"\x89PNG")
    return place


def test_a_finding_is_told_with_its_line_and_the_exit_code_says_so(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Severity, rule, place, line, reason and remedy; what was not looked at is said."""
    assert run(["review", str(project), *ONLY]) == 1
    said = capsys.readouterr().out
    assert "HIGH tls-verify-off" in said
    assert "app/stock.py:5" in said
    assert "return requests.get(url, timeout=3, verify=False).json()" in said
    assert "why  TLS without verification" in said
    assert "fix  leave verification on" in said
    assert "1 finding: 1 high" in said
    assert "not looked at: binary (1); Python that cannot be parsed (1)" in said
    assert max(map(len, said.splitlines())) <= 80
    assert "\033" not in said


def test_nothing_found_is_said_plainly(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And ends well."""
    (project / "app/stock.py").write_text(SAFE)
    assert run(["review", str(project), *ONLY]) == 0
    assert "Nothing was found." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ([*ONLY, "--fail-on", "critical"], 0),
        (["--fail-on", "never"], 0),
        (["--skip", "security", "--skip", "performance", "--skip", "architecture"], 0),
        ([*ONLY, "--severity", "critical"], 0),
        ([*ONLY, "--fail-on", "low"], 1),
        (["--only", "tls-verify-of"], 2),
        (["--format", "poem"], 2),
    ],
)
def test_options_decide_what_fails(project: Path, options: list[str], code: int) -> None:
    """What is not told does not fail; a wrong request is one."""
    assert run(["review", str(project), *options]) == code


def test_a_rule_that_there_is_not_is_refused_with_the_nearest(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And where the list is."""
    run(["review", str(project), "--only", "tls-verify-of"])
    assert "did you mean tls-verify-off?" in capsys.readouterr().err


def test_reports_are_written_beside_each_other(project: Path, tmp_path: Path) -> None:
    """SARIF and JSON in one run, about the same finding."""
    sarif, report = tmp_path / "o.sarif", tmp_path / "o.json"
    run(["review", str(project), *ONLY, "--sarif", str(sarif), "--report-json", str(report)])
    [result] = json.loads(sarif.read_text())["runs"][0]["results"]
    [finding] = json.loads(report.read_text())["findings"]
    assert result["ruleId"] == finding["rule"] == "tls-verify-off"
    assert result["partialFingerprints"]["backwright/v1"] == finding["fingerprint"]


def test_programs_get_events(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One object per line; each cause is one of them."""
    run(["review", str(project), *ONLY, "--json"])
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    [found] = [each for each in told if each["event"] == "found"]
    assert (found["rule"], found["places"]) == ("tls-verify-off", ["app/stock.py:5"])
    assert told[-1]["event"] == "summary"
    assert told[-1]["values"] == {"high": "1", "findings": "1"}


def test_the_page_of_a_rule_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """As it stands in the reference."""
    assert run(["review", "--explain", "tls-verify-off"]) == 0
    assert capsys.readouterr().out.startswith("# tls-verify-off\n")


def test_a_rule_that_fails_does_not_end_the_review(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told, and the others are applied."""
    from dataclasses import replace

    from backwright_workbench.commands import review as command
    from backwright_workbench.review.rule import all_rules

    def broken(app: object) -> list[object]:
        raise KeyError("x")

    [tls] = [rule for rule in all_rules() if rule.name == "tls-verify-off"]
    rules = (tls, replace(tls, name="broken", find=broken))
    monkeypatch.setattr(command, "all_rules", lambda: rules)
    assert run(["review", str(project)]) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "the rule broken failed, which is a defect of Backwright: KeyError: 'x'" in said
    assert "tls-verify-off" in said
