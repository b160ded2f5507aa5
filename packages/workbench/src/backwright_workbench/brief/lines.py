"""The lines of a thing: `quotes with lines`, `a journal has entries`, `estimates and their line items`.

What lives here: a thing of its own for each, named after its whole and required to belong to it. What must not:
parts that have a name of their own (`relations.py`).
"""

from backwright_workbench.blueprint.naming import pascal
from backwright_workbench.brief.associations import knows
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.grammar import DETERMINERS, singular_words
from backwright_workbench.brief.identity import identify
from backwright_workbench.brief.lexicon import lines as terms
from backwright_workbench.brief.lexicon.nouns import HAS
from backwright_workbench.brief.links import link
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.things import Thing, Things


def read_lines(page: Page, things: Things, catalogue: Catalogue) -> None:
    """Enter what things are made of, where the brief calls it only by what it is to them."""
    for clause in page.clauses:
        for first, stop, whole in things.in_clause(clause):
            span = _lines_after(clause, first, stop)
            if span and page.free(clause, *span):
                _enter(
                    page, things, catalogue, clause, (whole, singular_words(clause.words[first:stop])), span
                )


def settle_lines(things: Things, catalogue: Catalogue) -> None:
    """Let `line items` be those of the document that is there: of an invoice where nothing is ordered."""
    for part in [thing for thing in things if thing.known and thing.snake in terms.ALONE]:
        if any(part.entry.name in thing.entry.brings for thing in things):
            continue
        wholes = [t for t in things if t is not part and t.snake.split("_")[-1] in terms.DOCUMENTS]
        for whole in wholes[:1]:
            ways = [catalogue.entries[n] for n in whole.entry.brings if not things.of_entry(n)]
            usual = next((entry for entry in ways if entry.name.endswith(("Line", "Item"))), None)
            if usual:
                part.entry = usual
            elif not knows(part, whole):
                link(part, whole.snake, whole.name, optional=False)


def _lines_after(clause: Clause, first: int, stop: int) -> tuple[int, int] | None:
    """The words for lines right after a thing: `with several line items`, `requests with request lines`."""
    at = stop
    if clause.words[at : at + 1] == ("(",):
        return None
    if (
        clause.words[at : at + 1]
        and clause.words[at] in HAS
        and (among := next(clause.find(terms.AMONG), None))
    ):
        return (among[1] - 1, among[1]) if among[0] > at else None
    while at < len(clause.words) and clause.words[at] in terms.MADE_OF:
        at += 1
    if at == stop:
        return None
    while at < len(clause.words) and clause.words[at] in DETERMINERS | {"or", "of", "number", "list"}:
        at += 1
    begin = at
    at += clause.words[at : at + 1] == singular_words(clause.words[first:stop])[-1:]
    match = terms.LINES.match(" ".join(clause.words[at : at + 3]))
    return (begin, at + match.group().count(" ") + 1) if match else None


def _enter(
    page: Page,
    things: Things,
    catalogue: Catalogue,
    clause: Clause,
    named: tuple[Thing, tuple[str, ...]],
    span: tuple[int, int],
) -> None:
    whole, name = named
    called = singular_words(clause.words[slice(*span)])
    meant = things.meant_by(called) or things.named(pascal(" ".join(called)))
    if meant is not None and meant is not whole and meant.snake == "_".join(called):
        if not knows(meant, whole):
            link(meant, whole.snake, whole.name, optional=False)
        things.mean(called, meant)
        return
    part = meant if meant is not None and knows(meant, whole) else None
    part = part or identify((*name, called[-1]), things, catalogue, things.domains, page)
    if part is None or part is whole:
        return
    part.listed = True
    if not knows(part, whole):
        link(part, whole.snake, whole.name, optional=False)
    things.mean(called, part)
    page.claim(clause, *span, f"entities.{part.name}")
