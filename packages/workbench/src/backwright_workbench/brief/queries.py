"""Filters, sorting, search, files, caching and bulk: what the API of a thing offers.

What lives here: finding which of these a brief wants for which thing. What must not: access, and limits on every caller.
"""

import keyword
import re
from collections.abc import Iterator

from backwright_workbench.blueprint.checks.queries import LARGE, SEARCHABLE
from backwright_workbench.blueprint.model import Attachments
from backwright_workbench.brief import lexicon
from backwright_workbench.brief.grammar import singular_words
from backwright_workbench.brief.inference import infer_field
from backwright_workbench.brief.items import items
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.quantities import DURATION, SIZE, megabytes, seconds
from backwright_workbench.brief.text import Clause
from backwright_workbench.brief.things import Thing, Things

_LINK = r"(?: (?:by|on|with|using|for|of|via|through|across|over|in|and|filters?|such|as|like|the|their|:|-|–|support|options|including|fields?|its|them|it|lists?|results?|all|any|field|multiple|various|or|/|\())*"
_FILTER = re.compile(rf"(?<!\S)(?:(?:advanced |basic |flexible )*(?:filter(?:s|ed|ing|able)?))(?!\S){_LINK}")
_SORT = re.compile(rf"(?<!\S)(?:sort(?:s|ed|ing|able)?|order(?:ed|ing) by|sort order)(?!\S){_LINK}")
_SEARCH = re.compile(rf"(?<!\S)(?:(?:full text|text|keyword|free text|fuzzy|quick|global|simple|and|a) )*search(?:able|ing|es|ed)?(?!\S)(?: (?:endpoints?|functionality|feature|box))*")
_SEARCH_BY = re.compile(r"(?:(?:by|on|in|across|over|through|using|for|via) )+(?:(?:the|their|its|all|any|both|either) )*")
_FILES = re.compile(
    r"(?<!\S)(?:(?:multiple|several|secure|and|or|,|/|file|files|image|images|photo|photos|picture|pictures|document|documents|pdf|pdfs|media|video|receipt|receipts|scan|scans|cover|profile|avatar|screenshots?|supporting|of|to|a|an) )*"
    r"(?:(?:up)?loads?|uploading|uploaded|attach(?:ments?|ed|ing|es)?)"
    r"(?: (?:of|for|for the|and|or|/|,|multiple|several|file|files|image|images|photos?|pictures?|documents?|pdfs?|media|videos?|receipts?|attachments?|uploads?|storage|stored|handling|support|storing|scans?|a|an|the|their|screenshots?|to|on|with|as|it|them|downloads?|supporting|cover))*(?!\S)"
    r"|(?<!\S)(?:with |and |have |has |store |several |product |their )*(?:photos?|images?|attachments?|file storage|pictures?)(?: (?:of|and|for|upload|storage|files?|documents))*(?!\S)"
)
_IMAGES = re.compile(r"(?<!\S)(?:images?|photos?|pictures?|screenshots?|avatars?|covers?)(?!\S)")
_PAPERS = re.compile(r"(?<!\S)(?:pdfs?|documents?|receipts?|scans?|files?|attachments?|invoices?|contracts?|csvs?|reports?)(?!\S)")
_IMAGE_TYPES = ("image/png", "image/jpeg", "image/webp")
_COUNT = re.compile(r"(?<!\S)(?:up to|max(?:imum)?(?: of)?|at most|no more than) (?P<count>\d{1,4}) (?:files?|images?|photos?|pictures?|attachments?|documents?)(?: (?:each|per \w+))?")
_BULK = re.compile(
    r"(?<!\S)(?:bulk|batch|mass)(?: (?:creat(?:e|ion|ing)|import(?:s|ing)?|insert(?:s|ion)?|upload|operations?|endpoints?|add|updates?|processing|requests?|actions?|of|for|and|delete|deletion|api))*(?!\S)"
)
_BULK_COUNT = re.compile(r"(?<!\S)(?:(?:of )?(?:up to|max(?:imum)?(?: of)?|at most|limited to) )?(?P<count>\d[\d.,]*)(?: (?:items?|rows?|records?|entries|at once|per request|at a time|\w+ (?:at once|per request|at a time)))*")
_CACHE_SECONDS = 30
_CACHE_WORD = re.compile(r"(?<!\S)(?:cach(?:e|es|ed|ing)|cache layer)(?!\S)")


