"""Sentences that tell what is written down of whom: `for each roaster we store name, country and website`.

What lives here: the noun that such a sentence is about, and where the list of what is written down begins. What must
not: other places where things are defined (`definitions.py`), reading the list (`fields.py`).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.lexicon import recordings as terms
from backwright_workbench.brief.noun_phrases import Span, can_be_thing, noun_phrase
from backwright_workbench.brief.page import Page


@dataclass(frozen=True)
class Recording:
    """Where a noun stands of which something is written down, and where the list of it begins and ends."""

    first: int
    stop: int
    begin: int
    end: int


def told_by_each(page: Page, clause: Clause, catalogue: Catalogue) -> Iterator[Span]:
    """The nouns of which sentences say what is written down."""
    for found in recordings(clause):
        span = noun_phrase(page, clause, found.first, catalogue, found.stop)
        if span and can_be_thing(clause, span):
            yield span


def recordings(clause: Clause) -> list[Recording]:
    """The lists of what is written down of a noun, in the order of a clause."""
    found: list[tuple[int, int, int, int]] = []
    for pattern in (terms.FOR_EACH, terms.ON_ARRIVAL, terms.WRITTEN, terms.INSIDE):
        for first, _, match in clause.find(pattern):
            noun = first + match.group()[: match.start("noun") - match.start()].count(" ")
            begin = first + match.group().strip().count(" ") + 1
            if pattern is terms.FOR_EACH and not (match["we"] or found):
                continue
            found.append((first, noun, noun + match["noun"].count(" ") + 1, begin))
    found.sort()
    ends = [*(first for first, *_ in found[1:]), len(clause.words)][: len(found)]
    return [
        Recording(noun, stop, begin, end)
        for (_, noun, stop, begin), end in zip(found, ends, strict=True)
        if begin < end
    ]
