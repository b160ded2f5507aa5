"""Nouns that no list introduces: the objects of what people do, and mentions in passing.

What lives here: which of them are things all the same. What must not: lists and definitions (`nouns.py`).
"""

import re
from collections.abc import Iterator

from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.enumerations import beside_known
from backwright_workbench.brief.grammar import (
    BREAKS,
    DETERMINERS,
    PREPOSITIONS,
    is_plural,
    singular_words,
    verb_here,
)
from backwright_workbench.brief.identity import is_known
from backwright_workbench.brief.lexicon import nouns as terms
from backwright_workbench.brief.lexicon.items import AND_HAS
from backwright_workbench.brief.noun_phrases import Span, can_be_thing, noun_list, noun_phrase
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.recordings import recordings
from backwright_workbench.brief.things import Things


def done_to(page: Page, clause: Clause, things: Things, catalogue: Catalogue) -> Iterator[Span]:
    """The objects of what people do: `customers place orders`."""
    if recordings(clause):
        return
    for at, word in enumerate(clause.words[:-1]):
        if at <= 3 and clause is page.clauses[0] and word in ("create", "make", "write", "manage", "add"):
            continue
        if word not in terms.DOING or (at and clause.words[at - 1] in DETERMINERS):
            continue
        for span in noun_list(page, clause, at + 1, catalogue, strict=False):
            phrase = clause.words[span[0] : span[1]]
            if is_known(phrase, catalogue, things.domains) or (
                word in terms.MAKING and is_plural(phrase[-1])
            ):
                yield span


def entered(page: Page, clause: Clause, catalogue: Catalogue) -> Iterator[Span]:
    """What somebody enters with its details, in a sentence: `leave a rating for a session, with stars and …`."""
    for at, word in enumerate(clause.words[:-2]):
        if word in terms.ENTERING and not _is_noun(clause, at):
            yield from _entered(page, clause, at + 1, catalogue)
    for _, stop, _ in clause.find(terms.MY_LIST):
        span = noun_phrase(page, clause, stop, catalogue)
        if span and clause.words[span[1] : span[1] + 1] == ("(",):
            yield span


def _is_noun(clause: Clause, at: int) -> bool:
    """Whether a word that may be a verb is none where it stands: `book` in `upload of book covers`."""
    before = clause.words[at - 1 : at]
    return bool({*before} & (DETERMINERS | PREPOSITIONS - terms.BEFORE_VERBS)) and not clause.words[
        at
    ].endswith("ing")


def _entered(page: Page, clause: Clause, at: int, catalogue: Catalogue) -> Iterator[Span]:
    """`We record a transport with …`, `I make a hire: …`: what is entered with details is a thing."""
    one = clause.words[at] in ("a", "an")
    span = noun_phrase(page, clause, at, catalogue) or ((at + 1, at + 2) if one else None)
    if span is None or not page.free(clause, *span):
        return
    named = can_be_thing(clause, span) or clause.words[span[1] - 1] in terms.LISTABLE
    details = terms.ENTERED_ABOUT.match(" ".join(clause.words[span[1] :]) + " ")
    if (
        named
        and details
        and (one or is_plural(clause.words[span[1] - 1]) or _lists(clause, span[1], details))
    ):
        yield span


def _lists(clause: Clause, at: int, details: re.Match[str]) -> bool:
    """Whether a colon comes before several details: `record attendance for a child: date, arrived at, left at`."""
    begin = at + details.group().strip().count(" ") + 1
    return details.group().rstrip().endswith(":") and clause.words[begin:].count(",") > 1


def in_passing(page: Page, clause: Clause, things: Things, catalogue: Catalogue) -> Iterator[Span]:
    """Nouns that the catalogue knows, in the plural or of several words, outside lists of fields."""
    at = 0
    fields_from = _fields_from(clause, things)
    yield from (span for span in beside_known(page, clause, catalogue) if span[0] < fields_from)
    reason = next((first for first, _, _ in clause.find(terms.REASON)), len(clause.words))
    while at < reason:
        hit = catalogue.match(clause.run(at), 0, things.domains)
        if not hit or not page.free(clause, at, at + hit[1]) or things.at(clause, at):
            at += 1
            continue
        stop = at + hit[1]
        last = singular_words(clause.words[at:stop])[-1]
        plural = is_plural(clause.words[stop - 1])
        clear = plural and (hit[1] > 1 or last not in terms.AMBIGUOUS) and last not in terms.NOT_THINGS
        many = bool(terms.MANY & set(clause.words[max(0, at - 2) : at]))
        before = clause.words[max(0, at - 1) : at]
        compound = (
            bool(before)
            and clause.tokens[at - 1].is_word
            and before[0] not in BREAKS | DETERMINERS
            and page.free(clause, at - 1)
        )
        if compound and not is_known((*before, *clause.words[at:stop]), catalogue, things.domains):
            clear = False
        counted = clause.words[max(0, at - 2) : at] == ("number", "of") or {*before} & terms.MOST
        if (
            clear
            and (not counted or clause.words[max(0, at - 3) : at - 2] == ("a",))
            and not verb_here(clause.words, at)
            and (at < fields_from or many)
            and clause.words[at : at + 1] != ("users",)
        ):
            yield at, stop
        at = stop


def _fields_from(clause: Clause, things: Things) -> int:
    """Where a clause begins to list the fields of a thing; past its end if nowhere."""
    for _, stop, _ in things.in_clause(clause):
        if stop < len(clause.words) and clause.words[stop] in terms.HAS | {":", "(", "-", "="}:
            return stop
        if goes_on := next((at for at, _, _ in clause.find(AND_HAS) if at >= stop), 0):
            return goes_on
    parent = clause.parent
    if (
        clause.kind in ("item", "row")
        and parent
        and parent.kind in ("item", "heading")
        and things.in_clause(parent)
    ):
        return 0
    return len(clause.words) + 1