def main_thing(page: Page, things: Things) -> Thing | None:
    """The thing that a service is about: that of its title, else the one that refers to most others."""
    if not len(things):
        return None
    head = page.clauses[0]
    titled = [thing for first, _, thing in things.in_clause(head) if first < 12]
    ranked = list(things)
    if titled and (head.kind == "heading" or re.search(r"manag|track|system|service|api|backend|app", head.text)):
        return titled[0]
    return max(ranked, key=lambda t: (t.listed, sum(f.to is not None for f in t.entry.fields.values()), -ranked.index(t)))


def read_queries(page: Page, things: Things, *, bucket: bool) -> None:
    """Give things the filters, sorts, search, files, cache and bulk that the brief asks for."""
    main = main_thing(page, things)
    if main is None:
        return
    for clause in page.clauses:
        _lists(page, things, clause, main, _FILTER, "filters")
        _lists(page, things, clause, main, _SORT, "sorts")
        _search(page, things, clause, main)
        _bulk(page, things, clause, main)
        _cache(page, things, clause)
        _files(page, things, clause, main)


def _lists(page: Page, things: Things, clause: Clause, main: Thing, pattern: re.Pattern[str], key: str) -> None:
    """`filter by status and priority`, `filters (status, priority)`, `sortable by price`."""
    for first, stop, _ in clause.find(pattern):
        if not page.free(clause, first):
            continue
        end = _list_end(clause, stop)
        parts = [(a, b) for a, b in _alternatives(clause, stop, end)]
        thing = _whose(things, clause, first, parts, main)
        page.claim(clause, first, stop, f"entities.{thing.name}.{key}")
        found = [name for part in parts if (name := _column(page, things, thing, clause, *part, key=key))]
        current = getattr(thing.entry, key)
        thing.entry = thing.entry.model_copy(update={key: tuple(dict.fromkeys((*current, *found)))})


def _list_end(clause: Clause, begin: int) -> int:
    depth = 1 if clause.words[begin - 1 : begin] == ("(",) else 0
    for index in range(begin, len(clause.words)):
        word = clause.words[index]
        depth += (word in "([{") - (word in ")]}")
        if depth < 0 or (clause.words[begin - 1 : begin] == ("(",) and depth == 0):
            return index
        if depth == 0 and word in (".", ";", "sort", "sorted", "sorting", "search", "pagination", "paginated", "with", "using", "when", "so", "full"):
            return index
    return len(clause.words)


def _alternatives(clause: Clause, first: int, stop: int) -> Iterator[tuple[int, int]]:
    """Items of a list, cut at `or` and `/` too."""
    for a, b in items(clause, first, stop):
        begin = a
        for index in range(a, b):
            if clause.words[index] in ("or", "/"):
                if index > begin:
                    yield begin, index
                begin = index + 1
        if begin < b:
            yield begin, b


def _part_start(clause: Clause, at: int) -> int:
    """Where the phrase between commas that holds a word begins."""
    return next((i + 1 for i in range(at - 1, -1, -1) if clause.words[i] in (",", ";")), 0)


def _part_end(clause: Clause, at: int) -> int:
    return next((i for i in range(at, len(clause.words)) if clause.words[i] in (",", ";", ".")), len(clause.words))


def _whose(things: Things, clause: Clause, first: int, parts: list[tuple[int, int]], main: Thing) -> Thing:
    """The thing that a query is on: named before it in the clause or above it, else the one that has these fields."""
    before = [thing for _, _, thing in things.in_clause(clause, _part_start(clause, first), first)]
    if before:
        return before[-1]
    before = [thing for _, _, thing in things.in_clause(clause, 0, first)]
    if before and (len(set(before)) == 1 or not parts):
        return before[-1] if len(set(before)) == 1 else main
    for at in clause.ancestors():
        mentions = things.in_clause(at)
        if at.kind != "sentence" and len(mentions) == 1:
            return mentions[0][2]
    if parts and (hit := things.at(clause, parts[0][0])) and parts[0][0] + hit[1] < parts[0][1] and clause.words[parts[0][0] + hit[1]] in ("by", "on"):
        return hit[0]
    scores = {thing: sum(bool(_match(things, thing, clause.words[a:b])) for a, b in parts) for thing in things}
    best = max(scores.values(), default=0)
    likely = [main, *reversed(before), *scores]
    return next(thing for thing in likely if scores.get(thing, 0) == best)


