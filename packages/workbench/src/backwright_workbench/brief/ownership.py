"""Whose rows: the way from a row to the account of the person it belongs to.

What lives here: finding that way, and making one where there is none. What must not: what may be done with
the rows.
"""

from backwright_workbench.blueprint.model import USER, FieldModel
from backwright_workbench.brief.lexicon.actions import DOINGS
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.roles import SIGNED_IN, kind, roles_like
from backwright_workbench.brief.things import Thing, Things

_DEEPEST = 4
_OWNERS = ("owner", "author", "creator", "user", "assignee", "reporter", "customer", "member")
_ANYBODYS = frozenset({"owner", "author", "creator", "user", "reporter"})
"""References to an account that may be anybody's."""
_ACCOUNT = FieldModel(
    type="reference", to=USER, optional=True, unique=True, description="The account they sign in with."
)


def person_of(things: Things, role: str) -> Thing | None:
    """The thing that keeps the people of a role, if there is one; it then has an account."""
    thing = things.meant_by(tuple(role.split("_")))
    if thing is None or role in (SIGNED_IN, "user"):
        return None
    accounts = [name for name, field in thing.entry.fields.items() if field.to == USER]
    if not accounts:
        _add(thing, "account", _ACCOUNT)
    return thing if len(accounts) <= 1 else None


def path_to(things: Things, thing: Thing, role: str, *, prefer: str = "", writes: bool = False) -> str | None:
    """The references from a row of `thing` to the person of `role`: `order.customer`; `None` if there are
    none.

    Who reads their own messages reads those on their ticket; who changes their own changes those they wrote.
    """
    person = person_of(things, role)
    if person is None:
        direct = _direct(things, thing, prefer, role)
        return direct if direct == role or (writes and direct) else _through(things, thing, role) or direct
    if person is thing:
        return next(name for name, field in thing.entry.fields.items() if field.to == USER)
    path = _walk(things, thing, person, prefer)
    own = thing.entry.fields.get(role)
    return path if path or own is None or own.to != USER else role


def _through(things: Things, thing: Thing, role: str) -> str | None:
    """The way over what a row belongs to, to an account that is called like the role: `ticket.customer`."""
    for name, field in thing.entry.fields.items():
        whole = things.named(field.to or "")
        own = whole.entry.fields.get(role) if whole and not field.optional and whole is not thing else None
        if own is not None and own.to == USER:
            return f"{name}.{role}"
    return None


def leads_to_account(things: Things, thing: Thing, rows: str) -> bool:
    """Whether rows of a usual grant can still be told: every reference on the way is there, and an account
    at its end.
    """
    if rows == "all":
        return True
    at: Thing | None = thing
    for part in rows.split("."):
        field = at.entry.fields.get(part) if at else None
        if field is None or field.to is None:
            return False
        if field.to == USER:
            return True
        at = things.named(field.to)
    return at is not None and sum(field.to == USER for field in at.entry.fields.values()) == 1


def _direct(things: Things, thing: Thing, prefer: str, role: str) -> str | None:
    """The reference to an account that may be that of somebody of the role: a buyer is no product's `seller`."""
    own = [
        name
        for name, field in thing.entry.fields.items()
        if field.to == USER and name != "account" and _may_be(things, name, role)
    ]
    for name in (prefer or role, role, *_OWNERS):
        if name in own:
            return name
    return own[0] if len(own) == 1 else None


def _may_be(things: Things, name: str, role: str) -> bool:
    """Whether an account under this name may belong to somebody of a role: not if the name is that of other people."""
    if name in (role, *_ANYBODYS) or role in (SIGNED_IN, "user"):
        return True
    if name in things.roles:
        return False
    outside = name in ("customer", "member") or (roles_like(name) and kind(name) == "self")
    staff = name == "assignee" or (roles_like(name) and kind(name) != "self")
    return not (outside and kind(role) != "self") and not (staff and kind(role) == "self")


def _walk(things: Things, thing: Thing, person: Thing, prefer: str) -> str | None:
    """Breadth first, so that the shortest way wins."""
    level: list[tuple[Thing, tuple[str, ...]]] = [(thing, ())]
    seen = {thing.name}
    for _ in range(_DEEPEST):
        following: list[tuple[Thing, tuple[str, ...]]] = []
        for at, path in level:
            arrived = [name for name, field in at.entry.fields.items() if field.to == person.name]
            if arrived:
                name = (
                    prefer if prefer in arrived else person.snake if person.snake in arrived else arrived[0]
                )
                return ".".join((*path, name))
            for name, field in at.entry.fields.items():
                onward = things.named(field.to or "")
                if onward and onward.name not in seen:
                    seen.add(onward.name)
                    following.append((onward, (*path, name)))
        level = following
    return None


def own_rows(
    page: Page, things: Things, thing: Thing, role: str, *, prefer: str = "", writes: bool = False
) -> str:
    """The path to whoever owns a row; where nothing leads to them, the row gets a reference to who created
    it.
    """
    path = path_to(things, thing, role, prefer=prefer, writes=writes)
    if path is not None:
        return path
    doing = any(thing.snake.split("_")[-1] in nouns for nouns in DOINGS.values())
    through = None if doing else _parents(things, thing)
    if through is not None and person_of(things, role) is None:
        return through
    name = "owner" if role in (SIGNED_IN, "user") or role in thing.entry.fields else role
    if name in thing.entry.fields:
        name = "created_by_account"
    _add(thing, name, FieldModel(type="reference", to=USER, set="actor"))
    page.assume(
        f"{thing.name} remembers the account that created it",
        f"the brief speaks of a {role}'s own rows, and nothing else says whose a row is",
        f"entities.{thing.name}.fields.{name}",
        f"{name}: {{type: reference, to: User, set: actor}}",
    )
    return name


def _parents(things: Things, thing: Thing) -> str | None:
    """The owner of the row that this one belongs to: `project.owner` for a task."""
    for name, field in thing.entry.fields.items():
        parent = things.named(field.to or "")
        if parent and not field.optional and parent is not thing:
            owner = [n for n, f in parent.entry.fields.items() if f.to == USER]
            if len(owner) == 1 and owner[0] != "account":
                return f"{name}.{owner[0]}"
    return None


def _add(thing: Thing, name: str, field: FieldModel) -> None:
    thing.entry = thing.entry.model_copy(update={"fields": {**thing.entry.fields, name: field}})
