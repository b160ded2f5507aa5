"""Roles told by what is done by them: `orders are cancelled by clerks`, `payouts are visible to auditors`.

What lives here: recognising people after `by` and `to`. What must not: sentences that speak of people first
(`doers.py`), what they may do (`passives.py`).
"""

from collections.abc import Iterator

from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.grammar import BREAKS, DETERMINERS, is_plural, singular_words
from backwright_workbench.brief.lexicon.roles import COLLECTIVE, NOT_ACTORS
from backwright_workbench.brief.lexicon.states import BY as MOVED_BY
from backwright_workbench.brief.lexicon.states import BY_BRACKET
from backwright_workbench.brief.lexicon.thing_rights import ABLE, BY, NOBODY_BUT, ONLY_FOR, PASSIVE, RESERVED
from backwright_workbench.brief.people import rolelike, unheard
from backwright_workbench.brief.roles import Roles
from backwright_workbench.brief.statements import base_form, rights
from backwright_workbench.brief.things import Things

_MOST = 4
"""More people than this are not listed after `by`."""


def by_passive(roles: Roles, things: Things, clause: Clause) -> None:
    """Enter the roles by whom, or for whom, a clause says that something is done."""
    for _, stop, _ in clause.find(MOVED_BY):
        for phrase in _named(clause, stop):
            if unheard(phrase, things) or rolelike(phrase, things):
                roles.enter(phrase)
    for _, stop, _ in clause.find(BY_BRACKET):
        for phrase in _named(clause, stop):
            if rolelike(phrase, things):
                roles.enter(phrase)
    for _, stop, _ in (*clause.find(RESERVED), *clause.find(NOBODY_BUT)):
        for phrase in _named(clause, stop):
            if rolelike(phrase, things) or phrase[-1] in COLLECTIVE:
                roles.enter(phrase)
    for _, stop, _ in clause.find(ABLE):
        for phrase in _named(clause, stop):
            if rolelike(phrase, things) or phrase[-1] in COLLECTIVE:
                roles.enter(phrase)
    for first, stop, _ in things.in_clause(clause):
        match = ONLY_FOR.match(" ".join(clause.words[stop:]))
        for phrase in (
            _named(clause, stop + match.group().strip().count(" ") + 1) if match and not first else ()
        ):
            if rolelike(phrase, things) or phrase[-1] in COLLECTIVE:
                roles.enter(phrase)
    for pattern in (PASSIVE, BY):
        for _, stop, match in clause.find(pattern):
            said = [right for thing in things for right in rights(base_form(match["verb"], things), thing)]
            looks = match["verb"] in ("seen", "viewed", "read", "accessed")
            if not said or ({*said} == {"read"} and not looks):
                continue
            moved = any(right.startswith("act:") for right in said)
            for phrase in _named(clause, stop):
                people = rolelike(phrase, things) or phrase[-1] in COLLECTIVE
                if pattern is BY and not (moved or people or is_plural(clause.words[stop])):
                    continue
                known = things.meant_by(phrase)
                if unheard(phrase, things) or (people and (moved or not known)):
                    roles.enter(phrase)


def _named(clause: Clause, at: int) -> Iterator[tuple[str, ...]]:
    """The people listed from a word on: `adjusters or the branch manager`."""
    words = clause.words
    for _ in range(_MOST):
        while at < len(words) and words[at] in DETERMINERS | {"only"}:
            at += 1
        stop = at
        while stop < len(words) and clause.tokens[stop].is_word and words[stop] not in BREAKS | {"only"}:
            stop += 1
        phrase = singular_words(words[at:stop])
        if words[stop : stop + 1] == ("by",):
            return
        if not 0 < len(phrase) <= 3 or {*phrase} & NOT_ACTORS:
            return
        yield phrase
        if stop >= len(words) or words[stop] not in (",", "and", "or", "&", "/"):
            return
        at = stop + 1
        at += words[at : at + 1] in (("and",), ("or",))