def _column(page: Page, things: Things, thing: Thing, clause: Clause, first: int, stop: int, *, key: str) -> str:
    """The field that an item of a filter means; an unknown one is added, as somebody wants to filter by it."""
    words = tuple(w for w in clause.words[first:stop] if w not in ("(", ")", "the", "a", "an", "and", ".", "range", "ranges", "by", "their", "its", "ascending", "descending", "asc", "desc", "then", "of", "[", "]"))
    hit = things.at(clause, first)
    if hit and "by" in clause.words[first + hit[1] : stop]:
        page.claim(clause, first, first + hit[1] + 1)
        words = tuple(w for w in clause.words[first + hit[1] + 1 : stop] if w not in ("the", "a", "."))
    name = _match(things, thing, words)
    if not name:
        name = "_".join(singular_words(words))
        if not words or len(words) > 3 or keyword.iskeyword(name) or not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name) or not page.free(clause, first, stop) or len(name) > 40:
            return ""
        if key != "filters" or infer_field(name).type in LARGE or name in ("limit", "cursor", "sort", "q", "embed", "total", "id", "keyword", "text"):
            return ""
        field = infer_field(name).model_copy(update={"unique": False})
        thing.entry = thing.entry.model_copy(update={"fields": {**thing.entry.fields, name: field}})
        page.assume(f"{thing.name} has a field {name}", "the brief filters by it and no field says the same", f"entities.{thing.name}.fields.{name}", f"{name}: {{type: {field.type}}}")
    field_ = thing.entry.fields.get(name)
    if field_ is not None and field_.type in LARGE:
        return ""
    page.claim(clause, first, stop, f"entities.{thing.name}.{key}")
    return name


_SYNONYMS = {"created": "created_at", "creation": "created_at", "newest": "created_at", "latest": "created_at", "oldest": "created_at", "recent": "created_at", "updated": "updated_at", "modified": "updated_at", "recently": "created_at"}


def _match(things: Things, thing: Thing, words: tuple[str, ...]) -> str:
    """The field of a thing that words mean; empty if none."""
    fields = thing.entry.fields
    if not words:
        return ""
    plain, single = "_".join(words), "_".join(singular_words(words))
    for name in (plain, single, f"{single}s"):
        if name in fields or name in ("created_at", "updated_at"):
            return name
    if words[0] in _SYNONYMS and (len(words) == 1 or words[1] in ("date", "at", "time", "first", "on", "added")):
        return _SYNONYMS[words[0]]
    for length in range(len(words)):
        other = things.meant_by(words[length:])
        if other:
            names = [n for n, f in fields.items() if f.to == other.name]
            if names:
                return names[0]
    stem = re.sub(r"_(?:date|time|at|on|day)$", "", single)
    for name in fields:
        if re.sub(r"_(?:date|time|at|on|day)$", "", name) == stem and stem != single:
            return name
    if single in ("date", "time", "day", "period"):
        return next((n for n, f in fields.items() if f.type in ("date", "datetime") and not f.read_only), "created_at")
    ends = [n for n in fields if n.endswith(f"_{single}") or n.startswith(f"{single}_")]
    if len(ends) == 1:
        return ends[0]
    if single in ("user", "assignee", "owner", "author", "person"):
        return next((n for n, f in fields.items() if f.to == "User" and n != "account"), "")
    return ""


def _search(page: Page, things: Things, clause: Clause, main: Thing) -> None:
    """`search`, `search products by name or description`, `full-text search on title`."""
    for first, stop, _ in clause.find(_SEARCH):
        if not page.free(clause, first):
            continue
        after = things.in_clause(clause, stop, min(stop + 6, len(clause.words)))
        thing = after[0][2] if after else _whose(things, clause, first, _after_filter(clause, stop), main)
        element = f"entities.{thing.name}.search"
        page.claim(clause, first, stop, element)
        begin = after[0][1] if after and after[0][0] - stop <= 2 else stop
        text = " ".join(clause.words[begin:])
        match = _SEARCH_BY.match(text)
        if not match:
            continue
        begin += match.group().strip().count(" ") + 1
        found = []
        for a, b in _alternatives(clause, begin, _list_end(clause, begin)):
            name = _match(things, thing, tuple(w for w in clause.words[a:b] if w not in ("the", ".", "and", "(", ")")))
            field = thing.entry.fields.get(name)
            if field is None:
                continue
            page.claim(clause, a, b, element)
            if field.type in SEARCHABLE:
                found.append(name)
            else:
                thing.entry = thing.entry.model_copy(update={"filters": tuple(dict.fromkeys((*thing.entry.filters, name)))})
        if found:
            thing.entry = thing.entry.model_copy(update={"search": tuple(dict.fromkeys((*found, *(() if thing.exhaustive else thing.entry.search))))})


