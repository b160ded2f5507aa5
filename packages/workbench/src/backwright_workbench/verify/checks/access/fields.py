"""Each field is read, written, filtered, sorted and searched by those who may, and by nobody else.

What the server owns cannot be set, what is hidden from a role can neither be read nor be found out by what lists show.
Red: a field that is taken, shown or that decides over a list although the record says otherwise.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from backwright_workbench.verify.attacks import places
from backwright_workbench.verify.attacks.clients import Answer, Clients, items_of, json_of
from backwright_workbench.verify.attacks.facts import recorded
from backwright_workbench.verify.attacks.operations import (
    Collection,
    operations,
    resolved,
    sent,
)
from backwright_workbench.verify.attacks.rows import Rows
from backwright_workbench.verify.attacks.samples import sample
from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.checks.access.field_assignment import assigned
from backwright_workbench.verify.outcome import Fault, Figure, NotRun, Outcome, judged
from backwright_workbench.verify.stand.callers import Caller
from backwright_workbench.verify.subject import Subject

ALWAYS = {"id", "version", "created_at", "updated_at"}
REFUSED = (400, 401, 403, 404, 405, 409, 415, 422)
WHY = {
    "read": "OWASP API3:2023: the field is hidden from this role",
    "infer": "what is listed, and in which order, tells the values of a field that is hidden",
    "write": "OWASP API3:2023: the role may not change this field",
}

CHECK = Check(
    title="Each field is read and written by those who may, and nobody sets what the server owns",
    needs=frozenset({Need.ANSWERS, Need.CONTRACT, Need.CALLERS}),
    proves=("OWASP API3:2023", "CWE-915", "CWE-213"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """A field of a collection, for a role."""

    collection: Collection
    resource: str
    role: str
    caller: Caller
    rights: Mapping[str, Mapping[str, Any]]


def run(subject: Subject) -> Outcome:
    """Tries to set what is owned, then goes through the fields of each role."""
    stand = subject.stands.shared()
    faults: list[Fault] = []
    compared = 0
    with Clients(stand) as clients:
        rows = Rows(clients, subject.blueprint)
        bodies = 0
        for each in operations(stand.document):
            found, tried = assigned(each, rows, subject)
            faults += found
            bodies += tried
        if subject.service is not None:
            for place in _places(subject, rows):
                subject.say(f"{place.resource} as {place.role}")
                compared += len(place.rights)
                faults += _of_role(place, rows, subject)
        asked = clients.asked
    if not bodies and not compared:
        raise NotRun("no operation takes a body that a caller here may send")
    subject.record.keep(
        "counts.json", json.dumps({"requests": asked, "assigned": bodies}), command="fields over HTTP"
    )
    figures = (
        Figure("requests", asked),
        Figure("bodies with owned fields", bodies),
        Figure("rights compared", compared),
    )
    return judged(
        f"{bodies} bodies with fields of the server, {compared} rights on fields", faults, figures=figures
    )


def _places(subject: Subject, rows: Rows) -> Iterator[Place]:
    matrix = recorded(subject)
    for path, collection in rows.collections.items():
        resource = path.strip("/").replace("-", "_")
        if resource not in matrix["fields"]:
            continue
        for name, rights in matrix["fields"][resource].items():
            if name != "public" and (
                callers := rows.clients.stand.callers.get("" if name == "signed_in" else name)
            ):
                yield Place(collection, resource, name, callers[0], rights)


def _of_role(place: Place, rows: Rows, subject: Subject) -> Iterator[Fault]:
    yield from _shown(place, rows, subject)
    yield from _listed(place, rows, subject)
    yield from _written(place, rows, subject)


def _shown(place: Place, rows: Rows, subject: Subject) -> Iterator[Fault]:
    """Rows show the fields that the role may read and no other, alone, in lists and inside of others."""
    hidden = {name for name, rights in place.rights.items() if not rights["read"]}
    listed = rows.clients.ask(place.caller, "GET", place.collection.path, params={"limit": "20"})
    seen = items_of(listed)[:20] if listed.status_code == 200 else []
    read = place.collection.of_one("GET")
    if seen and read is not None and isinstance(seen[0], dict) and "id" in seen[0]:
        seen = [*seen, json_of(rows.clients.ask(place.caller, "GET", read.at(default=str(seen[0]["id"]))))]
    shown = {name for row in seen if isinstance(row, dict) for name in row}
    for name in sorted(shown & hidden):
        yield _role_fault(f"{place.role} is shown {place.resource}.{name}", place, name, "read", subject)
    for name in sorted(shown - place.rights.keys() - ALWAYS - _embeds(place)):
        yield _role_fault(
            f"{place.role} is shown {name}, which is no field of the record", place, name, "read", subject
        )
    yield from _embedded(place, rows, subject)


def _embeds(place: Place) -> set[str]:
    operation = place.collection.list
    for parameter in operation.parameters if operation is not None else ():
        if parameter.get("name") == "embed":
            return set(parameter.get("schema", {}).get("items", {}).get("enum", ()))
    return set()


def _embedded(place: Place, rows: Rows, subject: Subject) -> Iterator[Fault]:
    """A row inside another one shows no more than it does alone."""
    fields = recorded(subject)["fields"]
    for name in sorted(_embeds(place)):
        inner = rows.target(place.collection.path, f"{name}_id")
        resource = str(inner).strip("/").replace("-", "_")
        rights = fields.get(resource, {}).get(place.role, {})
        answer = rows.clients.ask(
            place.caller, "GET", place.collection.path, params={"embed": name, "limit": "20"}
        )
        for row in items_of(answer) if answer.status_code == 200 else ():
            shown = row.get(name) if isinstance(row, dict) else None
            for field in sorted(shown.keys() - ALWAYS if isinstance(shown, dict) else ()):
                if not rights.get(field, {}).get("read"):
                    what = f"{place.role} is shown {resource}.{field} inside of {place.resource}"
                    yield _role_fault(what, place, field, "read", subject)
                    return


def _listed(place: Place, rows: Rows, subject: Subject) -> Iterator[Fault]:
    """A list is filtered, sorted and searched by what the record says."""
    if place.collection.list is None:
        return
    plain = rows.clients.ask(place.caller, "GET", place.collection.path)
    if plain.status_code != 200:
        return
    parameters = {
        str(each["name"]): each for each in place.collection.list.parameters if each.get("in") == "query"
    }
    for name, rights in place.rights.items():
        if not rights["filter"] and name not in ("limit", "cursor", "total", "sort", "q", "embed"):
            for parameter, value in _questions(name, parameters, rows.document):
                answer = rows.clients.ask(
                    place.caller, "GET", place.collection.path, params={parameter: value}
                )
                if answer.status_code == 200 and _bodies(answer) != _bodies(plain):
                    what = f"{place.role} may filter {place.resource} by {parameter}"
                    yield _role_fault(what, place, name, "infer", subject)
                    break
        if not rights["sort"] and not _sorted_anyway(name):
            orders = [
                rows.clients.ask(place.caller, "GET", place.collection.path, params={"sort": f"{sign}{name}"})
                for sign in ("", "-")
            ]
            if all(each.status_code == 200 for each in orders) and _bodies(orders[0]) != _bodies(orders[1]):
                yield _role_fault(
                    f"{place.role} may sort {place.resource} by {name}", place, name, "infer", subject
                )
    yield from _searched(place, rows, subject)


def _searched(place: Place, rows: Rows, subject: Subject) -> Iterator[Fault]:
    """A word that stands in one field alone is found by those who may search that field."""
    schema = sent(place.collection.create, rows.document) if place.collection.create is not None else None
    hidden = [
        name
        for name, rights in place.rights.items()
        if not rights["search"] and schema is not None and name in schema.get("properties", {})
    ]
    free = [name for name in hidden if _is_free(schema["properties"][name], rows.document)] if schema else []
    for name in free if any(each["search"] for each in place.rights.values()) else ():
        mark = rows.mark("word")
        made = rows.make(place.collection.path, values={name: mark})
        if made is None or made.get(name) != mark:
            continue
        answer = rows.clients.ask(place.caller, "GET", place.collection.path, params={"q": mark})
        if any(isinstance(row, dict) and row.get("id") == made["id"] for row in items_of(answer)):
            yield _role_fault(
                f"{place.role} may search {place.resource}.{name}", place, name, "infer", subject
            )


def _written(place: Place, rows: Rows, subject: Subject) -> Iterator[Fault]:
    """A change of a field that the role may not write is refused, before any row is looked for."""
    update = place.collection.of_one("PATCH")
    schema = sent(update, rows.document) if update is not None else None
    if update is None or schema is None:
        return
    row = rows.make(place.collection.path)
    for name, rights in place.rights.items():
        inner = schema.get("properties", {}).get(name)
        value = sample(inner, name, rows.mark("write"), rows.document) if inner is not None else "x"
        if rights["update"] or row is None:
            continue
        answer = rows.clients.ask(
            place.caller, "PATCH", update.at(default=str(row["id"])), json={name: value}
        )
        if answer.status_code not in REFUSED:
            what = f"{place.role} gets {answer.status_code} for a change of {place.resource}.{name}"
            yield _role_fault(what, place, name, "write", subject)


def _questions(
    name: str, parameters: Mapping[str, Any], document: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    """Filters by a field that the document has, and one that it may have without saying so."""
    for parameter, said in parameters.items():
        if parameter == name or parameter.startswith(f"{name}__"):
            value = sample(said.get("schema", {}), name, "zzz", document)
            yield parameter, ",".join(map(str, value)) if isinstance(value, list) else str(value).lower()
    if name not in parameters:
        yield name, "zzz"
        yield f"{name}__contains", "zzz"


def _bodies(answer: Answer) -> list[Any]:
    return [row.get("id") if isinstance(row, dict) else row for row in items_of(answer)]


def _sorted_anyway(name: str) -> bool:
    return name in ALWAYS


def _is_free(schema: Mapping[str, Any], document: Mapping[str, Any]) -> bool:
    inner = resolved(schema, document)
    return (
        inner.get("type") == "string"
        and "enum" not in inner
        and "format" not in inner
        and int(inner.get("maxLength", 99)) > 40
    )


def _role_fault(what: str, place: Place, name: str, why: str, subject: Subject) -> Fault:
    where = places.of_grant(subject.files(), place.resource, place.role) or f"GET {place.collection.path}"
    return Fault(
        what,
        where,
        WHY[why],
        f"docs/access.json says what {place.role} may do with {name}: hold to it, or record it",
    )
