"""Where a brief says in so many words that nouns are what is stored: lists of tables, objects of `manage`, relations.

What lives here: finding these nouns. What must not: definitions of one noun (`definitions.py`), mentions in passing
(`passing.py`).
"""

from collections.abc import Iterator

from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.definitions import defined, given, sibling
from backwright_workbench.brief.enumerations import made_of
from backwright_workbench.brief.grammar import BREAKS, DETERMINERS, is_plural
from backwright_workbench.brief.identity import is_known
from backwright_workbench.brief.lexicon import nouns as terms
from backwright_workbench.brief.noun_phrases import Span, noun_list
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.passing import entered
from backwright_workbench.brief.recordings import recordings, told_by_each
from backwright_workbench.brief.things import Things


def listed(page: Page, clause: Clause, things: Things, catalogue: Catalogue) -> Iterator[Span]:
    """Where nouns are said to be what is stored."""
    yield from _bare(page, clause, catalogue)
    yield from defined(page, clause, catalogue)
    yield from entered(page, clause, catalogue)
    yield from given(page, clause, catalogue)
    yield from told_by_each(page, clause, catalogue)
    if clause.lists_fields:
        return
    yield from sibling(page, clause, catalogue)
    yield from made_of(page, clause, catalogue)
    for _, stop, _ in clause.find(terms.FORWARD):
        yield from noun_list(page, clause, stop, catalogue, strict=True)
    for first, stop, _ in clause.find(terms.KEEP) if not recordings(clause) else ():
        if _is_told_of(clause, first):
            continue
        spans = noun_list(page, clause, stop, catalogue, strict=False)
        yield from (
            s
            for s in spans
            if is_plural(clause.words[s[1] - 1])
            or (
                is_known(clause.words[slice(*s)], catalogue, things.domains)
                and not _is_listed_field(clause, stop, spans, s)
            )
        )
        if len(spans) >= 2:
            yield from _fields_of_land(clause, stop)
    for _, stop, _ in clause.find(terms.CONTAINS):
        spans = noun_list(page, clause, stop, catalogue, strict=False)
        if len(spans) == 1 and is_plural(clause.words[spans[0][1] - 1]):
            yield spans[0]
    for _, stop, _ in clause.find(terms.HAVE_WITH):
        spans = noun_list(page, clause, stop, catalogue, strict=False)[:1]
        yield from (
            s
            for s in spans
            if is_plural(clause.words[s[1] - 1]) and clause.words[s[1] : s[1] + 1] == ("with",)
        )
    for first, stop, _ in clause.find(terms.BACKWARD):
        if not _in_a_name(clause, first, stop, things):
            yield from _before(page, clause, first, catalogue)
    for first, _, _ in clause.find(terms.OF_WHOM):
        yield from _before(page, clause, first, catalogue)
    for _, stop, _ in clause.find(terms.REFERS):
        for span in noun_list(page, clause, stop, catalogue, strict=False)[:1]:
            if is_known(clause.words[slice(*span)], catalogue, things.domains):
                yield span
    for at, word in enumerate(clause.words[:-1]):
        if word in ("belongs", "belong") and clause.words[at + 1] == "to":
            yield from noun_list(page, clause, at + 2, catalogue, strict=False)[:1]
        elif clause.words[at - 1 : at] == ("how",):
            continue
        elif (word in ("many", "multiple", "several") and set(clause.words[:at]) & terms.HAS) or (
            clause.tokens[at].kind == "number" and set(clause.words[at - 1 : at]) & terms.HAS
        ):
            spans = noun_list(page, clause, at + 1, catalogue, strict=False)[:1]
            yield from (span for span in spans if is_plural(clause.words[span[1] - 1]))


def _in_a_name(clause: Clause, first: int, stop: int, things: Things) -> bool:
    """Whether words belong to the name of a thing that a layout defines: `tables` in `dining tables`."""
    named = ((a, b) for a, b, thing in things.in_clause(clause) if thing.laid_out)
    return any(a < first and stop <= b for a, b in named)


def _is_told_of(clause: Clause, at: int) -> bool:
    """Whether a verb says what a row has: `a delivery is for one order and records the driver`."""
    one = clause.words[0] in ("a", "an", "each", "every")
    return one and clause.words[at].endswith("s") and not terms.SOFTWARE & {*clause.words[:at]}


def _is_listed_field(clause: Clause, begin: int, spans: list[Span], span: Span) -> bool:
    """Whether a noun in the singular follows others that name no things: `we keep name, email and bank account`."""
    known = {at for first, stop in spans for at in range(first, stop)}
    return any(
        at not in known and clause.tokens[at].is_word and clause.words[at] not in DETERMINERS | {"and"}
        for at in range(begin, span[0])
    )


def _fields_of_land(clause: Clause, at: int) -> Iterator[Span]:
    """`fields` in a list of things to keep track of are a farmer's."""
    for index in range(at, min(at + 12, len(clause.words))):
        if clause.words[index] == "fields" and clause.words[index + 1 : index + 2] in ((",",), ("and",)):
            yield index, index + 1


def _bare(page: Page, clause: Clause, catalogue: Catalogue) -> list[Span]:
    """A clause that is nothing but a list of nouns, at least half of them known."""
    spans = noun_list(page, clause, 0, catalogue, strict=False)
    if len(spans) < 2 or not _ends_list(clause.words[spans[-1][1] :], len(spans)):
        return []
    known = [span for span in spans if catalogue.find(" ".join(clause.words[slice(*span)]))]
    plurals = [span for span in spans if is_plural(clause.words[span[1] - 1])]
    under_thing = (
        clause.parent is not None
        and clause.kind in ("item", "row")
        and bool(known)
        and len(plurals) < len(spans)
    )
    return (
        spans if 2 * len(known) >= len(spans) and 2 * len(plurals) >= len(spans) and not under_thing else []
    )


def _ends_list(rest: tuple[str, ...], count: int) -> bool:
    """Whether what follows a list of nouns leaves it one: nothing, or what the last of several comes with."""
    return rest in ((), (".",)) or (count >= 3 and rest[:1] in (("with",), ("(",)))


def _before(page: Page, clause: Clause, at: int, catalogue: Catalogue) -> Iterator[Span]:
    """The list that ends right before `tables` and the like."""
    first = at
    while first > 0 and (
        clause.words[first - 1] in (",", "and", "&", "/")
        or (
            clause.tokens[first - 1].is_word
            and clause.words[first - 1] not in BREAKS
            and page.free(clause, first - 1)
        )
        or (clause.words[first - 1].endswith("ing") and first < at and is_plural(clause.words[first]))
        or _inside_known(clause, first - 1, catalogue)
    ):
        first -= 1
    spans = noun_list(page, clause, first, catalogue, strict=False, end=at)
    one = len(spans) == 1 and not is_plural(clause.words[spans[0][1] - 1]) and is_plural(clause.words[at])
    loose = one or clause.words[at] in ("management", "endpoints", "crud")
    for span in spans:
        if not loose or catalogue.find(" ".join(clause.words[slice(*span)])):
            yield span


def _inside_known(clause: Clause, at: int, catalogue: Catalogue) -> bool:
    return any(
        (hit := catalogue.match(clause.run(start), 0)) and start + hit[1] > at
        for start in range(max(0, at - 2), at + 1)
    )
