"""The cautious step: what sentences restrict and nothing else took care of is taken away again.

What lives here: narrowing grants by limits, and the assumption that says so. What must not: finding limits
(`restrictions.py`, `denials.py`), granting anything.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from backwright_workbench.blueprint.model import Grants
from backwright_workbench.brief.consequences import Matrix
from backwright_workbench.brief.denials import denials
from backwright_workbench.brief.grants import NOTHING, VERBS, Given, spelled_out, without, without_fields
from backwright_workbench.brief.lexicon import caution as terms
from backwright_workbench.brief.ownership import own_rows, path_to
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.restrictions import Limit, alone, restrictions
from backwright_workbench.brief.roles import ADMIN, PUBLIC, SIGNED_IN, Roles
from backwright_workbench.brief.statements import Statement
from backwright_workbench.brief.things import Thing, Things

WITHHELD = "not fully understood; to be safe it gives less: see the assumptions"
"""What the trace says of a sentence for which rights were withheld."""


def limits_of(page: Page, things: Things, roles: Roles, statements: Sequence[Statement]) -> list[Limit]:
    """All limits that the brief tells and that no statement takes care of."""
    found = list(restrictions(things, statements))
    for clause in page.clauses:
        found += denials(page, things, roles, statements, clause)
        found += alone(things, roles, statements, clause)
    return found


def not_the_world(page: Page, statements: Sequence[Statement]) -> Iterator[Statement]:
    """The statements, with those about the public said of whoever signs in, where the brief means these:
    `everybody who works here`, or where nothing is public at all.
    """
    closed = any(_closes(page, said) for said in statements)
    for said in statements:
        here = PUBLIC in said.roles and not said.denied
        if here and (closed or _some_people(said)):
            yield replace(said, roles=tuple(SIGNED_IN if r == PUBLIC else r for r in said.roles))
        else:
            yield said


def _closes(page: Page, said: Statement) -> bool:
    return any(True for clause in page.clauses for _ in clause.find(terms.ALL_CLOSED))


def _some_people(said: Statement) -> bool:
    words, stop = said.clause.words, said.place[1]
    everybody = {"everybody", "everyone", "anybody", "anyone", "all"} & {*words[max(0, stop - 1) : stop]}
    return bool(everybody) and bool({*words[stop : stop + 1]} & terms.SOME_PEOPLE)


def withhold(matrix: Matrix, limits: Sequence[Limit]) -> None:
    """Take away what the limits leave out."""
    for limit in limits:
        given = matrix.given[limit.thing.name]
        for role in limit.roles or [role for role in given if role not in (ADMIN, *limit.but)]:
            before = given.get(role, NOTHING)
            after = _limited(matrix, limit, role, before)
            if after != before:
                given[role] = after
                _say(matrix.page, limit, role, before, after)


def _limited(matrix: Matrix, limit: Limit, role: str, given: Given) -> Given:
    """What is left of a role's grants."""
    thing = limit.thing
    actions = thing.entry.actions
    if given == NOTHING:
        return given
    if limit.but and _granted(matrix, thing, role):
        return given
    if limit.fields:
        return without_fields(given, limit.verbs, limit.fields, thing.entry.fields, actions)
    if limit.rows == "none":
        return without(given, limit.verbs, actions)
    return _own(matrix, limit, role, spelled_out(given, actions))


def _granted(matrix: Matrix, thing: Thing, role: str) -> bool:
    """Whether a sentence of its own gives a role rights on a thing."""
    return any(s.thing is thing and role in s.roles and s.verbs and not s.denied for s in matrix.statements)


def _own(matrix: Matrix, limit: Limit, role: str, given: Grants) -> Grants:
    """The grants of one's own rows only; none where nothing tells whose a row is."""
    thing = limit.thing
    verbs = {verb.partition(":")[0] for verb in limit.verbs}
    wide = [v for v in (*VERBS, "act") if v in verbs and (g := getattr(given, v)) and g.rows == "all"]
    if not wide:
        return given
    prefer = "assignee" if "assigned" in limit.clause.words else ""
    path = path_to(matrix.things, thing, role, prefer=prefer)
    if path is None and given.create:
        path = own_rows(matrix.page, matrix.things, thing, role, writes=True)
    changed = {v: getattr(given, v).model_copy(update={"rows": path}) if path else None for v in wide}
    left = given.model_copy(update=changed)
    if left.read is None and role != PUBLIC:
        left = left.model_copy(update=dict.fromkeys(("update", "delete", "act")))
    return left


def _say(page: Page, limit: Limit, role: str, before: Given, after: Given) -> None:
    """Note what was taken away, and why."""
    quote = page.quote(limit.clause, *limit.place)
    page.claim(limit.clause, *limit.place, "access", status="partly", note=WITHHELD)
    page.assume(
        f"{role} gets less on {limit.thing.name} than is usual",
        f"{quote} restricts it: {_difference(before, after)} is withheld",
        f"entities.{limit.thing.name}.access.{role}",
        f"{role}: {_line(after)}",
    )


def _difference(before: Given, after: Given) -> str:
    if after == NOTHING or not isinstance(before, Grants) or not isinstance(after, Grants):
        return "what it forbids" if after != NOTHING else "everything"
    changed = [v for v in (*VERBS, "act") if getattr(before, v) != getattr(after, v)]
    return ", ".join(changed)


def _line(given: Given) -> str:
    if not isinstance(given, Grants):
        return given
    granted = {v: g for v in (*VERBS, "act") if (g := getattr(given, v))}
    return "{" + ", ".join(f"{verb}: {grant.rows}" for verb, grant in granted.items()) + "}"
