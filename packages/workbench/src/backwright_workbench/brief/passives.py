"""Sentences about rights whose subject is a thing: `orders can be cancelled by clerks`, `articles are public`.

What lives here: these forms. What must not: sentences that speak of people first (`permissions.py`).
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.doings import base
from backwright_workbench.brief.field_rights import about_field
from backwright_workbench.brief.lexicon import right_verbs
from backwright_workbench.brief.lexicon import thing_rights as thing_terms
from backwright_workbench.brief.lexicon.permissions import CONDITION_HINT
from backwright_workbench.brief.lexicon.states import BY as MOVED_BY
from backwright_workbench.brief.lexicon.states import BY_BRACKET
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.predicates import predicates
from backwright_workbench.brief.right_subjects import joined, past_bracket, things_before
from backwright_workbench.brief.role_lists import one_after_another
from backwright_workbench.brief.roles import PUBLIC, SIGNED_IN, Roles
from backwright_workbench.brief.speakers import spoken_of
from backwright_workbench.brief.statements import EVERY_ROLE, WRITING, Statement, Subject, base_form, rights
from backwright_workbench.brief.things import Thing, Things


def of_things(page: Page, things: Things, roles: Roles, clause: Clause) -> Iterator[Statement]:
    """All statements of a clause that begin with a thing."""
    yield from _passive(page, things, roles, clause)
    yield from _moved(page, things, roles, clause)
    yield from _able(page, things, roles, clause)
    yield from _hidden(page, things, roles, clause)
    yield from _reserved(page, things, roles, clause)
    yield from _nobody(page, things, clause)
    yield from _without_account(page, things, clause)
    yield from _as_a_whole(page, things, clause)
    yield from _only_for(page, things, roles, clause)


def _passive(page: Page, things: Things, roles: Roles, clause: Clause) -> Iterator[Statement]:
    """`Orders can only be cancelled by managers`, `claims are approved by a manager`, `new → paid by clerks`."""
    for pattern in (thing_terms.PASSIVE, thing_terms.BY):
        for first, stop, match in clause.find(pattern):
            by = one_after_another(page, roles, clause, stop)
            if (
                not by
                or by[0][0] > stop
                or (pattern is thing_terms.BY and page.claimed_for(clause, stop, "roles."))
            ):
                continue
            if "→" in clause.words[max(0, first - 1) : stop] or about_field(things, clause, first):
                continue
            mentions = things.in_clause(clause, 0, first)
            about = things_before(page, things, clause, first)
            end = by[-1][1]
            named = tuple(dict.fromkeys(role for _, _, role in by))
            if pattern is thing_terms.BY and (
                _in_passive(clause, first) or _tells_of_rows(clause, first, mentions)
            ):
                continue
            for thing in about:
                verbs = rights(base_form(match["verb"], things), thing)
                if not verbs:
                    continue
                page.claim(clause, first, end, f"entities.{thing.name}.access")
                only = "only" in clause.words[first:stop]
                own = bool(thing_terms.OWNS.match(" ".join(clause.words[end:])))
                denied = bool(thing_terms.NOT_BE & {*clause.words[first:stop]})
                verbs = tuple(verb.removeprefix("own:") for verb in verbs)
                if denied and _only_in_a_state(thing, clause, mentions):
                    page.claim(clause, first, end, status="not understood", note=CONDITION_HINT)
                    continue
                if denied and PUBLIC in named:
                    apart = {other for _, _, other in by if other != PUBLIC}
                    named = (SIGNED_IN, PUBLIC, *(role for role in roles.named if role not in apart))
                yield Statement(named, verbs, thing, clause, (first, end), own, only=only, denied=denied)


def _in_passive(clause: Clause, at: int) -> bool:
    """Whether a participle belongs to `can only be …`, which is read as such."""
    return any(first <= at < stop for first, stop, _ in clause.find(thing_terms.PASSIVE))


def _only_in_a_state(thing: Thing, clause: Clause, mentions: list[tuple[int, int, Thing]]) -> bool:
    """Whether a thing is named with a state that it must be in: `approved requests cannot be edited`."""
    states = thing.entry.states
    values = thing.entry.fields[states.field].values if states else ()
    before = clause.words[max(0, mentions[-1][0] - 1) : mentions[-1][0]] if mentions else ()
    return bool(before) and (
        before[0] in values or (before[0].endswith("ed") and base(before[0]) != before[0])
    )


def _tells_of_rows(clause: Clause, first: int, mentions: list[tuple[int, int, Thing]]) -> bool:
    """Whether a participle only says which rows are meant: `reads the notes written by doctors`."""
    after_thing = bool(mentions) and mentions[-1][1] == first
    verb = clause.words[first] in _IS or clause.words[first - 1] in _IS | {"and", "or", "but", ",", "only"}
    return not verb and not (after_thing and mentions[-1][0] <= 1)


_IS = frozenset({"is", "are", "be", "being", "get", "gets"})


def _able(page: Page, things: Things, roles: Roles, clause: Clause) -> Iterator[Statement]:
    """`Payouts are visible to auditors only`, `branches are readable by all`."""
    for first, stop, match in clause.find(thing_terms.ABLE):
        by = one_after_another(page, roles, clause, stop)
        about = things_before(page, things, clause, first)
        everybody = clause.words[stop] in ("all", "everyone", "everybody") and not by
        if not (by or everybody) or about_field(things, clause, first):
            continue
        end = by[-1][1] if by else stop + 1
        named = tuple(dict.fromkeys(role for _, _, role in by)) or (SIGNED_IN,)
        only = "only" in clause.words[first : end + 1]
        denied = bool(thing_terms.NOT_BE & {*clause.words[max(0, first - 2) : first]})
        verbs = right_verbs.ABILITIES[match["verb"][:4]]
        for thing in about:
            page.claim(clause, first, end, f"entities.{thing.name}.access")
            yield Statement(named, verbs, thing, clause, (first, end), only=only, denied=denied)


def _hidden(page: Page, things: Things, roles: Roles, clause: Clause) -> Iterator[Statement]:
    """`Contracts are hidden from caretakers`: they do not see them; what is closed to them, they do not touch."""
    for first, stop, match in clause.find(thing_terms.HIDDEN):
        by = one_after_another(page, roles, clause, stop)
        if not by or by[0][0] > stop or about_field(things, clause, first):
            continue
        end, named = by[-1][1], tuple(dict.fromkeys(role for _, _, role in by))
        verbs = ("everything",) if match["verb"] in thing_terms.CLOSED else ("read",)
        for thing in things_before(page, things, clause, first):
            page.claim(clause, first, end, f"entities.{thing.name}.access")
            yield Statement(named, verbs, thing, clause, (first, end), denied=True)


def _reserved(page: Page, things: Things, roles: Roles, clause: Clause) -> Iterator[Statement]:
    """`Deleting dogs is reserved for managers`: for them, and for nobody else."""
    for first, stop, _ in clause.find(thing_terms.RESERVED):
        by = one_after_another(page, roles, clause, stop) if stop < len(clause.words) else []
        named = things.in_clause(clause, first, stop)
        thing = named[0][2] if named else spoken_of(page, things, clause, Subject((), clause, first, 0, 0))
        if not by or by[0][0] > stop or thing is None:
            continue
        ends = [word for word in clause.words[first:stop] if word.endswith("ing")]
        verbs = tuple(dict.fromkeys(v for word in ends for v in rights(base_form(word, things), thing)))
        verbs = tuple(verb.removeprefix("own:") for verb in verbs)
        if verbs:
            page.claim(clause, first, by[-1][1], f"entities.{thing.name}.access")
            who = tuple(dict.fromkeys(role for _, _, role in by))
            yield Statement(who, verbs, thing, clause, (first, by[-1][1]), only=True)


_BEFORE_NOBODY = frozenset({",", "and", "but", ":", "-", ";", "that"})


def _nobody(page: Page, things: Things, clause: Clause) -> Iterator[Statement]:
    """`Nobody may delete invoices`: forbidden for every role; not so where it is only so for a time."""
    for first, stop, _ in clause.find(thing_terms.NOBODY):
        if first and clause.words[first - 1] not in _BEFORE_NOBODY:
            continue
        subject = Subject((EVERY_ROLE,), clause, first, stop, len(clause.words))
        for said in predicates(page, things, subject):
            if said.thing is not None and not said.own:
                page.claim(clause, first, stop, f"entities.{said.thing.name}.access")
                yield replace(said, denied=True, only=False)


def _without_account(page: Page, things: Things, clause: Clause) -> Iterator[Statement]:
    """`No login is needed for browsing books`."""
    for first, stop, _ in clause.find(thing_terms.NO_LOGIN_FOR):
        for said in predicates(page, things, Subject((PUBLIC,), clause, first, stop, len(clause.words))):
            if said.thing is not None:
                page.claim(clause, first, stop, f"entities.{said.thing.name}.access")
                yield said


def _moved(page: Page, things: Things, roles: Roles, clause: Clause) -> Iterator[Statement]:
    """`submitted → approved or declined by the chair`, `draft → submitted (author)`."""
    for first, stop, match in (*clause.find(MOVED_BY), *clause.find(BY_BRACKET)):
        by = one_after_another(page, roles, clause, stop)
        states = {part.strip().replace(" ", "_") for part in re.split(r" or | / ", match["states"])}
        thing = _passing(things, clause, states)
        if not by or by[0][0] > stop or thing is None:
            continue
        actions = tuple(f"act:{name}" for name, action in thing.entry.actions.items() if action.to in states)
        end, named = by[-1][1], tuple(dict.fromkeys(role for _, _, role in by))
        own = thing_terms.OWNS.match(" ".join(clause.words[end:]))
        page.claim(clause, first, end, f"entities.{thing.name}.access")
        if own:
            page.claim(clause, end, end + own.group().count(" ") + 1, f"entities.{thing.name}.access")
        yield Statement(named, actions, thing, clause, (first, end), bool(own), of_one=True)


def _passing(things: Things, clause: Clause, states: set[str]) -> Thing | None:
    """The thing that has actions to all these states: one that the clause names, if it does."""
    having = [t for t in things if states <= {action.to for action in t.entry.actions.values()}]
    named = [thing for _, _, thing in things.in_clause(clause) if thing in having]
    return next(iter((*named, *having)), None)


def _as_a_whole(page: Page, things: Things, clause: Clause) -> Iterator[Statement]:
    """`Articles are public`, `notes are private`, `bids cannot be changed`."""
    mentions = things.in_clause(clause)
    for number, (first, stop, thing) in enumerate(mentions):
        rest = " ".join(clause.words[past_bracket(clause.words, stop) :])
        verbs: tuple[str, ...] = ("read",)
        if match := thing_terms.PUBLIC_THINGS.match(rest):
            said = Statement((PUBLIC,), verbs, thing, clause, (first, stop))
        elif (match := thing_terms.FIXED_THINGS.match(rest)) and not _only_in_a_state(
            thing, clause, mentions[: number + 1]
        ):
            ends = (word for word in match["verb"].split() if word.endswith("ed"))
            verbs = tuple(
                dict.fromkeys("delete" if e.startswith(("del", "rem", "era")) else "update" for e in ends)
            )
            said = Statement((EVERY_ROLE,), verbs, thing, clause, (first, stop), denied=True)
        elif match := thing_terms.READ_ONLY_THINGS.match(rest):
            said = Statement((EVERY_ROLE,), WRITING, thing, clause, (first, stop), denied=True)
        elif match := thing_terms.PRIVATE_THINGS.match(rest):
            verbs = ("read", "create", "update", "delete")
            said = Statement((SIGNED_IN,), verbs, thing, clause, (first, stop), own=True, only=True)
        else:
            continue
        end = past_bracket(clause.words, stop) + match.group().strip().count(" ") + 1
        for other in joined(clause, mentions[: number + 1]):
            page.claim(clause, first, end, f"entities.{other.name}.access")
            yield said.about(other)


def _only_for(page: Page, things: Things, roles: Roles, clause: Clause) -> Iterator[Statement]:
    """`Invoices are only for accountants`: theirs alone to change."""
    for first, stop, thing in things.in_clause(clause):
        match = thing_terms.ONLY_FOR.match(" ".join(clause.words[stop:]))
        at = stop + match.group().strip().count(" ") + 1 if match else 0
        if at and at < len(clause.words) and (hit := roles.at(clause, at)):
            page.claim(clause, first, at + hit[1], f"entities.{thing.name}.access")
            alone = clause.words[at + hit[1] : at + hit[1] + 1] == ("alone",)
            verbs = ("read", *_CHANGES) if alone else _CHANGES
            yield Statement((hit[0],), verbs, thing, clause, (first, at + hit[1] + alone), only=True)


_CHANGES = ("create", "update", "delete")
