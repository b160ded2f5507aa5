"""Rules over an application: what they see becomes findings.

What lives here: running rules, putting findings in order, their fingerprints. What must not: any rule, any output.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.review.finding import Confidence, Finding, Seen, Severity
from backwright_workbench.review.rule import Rule

ORDER = {each: at for at, each in enumerate(Severity)}
SURENESS = {each: at for at, each in enumerate(Confidence)}


def findings(app: Application, rules: Iterable[Rule]) -> list[Finding]:
    """What the rules find, worst first, then by file and line; the same place is told once for each rule."""
    found: list[Finding] = []
    for rule in rules:
        taken: set[tuple[str, int]] = set()
        same: Counter[str] = Counter()
        for seen in sorted(rule.find(app), key=lambda each: (each.place, each.message)):
            if (seen.place.path, seen.place.line) in taken:
                continue
            taken.add((seen.place.path, seen.place.line))
            found.append(_finding(app, rule, seen, same))
    return sorted(
        found, key=lambda each: (ORDER[each.severity], SURENESS[each.confidence], each.rule, each.place)
    )


def _finding(app: Application, rule: Rule, seen: Seen, same: Counter[str]) -> Finding:
    about = rule.about
    identity = fingerprint(app, rule, seen)
    same[identity] += 1
    if same[identity] > 1:
        identity = hashlib.sha256(f"{identity}/{same[identity]}".encode()).hexdigest()[:32]
    severity = seen.severity or about.severity
    return Finding(rule.name, rule.family, severity, seen.confidence, about.cwe, about.owasp, seen, identity)


def fingerprint(app: Application, rule: Rule, seen: Seen) -> str:
    """What stays the same when lines move: the rule, the file, and what it is about or the words of the line."""
    module = app.project.paths.get(seen.place.path)
    words = ""
    if not seen.about and module is not None and seen.place.line <= len(module.lines):
        words = " ".join(module.lines[seen.place.line - 1].split())
    text = "\0".join((rule.name, seen.place.path, seen.about or words))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def causes(found: Iterable[Finding]) -> Iterator[list[Finding]]:
    """Findings with one cause together, in the order of the first of each."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for each in found:
        key = (each.rule, each.seen.cause or each.fingerprint)
        groups.setdefault(key, []).append(each)
    yield from groups.values()
