"""Restrictions that statements leave out: whose rows are meant, `read only`, and what is nobody's but for some.

What lives here: from the words around statements to limits on rights. What must not: what is forbidden outright
(`denials.py`), taking rights away (`caution.py`).

A sentence that restricts and is understood in part must leave less than one that is not there: a right too few is
seen at once, a right too many is a hole.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.lexicon import caution as terms
from backwright_workbench.brief.lexicon.permissions import AGAIN, EXCEPT, READ_ONLY
from backwright_workbench.brief.ownership import path_to, person_of
from backwright_workbench.brief.roles import ADMIN, PUBLIC, SIGNED_IN, Roles, kind
from backwright_workbench.brief.statements import WRITING, Statement
from backwright_workbench.brief.things import Thing, Things

CHANGING = ("read", "update", "delete", "act")
_ENDS = (",", ";", ".", "but", ")")


@dataclass(frozen=True)
class Limit:
    """Roles that may do less with a thing than was granted."""

    roles: tuple[str, ...]
    """Empty for everybody but `admin`."""
    thing: Thing
    verbs: tuple[str, ...]
    rows: Literal["own", "none"]
    clause: Clause
    place: tuple[int, int]
    but: tuple[str, ...] = ()
    """Those of whom it is not said."""
    fields: tuple[str, ...] = ()
    """The fields that it is about, if not whole rows."""


def restrictions(things: Things, statements: Sequence[Statement]) -> Iterator[Limit]:
    """The limits on what statements allow."""
    for said in statements:
        if said.denied or not {*said.roles} - {ADMIN, PUBLIC, SIGNED_IN}:
            continue
        if said.thing is not None and not said.verbs:
            yield from _limits(said, [said.thing], CHANGING, "own")
        elif not said.own:
            yield from _of_rows(things, statements, said)
            yield from _only_read(things, said)


def _limits(
    said: Statement, about: Sequence[Thing], verbs: Sequence[str], rows: Literal["own", "none"]
) -> Iterator[Limit]:
    for thing in about:
        yield Limit(said.roles, thing, tuple(verbs), rows, said.clause, said.place)


def _of_rows(things: Things, statements: Sequence[Statement], said: Statement) -> Iterator[Limit]:
    """`Manage everything within their building`, `change only those where they are the priest`, `edit them`."""
    first, stop = said.place[0], phrase_end(said.clause, said.place[1])
    verbs = CHANGING if "everything" in said.verbs else tuple(v for v in said.verbs if v != "create")
    text = " ".join(said.clause.words[first:stop])
    named = [thing for _, _, thing in things.in_clause(said.clause, first, stop)]
    about = [said.thing] if said.thing else named or list(things)
    if terms.SOME_ROWS.search(text) and not _of_people(said, about):
        yield from _limits(said, about, verbs, "own")
    elif said.thing and _what_they_made(things, statements, said):
        yield from _limits(said, about, verbs, "own")


def phrase_end(clause: Clause, at: int) -> int:
    """Where a phrase ends that goes on at a word: the next comma or stop, if it did not just end with one."""
    if clause.words[at - 1] in (*_ENDS, "and", "or"):
        return at
    return next((i for i in range(at, len(clause.words)) if clause.words[i] in _ENDS), len(clause.words))


def _of_people(said: Statement, about: Sequence[Thing]) -> bool:
    """Whether it is about the people themselves: `members manage their own …` tells it otherwise."""
    return any(thing.snake in said.roles for thing in about)


def _what_they_made(things: Things, statements: Sequence[Statement], said: Statement) -> bool:
    """Whether it speaks of what they made before: `an interpreter creates timesheets and can correct them`."""
    words = said.clause.words[slice(*said.place)]
    if not AGAIN & {*words} or said.thing is None or {"read", "everything"} & {*said.verbs}:
        return False
    before = [
        other
        for other in statements
        if other.thing is said.thing
        and other.clause is said.clause
        and other.roles == said.roles
        and other.place[0] < said.place[0]
    ]
    made = bool(before) and all("create" in other.verbs for other in before)
    theirs = (
        any(person_of(things, role) for role in said.roles) or {*said.roles} & said.thing.entry.fields.keys()
    )
    return made and bool(theirs) and any(path_to(things, said.thing, role) for role in said.roles)


def _only_read(things: Things, said: Statement) -> Iterator[Limit]:
    """`Auditors: read only, everything`: nothing that writes, unless something is excepted."""
    text = " ".join(said.clause.words[slice(*said.place)])
    if "everything" in said.verbs and READ_ONLY.search(text) and not EXCEPT.search(text):
        yield from _limits(said, [said.thing] if said.thing else list(things), WRITING, "none")


def alone(things: Things, roles: Roles, statements: Sequence[Statement], clause: Clause) -> Iterator[Limit]:
    """`… for the treasurer alone: no one except the treasurer creates, sees or edits them`: nobody else does,
    where no statement says so yet.
    """
    for first, stop, _ in clause.find(terms.NOBODY_BUT):
        named = tuple(role for _, _, role in roles.in_clause(clause, first, stop + 2))
        told = any(said.only and said.clause is clause and said.thing for said in statements)
        mentions = things.in_clause(clause)
        if named and mentions and not told:
            after = [thing for begin, _, thing in mentions if begin > first]
            thing = (after or [mentions[-1][2]])[0]
            yield Limit((), thing, ("everything",), "none", clause, (first, stop), but=named)


def of_self_kind(role: str) -> bool:
    """Whether people of a role look after what is theirs, by its name: customers, members."""
    return role not in (PUBLIC, SIGNED_IN) and kind(role) == "self"
