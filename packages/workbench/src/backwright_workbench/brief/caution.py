"""The cautious step: what sentences restrict and nothing else took care of is taken away again.

What lives here: narrowing grants by limits, and the assumption that says so. What must not: finding limits
(`restrictions.py`, `denials.py`), granting anything.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from backwright_workbench.blueprint.model import Grants
from backwright_workbench.brief.consequences import Matrix, sweeps
from backwright_workbench.brief.denials import alone, denials
from backwright_workbench.brief.grants import NOTHING, VERBS, spelled_out, without, without_fields
from backwright_workbench.brief.lexicon import caution as terms
from backwright_workbench.brief.ownership import own_rows, path_to
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.restrictions import (
    Limit,
    merely,
    of_those_who_make,
    restrictions,
)
from backwright_workbench.brief.roles import ADMIN, PUBLIC, SIGNED_IN, Roles
from backwright_workbench.brief.statements import Statement
from backwright_workbench.brief.things import Thing, Things

WITHHELD = "not fully understood; to be safe it gives less: see the assumptions"
"""What the trace says of a sentence for which rights were withheld."""


def limits_of(page: Page, things: Things, roles: Roles, statements: Sequence[Statement]) -> list[Limit]:
    """All limits that the brief tells and that no statement takes care of."""
    found = [*restrictions(things, statements), *of_those_who_make(things, statements)]
    for clause in page.clauses:
        found += denials(page, things, roles, statements, clause)
        found += alone(page, things, roles, statements, clause)
        found += merely(things, roles, statements, clause)
    return found


def sound(page: Page, things: Things, statements: Sequence[Statement]) -> Iterator[Statement]:
    """The statements but for those that only look like rights. Those about the public are said of whoever signs in,
    where the brief means these: `everybody who works here`, or where nothing is public at all.
    """
    closed = any(True for clause in page.clauses for _ in clause.find(terms.ALL_CLOSED))
    for said in statements:
        if _describes(things, said):
            continue
        here = PUBLIC in said.roles and not said.denied
        if here and (closed or _some_people(said)):
            yield replace(said, roles=tuple(SIGNED_IN if r == PUBLIC else r for r in said.roles))
        else:
            yield said


def _describes(things: Things, said: Statement) -> bool:
    """Whether words say what is kept, and of whom: a table of columns, `a course has … the instructor who runs it`,
    `the courses they run`.
    """
    clause, first = said.clause, said.place[0]
    if clause.kind == "row" and clause.parent and terms.COLUMNS & {*clause.parent.words}:
        return True
    whose = first > 1 and clause.words[first - 1] in ("they", "he", "she")
    if whose and any(stop == first - 1 for _, stop, _ in things.in_clause(clause, 0, first)):
        return True
    relative = clause.words[max(0, first - 1) : first] in (("who",), ("that",))
    return relative and bool(terms.KEEPING & {*clause.words[: first - 1]})


def _some_people(said: Statement) -> bool:
    """Whether `everybody` is said of some people: `everybody who works here`, `everyone on staff`."""
    words = said.clause.words
    if {"everybody", "everyone"} & {*words} and not terms.WITHOUT_ACCOUNT.search(said.clause.text):
        return True
    everybody = (i for i in range(len(words) - 1) if words[i] in terms.ANYBODY - {"one"})
    return any(words[i + 1] in terms.SOME_PEOPLE for i in everybody)


def withhold(matrix: Matrix) -> None:
    """Take away what the limits leave out."""
    for limit in matrix.limits:
        given = matrix.given[limit.thing.name]
        for role in limit.roles or [role for role in given if role not in (ADMIN, *limit.but)]:
            before = spelled_out(given.get(role, NOTHING), limit.thing.entry.actions)
            after = _limited(matrix, limit, role, before)
            if after != before:
                given[role] = after
                _say(matrix.page, limit, role, before, after)


def _limited(matrix: Matrix, limit: Limit, role: str, given: Grants) -> Grants:
    """What is left of a role's grants."""
    thing = limit.thing
    actions = thing.entry.actions
    if given == NOTHING:
        return given
    if limit.but:
        return without(given, [v for v in limit.verbs if not _granted(matrix, thing, role, v)], actions)
    if limit.fields:
        return without_fields(given, limit.verbs, limit.fields, thing.entry.fields, actions)
    if limit.rows == "none":
        return without(given, limit.verbs, actions)
    return _own(matrix, limit, role, given)


def _granted(matrix: Matrix, thing: Thing, role: str, verb: str) -> bool:
    """Whether a sentence of its own gives a role this right on a thing."""
    said = [s for s in matrix.about(thing, role) if s.thing and role in s.roles and not s.denied]
    return any((verb in s.verbs and not sweeps(s)) or (verb == "everything" and s.verbs) for s in said)


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
    if left.read and left.read.rows != "all":
        wider = [v for v in ("update", "delete", "act") if (g := getattr(left, v)) and g.rows == "all"]
        rows = {"rows": left.read.rows}
        left = left.model_copy(update={v: getattr(left, v).model_copy(update=rows) for v in wider})
    if left.read is None and role != PUBLIC:
        left = left.model_copy(update=dict.fromkeys(("update", "delete", "act")))
    return left


def _say(page: Page, limit: Limit, role: str, before: Grants, after: Grants) -> None:
    """Note what was taken away, and why."""
    verbs = (*VERBS, "act")
    changed = ", ".join(verb for verb in verbs if getattr(before, verb) != getattr(after, verb))
    left = ", ".join(f"{verb}: {grant.rows}" for verb in verbs if (grant := getattr(after, verb)))
    page.claim(limit.clause, *limit.place, "access", status="partly", note=WITHHELD)
    page.assume(
        f"{role} gets less on {limit.thing.name}: {changed} withheld or narrowed",
        f"{page.quote(limit.clause, *limit.place)} restricts it, and no sentence says more",
        f"entities.{limit.thing.name}.access.{role}",
        f"{role}: {{{left}}}",
    )
