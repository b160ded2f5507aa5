"""Nothing leaks when something goes wrong: no stack, statement, file or library, and no secret that was sent.

Wrong requests for every operation, then failures: the tables of a throw-away database go while it is asked. Red: an
answer that tells of the inside, or says a password back.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2

from backwright_workbench.verify.attacks.breaking import without_tables
from backwright_workbench.verify.attacks.clients import Answer, Clients
from backwright_workbench.verify.attacks.facts import facts
from backwright_workbench.verify.attacks.operations import (
    JSON,
    NOWHERE,
    PARAMETER,
    Operation,
    operations,
    resolved,
    sent,
)
from backwright_workbench.verify.attacks.production import SETTINGS
from backwright_workbench.verify.attacks.samples import body
from backwright_workbench.verify.attacks.traces import traces
from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.outcome import Fault, Figure, Outcome, judged
from backwright_workbench.verify.stand.callers import Caller
from backwright_workbench.verify.stand.stand import Stand
from backwright_workbench.verify.subject import Subject

PLANTED = "qsecretz4711"
"""Sent as a password or token: no answer may hold it."""

CONFIDENTIAL = re.compile(r"(?i)password|passwd|(^|_)(secret|token|code)$")
"""Names of fields that hold what nobody else may know."""

BODIES = (
    b"{",
    b"\xff\xfe{",
    b"null",
    b"[]",
    b'"text"',
    b'{"a": 1e999}',
    b'{"a": ' + b"9" * 400 + b"}",
    b"[" * 5_000,
)
TYPED = {"Content-Type": JSON}
WHY = "CWE-209: it tells an attacker what it is made of, and where to go on"

CHECK = Check(
    title="No error tells of the inside, and none says a secret back",
    needs=frozenset({Need.ANSWERS, Need.CONTRACT}),
    proves=("OWASP API8:2023", "CWE-209", "CWE-550"),
)


@dataclass(slots=True)
class Heard:
    """What was answered so far: how often which status, and what leaked where."""

    places: Mapping[tuple[str, str], str]
    ours: bool = True
    """Whether saying a secret back to who has sent it is a fault; frameworks of others do that by default."""
    root: str = "/nowhere"
    """Where the copy of the project is, which differs from run to run."""
    statuses: Counter[int] = field(default_factory=Counter)
    leaks: dict[str, dict[str, str]] = field(default_factory=dict)
    """Operation → what leaked → how it was provoked, and what was said."""
    said_back: set[str] = field(default_factory=set)
    """Operations that say a secret back, where that is no fault."""

    def hear(self, operation: Operation, how: str, answer: Answer, *said: str) -> None:
        """Looks at one answer."""
        self.statuses[answer.status_code] += 1
        if answer.status_code < 400:
            return
        text = answer.text + " ".join(value for name, value in answer.headers.items() if name != "location")
        said_back = ["the password that was sent"] if PLANTED in text else []
        if said_back and not self.ours:
            self.said_back.add(str(operation))
            said_back = []
        for kind in (*traces(text, *said), *said_back):
            around = " ".join(answer.text.replace(self.root, "").split())[:160].replace(PLANTED, "***")
            self.leaks.setdefault(str(operation), {}).setdefault(
                kind, f"{answer.status_code} after {how}: {around}"
            )

    def faults(self) -> Iterator[Fault]:
        """What leaked."""
        for operation, kinds in self.leaks.items():
            method, _, path = operation.partition(" ")
            place = self.places.get((method, path), "")
            yield Fault(
                f"{operation} answers with {', '.join(kinds)}: {next(iter(kinds.values()))}",
                place if place.startswith("src/") else operation,
                why=WHY,
                next_step="raise an error of backwright.errors with words of your own; the rest is for the log",
            )


def run(subject: Subject) -> Outcome:
    """Asks wrongly, then lets it fail."""
    shared = subject.stands.shared()
    known = operations(shared.document)
    places: dict[tuple[str, str], str] = {}
    if subject.service is not None:
        places = {(each.method, each.path): each.place for each in facts(subject).routes}
        documented = {(each.method, each.path) for each in known}
        known += [
            Operation(method, path, {}, True)
            for (method, path), place in places.items()
            if place.startswith("src/") and (method, path) not in documented
        ]
    heard, failed = Heard(places, subject.service is not None, str(subject.root or "/nowhere")), ""
    if subject.service is None:
        with Clients(shared) as clients:
            _wrongly(clients, _somebody(shared), known, shared.document, heard)
    else:
        with subject.stands.fresh(rows=0, **SETTINGS) as stand, Clients(stand) as clients:
            caller = _somebody(stand)
            caller.header()  # signs in, while it works
            _wrongly(clients, caller, known, shared.document, heard)
            before = sum(count for status, count in heard.statuses.items() if status >= 500)
            failed = without_tables(stand, _tables(subject))
            if failed:
                _failing(clients, caller, known, shared.document, heard)
            after = sum(count for status, count in heard.statuses.items() if status >= 500)
    subject.record.keep(
        "statuses.json", json.dumps(heard.statuses, indent=1), command="wrong requests, then failures"
    )
    faults = list(heard.faults())
    asked = sum(heard.statuses.values())
    failures = 0 if subject.service is None else after - before
    if failed and not failures:
        faults.append(
            Fault("no failure could be provoked", failed, "what a failure says could not be looked at")
        )
    notes: tuple[str, ...] = (
        () if failed else ("failures could not be provoked here: only wrong requests were sent",)
    )
    if heard.said_back:
        notes += (f"a refusal says back what was sent in confidence: {', '.join(sorted(heard.said_back))}",)
    figures = (Figure("wrong requests", asked), Figure("failures provoked", failures))
    return judged(f"{asked} errors, {failures} of them failures inside", faults, figures=figures, notes=notes)


def _wrongly(clients: Clients, caller: Caller, known: list[Operation], document: Any, heard: Heard) -> None:
    for each in known:
        if each.ends_sessions:
            continue
        for how, given in _wrong(each, document):
            answer = _answer(clients, caller, each, given)
            if answer is not None:
                heard.hear(each, how, answer)


def _wrong(operation: Operation, document: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Requests that are not right, each in one way."""
    queries = operation.queried() if operation.described else ["id", "q", "name"]
    if queries:
        yield "odd values in its query", {"params": dict.fromkeys(queries, "x'\"\\")}
        yield "a huge number in its query", {"params": dict.fromkeys(queries, "9" * 60)}
    if operation.names:
        yield "no id", {"path": "x'\""}
        yield "a byte that is no text", {"raw": "%ff%fe"}
        yield "a huge id", {"path": "9" * 300}
    schema = sent(operation, document) if operation.described else None
    if schema is None:
        if operation.method == "GET":
            yield (
                "an odd condition",
                {"headers": {"If-None-Match": '"', "Range": "bytes=x", "Accept": "x/y;q=z"}},
            )
        return
    for content in BODIES:
        yield f"the body {content[:12]!r}", {"content": content, "headers": TYPED}
    yield "a body of another kind", {"content": b"<a/>", "headers": {"Content-Type": "application/xml"}}
    properties = schema.get("properties", {})
    secret = [name for name in properties if CONFIDENTIAL.search(name)]
    for value in (PLANTED, {"x": PLANTED}, [PLANTED], PLANTED * 400):
        if secret:
            yield "a password", {"json": {**body(schema, "errors", document), **dict.fromkeys(secret, value)}}
    wrong = {name: _of_another_type(resolved(inner, document)) for name, inner in properties.items()}
    yield "values of another type", {"json": wrong}


