"""Which things a brief is about.

What lives here: the places in a text where a noun must be an entity (lists of tables, objects of `manage`, definitions,
relations), and the passing mentions that count because the catalogue knows the noun. What must not: fields, relations.
"""

import re
from collections.abc import Iterator

from backwright_workbench.blueprint.model import USER
from backwright_workbench.blueprint.naming import snake
from backwright_workbench.brief import lexicon
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.grammar import BREAKS, DETERMINERS, PREPOSITIONS, is_plural, singular_words, verb_here
from backwright_workbench.brief.identity import identify, is_known
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.text import Clause
from backwright_workbench.brief.things import Things

Span = tuple[int, int]

_SETS = r"(?:tables?|entit(?:y|ies)|models|collections|resources|objects|records|record types|domain objects|business objects)"
_FORWARD = re.compile(
    rf"(?<!\S){_SETS} (?:(?:should|will|must|are|is|be|needed|named|called|include|includes|including|such|as|like|for|of|about|namely|managing|the|following|:|-|\() )+"
    r"|(?<!\S)(?:endpoints|crud|crud operations|crud endpoints|crud apis?|(?:rest )?apis?(?: endpoints)?|operations|backend|service|system|platform|app|application|database|data|schema|information|software|tool|management)"
    r" (?:for|of|on|about|with) (?:(?:managing|tracking|storing|handling|the|following|:|all|our|my|a list of) )*"
)
_BACKWARD = re.compile(rf"(?<!\S)(?:{_SETS}|crud|endpoints|management)(?!\S)")
_KEEP = re.compile(
    r"(?<!\S)(?:manag(?:e|es|ing)|track(?:s|ing)?|handl(?:e|es|ing)|maintain(?:s|ing)?|stor(?:e|es|ing)|keep(?:s|ing)?(?: track| records?| a record| a list)? ?(?:of)?"
    r"|administer(?:ing)?|organi[sz](?:e|es|ing)|crud|register(?:s|ing)?|record(?:s|ing)?|catalog(?:ue|s|ing)?|schedul(?:e|es|ing)|sell(?:s|ing)?|rent(?:s|ing)?(?: out)?"
    r"|deal(?:s|ing)? with|consist(?:s|ing)? of|work(?:s|ing)? with|know(?:s)? about)(?: (?:the|our|their|all|my|following|:|a|an|list|of))* ?(?=\S)"
)
_REFERS = re.compile(
    r"(?<!\S)(?:assigned|linked|attached|related|connected|belonging|taught|led|run|managed|written|made|placed|submitted|booked|handled"
    r"|reviewed|performed|treated|supplied|delivered|driven) (?:to|by|with)(?: (?:an?|one|the|exactly|single|its))*(?= )"
)
_LEAD = re.compile(
    rf"(?<!\S)(?:{_SETS}|data models?|domain models?|domain|schema|manage|track|store|handle|keep track of|crud(?: for)?)(?: [\w,]+){{0,4}}? ?:?$"
)
_DOING = frozenset(
    "create creates creating add adds adding edit edits editing delete deletes remove removes update updates updating view"
    " views viewing see sees browse browses list lists post posts publish publishes place places submit submits reserve"
    " reserves request requests leave leaves write writes open opens log logs cancel cancels approve approves assign assigns"
    " search rate rates buy buys purchase order orders borrow borrows rent rents sell teach teaches read reads pay pays attend"
    " attends join joins complete close closes resolve schedule schedules prescribe issue issues send sends report reports"
    " track tracks manage manages book books maintain".split()
)
_MAKING = frozenset("create creates creating add adds manage manages post posts publish publishes submit submits write place edit delete".split())
_AMBIGUOUS = frozenset(
    "account session message note report page tag plan activity media table document position transaction reading response"
    " question address alert shift agent owner member contact client event group file image part record log location site"
    " company unit item list board case test channel team resource notification user role permission request service"
    " class lesson visit key token operation order book issue task point code line rate review grade guest staff".split()
)
"""Nouns that need more than a mention in passing, unless in the plural after a verb."""

