"""Roles told by their rights: `managers can …`, `As a librarian, …`, `finance pays the claims`.

What lives here: recognising people in what they do. What must not: lists of roles (`role_mentions.py`), what a role
may do (`permissions.py`).
"""

from collections.abc import Iterator

from backwright_workbench.brief.acted_on import by_passive
from backwright_workbench.brief.asides import owned, past_aside
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.doings import meant
from backwright_workbench.brief.grammar import (
    BREAKS,
    DETERMINERS,
    GLUE,
    LABELS,
    PREPOSITIONS,
    VERBS,
    is_plural,
    singular_words,
    sounds_like_person,
)
from backwright_workbench.brief.lexicon import permissions as terms
from backwright_workbench.brief.lexicon import right_verbs, role_phrases
from backwright_workbench.brief.lexicon import roles as role_terms
from backwright_workbench.brief.people import rolelike, unheard
from backwright_workbench.brief.roles import ADMIN, Roles
from backwright_workbench.brief.statements import verb_at
from backwright_workbench.brief.things import Things

_AGAIN = frozenset({"it", "them", "these", "those", "everything", "anything", "all"})
_MAKERS = tuple((word,) for word in role_terms.MAKERS)


def by_rights(things: Things, roles: Roles, clause: Clause, *, told: bool = False) -> None:
    """Enter the roles that a clause names by what they may do; `told` says that it stands in a list about rights."""
    by_passive(roles, things, clause)
    if story := role_phrases.STORY.match(clause.text):
        first = story.group().count(" ")
        words, last = clause.words, min(first + 3, len(clause.words))
        ends = (i for i in range(first, last) if not clause.tokens[i].is_word or words[i] in BREAKS)
        stop = next(ends, first + 3)
        if first < stop:
            roles.enter(singular_words(words[first:stop]))
        return
    _by_allowance(things, roles, clause)
    _by_doing(things, roles, clause, told=told)


def _by_allowance(things: Things, roles: Roles, clause: Clause) -> None:
    """`Managers can …`, `only by admins`, `the office may …`."""
    words = clause.words
    for first in _starts(clause):
        for length in (2, 1):
            phrase = singular_words(words[first : first + length])
            if length > 1 and is_plural(words[first]) and words[first] not in role_terms.COLLECTIVE:
                continue
            if not all(word.isalpha() for word in phrase) or {*phrase} & DETERMINERS:
                continue
            if (thing := things.at(clause, first)) and thing[1] > length:
                continue
            if called := role_phrases.CALLED.match(" ".join(words[first + length :])):
                phrase = singular_words((called["name"],))
                roles.enter(phrase)
                break
            rest = " ".join(words[past_aside(words, first + length) :])
            same = role_terms.SAME.get(" ".join(phrase))
            mine = role_phrases.ONLY_FOR_ME.search(" ".join((*words[:first], "")))
            if mine and phrase and (not rest.strip(" .)") or role_phrases.CAN.match(rest)):
                roles.enter(phrase)
                break
            if words[first - 1 : first] in (("the",), ("its",), ("their",)) and phrase[-1:] in _MAKERS:
                continue
            if first <= 2 and phrase and _stranger(phrase, rest, things) and _starts_phrase(clause, first):
                roles.enter(phrase)
                break
            if (
                not phrase
                or first + length > len(words)
                or set(phrase) & (BREAKS | DETERMINERS)
                or not (same == ADMIN or rolelike(phrase, things))
            ):
                continue
            many = is_plural(words[first + length - 1]) or phrase[-1] in role_terms.COLLECTIVE
            told = (
                (role_phrases.CAN.match(rest) and _may(things, rest))
                or (many and rest.split(" ")[0] in VERBS)
                or role_phrases.WITH_OTHERS.match(rest)
                or _only(words, first)
                or (_taken_up(words, first + length) and _says_what(things, words, first + length))
            )
            if told and same in (None, ADMIN):
                roles.enter(phrase)
                break


