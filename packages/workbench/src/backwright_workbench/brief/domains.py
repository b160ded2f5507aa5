"""What a brief needs that names a domain and no entity.

What lives here: `a CRM backend` → companies, contacts, deals. What must not: briefs that name their entities.
"""

from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.identity import identify
from backwright_workbench.brief.lexicon.domains import DOMAINS
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.things import Things


def assume_things(page: Page, things: Things, catalogue: Catalogue) -> None:
    """Enter the things that are usual for the domain that the brief names, each as an assumption."""
    for clause in page.clauses:
        for length in (3, 2, 1):
            for at in range(len(clause.words) - length + 1):
                domain = " ".join(clause.words[at : at + length])
                if domain in DOMAINS and page.free(clause, at, at + length):
                    _enter(page, things, catalogue, domain)
                    page.claim(clause, at, at + length, *(f"entities.{thing.name}" for thing in things))
                    return


def _enter(page: Page, things: Things, catalogue: Catalogue, domain: str) -> None:
    domains = catalogue.domains_in(domain.split())
    for phrase in DOMAINS[domain]:
        thing = identify(tuple(phrase.lower().split()), things, catalogue, domains, page)
        if thing:
            page.assume(
                f"there is {thing.name}",
                f"the brief names no entity; it is usual for {domain}",
                f"entities.{thing.name}",
                f"{thing.name}:",
            )