_NOT_THINGS = frozenset(
    "user account role permission password login data information detail everything it them system status state change"
    " history result report file image photo picture attachment notification email feature endpoint operation request"
    " access code entry list access setting backend api app application database server time date way thing kind type list"
    " name title price description quantity amount number phone total update question answer value limit error page sort"
    " search filter query test log metric check job cache redis python docker authentication authorization security"
    " validation documentation management view rule requirement field column table entity model relationship record own"
    " progress availability stock inventory schedule crud rest work them themselves profile admin administrator people"
    " person someone new everything anything best practice standard operation day week month year hour minute second".split()
)
_NOT_HEADS = frozenset(
    "user data information detail management system api endpoint operation feature role access backend app application table"
    " database field column permission support functionality authentication security search filter page code".split()
)
"""Last words of phrases that name no entity either."""

_MANY = frozenset("many multiple several more various list lists zero number".split())
_HAS = frozenset("has have contains contain includes include with having consists stores needs holds".split())


def read_things(page: Page, catalogue: Catalogue) -> Things:
    """The things of a brief, in the order in which it comes to them."""
    things = Things()
    things.domains = domains = catalogue.domains_in([word for clause in page.clauses for word in clause.words])
    for listed, search in ((True, _listed), (False, _done_to), (False, _in_passing)):
        for clause in page.clauses:
            for first, stop in search(page, clause, things, catalogue):
                phrase = clause.words[first:stop]
                thing = things.meant_by(phrase) or identify(phrase, things, catalogue, domains, page)
                if thing:
                    thing.listed = thing.listed or listed
    _bring(page, things, catalogue)
    _claim(page, things)
    return things


def _bring(page: Page, things: Things, catalogue: Catalogue) -> None:
    """What always comes along, if the things are there that it ties together: the lines of an order, with products."""
    for thing in [thing for thing in things if thing.known]:
        for name in thing.entry.brings:
            entry = catalogue.entries[name]
            needs = {field.to for field in entry.fields.values() if field.to and not field.optional}
            if things.of_entry(name) or not all(need == USER or things.of_entry(need) for need in needs):
                continue
            brought = identify(tuple(snake(name).split("_")), things, catalogue, (), page)
            if brought:
                page.assume(f"there is {name}", f"{entry.description} It comes with {thing.name}.", f"entities.{name}", f"{name}:")


def _claim(page: Page, things: Things) -> None:
    for clause in page.clauses:
        for first, stop, thing in things.in_clause(clause):
            if page.free(clause, first, stop):
                page.claim(clause, first, stop, f"entities.{thing.name}")


def _listed(page: Page, clause: Clause, things: Things, catalogue: Catalogue) -> Iterator[Span]:
    """Where nouns are said to be what is stored."""
    yield from _bare(page, clause, catalogue)
    yield from _defined(page, clause, catalogue)
    if clause.kind == "item" and _among_things(page, clause, catalogue) and (span := noun_phrase(page, clause, 0, catalogue)):
        if is_plural(clause.words[span[1] - 1]) and _can_be_thing(clause, span):
            yield span
    for _, stop, _ in clause.find(_FORWARD):
        yield from noun_list(page, clause, stop, catalogue, strict=True)
    for _, stop, _ in clause.find(_KEEP):
        yield from noun_list(page, clause, stop, catalogue, strict=False)
    for first, _, _ in clause.find(_BACKWARD):
        yield from _before(page, clause, first, catalogue)
    for _, stop, _ in clause.find(_REFERS):
        for span in noun_list(page, clause, stop, catalogue, strict=False)[:1]:
            if is_known(clause.words[slice(*span)], catalogue, things.domains):
                yield span
    for at, word in enumerate(clause.words[:-1]):
        if word in ("belongs", "belong") and clause.words[at + 1] == "to":
            yield from noun_list(page, clause, at + 2, catalogue, strict=False)[:1]
        elif word in ("many", "multiple", "several") and set(clause.words[:at]) & _HAS:
            yield from noun_list(page, clause, at + 1, catalogue, strict=False)[:1]


def _bare(page: Page, clause: Clause, catalogue: Catalogue) -> list[Span]:
    """A clause that is nothing but a list of nouns, at least half of them known."""
    spans = noun_list(page, clause, 0, catalogue, strict=False)
    if len(spans) < 2 or clause.words[spans[-1][1] :] not in ((), (".",)):
        return []
    known = [span for span in spans if catalogue.find(" ".join(clause.words[slice(*span)]))]
    plurals = [span for span in spans if is_plural(clause.words[span[1] - 1])]
    under_thing = clause.parent is not None and clause.kind in ("item", "row") and bool(known) and len(plurals) < len(spans)
    return spans if 2 * len(known) >= len(spans) and 2 * len(plurals) >= len(spans) and not under_thing else []


