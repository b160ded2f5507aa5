"""Made-up requests, right and wrong ones, of every role get only answers that the document promises.

A run that is only ever refused proves nothing, so each operation has to accept something from somebody. Red: a server
error, a status, media type or field that is not declared, a body that breaks its schema, wrong data that is accepted,
an operation that never answers with a success, a row that can still be read after it was deleted.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.openapi.account_walk import WAYS, AccountWalk
from backwright_workbench.verify.openapi.answers import Answers
from backwright_workbench.verify.openapi.asking import Asking
from backwright_workbench.verify.openapi.documents import Operation
from backwright_workbench.verify.openapi.fuzzing import SEED, Fuzz, unreached
from backwright_workbench.verify.openapi.refusals import strongest
from backwright_workbench.verify.outcome import Fault, Figure, NotRun, Outcome, judged
from backwright_workbench.verify.stand.callers import Caller
from backwright_workbench.verify.stand.stand import Stand
from backwright_workbench.verify.subject import Subject

CHECK = Check(
    title="Made-up requests get only answers that the document promises, and every operation is reached",
    needs=frozenset({Need.ANSWERS, Need.CONTRACT}),
    proves=("OWASP API3:2023", "OWASP API8:2023", "CWE-20"),
    engine_bound=True,
)

ROWS = 20
QUICK, FULL = (2, 2, 0), (8, 1_000, 1_000)
"""Requests for each operation: made up at random, right ones and as many wrong ones; right ones at the limits of what
the document allows; wrong ones just beyond.
"""

ELSEWHERE = ("/auth/", "/.well-known/")
"""Where the runtime's own operations are; some need a party that no stand has: a browser, an identity provider."""


def run(subject: Subject) -> Outcome:
    """Sends requests of every role to every operation, and counts what comes of them."""
    ours = subject.service is not None
    with ground(subject) as (stand, only_reads):
        if not stand.document.get("paths"):
            raise NotRun("the backend serves no OpenAPI document with paths")
        callers = strongest(stand)
        asking = Asking(Answers(stand.document, strict=ours))
        try:
            fuzz = Fuzz(stand, asking, callers, ours=ours, only_reads=only_reads, say=subject.say)
            if ours and callers:
                AccountWalk(stand, asking, callers[0], somebody(stand, callers)).run()
            fuzz.run(*(FULL if subject.full else QUICK))
        finally:
            asking.close()
        never = unreached(stand.document, asking)
    return outcome(subject, asking, never, ours=ours, only_reads=only_reads)


@contextmanager
def ground(subject: Subject) -> Iterator[tuple[Stand, bool]]:
    """A stand of its own, because rows, passwords and sessions do not stay as they were. Where there can be only one,
    that one, and it is only read.
    """
    try:
        fresh = subject.stands.fresh(rows=ROWS if subject.service is not None else 0)
        stand = fresh.__enter__()
    except NotRun:
        yield subject.stands.shared(), True
        return
    try:
        yield stand, False
    finally:
        fresh.__exit__(None, None, None)


def somebody(stand: Stand, callers: list[Caller]) -> Caller:
    """An account that may do little and that nobody else uses."""
    return stand.callers[callers[-1].role][-1]


def outcome(
    subject: Subject, asking: Asking, never: list[Operation], *, ours: bool, only_reads: bool
) -> Outcome:
    """What it comes to."""
    faults = sorted(asking.faults.values(), key=lambda each: (each.place, each.what))
    notes = [
        f"not declared, and not counted as a fault: {each}" for each in sorted(asking.answers.undeclared)[:20]
    ]
    if only_reads:
        notes.append(
            "only operations that read were tried: there can be no second one of this backend to change"
        )
    tried = {operation for operation, _ in asking.tallies}
    for each in never:
        if not ours or (each.path.startswith(ELSEWHERE) and str(each) not in WAYS):
            notes.append(f"{each} never answered with a success: {statuses(asking, each)}")
        else:
            faults.append(unproven(asking, each))
    if not ours and tried and len(never) == len(tried):
        faults.append(
            Fault("no operation has accepted anything", why="a run that is only refused proves nothing")
        )
    data = {"operations": rows(asking), "seed": SEED}
    subject.record.keep("operations.json", json.dumps(data, indent=1), command=f"schemathesis, seed {SEED}")
    if faults:
        kept = "\n\n".join(f"{each.place}: {each.what}\n  {each.why}\n  {each.next_step}" for each in faults)
        subject.record.keep("failures.txt", kept + "\n", command=f"schemathesis, seed {SEED}")
    cases = sum(each.cases for each in asking.tallies.values())
    return judged(
        f"{cases} requests to {len(tried)} operations, {len(tried) - len(never)} of them accepted some",
        faults,
        figures=(Figure("requests", cases), Figure("operations reached", len(tried) - len(never))),
        notes=tuple(notes),
        data=data,
    )


def unproven(asking: Asking, operation: Operation) -> Fault:
    """An operation of which nobody has seen it work."""
    return Fault(
        "never answered with a success (2xx)",
        str(operation),
        why=f"it was only ever seen to refuse ({statuses(asking, operation)}), so nothing is proven about it",
        next_step="let a role call it, or give an example in its schema that is accepted; examples are sent first",
    )


def statuses(asking: Asking, operation: Operation) -> str:
    """What it has answered."""
    return ", ".join(map(str, sorted(asking.statuses.get(str(operation), ())))) or "nothing"


def rows(asking: Asking) -> list[dict[str, object]]:
    """One row for each operation and role."""
    return [
        {
            "operation": operation,
            "role": role,
            "cases": each.cases,
            "accepted": each.accepted,
            "refused": each.refused,
            "failed": each.failed,
        }
        for (operation, role), each in sorted(asking.tallies.items())
    ]
