"""A review as SARIF 2.1.0, which code hosts show beside the lines that it is about.

What lives here: that form. What must not: judging.
"""

import json
from typing import Any
from urllib.parse import quote

from backwright_workbench import __version__
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.reports.review.words import remedy
from backwright_workbench.review.finding import Confidence, Finding, Severity, Step
from backwright_workbench.review.outcome import Review, Suppressed
from backwright_workbench.review.pages import fix, lead
from backwright_workbench.review.rule import Rule

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
}
SCORES = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "2.5"}
"""What code hosts sort security findings by, on the scale of CVSS."""
PRECISION = {Confidence.HIGH: "high", Confidence.MEDIUM: "medium", Confidence.LOW: "low"}


def sarif(review: Review) -> str:
    """The document: a result for each place; what was not looked at is told as such."""
    told = [
        *((each, None) for each in review.findings),
        *((each.finding, each) for each in review.suppressed),
        *((each, None) for each in review.known),
    ]
    foreign = sorted({each.rule for each, _ in told} - {rule.name for rule in review.rules})
    numbers = {name: at for at, name in enumerate([*(rule.name for rule in review.rules), *foreign])}
    known = {id(each) for each in review.known}
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "backwright review",
                "semanticVersion": __version__,
                "rules": [
                    *(_rule(each, review) for each in review.rules),
                    *(_foreign(name, [each for each, _ in told if each.rule == name]) for name in foreign),
                ],
            }
        },
        "invocations": [
            {
                "executionSuccessful": True,
                "commandLine": review.command,
                "toolExecutionNotifications": list(_notifications(review)),
            }
        ],
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": "The directory that was reviewed"}}},
        "results": [
            _result(review, each, numbers, aside, is_known=id(each) in known) for each, aside in told
        ],
    }
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _rule(rule: Rule, review: Review) -> dict[str, Any]:
    about = rule.about
    tags = [rule.family, *(f"external/cwe/cwe-{each:03}" for each in about.cwe), *about.owasp]
    properties: dict[str, Any] = {"tags": tags, "problem.severity": LEVELS[about.severity]}
    if rule.family == "security":
        properties["security-severity"] = SCORES[about.severity]
    found: dict[str, Any] = {
        "id": rule.name,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": about.title},
        "fullDescription": {"text": lead(rule.page) or about.title},
        "help": {"text": fix(rule.page, review.app.frameworks) or about.title, "markdown": rule.page},
        "defaultConfiguration": {"level": _level(about.severity)},
        "properties": properties,
    }
    return found


def _foreign(name: str, found: list[Finding]) -> dict[str, Any]:
    """A rule that only another tool has."""
    first = found[0]
    return {
        "id": name,
        "shortDescription": {"text": f"{name}, told by {', '.join(first.tools)}"},
        "defaultConfiguration": {"level": _level(first.severity)},
        "properties": {
            "tags": [first.family, *(f"external/cwe/cwe-{each:03}" for each in first.cwe)],
            "security-severity": SCORES[first.severity],
        },
    }


def _level(severity: Severity) -> str:
    return LEVELS[severity]


def _result(
    review: Review, finding: Finding, numbers: dict[str, int], aside: Suppressed | None, *, is_known: bool
) -> dict[str, Any]:
    advice = remedy(review, finding)
    text = finding.message.rstrip(".") + (f". To fix it: {advice}" if advice else "")
    found: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": numbers[finding.rule],
        "level": _level(finding.severity),
        "message": {"text": text},
        "locations": [_location(finding.place)],
        "partialFingerprints": {"backwright/v1": finding.fingerprint},
        "properties": {
            "severity": finding.severity,
            "confidence": finding.confidence,
            "precision": PRECISION[finding.confidence],
            **({"cause": finding.seen.cause} if finding.seen.cause else {}),
            **({"tools": list(finding.tools)} if finding.tools else {}),
        },
    }
    if finding.seen.steps:
        steps = [{"location": _told(each)} for each in finding.seen.steps]
        found["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
    if finding.seen.also:
        found["relatedLocations"] = [
            {"id": number, **_told(each)} for number, each in enumerate(finding.seen.also, 1)
        ]
    if aside is not None:
        found["suppressions"] = [{"kind": aside.kind, "justification": aside.reason}]
    if review.since:
        found["baselineState"] = "unchanged" if is_known else "new"
    return found


def _location(place: Place) -> dict[str, Any]:
    region: dict[str, Any] = {"startLine": max(1, place.line)}
    if place.column:
        region["startColumn"] = place.column + 1
    region["endLine"] = max(place.line, place.end, 1)
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(place.path, safe="/@+,=~"), "uriBaseId": "SRCROOT"},
            "region": region,
        }
    }


def _told(step: Step) -> dict[str, Any]:
    return {**_location(step.place), "message": {"text": step.what}}


def _notifications(review: Review) -> "list[dict[str, Any]]":
    """What was not looked at, and what a person should know of the review itself."""
    told = [(path, f"not looked at: {why}") for path, why in review.left_out]
    told += [(path, f"not looked at: it cannot be parsed: {why}") for path, why in review.app.unread.items()]
    told += [(path, why) for path, why in review.odd]
    return [
        *({"level": "warning", "message": {"text": each}} for each in review.remarks),
        *(
            {
                "level": "note",
                "message": {"text": said},
                "locations": [{"physicalLocation": {"artifactLocation": {"uri": quote(path)}}}],
            }
            for path, said in told
        ),
    ]