def _defined(page: Page, clause: Clause, catalogue: Catalogue) -> Iterator[Span]:
    """The noun that a clause begins with, if what follows describes it: `Products: …`, `Each order has …`."""
    span = noun_phrase(page, clause, 0, catalogue)
    if not span or not _can_be_thing(clause, span):
        return
    first, stop = span
    words = clause.words
    after = words[stop] if stop < len(words) else ""
    known = catalogue.find(" ".join(words[first:stop])) is not None
    under_label = clause.kind in ("item", "row", "heading") and clause.parent is not None and bool(
        _LEAD.search(clause.parent.text[-200:])
    )
    if clause.kind == "heading":
        if stop == len(words) and (known or under_label):
            yield span
        return
    if under_label and after in ("", ":", "(", "-", "–", "—", "with", "has", "have", ".", ",", "→", "and"):
        yield from noun_list(page, clause, 0, catalogue, strict=False) if after in (",", "and") else [span]
    elif after in (":", "(", "-", "–", "—") and clause.kind in ("item", "row", "sentence"):
        if _labels(words[first:stop]):
            return
        if known or _describes(page, clause, stop + 1):
            yield span
    elif after in ("has", "have", "contains", "contain", "belongs", "belong", "consists", "includes", "include"):
        yield span
    elif after in ("should", "must", "will", "can", "may") and words[stop + 1 : stop + 2] in (("have",), ("contain",), ("include",)):
        yield span
    elif after == "with" and known and clause.kind == "item":
        yield span


def _among_things(page: Page, clause: Clause, catalogue: Catalogue) -> bool:
    """Whether most items of the list that a clause is in begin with nouns in the plural that the catalogue knows."""
    siblings = [c for c in page.clauses if c.kind == "item" and c.parent is clause.parent][:40]
    heads = [span for c in siblings if (span := noun_phrase(page, c, 0, catalogue)) and catalogue.find(" ".join(c.words[slice(*span)]))]
    return len(siblings) >= 3 and 2 * len(heads) >= len(siblings)


def _labels(phrase: tuple[str, ...]) -> bool:
    return all(word in lexicon.LABELS for word in phrase)


def _can_be_thing(clause: Clause, span: Span) -> bool:
    phrase = singular_words(clause.words[span[0] : span[1]])
    if phrase[-1] == "service" and not is_plural(clause.words[span[1] - 1]):
        return False
    return phrase[-1] not in (_NOT_THINGS if len(phrase) == 1 else _NOT_HEADS) and len(phrase[-1]) > 1


def _describes(page: Page, clause: Clause, at: int) -> bool:
    """Whether what follows a noun is a list of short phrases that ask for nothing else: its fields."""
    rest = clause.words[at:]
    if not rest or not page.free(clause, at, len(clause.words)):
        return False
    items = re.split(r" (?:,|and|;|\)|\|) | , and ", f" {' '.join(rest)} ")
    short = [item for item in items if 1 <= len(item.split()) <= 5]
    return len(items) >= 2 and len(short) >= 0.7 * len(items) and not set(rest[:1]) & BREAKS


def _before(page: Page, clause: Clause, at: int, catalogue: Catalogue) -> Iterator[Span]:
    """The list that ends right before `tables` and the like."""
    first = at
    while first > 0 and (
        clause.words[first - 1] in (",", "and", "&", "/")
        or (clause.tokens[first - 1].is_word and clause.words[first - 1] not in BREAKS and page.free(clause, first - 1))
        or _inside_known(clause, first - 1, catalogue)
    ):
        first -= 1
    loose = clause.words[at] in ("management", "endpoints", "crud")
    for span in noun_list(page, clause, first, catalogue, strict=False, end=at):
        if not loose or catalogue.find(" ".join(clause.words[slice(*span)])):
            yield span


def _inside_known(clause: Clause, at: int, catalogue: Catalogue) -> bool:
    return any((hit := catalogue.match(clause.run(start), 0)) and start + hit[1] > at for start in range(max(0, at - 2), at + 1))


