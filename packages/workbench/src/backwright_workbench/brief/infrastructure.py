"""Stores, and what is asked for of every service: what there always is, what is wanted, what is not offered.

What lives here: finding these and claiming their words. What must not: sign-in (`sign_in.py`), numbers
(`limits.py`), entities.
"""

import re
from collections.abc import Mapping
from typing import TypeVar

from backwright_workbench.blueprint.model import Capability, Stores
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.grammar import DETERMINERS, word_set
from backwright_workbench.brief.lexicon import always, stores, wanted
from backwright_workbench.brief.mentions import mentions, negated
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.trace import Quote, Status

Choice = TypeVar("Choice", bound=str)

_ASIDE = re.compile(
    r"(?<!\S)(?:(?:in|for|during) (?:the )?(?:tests?|testing|dev|development|ci|local "
    r"development|unit tests)|locally|later"
    r"|eventually|(?:test|dev) (?:database|db|environment))(?!\S)"
)
_LEAVING = word_set("from migrate migrating replace replacing replaces legacy")


def read_stores(page: Page) -> Stores:
    """Where data is to live. Two databases, or two places for files, contradict each other."""
    databases = _choices(page, stores.DATABASES, "stores.database", "a service has one database")
    caches = _choices(page, stores.CACHES, "stores.cache", "a service has one cache")
    files = _choices(page, stores.FILES, "stores.files", "files go to one place")
    named = Stores(
        database=next(iter(databases), "sqlite"),
        cache=next(iter(caches), "memory"),
        files=next(iter(files), "local"),
    )
    if not databases:
        page.assume(
            "data lives in SQLite",
            "the brief names no database, and SQLite needs no server",
            "stores.database",
            "database: sqlite",
        )
    return named


def read_capabilities(page: Page, catalogue: Catalogue) -> tuple[Capability, ...]:
    """What is wanted and not built by this version; also claims what is not offered and what every service
    has.
    """
    found: dict[Capability, None] = {}
    for capability, pattern in wanted.WANTED.items():
        for clause, first, stop in mentions(page, pattern, catalogue):
            if negated(clause, first):
                page.claim(clause, first, stop, "wanted", note="said to be left out")
                continue
            found[capability] = None
            note = "kept in `wanted`; this version does not build it"
            page.claim(clause, first, stop, f"wanted.{capability}", status="carried", note=note)
    for clause, first, stop in mentions(page, wanted.LEFT_OUT, catalogue):
        page.claim(clause, first, stop, note="said to be left out")
    for why, pattern in wanted.NOT_OFFERED.items():
        for clause, first, stop in mentions(page, pattern, catalogue):
            status: Status = "understood" if negated(clause, first) else "not understood"
            page.claim(clause, first, stop, status=status, note=why)
    for element, (pattern, what) in always.ALWAYS.items():
        for clause, first, stop in mentions(page, pattern, catalogue):
            page.claim(clause, first, stop, element, note=f"always there: {what}")
    return tuple(found)


def _choices(
    page: Page, table: Mapping[Choice, re.Pattern[str]], element: str, rule: str
) -> dict[Choice, Quote]:
    """The options named for the service itself, each with its first mention; more than one contradict each
    other.
    """
    named: dict[Choice, tuple[Clause, Quote]] = {}
    asides: dict[Choice, Quote] = {}
    for clause in page.clauses:
        for option, pattern in table.items():
            for first, stop, _ in clause.find(pattern):
                quote = page.quote(clause, first, stop)
                after = " ".join(clause.words[first : stop + 5])
                page.claim(clause, first, stop, element)
                if negated(clause, first) or _left_behind(clause, first):
                    continue
                if _ASIDE.search(after):
                    asides.setdefault(option, quote)
                else:
                    named.setdefault(option, (clause, quote))
    if not named:
        return asides
    (chosen, (clause, quote)), *others = named.items()
    for other, (elsewhere, second) in others:
        between = page.source[clause.tokens[0].start : clause.tokens[-1].end] if clause is elsewhere else ""
        if re.search(r"\bor\b", between, re.IGNORECASE):
            page.assume(
                f"{chosen} rather than {other}",
                "the brief leaves the choice",
                element,
                f"{element.split('.')[1]}: {chosen}",
            )
        else:
            page.contradict(rule, quote, second)
    return {chosen: quote}


def _left_behind(clause: Clause, first: int) -> bool:
    """Whether a store is named as what the service moves away from: `migrate from MySQL`."""
    before = [word for word in clause.words[max(0, first - 3) : first] if word not in DETERMINERS]
    return bool(before) and before[-1] in _LEAVING
