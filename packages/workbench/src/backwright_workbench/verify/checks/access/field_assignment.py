"""Setting what the server owns, in the body of every operation (mass assignment).

What lives here: what is tried, and whether it was taken. What must not: what roles may do with fields (`fields.py`).
"""

from collections.abc import Mapping
from typing import Any

from backwright_workbench.verify.attacks.clients import Answer, json_of
from backwright_workbench.verify.attacks.facts import facts
from backwright_workbench.verify.attacks.operations import (
    NOWHERE,
    Collection,
    Operation,
    answered,
    resolved,
    sent,
)
from backwright_workbench.verify.attacks.rows import Row, Rows
from backwright_workbench.verify.attacks.samples import body, sample
from backwright_workbench.verify.outcome import Fault
from backwright_workbench.verify.stand.callers import Caller
from backwright_workbench.verify.subject import Subject

WHY = "OWASP API3:2023 (mass assignment): the caller sets what the server owns"

OWNED: Mapping[str, Any] = {
    "id": NOWHERE, "created_at": "2001-01-01T00:00:00Z", "updated_at": "2001-01-01T00:00:00Z", "created_by": NOWHERE,
    "version": 987654, "role": "admin", "roles": ["admin"], "is_admin": True, "is_superuser": True, "is_staff": True,
    "is_active": True, "tenant_id": NOWHERE, "owner_id": NOWHERE, "password_hash": "x", "email_verified": True,
    "__proto__": {"is_admin": True}, "constructor": {"prototype": {"is_admin": True}},
}  # fmt: skip
"""Names that clients try to set, with a value that is known again."""


def assigned(operation: Operation, rows: Rows, subject: Subject) -> tuple[list[Fault], int]:
    """What becomes of fields that are the server's, in a body that would be taken without them."""
    schema = sent(operation, rows.document)
    if schema is None or schema.get("type") != "object" or operation.path.startswith(("/auth/", "/oauth/")):
        return [], 0
    known, path = schema.get("properties", {}), operation.path.partition("/{")[0]
    collection = rows.collections.get(path)
    extra = {name: value for name, value in _owned(collection, rows).items() if name not in known}
    target = rows.make(path) if operation.names and collection is not None else None
    if operation.names and target is None:
        return [], 0
    made = body(schema, rows.mark("owned"), rows.document)
    for column in made:
        referred = rows.target(path, column)
        if referred is not None:
            made[column] = rows.any(referred) or made[column]
    for caller in rows.able(path):
        at = operation.at(default=str(target["id"])) if target else operation.path
        answer = rows.clients.ask(
            caller, operation.method, at, json={**made, **extra}, headers={"If-Match": "*"}
        )
        if answer.status_code in (401, 403, 404):
            continue
        return _taken(operation, caller, answer, extra, target, rows, subject), 1
    return [], 0


def _owned(collection: Collection | None, rows: Rows) -> dict[str, Any]:
    """What clients try to set, and what rows show that cannot be sent."""
    read = collection.of_one("GET") if collection is not None else None
    create = sent(collection.create, rows.document) if collection is not None and collection.create else None
    if read is None or create is None:
        return dict(OWNED)
    found = dict(OWNED)
    for name, schema in answered(read, rows.document).get("properties", {}).items():
        inner = resolved(schema, rows.document)
        if name not in create.get("properties", {}) and name not in found and inner.get("type") == "string":
            late = inner.get("format") == "date-time"
            found[name] = "2001-01-01T00:00:00Z" if late else sample(inner, name, "owned", rows.document)
    return found


def _taken(
    operation: Operation,
    caller: Caller,
    answer: Answer,
    extra: Mapping[str, Any],
    target: Row | None,
    rows: Rows,
    subject: Subject,
) -> list[Fault]:
    """Which of them were taken: shown back, or there afterwards."""
    if answer.status_code >= 300:
        return []
    shown = json_of(answer)
    path = operation.path.partition("/{")[0]
    key = (target or (shown if isinstance(shown, dict) else {})).get("id")
    collection = rows.collections.get(path)
    read = collection.of_one("GET") if collection is not None else None
    later = (
        json_of(rows.clients.ask(caller, "GET", read.at(default=str(key))))
        if read is not None and key
        else None
    )
    found = [
        name
        for name, value in extra.items()
        for seen in ([later] if isinstance(later, dict) else [shown])
        if isinstance(seen, dict) and name in seen and _same(seen[name], value, name, target)
    ]
    if not found:
        return []
    what = f"it takes what the server owns: {', '.join(dict.fromkeys(found))}"
    return [_fault(what, operation, _place_of(operation, subject))]


def _same(seen: Any, given: Any, name: str, before: Row | None) -> bool:
    """Whether a field has become what was sent, and was not that before."""
    was = (before or {}).get(name)
    if isinstance(seen, str) and isinstance(given, str) and given.startswith("2001-01-01"):
        return seen.startswith("2001-01-01")
    return bool(seen == given and was != given and not (before is None and given is True))


def _place_of(operation: Operation, subject: Subject) -> str:
    if subject.service is None:
        return str(operation)
    real = next((each.place for each in facts(subject).routes if str(each) == str(operation)), "")
    return real if real.startswith("src/") else str(operation)


def _fault(what: str, operation: Operation, place: str) -> Fault:
    text = what if place == str(operation) else f"{operation}: {what}"
    return Fault(text, place, WHY, "name the fields that a caller may send, and refuse the rest")
