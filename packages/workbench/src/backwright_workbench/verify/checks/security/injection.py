"""Whatever stands in a path, query, header or body is data: nothing evaluates it, and nothing breaks.

Statements, templates, commands, paths, addresses and odd letters in every place of every operation, also of routes that
are written by hand. Red: a server error, two conditions that are answered differently, a result that was computed,
an address that was fetched, a page that holds what was sent as it was sent.
"""

import json
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any

import httpx2

from backwright_workbench.verify.attacks.clients import Answer, Clients, items_of, json_of
from backwright_workbench.verify.attacks.facts import facts
from backwright_workbench.verify.attacks.operations import JSON, Operation, Schema, operations, resolved, sent
from backwright_workbench.verify.attacks.payloads import (
    BASIC,
    CALLBACK,
    FEW,
    PAIRS,
    PAYLOADS,
    SLEEP,
    SLEEPS,
    Payload,
)
from backwright_workbench.verify.attacks.rows import Rows
from backwright_workbench.verify.attacks.samples import body
from backwright_workbench.verify.attacks.traces import traces
from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.outcome import Fault, Figure, Outcome, judged
from backwright_workbench.verify.stand.callers import Caller
from backwright_workbench.verify.stand.stand import Stand
from backwright_workbench.verify.subject import Subject

ROWS = 5
HEADERS = (
    "X-Forwarded-For", "X-Forwarded-Host", "User-Agent", "Referer", "If-None-Match", "Accept-Language", "X-Request-Id",
)  # fmt: skip
GUESSED = ("q", "id", "name", "filter", "sort", "search", "query", "url", "path", "file", "next", "redirect")
"""Parameters that a route may have whose document says nothing."""

