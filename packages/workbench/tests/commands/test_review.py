"""`backwright review`: from a directory to findings, reports and an exit code."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

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

    from backwright_workbench.commands import review_config as command
    from backwright_workbench.review.rule import all_rules

    def broken(app: object) -> list[object]:
        raise KeyError("x")

    [tls] = [rule for rule in all_rules() if rule.name == "tls-verify-off"]
    rules = (tls, replace(tls, name="broken", find=broken))
    monkeypatch.setattr(command, "all_rules", lambda: rules)
    assert run(["review", str(project)]) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert (
        "the rule broken failed, which is a defect of Backwright (or of a rule of your own): KeyError: 'x'"
        in said
    )
    assert "tls-verify-off" in said


def git(root: Path, *arguments: str) -> None:
    """Git in a directory, as somebody."""
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True)


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    """The exit code and the report."""
    code = run(["review", *arguments, *ONLY, "--format", "json"])
    return code, json.loads(capsys.readouterr().out)


def states(report: dict[str, Any]) -> list[tuple[str, int, str]]:
    """Path, line and state of each finding."""
    return sorted(
        (each["place"]["path"], each["place"]["line"], each["state"]) for each in report["findings"]
    )


def test_only_what_a_change_brings_is_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An old finding that moved, in a file that moved, is known; a new one beside it is told."""
    git(project, "init", "-q", "-b", "main")
    git(project, "add", "-A")
    git(project, "commit", "-qm", "one")
    code, report = told(capsys, str(project), "--diff", "main")
    assert (code, states(report)) == (0, [("app/stock.py", 5, "known")])
    git(project, "mv", "app/stock.py", "app/goods.py")
    text = "# moved\n" + UNSAFE + UNSAFE.replace("import requests\n", "").replace("stock", "price")
    (project / "app/goods.py").write_text(text)
    git(project, "commit", "-qam", "two")
    code, report = told(capsys, str(project), "--diff", "HEAD~1")
    assert code == 1
    assert states(report) == [("app/goods.py", 6, "known"), ("app/goods.py", 10, "new")]
    assert report["since"].startswith("HEAD~1 at ")


def test_an_absence_that_a_change_brings_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A comment that is taken away brings its finding back."""
    (tmp_path / "a.py").write_text(UNSAFE.rstrip() + "  # backwright: ignore[tls-verify-off] a device\n")
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "one")
    assert told(capsys, str(tmp_path), "--diff", "main")[0] == 0
    (tmp_path / "a.py").write_text(UNSAFE)
    assert told(capsys, str(tmp_path), "--diff", "main")[0] == 1


def test_a_baseline_keeps_what_was_there(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Written once; afterwards only what is new is told, and what is gone is said."""
    place = project / "known.json"
    code, report = told(capsys, str(project), "--baseline", str(place), "--write-baseline")
    assert (code, states(report)) == (0, [("app/stock.py", 5, "known")])
    (project / "app/more.py").write_text(UNSAFE)
    code, report = told(capsys, str(project), "--baseline", str(place))
    assert (code, states(report)) == (1, [("app/more.py", 5, "new"), ("app/stock.py", 5, "known")])
    (project / "app/stock.py").write_text(SAFE)
    run(["review", str(project), "--baseline", str(place)])
    assert "1 findings of the baseline are gone" in capsys.readouterr().out


