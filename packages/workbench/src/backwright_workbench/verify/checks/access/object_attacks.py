"""What is tried to get at somebody else's row, or to change it: ids in paths, queries and bodies, lists, pages, links.

What lives here: the attempts on one row by one caller. What must not: who tries what on which row (`objects.py`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2

from backwright_workbench.verify.attacks.clients import Answer, Clients, items_of, json_of
from backwright_workbench.verify.attacks.facts import Route, facts
from backwright_workbench.verify.attacks.operations import (
    NOWHERE,
    PARAMETER,
    Collection,
    Operation,
    resolved,
    sent,
)
from backwright_workbench.verify.attacks.rows import Row, Rows
from backwright_workbench.verify.attacks.samples import body
from backwright_workbench.verify.outcome import Fault
from backwright_workbench.verify.stand.callers import Caller
from backwright_workbench.verify.subject import Subject

HIDDEN = (401, 403, 404, 410)
TELLING = 8
"""Characters that an id has to have for it to mean nothing else where it stands: a `2` stands everywhere."""

WHY = "OWASP API1:2023: whoever guesses or finds an id gets what is somebody else's"


@dataclass(slots=True)
class Victim:
    """Somebody's row: its mark, its ids, and who has made it or may see it."""

    collection: Collection
    row: Row
    mark: str
    seen_by: Caller
    attachment: str | None = None
    others: dict[str, str] = field(default_factory=dict)
    """What else leads to it: column → id."""

    @property
    def key(self) -> str:
        """Its id."""
        return str(self.row[self._name])

    def held_in(self, answer: Answer, *given: str) -> bool:
        """Whether an answer shows something of it that was not sent, and so is not said back."""
        said = " ".join(given)
        marks = (self.mark, self.key) if len(self.key) >= TELLING else (self.mark,)
        return any(each in answer.text and each not in said for each in marks)

    def listed_in(self, answer: Answer) -> bool:
        """Whether a list of its collection has it."""
        rows = [each for each in items_of(answer) if isinstance(each, dict)]
        return self.held_in(answer) or any(str(each.get(self._name)) == self.key for each in rows)

    @property
    def _name(self) -> str:
        return self.collection.key if self.collection.key in self.row else "id"


def attacked(
    subject: Subject,
    victim: Victim,
    attacker: Caller,
    rows: Rows,
    known: Sequence[Operation],
    by_hand: Sequence[Route],
) -> Iterator[Fault]:
    before = _state(victim, rows.clients)
    yield from _by_id(victim, attacker, rows, known, by_hand)
    yield from _by_lists(victim, attacker, rows)
    yield from _by_body(subject, victim, attacker, rows)
    after = _state(victim, rows.clients)
    if before is not None and after != before:
        what = "is gone" if after is None else "has changed"
        yield _fault(f"{what} after the attempts of", victim, attacker, f"{victim.collection.one}", "")


def _by_id(
    victim: Victim, attacker: Caller, rows: Rows, known: Sequence[Operation], by_hand: Sequence[Route]
) -> Iterator[Fault]:
    """Its ids in the path of every operation about such rows, and of every route that is written by hand."""
    clients, collection = rows.clients, victim.collection
    documented = {(each.method, each.path) for each in known}
    places = {(each.method, each.path): each.place for each in by_hand}
    below = {*collection.below()}
    mine = [each for each in known if each in below or (each.method, each.path) in places]
    hidden = [
        Operation(each.method, each.path, {}, True)
        for each in by_hand
        if (each.method, each.path) not in documented
    ]
    loose = [each for each in known if each.names and not _belongs(each, rows)] if not rows.is_ours else []
    for each in dict.fromkeys((*mine, *hidden, *loose)):
        watched = each.method != "GET" and (each.method, each.path) in places
        state = _state(victim, clients) if watched else None
        for ids in _ids(victim, each):
            answer = _request(clients, attacker, each, ids, rows)
            if answer is None:
                continue
            place = places.get((each.method, each.path), str(each))
            if victim.held_in(answer, victim.key):
                yield _fault("shows it to", victim, attacker, str(each), place)
            elif each.method != "GET" and _belongs_to(each, collection) and answer.status_code < 300:
                yield _fault(f"answers {answer.status_code} about it to", victim, attacker, str(each), place)
            elif watched and _state(victim, clients) != state:
                yield _fault("changes it for", victim, attacker, str(each), place)
                return


