"""What a noun phrase is called as an entity, and what is usual for it.

What lives here: from phrase to thing, by the catalogue where it knows the phrase, by inference where not.
What must not: finding phrases (`nouns.py`).
"""

import keyword

from backwright_workbench.blueprint.checks.names import RESERVED_ENTITIES
from backwright_workbench.blueprint.model import RESERVED_AREAS
from backwright_workbench.blueprint.naming import pascal, plural
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.entry import Entry
from backwright_workbench.brief.grammar import DETERMINERS, singular_words, word_set
from backwright_workbench.brief.inference import generic_entity
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.things import Thing, Things

MAX_THINGS = 60
"""More entities than this are no longer one service."""

_PLAIN = word_set(
    "online internal external digital personal custom public private monthly weekly daily available active"
)
_TOO_COMMON = word_set("type list item line record entry")
"""Last words of names that mean too much by themselves."""
_USERS = frozenset(
    {"user", "account", "user account", "people", "person", "app user", "system user", "end user"}
)


def identify(
    phrase: tuple[str, ...], things: Things, catalogue: Catalogue, domains: tuple[str, ...], page: Page
) -> Thing | None:
    """The thing that a new phrase means; `None` for users, who are there anyway, and for what cannot be a
    name.
    """
    words = singular_words(tuple(word for word in phrase if word not in DETERMINERS))
    text = " ".join(words)
    if not words or text in _USERS or not text.isascii() or len(text) > 40 or len(things) >= MAX_THINGS:
        return None
    entry, words = _known(words, catalogue, domains)
    if entry and (same := things.of_entry(entry.name)):
        things.alias(same, words)
        return same
    if len(words) == 1 and words[0] in _TOO_COMMON and (whole := things.ending_in(words[0])):
        things.mean(words, whole)
        return whole
    name = pascal(" ".join(words))
    if entry and keyword.iskeyword("_".join(words)):
        name = entry.name
    name = legal_name(name, page)
    if (
        same := things.named(name) or next((t for t in things if plural(t.name) == plural(name)), None)
    ) is not None:
        return same
    thing = Thing(name, entry or generic_entity(name), known=entry is not None)
    phrases = [words, *(_phrases(entry) if entry else [])]
    if len(words) > 1 and words[-1] not in _TOO_COMMON:
        phrases.append(words[-1:])
    return things.add(thing, phrases)


def name_exactly(
    phrase: tuple[str, ...], things: Things, catalogue: Catalogue, domains: tuple[str, ...], page: Page
) -> Thing | None:
    """The thing of just this name, whatever the catalogue calls it; its entry only if no other thing has that."""
    words = singular_words(tuple(word for word in phrase if word not in DETERMINERS))
    text = " ".join(words)
    if not words or text in _USERS or not text.isascii() or len(text) > 40 or len(things) >= MAX_THINGS:
        return None
    name = legal_name(pascal(text), page)
    if keyword.iskeyword("_".join(words)):
        return identify(phrase, things, catalogue, domains, page)
    if known := things.named(name):
        return known
    entry, _ = _known(words, catalogue, domains)
    if entry and things.of_entry(entry.name):
        entry = None
    thing = Thing(name, entry or generic_entity(name), known=entry is not None, laid_out=True, listed=True)
    things.add(thing, [])
    things.mean(words, thing)
    for phrase in _phrases(entry) if entry else ():
        things.alias(thing, phrase)
    if len(words) > 1 and words[-1] not in _TOO_COMMON:
        things.alias(thing, words[-1:])
    return thing


def is_known(phrase: tuple[str, ...], catalogue: Catalogue, domains: tuple[str, ...]) -> bool:
    """Whether the catalogue knows a phrase, or its noun with a harmless word before it."""
    return _known(singular_words(phrase), catalogue, domains)[0] is not None


def _known(
    words: tuple[str, ...], catalogue: Catalogue, domains: tuple[str, ...]
) -> tuple[Entry | None, tuple[str, ...]]:
    """The catalogue's entry for a phrase, and the words that name it.

    Words before it that only say whose or which (`customer reviews`, `gym members`) are left out of the name;
    others make it another thing (`meeting rooms`).
    """
    if entry := catalogue.find(" ".join(words), domains):
        return entry, words
    for at in range(1, len(words)):
        entry = catalogue.find(" ".join(words[at:]), domains)
        if entry:
            before = words[:at]
            harmless = all(word in _PLAIN or _goes_with(entry, word, catalogue) for word in before)
            return (entry, words[at:]) if harmless or entry.person else (None, words)
    return None, words


def _goes_with(entry: Entry, word: str, catalogue: Catalogue) -> bool:
    """Whether a word before a noun only says what the noun's entry refers to or which business it belongs
    to.
    """
    other = catalogue.find(word)
    refers = other is not None and any(field.to == other.name for field in entry.fields.values())
    return refers or entry.domain in catalogue.domains_in([word])


def _phrases(entry: Entry) -> list[tuple[str, ...]]:
    return [tuple(phrase.split()) for phrase in (*entry.words, *entry.local_words)]


def legal_name(name: str, page: Page) -> str:
    """The name, or a longer one where it would hide a class or route that every service has."""
    taken = plural(name)
    if (
        name in RESERVED_ENTITIES
        or keyword.iskeyword(name)
        or keyword.iskeyword(name.lower())
        or taken in RESERVED_AREAS
    ):
        longer = f"{name}Item"
        page.assume(
            f"{name} is called {longer}",
            f"every service has something called {name} already",
            f"entities.{longer}",
            f"{longer}:",
        )
        return longer
    return name
