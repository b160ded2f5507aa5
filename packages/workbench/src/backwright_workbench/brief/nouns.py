"""Which things a brief is about.

What lives here: the things in the order in which a brief comes to them, by what lists, layouts and mentions in
passing yield. What must not: finding these (`listings.py`, `layouts.py`, `passing.py`), fields, relations.
"""

from collections import Counter

from backwright_workbench.blueprint.model import USER
from backwright_workbench.blueprint.naming import pascal, plural, snake
from backwright_workbench.brief.actors import drop_actors
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.choices import choice_spans
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.identity import identify, is_known, legal_name, name_exactly
from backwright_workbench.brief.layouts import laid_out
from backwright_workbench.brief.lexicon import nouns as terms
from backwright_workbench.brief.lines import read_lines, settle_lines
from backwright_workbench.brief.listings import listed
from backwright_workbench.brief.outlines import read_outline
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.passing import done_to, in_passing
from backwright_workbench.brief.things import Things

_LISTS_ALL = 3
"""One layout that names so many things, such as the tables of a database, names them all: none stands in passing."""
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
    together = Counter[Clause]()
    for clause, (first, stop) in laid_out(page):
        together[clause] += 1
        thing = name_exactly(clause.words[first:stop], things, catalogue, things.domains, page)
        if thing and clause.kind == "heading":
            things.heads[clause] = thing
        things.complete = (
            things.complete
            or clause.kind == "heading"
            or clause.entity_stop > 0
            or clause.words[stop : stop + 1] == ("(",)
        )
    all_listed = max(together.values(), default=0) >= _LISTS_ALL
    outline = read_outline(page, read, catalogue, things.domains)
    if outline.taken and read and read[0].kind == "heading":
        read = [*read[1:], read[0]]
    subject: tuple[str, ...] = ()
    for sure, search in ((True, listed), (False, done_to), (False, in_passing)):
        if not sure and (things.complete or (search is in_passing and all_listed)):
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
                    thing.listed = thing.listed or sure
    if subject and not len(things):
        identify(subject, things, catalogue, things.domains, page)
    _shorten(page, things)
    drop_actors(page, things)
    settle_lines(things, catalogue)
    if not things.complete and not all_listed:
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
