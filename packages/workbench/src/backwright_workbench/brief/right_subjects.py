"""What a sentence about rights in the passive is about: things one after another, or a field.

What lives here: from the words before `is visible to` and `are entered by` to the things or fields that they name.
What must not: who may do it, and what (`passives.py`, `field_rights.py`).
"""

from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.grammar import BREAKS, DETERMINERS, GLUE, singular_words, word_set
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.speakers import spoken_of
from backwright_workbench.brief.statements import Subject
from backwright_workbench.brief.things import Thing, Things

_BEFORE_PARTICIPLE = word_set(
    "is are was be been being gets get can cannot cant may must should shall will only just never not always also then"
    " strictly kept stay stays remain remains"
)
_JOINED = frozenset({"and", "or", ",", "&", "/", "as", "well"})
_LONGEST = 3


def things_before(page: Page, things: Things, clause: Clause, end: int) -> list[Thing]:
    """What is spoken of before a participle: `baptisms and marriages`; nothing where that is a noun nobody knows."""
    if mentions := things.in_clause(clause, 0, end):
        return joined(clause, mentions)
    if any(word not in GLUE | BREAKS and word.isalpha() for word in clause.words[:end]):
        return []
    about = things.subject(clause) or spoken_of(page, things, clause, Subject((), clause, 0, 0, 0))
    return [about] if about else []


def joined(clause: Clause, mentions: list[tuple[int, int, Thing]]) -> list[Thing]:
    """The last of some mentions, with those that nothing but `and`, commas and articles part from it."""
    first, _, thing = mentions[-1]
    found = [thing]
    for begin, stop, other in reversed(mentions[:-1]):
        if {*clause.words[stop:first]} - _JOINED - DETERMINERS or not {*clause.words[stop:first]} & _JOINED:
            break
        found.append(other)
        first = begin
    return list(dict.fromkeys(reversed(found)))


def past_bracket(words: tuple[str, ...], at: int) -> int:
    """The word after a bracket that begins at a word: `the list of courts (name, city) is public`."""
    if words[at : at + 1] != ("(",):
        return at
    return next((i + 1 for i in range(at, len(words)) if words[i] == ")"), at)


def fields_before(things: Things, clause: Clause, end: int) -> tuple[int, list[tuple[Thing, str]]]:
    """The field that is spoken of right before a word: `the rent may only be`, `the cost of a dish is`; with each
    thing that has one of that name, where the sentence names none. Gives where its name begins, too.
    """
    while end > 0 and clause.words[end - 1] in _BEFORE_PARTICIPLE:
        end -= 1
    whole = next((thing for _, stop, thing in things.in_clause(clause, 0, end) if stop == end), None)
    if whole is not None:
        mention = next(first for first, stop, _ in things.in_clause(clause, 0, end) if stop == end)
        while mention > 0 and clause.words[mention - 1] in DETERMINERS:
            mention -= 1
        if mention < 1 or clause.words[mention - 1] not in ("of", "on", "in"):
            return end, []
        end = mention - 1
    for length in range(min(_LONGEST, end), 0, -1):
        phrase = clause.words[end - length : end]
        names = {"_".join(phrase), "_".join(singular_words(phrase))}
        owners = [whole] if whole else list(things)
        found = [(thing, name) for thing in owners for name in names if name in thing.entry.fields]
        if found and not things.meant_by(phrase):
            return end - length, found
    return end, []
