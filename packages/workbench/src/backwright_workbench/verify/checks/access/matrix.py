"""The access matrix that is recorded, carried out over HTTP: each route, each role, own rows and others'.

It goes by the record (`docs/access.json`), not by the service's own tests or what the code declares now. Red: a
caller who gets more, less or something else than the record says.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2

from backwright_workbench.verify.attacks import places
from backwright_workbench.verify.attacks.aims import Aims, Line, Unmade
from backwright_workbench.verify.attacks.clients import Clients
from backwright_workbench.verify.attacks.facts import RECORD, recorded
from backwright_workbench.verify.attacks.rows import Rows
from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.outcome import Fault, Figure, NotRun, Outcome, judged
from backwright_workbench.verify.stand.callers import Caller
from backwright_workbench.verify.stand.stand import Stand
from backwright_workbench.verify.subject import Subject

SIGNED_IN, PUBLIC = "signed_in", "public"
LET_IN = 409
"""Access was granted, and the row was in another state."""

UNFIT = (400, 413, 415, 422, 428)
"""What was sent did not fit, which says nothing of rights."""

CHECK = Check(
    title="Every role gets what the access matrix says, on its own rows and on others'",
    needs=frozenset({Need.SERVICE, Need.ANSWERS, Need.CALLERS}),
    proves=("OWASP API1:2023", "OWASP API5:2023", "CWE-639", "CWE-862", "CWE-863"),
)


@dataclass(slots=True)
class Tried:
    """One line of the matrix: what each caller should get, and got."""

    line: Line
    answers: dict[str, int] = field(default_factory=dict)
    unmade: dict[str, str] = field(default_factory=dict)

    @property
    def whose(self) -> str:
        """`""` where it is not about one row."""
        return str(self.line["row"] or "")

    def __str__(self) -> str:
        about = f" ({self.whose})" if self.whose else ""
        return f"{self.line['method']} {self.line['path']}{about}"


def run(subject: Subject) -> Outcome:
    """Tries each line with each caller, and compares the statuses."""
    matrix, stand = recorded(subject), subject.stands.shared()
    who = callers(matrix["callers"], stand)
    if not who or subject.blueprint is None:
        raise NotRun("nobody can sign in")
    tried = []
    with Clients(stand) as clients:
        others = [each[-1] for each in stand.callers.values()]
        aims = Aims(Rows(clients, subject.blueprint), subject.blueprint, matrix, others)
        lines = [line for line in matrix["routes"] if line["resource"] is not None or closed(line)]
        for number, line in enumerate(lines):
            subject.say(f"{number} of {len(lines)} lines")
            tried.append(carried_out(line, who, aims, clients))
    return told(subject, tried)


def callers(names: Sequence[str], stand: Stand) -> dict[str, Caller]:
    """What the matrix calls a caller → who that is."""
    found = {}
    for name in names:
        if name == PUBLIC:
            found[name] = stand.anonymous
        elif accounts := stand.callers.get("" if name == SIGNED_IN else name):
            found[name] = accounts[0]
    return found


def closed(line: Line) -> bool:
    """Whether a route that is not a resource's turns somebody away."""
    return any(line["callers"].values())


def carried_out(line: Line, who: Mapping[str, Caller], aims: Aims, clients: Clients) -> Tried:
    """What the callers get for one line."""
    tried = Tried(line)
    for name, caller in who.items():
        statuses = line["callers"].get(name, [])
        if line["resource"] is None and not statuses:
            continue  # it is let in: what it does then is not a question of rights
        try:
            succeeds = min(statuses) < 400
            path = (
                aims.path(line, caller, succeeds=succeeds) if line["resource"] else aims.operation(line).at()
            )
            given = aims.given(line, name, caller)
            status = clients.ask(caller, line["method"], path, **given).status_code
            tried.answers[name] = status
            if status < 300 and not succeeds and line["method"] != "GET":
                aims.forget(line)  # it should not have, and the row is not what it was
        except Unmade as reason:
            tried.unmade[name] = str(reason)
        except httpx2.HTTPError as error:
            tried.unmade[name] = f"it was not answered: {type(error).__name__}"
    return tried


def verdict(expected: Sequence[int], status: int) -> str:
    """`right`, `wrong`, or `unproven` where what was sent did not fit."""
    if status in expected:
        return "right"
    if min(expected) < 400:
        return "right" if status == LET_IN else "unproven" if status in UNFIT else "wrong"
    return "wrong"


def told(subject: Subject, tried: Sequence[Tried]) -> Outcome:
    """Every difference as a fault, and what was left out as notes."""
    faults, notes, asked = [], [], 0
    for each in tried:
        for name, status in each.answers.items():
            asked += 1
            expected = each.line["callers"][name]
            match verdict(expected, status):
                case "wrong":
                    faults.append(fault(subject, each, name, expected, status))
                case "unproven":
                    notes.append(f"{each} as {name}: what was sent did not fit ({status})")
        for reason in dict.fromkeys(each.unmade.values()):
            notes.append(f"{each}: left out, {reason}")
    if not asked:
        raise NotRun(f"{RECORD} has no line that could be carried out")
    data = {"roles": list(tried[0].line["callers"]), "rows": [row(each) for each in tried]}
    subject.record.keep(
        "matrix.json", json.dumps(data, indent=1), command="each line of the matrix over HTTP"
    )
    figures = (Figure("lines", len(tried)), Figure("answers compared", asked))
    return judged(f"{asked} answers on {len(tried)} lines are compared with {RECORD}", faults, figures=figures,
                  notes=tuple(notes), data=data)  # fmt: skip


def row(tried: Tried) -> dict[str, Any]:
    """One line as reports draw it."""
    expected = {
        name: statuses[0] if len(statuses) == 1 else "/".join(map(str, statuses))
        for name, statuses in tried.line["callers"].items()
        if statuses
    }
    operation = f"{tried.line['method']} {tried.line['path']}"
    return {"operation": operation, "whose": tried.whose, "expected": expected, "answers": tried.answers}


def fault(subject: Subject, tried: Tried, name: str, expected: Sequence[int], status: int) -> Fault:
    """One caller who does not get what is recorded."""
    who = {SIGNED_IN: "somebody without a role", PUBLIC: "somebody who has not signed in"}.get(name, name)
    wanted = " or ".join(map(str, expected))
    root, resource = subject.files(), tried.line["resource"]
    place = places.of_grant(root, resource, name) if resource else places.of_route(root, tried.line["path"])
    more = status < 400 <= min(expected)
    return Fault(
        f"{tried} answers {who} with {status}; recorded is {wanted}",
        place or str(tried),
        why="they get what is not theirs" if more else "what is recorded is not what callers meet",
        next_step=f"python -m {subject.running().package} access explain {tried.line['method']} "
        f"{tried.line['path']} --role {name}{_row(tried.whose)}",
    )


def _row(whose: str) -> str:
    return "" if not whose else " --other" if whose == "other" else " --own"