def _only(words: tuple[str, ...], first: int) -> bool:
    """Whether it is said of somebody alone: `only the treasurer changes payouts`."""
    return "only" in words[max(0, first - 1) : first] or words[max(0, first - 2) : first] == ("only", "the")


def _may(things: Things, rest: str) -> bool:
    """Whether what somebody can do is a right: `the customer cannot say later` tells of none."""
    if role_phrases.UNDERGOES.match(rest):
        return False
    words = tuple(rest.split(" ")[:_NEAR])
    verbs = (verb_at(words, index, things, begin=0)[0] for index in range(len(words)))
    return bool({*words} & _SWEEPING) or any(verbs)


_NEAR = 6
_SWEEPING = frozenset(
    {"everything", "all", "anything", "full", "access", "read", "only", "log", "sign", "be"}
)


def _says_what(things: Things, words: tuple[str, ...], at: int) -> bool:
    """Whether what follows `who` or `they` is a verb of rights."""
    begin = past_aside(words, at)
    begin += words[begin : begin + 1] != () and words[begin] in terms.MODALS
    return begin < len(words) and bool(verb_at(words, begin, things, begin=begin)[0])


def _starts(clause: Clause) -> list[int]:
    """Where a phrase for people may begin."""
    words = clause.words
    starts = []
    for index, word in enumerate(words):
        before = words[index - 1] if index else ""
        earlier = words[index - 2] if before in DETERMINERS and index > 1 else before
        if earlier in ("only", "and", ",", "or", "to", ":", "but", "(") and word not in BREAKS:
            starts.append(index)
        modal = next((w for w in words[index + 1 : index + 3] if w != ")"), "")
        acts = modal in ("can", "may", "should", "must", "cannot") or _taken_up(words, index + 1)
        if acts and _starts_phrase(clause, index):
            starts.append(index)
    return [*starts, _first(clause)]


def _taken_up(words: tuple[str, ...], at: int) -> bool:
    """Whether what somebody does follows in a relative clause: `drivers, they should`, `a clerk who`."""
    at += words[at : at + 1] == (",",)
    return words[at : at + 1] != () and words[at] in role_phrases.RELATIVE


def _first(clause: Clause) -> int:
    """The first word of a clause that may belong to a name."""
    skipped = DETERMINERS | {"only", "just", "also", "then"}
    return next((i for i, word in enumerate(clause.words) if word not in skipped), 0)


def _by_doing(things: Things, roles: Roles, clause: Clause, *, told: bool) -> None:
    """`Dispatchers plan trips`, `a manager approves it`, `waiter: reads wines`, `finance pays claims`."""
    for first in _doers(clause):
        for length in (3, 2, 1):
            stop = first + length
            if _does(things, clause, first, stop, told=told):
                roles.enter(singular_words(clause.words[owned(clause, first, stop) : stop]))
                break


def _doers(clause: Clause) -> Iterator[int]:
    """Where somebody who does something may be named: at the beginning, and where a list of doings goes on."""
    yield _first(clause)
    if (label := terms.ABOUT_RIGHTS.match(clause.text)) and label.end() < len(clause.text):
        yield clause.text[: label.end()].count(" ") + 1
    for index in range(1, len(clause.words)):
        if owned(clause, index - 1, index + 1) == index:
            yield index
        if clause.words[index - 1] in (",", "while", "whereas", "and", "but"):
            yield index + (clause.words[index] in ("the", "a", "an", "our"))


