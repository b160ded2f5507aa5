"""What follows from the rights that were given: for parts, for what rows refer to, for everybody else.

What lives here: rules over the access of all things together, each a function. What must not: what one role
may do with one thing (`rights.py`).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from backwright_workbench.blueprint.model import USER, ActGrant, FieldModel, Grant, Grants
from backwright_workbench.brief.grants import NOTHING, VERBS, Given, without, without_fields
from backwright_workbench.brief.lexicon.roles import STAFF_OF_ALL
from backwright_workbench.brief.ownership import path_to, person_of
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.restrictions import Limit
from backwright_workbench.brief.rights import by_kind
from backwright_workbench.brief.roles import ADMIN, PUBLIC, SIGNED_IN, kind
from backwright_workbench.brief.statements import EVERY_ROLE, Statement
from backwright_workbench.brief.things import Thing, Things


@dataclass
class Matrix:
    """Who may do what with each thing, while it is being worked out."""

    page: Page
    things: Things
    statements: list[Statement]
    roles: Collection[str] = ()
    closed: Collection[str] = ()
    """The roles that may do no more than the brief says."""
    unclear: Collection[str] = ()
    """The roles of whom it says something that no right follows from."""
    limits: Sequence[Limit] = ()
    """What sentences restrict, and no statement says."""
    given: dict[str, dict[str, Given]] = field(default_factory=dict)
    """Thing → role → grants."""

    def about(self, thing: Thing, role: str) -> list[Statement]:
        """What the brief says of a role and a thing, or of all things."""
        who = (role, EVERY_ROLE)
        return [s for s in self.statements if s.thing in (None, thing) and any(r in s.roles for r in who)]

    def usual_roles(self) -> set[str]:
        """The roles that the catalogue knows around these things."""
        return {role for thing in self.things for role in thing.entry.roles}


def orphans(matrix: Matrix) -> None:
    """A thing that the brief gives to nobody is left to `admin`, and to staff who plainly handle all there is: who
    runs the place, and who is called nothing but staff.
    """
    for thing in matrix.things:
        given = matrix.given[thing.name]
        if any(grants != NOTHING for role, grants in given.items() if role != ADMIN):
            continue
        here = [s for s in matrix.statements if s.thing in (None, thing)]
        roles = [role for role in matrix.roles if role != ADMIN]
        for role in roles if not any(s.denied or not s.verbs for s in here) else ():
            kept = any(s.only and role not in s.roles for s in here)
            if not kept and role not in matrix.closed and role not in matrix.unclear:
                given[role] = _for_orphan(matrix, thing, role)
        if not roles and not here:
            _for_all_who_sign_in(matrix, thing)


def _for_orphan(matrix: Matrix, thing: Thing, role: str) -> Given:
    """What a role may do with a thing that the brief gives to nobody."""
    said = [s for s in matrix.statements if role in s.roles and not s.denied]
    limited = any(role in limit.roles for limit in matrix.limits)
    if limited or role not in STAFF_OF_ALL or (said and all(s.own or s.only for s in said)):
        return NOTHING
    looks_on = bool(said) and kind(role) == "full" and all(s.verbs == ("read",) for s in said)
    return Grants(read=Grant()) if looks_on else by_kind(matrix.things, thing, role)


def _for_all_who_sign_in(matrix: Matrix, thing: Thing) -> None:
    """Where the only role is `admin`, everybody who signs in reads and adds, and changes what is their
    own.
    """
    path = path_to(matrix.things, thing, SIGNED_IN)
    mine = Grant(rows=path or "all")
    act = ActGrant(rows=mine.rows) if thing.entry.actions else None
    matrix.given[thing.name][SIGNED_IN] = Grants(
        read=Grant(), create=mine, update=mine, delete=mine if path else None, act=act
    )
    matrix.page.assume(
        f"everybody who signs in reads and adds {thing.name}",
        "the brief names no roles and the catalogue knows none for it",
        f"entities.{thing.name}.access.signed_in",
        f"read: all, create: {mine.rows}, update: {mine.rows}",
    )


def parts(matrix: Matrix) -> None:
    """Rows that are part of another (the lines of an order) may be handled by whoever handles that."""
    for thing in matrix.things:
        wholes = [
            (n, f) for n, f in thing.entry.fields.items() if f.on_delete == "cascade" and not f.optional
        ]
        if len(wholes) != 1:
            continue
        name, whole = wholes[0][0], wholes[0][1].to or ""
        mine = matrix.given[thing.name]
        for role, given in matrix.given.get(whole, {}).items() if whole != thing.name else ():
            known = mine.get(role, NOTHING) != NOTHING or role in thing.entry.access
            if role not in (ADMIN, SIGNED_IN, PUBLIC) and not known:
                mine[role] = given if given == "everything" else _through(name, given)


def _through(name: str, given: Grants) -> Grants:
    """The grants on a whole as grants on its parts, which refer to it by `name`."""
    changed: dict[str, object] = {}
    for verb in VERBS:
        if grant := getattr(given, verb):
            changed[verb] = {"rows": "all" if grant.rows == "all" else f"{name}.{grant.rows}"}
    return Grants.model_validate(changed)


def own_work(matrix: Matrix) -> None:
    """Who sees only their own rows also makes and changes them, where nobody else is said to."""
    for thing in matrix.things:
        given = matrix.given[thing.name]
        if any(role != ADMIN and (g == "everything" or g.create) for role, g in given.items()):
            continue
        for role in (SIGNED_IN, "user"):
            own = given.get(role)
            if not isinstance(own, Grants) or not own.read or own.read.rows == "all":
                continue
            rows = Grant(rows=own.read.rows)
            act = ActGrant(rows=rows.rows) if thing.entry.actions else None
            given[role] = Grants(read=own.read, create=rows, update=rows, delete=rows, act=act)
            matrix.page.assume(
                f"people create, change and delete their own {thing.name}",
                "the brief says that they see only their own, and names nobody else who makes them",
                f"entities.{thing.name}.access.{role}",
                f"create: {rows.rows}",
            )


def exclusive(matrix: Matrix) -> None:
    """`Only managers can delete`: nobody else keeps that, but for those whom the brief grants it too."""
    for said in matrix.statements:
        narrows = said.only and not said.denied and "everything" not in said.verbs
        if not narrows or (said.own and SIGNED_IN not in said.roles):
            continue
        for thing in [said.thing] if said.thing else list(matrix.things):
            given = matrix.given[thing.name]
            for role in [role for role in given if role != ADMIN and role not in said.roles]:
                others = [s for s in matrix.about(thing, role) if not s.denied]
                if said.fields:
                    given[role] = _less_fields(thing, said, others, given[role])
                    continue
                taken = [
                    v
                    for v in said.verbs
                    if not any(v in other.verbs and not sweeps(other) for other in others)
                ]
                if taken:
                    given[role] = without(given[role], taken, thing.entry.actions)


def _less_fields(thing: Thing, said: Statement, others: list[Statement], given: Given) -> Given:
    """The grants without the fields that are for some alone, but for those that another sentence names."""
    names = {*said.fields} - {name for other in others for name in other.fields}
    return (
        without_fields(given, said.verbs, names, thing.entry.fields, thing.entry.actions) if names else given
    )


def sweeps(said: Statement) -> bool:
    """Whether one verb gave all there is, and the brief names none of it: `manage orders`."""
    return {*said.verbs} >= {*VERBS}


def open_targets(matrix: Matrix) -> None:
    """What public rows refer to is public too where everybody who signs in may read it anyway."""
    for thing in matrix.things:
        if PUBLIC not in matrix.given[thing.name]:
            continue
        for to in {reference.to for reference in thing.entry.fields.values()} & matrix.given.keys():
            target = matrix.given[to or ""]
            opened = target.get(SIGNED_IN)
            if PUBLIC not in target and isinstance(opened, Grants) and opened.read == Grant():
                target[PUBLIC] = Grants(read=Grant())
                target[SIGNED_IN] = opened.model_copy(update={"read": None})


def readable_targets(matrix: Matrix) -> None:
    """Whoever creates a row can see what it must refer to; staff see what the rows that they handle refer
    to.
    """
    for thing in matrix.things:
        for role, given in list(matrix.given[thing.name].items()):
            if given == NOTHING or role == ADMIN:
                continue
            staff = kind(role) != "self" and role not in (PUBLIC, SIGNED_IN, *matrix.usual_roles())
            staff = staff and role not in matrix.closed
            for reference in thing.entry.fields.values():
                if reference.to in (USER, thing.name) or reference.to not in matrix.given:
                    continue
                if staff or _must_name(given, reference):
                    _let_read(matrix, reference.to or "", role)
                if _must_name(given, reference) and not _reads(matrix, reference.to or "", role):
                    given = without(given, ("create",), thing.entry.actions)
                    matrix.given[thing.name][role] = given


def _reads(matrix: Matrix, name: str, role: str) -> bool:
    """Whether a role sees rows of a thing, as itself or as anybody."""
    target = matrix.given[name]
    callers = (role,) if role == PUBLIC else (role, SIGNED_IN, PUBLIC)
    return any(
        given == "everything" or bool(given.read) for who in callers if (given := target.get(who)) is not None
    )


def _forbidden(matrix: Matrix, name: str, role: str) -> bool:
    """Whether the brief says that a role does not see a thing."""
    thing = matrix.things.named(name)
    said = [s for s in matrix.statements if s.thing is thing and {role, EVERY_ROLE} & {*s.roles}]
    denied = any(s.denied and not s.fields and {"read", "everything"} & {*s.verbs} for s in said)
    limited = any(
        limit.thing is thing and {"read", "everything"} & {*limit.verbs} and not limit.fields
        for limit in matrix.limits
        if role in limit.roles or (not limit.roles and role not in limit.but)
    )
    return denied or limited or any(not s.verbs for s in said)


def _must_name(given: Given, reference: FieldModel) -> bool:
    """Whether whoever has these grants has to give a value for a reference."""
    creates = given == "everything" or given.create is not None
    return creates and not reference.optional and not reference.read_only


def _let_read(matrix: Matrix, name: str, role: str) -> None:
    """Leave to read a thing's rows, if there is none yet: their own if they are people of that role, else
    all.
    """
    target = matrix.given[name]
    if _forbidden(matrix, name, role):
        return
    if _reads(matrix, name, role):
        return
    person = person_of(matrix.things, role)
    rows = path_to(matrix.things, person, role) if person and person.name == name else None
    before = target.get(role)
    base = before if isinstance(before, Grants) else NOTHING
    target[role] = base.model_copy(update={"read": Grant(rows=rows or "all")})
