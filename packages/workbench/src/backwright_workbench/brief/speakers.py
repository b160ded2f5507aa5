"""Who is spoken of in a sentence about rights.

What lives here: finding the roles that a sentence is about, and where it turns to others. What must not: what is said
of them (`predicates.py`), which roles there are (`doers.py`, `role_mentions.py`).
"""

from collections.abc import Iterator
from dataclasses import replace

from backwright_workbench.brief.asides import owned, past_aside
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.grammar import DETERMINERS, GLUE, PREPOSITIONS, is_plural
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
    if named is None and (but := thing_terms.NOBODY_BUT.match(clause.text)):
        alone = _named(roles, clause, but.group().strip().count(" ") + 1)
        named = replace(alone, first=0, only=True, of_one=False) if alone else None
    if named is None:
        named = next((n for at in _marks(clause) if (n := _named(roles, clause, at + 1))), None)
    if named is None and before and before.clause.block == clause.block and clause.words[:1] in _PRONOUNS:
        named = Subject(before.roles, clause, 0, 1, len(clause.words))
    if named is None:
        named = _speaker(roles, clause) or _later(things, roles, clause)
    if named is None and before and _continues(before.clause, clause):
        named = Subject(before.roles, clause, 0, 0, len(clause.words), before=before.before)
    if named is not None:
        return named if _tells_rights(things, named) else None
    above = _named(roles, clause.parent, 0) if clause.parent and clause.kind == "item" else None
    if above is None or len(above.clause.words) - above.begin > 2:
        return None
    return Subject(above.roles, clause, 0, 0, len(clause.words))


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
    verb, _ = verb_at(words, begin + (words[begin] in ("no", "not", "never")), things, begin=begin)
    uses = words[begin] in terms.USE_IT and words[begin + 1 : begin + 2] in (
        ("the",),
        ("it",),
        ("this",),
        ("our",),
    )
    return bool(verb) or uses or (words[begin] not in GLUE and things.at(subject.clause, begin) is None)


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
        if verb or words[follows] in terms.TURN_VERBS | terms.MODALS:
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
            )
    yield subject


def one_after_another(page: Page, roles: Roles, clause: Clause, at: int) -> list[tuple[int, int, str]]:
    """The roles of a list that begins at a word: `by clerks, guards or the manager`; `them` are those before it."""
    found: list[tuple[int, int, str]] = []
    words = clause.words
    if words[at : at + 1] in (("them",), ("him",), ("her",)):
        return [(at, at + 1, role) for role in _just_named(page, roles, clause, at)]
    while at < len(words):
        hit = roles.at(clause, at)
        if hit:
            found.append((at, at + hit[1], hit[0]))
            at += hit[1]
        elif words[at] in _BETWEEN and (found or words[at] not in (",", "and", "or")):
            at += 1
        else:
            break
    return found


def _just_named(page: Page, roles: Roles, clause: Clause, at: int) -> list[str]:
    """The roles that were spoken of last before a word, in its clause or the one before it in the same block."""
    number = page.clauses.index(clause)
    before = page.clauses[max(0, number - 1) : number]
    for each, end in ((clause, at), *((c, len(c.words)) for c in before if c.block == clause.block)):
        if named := [role for _, _, role in roles.in_clause(each, 0, end)]:
            return named[-1:]
    return []


_BETWEEN = frozenset(
    {",", "and", "or", "&", "/", "the", "a", "an", "our", "only", "by", "to", "all", "any", "except", "but"}
)


def _past_who(words: tuple[str, ...], at: int) -> int:
    """The word after `who` where it takes somebody up again: `…, and the guard, who may open it`."""
    past = past_aside(words, at)
    return past if past > at and words[past - 1] in role_phrases.RELATIVE else at


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
