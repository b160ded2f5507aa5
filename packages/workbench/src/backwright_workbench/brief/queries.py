"""Filters, sorting, search, files, caching and bulk: what the API of a thing offers.

What lives here: finding which of these a brief wants. What must not: of which thing (`query_owners.py`), search
(`searching.py`), access, and limits on every caller.
"""

import re

from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.columns import column, field_meant
from backwright_workbench.brief.lexicon import queries as terms
from backwright_workbench.brief.lexicon.lines import PARTS
from backwright_workbench.brief.offers import bulk, cache, files
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.parts import alternatives, list_end
from backwright_workbench.brief.query_owners import named_after, named_before, whose
from backwright_workbench.brief.searching import search
from backwright_workbench.brief.things import Thing, Things
from backwright_workbench.brief.uploads import holder, read_handed_in, read_kinds


def main_thing(page: Page, things: Things) -> Thing | None:
    """The thing that a service is about: that of its title, else the one that refers to most others."""
    if not len(things):
        return None
    head = page.clauses[0]
    titled = [thing for first, _, thing in things.in_clause(head) if first < 12]
    ranked = list(things)
    if titled and (
        head.kind == "heading" or re.search(r"manag|track|system|service|api|backend|app", head.text)
    ):
        return titled[0]
    return max(
        ranked,
        key=lambda t: (
            t.listed and t.snake.split("_")[-1] not in PARTS,
            sum(f.to is not None for f in t.entry.fields.values()),
            -ranked.index(t),
        ),
    )


def read_queries(page: Page, things: Things) -> None:
    """Give things the filters, sorts, search, files, cache and bulk that the brief asks for."""
    main = main_thing(page, things)
    if main is None:
        return
    asking = -1
    for clause in page.clauses:
        label = terms.ASKING.match(clause.text)
        asking = clause.block if label else asking
        if asking == clause.block:
            _asked(page, things, clause, label.group().strip().count(" ") + 1 if label else 0)
        _lists(page, things, clause, main, terms.FILTER, "filters")
        _lists(page, things, clause, main, terms.SORT, "sorts")
        search(page, things, clause, main)
        bulk(page, things, clause, main)
        cache(page, things, clause)
        files(page, things, clause, holder(things, main))
        read_handed_in(page, things, clause)
        read_kinds(page, things, clause)


def _lists(
    page: Page, things: Things, clause: Clause, main: Thing, pattern: re.Pattern[str], key: str
) -> None:
    """`filter by status and priority`, `filters (status, priority)`, `sortable by price`."""
    for first, stop, _ in clause.find(pattern):
        if not page.free(clause, first):
            continue
        opened, begin = named_before(things, clause, stop)
        after, end = named_after(things, clause, begin, list_end(clause, begin))
        after = opened or after
        parts = list(alternatives(clause, begin, end))
        thing, named = (after, True) if after else whose(page, things, clause, first, parts, main)
        page.claim(clause, first, stop, f"entities.{thing.name}.{key}")
        for part in parts:
            owner = thing if named else _owner(things, thing, clause.words[slice(*part)])
            _by(page, things, clause, owner, part, key)


def _asked(page: Page, things: Things, clause: Clause, begin: int) -> None:
    """After a label of queries, a thing and what its list is read by: `flights by pilot, drone`."""
    hit = things.at(clause, begin) if begin < len(clause.words) else None
    if hit and clause.words[begin + hit[1] : begin + hit[1] + 1] == ("by",):
        page.claim(clause, 0, begin + hit[1] + 1, f"entities.{hit[0].name}.filters")
        parts = alternatives(clause, begin + hit[1] + 1, list_end(clause, begin + hit[1] + 1))
        for part in parts:
            _by(page, things, clause, hit[0], part, "filters")


def _by(page: Page, things: Things, clause: Clause, thing: Thing, part: tuple[int, int], key: str) -> None:
    """Let the list of a thing be read by what a part names."""
    if name := column(page, things, thing, clause, *part, key=key):
        listed = dict.fromkeys((*getattr(thing.entry, key), name))
        thing.entry = thing.entry.model_copy(update={key: tuple(listed)})


def _owner(things: Things, likely: Thing, words: tuple[str, ...]) -> Thing:
    """The thing that one filter of many is for: the likely one, unless only another has such a field."""
    if field_meant(things, likely, words):
        return likely
    return next((thing for thing in things if field_meant(things, thing, words)), likely)
