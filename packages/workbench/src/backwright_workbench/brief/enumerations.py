"""Lists of nouns that no word introduces as things to keep.

What lives here: `a library with books, members and loans`, and strangers in a list of nouns that are known. What
must not: lists after `manage`, `tables` and the like (`nouns.py`).
"""

from collections.abc import Iterator

from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.grammar import is_plural, sounds_like_person
from backwright_workbench.brief.lexicon import nouns as terms
from backwright_workbench.brief.noun_phrases import Span, noun_list
from backwright_workbench.brief.page import Page

_FIRST_LINES = 3


def made_of(page: Page, clause: Clause, catalogue: Catalogue) -> Iterator[Span]:
    """`Library with books, members and loans`: what the first lines say that the whole consists of."""
    if clause not in page.clauses[:_FIRST_LINES]:
        return
    at = next((i for i, word in enumerate(clause.words) if word in terms.COMES_WITH), 0)
    if not at or is_plural(clause.words[at - 1]):
        return
    spans = noun_list(page, clause, at + 1, catalogue, strict=False)
    if (
        len(spans) >= 2
        and _plurals(clause, spans) == len(spans)
        and 2 * _known(clause, spans, catalogue) >= len(spans)
    ):
        yield from spans


def beside_known(page: Page, clause: Clause, catalogue: Catalogue) -> Iterator[Span]:
    """Strangers in a list of nouns, all in the plural, of which most are known: `pianos` in `rooms, pianos and
    bookings`.
    """
    at = 0
    while at < len(clause.words):
        spans = noun_list(page, clause, at, catalogue, strict=False) if _may_begin(clause, at) else []
        several = len(spans) >= 3 and _plurals(clause, spans) == len(spans)
        if several and 2 * _known(clause, spans, catalogue) > len(spans):
            yield from (s for s in spans if not sounds_like_person(" ".join(clause.words[slice(*s)])))
        at = spans[-1][1] if spans else at + 1


def _may_begin(clause: Clause, at: int) -> bool:
    return clause.tokens[at].is_word and not (set(clause.words[max(0, at - 3) : at]) & terms.INTO_FIELDS)


def _plurals(clause: Clause, spans: list[Span]) -> int:
    return sum(is_plural(clause.words[stop - 1]) for _, stop in spans)


def _known(clause: Clause, spans: list[Span], catalogue: Catalogue) -> int:
    return sum(catalogue.find(" ".join(clause.words[slice(*span)])) is not None for span in spans)