def _by_lists(victim: Victim, attacker: Caller, rows: Rows) -> Iterator[Fault]:
    """Lists, searches, filters, orders, embedded rows and pages of somebody else: none has it."""
    clients = rows.clients
    for collection in rows.collections.values():
        operation = collection.list
        if operation is None:
            continue
        asked: list[dict[str, str]] = [{}]
        for parameter in operation.parameters:
            if parameter.get("in") == "query":
                asked += _questions(
                    str(parameter["name"]), resolved(parameter.get("schema", {}), rows.document), victim
                )
        if clients.ask(attacker, "GET", collection.path).status_code in HIDDEN:
            continue
        for params in asked:
            answer = clients.ask(attacker, "GET", collection.path, params={"limit": "100", **params})
            own = collection is victim.collection and victim.key not in params.values()
            if victim.held_in(answer, *params.values()) or (own and victim.listed_in(answer)):
                yield _fault(
                    f"shows it ({_said(params)}) to", victim, attacker, str(operation), str(operation)
                )
            elif _counts(answer) and params.get("q") == victim.mark and collection is victim.collection:
                yield _fault(
                    f"counts it ({_said(params)}) for", victim, attacker, str(operation), str(operation)
                )
        yield from _by_cursor(victim, attacker, clients, collection)


def _by_cursor(victim: Victim, attacker: Caller, clients: Clients, collection: Collection) -> Iterator[Fault]:
    """The cursor of a page of somebody who may see more."""
    for caller in clients.callers():
        said = json_of(clients.ask(caller, "GET", collection.path, params={"limit": "1"}))
        cursor = said.get("next") if isinstance(said, dict) else None
        if cursor and caller is not attacker and not str(cursor).startswith("http"):
            page = clients.ask(
                attacker, "GET", collection.path, params={"limit": "100", "cursor": str(cursor)}
            )
            if victim.held_in(page):
                at = f"GET {collection.path}"
                yield _fault("shows it on a page of somebody else to", victim, attacker, at, at)
            return


def _by_body(subject: Subject, victim: Victim, attacker: Caller, rows: Rows) -> Iterator[Fault]:
    """A row of one's own that is made, or linked anew, to refer to it, and shows it embedded."""
    for collection in rows.collections.values():
        operation = collection.create
        schema = sent(operation, rows.document) if operation is not None else None
        if operation is None or schema is None:
            continue
        for column in schema.get("properties", {}):
            if rows.target(collection.path, column) != victim.collection.path:
                continue
            if _may_refer(subject, collection, attacker, column):
                continue
            made = {**body(schema, rows.mark("link"), rows.document), column: victim.key}
            for other in [each for each in made if each != column and rows.target(collection.path, each)]:
                made[other] = rows.any(str(rows.target(collection.path, other))) or NOWHERE
            answer = rows.clients.ask(attacker, "POST", collection.path, json=made)
            if answer.status_code < 300:
                yield _fault(
                    f"lets a new row refer to it ({column}) for",
                    victim,
                    attacker,
                    str(operation),
                    str(operation),
                )
            yield from _linked(victim, attacker, rows, collection, column)


def _linked(
    victim: Victim, attacker: Caller, rows: Rows, collection: Collection, column: str
) -> Iterator[Fault]:
    """A row that the attacker has made, linked to it afterwards."""
    update = collection.of_one("PATCH") or collection.of_one("PUT")
    own = rows.make(collection.path, by=[attacker]) if update is not None else None
    if update is None or own is None or "id" not in own:
        return
    answer = rows.clients.ask(
        attacker, update.method, update.at(default=str(own["id"])), json={column: victim.key}
    )
    if answer.status_code < 300:
        yield _fault(f"links another row to it ({column}) for", victim, attacker, str(update), str(update))


def _may_refer(subject: Subject, collection: Collection, attacker: Caller, column: str) -> bool:
    """Whether the rules say that a role may refer to accounts which it may not read."""
    if subject.service is None:
        return False
    rules = facts(subject).matrix["rules"].get(collection.path.strip("/").replace("-", "_"), {})
    return any(
        each == "refer" or (each.startswith("refer ") and column in each)
        for each in rules.get(attacker.role, ())
    )