def _after_filter(clause: Clause, at: int) -> list[tuple[int, int]]:
    """The items that a search filters by or looks in, to tell whose they are."""
    match = re.match(rf"(?:with |and )*(?:{_FILTER.pattern}|{_SEARCH_BY.pattern})", " ".join(clause.words[at:]))
    if not match:
        return []
    begin = at + match.group().strip().count(" ") + 1
    return list(_alternatives(clause, begin, _list_end(clause, begin)))


def _files(page: Page, things: Things, clause: Clause, main: Thing) -> None:
    """Files that hang on rows: of the thing named, else of the main one."""
    for first, stop, match in clause.find(_FILES):
        if not page.free(clause, first, stop) or any(page.claimed_for(clause, i, "entities.") and ".fields." in clause.text for i in range(first, stop)):
            continue
        named = things.in_clause(clause, stop, _part_end(clause, stop)) or things.in_clause(clause, _part_start(clause, first), first)
        above = next((m[0][2] for at in clause.ancestors() if at.kind != "sentence" and (m := things.in_clause(at))), None)
        thing = (named[0][2] if named else None) or above or next((t for t in things if t.entry.attachments and t is main), main)
        said: dict[str, object] = {}
        for a, b, count in clause.find(_COUNT):
            said["max_count"] = int(count["count"]) or 1
            page.claim(clause, a, b, f"entities.{thing.name}.attachments")
        for a, b, size in clause.find(SIZE):
            if page.free(clause, a, b) and 1 <= (mb := round(megabytes(size["count"], size["unit"]))) <= 5120:
                said["max_mb"] = mb
                page.claim(clause, a, b, f"entities.{thing.name}.attachments")
        if _IMAGES.search(match.group()) and not _PAPERS.search(clause.text):
            said["types"] = _IMAGE_TYPES
        before = thing.attachments.model_dump(exclude_defaults=True) if thing.attachments else {}
        thing.attachments = Attachments.model_validate(before | said)
        page.claim(clause, first, stop, f"entities.{thing.name}.attachments")


def _cache(page: Page, things: Things, clause: Clause) -> None:
    """`cache products for 5 minutes`, `Redis caching for frequently accessed data`."""
    for first, stop, match in clause.find(lexicon.CACHING):
        if not _CACHE_WORD.search(match.group()):
            continue
        lasting = next(((a, b, seconds(m)) for a, b, m in clause.find(DURATION) if a >= stop), None)
        named = [t for _, _, t in things.in_clause(clause, _part_start(clause, first), _list_end(clause, stop))]
        chosen = list(dict.fromkeys(named)) or list(things)
        for thing in chosen:
            thing.cache = min(lasting[2], 86_400) if lasting and lasting[2] else _CACHE_SECONDS
        elements = tuple(f"entities.{thing.name}.cache" for thing in chosen)
        page.claim(clause, first, stop, *elements)
        if lasting:
            page.claim(clause, lasting[0], lasting[1], *elements)
        else:
            page.assume(f"reads may be answered from the cache for {_CACHE_SECONDS} seconds", "the brief asks for caching and says no time", f"entities.{chosen[0].name}.cache", f"cache: {_CACHE_SECONDS}")
        for a, b, _ in clause.find(lexicon.FREQUENT):
            page.claim(clause, a, b, *elements)


def _bulk(page: Page, things: Things, clause: Clause, main: Thing) -> None:
    """`bulk import of up to 500 products`."""
    for first, stop, match in clause.find(_BULK):
        if not page.free(clause, first):
            continue
        named = things.in_clause(clause, _part_start(clause, first), _part_end(clause, stop))
        thing = named[-1][2] if named else main
        element = f"entities.{thing.name}.bulk"
        count = next(((a, b, m) for a, b, m in clause.find(_BULK_COUNT) if a >= stop - 1 and page.free(clause, a)), None)
        rows = int(re.sub(r"\D", "", count[2]["count"])[:6] or 0) if count else 100
        thing.bulk = min(max(rows, 1), 1000)
        page.claim(clause, first, stop, element, note="creates many rows in one request" if "delet" in match.group() else "")
        if count:
            page.claim(clause, count[0], count[1], element)
            if rows > 1000:
                page.assume(f"{thing.name}: 1,000 rows at once instead of {rows:,}", "one request creates at most 1,000 rows", element, "bulk: 1000")
        else:
            page.assume(f"{thing.name}: up to 100 rows at once", "the brief asks for bulk and says no number", element, "bulk: 100")
