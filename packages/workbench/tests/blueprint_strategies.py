"""Valid blueprints of every kind, for property tests of whatever reads or writes blueprints.

`blueprints()` draws services with one to five entities: every type of field, references forwards, backwards
and to accounts, states, actions, rights on own rows, attachments, caches, bulk creation.
"""

import keyword
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from backwright_workbench.blueprint.checks.fields import ENCRYPTED
from backwright_workbench.blueprint.checks.names import RESERVED_ENTITIES
from backwright_workbench.blueprint.checks.rows import faults as row_faults
from backwright_workbench.blueprint.model import (
    USER,
    ActGrant,
    Action,
    Attachments,
    Auth,
    Blueprint,
    Budgets,
    Entity,
    FieldModel,
    Grant,
    Grants,
    Limits,
    States,
    Stores,
    account_path,
)
from backwright_workbench.blueprint.rows import PATTERN
from hypothesis import strategies as st

NOUNS = (
    "Asset", "Book", "Company", "Customer", "Equipment", "FAQ", "Invoice", "LeaveRequest", "Member", "Person",
    "Price", "Product", "Quiz", "Room", "Series", "Shelf", "Ticket", "Vehicle", "WorkOrder", "X1",
)  # fmt: skip
FIELDS = (
    "active", "amount", "body", "code", "colour", "count", "date", "due_at", "email", "height", "kind",
    "level", "name", "no", "notes", "on", "phone", "place2", "price", "priority", "title", "total", "type",
    "url", "weight",
)  # fmt: skip
LINKS = ("approver", "author", "client", "holder", "origin", "owner", "parent", "target")
VERBS = ("approve", "assign", "close", "open", "reject", "restart", "send")
STATES = ("new", "open", "waiting", "true", "no", "done", "cancelled", "moves")
ROLES = ("clerk", "manager", "on", "viewer")

TEXTS = st.text(
    st.characters(
        exclude_categories=("Cc", "Cs", "Zl", "Zp"),
        exclude_characters="\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff",
    ),
    max_size=30,
) | st.sampled_from(
    ["", "Ready: yes", "# no comment", "true", "12", "- a", "a, b", "it's", '"', "\\", "100/minute", "~"]
)
"""One line of anything, and what YAML could take for something else."""

RATES = st.builds(
    "{}/{}".format, st.integers(1, 9_999_999), st.sampled_from(["second", "minute", "hour", "day"])
)


def some(values: Any, **limits: Any) -> st.SearchStrategy[tuple[Any, ...]]:
    """Some of the values, each once, in any order."""
    pool = list(values)
    limits["max_size"] = min(limits.get("max_size", len(pool)), len(pool))
    return st.lists(st.sampled_from(pool), unique=True, **limits).map(tuple) if pool else st.just(())


INVENTED = st.from_regex(r"[a-z][a-z0-9]{2,8}(_[a-z0-9]{1,3})?x", fullmatch=True).filter(
    lambda name: not keyword.iskeyword(name)
)


def names(*common: str) -> st.SearchStrategy[str]:
    """One of the names given, else an invented one."""
    return st.sampled_from(common) | INVENTED


@st.composite
def fields(draw: st.DrawFn) -> FieldModel:
    """A field of any type but reference."""
    kinds = [
        "string",
        "text",
        "integer",
        "decimal",
        "money",
        "boolean",
        "date",
        "datetime",
        "email",
        "phone",
        "url",
    ]
    kind = draw(st.sampled_from([*kinds, "enum", "json"]))
    said: dict[str, Any] = {
        "type": kind,
        "description": draw(st.just("") | TEXTS),
        "optional": draw(st.booleans()),
    }
    if kind in ("string", "text"):
        said["max"] = draw(st.none() | st.integers(8, 700))
        said["default"] = draw(st.none() | st.text("ab 1:#", max_size=8))
    elif kind in ("integer", "decimal", "money"):
        said["min"], said["max"] = draw(
            st.tuples(st.none() | st.integers(-9, 0), st.none() | st.integers(2, 999))
        )
        said["default"] = draw(st.none() | st.integers(0, 2))
        if kind == "decimal":
            said["places"] = draw(st.none() | st.integers(1, 6))
            said["default"] = draw(st.none() | st.just("0.5") | st.integers(0, 2))
    elif kind == "boolean":
        said["default"] = draw(st.none() | st.booleans())
    elif kind == "enum":
        said["values"] = draw(some(STATES, min_size=1))
        said["default"] = draw(st.none() | st.sampled_from(said["values"]))
    filled = said["optional"] or said.get("default") is not None
    said["read_only"] = filled and draw(st.booleans())
    if kind not in ("text", "json", "boolean") and said.get("default") is None:
        said["unique"] = draw(st.booleans())
    if kind in ENCRYPTED and said.get("default") is None:
        said["encrypted"] = draw(st.booleans())
    return FieldModel(**said)


