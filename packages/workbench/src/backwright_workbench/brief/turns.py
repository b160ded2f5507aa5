"""Where a sentence about rights turns to others: `managers see orders, but only the owner can delete them`.

What lives here: cutting what is said of several people, one after another. What must not: whom a sentence begins with
(`speakers.py`), what is said of them (`predicates.py`).
"""

from collections.abc import Iterator
from dataclasses import replace

from backwright_workbench.brief.asides import past_aside
from backwright_workbench.brief.grammar import DETERMINERS, PREPOSITIONS
from backwright_workbench.brief.lexicon import permissions as terms
from backwright_workbench.brief.lexicon import role_phrases
from backwright_workbench.brief.roles import MAKER, SIGNED_IN, Roles
from backwright_workbench.brief.statements import Subject, verb_at
from backwright_workbench.brief.things import Things


def turns(things: Things, roles: Roles, subject: Subject) -> Iterator[Subject]:
    """The subject, and those with whom the sentence goes on: `…, but only managers can delete them`."""
    words = subject.clause.words
    for index in range(subject.begin, len(words)):
        if alone := terms.THE_ONLY_ONE.match(" ".join(words[index:])):
            if index > subject.begin:
                yield replace(subject, end=index)
            begin = index + alone.group().count(" ") + 1
            subject = replace(subject, first=index, begin=begin, end=len(words), only=True)
        if index <= subject.begin:
            continue
        hit = roles.at(subject.clause, index)
        thing = things.at(subject.clause, index)
        hit = None if hit and thing and thing[1] > hit[1] else hit
        before = index - 1
        while before > subject.begin and words[before] in DETERMINERS:
            before -= 1
        follows = _past_who(words, index + hit[1]) if hit else 0
        if not hit or follows >= len(words):
            continue
        anew = words[follows] in terms.MODALS and words[before] not in PREPOSITIONS
        if words[before] not in terms.TURN and not anew:
            continue
        verb, _ = verb_at(words, follows, things, begin=follows)
        elided = () if verb else _left_out(things, subject, index, follows)
        if elided or verb or words[follows] in terms.TURN_VERBS | terms.MODALS:
            yield replace(subject, end=index)
            who = SIGNED_IN if hit[0] == MAKER else hit[0]
            mentions = things.in_clause(subject.clause, subject.begin, index)
            subject = Subject(
                (who,),
                subject.clause,
                index,
                follows,
                len(words),
                words[before] == "only",
                before=mentions[-1][2] if mentions else subject.before,
                verbs=elided,
            )
    yield subject


def _left_out(things: Things, subject: Subject, at: int, follows: int) -> tuple[str, ...]:
    """The verb that a sentence does not repeat: `clerks see all orders, customers only the ones they placed`."""
    words = subject.clause.words
    if words[at - 1] not in (",", ";", "and", "but", "while", "whereas") or words[follows] not in _QUANTITIES:
        return ()
    begin = subject.begin + (words[subject.begin] in terms.MODALS)
    verb, length = verb_at(words, begin, things, begin=begin)
    after = next(
        (i for i in range(follows, len(words)) if words[i] not in DETERMINERS | _QUANTITIES), len(words)
    )
    names = after < len(words) and (things.at(subject.clause, after) or words[after] in terms.AGAIN)
    return (verb,) if length and names else ()


_QUANTITIES = frozenset({"only", "just", "merely", "all", "every", "any", "the", "their", "those"})


def _past_who(words: tuple[str, ...], at: int) -> int:
    """The word after `who` where it takes somebody up again: `…, and the guard, who may open it`."""
    past = past_aside(words, at)
    return past if past > at and words[past - 1] in role_phrases.RELATIVE else at
