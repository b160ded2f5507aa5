"""Clauses that define their first noun: `Products: name, price`, `Each order has …`.

What lives here: recognising such clauses. What must not: other places where nouns are entities (`nouns.py`).
"""

import re
from collections.abc import Iterator

from backwright_workbench.brief.actors import tells_of_rights
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.field_lines import fields_below, typed
from backwright_workbench.brief.field_naming import field_name
from backwright_workbench.brief.grammar import (
    BREAKS,
    GLUE,
    LABELS,
    MODALS,
    VERBS,
    is_plural,
    singular_words,
)
from backwright_workbench.brief.inference import infer_field
from backwright_workbench.brief.items import items
from backwright_workbench.brief.lexicon import nouns as terms
from backwright_workbench.brief.lexicon.constraints import SURE_TYPES
from backwright_workbench.brief.lexicon.fields import ACCOUNT_FIELDS
from backwright_workbench.brief.lexicon.items import FILE_LIMITS
from backwright_workbench.brief.lexicon.relations import JOIN
from backwright_workbench.brief.lexicon.values import COMPOSITE, ENUM_NAMES
from backwright_workbench.brief.noun_phrases import Span, can_be_thing, noun_list, noun_phrase
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.region_ends import end_of_list
from backwright_workbench.brief.region_starts import closing
from backwright_workbench.brief.values import values_in


def defined(page: Page, clause: Clause, catalogue: Catalogue) -> Iterator[Span]:
    """The nouns that a clause begins with, if what follows describes them: `Products: …`, `Each order has
    …`.
    """
    if clause.lists_fields:
        return
    yield from _in_relation(page, clause, catalogue)
    span = _label(page, clause) or noun_phrase(page, clause, 0, catalogue)
    if not span or not can_be_thing(clause, span) or _is_field(clause, span) or _is_role(clause, span):
        return
    after = clause.words[span[1]] if span[1] < len(clause.words) else ""
    known = catalogue.find(" ".join(clause.words[slice(*span)])) is not None
    under_label = _under_label(clause)
    if clause.kind == "heading":
        if span[1] == len(clause.words) and (known or under_label or fields_below(page, clause)):
            yield span
    elif clause.kind == "row" and clause.parent and clause.parent.words[0] in terms.TABLE_HEADS:
        yield span
    elif under_label and after in terms.AFTER_LABELLED:
        yield from noun_list(page, clause, 0, catalogue, strict=False) if after in (",", "and") else [span]
    elif after in (":", "(", "-", "=") or (after == "per" and ":" in clause.words[span[1] : span[1] + 4]):
        words_of = clause.words[slice(*span)]
        labels = all(word in LABELS for word in words_of)
        begin = clause.words.index(after, span[1]) + 1
        end = closing(clause.words, begin) if after == "(" else len(clause.words)
        labels = labels and not (
            words_of == ("application",) and after == "(" and _mostly_fields(clause, begin, end)
        )
        if not labels and (known or _describes(page, clause, begin, end)):
            yield span
    elif (
        _told_of(clause, span, after)
        or _signs_up(clause, span)
        or (after == "with" and known and clause.kind == "item")
    ):
        yield span


def given(page: Page, clause: Clause, catalogue: Catalogue) -> Iterator[Span]:
    """What a thing gets, with its fields in a bracket: `each application gets payouts (amount, due on, paid on)`."""
    for at, word in enumerate(clause.words[:-2]):
        if word not in terms.GETS and not _may_list(clause, at):
            continue
        span = noun_phrase(page, clause, at + 1, catalogue)
        if span is None or not can_be_thing(clause, span):
            continue
        begin = span[1] + 1
        if clause.words[span[1] : begin] == ("(",):
            named = _names_in(clause.words[begin : closing(clause.words, begin)])
        elif clause.words[span[1] : begin] == ("with",) and clause.words[at + 1] in terms.OF_THESE:
            named = _names_in(clause.words[begin : end_of_list(clause, begin, len(clause.words))])
        else:
            continue
        known = [each for each in named if infer_field(each.replace(" ", "_")) != infer_field("unheard")]
        composite = singular_words(clause.words[slice(*span)])[-1] in COMPOSITE | ENUM_NAMES
        if composite:
            continue
        if is_plural(clause.words[span[1] - 1]) and len(named) > 1 and 2 * len(known) >= len(named):
            yield span


