"""Who is spoken of in a sentence about rights.

What lives here: finding the roles that a sentence is about, and where it turns to others. What must not: what is said
of them (`predicates.py`), which roles there are (`doers.py`, `role_mentions.py`).
"""

from collections.abc import Iterator
from dataclasses import replace

from backwright_workbench.brief.asides import owned, past_aside
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.grammar import DETERMINERS, GLUE, is_plural
from backwright_workbench.brief.lexicon import permissions as terms
from backwright_workbench.brief.lexicon import right_verbs, role_phrases
from backwright_workbench.brief.lexicon import thing_rights as thing_terms
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.roles import MAKER, SIGNED_IN, Roles
from backwright_workbench.brief.statements import Subject, verb_at
from backwright_workbench.brief.things import Thing, Things

_ABLE = (("can",), ("may",), ("do",), ("does",), ("has",), ("have",))
_NEAR = 4
"""Whose people are (`the city's officers`) is told in no more words than this."""
_PRONOUNS = (("they",), ("he",), ("she",))


def spoken_of(page: Page, things: Things, clause: Clause, subject: Subject) -> Thing | None:
    """What was spoken of last before a subject: in the clause, else in those before it in the same block."""
    if here := things.in_clause(clause, 0, subject.first):
        return here[-1][2]
    at = page.clauses.index(clause)
    for earlier in reversed(page.clauses[max(0, at - 3) : at]):
        if earlier.block == clause.block and (mentions := things.in_clause(earlier)):
            people = [m for m in mentions if not m[2].entry.person]
            return (people or mentions)[-1][2]
    return None


def subject_of(things: Things, roles: Roles, clause: Clause, before: Subject | None) -> Subject | None:
    """Whom a clause speaks of from its beginning, from its colon, or by the item that it stands under."""
    named = _named(roles, clause, 0)
    if named is None and (whose := owned(clause, 0, min(_NEAR, len(clause.words)))):
        named = _named(roles, clause, whose)
    if named is None:
        named = _nobody_but(roles, clause)
    if named is None:
        named = next((n for at in _marks(clause) if (n := _named(roles, clause, at + 1))), None)
    if named is None and before and before.clause.block == clause.block and clause.words[:1] in _PRONOUNS:
        named = Subject(before.roles, clause, 0, 1, len(clause.words))
    if named is None:
        named = _speaker(roles, clause) or _later(things, roles, clause)
    if named is None and before and _continues(before.clause, clause):
        named = Subject(before.roles, clause, 0, 0, len(clause.words), before=before.before)
    if named is not None:
        thing = things.at(clause, named.first)
        longer = thing is not None and named.first + thing[1] > named.begin
        return named if not longer and _tells_rights(things, named) else None
    above = _named(roles, clause.parent, 0) if clause.parent and clause.kind == "item" else None
    if above is None or len(above.clause.words) - above.begin > 2:
        return None
    return Subject(above.roles, clause, 0, 0, len(clause.words))


def _nobody_but(roles: Roles, clause: Clause) -> Subject | None:
    """Who alone may do what follows: `nobody but the manager deletes stays`, `payouts: no one except clerks`."""
    for first, stop, _ in clause.find(thing_terms.NOBODY_BUT):
        alone = _named(roles, clause, stop) if not first or clause.words[first - 1] in _OPENING else None
        if alone:
            return replace(alone, first=first, only=True, of_one=False)
    return None


_OPENING = frozenset({",", ":", ";", "-", "and", "but", "so"})


def _marks(clause: Clause) -> Iterator[int]:
    """The marks behind which a sentence about rights may begin: `access: …`, `RBAC for clerk and cook: …`."""
    words, depth = clause.words, 0
    about = terms.ABOUT_RIGHTS.match(clause.text)
    for at, word in enumerate(words):
        depth += (word == "(") - (word == ")")
        if depth == 0 and ((word == ":" and at < 5) or (word in (":", "-") and about)):
            yield at


def _continues(before: Clause, clause: Clause) -> bool:
    """Whether a clause goes on after a semicolon: `driver: read trucks; deliver a shipment; no deletes`."""
    gap = clause.tokens[0].start - before.tokens[-1].end
    return before.block == clause.block and before.words[-1] == ";" and 0 <= gap <= 2


def _speaker(roles: Roles, clause: Clause) -> Subject | None:
    """Whoever writes the brief, where they say what they may do: `only I can delete`, `I want to be able to`."""
    for first, stop, match in clause.find(role_phrases.SPEAKS):
        if not role_phrases.STORY.match(clause.text):
            only = match.group().startswith(("only", "just"))
            return Subject((roles.speaker,), clause, first, stop, len(clause.words), only)
    return None


