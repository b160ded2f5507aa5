"""Sentences about rights whose subject is a thing: `orders can be cancelled by clerks`, `articles are public`.

What lives here: these forms. What must not: sentences that speak of people first (`permissions.py`).
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.grammar import BREAKS, GLUE
from backwright_workbench.brief.lexicon import permissions as terms
from backwright_workbench.brief.lexicon.states import BY as MOVED_BY
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.predicates import CONDITION_HINT, predicates
from backwright_workbench.brief.roles import PUBLIC, SIGNED_IN, Roles
from backwright_workbench.brief.speakers import spoken_of
from backwright_workbench.brief.statements import EVERY_ROLE, WRITING, Statement, Subject, base_form, rights
from backwright_workbench.brief.things import Thing, Things


def of_things(page: Page, things: Things, roles: Roles, clause: Clause) -> Iterator[Statement]:
    """All statements of a clause that begin with a thing."""
    yield from _passive(page, things, roles, clause)
    yield from _moved(page, things, roles, clause)
    yield from _able(page, things, roles, clause)
    yield from _nobody(page, things, clause)
    yield from _without_account(page, things, clause)
    yield from _as_a_whole(page, things, clause)
    yield from _only_for(page, things, roles, clause)


def _passive(page: Page, things: Things, roles: Roles, clause: Clause) -> Iterator[Statement]:
    """`Orders can only be cancelled by managers`, `claims are approved by a manager`, `new → paid by clerks`."""
    for pattern in (terms.PASSIVE, terms.BY):
        for first, stop, match in clause.find(pattern):
            by = _one_after_another(roles, clause, stop)
            if (
                not by
                or by[0][0] > stop
                or (pattern is terms.BY and page.claimed_for(clause, stop, "roles."))
            ):
                continue
            mentions = things.in_clause(clause, 0, first)
            thing = _about(page, things, clause, first)
            if "→" in clause.words[max(0, first - 1) : stop]:
                continue
            end = by[-1][1]
            named = tuple(dict.fromkeys(role for _, _, role in by))
            verbs = rights(base_form(match["verb"], things), thing) if thing else ()
            if pattern is terms.BY and (
                _in_passive(clause, first) or _tells_of_rows(clause, first, mentions)
            ):
                continue
            if thing and verbs:
                page.claim(clause, first, end, f"entities.{thing.name}.access")
                only = "only" in clause.words[first:stop]
                own = bool(terms.OWNS.match(" ".join(clause.words[end:])))
                denied = bool(terms.NOT_BE & {*clause.words[first:stop]})
                verbs = tuple(verb.removeprefix("own:") for verb in verbs)
                if denied and _only_in_a_state(thing, clause, mentions):
                    page.claim(clause, first, end, status="not understood", note=CONDITION_HINT)
                    continue
                if denied and PUBLIC in named:
                    apart = {other for _, _, other in by if other != PUBLIC}
                    named = (SIGNED_IN, PUBLIC, *(role for role in roles.named if role not in apart))
                yield Statement(named, verbs, thing, clause, (first, end), own, only=only, denied=denied)


def _about(page: Page, things: Things, clause: Clause, end: int) -> Thing | None:
    """What is spoken of before a participle; none where that is a noun that nobody knows."""
    if mentions := things.in_clause(clause, 0, end):
        return mentions[-1][2]
    if any(word not in GLUE | BREAKS and word.isalpha() for word in clause.words[:end]):
        return None
    return things.subject(clause) or spoken_of(page, things, clause, Subject((), clause, 0, 0, 0))


def _in_passive(clause: Clause, at: int) -> bool:
    """Whether a participle belongs to `can only be …`, which is read as such."""
    return any(first <= at < stop for first, stop, _ in clause.find(terms.PASSIVE))


def _only_in_a_state(thing: Thing, clause: Clause, mentions: list[tuple[int, int, Thing]]) -> bool:
    """Whether a thing is named with a state that it must be in: `approved requests cannot be edited`."""
    states = thing.entry.states
    values = thing.entry.fields[states.field].values if states else ()
    return bool(mentions) and "_".join(clause.words[max(0, mentions[-1][0] - 1) : mentions[-1][0]]) in values


def _tells_of_rows(clause: Clause, first: int, mentions: list[tuple[int, int, Thing]]) -> bool:
    """Whether a participle only says which rows are meant: `reads the notes written by doctors`."""
    after_thing = bool(mentions) and mentions[-1][1] == first
    verb = clause.words[first] in _IS or clause.words[first - 1] in _IS | {"and", "or", "but", ",", "only"}
    return not verb and not (after_thing and mentions[-1][0] <= 1)


_IS = frozenset({"is", "are", "be", "being", "get", "gets"})


def _one_after_another(roles: Roles, clause: Clause, at: int) -> list[tuple[int, int, str]]:
    """The roles of a list that begins at a word: `by clerks, guards or the manager`."""
    found: list[tuple[int, int, str]] = []
    words = clause.words
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


_BETWEEN = frozenset(
    {",", "and", "or", "&", "/", "the", "a", "an", "our", "only", "by", "to", "all", "any", "except", "but"}
)


def _able(page: Page, things: Things, roles: Roles, clause: Clause) -> Iterator[Statement]:
    """`Payouts are visible to auditors only`, `branches are readable by all`."""
    for first, stop, match in clause.find(terms.ABLE):
        by = _one_after_another(roles, clause, stop)
        thing = _about(page, things, clause, first)
        everybody = clause.words[stop] in ("all", "everyone", "everybody") and not by
        if thing is None or not (by or everybody):
            continue
        end = by[-1][1] if by else stop + 1
        named = tuple(dict.fromkeys(role for _, _, role in by)) or (SIGNED_IN,)
        only = "only" in clause.words[first : end + 1]
        denied = bool(terms.NOT_BE & {*clause.words[max(0, first - 2) : first]})
        page.claim(clause, first, end, f"entities.{thing.name}.access")
        verbs = terms.ABILITIES[match["verb"][:4]]
        yield Statement(named, verbs, thing, clause, (first, end), only=only, denied=denied)


_BEFORE_NOBODY = frozenset({",", "and", "but", ":", "-", ";", "that"})


def _nobody(page: Page, things: Things, clause: Clause) -> Iterator[Statement]:
    """`Nobody may delete invoices`: forbidden for every role; not so where it is only so for a time."""
    for first, stop, _ in clause.find(terms.NOBODY):
        if first and clause.words[first - 1] not in _BEFORE_NOBODY:
            continue
        subject = Subject((EVERY_ROLE,), clause, first, stop, len(clause.words))
        for said in predicates(page, things, subject):
            if said.thing is not None and not said.own:
                page.claim(clause, first, stop, f"entities.{said.thing.name}.access")
                yield replace(said, denied=True, only=False)


def _without_account(page: Page, things: Things, clause: Clause) -> Iterator[Statement]:
    """`No login is needed for browsing books`."""
    for first, stop, _ in clause.find(terms.NO_LOGIN_FOR):
        for said in predicates(page, things, Subject((PUBLIC,), clause, first, stop, len(clause.words))):
            if said.thing is not None:
                page.claim(clause, first, stop, f"entities.{said.thing.name}.access")
                yield said


def _moved(page: Page, things: Things, roles: Roles, clause: Clause) -> Iterator[Statement]:
    """`submitted → approved or declined by the chair`."""
    for first, stop, match in clause.find(MOVED_BY):
        hit = roles.at(clause, stop) if stop < len(clause.words) else None
        states = {part.strip().replace(" ", "_") for part in re.split(r" or | / ", match["states"])}
        for thing in things if hit else ():
            actions = [f"act:{name}" for name, action in thing.entry.actions.items() if action.to in states]
            if hit and actions:
                end = stop + hit[1]
                own = terms.OWNS.match(" ".join(clause.words[end:]))
                page.claim(clause, first, end, f"entities.{thing.name}.access")
                if own:
                    page.claim(clause, end, end + own.group().count(" ") + 1, f"entities.{thing.name}.access")
                yield Statement((hit[0],), tuple(actions), thing, clause, (first, end), bool(own))
                break


def _as_a_whole(page: Page, things: Things, clause: Clause) -> Iterator[Statement]:
    """`Articles are public`, `notes are private`, `bids cannot be changed`."""
    for first, stop, thing in things.in_clause(clause):
        rest = " ".join(clause.words[stop:])
        if match := terms.PUBLIC_THINGS.match(rest):
            said = Statement((PUBLIC,), ("read",), thing, clause, (first, stop))
        elif match := terms.FIXED_THINGS.match(rest):
            verb = "delete" if match["verb"].startswith(("delet", "remov")) else "update"
            said = Statement((EVERY_ROLE,), (verb,), thing, clause, (first, stop), denied=True)
        elif match := terms.READ_ONLY_THINGS.match(rest):
            said = Statement((EVERY_ROLE,), WRITING, thing, clause, (first, stop), denied=True)
        elif match := terms.PRIVATE_THINGS.match(rest):
            verbs = ("read", "create", "update", "delete")
            said = Statement((SIGNED_IN,), verbs, thing, clause, (first, stop), own=True, only=True)
        else:
            continue
        end = stop + match.group().strip().count(" ") + 1
        page.claim(clause, first, end, f"entities.{thing.name}.access")
        yield said


def _only_for(page: Page, things: Things, roles: Roles, clause: Clause) -> Iterator[Statement]:
    """`Invoices are only for accountants`: theirs alone to change."""
    for first, stop, thing in things.in_clause(clause):
        match = terms.ONLY_FOR.match(" ".join(clause.words[stop:]))
        at = stop + match.group().strip().count(" ") + 1 if match else 0
        if at and at < len(clause.words) and (hit := roles.at(clause, at)):
            page.claim(clause, first, at + hit[1], f"entities.{thing.name}.access")
            yield Statement((hit[0],), ("create", "update", "delete"), thing, clause, (first, at), only=True)
