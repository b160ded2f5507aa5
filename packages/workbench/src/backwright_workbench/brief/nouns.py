"""Which things a brief is about.

What lives here: the places in a text where a noun must be an entity (lists of tables, objects of `manage`,
definitions, relations), and the passing mentions that count because the catalogue knows the noun. What must
not: fields, relations.
"""

from collections.abc import Iterator

from backwright_workbench.blueprint.model import USER
from backwright_workbench.blueprint.naming import pascal, plural, snake
from backwright_workbench.brief.actors import drop_actors
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.choices import choice_spans
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.definitions import defined, sibling
from backwright_workbench.brief.enumerations import made_of
from backwright_workbench.brief.grammar import (
    BREAKS,
    is_plural,
)
from backwright_workbench.brief.identity import identify, is_known, legal_name, name_exactly
from backwright_workbench.brief.layouts import laid_out
from backwright_workbench.brief.lexicon import nouns as terms
from backwright_workbench.brief.lines import read_lines, settle_lines
from backwright_workbench.brief.noun_phrases import Span, noun_list
from backwright_workbench.brief.outlines import read_outline
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.passing import done_to, entered, in_passing
from backwright_workbench.brief.recordings import recordings, told_by_each
from backwright_workbench.brief.things import Things

_LONG_NAME = 2
"""So many words before the last describe a thing rather than name it."""
_LONGEST_TITLE_LINE = 14
"""A first line of up to so many words names the service; a noun in it that the catalogue does not know is
its subject.
"""


def read_things(page: Page, catalogue: Catalogue) -> Things:
    """The things of a brief, in the order in which it comes to them."""
    things = Things()
    things.domains = catalogue.domains_in([word for clause in page.clauses for word in clause.words])
    read = [clause for clause in page.clauses if clause.kind != "header" and not clause.lists_fields]
    for clause, (first, stop) in laid_out(page):
        thing = name_exactly(clause.words[first:stop], things, catalogue, things.domains, page)
        if thing and clause.kind == "heading":
            things.heads[clause] = thing
        things.complete = (
            things.complete or clause.kind in ("heading", "row") or clause.words[stop : stop + 1] == ("(",)
        )
    outline = read_outline(page, read, catalogue, things.domains)
    if outline.taken and read and read[0].kind == "heading":
        read = [*read[1:], read[0]]
    subject: tuple[str, ...] = ()
    for listed, search in ((True, _listed), (False, done_to), (False, in_passing)):
        if things.complete and not listed:
            break
        for clause in read:
            values = choice_spans(clause)
            phrases = [
                clause.words[slice(*span)]
                for span in search(page, clause, things, catalogue)
                if not any(first < span[1] <= stop for first, stop in values)
            ]
            if clause is page.clauses[0] and _names_service(clause, phrases, things, catalogue):
                subject = phrases[0]
                continue
            for phrase in phrases:
                thing = (
                    outline.stranger(phrase, things, page)
                    or things.meant_by(phrase)
                    or things.tail_of(phrase)
                    or identify(phrase, things, catalogue, things.domains, page)
                )
                if thing:
                    thing.listed = thing.listed or listed
    if subject and not len(things):
        identify(subject, things, catalogue, things.domains, page)
    _shorten(page, things)
    drop_actors(page, things)
    settle_lines(things, catalogue)
    if not things.complete:
        _bring(page, things, catalogue)
    read_lines(page, things, catalogue)
    _claim(page, things)
    return things


def _shorten(page: Page, things: Things) -> None:
    """What a brief names in full once and then by its last word is called by that: a blood donation `drive`."""
    words = [clause.words for clause in page.clauses]
    for thing in [t for t in things if not (t.known or t.laid_out) and t.snake.count("_") >= _LONG_NAME]:
        full = thing.snake.split("_")
        last = {full[-1], plural(pascal(full[-1]))}
        told = [
            i > 0 and run[i - 1] == full[-2] for run in words for i, word in enumerate(run) if word in last
        ]
        name = pascal(full[-1])
        if len(told) - 1 > sum(told) == 1 and not things.named(name) and legal_name(name, page) == name:
            things.rename(thing, name)


