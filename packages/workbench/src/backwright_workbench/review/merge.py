"""What other tools found, among our findings: the same thing is told once, with the names of all who say it.

What lives here: reading their reports (SARIF 2.1.0; bandit's JSON), and putting them beside ours. What must not:
running them.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Role
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.errors import UserError
from backwright_workbench.review.engine import fingerprint, in_order
from backwright_workbench.review.finding import Confidence, Finding, Seen, Severity
from backwright_workbench.review.other_tools import rule_for
from backwright_workbench.review.rule import Rule
from backwright_workbench.review.selection import Selection

NEAR = 2
"""Lines between two reports of the same thing."""
LEVELS = {"error": Severity.HIGH, "warning": Severity.MEDIUM, "note": Severity.LOW, "none": Severity.LOW}
WORDS = {"HIGH": Severity.HIGH, "MEDIUM": Severity.MEDIUM, "LOW": Severity.LOW}
SURE = {"HIGH": Confidence.HIGH, "MEDIUM": Confidence.MEDIUM, "LOW": Confidence.LOW}
CWE = re.compile(r"\bcwe[-_ /]?0*(\d{1,5})\b", re.I)
QUOTED = re.compile(r"(?P<quote>['\"`])(?P<text>(?:(?!(?P=quote)).){3,})(?P=quote)")
OF_BANDIT = re.compile(r"S([1-7]\d\d)")
LONGEST = 300
FAMILY = "security"
"""The family of what we have no rule for."""


@dataclass(frozen=True, slots=True)
class Told:
    """A result of another tool."""

    tool: str
    name: str
    place: Place
    message: str
    severity: Severity
    confidence: Confidence
    cwe: tuple[int, ...]


def results(text: str, source: str, root: str) -> list[Told]:
    """What a report says. `root` is the absolute path of the project. Raises `UserError` if it is no report."""
    try:
        document = json.loads(text)
        if "runs" in document:
            return [each for run in document["runs"] for each in _sarif(run, root)]
        return list(_bandit(document["results"], root))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise UserError(
            "the report of the other tool cannot be read",
            where=source,
            why=f"{type(error).__name__}: {error}",
            next_step="give SARIF 2.1.0, or the JSON of bandit",
        ) from None


def _sarif(run: Mapping[str, Any], root: str) -> Iterator[Told]:
    driver = run["tool"]["driver"]
    tool = str(driver["name"]).lower().split()[0]
    rules = {str(each["id"]): each for each in driver.get("rules") or () if "id" in each}
    for each in run.get("results") or ():
        if each.get("suppressions"):
            continue
        name = str(each.get("ruleId") or (each.get("rule") or {}).get("id") or "")
        rule = rules.get(name, {})
        place = _place((each.get("locations") or [{}])[0].get("physicalLocation") or {}, root)
        if place is not None:
            properties = rule.get("properties") or {}
            message = str((each.get("message") or {}).get("text") or name)
            cwe = _cwe([*(properties.get("tags") or ()), *(properties.get("cwe") or ())])
            severity = _severity(each.get("level"), rule, properties)
            yield Told(tool, name, place, message, severity, Confidence.MEDIUM, cwe)


def _severity(level: object, rule: Mapping[str, Any], properties: Mapping[str, Any]) -> Severity:
    try:
        score = float(properties["security-severity"])
    except (KeyError, TypeError, ValueError):
        usual = (rule.get("defaultConfiguration") or {}).get("level")
        return LEVELS.get(str(level or usual or "warning"), Severity.MEDIUM)
    limits = ((9.0, Severity.CRITICAL), (7.0, Severity.HIGH), (4.0, Severity.MEDIUM))
    return next((severity for limit, severity in limits if score >= limit), Severity.LOW)


def _bandit(found: Iterable[Mapping[str, Any]], root: str) -> Iterator[Told]:
    for each in found:
        line = int(each["line_number"])
        path = _relative(str(each["filename"]), root)
        if path:
            cwe = (each.get("issue_cwe") or {}).get("id")
            yield Told(
                "bandit",
                str(each["test_id"]),
                Place(path, line, line),
                str(each["issue_text"]),
                WORDS.get(str(each["issue_severity"]), Severity.MEDIUM),
                SURE.get(str(each["issue_confidence"]), Confidence.MEDIUM),
                (int(cwe),) if cwe else (),
            )


def _place(physical: Mapping[str, Any], root: str) -> Place | None:
    path = _relative(str((physical.get("artifactLocation") or {}).get("uri") or ""), root)
    region = physical.get("region") or {}
    line = int(region.get("startLine") or 1)
    return Place(path, line, int(region.get("endLine") or line)) if path else None


def _relative(uri: str, root: str) -> str:
    """A path of the project; empty for what lies elsewhere."""
    path = unquote(urlsplit(uri).path) if uri.startswith("file:") else unquote(uri)
    pure = PurePosixPath(path)
    if pure.is_absolute():
        base = PurePosixPath(root)
        if not pure.is_relative_to(base):
            return ""
        pure = pure.relative_to(base)
    return "" if ".." in pure.parts or str(pure) == "." else str(pure)


def _cwe(tags: Iterable[object]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(int(each) for tag in tags for each in CWE.findall(str(tag))))


def merged(
    app: Application,
    ours: Sequence[Finding],
    told: Iterable[Told],
    known: Sequence[Rule],
    selection: Selection,
) -> list[Finding]:
    """Our findings with the tools that say the same, and what only those say; about the application's code."""
    rules = {rule.name: rule for rule in known}
    applied = {rule.name for rule in selection.chosen(known)}
    found = list(ours)
    at: dict[tuple[str, str], list[int]] = {}
    for index, each in enumerate(found):
        at.setdefault((each.rule, each.place.path), []).append(index)
    for result in sorted(told, key=lambda each: (each.place, each.tool, each.name)):
        if not _is_code(app, result.place):
            continue
        name = rule_for(result.name, result.cwe)
        if name not in applied if name in rules else not selection.takes_family(FAMILY):
            continue
        same = at.setdefault((name or _own(result), result.place.path), [])
        number = next((number for number in same if _near(found[number].place, result.place)), None)
        if number is None:
            same.append(len(found))
            found.append(_finding(app, result, rules.get(name)))
        elif result.tool not in found[number].tools:
            found[number] = replace(found[number], tools=(*found[number].tools, result.tool))
    return in_order(found)


