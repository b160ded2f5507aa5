"""What one caller must not see, another way does not show or change either (broken object-level authorization).

A row is made with a mark in its texts. Who cannot read it then tries everything that the backend has: its id in paths,
queries and bodies, lists, searches, filters, pages of somebody else. Red: an answer that holds the mark, or a row
that has changed.
"""

import json
from collections.abc import Iterator, Sequence

from backwright_workbench.verify.attacks.aims import ways
from backwright_workbench.verify.attacks.clients import Clients, json_of
from backwright_workbench.verify.attacks.facts import facts
from backwright_workbench.verify.attacks.operations import (
    Collection,
    operations,
)
from backwright_workbench.verify.attacks.rows import Row, Rows
from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.checks.access.object_attacks import HIDDEN, Victim, attacked
from backwright_workbench.verify.outcome import Fault, Figure, NotRun, Outcome, judged
from backwright_workbench.verify.stand.callers import Caller
from backwright_workbench.verify.subject import Subject

CHECK = Check(
    title="What a caller must not see cannot be had, changed or inferred in another way",
    needs=frozenset({Need.ANSWERS, Need.CONTRACT, Need.CALLERS}),
    proves=("OWASP API1:2023", "CWE-639", "CWE-284"),
)


def run(subject: Subject) -> Outcome:
    """Makes rows, finds who cannot read them, and has those try."""
    stand = subject.stands.shared()
    if sum(map(len, stand.callers.values())) < 2:
        raise NotRun("two callers are needed: whose row it is, and who tries to get it")
    faults: list[Fault] = []
    tried: dict[str, int] = {}
    with Clients(stand) as clients:
        rows = Rows(clients, subject.blueprint)
        by_hand = (
            [each for each in facts(subject).routes if each.place.startswith("src/")]
            if subject.service
            else []
        )
        known = operations(stand.document)
        victims = [
            victim
            for each in rows.collections.values()
            if (victim := _victim(subject, each, rows)) is not None
        ]
        for victim in victims:
            subject.say(f"rows of {victim.collection.path}")
            for attacker in _strangers(victim, clients):
                before = clients.asked
                faults += attacked(subject, victim, attacker, rows, known, by_hand)
                tried[f"{victim.collection.path} by {attacker.role or 'nobody'}"] = clients.asked - before
        asked = clients.asked
    subject.record.keep("tried.json", json.dumps(tried, indent=1), command="requests by attacker")
    if not tried:
        raise NotRun(
            "no row that somebody may see and somebody else may not could be made over the API",
            "rules on rows are looked at by access/matrix, where the service has any",
        )
    unique = list(dict.fromkeys(faults))
    notes = tuple(f"{path}: everybody who is signed in may see its rows" for path in _shared(victims, tried))
    figures = (Figure("requests", asked), Figure("pairs of row and attacker", len(tried)))
    return judged(
        f"{sum(tried.values())} attempts on rows of {len(victims)} collections",
        unique,
        figures=figures,
        notes=notes,
    )


def _shared(victims: Sequence[Victim], tried: dict[str, int]) -> list[str]:
    return [
        each.collection.path
        for each in victims
        if not any(name.startswith(f"{each.collection.path} ") for name in tried)
    ]


def _victim(subject: Subject, collection: Collection, rows: Rows) -> Victim | None:
    """A row of somebody's own where the rules know such rows, else of whoever may make one."""
    mark = rows.mark("secret")
    owners = [each[-1] for role, each in rows.clients.stand.callers.items() if role] or rows.clients.callers()
    row: Row | None = None
    seen_by = owners[0]
    if subject.service is not None:
        resource = collection.path.strip("/").replace("-", "_")
        rules = facts(subject).matrix["rules"].get(resource, {})
        for role, grants in rules.items():
            steps = next(iter(ways({role: grants}).values()), None)
            if row is None and steps is not None and role in rows.clients.stand.callers:
                seen_by = rows.clients.stand.callers[role][-1]
                row = rows.own(collection.path, steps, seen_by, mark)
    for owner in owners:
        if row is None:
            seen_by, row = owner, rows.make(collection.path, mark, by=[owner])
    if row is None or not {"id", collection.key} & row.keys() or mark not in json.dumps(row):
        return None
    victim = Victim(collection, row, mark, seen_by)
    victim.attachment = rows.attach(collection, victim.key, mark)
    victim.others = {name: str(value) for name, value in row.items() if name.endswith("_id") and value}
    return victim


def _strangers(victim: Victim, clients: Clients) -> Iterator[Caller]:
    """One caller of each role, and nobody, who does not get the row where it is read and listed."""
    read = victim.collection.of_one("GET")
    if read is None and victim.collection.list is None:
        return
    for callers in (*clients.stand.callers.values(), (clients.stand.anonymous,)):
        caller = next((each for each in callers if each is not victim.seen_by), None)
        if caller is None:
            continue
        alone = (
            _status(clients, caller, read.at({victim.collection.key: victim.key}))
            if read is not None
            else None
        )
        listed = _lists(victim, clients, caller)
        if (alone is None or alone in HIDDEN) or (
            listed is False and _lists(victim, clients, victim.seen_by)
        ):
            yield caller


def _lists(victim: Victim, clients: Clients, caller: Caller) -> bool | None:
    """Whether the whole list, page by page, shows the row to a caller; `None`: they get no list, or no end of it."""
    if victim.collection.list is None:
        return None
    following: dict[str, str] = {}
    for _ in range(10):
        answer = clients.ask(caller, "GET", victim.collection.path, params=following)
        if answer.status_code != 200:
            return None
        if victim.listed_in(answer):
            return True
        said = json_of(answer)
        after = said.get("next") if isinstance(said, dict) else None
        if not after:
            return False
        if str(after).startswith(("http", "/")):
            return None
        following = {"cursor": str(after)}
    return None


def _status(clients: Clients, caller: Caller, path: str) -> int:
    return clients.ask(caller, "GET", path).status_code
