"""What other tools found, among our findings: once, with the names of all who say it."""

import json
from typing import Any

import pytest
from backwright_workbench.errors import UserError
from backwright_workbench.review.finding import Finding
from backwright_workbench.review.merge import merged, results
from backwright_workbench.review.rule import all_rules
from backwright_workbench.review.selection import Selection
from review_projects import calls, reviewed

ROOT = "/srv/shop"


def sarif(*found: dict[str, Any], rules: list[dict[str, Any]] | None = None) -> str:
    """A report of Semgrep."""
    driver = {"name": "Semgrep OSS", "rules": rules or []}
    return json.dumps({"version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": list(found)}]})


def result(rule: str, path: str, line: int, text: str = "said", **more: Any) -> dict[str, Any]:
    """A result at a line."""
    place = {"physicalLocation": {"artifactLocation": {"uri": path}, "region": {"startLine": line}}}
    return {"ruleId": rule, "message": {"text": text}, "locations": [place], **more}


def together(text: str, files: dict[str, str] | None = None) -> list[Finding]:
    """Ours and theirs."""
    app, ours = reviewed(files or {"a.py": calls("")})
    return merged(app, ours, results(text, "x", ROOT), all_rules(), Selection())


@pytest.mark.parametrize("line", [3, 5, 7])
def test_the_same_thing_is_told_once(line: int) -> None:
    """Two lines apart at most, and whatever form the path has."""
    for path in ("a.py", "./a.py", "/srv/shop/a.py", "file:///srv/shop/a.py"):
        [found] = together(sarif(result("S501", path, line)))
        assert (found.rule, found.tools, found.is_foreign) == ("tls-verify-off", ("semgrep",), False)


def test_another_line_or_another_weakness_is_told_beside_it() -> None:
    """With the tool that says it; under its own name where we have none for it."""
    text = sarif(result("S501", "a.py", 1), result("python.odd", "a.py", 5, level="error"))
    found = together(text)
    assert sorted((each.rule, each.place.line, each.tools) for each in found) == [
        ("semgrep/python.odd", 5, ("semgrep",)),
        ("tls-verify-off", 1, ("semgrep",)),
        ("tls-verify-off", 5, ()),
    ]
    assert [each.severity for each in found if each.rule == "semgrep/python.odd"] == ["high"]


def test_a_weakness_is_known_by_its_cwe() -> None:
    """As rules of Semgrep and CodeQL give it in their tags."""
    rules = [{"id": "x", "properties": {"tags": ["CWE-295: Improper Certificate Validation"]}}]
    [found] = together(sarif(result("x", "a.py", 5), rules=rules))
    assert found.tools == ("semgrep",)


@pytest.mark.parametrize("path", ["/etc/passwd", "../a.py", "tests/test_a.py", "gone.py"])
def test_what_lies_elsewhere_is_not_told(path: str) -> None:
    """Outside of the project, in its tests, or in files that were not read."""
    files = {"a.py": calls(""), "tests/test_a.py": "x = 1\n"}
    assert len(together(sarif(result("S501", path, 1)), files)) == 1


def test_the_json_of_bandit_is_read() -> None:
    """Its own installation has no SARIF; a password that it quotes is shortened."""
    row = {
        "filename": "/srv/shop/a.py",
        "line_number": 1,
        "test_id": "B105",
        "issue_text": "Possible hardcoded password: 'hunter2hunter2'",
        "issue_severity": "LOW",
        "issue_confidence": "MEDIUM",
        "issue_cwe": {"id": 259},
    }
    found = [each for each in together(json.dumps({"results": [row]})) if each.is_foreign]
    assert [each.rule for each in found] == ["hardcoded-secret"]
    assert "hunter2" not in found[0].message
    assert "'hu…'" in found[0].message


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"runs": [{}]}', '{"runs": 3}', '{"results": [{}]}', "[" * 100_000]
)
def test_what_is_no_report_is_refused(text: str) -> None:
    """With the file."""
    with pytest.raises(UserError, match="cannot be read"):
        results(text, "x.sarif", ROOT)


def test_ruff_says_what_bandit_says() -> None:
    """Its rules have other letters and the same numbers."""
    row = {
        "filename": "a.py",
        "line_number": 1,
        "test_id": "B104",
        "issue_text": "odd",
        "issue_severity": "LOW",
        "issue_confidence": "LOW",
    }
    app, _ = reviewed({"a.py": calls("")})
    told = results(json.dumps({"results": [row]}), "x", ROOT)
    told += results(sarif(result("S104", "a.py", 1)).replace("Semgrep OSS", "ruff"), "x", ROOT)
    [found] = merged(app, [], told, all_rules(), Selection())
    assert (found.rule, found.tools) == ("bandit/B104", ("bandit", "ruff"))
