"""Sentences about rights whose subject is a field: `the wage is visible only to HR`, `the rent is set by managers`.

What lives here: these forms. What must not: sentences that speak of people first (`objects.py`), or of things
(`passives.py`).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.lexicon import thing_rights as terms
from backwright_workbench.brief.lexicon.right_verbs import ABILITIES
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.right_subjects import fields_before
from backwright_workbench.brief.role_lists import one_after_another
from backwright_workbench.brief.roles import ADMIN, PUBLIC, SIGNED_IN, Roles
from backwright_workbench.brief.statements import Statement, base_form, rights
from backwright_workbench.brief.things import Thing, Things

_ABOUT_FIELDS = frozenset({"read", "update"})


@dataclass(frozen=True)
class _Said:
    """What a sentence says of a field: the verbs, for whom, and whether for nobody else or not at all for them."""

    clause: Clause
    place: tuple[int, int]
    verbs: tuple[str, ...]
    named: tuple[str, ...]
    only: bool
    denied: bool


def of_fields(page: Page, things: Things, roles: Roles, clause: Clause) -> Iterator[Statement]:
    """The statements of a clause whose subject is a field."""
    for said, owners in _found(page, things, roles, clause):
        page.claim(clause, *said.place, *(f"entities.{thing.name}.access" for thing, _ in owners))
        for thing, field in owners:
            yield from _statements(roles, said, thing, field, alone=len(owners) == 1)


def about_field(things: Things, clause: Clause, first: int) -> bool:
    """Whether the words before a participle name a field, and no thing."""
    return bool(fields_before(things, clause, first)[1])


def _found(
    page: Page, things: Things, roles: Roles, clause: Clause
) -> Iterator[tuple[_Said, list[tuple[Thing, str]]]]:
    """`Visible (only) to`, `hidden from`, `set by` after a field, with the things that have such a field."""
    for pattern in (terms.ABLE, terms.HIDDEN, terms.PASSIVE, terms.BY):
        for first, stop, match in clause.find(pattern):
            by = one_after_another(page, roles, clause, stop)
            begin, owners = fields_before(things, clause, first)
            if not by or by[0][0] > stop or not owners:
                continue
            end = by[-1][1]
            named = tuple(dict.fromkeys(role for _, _, role in by))
            words = {*clause.words[max(0, first - 2) : stop]}
            denied = pattern is terms.HIDDEN or bool(terms.NOT_BE & words)
            only = "only" in words | {*clause.words[end : end + 1]}
            verbs = _verbs(
                things, owners[0][0], pattern is terms.ABLE, pattern is terms.HIDDEN, match["verb"]
            )
            if verbs:
                yield _Said(clause, (begin, end), verbs, named, only, denied), owners


def _verbs(things: Things, thing: Thing, able: bool, hidden: bool, word: str) -> tuple[str, ...]:
    if hidden:
        return ("read", "update") if word in terms.CLOSED else ("read",)
    said = ABILITIES[word[:4]] if able else rights(base_form(word, things), thing)
    return tuple(verb for verb in said if verb in _ABOUT_FIELDS)


def _statements(roles: Roles, said: _Said, thing: Thing, field: str, *, alone: bool) -> Iterator[Statement]:
    """For whom a field is, and that it is for nobody else; where several things have such a field, only the latter."""
    if said.denied:
        yield Statement(said.named, said.verbs, thing, said.clause, said.place, fields=(field,), denied=True)
        return
    if alone and "update" in said.verbs:
        yield Statement(said.named, ("update",), thing, said.clause, said.place, fields=(field,))
    if said.only:
        everybody = (*roles.named, SIGNED_IN, PUBLIC)
        others = tuple(role for role in everybody if role not in (*said.named, ADMIN))
        yield Statement(others, said.verbs, thing, said.clause, said.place, fields=(field,), denied=True)
