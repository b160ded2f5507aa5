"""What only says more of somebody between their name and what they do.

What lives here: finding the word where what they do begins. What must not: who they are (`doers.py`, `speakers.py`).
"""

from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.grammar import PREPOSITIONS
from backwright_workbench.brief.lexicon.permissions import MODALS
from backwright_workbench.brief.lexicon.role_phrases import ASIDE_BEGINS, RELATIVE

_LONGEST = 8


def past_aside(words: tuple[str, ...], at: int) -> int:
    """The word after what only says more of somebody: `inspectors (of the city) may`, `guards at the door can`,
    `everybody, logged in or not, can`, `two drivers, they should`, `a clerk who looks after`.
    """
    at += at < len(words) and words[at] == ")"
    if at >= len(words):
        return at
    again = at + (words[at] == ",")
    if words[again : again + 1] and words[again] in RELATIVE:
        return again + 1
    if words[at] == "(" and (close := _closed(words, at)):
        return close
    if words[at] == "(" or words[at] in PREPOSITIONS - {"to"}:
        modal = _modal(words, at, at + _LONGEST)
        inside = words[at:modal].count("(") > words[at:modal].count(")")
        return modal if not inside and not {",", ".", ";"} & {*words[at:modal]} else at
    if words[at] == "," and words[at + 1 : at + 2] and words[at + 1] in ASIDE_BEGINS:
        end = next((i for i in range(at + 2, min(at + _LONGEST, len(words))) if words[i] == ","), at)
        return end + 1 if end > at else at
    return at


def _closed(words: tuple[str, ...], at: int) -> int:
    """The word after a bracket, if it goes on with what somebody wants: `guest (not logged in), I want`; else 0."""
    end = next((i for i in range(at, min(at + _LONGEST, len(words))) if words[i] == ")"), 0)
    begin = end + 1 + (words[end + 1 : end + 2] == (",",)) if end else 0
    return begin if begin and words[begin : begin + 1] == ("i",) else 0


def _modal(words: tuple[str, ...], first: int, stop: int) -> int:
    """The first word that says that somebody may do something, or where the search began."""
    return next((i for i in range(first, min(stop, len(words))) if words[i] in MODALS), first)


def owned(clause: Clause, first: int, stop: int) -> int:
    """Where a noun phrase begins once what it belongs to is left out: `the department's officers` are officers."""
    for index in range(stop - 2, first - 1, -1):
        token = clause.tokens[index]
        if token.is_word and token.end - token.start == len(token.word) + 2:
            return index + 1
    return first
