"""Cutting what is said of somebody into groups of verbs and the things that they govern.

What lives here: where a group begins and ends, and which things are its objects. What must not: what a group says of
one thing (`objects.py`).
"""

from collections.abc import Mapping

from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.grammar import BREAKS, DETERMINERS, GLUE, PREPOSITIONS, VERBS, singular_words
from backwright_workbench.brief.lexicon import permissions as terms
from backwright_workbench.brief.lexicon import right_verbs
from backwright_workbench.brief.objects import Group
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.references_back import moved_along, stands_for
from backwright_workbench.brief.right_fields import fields_named
from backwright_workbench.brief.statements import Subject, verb_at
from backwright_workbench.brief.things import Thing, Things


def groups_of(page: Page, things: Things, subject: Subject, end: int) -> list[Group]:
    """The sentence cut where, after a thing, another verb begins."""
    words = subject.clause.words[:end]
    end = _before_details(page, things, subject, end)
    words = words[:end]
    mentions = {
        first: (stop, thing) for first, stop, thing in things.in_clause(subject.clause, subject.begin, end)
    }
    group = Group(subject.begin, denied=False, verbs=[*subject.verbs])
    groups = [group]
    index = subject.begin
    while index < end:
        word = words[index]
        if word == "(" and (close := bracket_end(page, subject.clause, index, end)):
            index = close
            continue
        denies = _denies(things, words, index, subject)
        allows = word in ("can", "may") and group.denied and words[index - 1] in ("and", "but", ",")
        verb, length = _verb(things, words, index, subject, index in mentions)
        allows = allows or (bool(verb) and group.denied and words[index - 1] == "but")
        turns = denies and not group.denied and group.verbs
        of_own = bool(group.verbs) and words[index - 2 : index] in _OWN_ENDS
        if of_own and not group.has_object and len(groups) > 1:
            group.things = list(groups[-2].things)
        if turns or of_own or ((denies or allows or verb) and group.verbs and group.has_object):
            group.stop = index
            group = Group(index, denied=group.denied)
            groups.append(group)
        if denies or allows:
            group.denied = denies
        if word == "no" and index + 1 in mentions and group.has_object:
            group.stop = index
            group = Group(index, denied=True, verbs=["access"], at=[index])
            groups.append(group)
        if (word == "no" and denies and words[index + 2 : index + 3] not in (("to",), ("on",))) or (
            word == "nothing" and group.verbs and words[index + 1 : index + 2] != ("of",)
        ):
            group.denied = group.everything = True
        if verb:
            made = things.meant_by((*words[index + length : index + length + 1], verb))
            group.things += [made] if made and index + length < end else []
            group.verbs.append(verb)
            group.at += range(index, index + length)
            index += length
            continue
        if group.things and (_does_more(words, index, mentions) or _other_verb(words, index, mentions)):
            group.stop = index
            group = Group(index, denied=group.denied)
            groups.append(group)
        if index in mentions:
            stop, thing = mentions[index]
            group.everything = False
            aside = _qualifies(words, index, subject.begin)
            group.unknown = group.unknown or (
                aside and not group.things and _of_unknown(group, words, index, thing)
            )
            beside = bool(group.things) and (aside or "with" in words[group.first : index])
            if not group.unknown and not beside:
                group.things.append(thing)
            index = stop
            continue
        named = [mentions[at][1] for at in mentions if at < index]
        if (
            word == "it"
            and group.verbs
            and not group.has_object
            and (spoken := _field_spoken_of(things, words, index))
        ):
            group.fields, group.noun = spoken, True
            index += 1
            continue
        meant_here = (
            stands_for(things, subject, groups, named, index, end)
            if group.verbs and not group.things
            else None
        )
        if meant_here is not None:
            group.things, group.again = meant_here, True
        elif group.verbs and not group.things and _rest(words, index):
            group.everything = True
        elif word in ("everything", "anything", "something", "all") and words[index + 1 : index + 2] != (
            "their",
        ):
            group.everything = not any(at >= index for at in mentions)
        elif not group.things and not group.fields and group.verbs:
            before = groups[-2].things if len(groups) > 1 else []
            group.fields = fields_named(things, words, index, before)
            group.noun = group.noun or _is_noun(words[index])
        index += 1
    group.stop = end
    for each in groups:
        each.things = [moved_along(things, each, thing) for thing in each.things]
    return [group for group in groups if group.verbs and not _asks_who(words, group)]


_OWN_ENDS = (("own", ","), ("own", "and"), ("own", ";"), ("theirs", ","), ("theirs", "and"))
"""Where what somebody does with their own ends, though it names no thing: `read and cancel own, read designs`."""


def _before_details(page: Page, things: Things, subject: Subject, end: int) -> int:
    """Where the details begin of what is governed: `write assessments: application, assessor, score`."""
    clause = subject.clause
    for at in range(subject.begin + 1, end - 1):
        named = clause.words[at] == ":" and any(
            stop == at or clause.words[stop : stop + 1] in (("for",), ("per",), ("about",))
            for _, stop, _ in things.in_clause(clause, subject.begin, at)
        )
        if named and not verb_at(clause.words, at + 1, things, begin=at + 1)[0]:
            return at
    return end


def _asks_who(words: tuple[str, ...], group: Group) -> bool:
    """Whether what is seen is no thing but an answer: `see who reviewed my paper`."""
    after = words[group.at[-1] + 1 : group.at[-1] + 2] if group.at else ()
    return after in terms.ANSWERS and not group.everything


