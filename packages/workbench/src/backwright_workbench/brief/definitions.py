"""Clauses that define their first noun: `Products: name, price`, `Each order has …`.

What lives here: recognising such clauses. What must not: other places where nouns are entities (`nouns.py`).
"""

import re
from collections.abc import Iterator

from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.grammar import (
    BREAKS,
    LABELS,
    VERBS,
)
from backwright_workbench.brief.lexicon import nouns as terms
from backwright_workbench.brief.noun_phrases import Span, can_be_thing, noun_list, noun_phrase
from backwright_workbench.brief.page import Page


def defined(page: Page, clause: Clause, catalogue: Catalogue) -> Iterator[Span]:
    """The noun that a clause begins with, if what follows describes it: `Products: …`, `Each order has …`."""
    span = None if clause.lists_fields else noun_phrase(page, clause, 0, catalogue)
    if not span or not can_be_thing(clause, span):
        return
    first, stop = span
    words = clause.words
    after = words[stop] if stop < len(words) else ""
    known = catalogue.find(" ".join(words[first:stop])) is not None
    under_label = (
        clause.kind in ("item", "row", "heading")
        and clause.parent is not None
        and bool(terms.LEAD.search(clause.parent.text[-200:]))
    )
    if clause.kind == "heading":
        if stop == len(words) and (known or under_label):
            yield span
        return
    if under_label and after in ("", ":", "(", "-", "–", "—", "with", "has", "have", ".", ",", "→", "and"):
        yield from noun_list(page, clause, 0, catalogue, strict=False) if after in (",", "and") else [span]
    elif after in (":", "(", "-", "–", "—") and clause.kind in ("item", "row", "sentence"):
        if _labels(words[first:stop]):
            return
        if known or _describes(page, clause, stop + 1):
            yield span
    elif after in ("has", "have") and re.search(
        r"(?<!\S)(?:access|permissions?|rights|read only|control)(?!\S)", clause.text
    ):
        return
    elif (
        after
        in (
            "has",
            "have",
            "contains",
            "contain",
            "belongs",
            "belong",
            "consists",
            "includes",
            "include",
        )
        or (after in ("links", "connects", "relates", "joins") and first)
        or (after in ("is", "are") and _passive(words[stop + 1 : stop + 3]))
        or (
            after in ("should", "must", "will", "can", "may")
            and words[stop + 1 : stop + 2]
            in (
                ("have",),
                ("contain",),
                ("include",),
            )
        )
        or (after == "with" and known and clause.kind == "item")
    ):
        yield span


def among_things(page: Page, clause: Clause, catalogue: Catalogue) -> bool:
    """Whether most items of the list that a clause is in begin with nouns in the plural that the catalogue knows."""
    siblings = [c for c in page.clauses if c.kind == "item" and c.parent is clause.parent][:40]
    heads = [
        span
        for c in siblings
        if (span := noun_phrase(page, c, 0, catalogue)) and catalogue.find(" ".join(c.words[slice(*span)]))
    ]
    return len(siblings) >= 3 and 2 * len(heads) >= len(siblings)


def _passive(rest: tuple[str, ...]) -> bool:
    """`are assigned to`, `is planted in`: a thing that stands in a relation; not what is done to data (`are cached in`)."""
    return (
        len(rest) == 2
        and rest[0].endswith("ed")
        and rest[0] not in terms.DONE_TO_DATA
        and rest[1] in ("to", "in", "by", "on", "from")
    )


def _labels(phrase: tuple[str, ...]) -> bool:
    return all(word in LABELS for word in phrase)


def _describes(page: Page, clause: Clause, at: int) -> bool:
    """Whether what follows a noun is a list of short phrases that ask for nothing else: its fields."""
    rest = clause.words[at:]
    if not rest or not page.free(clause, at, len(clause.words)):
        return False
    items = re.split(r" (?:,|and|;|\)|\|) | , and ", f" {' '.join(rest)} ")
    short = [item for item in items if 1 <= len(item.split()) <= 5]
    outside = re.sub(r"\([^)]*\)", " ", " ".join(rest))
    if any(word in VERBS for word in outside.split()[1:]) and not re.search(
        r"belongs? to|references?", outside
    ):
        return False
    return len(items) >= 2 and len(short) >= 0.7 * len(items) and not set(rest[:1]) & BREAKS