def _later(things: Things, roles: Roles, clause: Clause) -> Subject | None:
    """The first role in a clause that a modal verb follows, or that something is allowed: `a backend where
    customers can …`, `let customers book …`.
    """
    for first, stop, role in roles.in_clause(clause):
        begin = past_aside(clause.words, stop + (clause.words[stop : stop + 1] == (")",)))
        taken_up = begin > stop and clause.words[begin - 1] in role_phrases.RELATIVE
        if taken_up and begin < len(clause.words):
            return Subject((SIGNED_IN if role == MAKER else role,), clause, first, begin, len(clause.words))
        if _goes_on(things, clause, first, begin):
            return Subject((SIGNED_IN if role == MAKER else role,), clause, first, begin, len(clause.words))
        follows = clause.words[begin] if begin < len(clause.words) else ""
        allowed = clause.words[max(0, first - 2) : first]
        lets = bool(terms.LETS & {*allowed})
        if follows in terms.MODALS or (lets and (follows == "to" or allowed[-1] not in ("and", "or"))):
            begin += follows == "to"
            return Subject((SIGNED_IN if role == MAKER else role,), clause, first, begin, len(clause.words))
    return None


def _goes_on(things: Things, clause: Clause, first: int, begin: int) -> bool:
    """Whether a sentence goes on with somebody who does something: `it is open, and the officers decide on it`."""
    words, before = clause.words, first - 1
    while before > 0 and (words[before] in DETERMINERS or _whose(clause, before)):
        before -= 1
    if (
        before < 1
        or words[before] not in terms.TURN
        or begin >= len(words)
        or words[begin] in right_verbs.NOUNS_TOO
    ):
        return False
    says = terms.READ_ONLY.search(" ".join(words[begin : begin + 5])) and words[begin] in terms.TURN_VERBS
    return bool(says) or bool(verb_at(words, begin, things, begin=begin)[0])


def _whose(clause: Clause, at: int) -> bool:
    """Whether a word says whose somebody is: `the department's officers`."""
    return owned(clause, at, at + 2) > at


def _says_more(clause: Clause, at: int) -> bool:
    """Whether what somebody may do begins here, or an aside about them."""
    read_only = terms.READ_ONLY.match(" ".join(clause.words[at : at + 2]))
    return bool(read_only) or past_aside(clause.words, at) > at


def _of_the_last(clause: Clause, at: int) -> bool:
    """Whether a bracket tells the rights of the last of a list alone: `RBAC: admin, manager, clerk (read only)`."""
    inside = " ".join(clause.words[at + 1 : at + 6])
    sweeping = (terms.READ_ONLY, terms.EVERYTHING, terms.SEE_ALL)
    return clause.words[at] == "(" and any(pattern.match(inside) for pattern in sweeping)


def _named(roles: Roles, clause: Clause, first: int) -> Subject | None:
    """The roles named one after another from a word on."""
    found: list[str] = []
    only = False
    index = 1 if clause.words[:1] in (("as",), ("for",), ("neither",)) and not first else first
    while index < len(clause.words):
        if hit := roles.at(clause, index):
            found.append(SIGNED_IN if hit[0] == MAKER else hit[0])
            index += hit[1]
        elif found and _says_more(clause, index):
            break
        elif len(found) > 1 and _of_the_last(clause, index):
            return None
        elif clause.words[index] in terms.SUBJECT_FILL:
            only = only or clause.words[index] in ("only", "just")
            index += 1
        else:
            break
    past = past_aside(clause.words, index)
    while past > index and clause.words[past : past + 1] in ((",",), ("i",)):
        past += 1
    if not found:
        return None
    words = clause.words
    past += words[past : past + 1] in role_phrases.ADVERBS
    denied = words[first] in ("neither", "no")
    of_one = len(found) == 1 and words[first] == "the" and not is_plural(words[index - 1]) and not only
    named = tuple(dict.fromkeys(found))
    return Subject(named, clause, first, past, len(words), only, of_one, denied=denied)


def _tells_rights(things: Things, subject: Subject) -> bool:
    """Whether what follows a subject is about rights, or at least about what somebody does."""
    words, begin = subject.clause.words, subject.begin
    rest = " ".join(words[begin : begin + 2])
    patterns = (terms.MODAL, terms.READ_ONLY, terms.EVERYTHING)
    if any(pattern.match(rest) for pattern in patterns) or begin >= len(words):
        return begin < len(words)
    if terms.DENY.match(" ".join(words[begin : begin + 4])):
        return True
    verb, _ = verb_at(words, begin + (words[begin] in ("no", "not", "never")), things, begin=begin)
    uses = words[begin] in terms.USE_IT and words[begin + 1 : begin + 2] in (
        ("the",),
        ("it",),
        ("this",),
        ("our",),
    )
    return bool(verb) or uses or (words[begin] not in GLUE and things.at(subject.clause, begin) is None)


def like(page: Page, roles: Roles, subject: Subject) -> tuple[str, int] | None:
    """The role whose rights others have too, and the word after it: `can do everything that an agent can`."""
    clause, words = subject.clause, subject.clause.words
    for index in range(subject.begin, len(words)):
        at = index + 1
        while at < len(words) and words[at] in terms.LIKE_FILL:
            at += 1
        if words[index] in terms.LIKE and at < len(words) and (hit := roles.at(clause, at)):
            end = at + hit[1]
            said = {*words[index + 1 : at]} & terms.LIKE_SAYS or words[end : end + 1] in _ABLE
            every = words[index] in ("all", "same") and not said
            if hit[0] not in subject.roles and words[end : end + 1] != ("with",) and not every:
                end += words[end : end + 1] in _ABLE
                page.claim(clause, subject.first, end, *(f"roles.{role}" for role in subject.roles), "access")
                return hit[0], end
    return None
