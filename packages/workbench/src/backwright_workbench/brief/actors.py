"""People that a brief speaks of only as those who act: they are roles of accounts, and no rows of their own.

What lives here: telling them from people that the service keeps. What must not: which roles there are
(`role_mentions.py`).
"""

from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.grammar import DETERMINERS, MODALS, VERBS, sounds_like_person
from backwright_workbench.brief.lexicon import actors as terms
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.roles import roles_like
from backwright_workbench.brief.things import Thing, Things


def drop_actors(page: Page, things: Things) -> None:
    """Take off the list who is only said to do things, as long as other things are left."""
    people = [thing for thing in things if not thing.listed and _is_person(thing)]
    for thing in people:
        mentions = [
            (clause, first, stop)
            for clause in page.clauses
            for first, stop, named in things.in_clause(clause)
            if named is thing
        ]
        acting = [m for m in mentions if _acts(*m)]
        told_of = [m for m in mentions if m not in acting and _begins(m[0], m[1])]
        if acting and not told_of and len(things) > 1:
            things.drop(thing)
            things.actors[thing.snake] = thing.entry.name


def tells_of_rights(clause: Clause, stop: int) -> bool:
    """Whether a clause begins with a role and goes on with what it may do: `buyer: CRUD on wines`."""
    label = clause.parent.text if clause.parent is not None else ""
    if terms.ROLES.search(label):
        return True
    return bool(terms.RIGHTS.match(" ".join(clause.words[stop : stop + 6])))


def _is_person(thing: Thing) -> bool:
    sounds = sounds_like_person(thing.snake)
    return thing.entry.person or (sounds and (not thing.known or roles_like(thing.snake)))


def _acts(clause: Clause, first: int, stop: int) -> bool:
    """Whether the words stand for somebody who does something, or in a list of roles."""
    if terms.ROLES.search(clause.text) or any(terms.ROLES.search(at.text[:80]) for at in clause.ancestors()):
        return True
    words = clause.words
    before = words[max(0, first - 2) : first]
    if before[-1:] == ("by",) or before in (("as", "a"), ("as", "an"), ("as", "the")):
        return True
    return _begins(clause, first) and bool(
        (MODALS - {"to"} | VERBS | terms.DOES) & set(words[stop : stop + 4])
    )


def _begins(clause: Clause, first: int) -> bool:
    """Whether a statement begins with the word at `first`."""
    opening = [word for word in clause.words[:first] if word not in DETERMINERS | {"only", "but", "just"}]
    return not opening or opening[-1] in (",", "and", "or", ":", ";", "that", "so", "when")
