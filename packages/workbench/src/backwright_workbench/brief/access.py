"""Who may do what: usual access, the brief's statements, and what follows from them.

What lives here: adding statements up to each entity's access. Deny by default: a role gets what the brief says, what the
catalogue says of it, or what its name says, in this order. What must not: reading sentences (`permissions.py`).
"""

from collections.abc import Iterable
from typing import Literal

from backwright_workbench.blueprint.model import USER, ActGrant, FieldModel, Grant, Grants
from backwright_workbench.brief.ownership import own_rows, path_to, person_of
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.predicates import EVERY_ROLE, Statement
from backwright_workbench.brief.roles import ADMIN, PUBLIC, SIGNED_IN, Roles, describe, kind
from backwright_workbench.brief.things import Thing, Things

Given = Literal["everything"] | Grants
_VERBS = ("read", "create", "update", "delete")


class Access:
    """The access of every thing while it is being worked out."""

    def __init__(
        self, page: Page, things: Things, roles: Roles, statements: list[Statement], *, open_: bool
    ) -> None:
        self._page, self._things, self._statements = page, things, statements
        self._open = open_
        self._public = open_ or any(PUBLIC in statement.roles for statement in statements)
        self.roles = self._declared(roles)
        self._given: dict[str, dict[str, Given]] = {}

    def _declared(self, roles: Roles) -> dict[str, str]:
        """The roles that the service has, each with what it is for."""
        usual = {role: text for thing in self._things for role, text in thing.entry.roles.items()}
        named = [role for role in roles.named if role != ADMIN]
        spoken = any(SIGNED_IN in s.roles or PUBLIC in s.roles for s in self._statements)
        if not named and not spoken and not self._public:
            named = [role for role in usual if role != ADMIN]
            if named:
                self._page.assume(
                    f"the roles are {', '.join([ADMIN, *named])}",
                    "the brief names no roles; these are usual for its entities",
                    "roles",
                    f"roles: {{{', '.join([ADMIN, *named])}}}",
                )
        elif ADMIN not in roles.named:
            self._page.assume(
                "there is a role admin",
                "somebody must look after accounts",
                "roles.admin",
                f"admin: {describe(ADMIN, None)}",
            )
        return {role: describe(role, usual.get(role)) for role in (ADMIN, *named)}

    def work_out(self) -> None:
        """Give every thing its access."""
        for thing in self._things:
            self._given[thing.name] = {ADMIN: "everything"}
            for role in self.roles:
                if role != ADMIN:
                    self._role(thing, role)
            for anybody in (SIGNED_IN, PUBLIC):
                self._anybody(thing, anybody)
        self._orphans()
        self._parts()
        self._own_work()
        self._exclusive()
        self._open_targets()
        self._readable_targets()
        for thing in self._things:
            access = {role: given for role, given in self._given[thing.name].items() if given != Grants()}
            if isinstance(opened := access.get(PUBLIC), Grants) and opened.create:
                _allow_no_caller(thing)
            thing.entry = thing.entry.model_copy(update={"access": _creating(thing, access)})

    def _about(self, thing: Thing, role: str) -> list[Statement]:
        return [
            s
            for s in self._statements
            if (role in s.roles or EVERY_ROLE in s.roles) and s.thing in (None, thing)
        ]

    def _role(self, thing: Thing, role: str) -> None:
        said = self._about(thing, role)
        allowed = [s for s in said if not s.denied]
        usual = thing.entry.access.get(role)
        if any("everything" in s.verbs for s in allowed) and not any(s.own for s in allowed):
            given: Given = "everything"
        elif allowed:
            given = self._stated(thing, role, allowed)
            merely_sees = all(s.verbs == ("read",) and not s.own and not s.only and s.thing for s in allowed)
            if merely_sees and isinstance(usual, Grants) and kind(role) in ("writer", "full"):
                given = usual.model_copy(update={"read": given.read})
        elif usual is not None:
            given = usual
        elif any(role in s.roles for s in self._statements if not s.denied) or (
            role in self._usual_roles() and thing.known
        ):
            given = Grants()
        else:
            given = self._by_kind(thing, role)
        for statement in (s for s in said if s.denied):
            given = _without(given, _operations(statement.verbs), statement.verbs)
        self._given[thing.name][role] = given

    def _usual_roles(self) -> set[str]:
        return {role for thing in self._things for role in thing.entry.roles}

    def _stated(self, thing: Thing, role: str, statements: Iterable[Statement]) -> Grants:
        """The grants that statements give."""
        grants: dict[str, Grant | ActGrant] = {}
        for s in statements:
            for verb in ("read", "create", "update", "delete", "act") if "everything" in s.verbs else s.verbs:
                rows = self._rows(thing, role, verb, s)
                if verb.startswith("act"):
                    self._act(thing, grants, verb, rows)
                elif verb == "update" and s.fields:
                    fields = tuple(f for f in s.fields if _writable(thing.entry.fields[f]))
                    if fields:
                        grants[verb] = Grant(rows=rows, fields=fields)
                elif not (verb in grants and grants[verb].rows == "all"):
                    grants[verb] = Grant(rows=rows)
        if grants and "read" not in grants and grants.keys() & {"update", "delete", "act"}:
            grants["read"] = Grant(rows=next(iter(grants.values())).rows)
        if "create" in grants and "read" not in grants:
            person = person_of(self._things, role)
            grants["read"] = Grant(
                rows=(path_to(self._things, thing, role) if person else None) or grants["create"].rows
            )
        return Grants.model_validate(grants)

    def _act(self, thing: Thing, grants: dict[str, Grant | ActGrant], verb: str, rows: str) -> None:
        if not thing.entry.actions:
            return
        before = grants.get("act")
        if verb == "act":
            grants["act"] = ActGrant(rows=rows)
        elif not (isinstance(before, ActGrant) and before.actions is None):
            names = (
                *(before.actions or () if isinstance(before, ActGrant) else ()),
                verb.removeprefix("act:"),
            )
            grants["act"] = ActGrant(rows=rows, actions=tuple(dict.fromkeys(names)))

    def _rows(self, thing: Thing, role: str, verb: str, s: Statement) -> str:
        """Whose rows a statement is about."""
        prefer = "assignee" if s.clause and "assigned" in s.clause.words[slice(*s.place)] else ""
        if role == PUBLIC:
            return "all"
        if s.own and s.thing is not None:
            return own_rows(self._page, self._things, thing, role, prefer=prefer)
        person = person_of(self._things, role)
        own = path_to(self._things, thing, role) if role in (SIGNED_IN, "user") or person else None
        if own and s.own:
            return own
        if own and verb == "create" and person and "." not in own and not thing.entry.fields[own].optional:
            return own
        if (
            own
            and kind(role) == "self"
            and (verb != "read" or person is thing or person_of(self._things, role))
        ):
            return own
        return "all"

    def _by_kind(self, thing: Thing, role: str) -> Given:
        """What a role's name says about its rights."""
        match kind(role):
            case "full":
                return "everything"
            case "reader":
                return Grants(read=Grant())
            case "self":
                path = path_to(self._things, thing, role)
                if path is None:
                    return Grants(read=Grant())
                rows = Grant(rows=path)
                if thing is person_of(self._things, role):
                    return Grants(read=rows, update=rows)
                return Grants(read=rows, create=rows, update=rows)
        act = ActGrant() if thing.entry.actions else None
        return Grants(read=Grant(), create=Grant(), update=Grant(), act=act)

    def _anybody(self, thing: Thing, who: str) -> None:
        """What callers may do without a role, or without an account."""
        said = [s for s in self._about(thing, who) if not s.denied]
        usual = thing.entry.access.get(who)
        if (
            who == SIGNED_IN
            and usual is None
            and not self._public
            and (opened := thing.entry.access.get(PUBLIC))
        ):
            usual = Grants(read=opened.read) if isinstance(opened, Grants) else None
        if who == PUBLIC and not self._public:
            return
        if self._open:
            self._given[thing.name][who] = self._unguarded(thing, who)
            return
        if said:
            given = self._stated(thing, who, said)
        elif isinstance(usual, Grants) and not (
            who == SIGNED_IN and any(s.thing is thing for s in self._statements if not s.denied)
        ):
            given = usual
        else:
            return
        if who == PUBLIC:
            self._given[thing.name][PUBLIC] = Grants(
                read=given.read and Grant(fields=given.read.fields), create=given.create and Grant()
            )
            more = given.model_copy(update={"read": None, "create": None})
            if more != Grants():
                before = self._given[thing.name].get(SIGNED_IN)
                self._given[thing.name][SIGNED_IN] = more if not isinstance(before, Grants) else before
        else:
            self._given[thing.name][who] = given

    def _unguarded(self, thing: Thing, who: str) -> Grants:
        """Access where the brief wants no sign-in: everybody reads and creates; what changes rows needs a name behind it."""
        if who == PUBLIC:
            return Grants(read=Grant(), create=Grant())
        act = ActGrant() if thing.entry.actions else None
        return Grants(update=Grant(), delete=Grant(), act=act)

    def _exclusive(self) -> None:
        """`Only managers can delete`: nobody else keeps that."""
        for s in self._statements:
            if not s.only or (s.own and SIGNED_IN not in s.roles) or s.denied:
                continue
            for thing in [s.thing] if s.thing else list(self._things):
                for role, given in self._given[thing.name].items():
                    also = any(
                        role in o.roles and set(o.verbs) & set(s.verbs)
                        for o in self._about(thing, role)
                        if not o.denied
                    )
                    if role != ADMIN and role not in s.roles and not also and "everything" not in s.verbs:
                        self._given[thing.name][role] = _without(given, _operations(s.verbs), s.verbs)

    def _orphans(self) -> None:
        """A thing that no role was given anything of is handled as the roles' names suggest."""
        for thing in self._things:
            given = self._given[thing.name]
            if any(g != Grants() for role, g in given.items() if role != ADMIN):
                continue
            for role in self.roles:
                denied = any(
                    s.denied or (s.only and role not in s.roles)
                    for s in self._statements
                    if s.thing in (None, thing)
                )
                if role == ADMIN or denied:
                    continue
                path = path_to(self._things, thing, role)
                limited = any(s.own and role in s.roles for s in self._statements)
                rows = Grant(rows=path) if path and limited else None
                given[role] = (
                    Grants(read=rows, create=rows, update=rows) if rows else self._by_kind(thing, role)
                )

    def _parts(self) -> None:
        """Rows that are part of another (the lines of an order) may be handled by whoever handles that."""
        for thing in self._things:
            wholes = [
                (n, f.to)
                for n, f in thing.entry.fields.items()
                if f.on_delete == "cascade" and not f.optional and f.to != USER
            ]
            if len(wholes) != 1 or wholes[0][1] not in self._given or wholes[0][1] == thing.name:
                continue
            name, whole = wholes[0]
            for role, given in self._given[whole or ""].items():
                mine = self._given[thing.name].get(role)
                if (
                    role in (ADMIN, SIGNED_IN, PUBLIC)
                    or (mine is not None and mine != Grants())
                    or role in thing.entry.access
                ):
                    continue
                if given == "everything":
                    self._given[thing.name][role] = given
                    continue
                self._given[thing.name][role] = Grants.model_validate(
                    {
                        verb: {"rows": grant.rows if grant.rows == "all" else f"{name}.{grant.rows}"}
                        for verb in _VERBS
                        if (grant := getattr(given, verb)) is not None
                    }
                )

    def _own_work(self) -> None:
        """Who sees only their own rows also makes and changes them, where nobody else is said to."""
        for thing in self._things:
            given = self._given[thing.name]
            makers = [role for role, g in given.items() if role != ADMIN and (g == "everything" or g.create)]
            for role in (SIGNED_IN, "user"):
                own = given.get(role)
                if makers or not isinstance(own, Grants) or not own.read or own.read.rows == "all":
                    continue
                rows = Grant(rows=own.read.rows)
                act = ActGrant(rows=rows.rows) if thing.entry.actions else None
                given[role] = Grants(read=own.read, create=rows, update=rows, delete=rows, act=act)
                self._page.assume(
                    f"people create, change and delete their own {thing.name}",
                    "the brief says that they see only their own, and names nobody else who makes them",
                    f"entities.{thing.name}.access.{role}",
                    f"create: {rows.rows}",
                )

    def _open_targets(self) -> None:
        """What public rows refer to is public too where everybody who signs in may read it anyway."""
        for thing in self._things:
            if PUBLIC not in self._given[thing.name]:
                continue
            for field in thing.entry.fields.values():
                target = self._given.get(field.to or "")
                opened = target.get(SIGNED_IN) if target else None
                if target and PUBLIC not in target and isinstance(opened, Grants) and opened.read == Grant():
                    target[PUBLIC] = Grants(read=Grant())
                    target[SIGNED_IN] = opened.model_copy(update={"read": None})

    def _readable_targets(self) -> None:
        """Whoever creates a row can see what it must refer to; staff see what the rows that they handle refer to."""
        for thing in self._things:
            for role, given in list(self._given[thing.name].items()):
                if given == Grants() or role == ADMIN:
                    continue
                staff = kind(role) != "self" and role not in (PUBLIC, SIGNED_IN)
                for field in thing.entry.fields.values():
                    target = self._given.get(field.to or "")
                    if target is None or field.to in (USER, thing.name):
                        continue
                    needed = (
                        (given == "everything" or given.create is not None)
                        and not field.optional
                        and not field.read_only
                    )
                    if not needed and not (staff and role not in self._usual_roles()):
                        continue
                    who = (role,) if role == PUBLIC else (role, SIGNED_IN, PUBLIC)
                    if any(
                        target.get(w) == "everything" or getattr(target.get(w), "read", None) for w in who
                    ):
                        continue
                    before = target.get(role)
                    person = self._things.named(field.to or "")
                    rows = (
                        path_to(self._things, person, role)
                        if person and person is person_of(self._things, role)
                        else None
                    )
                    base = before if isinstance(before, Grants) else Grants()
                    target[role] = base.model_copy(update={"read": Grant(rows=rows or "all")})


