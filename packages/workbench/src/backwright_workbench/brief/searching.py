"""Search: in which texts of which thing.

What lives here: `search products by name`, `full text on title, tags`. What must not: filters (`queries.py`).
"""

import re

from backwright_workbench.blueprint.checks.queries import SEARCHABLE
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.columns import field_meant, searched
from backwright_workbench.brief.lexicon import queries as terms
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.parts import alternatives, list_end
from backwright_workbench.brief.query_owners import named_after, searched_by, whose
from backwright_workbench.brief.things import Thing, Things

_WHOLE_NAMES = (("name",), ("names",), ("full", "name"))
_INTO = tuple((word,) for word in ("over", "across", "in", "on", "by", "through"))


def search(page: Page, things: Things, clause: Clause, main: Thing) -> None:
    """`search`, `search products by name or description`, `full-text search on title`."""
    for first, stop, _ in clause.find(terms.SEARCH):
        if not page.free(clause, first):
            continue
        named, end = named_after(things, clause, stop, list_end(clause, stop))
        named = named or searched_by(things, clause, first, stop)
        after = things.in_clause(clause, stop, min(stop + 6, len(clause.words))) if named is None else []
        likely = after[0][2] if after else None
        thing = named or likely or whose(page, things, clause, first, _after_filter(clause, stop), main)[0]
        page.claim(clause, first, stop, f"entities.{thing.name}.search")
        if after and clause.words[after[0][1] : after[0][1] + 1] == ("(",):
            begin = after[0][1] + 1
            _search_in(page, things, thing, clause, begin, list_end(clause, begin))
            continue
        into = clause.words[stop : stop + 1] in _INTO
        begin = after[0][1] if after and after[0][0] - stop <= 2 and not into else stop
        if match := terms.SEARCH_BY.match(" ".join(clause.words[begin:])):
            begin += match.group().strip().count(" ") + 1
            last = list_end(clause, begin)
            _search_in(page, things, thing, clause, begin, min(end, last) if named else last)


def _search_in(page: Page, things: Things, thing: Thing, clause: Clause, begin: int, end: int) -> None:
    """Let a thing be searched in the texts that a list names; what is no text is filtered by."""
    found: list[str] = []
    filters: list[str] = []
    for first, stop in alternatives(clause, begin, end):
        if _elsewhere(page, things, thing, clause, first, stop):
            continue
        for name in _meant(page, things, thing, clause, first, stop):
            (found if thing.entry.fields[name].type in SEARCHABLE else filters).append(name)
    thing.search = tuple(dict.fromkeys((*thing.search, *found)))
    usual = () if thing.exhaustive and thing.search else thing.entry.search
    update = {"search": tuple(dict.fromkeys((*thing.search, *usual)))} if found else {}
    update["filters"] = tuple(dict.fromkeys((*thing.entry.filters, *filters)))
    thing.entry = thing.entry.model_copy(update=update)


def _elsewhere(page: Page, things: Things, thing: Thing, clause: Clause, first: int, stop: int) -> bool:
    """Whether an item names a text of another thing (`events by venue name`): that one is searched in it."""
    hit = things.at(clause, first)
    if (
        hit is None
        or hit[0] is thing
        or first + hit[1] >= stop
        or field_meant(things, thing, clause.words[first:stop])
    ):
        return False
    other, words = hit[0], clause.words[first + hit[1] : stop]
    name = field_meant(things, other, words)
    if name in other.entry.fields and other.entry.fields[name].type in SEARCHABLE:
        other.search = tuple(dict.fromkeys((*other.search, name)))
        listed = tuple(dict.fromkeys((*other.entry.search, name)))
        other.entry = other.entry.model_copy(update={"search": listed})
        page.claim(clause, first, stop, f"entities.{other.name}.search")
    return True


def _meant(page: Page, things: Things, thing: Thing, clause: Clause, first: int, stop: int) -> list[str]:
    """The fields that an item of a search means; claims its words."""
    element = f"entities.{thing.name}.search"
    while (hit := things.at(clause, first)) and hit[0] is thing and first + hit[1] < stop:
        first += hit[1] + (clause.words[first + hit[1]] in terms.LEADS_IN)
    words = tuple(w for w in clause.words[first:stop] if w not in ("the", ".", "and", "(", ")"))
    names = _halves_of_name(thing) if words in _WHOLE_NAMES else []
    if not names and things.meant_by(words) and not field_meant(things, thing, words):
        page.claim(clause, first, stop, element)
        return []
    names = names or [field_meant(things, thing, words) or searched(page, thing, "_".join(words))]
    names = [name for name in names if name in thing.entry.fields]
    if names:
        page.claim(clause, first, stop, element)
    return names


def _after_filter(clause: Clause, at: int) -> list[tuple[int, int]]:
    """The items that a search filters by or looks in, to tell whose they are."""
    match = re.match(
        rf"(?:with |and )*(?:{terms.FILTER.pattern}|{terms.SEARCH_BY.pattern})", " ".join(clause.words[at:])
    )
    if not match:
        return []
    begin = at + match.group().strip().count(" ") + 1
    return list(alternatives(clause, begin, list_end(clause, begin)))


def _halves_of_name(thing: Thing) -> list[str]:
    """First and last name, where people have these and no name in one."""
    halves: list[str] = [name for name in ("first_name", "last_name") if name in thing.entry.fields]
    return halves if "name" not in thing.entry.fields else []
