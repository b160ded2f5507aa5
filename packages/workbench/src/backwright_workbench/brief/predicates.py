"""What is said of somebody in a sentence about rights: verbs, and the things that they govern.

What lives here: from predicate to statements. What must not: who is spoken of (`permissions.py`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.grammar import DETERMINERS, singular_words
from backwright_workbench.brief.lexicon import permissions as terms
from backwright_workbench.brief.lexicon.relations import ASSOCIATIONS
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.roles import SIGNED_IN
from backwright_workbench.brief.statements import Statement, is_right, rights
from backwright_workbench.brief.things import Thing, Things


@dataclass(frozen=True)
class Subject:
    """Who is spoken of, and the words that speak of them."""

    roles: tuple[str, ...]
    clause: Clause
    first: int
    begin: int
    """The first word of what is said of them."""
    end: int
    only: bool = False


def predicates(page: Page, things: Things, subject: Subject) -> Iterator[Statement]:
    """What is said of a subject."""
    clause, begin, end = subject.clause, subject.begin, subject.end
    for first, stop, _ in clause.find(terms.REASON):
        if begin <= first < end:
            page.claim(clause, first, stop, note="a reason")
            end = first
    end = _next_subject(things, subject, end)
    sweeping = list(_sweeping(page, things, subject, end))
    yield from sweeping or _detailed(page, things, subject, end)


def _next_subject(things: Things, subject: Subject, end: int) -> int:
    """Where somebody else is spoken of who is no role: `anyone can read posts, authors write posts`.

    What is said from there on is not said of this subject; a grant too few is seen, a grant too many is not.
    """
    words = subject.clause.words
    for first, stop, _ in things.in_clause(subject.clause, subject.begin + 1, end):
        begins = words[first - 1] in (",", ";", "and", "while")
        if begins and stop < end and is_right(words[stop], things) and words[stop] not in terms.NOUNS_TOO:
            return first
    return end


def _sweeping(page: Page, things: Things, subject: Subject, end: int) -> Iterator[Statement]:
    """`see everything`, `full access`, `read-only`."""
    clause, begin = subject.clause, subject.begin
    text = " ".join(clause.words[begin:end])
    about: list[Thing | None] = [thing for _, _, thing in things.in_clause(clause, begin, end)] or [None]
    said = Statement(subject.roles, ("read",), None, clause, (begin, end))
    if match := terms.SEE_ALL.search(text):
        yield said
        stop = begin + text[: match.end()].count(" ") + 1
        if any(is_right(word, things) for word in clause.words[stop:end]):
            yield from _detailed(page, things, replace(subject, begin=stop), end)
            end = stop
    elif match := terms.EVERYTHING.search(text):
        said = Statement(subject.roles, ("everything",), None, clause, (begin, end), only=subject.only)
        yield from (said.about(thing) for thing in about)
    elif (match := terms.READ_ONLY.search(text)) and not (about != [None] and terms.OWN.search(text)):
        yield from (said.about(thing) for thing in about)
    else:
        return
    _claim_match(page, clause, begin, match)
    for index in range(begin, end):
        if clause.words[index] in terms.PLAIN | terms.VERBS.keys() and page.free(clause, index):
            page.claim(clause, index, index + 1, "access")


@dataclass
class _Group:
    """Verbs and the things that they govern: `create and edit` · `orders`."""

    first: int
    denied: bool
    stop: int = 0
    verbs: list[str] = field(default_factory=list)
    things: list[Thing] = field(default_factory=list)
    everything: bool = False


def _detailed(page: Page, things: Things, subject: Subject, end: int) -> Iterator[Statement]:
    """`create and edit orders, view their own invoices, but cannot delete them`."""
    groups = _groups(things, subject, end)
    for group in groups:
        objects: list[Thing | None] = list(dict.fromkeys(group.things))
        if not objects and group is not groups[-1]:
            objects = list(dict.fromkeys(groups[-1].things))
        if not objects and group.everything:
            objects = [None]
        statements = [
            statement
            for thing in objects
            for statement in _of_thing(things, subject, group, thing, last=thing is objects[-1])
        ]
        yield from statements
        if statements:
            _claim_group(page, things, subject.clause, group)


def _groups(things: Things, subject: Subject, end: int) -> list[_Group]:
    """The sentence cut where, after a thing, another verb begins."""
    words = subject.clause.words[:end]
    mentions = {
        first: (stop, thing) for first, stop, thing in things.in_clause(subject.clause, subject.begin, end)
    }
    group = _Group(subject.begin, denied=False)
    groups = [group]
    index = subject.begin
    while index < end:
        word = words[index]
        denies = bool(terms.DENY.match(" ".join(words[index : index + 4])))
        allows = word in ("can", "may") and group.denied and words[index - 1] in ("and", "but", ",")
        verb = is_right(word, things) and words[index - 1] not in DETERMINERS | {"of"}
        if (
            (denies or allows or verb)
            and group.verbs
            and (group.things or group.everything)
            and index not in mentions
        ):
            group.stop = index
            group = _Group(index, denied=group.denied)
            groups.append(group)
        if denies or allows:
            group.denied = denies
        if index in mentions:
            stop, thing = mentions[index]
            if not (group.things and _qualifies(words, index, subject.begin)):
                group.things.append(thing)
            index = stop
            continue
        if verb:
            group.verbs.append(word)
        elif (
            word in ("them", "it", "these", "those") and group.verbs and len(groups) > 1 and not group.things
        ):
            group.things = list(groups[-2].things)
        elif word in ("everything", "anything", "all") and words[index + 1 : index + 2] != ("their",):
            group.everything = not any(at >= index for at in mentions)
        index += 1
    group.stop = end
    return [group for group in groups if group.verbs]


def _qualifies(words: tuple[str, ...], at: int, begin: int) -> bool:
    """Whether a thing is only said to tell whose the one before it is: `grades of their courses`."""
    index = at - 1
    while index > begin and words[index] in DETERMINERS | {"own", "only", "assigned"}:
        index -= 1
    return words[index] in ("for", "of", "in", "on", "to", "from", "at", "by", "with", "within")


def _of_thing(
    things: Things, subject: Subject, group: _Group, thing: Thing | None, *, last: bool
) -> Iterator[Statement]:
    """The statements about one thing that a group governs."""
    clause = subject.clause
    phrase = " ".join(clause.words[group.first : group.stop])
    maker = subject.roles == (SIGNED_IN,) and terms.MAKERS & set(
        clause.words[max(0, subject.begin - 3) : subject.begin]
    )
    own = bool(maker or terms.OWN.search(phrase) or (group.things and terms.THEIR.search(phrase)))
    said = Statement(
        subject.roles,
        (),
        thing,
        clause,
        (group.first, group.stop),
        own=own,
        only=subject.only,
        denied=group.denied,
    )
    doing = _recorded(things, group.verbs)
    if doing and thing and doing is not thing:
        yield Statement(
            subject.roles,
            ("create",),
            doing,
            clause,
            said.place,
            own=True,
            only=subject.only,
            denied=group.denied,
        )
        yield Statement(subject.roles, ("read",), thing, clause, said.place)
        return
    verbs = tuple(dict.fromkeys(right for verb in group.verbs for right in rights(verb, thing)))
    if not verbs:
        return
    narrow = last and thing is not None and "update" in verbs and "delete" not in verbs
    fields = _fields(things, thing, clause, group) if narrow and thing else ()
    yield Statement(
        subject.roles,
        verbs,
        thing,
        clause,
        said.place,
        own=own,
        fields=fields,
        only=subject.only,
        denied=group.denied,
    )


def _recorded(things: Things, verbs: list[str]) -> Thing | None:
    """The thing that records a doing: who books a room makes a booking."""
    noun = next((noun for verb in verbs if (noun := ASSOCIATIONS.get(verb))), "")
    return things.meant_by(tuple(noun.split())) if noun else None


def _fields(things: Things, thing: Thing, clause: Clause, group: _Group) -> tuple[str, ...]:
    """The fields that a right to change is limited to: `update the status of …`, `edit only their phone`."""
    named: list[str] = []
    mentions = things.in_clause(clause, group.first, group.stop)
    whole = {index for first, stop, other in mentions if other is not thing for index in range(first, stop)}
    for index in (index for index in range(group.first, group.stop) if index not in whole):
        for length in (3, 2, 1):
            phrase = clause.words[index : index + length]
            names = ("_".join(phrase), "_".join(singular_words(phrase)))
            found = next((name for name in names if name in thing.entry.fields), "")
            if found and index + length <= group.stop:
                named.append(found)
                break
    return tuple(dict.fromkeys(named))


def _claim_group(page: Page, things: Things, clause: Clause, group: _Group) -> None:
    for index in range(group.first, group.stop):
        if clause.words[index] in terms.OF_RIGHTS or clause.words[index] in group.verbs:
            page.claim(clause, index, index + 1, "access")
    for first, stop, thing in things.in_clause(clause, group.first, group.stop):
        page.claim(clause, first, stop, f"entities.{thing.name}.access")
    text = " ".join(clause.words[group.first : group.stop])
    for pattern in (terms.OWN, terms.DENY, terms.ANONYMOUSLY):
        for match in pattern.finditer(text):
            _claim_match(page, clause, group.first, match)


def _claim_match(page: Page, clause: Clause, begin: int, match: re.Match[str]) -> None:
    first = begin + match.string[: match.start()].count(" ")
    page.claim(clause, first, first + match.group().count(" ") + 1, "access")