def _allow_no_caller(thing: Thing) -> None:
    """Rows that anybody may create may have nobody who created them."""
    fields = {
        n: f.model_copy(update={"optional": True}) if f.set else f for n, f in thing.entry.fields.items()
    }
    thing.entry = thing.entry.model_copy(update={"fields": fields})


def _operations(verbs: Iterable[str]) -> set[str]:
    return {verb for verb in verbs if not verb.startswith("act:")}


def _without(given: Given, verbs: set[str], said: Iterable[str]) -> Grants:
    """The grants less some."""
    grants = (
        given
        if isinstance(given, Grants)
        else Grants(read=Grant(), create=Grant(), update=Grant(), delete=Grant(), act=ActGrant())
    )
    if "everything" in verbs:
        return Grants()
    left = grants.model_copy(update=dict.fromkeys(verbs & {*_VERBS, "act"}))
    taken = {verb.removeprefix("act:") for verb in said if verb.startswith("act:")}
    if taken and left.act is not None and left.act.actions is not None:
        kept = tuple(action for action in left.act.actions if action not in taken)
        left = left.model_copy(
            update={"act": left.act.model_copy(update={"actions": kept}) if kept else None}
        )
    return left


def _writable(field: FieldModel) -> bool:
    return not field.read_only and field.set is None