@st.composite
def links(draw: st.DrawFn, before: list[str], known: list[str]) -> FieldModel:
    """A reference. Required ones lead to accounts or to entities declared before: no circle can arise."""
    to = draw(st.sampled_from([USER, *known]))
    optional = to not in [USER, *before] or draw(st.booleans())
    said: dict[str, Any] = {"type": "reference", "to": to, "optional": optional}
    said["on_delete"] = draw(st.sampled_from([None, "restrict", "cascade", *["set_null"] * optional]))
    if to == USER and draw(st.booleans()):
        said["set"] = "actor"
    else:
        said["unique"] = draw(st.booleans())
    return FieldModel(**said)


@st.composite
def states(draw: st.DrawFn, field_name: str, field: FieldModel) -> States:
    """Moves between the values of a field."""
    sources = {str(field.default), *draw(some(field.values))}
    return States(field=field_name, moves={state: draw(some(field.values)) for state in sorted(sources)})


def reached(moves: States | None, start: Any) -> list[str]:
    """The states that follow, directly or not, in a fixed order."""
    found: list[str] = []
    left = [start] if moves else []
    while left and moves:
        fresh = [state for state in moves.moves.get(left.pop(), ()) if state not in found]
        found += fresh
        left += fresh
    return found


@st.composite
def actions(draw: st.DrawFn, known: dict[str, FieldModel], moves: States | None) -> Action:
    """An action that the entity can do."""
    takes = draw(
        some([n for n, f in known.items() if f.set is None and not (moves and n == moves.field)], max_size=3)
    )
    times = [n for n, f in known.items() if f.type == "datetime" and n not in takes]
    to = draw(st.sampled_from([None, *reached(moves, moves and known[moves.field].default)]))
    sources = [
        state for state, targets in (moves.moves if moves else {}).items() if to is None or to in targets
    ]
    said: dict[str, Any] = {
        "description": draw(TEXTS),
        "takes": takes,
        "from": draw(st.just(()) | some(sources)),
        "to": to,
        "stamps": draw(st.sampled_from([None, *times])),
    }
    return Action.model_validate(said)


def own_rows(entities: dict[str, Entity], name: str) -> Iterator[str]:
    """The paths that lead from a row to an account."""
    for first, field in entities[name].fields.items():
        onward = entities[field.to].fields if field.to in entities else {}
        for path in [first, *(f"{first}.{second}" for second in onward)]:
            try:
                account_path(entities, name, path)
            except LookupError:
                continue
            yield path


def conditions(entities: dict[str, Entity], name: str) -> list[str]:
    """Comparisons that rows can meet and need not, alone and together with whose row it is."""
    said: list[str] = []
    for field, each in entities[name].fields.items():
        match each.type:
            case "enum":
                said += [f"{field} = {each.values[0]}", f"{field} != {each.values[-1]}"]
            case "boolean":
                said.append(f"{field} = false")
            case "integer" | "decimal" | "money":
                said += [f"{field} < 7", f"{field} >= 3", f"{field} > 1 and {field} <= 12"]
            case "date":
                said.append(f"{field} < 2026-06-01")
    said += [f"{path} and {said[0]}" for path in own_rows(entities, name) if said]
    return [
        rows for rows in said if re.fullmatch(PATTERN, rows) and not list(row_faults(entities, name, rows))
    ]


@st.composite
def grants(
    draw: st.DrawFn, entities: dict[str, Entity], name: str, readable: set[str], public: bool
) -> Grants:
    """Rights that work together: rows that resolve, fields that may be written, references to be seen."""
    entity = entities[name]
    rows = (
        st.just("all")
        if public
        else st.sampled_from(["all", *own_rows(entities, name), *conditions(entities, name)])
    )
    writable = [n for n, f in entity.fields.items() if not f.read_only and f.set is None]
    needed = [n for n in writable if not entity.fields[n].optional and entity.fields[n].default is None]
    state = entity.states.field if entity.states else None
    said: dict[str, Any] = {
        "read": Grant(rows=draw(rows), fields=draw(st.none() | some(entity.fields, min_size=1)))
    }
    targets = {f.to for f in entity.fields.values() if f.type == "reference" and not f.optional} - {USER}
    anonymous = not public or all(f.set is None or f.optional for f in entity.fields.values())
    if targets <= readable | {name} and anonymous and draw(st.booleans()):
        more = draw(some([n for n in writable if n not in needed and n != state]))
        chosen = draw(st.sampled_from([None, (*needed, *more)])) if needed or more else None
        said["create"] = Grant(rows=draw(rows), fields=chosen)
    if not public:
        if draw(st.booleans()):
            chosen = draw(st.none() | some(writable, min_size=1)) if writable else None
            said["update"] = Grant(rows=draw(rows), fields=chosen)
        if draw(st.booleans()):
            said["delete"] = Grant(rows=draw(rows))
        if draw(st.booleans()) and entity.actions:
            said["act"] = ActGrant(
                rows=draw(rows), actions=draw(st.none() | some(entity.actions, min_size=1))
            )
        accounts = [n for n, f in entity.fields.items() if f.to == USER and f.set is None]
        seen = said["read"].fields
        named = draw(some([n for n in accounts if seen is None or n in seen]))
        said["refer"] = Grant(fields=named) if named else None
    return Grants(**said)


