"""Finding what the lexicon knows on the page.

What lives here: the one way in which a pattern's mentions are found, and whether a mention says yes or no.
What must not: patterns, and what a mention leads to.
"""

import re
from collections.abc import Iterator

from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.inference import infer_field
from backwright_workbench.brief.lexicon import mentions as terms
from backwright_workbench.brief.lexicon.nouns import ENTERED_ABOUT, ENTERING
from backwright_workbench.brief.page import Page


def mentions(page: Page, pattern: re.Pattern[str], catalogue: Catalogue) -> Iterator[tuple[Clause, int, int]]:
    """Where a pattern stands on words that nobody took and that are no business words (`expense reports`)."""
    for clause in page.clauses:
        for first, stop, _ in clause.find(pattern):
            taken = not page.free(clause, first, stop)
            if (
                not taken
                and not _business_word(clause, first, stop, catalogue)
                and not _defines(clause, first, stop)
                and not _entered(clause, first, stop)
            ):
                yield clause, first, stop


def negated(clause: Clause, first: int) -> bool:
    """Whether what begins at `first` is said not to be wanted: `no GraphQL`, or under the heading `Out of
    scope`.
    """
    before = clause.words[max(0, first - 3) : first]
    for mark in (",", ";", ".", ":"):
        if mark in before:
            before = before[len(before) - before[::-1].index(mark) :]
    if terms.NOT & set(before) and "only" not in before:
        return True
    return any(terms.OUT_OF_SCOPE.search(at.text[:400]) for at in (clause, *clause.ancestors()))


def _business_word(clause: Clause, first: int, stop: int, catalogue: Catalogue) -> bool:
    """Whether the catalogue knows a longer phrase here, or this very one in a list of entities."""
    for at in range(max(0, first - 2), stop):
        known = catalogue.match(clause.run(at), 0)
        if not known:
            continue
        end = at + known[1]
        if at < first < end or (at <= first and end > stop):
            return True
        if (at, end) == (first, stop) and _listed(clause, first, stop):
            return True
    return False


def _defines(clause: Clause, first: int, stop: int) -> bool:
    """Whether the words begin a list item that goes on to list fields: `Daily reports: date, weather,
    notes`.
    """
    colon = next((i for i in range(stop, min(stop + 4, len(clause.words))) if clause.words[i] == ":"), 0)
    if first or clause.kind != "item" or not colon:
        return False
    parts = [
        "_".join(part.split())
        for part in " ".join(clause.words[colon + 1 :]).replace(" and ", " , ").split(",")
    ]
    known = [part for part in parts if infer_field(part) != infer_field("unheard")]
    return len(parts) >= 2 and len(known) >= 0.4 * len(parts)


def _entered(clause: Clause, first: int, stop: int) -> bool:
    """Whether the words are what somebody enters with its details: `write a daily report for a stay with …`."""
    one = clause.words[max(0, first - 1) : first] in (("a",), ("an",))
    verb = {*clause.words[max(0, first - 2) : first]} & ENTERING
    details = ENTERED_ABOUT.match(f"{' '.join(clause.words[stop:])} ")
    return bool(one and verb and details)


def _listed(clause: Clause, first: int, stop: int) -> bool:
    """Whether the words stand in a list that some word introduces as one of things to keep, or define
    themselves.
    """
    words = clause.words
    follows = words[stop] if stop < len(words) else ""
    if first == 0 and follows in (":", "(", "has", "have", "with"):
        return True
    return bool(terms.KEEPERS & set(words[max(0, first - 8) : first] + words[stop : stop + 8]))
