"""What a brief defines in so many words, as against what it only mentions.

What lives here: two things that are defined apart stay apart, though the catalogue has one entry for both words. What
must not: finding definitions (`definitions.py`).
"""

from dataclasses import dataclass, field

from backwright_workbench.blueprint.naming import pascal
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.definitions import defined
from backwright_workbench.brief.grammar import singular_words
from backwright_workbench.brief.identity import legal_name
from backwright_workbench.brief.inference import generic_entity
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.things import Thing, Things


@dataclass
class Outline:
    """The phrases that a brief defines, by the entry that each gets; those that come too late for theirs."""

    taken: dict[str, tuple[str, ...]] = field(default_factory=dict)
    strangers: set[tuple[str, ...]] = field(default_factory=set)

    def stranger(self, phrase: tuple[str, ...], things: Things, page: Page) -> Thing | None:
        """The thing that a phrase means if another definition has its entry; a new one the first time."""
        words = singular_words(phrase)
        if words not in self.strangers:
            return None
        name = legal_name(pascal(" ".join(words)), page)
        if known := things.named(name):
            return known
        thing = things.add(Thing(name, generic_entity(name), known=False), [words])
        things.mean(words, thing)
        return thing


def read_outline(
    page: Page, clauses: list[Clause], catalogue: Catalogue, domains: tuple[str, ...]
) -> Outline:
    """The outline that definitions give: `Building` and `Unit` are two things where both have fields."""
    outline = Outline()
    for clause in clauses:
        for first, stop in defined(page, clause, catalogue):
            words = singular_words(clause.words[first:stop])
            entry = catalogue.find(" ".join(words), domains)
            if entry and outline.taken.setdefault(entry.name, words) != words:
                outline.strangers.add(words)
    return outline
