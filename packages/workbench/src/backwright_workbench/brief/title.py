"""What a service is called.

What lives here: the title and the slug, from the brief's first words. What must not: entities.
"""

import re

from backwright_workbench.blueprint.checks.service import TAKEN_PACKAGES
from backwright_workbench.blueprint.naming import plural, singular
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.lexicon import title as terms
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.things import Things

_LONGEST_TITLE = 60


def read_title(page: Page, things: Things, catalogue: Catalogue) -> tuple[str, str]:
    """Title and slug: `Work order management` and `work-orders`."""
    head = page.clauses[0]
    words = _subject(head.text)
    for clause in page.clauses[1:3]:
        more = _subject(clause.text) if terms.BUILD.match(clause.text) or not words else ""
        if more and (not words or more.startswith(words)):
            words, head = more, clause
            _claim(page, page.clauses[0], _subject(page.clauses[0].text))
    first = next(iter(things))
    if not words:
        words = plural(first.name).replace("_", " ")
        page.assume(
            f"the service is called {words}",
            "the brief names no service; this is its first entity",
            "title",
            f"title: {words.capitalize()}",
        )
    if page.free(head, 0) or page.clauses[0].text:
        _claim(page, head, words)
    shown = _cased(page, head, words)
    return shown[:1].upper() + shown[1:], _slug(words, things, catalogue, first.name)


def _claim_manner(page: Page, head: Clause, end: int) -> None:
    """Words before the name that say how, and not what: `online`, `internal`."""
    for index in range(end):
        if terms.TECH.fullmatch(head.words[index]) and page.free(head, index):
            page.claim(head, index, index + 1, "title")


def _cased(page: Page, head: Clause, words: str) -> str:
    """The words with abbreviations in capitals, as the brief has them."""
    written = {token.word: page.source[token.start : token.end] for token in head.tokens}
    return " ".join(written[w] if written.get(w, w)[1:] != w[1:] else w for w in words.split())


def _subject(text: str) -> str:
    """The words of a first line that say what the service is for; empty if none do."""
    if terms.STORY.match(text):
        return ""
    rest = text[terms.START.match(text).end() :]  # type: ignore[union-attr]
    about = terms.ABOUT.match(f"{terms.TECH.sub('', rest)} ".replace("  ", " ").lstrip())
    plain = re.sub(r"\s+", " ", terms.TECH.sub(" ", rest)).strip()
    if about and about.end():
        plain = plain[about.end() :]
    end = terms.ENDS.search(plain)
    plain = plain[: end.start()] if end else plain
    named, _, tail = plain.partition(" for ")
    named = _stripped(named)
    if not named and tail:
        named = _stripped(tail)
    words = re.sub(r"[^a-z0-9&' ]+", " ", named.encode("ascii", "ignore").decode()).split()
    kept = " ".join(words[:6])
    return kept if re.match(r"[a-z]", kept) and len(kept) <= _LONGEST_TITLE else ""


def _stripped(words: str) -> str:
    words = re.sub(r"^(?:(?:a|an|the|our|my|of|and) )+", "", words.strip())
    return re.sub(rf"(?:(?:^| ){terms.KIND}| an?| the)+$", "", words).strip()


def _slug(words: str, things: Things, catalogue: Catalogue, first: str) -> str:
    """The name of the service: without `management`, an entity in the plural."""
    core = terms.MANAGEMENT.sub("", words) or words
    thing = things.meant_by(tuple(core.split()))
    last = core.split()[-1]
    noun = thing or catalogue.find(core) or things.meant_by((last,))
    base = plural(singular(core)) if noun and core != "todo" else core
    slug = re.sub(r"[^a-z0-9]+", "-", base.lower().replace("_", "-")).strip("-")
    slug = re.sub(r"^[^a-z]+", "", slug)[:50].strip("-")
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", slug):
        slug = plural(first).replace("_", "-")[:50].strip("-")
    if slug.replace("-", "_") in TAKEN_PACKAGES or _keyword(slug):
        slug = f"{slug[:42]}-service"
    return slug


def _keyword(slug: str) -> bool:
    import keyword

    return keyword.iskeyword(slug)


def _claim(page: Page, head: Clause, words: str) -> None:
    """The first line names the service: its words from the name's first to its last, and `system` and the
    like.
    """
    wanted = words.split()
    for index in range(len(head.words) - len(wanted) + 1):
        if tuple(wanted) == head.words[index : index + len(wanted)]:
            page.claim(head, index, index + len(wanted), "title", "service")
            _claim_manner(page, head, index)
            return
    for index, word in enumerate(head.words):
        if word in wanted and page.free(head, index):
            page.claim(head, index, index + 1, "title", "service")


__all__ = ["read_title", "singular"]