def _creating(thing: Thing, access: dict[str, Given]) -> dict[str, Given]:
    """Grants to create with all required fields among those they name, and without the state."""
    entry = thing.entry
    state = entry.states.field if entry.states else None
    needed = [
        n
        for n, f in entry.fields.items()
        if _writable(f) and not f.optional and f.default is None and n != state
    ]
    fixed: dict[str, Given] = {}
    for role, given in access.items():
        if isinstance(given, Grants) and given.create and given.create.fields is not None:
            names = tuple(
                n
                for n in dict.fromkeys((*given.create.fields, *needed))
                if n in entry.fields and n != state and _writable(entry.fields[n])
            )
            given = given.model_copy(
                update={"create": given.create.model_copy(update={"fields": names or None})}
            )
        if isinstance(given, Grants) and given.read and given.read.fields is not None:
            shown = (*(n for n in ("name", "title", "number") if n in entry.fields), *given.read.fields)
            kept = tuple(n for n in dict.fromkeys(shown) if n in entry.fields)
            given = given.model_copy(update={"read": given.read.model_copy(update={"fields": kept or None})})
        if isinstance(given, Grants) and given.act and not entry.actions:
            given = given.model_copy(update={"act": None})
        if given != Grants():
            fixed[role] = given
    return fixed