def test_the_configuration_of_the_project_counts_and_is_told(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Unless it is not wanted."""
    (project / "pyproject.toml").write_text('[tool.backwright.review]\nskip = ["security"]\n')
    assert run(["review", str(project), "--fail-on", "high", "--only", "tls-verify-off"]) == 0
    assert "narrows this review: skips security" in " ".join(capsys.readouterr().out.split())
    assert told(capsys, str(project), "--no-config")[0] == 1


def test_a_wrong_configuration_is_refused(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the nearest key and rule."""
    (project / "pyproject.toml").write_text('[tool.backwright.review]\nskp = ["security"]\n')
    assert run(["review", str(project)]) == 2
    assert "did you mean 'skip'?" in capsys.readouterr().err
    (project / "pyproject.toml").write_text('[tool.backwright.review.ignore]\n"a/" = ["tls-verify-of"]\n')
    assert run(["review", str(project)]) == 2
    assert "did you mean tls-verify-off?" in capsys.readouterr().err


RULE = '''"""Names are spelled in lower case."""

from pathlib import Path
from typing import Any

from backwright_workbench.review.finding import Seen, Severity
from backwright_workbench.review.rule import About

ABOUT = About("A module is called in capitals", Severity.LOW)
Path(__file__).with_name("was-run").touch()


def find(app):
    for module in app.modules():
        if module.name.isupper():
            yield Seen(module.at(module.body[0]), f"`{module.path}` shouts")
'''


def test_rules_of_the_project_run_only_when_that_is_allowed(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """They are programs of whoever wrote the project."""
    (project / "review_rules").mkdir()
    (project / "review_rules/lower_case.py").write_text(RULE)
    (project / "SHOP.py").write_text("x = 1\n")
    (project / "pyproject.toml").write_text('[tool.backwright.review]\nrules = ["review_rules/"]\n')
    run(["review", str(project)])
    assert "--allow-project-rules loads them" in " ".join(capsys.readouterr().out.split())
    assert not (project / "review_rules/was-run").exists()
    only = ["--only", "lower-case"]
    assert run(["review", str(project), "--allow-project-rules", *only, "--fail-on", "low"]) == 1
    assert "`SHOP.py` shouts" in capsys.readouterr().out
    assert run(["review", str(project), "--config", str(project / "pyproject.toml"), *only]) == 0
    assert "`SHOP.py` shouts" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["raise SystemError('x')\n", "x = 1\n", "def (\n"])
def test_a_rule_that_is_none_is_refused(project: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With its file."""
    (project / "own").mkdir()
    (project / "own/a_rule.py").write_text(text)
    config = project / "review.toml"
    config.write_text('rules = ["own"]\n')
    assert run(["review", str(project), "--config", str(config)]) == 2
    assert "a_rule.py" in capsys.readouterr().err


def test_other_tools_are_asked_if_they_are_there(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ruff is installed here; a tool that is not is said to be missing."""
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:/usr/bin:/bin")
    monkeypatch.setattr(
        shutil, "which", lambda name, which=shutil.which: None if name == "semgrep" else which(name)
    )
    run(["review", str(project), "--with", "ruff,semgrep", "--format", "json", *ONLY])
    shown = capsys.readouterr()
    [finding] = json.loads(shown.out)["findings"]
    assert finding["tools"] == ["ruff"]
    assert "it is not installed" in shown.err
    assert run(["review", str(project), "--with", "pylint"]) == 2


def test_a_report_of_another_tool_is_merged(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was there before the change does not count as brought by it."""
    report = tmp_path / "bandit.json"
    row = {
        "filename": "app/stock.py",
        "line_number": 1,
        "test_id": "B999",
        "issue_text": "odd",
        "issue_severity": "HIGH",
        "issue_confidence": "HIGH",
    }
    report.write_text(json.dumps({"results": [row]}))
    git(project, "init", "-q", "-b", "main")
    git(project, "add", "-A")
    git(project, "commit", "-qm", "one")
    run(["review", str(project), "--merge", str(report), "--format", "json", "--skip", "performance"])
    found = {each["rule"] for each in json.loads(capsys.readouterr().out)["findings"]}
    assert {"bandit/B999", "tls-verify-off"} <= found
    run(["review", str(project), "--merge", str(report), "--diff", "main", "--format", "json"])
    report_now = json.loads(capsys.readouterr().out)
    assert {each["state"] for each in report_now["findings"]} == {"known"}


def test_sql_that_nobody_knows_is_no_noise(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """What a library warns of would hold the statement."""
    sql = "ALTER TABLE a ALTER COLUMN b ADD GENERATED BY DEFAULT AS IDENTITY"
    (project / "app/sql.py").write_text(f"def f(cursor):\n    cursor.execute({sql!r})\n")
    run(["review", str(project), *ONLY])
    assert "GENERATED" not in capfd.readouterr().err
