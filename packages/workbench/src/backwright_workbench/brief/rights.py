"""What one role may do with one thing: by the brief's statements, or by what the role is for.

What lives here: from statements to grants, with whose rows. What must not: what follows for other things and
roles (`consequences.py`).
"""

from collections.abc import Iterable

from backwright_workbench.blueprint.model import ActGrant, Grant, Grants
from backwright_workbench.brief.grants import NOTHING, Given, writable
from backwright_workbench.brief.ownership import leads_to_account, own_rows, path_to, person_of
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.roles import PUBLIC, SIGNED_IN, kind
from backwright_workbench.brief.statements import Statement
from backwright_workbench.brief.things import Thing, Things

_WRITING = ("create", "update", "delete")
_ALL = ("read", "create", "update", "delete", "act")


def stated(page: Page, things: Things, thing: Thing, role: str, statements: Iterable[Statement]) -> Grants:
    """The grants that statements give; whoever may change a row may see it."""
    grants: dict[str, Grant | ActGrant] = {}
    for statement in statements:
        for verb in _ALL if "everything" in statement.verbs else statement.verbs:
            rows = _rows(page, things, thing, role, verb, statement)
            if rows is not None:
                _enter(thing, grants, verb, rows, statement.fields)
    changing = [grants[verb] for verb in ("update", "delete", "act") if verb in grants]
    if role == PUBLIC:
        return Grants.model_validate(grants)
    if "read" not in grants and changing:
        grants["read"] = Grant(rows=changing[0].rows)
    elif "read" not in grants and "create" in grants:
        path = path_to(things, thing, role) if person_of(things, role) else None
        grants["read"] = Grant(rows=path or grants["create"].rows)
    for verb in ("update", "delete", "act"):
        if verb in grants and grants[verb].rows == "all" and grants["read"].rows != "all":
            grants[verb] = grants[verb].model_copy(update={"rows": grants["read"].rows})
    return Grants.model_validate(grants)


def _enter(
    thing: Thing, grants: dict[str, Grant | ActGrant], verb: str, rows: str, fields: tuple[str, ...]
) -> None:
    """Add leave for one verb; leave for all rows is not narrowed again."""
    if verb.startswith("act"):
        _act(thing, grants, verb, rows)
    elif verb == "update" and fields:
        if named := tuple(name for name in fields if writable(thing.entry.fields[name])):
            grants[verb] = Grant(rows=rows, fields=named)
    elif not (verb in grants and grants[verb].rows == "all"):
        grants[verb] = Grant(rows=rows)


def _act(thing: Thing, grants: dict[str, Grant | ActGrant], verb: str, rows: str) -> None:
    before = grants.get("act")
    if not thing.entry.actions or (isinstance(before, ActGrant) and before.actions is None):
        return
    if verb == "act":
        grants["act"] = ActGrant(rows=rows)
        return
    earlier = before.actions or () if isinstance(before, ActGrant) else ()
    names = tuple(dict.fromkeys((*earlier, verb.removeprefix("act:"))))
    grants["act"] = ActGrant(rows=rows, actions=names)


def _rows(page: Page, things: Things, thing: Thing, role: str, verb: str, statement: Statement) -> str | None:
    """Whose rows a statement is about; `None` if their own, and nothing says whose the rows are."""
    if role == PUBLIC:
        return "all"
    prefer = "assignee" if statement.mentions_assignment else ""
    if statement.own and statement.thing is not None:
        return own_rows(page, things, thing, role, prefer=prefer, writes=verb in _WRITING)
    person = person_of(things, role)
    own = path_to(things, thing, role) if role in (SIGNED_IN, "user") or person else None
    if statement.own:
        return own
    if statement.of_one and verb not in ("read", "create") and kind(role) != "full":
        named = path_to(things, thing, role)
        if named and (person or named.split(".")[-1] == role):
            return named
    if own is None:
        return "all"
    makes_own = verb == "create" and person and "." not in own and not thing.entry.fields[own].optional
    looks_after_own = kind(role) == "self" and (verb != "read" or person is not None)
    return own if makes_own or looks_after_own else "all"


def usual(things: Things, thing: Thing, who: str) -> Given | None:
    """What the catalogue grants, as far as it can still be told whose the rows are."""
    given = thing.entry.access.get(who)
    if not isinstance(given, Grants):
        return given
    lost = [
        verb
        for verb in _ALL
        if (grant := getattr(given, verb)) and not leads_to_account(things, thing, grant.rows)
    ]
    return given.model_copy(update=dict.fromkeys(lost))


def by_kind(things: Things, thing: Thing, role: str) -> Given:
    """What a role's name says about its rights."""
    match kind(role):
        case "full":
            return "everything"
        case "reader":
            return Grants(read=Grant())
        case "self":
            path = path_to(things, thing, role)
            if path is None:
                return Grants(read=Grant())
            rows = Grant(rows=path)
            create = None if thing is person_of(things, role) else rows
            return Grants(read=rows, create=create, update=rows)
    act = ActGrant() if thing.entry.actions else None
    return Grants(read=Grant(), create=Grant(), update=Grant(), act=act)


def unguarded(thing: Thing, who: str) -> Grants:
    """Access where the brief wants no sign-in: everybody reads and creates; what changes rows needs a name
    behind it.
    """
    if who == PUBLIC:
        return Grants(read=Grant(), create=Grant())
    act = ActGrant() if thing.entry.actions else None
    return Grants(update=Grant(), delete=Grant(), act=act)


def for_public(given: Grants) -> tuple[Grants, Grants]:
    """Grants parted into what callers without an account may get, and what takes an account."""
    read = given.read and Grant(fields=given.read.fields)
    opened = Grants(read=read, create=given.create and Grant())
    rest = given.model_copy(update={"read": None, "create": None})
    return opened, rest if rest != NOTHING else NOTHING
