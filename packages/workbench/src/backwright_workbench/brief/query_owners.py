"""Whose list a query reads: the thing that stands before, after or above it, or that has such fields.

What lives here: finding that thing. What must not: the fields (`columns.py`).
"""

from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.columns import field_meant
from backwright_workbench.brief.lexicon import queries as terms
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.parts import part_start
from backwright_workbench.brief.things import Thing, Things


def whose(
    page: Page, things: Things, clause: Clause, first: int, parts: list[tuple[int, int]], main: Thing
) -> tuple[Thing, bool]:
    """The thing that a query is on, and whether the brief names it: before it in the clause or above it; else the
    one that has these fields.
    """
    if (
        parts
        and (hit := things.at(clause, parts[0][0]))
        and parts[0][0] + hit[1] < parts[0][1]
        and clause.words[parts[0][0] + hit[1]] in terms.LEADS_IN
    ):
        return hit[0], True
    before = [thing for _, _, thing in things.in_clause(clause, part_start(clause, first), first)]
    if before:
        return before[-1], True
    before = [thing for _, _, thing in things.in_clause(clause, 0, first)]
    if before and (len(set(before)) == 1 or not parts):
        return (before[-1], True) if len(set(before)) == 1 else (main, False)
    if first <= 1 and (spoken := _spoken_of(page, things, clause)):
        return spoken, True
    for at in clause.ancestors():
        mentions = things.in_clause(at)
        if at.kind != "sentence" and len(mentions) == 1:
            return mentions[0][2], True
    scores = {
        thing: sum(bool(field_meant(things, thing, clause.words[a:b])) for a, b in parts) for thing in things
    }
    best = max(scores.values(), default=0)
    likely = [main, *reversed(before), *scores]
    return next(thing for thing in likely if scores.get(thing, 0) == best), False


def named_before(things: Things, clause: Clause, at: int) -> tuple[Thing | None, int]:
    """The thing right before a bracket with its fields, and where these begin: `filters for claims (status, city)`."""
    hit = things.at(clause, at) if at < len(clause.words) else None
    if hit and clause.words[at + hit[1] : at + hit[1] + 1] in (("(",), (":",)):
        return hit[0], at + hit[1] + 1
    return None, at


def named_after(things: Things, clause: Clause, begin: int, end: int) -> tuple[Thing | None, int]:
    """The thing after a list of its fields, and where the list ends: `filters (pier, status) on berths`."""
    after = end + 1 if clause.words[end : end + 1] == (")",) else end
    if (
        clause.words[after : after + 1]
        and clause.words[after] in terms.JOINTS
        and (hit := things.at(clause, after + 1))
    ):
        return hit[0], end
    for at in range(end - 2, begin, -1):
        if clause.words[at] in terms.JOINTS and (hit := things.at(clause, at + 1)):
            return (hit[0], at) if at + 1 + hit[1] == end else (None, end)
    return None, end


def searched_by(things: Things, clause: Clause, first: int, stop: int) -> Thing | None:
    """The thing before a search that goes on with its fields: `orders can be searched by note`."""
    before = things.in_clause(clause, part_start(clause, first), first)
    passive = clause.words[stop - 1] in ("searched", "searchable")
    return before[-1][2] if before and passive and clause.words[stop : stop + 1] == ("by",) else None


def _spoken_of(page: Page, things: Things, clause: Clause) -> Thing | None:
    """The thing that the sentence before, in the same item, begins with: `parcels: search by code; filter by …`."""
    before = [at for at in page.clauses if at.block == clause.block and at is not clause]
    hit = things.at(before[0], 0) if before and before[0].tokens[0].start < clause.tokens[0].start else None
    return hit[0] if hit and before[0].words[hit[1] : hit[1] + 1] in ((":",), ("-",)) else None
