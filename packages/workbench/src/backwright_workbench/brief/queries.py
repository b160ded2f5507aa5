"""Filters, sorting, search, files, caching and bulk: what the API of a thing offers.

What lives here: finding which of these a brief wants for which thing. What must not: access, and limits on
every caller.
"""

import re

from backwright_workbench.blueprint.checks.queries import SEARCHABLE
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.columns import column, field_meant, text_added
from backwright_workbench.brief.lexicon import queries as terms
from backwright_workbench.brief.lexicon.lines import PARTS
from backwright_workbench.brief.offers import bulk, cache, files
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.parts import alternatives, list_end, part_start
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
    for clause in page.clauses:
        _lists(page, things, clause, main, terms.FILTER, "filters")
        _lists(page, things, clause, main, terms.SORT, "sorts")
        _search(page, things, clause, main)
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
        end = list_end(clause, stop)
        parts = [(a, b) for a, b in alternatives(clause, stop, end)]
        thing, named = _whose(things, clause, first, parts, main)
        page.claim(clause, first, stop, f"entities.{thing.name}.{key}")
        for part in parts:
            owner = thing if named else _owner(things, thing, clause.words[slice(*part)])
            if name := column(page, things, owner, clause, *part, key=key):
                listed = dict.fromkeys((*getattr(owner.entry, key), name))
                owner.entry = owner.entry.model_copy(update={key: tuple(listed)})


def _owner(things: Things, likely: Thing, words: tuple[str, ...]) -> Thing:
    """The thing that one filter of many is for: the likely one, unless only another has such a field."""
    if field_meant(things, likely, words):
        return likely
    return next((thing for thing in things if field_meant(things, thing, words)), likely)


def _whose(
    things: Things, clause: Clause, first: int, parts: list[tuple[int, int]], main: Thing
) -> tuple[Thing, bool]:
    """The thing that a query is on, and whether the brief names it: before it in the clause or above it; else the
    one that has these fields.
    """
    before = [thing for _, _, thing in things.in_clause(clause, part_start(clause, first), first)]
    if before:
        return before[-1], True
    before = [thing for _, _, thing in things.in_clause(clause, 0, first)]
    if before and (len(set(before)) == 1 or not parts):
        return (before[-1], True) if len(set(before)) == 1 else (main, False)
    for at in clause.ancestors():
        mentions = things.in_clause(at)
        if at.kind != "sentence" and len(mentions) == 1:
            return mentions[0][2], True
    if (
        parts
        and (hit := things.at(clause, parts[0][0]))
        and parts[0][0] + hit[1] < parts[0][1]
        and clause.words[parts[0][0] + hit[1]] in ("by", "on")
    ):
        return hit[0], True
    scores = {
        thing: sum(bool(field_meant(things, thing, clause.words[a:b])) for a, b in parts) for thing in things
    }
    best = max(scores.values(), default=0)
    likely = [main, *reversed(before), *scores]
    return next(thing for thing in likely if scores.get(thing, 0) == best), False


def _search(page: Page, things: Things, clause: Clause, main: Thing) -> None:
    """`search`, `search products by name or description`, `full-text search on title`."""
    for first, stop, _ in clause.find(terms.SEARCH):
        if not page.free(clause, first):
            continue
        after = things.in_clause(clause, stop, min(stop + 6, len(clause.words)))
        thing = after[0][2] if after else _whose(things, clause, first, _after_filter(clause, stop), main)[0]
        element = f"entities.{thing.name}.search"
        page.claim(clause, first, stop, element)
        into = clause.words[stop : stop + 1] in (
            ("over",),
            ("across",),
            ("in",),
            ("on",),
            ("by",),
            ("through",),
        )
        begin = after[0][1] if after and after[0][0] - stop <= 2 and not into else stop
        text = " ".join(clause.words[begin:])
        match = terms.SEARCH_BY.match(text)
        if not match:
            continue
        begin += match.group().strip().count(" ") + 1
        found = []
        for a, b in alternatives(clause, begin, list_end(clause, begin)):
            while (hit := things.at(clause, a)) and hit[0] is thing and a + hit[1] < b:
                a += hit[1]
            words = tuple(w for w in clause.words[a:b] if w not in ("the", ".", "and", "(", ")"))
            if things.meant_by(words) and not field_meant(things, thing, words):
                page.claim(clause, a, b, element)
                continue
            name = field_meant(things, thing, words) or text_added(page, thing, "_".join(words))
            field = thing.entry.fields.get(name)
            if field is None:
                continue
            page.claim(clause, a, b, element)
            if field.type in SEARCHABLE:
                found.append(name)
            else:
                thing.entry = thing.entry.model_copy(
                    update={"filters": tuple(dict.fromkeys((*thing.entry.filters, name)))}
                )
        if found:
            thing.entry = thing.entry.model_copy(
                update={
                    "search": tuple(
                        dict.fromkeys((*found, *(() if thing.exhaustive else thing.entry.search)))
                    )
                }
            )


def _after_filter(clause: Clause, at: int) -> list[tuple[int, int]]:
    """The items that a search filters by or looks in, to tell whose they are."""
    match = re.match(
        rf"(?:with |and )*(?:{terms.FILTER.pattern}|{terms.SEARCH_BY.pattern})", " ".join(clause.words[at:])
    )
    if not match:
        return []
    begin = at + match.group().strip().count(" ") + 1
    return list(alternatives(clause, begin, list_end(clause, begin)))
