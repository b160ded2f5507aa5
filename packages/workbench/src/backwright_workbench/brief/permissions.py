"""Sentences about who may do what.

What lives here: from a sentence to statements (role, what, which thing, whose rows). What must not: adding them up to
access (`access.py`).
"""

import itertools
from collections.abc import Iterator

from backwright_workbench.brief.grammar import DETERMINERS
from backwright_workbench.brief.lexicon import permissions as terms
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.predicates import EVERY_ROLE, Statement, action, ops, predicates
from backwright_workbench.brief.roles import MAKER, PUBLIC, SIGNED_IN, Roles
from backwright_workbench.brief.text import Clause
from backwright_workbench.brief.things import Things


def read_permissions(page: Page, things: Things, roles: Roles) -> list[Statement]:
    """All statements about rights, in the order of the brief; their words are claimed."""
    found: list[Statement] = []
    for clause in page.clauses:
        for statement in (
            *_active(page, things, roles, clause),
            *_bracketed(page, things, roles, clause),
            *_passive(page, things, roles, clause),
            *_open(page, things, clause),
        ):
            found.append(statement)
    return found


def _subjects(roles: Roles, clause: Clause, first: int = 0) -> tuple[tuple[str, ...], int, bool]:
    """The roles that a clause begins with, the word after them, and whether it says `only`."""
    named: list[str] = []
    only = False
    index = 1 if clause.words[:1] in (("as",), ("for",)) and not first else first
    while index < len(clause.words):
        hit = roles.at(clause, index)
        if hit:
            named.append(hit[0])
            index += hit[1]
        elif clause.words[index] in terms.SUBJECT_FILL:
            only = only or clause.words[index] in ("only", "just")
            index += 1
        else:
            break
    return tuple(dict.fromkeys(SIGNED_IN if role == MAKER else role for role in named)), index, only


def _active(page: Page, things: Things, roles: Roles, clause: Clause) -> Iterator[Statement]:
    """`Managers can create and edit orders`, `Viewer: read only`, `As a member I want to see my loans`."""
    subjects, begin, only = _subjects(roles, clause)
    if not subjects and ":" in clause.words[:5]:
        subjects, begin, only = _subjects(roles, clause, clause.words.index(":") + 1)
    if not subjects:
        above = clause.parent
        if above is None or clause.kind != "item":
            return
        subjects, after, _ = _subjects(roles, above)
        if not subjects or len(above.words) - after > 2:
            return
        begin = 0
    else:
        rest = " ".join(clause.words[begin : begin + 2])
        starts_action = clause.words[begin : begin + 1] and (
            clause.words[begin] in terms.VERBS or action(clause.words[begin], things)
        )
        if not (
            terms.MODAL.match(rest)
            or starts_action
            or terms.READ_ONLY.match(rest)
            or terms.EVERYTHING.match(rest)
        ):
            return
    ends = [*_turns(roles, clause, begin), (len(clause.words), (), 0, False)]
    statements = list(predicates(page, things, clause, subjects, begin, ends[0][0], only=only))
    for (first, others, start, just), (end, *_) in itertools.pairwise(ends):
        page.claim(clause, first, start, *(f"roles.{role}" for role in others), "access")
        statements += predicates(page, things, clause, others, start, end, only=just)
    if statements and begin:
        page.claim(
            clause,
            0,
            begin,
            *(f"roles.{role}" for role in subjects if role not in (PUBLIC, SIGNED_IN)),
            "access",
        )
    yield from statements


def _turns(roles: Roles, clause: Clause, begin: int) -> Iterator[tuple[int, tuple[str, ...], int, bool]]:
    """Where a sentence goes on with another subject: `…, but only managers can delete them`."""
    for index in range(begin + 1, len(clause.words)):
        hit = roles.at(clause, index)
        before = index - 1
        while before > begin and clause.words[before] in DETERMINERS:
            before -= 1
        if not hit or clause.words[before] not in terms.TURN or index + hit[1] >= len(clause.words):
            continue
        if clause.words[index + hit[1]] in terms.VERBS or clause.words[index + hit[1]] in (
            "can",
            "publish",
            "approve",
            "may",
            "cannot",
            "must",
            "have",
            "has",
            "are",
            "should",
        ):
            who = SIGNED_IN if hit[0] == MAKER else hit[0]
            yield index, (who,), index + hit[1], clause.words[before] == "only"


def _bracketed(page: Page, things: Things, roles: Roles, clause: Clause) -> Iterator[Statement]:
    """`admin (full access), auditor (read-only)`."""
    for _, stop, role in roles.in_clause(clause):
        if clause.words[stop : stop + 1] != ("(",):
            continue
        end = next((i for i in range(stop, len(clause.words)) if clause.words[i] == ")"), len(clause.words))
        yield from predicates(page, things, clause, (role,), stop + 1, end, only=False)


def _passive(page: Page, things: Things, roles: Roles, clause: Clause) -> Iterator[Statement]:
    """`Orders can only be cancelled by managers`."""
    for first, stop, match in clause.find(terms.PASSIVE):
        verb = terms.STEMS.get(match["verb"], match["verb"])
        named = [role for _, _, role in roles.in_clause(clause, stop, min(stop + 6, len(clause.words)))]
        mentions = things.in_clause(clause, 0, first)
        if not named or not mentions:
            continue
        end = [b for _, b, _ in roles.in_clause(clause, stop, min(stop + 6, len(clause.words)))][-1]
        thing = mentions[-1][2]
        ops = ops(verb, thing, things)
        if ops:
            page.claim(clause, first, end, f"entities.{thing.name}.access")
            yield Statement(
                tuple(dict.fromkeys(named)),
                ops,
                thing,
                only="only" in clause.words[first:stop],
                clause=clause,
                place=(first, end),
            )


def _open(page: Page, things: Things, clause: Clause) -> Iterator[Statement]:
    """`Articles are public`, `notes are private`."""
    for first, stop, thing in things.in_clause(clause):
        rest = " ".join(clause.words[stop:])
        if match := terms.PUBLIC_THINGS.match(rest):
            page.claim(
                clause,
                first,
                stop + match.group().strip().count(" ") + 1,
                f"entities.{thing.name}.access.public",
            )
            yield Statement((PUBLIC,), ("read",), thing, clause=clause, place=(first, stop))
        elif match := terms.FIXED_THINGS.match(rest):
            verb = "delete" if match["verb"].startswith(("delet", "remov")) else "update"
            page.claim(
                clause, first, stop + match.group().strip().count(" ") + 1, f"entities.{thing.name}.access"
            )
            yield Statement((EVERY_ROLE,), (verb,), thing, denied=True, clause=clause, place=(first, stop))
        elif match := terms.PRIVATE_THINGS.match(rest):
            page.claim(
                clause,
                first,
                stop + match.group().strip().count(" ") + 1,
                f"entities.{thing.name}.access.signed_in",
            )
            yield Statement(
                (SIGNED_IN,),
                ("read", "create", "update", "delete"),
                thing,
                own=True,
                only=True,
                clause=clause,
                place=(first, stop),
            )
