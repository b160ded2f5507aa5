"""The OpenAPI document says what a careful one says: who may call, what is refused, how much is allowed.

The rules are those of Spectral's `spectral:oas` and of its OWASP ruleset. Red: a text or list without a length, a
credential in an address, an operation that does not say who may call it, a server without TLS; advice is a note.
"""

import json
from collections.abc import Iterable

from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.openapi.documents import operations
from backwright_workbench.verify.openapi.rules import TABLE, Finding, findings
from backwright_workbench.verify.outcome import Fault, NotRun, Outcome, judged
from backwright_workbench.verify.subject import Subject

CHECK = Check(
    title="The OpenAPI document keeps the rules of Spectral and of OWASP",
    needs=frozenset({Need.CONTRACT}),
    proves=("OWASP API1:2023", "OWASP API2:2023", "OWASP API4:2023", "OWASP API8:2023", "OWASP API9:2023"),
)

ADVICE_TO_OTHERS = (
    "owasp:api1:", "owasp:api3:", "owasp:api4:", "owasp:api9:", "owasp:api2:2023-jwt", "owasp:api2:2023-short",
    "owasp:api2:2023-write", "owasp:api8:2023-define", "owasp:api8:2023-no-server-http",
    "owasp:api2:2023-no-http-basic", "array-items",
)  # fmt: skip
"""What documents that a framework derives do not say, however good the backend is: other checks ask it instead."""

SHOWN = 10
"""Places of one rule that are told one by one."""


def run(subject: Subject) -> Outcome:
    """Holds the document that is served against each rule."""
    document = json.loads(json.dumps(subject.stands.shared().document))
    if not document.get("paths"):
        raise NotRun("the backend serves no OpenAPI document with paths")
    found = list(findings(document))
    errors = [each for each in found if is_error(each, ours=subject.service is not None)]
    data = [
        {"rule": each.rule.name, "error": each in errors, "at": each.pointer, "what": each.what}
        for each in found
    ]
    subject.record.keep("findings.json", json.dumps(data, indent=1), command="GET /openapi.json")
    names = {each.name for each in TABLE}
    return judged(
        f"{len(list(operations(document)))} operations, {len(names)} rules: {len(errors)} errors, "
        f"{len(found) - len(errors)} pieces of advice",
        faults(errors),
        notes=notes(each for each in found if each not in errors),
        data={"rules": len(names), "findings": counted(found)},
    )


def is_error(finding: Finding, *, ours: bool) -> bool:
    """Whether it is a fault; of backends that we did not write, some are advice."""
    return finding.rule.is_error and (ours or not finding.rule.name.startswith(ADVICE_TO_OTHERS))


def faults(errors: list[Finding]) -> list[Fault]:
    """Each error, not more than some of one rule."""
    told = []
    for name, group in by_rule(errors).items():
        for each in group[:SHOWN]:
            told.append(
                Fault(f"{each.what} ({name})", each.pointer, each.rule.why, "say it where it is declared")
            )
        if len(group) > SHOWN:
            what = f"and {len(group) - SHOWN} places more ({name})"
            told.append(Fault(what, group[SHOWN].pointer, group[0].rule.why, "findings.json has all of them"))
    return told


def notes(advice: Iterable[Finding]) -> tuple[str, ...]:
    """One line for each rule that is not kept."""
    return tuple(
        f"{name}: {group[0].what} at {group[0].pointer}"
        + (f", and {len(group) - 1} more" if group[1:] else "")
        for name, group in by_rule(list(advice)).items()
    )


def counted(found: list[Finding]) -> dict[str, int]:
    """How many places break each rule."""
    return {name: len(group) for name, group in by_rule(found).items()}


def by_rule(found: list[Finding]) -> dict[str, list[Finding]]:
    """The findings of each rule."""
    grouped: dict[str, list[Finding]] = {}
    for each in found:
        grouped.setdefault(each.rule.name, []).append(each)
    return grouped