def _near(ours: Place, theirs: Place) -> bool:
    return ours.line - NEAR <= theirs.line <= max(ours.line, ours.end) + NEAR


def _is_code(app: Application, place: Place) -> bool:
    module = app.project.paths.get(place.path)
    if module is None:
        return place.path in app.files
    return module.role is Role.CODE and not module.trouble


def _own(result: Told) -> str:
    """The name of what we have no rule for; Ruff's rules `S…` are those of bandit."""
    same = OF_BANDIT.fullmatch(result.name) if result.tool == "ruff" else None
    return f"bandit/B{same[1]}" if same else f"{result.tool}/{result.name}"


def _finding(app: Application, result: Told, rule: Rule | None) -> Finding:
    """What only another tool says; under our name where there is one."""
    name = rule.name if rule else rule_for(result.name, result.cwe) or _own(result)
    words = " ".join(result.message.split())
    if name == "hardcoded-secret":
        words = QUOTED.sub(lambda found: f"{found['quote']}{found['text'][:2]}…{found['quote']}", words)
    message = f"{words[:LONGEST]} ({result.tool}: {result.name})"
    seen = Seen(result.place, message, result.confidence, result.severity)
    return Finding(
        name,
        rule.family if rule else FAMILY,
        result.severity,
        result.confidence,
        rule.about.cwe if rule else result.cwe,
        rule.about.owasp if rule else (),
        seen,
        fingerprint(app, name, seen),
        (result.tool,),
        is_foreign=True,
    )
