"""Lists in which every role has its rights behind it: `admin: all, keeper: dogs and stays`, `vet (read-only)`.

What lives here: finding the names and where what is said of each begins and ends, and what a role may do of which only
things are said. What must not: verbs (`predicates.py`), lists of roles without rights (`role_mentions.py`).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.grammar import BREAKS, DETERMINERS
from backwright_workbench.brief.lexicon import role_phrases
from backwright_workbench.brief.lexicon import roles as role_terms
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.roles import PUBLIC, kind
from backwright_workbench.brief.statements import Statement, Subject
from backwright_workbench.brief.things import Things

_LONGEST_NAME = 3
_LONGEST_LIST = 30


@dataclass(frozen=True)
class Label:
    """The name of a role in a list, and what is said of it: each as first word and word after the last."""

    first: int
    stop: int
    begin: int
    end: int


def labels(page: Page, clause: Clause) -> list[Label]:
    """The roles that a clause of a list about rights names, each with what is said of it."""
    found: list[Label] = []
    at = rights_begin(page, clause)
    while 0 <= at < len(clause.words):
        label = _label(clause, at)
        if label is None:
            break
        found.append(label)
        at = label.end + (clause.words[label.end : label.end + 1] == (")",))
        while at < len(clause.words) and clause.words[at] in role_phrases.BETWEEN_LABELS:
            at += 1
    return found


def rights_begin(page: Page, clause: Clause) -> int:
    """The word of a clause where a list about rights begins or goes on; -1 if there is none."""
    if match := role_phrases.RIGHTS_LABEL.match(clause.text):
        return match.group().strip().count(" ") + 1
    at = page.clauses.index(clause) if clause.kind != "row" else 0
    for before in reversed(page.clauses[max(0, at - _LONGEST_LIST) : at]):
        if before.block != clause.block or before.words[-1] not in (";", "."):
            return -1
        if role_phrases.RIGHTS_LABEL.match(before.text):
            return 0
        if before.words[-1] == "." and ":" in before.words[:_LONGEST_NAME]:
            return -1
    return -1


def _label(clause: Clause, at: int) -> Label | None:
    words = clause.words
    while at < len(words) and words[at] in DETERMINERS:
        at += 1
    stop = at
    while stop < len(words) and clause.tokens[stop].is_word and stop - at < _LONGEST_NAME:
        stop += 1
    if stop == at or words[stop : stop + 1] == () or words[stop] not in role_phrases.LABEL_MARKS:
        return None
    if {*words[at + (words[at] == "it") : stop]} & (BREAKS | DETERMINERS):
        return None
    if words[stop] == "(":
        close = next((i for i in range(stop, len(words)) if words[i] == ")"), len(words))
        return Label(at, stop, stop + 1, close)
    return Label(at, stop, stop + 1, label_end(clause, stop + 1))


def label_end(clause: Clause, begin: int) -> int:
    """The word after what is said of a role from a word on."""
    return next((i for i in range(begin, len(clause.words)) if _ends(clause, begin, i)), len(clause.words))


def _ends(clause: Clause, begin: int, at: int) -> bool:
    """Whether what is said of a role from `begin` on ends: with a bracket opened before it, or at the next name."""
    words = clause.words
    inside = words[begin:at].count("(") - words[begin:at].count(")")
    if inside or words[at] == ")":
        return not inside
    if words[at] not in role_phrases.BETWEEN_LABELS:
        return False
    name = clause.run(at + 1)
    stop = at + 1 + len(name)
    return (
        0 < len(name) <= _LONGEST_NAME and "and" not in name and words[stop : stop + 1] == (words[begin - 1],)
    )


def only_things(page: Page, things: Things, subject: Subject) -> Iterator[Statement]:
    """What a role may do of which nothing but things is said: `keeper (dogs, stays)`, `customer: own stays only`."""
    clause, first, end = subject.clause, subject.begin, subject.end
    mentions = things.in_clause(clause, first, end)
    named = {index for begin, stop, _ in mentions for index in range(begin, stop)}
    rest = {clause.words[index] for index in range(first, end) if index not in named}
    if not mentions or rest - role_phrases.BESIDE_THINGS or PUBLIC in subject.roles:
        return
    own = bool(rest & {"own", "their", "his", "her"})
    for begin, stop, thing in mentions:
        page.claim(clause, begin, stop, f"entities.{thing.name}.access")
        for role in subject.roles:
            verbs = role_terms.BY_KIND[kind(role)]
            yield Statement((role,), verbs, thing, clause, (begin, stop), own=own or kind(role) == "self")
    page.claim(clause, first, end, "access")