def _does(things: Things, clause: Clause, first: int, stop: int, *, told: bool) -> bool:
    """Whether the words from `first` to `stop` name people of whom it is said what they do with a thing."""
    words = clause.words
    phrase = singular_words(words[first:stop])
    leads = first == _first(clause) or words[first - 1 : first] == (":",)
    if stop >= len(words) or not phrase or not all(token.is_word for token in clause.tokens[first:stop]):
        return False
    titled = leads and stop > first + 1 and rolelike(phrase, things) and words[first] in VERBS
    if {*phrase[titled:], *words[first + titled : stop]} & (BREAKS | DETERMINERS | role_terms.NOT_ACTORS):
        return False
    if " ".join(phrase) in role_terms.SAME:
        return False
    plain = words[first] in GLUE and not (stop > first + 1 and sounds_like_person(phrase[-1]))
    if words[stop + 1 : stop + 2] == (":",) and len(words) > stop + 2:
        return False
    if words[stop].endswith("ing") or plain or words[first] in terms.SUBJECT_FILL:
        return False
    if not leads and words[first - 1] not in DETERMINERS and not is_plural(words[stop - 1]):
        return False
    labelled = words[stop] in (":", "-") and leads
    begin = stop + labelled
    begin += words[begin : begin + 1] in role_phrases.ADVERBS
    if begin >= len(words):
        return False
    many = is_plural(words[stop - 1]) or phrase[-1] in role_terms.COLLECTIVE | role_terms.ROLE_GROUP
    group = len(phrase) > 1 and phrase[-1] in role_terms.ROLE_GROUP
    person = rolelike(phrase, things) or (group and unheard(phrase[:-1], things))
    person = person or (told and many and things.meant_by(phrase) is not None)
    verb, _ = verb_at(words, begin, things, begin=begin)
    if not (many or labelled) and verb == words[begin]:
        return False
    governs = _governs(things, clause, begin, verb)
    sweeping = (terms.EVERYTHING, terms.READ_ONLY, terms.SEE_ALL)
    rest = " ".join(words[begin : begin + 5])
    says_all = any(pattern.match(rest) for pattern in sweeping)
    if labelled:
        return (
            (says_all or (bool(verb) and governs))
            and not {*phrase} & LABELS
            and (person or unheard(phrase, things))
        )
    if person and says_all:
        return True
    if person:
        return governs and (bool(verb) or _unknown_verb(things, clause, begin))
    new = bool(verb) and governs and unheard(phrase, things) and clause.kind != "heading"
    return new and _directly(things, clause, begin + 1)


def _governs(things: Things, clause: Clause, begin: int, verb: str) -> bool:
    """Whether a verb is about something that the service keeps: it names it, or it is the move of some thing."""
    named = things.in_clause(clause, begin + 1) or _AGAIN & {*clause.words[begin + 1 :]}
    return bool(named) or any(meant(verb, thing) for thing in things if verb not in right_verbs.VERBS)


def _directly(things: Things, clause: Clause, at: int) -> bool:
    """Whether the first thing after a verb is what it governs: `receipts upload for payments` governs none."""
    mentions = things.in_clause(clause, at)
    stop = mentions[0][0] if mentions else at
    return not PREPOSITIONS & {*clause.words[at:stop]}


def _unknown_verb(things: Things, clause: Clause, at: int) -> bool:
    """Whether a word that is no verb of rights stands where one would, right before a thing: `feed horses`."""
    words = clause.words
    if not clause.tokens[at].is_word or words[at] in GLUE or words[at] in BREAKS - VERBS:
        return False
    after = next((i for i in range(at + 1, len(words)) if words[i] not in DETERMINERS | {"own"}), len(words))
    return things.at(clause, after) is not None if after < len(words) else False


def _starts_phrase(clause: Clause, index: int) -> bool:
    """Whether a word begins a noun phrase, rather than ending one such as `sales manager`."""
    if clause.words[index] in BREAKS:
        return False
    before = clause.tokens[index - 1] if index else None
    return before is None or not before.is_word or before.word in BREAKS | DETERMINERS


def _stranger(phrase: tuple[str, ...], rest: str, things: Things) -> bool:
    """`The office can schedule lessons`, `pilots and guards may …`: whoever may do something and is neither a thing
    nor the system.
    """
    return bool(role_phrases.MAY_DO.match(rest) or role_phrases.WITH_OTHERS.match(rest)) and unheard(
        phrase, things
    )