def bracket_end(page: Page, clause: Clause, at: int, end: int) -> int:
    """The word after a bracket that lists fields or values, and says nothing of rights; 0 if it is none."""
    close = next((i for i in range(at, end) if clause.words[i] == ")"), 0)
    listed = (page.claimed_for(clause, i, "entities.") for i in range(at + 1, close))
    return close + 1 if close and any(listed) else 0


def _is_noun(word: str) -> bool:
    """Whether a word that is no thing may be what a verb governs all the same: `read the reports`."""
    return word.isalpha() and word not in GLUE | BREAKS and not word.endswith("ly")


def _denies(things: Things, words: tuple[str, ...], index: int, subject: Subject) -> bool:
    """Whether what follows is forbidden: `cannot …`, `not delete …`, `no deletes`."""
    if terms.DENY.match(" ".join(words[index : index + 4])):
        return True
    follows = words[index] in ("not", "no") and index + 1 < len(words)
    return follows and bool(verb_at(words, index + 1, things, begin=subject.begin)[0])


def _rest(words: tuple[str, ...], index: int) -> bool:
    """Whether all that is left is meant: `read the rest`, `no deletes`, `changes nothing`."""
    if words[index] in ("rest", "remainder") and words[index - 1] == "the":
        return True
    return words[index] == "nothing" and words[index + 1 : index + 2] != ("of",)


def _verb(
    things: Things, words: tuple[str, ...], index: int, subject: Subject, is_thing: bool
) -> tuple[str, int]:
    """The verb at a word and its length; a noun that the service keeps is one only if it can be no noun
    there: `comments on posts`.
    """
    before = words[index - 1] if index else ""
    follows_noun = before in PREPOSITIONS - {"to"} and not words[index].endswith("ing")
    if index > subject.begin and (before in DETERMINERS | {"of"} or follows_noun):
        return "", 0
    if index > subject.begin and (_ends_a_noun(before) or _in_relative(words, index)):
        return "", 0
    verb, length = verb_at(words, index, things, begin=subject.begin)
    follows = words[index + 1 : index + 2]
    alone = index == subject.begin or before in (",", "and", "+", "also")
    noun = things.meant_by((*follows, words[index])) is not None and follows != ()
    does = index == subject.begin > 0 and before not in (":", "-", "(")
    if is_thing and not does and not (alone and (noun or follows in (("on",), ("for",), ("to",)))):
        return "", 0
    return verb, length


def _field_spoken_of(things: Things, words: tuple[str, ...], index: int) -> tuple[tuple[Thing, str], ...]:
    """The field that `it` means: the last that is named before it in the sentence, with no thing named since."""
    for at in range(index - 1, -1, -1):
        thing = things.meant_by(words[at : at + 1])
        if thing is not None and not thing.entry.person:
            return ()
        if words[at - 1 : at] == ("the",) and (named := fields_named(things, words[:index], at)):
            return named
    return ()


def _in_relative(words: tuple[str, ...], index: int) -> bool:
    """Whether a verb only says which rows are meant: `see the courses they run`, `the deals that they manage`."""
    turned = words[index - 2] in _TURNING or not words[index - 2].isalpha()
    return words[index - 1] in ("they", "he", "she", "i") and not turned


_TURNING = frozenset({"and", "but", "or", "so", "while", "then", "also"})


def _ends_a_noun(before: str) -> bool:
    """Whether a word after this one goes on with a noun, rather than being a verb: `an hourly rate`."""
    plain = before.isalpha() and before not in GLUE | BREAKS | terms.OF_RIGHTS | terms.AGAIN
    adverb = before.endswith("ly") and before not in right_verbs.TIMELY
    return plain and not adverb


def _does_more(words: tuple[str, ...], index: int, mentions: Mapping[int, tuple[int, Thing]]) -> bool:
    """Whether a word that nobody knows stands where a verb would: `make an order and put products in it`."""
    unknown = words[index].isalpha() and index not in mentions and words[index] not in GLUE | BREAKS
    after = index + 1 + (words[index + 1 : index + 2] in (("the",), ("a",), ("an",), ("their",)))
    state = words[index].endswith(("ed", "ing", "al", "ble", "ive", "ent", "ous", "ary"))
    return unknown and words[index - 1] in ("and", ",", "or", "then") and after in mentions and not state


def _other_verb(words: tuple[str, ...], index: int, mentions: Mapping[int, tuple[int, Thing]]) -> bool:
    """Whether a verb that is no right goes on with what somebody does: `… and choose which pieces we sing`."""
    follows = words[index + 1 : index + 2]
    return (
        words[index] in VERBS - {"own", "owns"}
        and index not in mentions
        and words[index - 1] in ("and", "or", "but", "then")
        and follows not in ((",",), ("and",), ("or",), ("/",), ("by",))
    )


def _qualifies(words: tuple[str, ...], at: int, begin: int) -> bool:
    """Whether a thing is only said to tell whose the one before it is: `grades of their courses`."""
    index = at - 1
    while index > begin and words[index] in DETERMINERS | {"own", "only", "assigned"}:
        index -= 1
    return words[index] in terms.QUALIFYING


def _of_unknown(group: Group, words: tuple[str, ...], at: int, thing: Thing) -> bool:
    """Whether a thing only tells of what an unknown noun is: to record the attendance of players makes no player."""
    if not group.at or all(right_verbs.VERBS.get(verb) == ("read",) for verb in group.verbs):
        return False
    between = [word for word in words[group.at[-1] + 1 : at] if word not in GLUE | BREAKS and word.isalpha()]
    named = {part for name in thing.entry.fields for part in name.split("_")}
    states = {
        part for field in thing.entry.fields.values() for value in field.values for part in value.split("_")
    }
    return (
        bool(between)
        and not named & {*between, *(singular_words((w,))[0] for w in between)}
        and not ({*between} <= states)
    )
