"""Restrictions that statements leave out: whose rows are meant, `read only`.

What lives here: from the words around statements to limits on rights. What must not: what is forbidden outright
(`denials.py`), taking rights away (`caution.py`).

A sentence that restricts and is understood in part must leave less than one that is not there: a right too few is
seen at once, a right too many is a hole.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.lexicon import caution as terms
from backwright_workbench.brief.lexicon.permissions import AGAIN, EXCEPT, READ_ONLY
from backwright_workbench.brief.lexicon.right_verbs import UNDOING
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
    said: Statement, about: Sequence[Thing], verbs: Iterable[str], rows: Literal["own", "none"]
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
    some = terms.SOME_ROWS.search(text) and not _of_people(said, about)
    if _called_own(things, said):
        yield from _limits(said, about, {**dict.fromkeys(verbs), "create": None}, "own")
    if some or _what_they_made(things, statements, said):
        yield from _limits(said, about, verbs, "own")


def phrase_end(clause: Clause, at: int) -> int:
    """Where a phrase ends that goes on at a word: the next comma or stop, if it did not just end with one."""
    if clause.words[at - 1] in (*_ENDS, "and", "or"):
        return at
    return next((i for i in range(at, len(clause.words)) if clause.words[i] in _ENDS), len(clause.words))


def _called_own(things: Things, said: Statement) -> bool:
    """Whether `own` stands before the thing: `own reviews (all)`, `everything except own courses`."""
    words, (first, stop) = said.clause.words, said.place
    named = things.in_clause(said.clause, max(0, first - 3), stop)
    return any(thing is said.thing and words[at - 1] == "own" for at, _, thing in named if at)


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


def merely(things: Things, roles: Roles, statements: Sequence[Statement], clause: Clause) -> Iterator[Limit]:
    """`Agents see all tickets, customers only those they requested`: theirs only, though no verb says so."""
    for _, stop, role in roles.in_clause(clause):
        end = phrase_end(clause, stop + 1) if stop + 1 < len(clause.words) else stop
        told = any(said.clause is clause and role in said.roles for said in statements)
        if told or role == ADMIN or clause.words[stop : stop + 1] not in (("only",), ("just",)):
            continue
        for thing in dict.fromkeys(thing for _, _, thing in things.in_clause(clause, stop, end)):
            yield Limit((role,), thing, CHANGING, "own", clause, (stop, end))


def of_those_who_make(things: Things, statements: Sequence[Statement]) -> Iterator[Limit]:
    """`Customers order cakes, a customer may cancel an order`: people who make what is theirs see and change
    what they made, unless a sentence speaks of more.
    """
    for said in statements:
        people = tuple(r for r in said.roles if r not in (PUBLIC, SIGNED_IN, ADMIN) and kind(r) == "self")
        makes = "create" in said.verbs and not {"update", "delete"} & {*said.verbs}
        if said.denied or said.general or said.thing is None or not makes or not people:
            continue
        also = [o for o in statements if o.thing is said.thing and {*o.roles} & {*people} and not o.denied]
        more = {v for o in also for v in o.verbs if _of_all(o, v)} | ({"read"} if _sees(also) else set())
        acts = {verb for other in also for verb in other.verbs if verb.startswith("act")}
        undo = bool(acts) and {verb.removeprefix("act:") for verb in acts} <= UNDOING.keys()
        left = tuple(verb for verb in CHANGING if verb not in more and (undo or verb != "act"))
        if not more & {"everything"} and not _of_people(said, [said.thing]):
            yield Limit(people, said.thing, left, "own", said.clause, said.place)


def _sees(also: Sequence[Statement]) -> bool:
    return any({"read", "everything"} & {*said.verbs} for said in also)


def _of_all(said: Statement, verb: str) -> bool:
    """Whether a sentence lets them do something with more than one row: `cancel bookings`, `any order`."""
    words = said.clause.words[slice(*said.place)]
    return verb in ("read", "everything") or bool(terms.ANY_ROWS & {*words})