def _request(
    clients: Clients, caller: Caller, operation: Operation, ids: dict[str, str], rows: Rows
) -> Answer | None:
    given: dict[str, Any] = {}
    schema = sent(operation, rows.document) if operation.described else None
    if schema is not None:
        made = body(schema, rows.mark("changed"), rows.document)
        texts = {name: inner for name, inner in schema.get("properties", {}).items() if name not in made}
        if not made and texts:
            made = dict(
                list(
                    body({**schema, "required": []}, rows.mark("changed"), rows.document, whole=True).items()
                )[:1]
            )
        given["json"] = made
        given["json"] |= {name: ids[""] for name in schema.get("properties", {}) if _names_a_row(name)}
    values = {name: ids.get(name, ids[""]) for name in operation.names}
    queries = {
        name: ids[""]
        for name in (operation.queried() if operation.described else ["id"])
        if _names_a_row(name)
    }
    if operation.names or queries or "json" in given:
        try:
            return clients.ask(caller, operation.method, operation.at(values), params=queries, **given)
        except httpx2.HTTPError:
            return None
    return clients.ask(caller, operation.method, operation.path) if operation.method == "GET" else None


def _names_a_row(name: str) -> bool:
    return name == "id" or name.endswith(("_id", "Id"))


def _ids(victim: Victim, operation: Operation) -> list[dict[str, str]]:
    """Which ids to put where: its own, and those of the rows that it refers to where nothing says what is meant."""
    first: dict[str, str] = {"": victim.key}
    if len(operation.names) > 1 and victim.attachment is not None:
        first[operation.names[-1]] = victim.attachment
    return [first]


def _state(victim: Victim, clients: Clients) -> Any:
    """What whoever may see it sees of it."""
    read = victim.collection.of_one("GET")
    if read is None:
        return ""
    answer = clients.ask(victim.seen_by, "GET", read.at({victim.collection.key: victim.key}))
    found = json_of(answer) if answer.status_code == 200 else None
    return (
        {name: value for name, value in found.items() if not name.startswith("last_")}
        if isinstance(found, dict)
        else found
    )


def _questions(name: str, schema: Any, victim: Victim) -> list[dict[str, str]]:
    """What a list is asked with one of its parameters."""
    if name in ("limit", "cursor", "page", "page_size", "offset"):
        return []
    if name in ("q", "search", "query"):
        return [{name: victim.mark, "total": "true"}]
    inner = schema.get("items", schema)
    if "enum" in inner:
        chosen = [str(each) for each in inner["enum"]]
        return [{name: ",".join(chosen)}] if name == "embed" else [{name: each} for each in chosen[:2]]
    if inner.get("format") == "uuid":
        return [{name: value} for value in dict.fromkeys((victim.key, *victim.others.values()))]
    if name.endswith(("__not", "__in")) or inner.get("type") == "boolean":
        return [{name: "true" if inner.get("type") == "boolean" else victim.mark}]
    return [{name: victim.mark}] if inner.get("type") == "string" and "format" not in inner else []


def _counts(answer: Answer) -> bool:
    said = json_of(answer)
    total = (said.get("total") or said.get("count")) if isinstance(said, dict) else None
    total = total.get("count") if isinstance(total, dict) else total
    return answer.status_code == 200 and bool(total or items_of(answer))


def _belongs(operation: Operation, rows: Rows) -> bool:
    return any(operation.path.startswith(each.path) for each in rows.collections.values())


def _belongs_to(operation: Operation, collection: Collection) -> bool:
    return bool(PARAMETER.search(operation.path)) and operation.path.startswith(collection.one.rstrip("/"))


def _said(params: dict[str, str]) -> str:
    return "&".join(f"{name}={value[:40]}" for name, value in params.items()) or "the plain list"


def _fault(what: str, victim: Victim, attacker: Caller, operation: str, place: str) -> Fault:
    who = attacker.role or "somebody without a role"
    return Fault(
        f"{operation} {what} {who}: a row of {victim.collection.path} that they may not read",
        place or operation,
        why=WHY,
        next_step="go by the rules of the resource (allow.read(where=…)), or compare the owner with the caller",
    )