CHECK = Check(
    title="Nothing that is sent is evaluated: statements, templates, commands, paths, addresses",
    needs=frozenset({Need.ANSWERS, Need.CONTRACT}),
    proves=(
        "OWASP API8:2023", "OWASP API7:2023", "OWASP A03:2021", "CWE-89", "CWE-78", "CWE-22", "CWE-79", "CWE-113",
        "CWE-918",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a request that takes a text: `in_` is path, query, header, body or raw."""

    operation: Operation
    in_: str
    name: str
    free: bool
    """Whether any text will do there, so that it gets as far as it can."""
    by_hand: bool = True
    """Whether somebody wrote what becomes of it; what the runtime does is the same for all resources."""

    def is_worth_it(self, only_by_hand: bool) -> bool:
        """Whether the quick profile looks at it: of the filters that the runtime makes, one of each field will do."""
        return self.by_hand or not (only_by_hand or (self.in_ == "query" and "__" in self.name))

    def __str__(self) -> str:
        return f"{self.operation} ({self.in_} {self.name})"


@dataclass(slots=True)
class Sender:
    """Sends texts into slots as one caller."""

    clients: Clients
    caller: Caller
    rows: Rows
    callback: str
    _bodies: dict[str, Any]

    def send(self, slot: Slot, text: str) -> Answer | None:
        """The answer; none if this cannot be sent at all."""
        operation, given = slot.operation, dict[str, Any]()
        text = text.replace(CALLBACK, self.callback)
        values = dict.fromkeys(operation.names, text) if slot.in_ == "path" else {}
        if slot.in_ == "query":
            given["params"] = {slot.name: text}
        elif slot.in_ == "header":
            given["headers"] = {slot.name: text.encode("utf-8", "replace")}
        elif slot.in_ == "raw":
            given |= {"content": text.encode("utf-8", "replace"), "headers": {"Content-Type": slot.name}}
        schema = sent(operation, self.rows.document) if operation.described else None
        if schema is not None and "content" not in given:
            given["json"] = self._body(operation, schema)
            if slot.in_ == "body":
                names = slot.name.split(",")
                given["json"] = {**given["json"], **dict.fromkeys(names, text)}
        try:
            return self.clients.ask(self.caller, operation.method, operation.at(values), **given)
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError):
            return None

    def _body(self, operation: Operation, schema: Schema) -> dict[str, Any]:
        key = str(operation)
        if key not in self._bodies:
            made = body(schema, self.rows.mark("inject"), self.rows.document)
            for column in made:
                target = self.rows.target(operation.path.partition("/{")[0], column)
                made[column] = (self.rows.any(target) if target else None) or made[column]
            self._bodies[key] = made
        return dict(self._bodies[key])


def run(subject: Subject) -> Outcome:
    """Fills every slot with every payload that can get anywhere in it."""
    places: dict[tuple[str, str], str] = {}
    if subject.service is not None:
        places = {(each.method, each.path): each.place for each in facts(subject).routes}
        with subject.stands.fresh(rows=ROWS) as stand:
            found, asked, slots = attacked(subject, stand, places)
    else:
        found, asked, slots = attacked(subject, subject.stands.shared(), places)
    subject.record.keep(
        "slots.json", json.dumps([str(each) for each in slots], indent=1), command="what texts were put into"
    )
    figures = (Figure("requests", asked), Figure("places", len(slots)))
    return judged(f"{asked} requests into {len(slots)} places", found, figures=figures)


def attacked(
    subject: Subject, stand: Stand, places: Mapping[tuple[str, str], str], *, only_by_hand: bool = False
) -> tuple[list[Fault], int, list[Slot]]:
    """What was found on a stand, how many requests it took, and into which places. `places` says which routes are
    written by hand, and where."""
    faults: dict[tuple[str, str], Fault] = {}
    with Clients(stand) as clients, listening() as (callback, called):
        rows = Rows(clients, subject.blueprint)
        caller = next((each[0] for role, each in stand.callers.items() if role), stand.anonymous)
        sender = Sender(clients, caller, rows, callback, {})
        slots = [each for each in _slots(stand, places) if subject.full or each.is_worth_it(only_by_hand)]
        for number, slot in enumerate(slots):
            if not number % 20:
                subject.say(f"{number} of {len(slots)} places")
            for fault in _into(slot, sender, stand, full=subject.full):
                where = places.get((slot.operation.method, slot.operation.path), "")
                place = where if where.startswith("src/") else str(slot.operation)
                faults.setdefault(
                    (str(slot), fault.why), Fault(fault.what, place, fault.why, fault.next_step)
                )
            if called:
                what = f"{slot}: it fetches an address that was sent"
                faults[what, ""] = Fault(
                    what, str(slot.operation), "CWE-918: it reaches what only it can reach"
                )
                called.clear()
    return list(faults.values()), clients.asked, slots


def _slots(stand: Stand, places: Mapping[tuple[str, str], str]) -> Iterator[Slot]:
    """Every place of every operation that takes a text."""
    document = stand.document
    known = [each for each in operations(document) if not each.ends_sessions]
    documented = {(each.method, each.path) for each in known}
    hidden = [
        Operation(method, path, {}, True)
        for (method, path), place in places.items()
        if place.startswith("src/") and (method, path) not in documented
    ]
    for each in (*known, *hidden):
        by_hand = places.get((each.method, each.path), "").startswith("src/") or not places
        if each.names:
            free = by_hand or not any(
                resolved(said.get("schema", {}), document).get("format") == "uuid" for said in each.parameters
            )
            yield Slot(each, "path", ",".join(each.names), free, by_hand)
        for said in each.parameters:
            if said.get("in") == "query":
                free = _is_free(resolved(said.get("schema", {}), document))
                yield Slot(each, "query", str(said["name"]), free, by_hand)
        for name in GUESSED if each in hidden else ():
            yield Slot(each, "query", name, True)
        schema = sent(each, document) if each.described else None
        properties = schema.get("properties", {}) if schema is not None else {}
        free_ = [name for name, inner in properties.items() if _is_free(resolved(inner, document))]
        if free_:
            yield Slot(each, "body", ",".join(free_), True, by_hand)
        for name in sorted(properties.keys() - {*free_}):
            yield Slot(each, "body", name, False, by_hand)
        if schema is not None:
            yield Slot(each, "raw", JSON, False, by_hand)
            yield Slot(each, "raw", "application/xml", False, by_hand)
    lists = [each for each in known if each.method == "GET" and not each.names][:2]
    for each in (*lists, *hidden):
        for header in HEADERS:
            yield Slot(each, "header", header, False)


def _is_free(schema: Schema) -> bool:
    kinds = schema.get("type", "string")
    text = kinds == "string" or (isinstance(kinds, list) and "string" in kinds)
    return text and "enum" not in schema and schema.get("format") in (None, "password")


def _into(slot: Slot, sender: Sender, stand: Stand, *, full: bool) -> Iterator[Fault]:
    whole = full or slot.by_hand
    for payload in (PAYLOADS if whole else BASIC) if slot.free else (FEW if whole else FEW[:1]):
        answer = sender.send(slot, payload.text)
        if answer is not None:
            yield from evaluated(str(slot), payload, answer)
    if slot.free and slot.in_ in ("path", "query", "body"):
        yield from _by_conditions(slot, sender, PAIRS if whole else PAIRS[:2])
        yield from _by_waiting(slot, sender, SLEEPS.get(stand.engine, ()) if whole else ())


def evaluated(slot: str, payload: Payload, answer: Answer) -> Iterator[Fault]:
    """What shows in one answer that a payload did something."""
    text, media = answer.text, answer.headers.get("content-type", "")
    signs = (
        (
            answer.status_code >= 500 and answer.status_code != 503,
            f"{payload.kind} ends in {answer.status_code}",
            "it got where it is not data any more",
            "check what is sent before it is used; bind values in statements",
        ),
        (
            bool(payload.shows) and payload.shows in text,
            f"{payload.kind} is evaluated",
            "CWE-94: whoever sends it runs what they like",
            "use it as data alone",
        ),
        (
            "x-injected" in answer.headers,
            "a header can be added",
            "CWE-113: what is sent decides over the answer",
            "do not put what is sent into headers",
        ),
        (
            "html" in media and payload.kind == "HTML" and payload.text in text,
            "a page holds what was sent, as it was sent",
            "CWE-79: it runs in the browser of whoever opens it",
            "escape it, or answer with JSON",
        ),
        (
            answer.status_code < 500 and bool(traces(text, payload.text)),
            "the answer tells of the inside",
            "CWE-209: it tells where to go on",
            "say it in words of your own",
        ),
    )
    for shows, what, why, next_step in signs:
        if shows:
            yield Fault(f"{slot}: {what}", why=why, next_step=next_step)


def _by_conditions(slot: Slot, sender: Sender, pairs: Sequence[tuple[str, str]]) -> Iterator[Fault]:
    for true, false in pairs:
        if alike(sender, slot, true, false):
            continue
        if not any(alike(sender, slot, true, false) for _ in range(2)):  # rows come and go meanwhile
            yield Fault(
                f"{slot}: a condition is evaluated: {true!r} and {false!r} are answered differently",
                why="CWE-89: statements of the caller's own run in the database",
                next_step="bind the value: text('… = :name') with parameters, or go through the resource",
            )
            return


def alike(sender: Sender, slot: Slot, true: str, false: str) -> bool:
    """Whether two conditions are answered alike.

    An answer may say back what was sent, escaped or painted: then two that are both false differ as well, and only the
    statuses and the numbers of rows are compared.
    """
    other = false.replace("zzqb", "zzqc").replace("918274", "918275")
    first, second = (sender.send(slot, each) for each in (true, false))
    if first is None or second is None:
        return True
    texts = (true, false, other)
    if seen(first, *texts) == seen(second, *texts):
        return True
    third = sender.send(slot, other)
    if third is not None and slot.in_ != "body" and seen(third, *texts) == seen(second, *texts):
        return False
    return shape(first) == shape(second)


def _by_waiting(slot: Slot, sender: Sender, statements: Sequence[str]) -> Iterator[Fault]:
    for statement in statements:
        if _seconds(sender, slot, statement, SLEEP) < SLEEP:
            continue
        if (
            _seconds(sender, slot, statement, 0) < SLEEP / 2
            and _seconds(sender, slot, statement, SLEEP) >= SLEEP
        ):
            yield Fault(
                f"{slot}: the database waits as long as it is told to",
                why="CWE-89: statements of the caller's own run in the database",
                next_step="bind the value",
            )
            return


def _seconds(sender: Sender, slot: Slot, statement: str, seconds: float) -> float:
    began = monotonic()
    sender.send(slot, statement.format(seconds))
    return monotonic() - began


def seen(answer: Answer, *said: str) -> tuple[int, str]:
    """What of an answer has to be alike: the status, and the body without what was sent and what is new each time.

    What was sent may stand in rows that are listed, too, so both conditions are taken out of both answers.
    """
    found = json_of(answer)
    if isinstance(found, dict):
        found = {name: value for name, value in found.items() if name not in _NEW}
    text = json.dumps(found, ensure_ascii=False) if found is not None else answer.text
    for each in (*said, *(each.strip() for each in said)):  # some backends cut off spaces
        text = text.replace(json.dumps(each, ensure_ascii=False)[1:-1], "").replace(each, "")
    return answer.status_code, text


def shape(answer: Answer) -> tuple[int, int]:
    """The status, and how many rows there are."""
    return answer.status_code, len(items_of(answer))


_NEW = (
    "request_id",
    "id",
    "created_at",
    "updated_at",
    "next",
    "prev",
    "version",
    "instance",
    "detail",
    "errors",
)


@contextmanager
def listening() -> Iterator[tuple[str, list[str]]]:
    """An address on loopback, and who has asked for it."""
    listener = socket.create_server(("127.0.0.1", 0))
    called: list[str] = []

    def accept() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            called.append("connected")
            client.close()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/zzq", called
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