def tied(page: Page, clause: Clause, catalogue: Catalogue) -> Iterator[Span]:
    """What a list of fields says there are many of on both sides: `categories (many-to-many)`."""
    for first, _, _ in clause.find(JOIN):
        begin = next(
            (at for at in range(first - 1, 0, -1) if clause.words[at] in (",", ":", "and", "with")), -1
        )
        span = noun_phrase(page, clause, begin + 1, catalogue)
        plural = span is not None and is_plural(clause.words[span[1] - 1])
        if span and plural and clause.words[span[1] : first] == ("(",) and can_be_thing(clause, span):
            yield span


def _mostly_fields(clause: Clause, begin: int, end: int) -> bool:
    """Whether most names in a bracket are such as fields have."""
    named = _names_in(clause.words[begin:end])
    known = [each for each in named if infer_field(each.replace(" ", "_")) != infer_field("unheard")]
    return len(named) > 1 and 2 * len(known) >= len(named)


def _names_in(inside: tuple[str, ...]) -> list[str]:
    """The names of the fields that a bracket lists, up to one whose values follow."""
    names: list[str] = []
    for part in " ".join(inside).split(" , "):
        names.append(part.partition(" :")[0].partition(" (")[0])
        if " :" in part:
            break
    return names


def _may_list(clause: Clause, at: int) -> bool:
    """Whether a noun with its fields in a bracket may follow in a sentence that goes on: `the list of courts (name,
    city)`, `manages products (…) and stores (…)`.
    """
    inside = sum((word in "([{") - (word in ")]}") for word in clause.words[: at + 1])
    return (
        inside == 0
        and clause.words[at] in ("of", "and", ",", ")")
        and at > 0
        and ":" not in clause.words[:at]
    )


def _is_field(clause: Clause, span: Span) -> bool:
    """Whether what follows a noun makes it a field: a type (`rent: decimal`), or values (`size: s | m | l`)."""
    rest = clause.words[span[1] :]
    if clause.kind == "row" and clause.parent and clause.parent.words[0] in terms.TABLE_HEADS:
        return False
    if rest[:1] not in ((":",), ("(",), ("-",)):
        return False
    many = is_plural(clause.words[span[1] - 1])
    if typed(rest) and not (many and rest[2:3] == (",",) and rest[1] not in SURE_TYPES):
        return True
    if many:
        return False
    if clause.words[span[1] - 1] not in ENUM_NAMES or not (values := values_in(" ".join(rest))):
        return False
    return 2 * sum(infer_field(value) != infer_field("unheard") for value in values) < len(values)


def _is_role(clause: Clause, span: Span) -> bool:
    """Whether a clause begins with somebody and goes on with their rights."""
    entry_like = clause.kind in ("item", "row", "sentence")
    return entry_like and tells_of_rights(clause, span[1])


def _label(page: Page, clause: Clause) -> Span | None:
    """Two or three words before a colon that lists fields: a name even where one is a verb too (`Pick
    list: …`).
    """
    colon = clause.words.index(":") if ":" in clause.words[:4] else 0
    named = colon - 1 if clause.words[:colon][-1:] == ("record",) else colon
    plain = all(token.is_word and token.word not in GLUE | MODALS for token in clause.tokens[:named])
    return (0, colon) if colon >= 2 and plain and page.free(clause, 0, colon) else None


def sibling(page: Page, clause: Clause, catalogue: Catalogue) -> Iterator[Span]:
    """The plural that an item begins with, if most items beside it begin with known things and it does
    nothing itself.
    """
    span = noun_phrase(page, clause, 0, catalogue) if clause.kind == "item" else None
    if not span or not can_be_thing(clause, span) or not is_plural(clause.words[span[1] - 1]):
        return
    acts = set(clause.words[span[1] : span[1] + 1]) & (VERBS | MODALS)
    if not acts and _among_things(page, clause, catalogue):
        yield span