def _done_to(page: Page, clause: Clause, things: Things, catalogue: Catalogue) -> Iterator[Span]:
    """The objects of what people do: `customers place orders`."""
    for at, word in enumerate(clause.words):
        if word not in _DOING or (at and clause.words[at - 1] in DETERMINERS):
            continue
        for span in noun_list(page, clause, at + 1, catalogue, strict=False):
            phrase = clause.words[span[0] : span[1]]
            if is_known(phrase, catalogue, things.domains) or (word in _MAKING and is_plural(phrase[-1])):
                yield span


def _in_passing(page: Page, clause: Clause, things: Things, catalogue: Catalogue) -> Iterator[Span]:
    """Nouns that the catalogue knows, in the plural or of several words, outside lists of fields."""
    at = 0
    fields_from = _fields_from(clause, things)
    while at < len(clause.words):
        hit = catalogue.match(clause.run(at), 0)
        if not hit or not page.free(clause, at, at + hit[1]) or things.at(clause, at):
            at += 1
            continue
        stop = at + hit[1]
        last = singular_words(clause.words[at:stop])[-1]
        plural = is_plural(clause.words[stop - 1])
        clear = plural and (hit[1] > 1 or last not in _AMBIGUOUS) and last not in _NOT_THINGS
        many = bool(_MANY & set(clause.words[max(0, at - 2) : at]))
        before = clause.words[max(0, at - 1) : at]
        compound = bool(before) and clause.tokens[at - 1].is_word and before[0] not in BREAKS | DETERMINERS and page.free(clause, at - 1)
        if compound and not is_known((*before, *clause.words[at:stop]), catalogue, things.domains):
            clear = False
        if clear and not verb_here(clause.words, at) and (at < fields_from or many) and clause.words[at : at + 1] != ("users",):
            yield at, stop
        at = stop


def _fields_from(clause: Clause, things: Things) -> int:
    """Where a clause begins to list the fields of a thing; past its end if nowhere."""
    for _, stop, _ in things.in_clause(clause):
        if stop < len(clause.words) and clause.words[stop] in _HAS | {":", "("}:
            return stop
    parent = clause.parent
    if clause.kind in ("item", "row") and parent and parent.kind in ("item", "heading") and things.in_clause(parent):
        return 0
    return len(clause.words) + 1


def noun_phrase(page: Page, clause: Clause, at: int, catalogue: Catalogue, end: int | None = None) -> Span | None:
    """The noun phrase from this word on, without its determiners; business words first, then any words up to a break."""
    words = clause.words[:end]
    while at < len(words) and words[at] in DETERMINERS:
        at += 1
    stop = at
    while stop < len(words) and stop - at < 4:
        hit = catalogue.match(clause.run(stop), 0)
        if hit and stop + hit[1] <= len(words) and not (stop == at and hit[1] == 1 and verb_here(words, stop)):
            stop += hit[1]
        elif clause.tokens[stop].is_word and words[stop] not in BREAKS and page.free(clause, stop) and not (stop > at and _participle(words[stop])):
            stop += 1
        else:
            break
    return (at, stop) if stop > at and page.free(clause, at, stop) else None


def _participle(word: str) -> bool:
    return word.endswith("ed") and len(word) > 5


def noun_list(
    page: Page, clause: Clause, at: int, catalogue: Catalogue, *, strict: bool, end: int | None = None
) -> list[Span]:
    """The noun phrases of a list with commas and `and`; details in brackets are stepped over.

    With `strict`, a noun that the catalogue does not know must be in the plural or in a list.
    """
    spans: list[Span] = []
    words = clause.words[:end]
    while at < len(words):
        span = noun_phrase(page, clause, at, catalogue, end)
        if not span:
            break
        if _can_be_thing(clause, span):
            spans.append(span)
        at = span[1]
        if at < len(words) and words[at] in ("(", "["):
            at = _past_bracket(words, at)
        follows = at
        while at < len(words) and words[at] in (",", "and", "&", "/", "plus", "or", "+") :
            at += 1
        if at == follows or (at < len(words) and words[at] in PREPOSITIONS):
            break
    if strict and len(spans) == 1 and not _counts(clause, spans[0], catalogue):
        return []
    return spans


def _counts(clause: Clause, span: Span, catalogue: Catalogue) -> bool:
    phrase = clause.words[span[0] : span[1]]
    return is_plural(phrase[-1])


def _past_bracket(words: tuple[str, ...], at: int) -> int:
    depth = 0
    for index in range(at, len(words)):
        depth += (words[index] in "([{") - (words[index] in ")]}")
        if depth == 0:
            return index + 1
    return len(words)
