"""Rules over an application: what they see becomes findings.

What lives here: running rules, putting findings in order, their fingerprints. What must not: any rule, any output.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.review.finding import Confidence, Finding, Seen, Severity
from backwright_workbench.review.rule import Rule

ORDER = {each: at for at, each in enumerate(Severity)}
SURENESS = {each: at for at, each in enumerate(Confidence)}


def findings(
    app: Application,
    rules: Iterable[Rule],
    failed: dict[str, str] | None = None,
    renamed: Mapping[str, str] = MappingProxyType({}),
) -> list[Finding]:
    """What the rules find, worst first, then by file and line; the same place is told once for each rule.

    A rule that fails is told in `failed` if that is given, and ends everything if not. `renamed` says under which
    name a file counts in fingerprints.
    """
    found: list[Finding] = []
    for rule in rules:
        try:
            found += _found(app, rule, renamed)
        except Exception as error:
            if failed is None:
                raise
            failed[f"the rule {rule.name}"] = f"{type(error).__name__}: {error}"
    return in_order(found)


def in_order(found: Iterable[Finding]) -> list[Finding]:
    """The worst first, then by rule, file and line."""
    return sorted(
        found, key=lambda each: (ORDER[each.severity], SURENESS[each.confidence], each.rule, each.place)
    )


def _found(app: Application, rule: Rule, renamed: Mapping[str, str]) -> list[Finding]:
    found: list[Finding] = []
    taken: set[tuple[str, int]] = set()
    same: Counter[str] = Counter()
    for seen in sorted(rule.find(app), key=lambda each: (each.place, each.message)):
        if (seen.place.path, seen.place.line) in taken:
            continue
        taken.add((seen.place.path, seen.place.line))
        identity = fingerprint(app, rule.name, seen, renamed)
        same[identity] += 1
        if same[identity] > 1:
            identity = hashlib.sha256(f"{identity}/{same[identity]}".encode()).hexdigest()[:32]
        about, severity = rule.about, seen.severity or rule.about.severity
        found.append(
            Finding(rule.name, rule.family, severity, seen.confidence, about.cwe, about.owasp, seen, identity)
        )
    return found


def fingerprint(
    app: Application, rule: str, seen: Seen, renamed: Mapping[str, str] = MappingProxyType({})
) -> str:
    """What stays the same when lines move: the rule, the file, and what it is about or the words of the line."""
    path = seen.place.path
    words = "" if seen.about else " ".join(line_of(app, seen.place).split())
    text = "\0".join((rule, renamed.get(path, path), seen.about or words))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def line_of(app: Application, place: Place) -> str:
    """The first line of a place, as it is written."""
    module = app.project.paths.get(place.path)
    lines = module.lines if module else app.files.get(place.path, "").splitlines()
    return lines[place.line - 1] if 1 <= place.line <= len(lines) else ""


def causes(found: Iterable[Finding]) -> Iterator[list[Finding]]:
    """Findings with one cause together, in the order of the first of each."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for each in found:
        key = (each.rule, each.seen.cause or each.fingerprint)
        groups.setdefault(key, []).append(each)
    yield from groups.values()