def _names_service(
    clause: Clause, phrases: list[tuple[str, ...]], things: Things, catalogue: Catalogue
) -> bool:
    """Whether the one noun of a short first line says what the service is about, rather than what it
    stores.
    """
    alone = len(set(phrases)) == 1 and len(clause.words) <= _LONGEST_TITLE_LINE
    alone = alone and clause.words[1:2] not in (("(",), (":",)) and not {*clause.words} & terms.KEEPING
    return alone and not is_known(phrases[0], catalogue, things.domains)


def _bring(page: Page, things: Things, catalogue: Catalogue) -> None:
    """What always comes along, if the things are there that it ties together: the lines of an order, with
    products.
    """
    for thing in [thing for thing in things if thing.known]:
        for name in thing.entry.brings:
            entry = catalogue.entries[name]
            needs = {field.to for field in entry.fields.values() if field.to and not field.optional}
            if things.of_entry(name) or not all(need == USER or things.of_entry(need) for need in needs):
                continue
            brought = identify(tuple(snake(name).split("_")), things, catalogue, (), page)
            if brought:
                page.assume(
                    f"there is {name}",
                    f"{entry.description} It comes with {thing.name}.",
                    f"entities.{name}",
                    f"{name}:",
                )


def _claim(page: Page, things: Things) -> None:
    for clause in page.clauses:
        for first, stop, thing in things.in_clause(clause):
            if page.free(clause, first, stop):
                page.claim(clause, first, stop, f"entities.{thing.name}")


def _listed(page: Page, clause: Clause, things: Things, catalogue: Catalogue) -> Iterator[Span]:
    """Where nouns are said to be what is stored."""
    yield from _bare(page, clause, catalogue)
    yield from defined(page, clause, catalogue)
    yield from entered(page, clause, catalogue)
    yield from told_by_each(page, clause, catalogue)
    if clause.lists_fields:
        return
    yield from sibling(page, clause, catalogue)
    yield from made_of(page, clause, catalogue)
    for _, stop, _ in clause.find(terms.FORWARD):
        yield from noun_list(page, clause, stop, catalogue, strict=True)
    for _, stop, _ in clause.find(terms.KEEP) if not recordings(clause) else ():
        spans = noun_list(page, clause, stop, catalogue, strict=False)
        yield from (
            s
            for s in spans
            if is_plural(clause.words[s[1] - 1])
            or is_known(clause.words[slice(*s)], catalogue, things.domains)
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
    for first, _, _ in clause.find(terms.BACKWARD):
        yield from _before(page, clause, first, catalogue)
    for _, stop, _ in clause.find(terms.REFERS):
        for span in noun_list(page, clause, stop, catalogue, strict=False)[:1]:
            if is_known(clause.words[slice(*span)], catalogue, things.domains):
                yield span
    for at, word in enumerate(clause.words[:-1]):
        if word in ("belongs", "belong") and clause.words[at + 1] == "to":
            yield from noun_list(page, clause, at + 2, catalogue, strict=False)[:1]
        elif (word in ("many", "multiple", "several") and set(clause.words[:at]) & terms.HAS) or (
            clause.tokens[at].kind == "number" and set(clause.words[at - 1 : at]) & terms.HAS
        ):
            spans = noun_list(page, clause, at + 1, catalogue, strict=False)[:1]
            yield from (span for span in spans if is_plural(clause.words[span[1] - 1]))


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
    loose = clause.words[at] in ("management", "endpoints", "crud")
    for span in noun_list(page, clause, first, catalogue, strict=False, end=at):
        if not loose or catalogue.find(" ".join(clause.words[slice(*span)])):
            yield span


def _inside_known(clause: Clause, at: int, catalogue: Catalogue) -> bool:
    return any(
        (hit := catalogue.match(clause.run(start), 0)) and start + hit[1] > at
        for start in range(max(0, at - 2), at + 1)
    )
