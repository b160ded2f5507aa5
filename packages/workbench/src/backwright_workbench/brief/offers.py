"""Files, caching and bulk.

What lives here: finding which of these a brief wants for which thing. What must not: filters and search
(`queries.py`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from backwright_workbench.blueprint.model import Attachments
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.grammar import DETERMINERS
from backwright_workbench.brief.lexicon import queries as terms
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.parts import list_end, part_end, part_start
from backwright_workbench.brief.quantities import DURATION, SIZE, megabytes, seconds
from backwright_workbench.brief.things import Thing, Things

_CACHE_SECONDS = 30
_MOST_MB = 5120
_LIST_ENDS = ((), (".",), ("(",), (",",), ("and",), (";",), (")",))


def files(page: Page, things: Things, clause: Clause, main: Thing) -> None:
    """Files that hang on rows: of the thing named, else of the main one."""
    for first, stop, match in clause.find(terms.FILES) if clause.words[0] not in terms.GUESSING else ():
        while first < stop and (hit := things.at(clause, first)):
            first += hit[1]
        if (
            first >= stop
            or not page.free(clause, first)
            or any(
                page.claimed_for(clause, i, "entities.") and ".fields." in clause.text
                for i in range(first, stop)
            )
        ):
            continue
        allowed = _allowed(page, clause, match.group())
        for thing in _holders(things, clause, first, stop, main):
            before = thing.attachments.model_dump(exclude_defaults=True) if thing.attachments else {}
            thing.attachments = Attachments.model_validate(before | allowed.said)
            page.claim(clause, first, stop, f"entities.{thing.name}.attachments")
            for a, b in allowed.spans:
                page.claim(clause, a, b, f"entities.{thing.name}.attachments")


@dataclass
class _Allowed:
    """What a clause says of how many files and how large, and where it says so."""

    said: dict[str, object] = field(default_factory=dict)
    spans: list[tuple[int, int]] = field(default_factory=list)


def _allowed(page: Page, clause: Clause, files_said: str) -> _Allowed:
    found = _Allowed()
    for a, b, count in clause.find(terms.COUNT):
        found.said["max_count"] = int(count["count"]) or 1
        found.spans.append((a, b))
    for a, b, size in clause.find(SIZE):
        mb = round(megabytes(size["count"], size["unit"]))
        if page.free(clause, a, b) and 1 <= mb <= _MOST_MB:
            found.said["max_mb"] = mb
            found.spans.append((a, b))
    if terms.IMAGES.search(files_said) and not terms.PAPERS.search(clause.text):
        found.said["types"] = terms.IMAGE_TYPES
    return found


def _holders(things: Things, clause: Clause, first: int, stop: int, main: Thing) -> list[Thing]:
    """The things that files hang on: those named after the upload, else before it, above it, or the main one."""
    if after := things.in_clause(clause, stop, part_end(clause, stop)):
        return [after[0][2], *_listed_with(things, clause, after[0][1])]
    if before := things.in_clause(clause, part_start(clause, first), first):
        return [before[0][2]]
    for at in clause.ancestors():
        if at.kind != "sentence" and (named := things.in_clause(at)):
            return [named[0][2]]
    return [main]


def _listed_with(things: Things, clause: Clause, at: int) -> Iterator[Thing]:
    """The things of a list that goes on: `wagons` in `photos for locomotives and wagons`."""
    words = clause.words
    while words[at : at + 1] and words[at] in terms.LIST_JOINTS:
        while words[at : at + 1] and words[at] in terms.LIST_JOINTS | DETERMINERS:
            at += 1
        hit = things.at(clause, at) if at < len(words) else None
        if hit is None or words[at + hit[1] : at + hit[1] + 1] not in _LIST_ENDS:
            return
        yield hit[0]
        at += hit[1]


def cache(page: Page, things: Things, clause: Clause) -> None:
    """`cache products for 5 minutes`, `Redis caching for frequently accessed data`."""
    for first, stop, match in clause.find(terms.CACHING):
        if not terms.CACHE_WORD.search(match.group()):
            continue
        lasting = next(((a, b, seconds(m)) for a, b, m in clause.find(DURATION) if a >= stop), None)
        named = [t for _, _, t in things.in_clause(clause, part_start(clause, first), list_end(clause, stop))]
        chosen = list(dict.fromkeys(named)) or list(things)
        for thing in chosen:
            thing.cache = min(lasting[2], 86_400) if lasting and lasting[2] else _CACHE_SECONDS
        elements = tuple(f"entities.{thing.name}.cache" for thing in chosen)
        page.claim(clause, first, stop, *elements)
        if lasting:
            page.claim(clause, lasting[0], lasting[1], *elements)
        else:
            page.assume(
                f"reads may be answered from the cache for {_CACHE_SECONDS} seconds",
                "the brief asks for caching and says no time",
                f"entities.{chosen[0].name}.cache",
                f"cache: {_CACHE_SECONDS}",
            )
        for a, b, _ in clause.find(terms.FREQUENT):
            page.claim(clause, a, b, *elements)


def bulk(page: Page, things: Things, clause: Clause, main: Thing) -> None:
    """`bulk import of up to 500 products`."""
    for first, stop, match in clause.find(terms.BULK):
        if not page.free(clause, first):
            continue
        named = things.in_clause(clause, part_start(clause, first), part_end(clause, stop))
        thing = named[-1][2] if named else main
        element = f"entities.{thing.name}.bulk"
        count = next(
            (
                (a, b, m)
                for a, b, m in clause.find(terms.BULK_COUNT)
                if a >= stop - 1 and page.free(clause, a)
            ),
            None,
        )
        rows = int(re.sub(r"\D", "", count[2]["count"])[:6] or 0) if count else 100
        thing.bulk = min(max(rows, 1), 1000)
        page.claim(
            clause,
            first,
            stop,
            element,
            note="creates many rows in one request" if "delet" in match.group() else "",
        )
        if count:
            page.claim(clause, count[0], count[1], element)
            if rows > 1000:
                page.assume(
                    f"{thing.name}: 1,000 rows at once instead of {rows:,}",
                    "one request creates at most 1,000 rows",
                    element,
                    "bulk: 1000",
                )
        else:
            page.assume(
                f"{thing.name}: up to 100 rows at once",
                "the brief asks for bulk and says no number",
                element,
                "bulk: 100",
            )