@st.composite
def entities(draw: st.DrawFn, before: list[str], known: list[str]) -> Entity:
    """An entity, open to the admin."""
    said = draw(st.dictionaries(names(*FIELDS), fields(), min_size=1, max_size=6))
    said |= draw(st.dictionaries(st.sampled_from(LINKS), links(before, known), max_size=3))
    if draw(st.booleans()):
        stages = draw(some(STATES, min_size=2))
        said["status"] = FieldModel(type="enum", values=stages, default=stages[0])
    machines = [
        n for n, f in said.items() if f.type == "enum" and f.default and not f.optional and not f.read_only
    ]
    moves = draw(st.none() | states(machines[-1], said[machines[-1]])) if machines else None
    large = [n for n, f in said.items() if f.type in ("text", "json")]
    columns = [n for n in said if n not in large]
    plain = [n for n in columns if not said[n].encrypted]
    texts = [n for n, f in said.items() if f.type in ("string", "text", "email") and not f.encrypted]
    group = draw(some(plain, max_size=3))
    return Entity(
        description=draw(TEXTS),
        area=draw(st.none() | st.sampled_from(["catalog", "stock"])),
        fields=said,
        states=moves,
        actions=draw(st.dictionaries(names(*VERBS), actions(said, moves), max_size=3)),
        filters=draw(some([*(n for n in columns if n != "total"), "created_at"])),
        sorts=draw(some([*plain, "updated_at"])),
        search=draw(some(texts)),
        embeds=draw(some([n for n, f in said.items() if f.type == "reference" and f.to != USER])),
        attachments=draw(
            st.none() | st.builds(Attachments, max_mb=st.integers(1, 20), max_count=st.integers(1, 30))
        ),
        cache=draw(st.none() | st.integers(1, 86_400)),
        bulk=draw(st.none() | st.integers(1, 1_000)),
        limit=draw(st.none() | RATES),
        unique=(group,) if len(group) > 1 else (),
        access={"admin": "everything"},
    )


@st.composite
def blueprints(draw: st.DrawFn, max_entities: int = 5) -> Blueprint:
    """A blueprint that is valid."""
    known = list(
        draw(some([n for n in NOUNS if n not in RESERVED_ENTITIES], min_size=1, max_size=max_entities))
    )
    things = {name: draw(entities(known[:index], known)) for index, name in enumerate(known)}
    roles = draw(some(ROLES, max_size=3))
    for role in (*roles, *draw(some(["public", "signed_in"]))):
        readable: set[str] = set()
        for name in known:
            if draw(st.booleans()):
                given = draw(grants(things, name, readable, role == "public") | st.just("everything"))
                if given == "everything":
                    required = {f.to for f in things[name].fields.values() if f.to and not f.optional} - {
                        USER
                    }
                    given = (
                        draw(grants(things, name, readable, role == "public"))
                        if role == "public" or not (required <= readable | {name})
                        else given
                    )
                things[name] = things[name].model_copy(
                    update={"access": {**things[name].access, role: given}}
                )
                readable.add(name)
    return Blueprint(
        service=draw(st.sampled_from(["work-orders", "shop", "a1-b2"])),
        title=draw(TEXTS.filter(bool)),
        description=draw(TEXTS),
        created=draw(st.dates(date(2020, 1, 1), date(2100, 1, 1))),
        stores=draw(st.builds(Stores)),
        auth=draw(
            st.builds(
                Auth,
                methods=some(["password", "oauth2", "sessions", "api_keys"], min_size=1),
                register_as=st.sampled_from([None, *roles]),
            )
            | st.builds(
                Auth,
                methods=st.just(("password", "oidc")),
                providers=some(["google", "keycloak", "entra"]),
            )
            | st.builds(Auth, registration=st.sampled_from(["invited", "closed"]))
        ),
        roles={"admin": draw(TEXTS), **{role: draw(TEXTS) for role in roles}},
        limits=draw(st.builds(Limits, requests=RATES)),
        budgets=draw(
            st.builds(
                Budgets, p95_ms=st.integers(1, 60_000), error_percent=st.sampled_from([0.0, 0.1, 1e-06, 5])
            )
        ),
        wanted=draw(some(["graphql", "jobs", "reports"])),
        entities=things,
    )