def _under_label(clause: Clause) -> bool:
    """Whether a clause stands under `Entities`, `Data model` and the like."""
    listed = clause.kind in ("item", "row", "heading")
    return listed and clause.parent is not None and bool(terms.LEAD.search(clause.parent.text[-200:]))


def _told_of(clause: Clause, span: Span, after: str) -> bool:
    """Whether a verb follows that says what a thing has or how it stands to others."""
    words, (first, stop) = clause.words, span
    if after in ("has", "have"):
        return words[stop + 1 : stop + 2] != ("to",) and not terms.OF_ACCESS.search(clause.text)
    if after in ("links", "connects", "relates", "joins"):
        return first > 0
    if after in ("should", "must", "will", "can", "may"):
        return words[stop + 1 : stop + 2] in (("have",), ("contain",), ("include",))
    return after in terms.TELLING


def _signs_up(clause: Clause, span: Span) -> bool:
    """Whether people give more when they sign up than an account has: `students register with name and birthday`."""
    match = terms.SIGNS_UP.match(" ".join(clause.words[span[1] :]))
    if match is None or span[0] > 1:
        return False
    begin = span[1] + match.group().strip().count(" ") + 1
    listed = [
        field_name(clause.words[a:b], "")
        for a, b in items(clause, begin, end_of_list(clause, begin, len(clause.words)))
    ]
    known = [name for name in listed if infer_field(name) != infer_field("unheard")]
    return len(listed) > 1 and 2 * len(known) >= len(listed) and bool({*known} - ACCOUNT_FIELDS)


def _in_relation(page: Page, clause: Clause, catalogue: Catalogue) -> Iterator[Span]:
    """`Laptops, phones and licenses are assigned to employees`."""
    start = clause.words.index(":") + 1 if ":" in clause.words[:5] else 0
    spans = noun_list(page, clause, start, catalogue, strict=False, acting=True)
    stop = spans[-1][1] if spans else 0
    if clause.words[stop : stop + 1] in (("is",), ("are",)) and _passive(clause.words[stop + 1 : stop + 3]):
        yield from spans


def _describes(page: Page, clause: Clause, at: int, end: int) -> bool:
    """Whether what follows a noun is a list of short phrases that ask for nothing else: its fields."""
    rest = clause.words[at:end]
    free = all(page.free(clause, index) or clause.words[index] == "id" for index in range(at, end))
    if not rest or not free or FILE_LIMITS.match(" ".join(rest)):
        return False
    items = [i for i in re.split(r" (?:,|and|;|\)|\|) | , and ", f" {' '.join(rest)} ") if i.strip()]
    short = [item for item in items if 1 <= len(item.split()) <= 5]
    outside = re.sub(r"\([^)]*\)", " ", " ".join(rest))
    acts = any(word in VERBS for item in outside.split(",") for word in item.split()[1:])
    if acts and not re.search(r"belongs? to|references?", outside):
        return False
    return len(items) >= 2 and len(short) >= 0.7 * len(items) and not set(rest[:1]) & (BREAKS - VERBS)


def _among_things(page: Page, clause: Clause, catalogue: Catalogue) -> bool:
    """Whether most items of the list that a clause is in begin with nouns in the plural that the catalogue
    knows.
    """
    siblings = [c for c in page.clauses if c.kind == "item" and c.parent is clause.parent][:40]
    heads = [
        span
        for c in siblings
        if (span := noun_phrase(page, c, 0, catalogue)) and catalogue.find(" ".join(c.words[slice(*span)]))
    ]
    return len(siblings) >= 3 and 2 * len(heads) >= len(siblings)


def _passive(rest: tuple[str, ...]) -> bool:
    """`are assigned to`, `is planted in`: a thing that stands in a relation; not what is done to data
    (`are cached in`).
    """
    return (
        len(rest) == 2
        and rest[0].endswith("ed")
        and rest[0] not in terms.DONE_TO_DATA
        and rest[1] in ("to", "in", "by", "on", "from")
    )