def _of_another_type(schema: Any) -> Any:
    return "x" if schema.get("type") in ("integer", "number", "boolean", "array", "object") else {"x": 1}


def _failing(clients: Clients, caller: Caller, known: list[Operation], document: Any, heard: Heard) -> None:
    """Right requests, while the tables are gone."""
    for each in known:
        if each.path.startswith("/auth/") or each.ends_sessions:
            continue
        given: dict[str, Any] = {}
        schema = sent(each, document) if each.described else None
        if schema is not None:
            given["json"] = body(schema, "failing", document)
        answer = _answer(clients, caller, each, given)
        if answer is not None:
            heard.hear(each, "a failure inside", answer)


def _answer(clients: Clients, caller: Caller, operation: Operation, given: dict[str, Any]) -> Answer | None:
    plain = {name: value for name, value in given.items() if name not in ("path", "raw")}
    path = (
        PARAMETER.sub(str(given["raw"]), operation.path)
        if "raw" in given
        else operation.at(default=given.get("path", NOWHERE))
    )
    try:
        return clients.ask(caller, operation.method, path, **plain)
    except (httpx2.HTTPError, httpx2.InvalidURL):
        return None


def _somebody(stand: Stand) -> Caller:
    return next((each[0] for role, each in stand.callers.items() if role), stand.anonymous)


def _tables(subject: Subject) -> list[str]:
    blueprint = subject.blueprint
    return [] if blueprint is None else [blueprint.plural(each) for each in blueprint.entities]
