"""Who may do what is recorded beside the contract, and the code says the same now.

A change of rights is then a line that somebody reads, in words. Red: a role that may do more (or less) than the record
says, a field or a route that it does not have, a service without a record.
"""

import json

from backwright_workbench.verify.attacks import places
from backwright_workbench.verify.attacks.facts import RECORD, accept, facts, record
from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.checks.access.differences import Difference, differences
from backwright_workbench.verify.outcome import Fault, Outcome, judged
from backwright_workbench.verify.subject import Subject

CHECK = Check(
    title="Who may do what is recorded, and the code says the same",
    needs=frozenset({Need.SERVICE}),
    proves=("OWASP API5:2023", "OWASP API9:2023", "CWE-285"),
    inputs=("src", "pyproject.toml", RECORD),
)


def run(subject: Subject) -> Outcome:
    """Compares both matrices, and tells each difference in words."""
    was, now = record(subject), facts(subject).matrix
    subject.record.keep(
        "access.json", json.dumps(now, indent=1), command=f"python -m {subject.running().package} access"
    )
    if was is None:
        fault = Fault(
            "nothing is recorded of who may do what",
            RECORD,
            why="a role check that is removed from the code would be noticed by nobody",
            next_step=accept(subject),
        )
        return judged("there is no record", [fault])
    found = differences(was, now)
    faults = [
        Fault(
            each.what,
            _place(subject, each),
            why="more is allowed than is recorded" if each.wider else "less is allowed than is recorded",
            next_step=f"if that is meant, accept it: {accept(subject)}; else put the code right",
        )
        for each in found
    ]
    roles, routes = len(now["callers"]) - 2, len({(line["method"], line["path"]) for line in now["routes"]})
    return judged(
        f"{routes} routes, {roles} roles, {len(now['rules'])} resources compared with {RECORD}", faults
    )


def _place(subject: Subject, each: Difference) -> str:
    root = subject.files()
    if each.field:
        return places.of_field(root, each.resource, each.field)
    if each.resource:
        return places.of_grant(root, each.resource, each.role)
    return (places.of_route(root, each.path) or each.path) if each.path else ""
