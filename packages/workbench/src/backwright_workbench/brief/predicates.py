"""What is said of somebody in a sentence about rights: verbs, and the things that they govern.

What lives here: cutting a predicate into groups of verbs and things. What must not: who is spoken of
(`permissions.py`), what a group says of one thing (`objects.py`).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.grammar import singular_words
from backwright_workbench.brief.groups import groups_of
from backwright_workbench.brief.lexicon import permissions as terms
from backwright_workbench.brief.lexicon import right_verbs
from backwright_workbench.brief.lexicon.permissions import CONDITION_HINT
from backwright_workbench.brief.objects import Group, objects, said_of
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.statements import EVERY_ROLE, Statement, Subject, verb_at
from backwright_workbench.brief.things import Thing, Things
from backwright_workbench.brief.times import states_said


def predicates(page: Page, things: Things, subject: Subject) -> Iterator[Statement]:
    """What is said of a subject."""
    clause, begin, end = subject.clause, subject.begin, subject.end
    for first, stop, _ in clause.find(terms.REASON):
        if begin <= first < end:
            page.claim(clause, first, stop, note="a reason")
            end = first
    stop, condition_end, resume = _condition(page, things, subject, end)
    condition = (stop, condition_end)
    stop = _next_subject(things, subject, stop)
    said = list(_sweeping(page, things, subject, stop)) or list(_detailed(page, things, subject, stop))
    forbids = subject.roles == (EVERY_ROLE,) or subject.denied
    if subject.denied:
        said = [replace(each, denied=True, own=False, only=False) for each in said]
    said = [
        each for each in said if not ((each.denied or forbids) and stop < end and _conditional(clause, stop))
    ]
    if condition[0] < end:
        said = _in_states(page, things, clause, said, condition)
    yield from said
    if stop < resume < end:
        mentions = things.in_clause(clause, begin, stop)
        before = mentions[-1][2] if mentions else subject.before
        yield from predicates(page, things, replace(subject, begin=resume, end=end, before=before))


def _condition(page: Page, things: Things, subject: Subject, end: int) -> tuple[int, int, int]:
    """Where a condition begins that no rule on rows or fields says, where it ends, and where the sentence goes on
    after it: `cancel it up to 24 hours before it starts, and rate it`.
    """
    clause = subject.clause
    begin = subject.begin
    found = (*clause.find(terms.CONDITION, begin), *clause.find(terms.NOT_BY_THEMSELVES, begin))
    for first, stop, _ in sorted(found, key=lambda each: each[0]):
        phrasal = verb_at(clause.words, first - 1, things, begin=first - 1)[1] > 1 if first else False
        if subject.begin < first < end and page.free(clause, first) and not phrasal:
            resume = next((i + 1 for i in range(first + 2, end) if _goes_on(things, clause, i)), end)
            return first, min(stop, resume), resume
    return end, end, end


def _in_states(
    page: Page, things: Things, clause: Clause, said: list[Statement], condition: tuple[int, int]
) -> list[Statement]:
    """What is said under a condition: of some states, if these are all it names; else the condition is left over."""
    last = said[-1] if said else None
    states = states_said(things, last.thing, clause, *condition) if last and last.thing else ()
    if last is None or not states or last.denied:
        page.claim(clause, *condition, status="not understood", note=CONDITION_HINT)
        return said
    return [*said[:-1], replace(last, states=states, condition=condition)]


def _goes_on(things: Things, clause: Clause, at: int) -> bool:
    """Whether a condition ends with the word at `at`, since a verb of rights follows: `…, submits them`."""
    words, begin = clause.words, at + 1
    if words[at] not in (",", "and", "but"):
        return False
    begin += words[begin : begin + 1] in (("and",), ("but",))
    if words[begin : begin + 1] in (("they",), ("he",), ("she",)):
        begin += 1 + bool(terms.MODALS & {*words[begin + 1 : begin + 2]})
        denied = terms.DENY.match(" ".join(words[begin - 1 : begin + 2]))
        begin += words[begin : begin + 1] in (("not",), ("never",)) if denied else 0
    if begin >= len(words) or words[begin] in right_verbs.NOUNS_TOO:
        return False
    return bool(verb_at(words, begin, things, begin=begin)[0])


def _conditional(clause: Clause, at: int) -> bool:
    """Whether a condition begins here: what is forbidden only then is not forbidden."""
    return any(first == at for first, _, _ in clause.find(terms.CONDITION))


def _next_subject(things: Things, subject: Subject, end: int) -> int:
    """Where somebody else is spoken of who is no role: `anyone can read posts, authors write posts`.

    What is said from there on is not said of this subject; a grant too few is seen, a grant too many is not.
    """
    words = subject.clause.words
    for first, stop, _ in things.in_clause(subject.clause, subject.begin + 1, end):
        begins = words[first - 1] in (",", ";", "and", "while")
        verb, _ = verb_at(words, stop, things, begin=stop) if stop < end else ("", 0)
        if begins and verb and words[stop] not in right_verbs.NOUNS_TOO:
            end = first
            break
    others = (i for i in range(subject.begin + 1, end) if words[i] in terms.OTHER_SUBJECTS)
    joined = ((i, words[i - 1] in (",", "and", "but", "so", "where")) for i in others)
    return next((i for i, anew in joined if anew or _WHICH & {*words[max(0, i - 4) : i]}), end)


_WHICH = frozenset({"which", "that", "what", "whether", "whom"})
"""Behind these somebody else does something: `choose which songs we sing`."""


def _sweeping(page: Page, things: Things, subject: Subject, end: int) -> Iterator[Statement]:
    """`see everything`, `full access`, `read-only`, `everything except invoices`."""
    clause, begin = subject.clause, subject.begin
    text = " ".join(clause.words[begin:end])
    apart = terms.EXCEPT.search(text)
    rest = begin + text[: apart.start()].count(" ") if apart else end
    text = " ".join(clause.words[begin:rest])
    said = Statement(subject.roles, ("read",), None, clause, (begin, end), only=subject.only)
    about: list[Thing | None] = [thing for _, _, thing in things.in_clause(clause, begin, rest)] or [None]
    merely = terms.READ_ONLY.match(text.removeprefix(": "))
    whose = terms.SOMEBODYS.search(text)
    if match := terms.SEE_ALL.search(text):
        yield replace(said, only=False)
    elif not merely and (match := terms.EVERYTHING.search(text)):
        own = bool(whose and whose.start() >= match.end())
        about = _past_whole(things, clause, begin, rest) or [None] if own else about
        yield from (replace(said, own=own).about(thing, "everything") for thing in about)
    elif match := terms.READ_ONLY.search(text):
        mine = terms.OWN.search(text) or terms.THEIR.search(text)
        if about != [None] and (mine or _writes(things, clause, begin, rest)):
            return
        yield from (replace(said, only=False).about(thing) for thing in about)
    else:
        return
    _claim_match(page, clause, begin, match)
    stop = begin + text[: match.end()].count(" ") + 1
    if match.re is not terms.EVERYTHING and match.re is not terms.READ_ONLY:
        yield from _detailed(page, things, replace(subject, begin=stop), rest)
    if apart and match.re is terms.READ_ONLY:
        yield from _written_all_the_same(page, things, subject, rest, end)
    elif apart:
        yield from _apart(page, things, subject, rest, end)
    for index in range(begin, end):
        if clause.words[index] in terms.PLAIN | right_verbs.VERBS.keys() and page.free(clause, index):
            page.claim(clause, index, index + 1, "access")


def _past_whole(things: Things, clause: Clause, begin: int, end: int) -> list[Thing | None]:
    """The things that somebody runs within what is theirs: `everything within their building: rooms and defects`."""
    mentions = things.in_clause(clause, begin, end)
    return [thing for first, _, thing in mentions if clause.words[first - 1] not in _THEIRS]


_THEIRS = frozenset({"their", "his", "her", "its", "own"})


def _writes(things: Things, clause: Clause, begin: int, end: int) -> bool:
    """Whether a predicate names a verb that changes something: `can only view vehicles and update them`."""
    words = clause.words
    found = [verb_at(words, index, things, begin=begin)[0] for index in range(begin, end)]
    denied = terms.DENY.search(" ".join(words[begin:end]))
    return not denied and any(verb and right_verbs.VERBS.get(verb) != ("read",) for verb in found)


def _written_all_the_same(
    page: Page, things: Things, subject: Subject, first: int, end: int
) -> Iterator[Statement]:
    """What is written where all else is read only: `read only except stock movements`; deleting is not told of."""
    clause = subject.clause
    if terms.DENY.search(" ".join(clause.words[first:end])) or "no" in clause.words[first:end]:
        yield from _apart(page, things, subject, first, end)
        return
    for begin, stop, thing in things.in_clause(clause, first, end):
        page.claim(clause, first, stop, f"entities.{thing.name}.access")
        yield Statement(subject.roles, ("read", "create", "update", "act"), thing, clause, (begin, stop))


def _apart(page: Page, things: Things, subject: Subject, first: int, end: int) -> Iterator[Statement]:
    """What a sweeping right leaves out: `… except invoices`, `… but not delete anything`."""
    clause = subject.clause
    apart = terms.EXCEPT.match(" ".join(clause.words[first:end]))
    begin = first + (apart.group().count(" ") + 1 if apart else 0)
    groups = groups_of(page, things, replace(subject, begin=begin), end) if begin < end else []
    named = [thing for _, _, thing in things.in_clause(clause, first, end)]
    verbs = ("everything",) if named and not groups else ()
    for thing in named if verbs else ():
        page.claim(clause, first, end, f"entities.{thing.name}.access")
        yield Statement(subject.roles, verbs, thing, clause, (first, end), denied=True)
    for group in groups:
        about: list[Thing | None] = [*group.things] or [None]
        found = [
            replace(said, denied=True)
            for thing in about
            for said in said_of(page, things, subject, group, thing, last=False)
        ]
        if found:
            page.claim(clause, first, end, "access")
        yield from found


def _detailed(page: Page, things: Things, subject: Subject, end: int) -> Iterator[Statement]:
    """`create and edit orders, view their own invoices, but cannot delete them`."""
    groups = groups_of(page, things, subject, end)
    for group in groups:
        about = objects(things, subject, groups, group)
        statements = [
            statement
            for thing in about
            for statement in said_of(page, things, subject, group, thing, last=thing is about[-1])
        ]
        yield from statements
        if statements:
            _claim_group(page, things, subject.clause, group)
            _claim_fields(page, subject.clause, group, statements)


def _claim_group(page: Page, things: Things, clause: Clause, group: Group) -> None:
    for index in range(group.first, group.stop):
        if clause.words[index] in terms.OF_RIGHTS or index in group.at:
            page.claim(clause, index, index + 1, "access")
    for first, stop, thing in things.in_clause(clause, group.first, group.stop):
        page.claim(clause, first, stop, f"entities.{thing.name}.access")
    text = " ".join(clause.words[group.first : group.stop])
    for pattern in (terms.OWN, terms.DENY, terms.ANONYMOUSLY):
        for match in pattern.finditer(text):
            _claim_match(page, clause, group.first, match)


def _claim_fields(page: Page, clause: Clause, group: Group, statements: Sequence[Statement]) -> None:
    """Take the words for the fields that rights are limited to."""
    words = {word for said in statements for name in said.fields for word in name.split("_")}
    for index in range(group.first, group.stop):
        if words & {clause.words[index], *singular_words((clause.words[index],))}:
            page.claim(clause, index, index + 1, "access")


def _claim_match(page: Page, clause: Clause, begin: int, match: re.Match[str]) -> None:
    first = begin + match.string[: match.start()].count(" ")
    page.claim(clause, first, first + match.group().count(" ") + 1, "access")
