"""Where the brief lists the fields of a thing, and the items of such a list.

What lives here: regions (`Each order has …`, `Products: …`, nested lists) and cutting them into items. What must not: what
an item means (`fields.py`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from backwright_workbench.brief.grammar import DETERMINERS, is_plural, singular_words
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.text import Clause
from backwright_workbench.brief.things import Thing, Things


@dataclass(frozen=True)
class Region:
    """Words that list what a thing has; `thing` is `None` where they describe users."""

    thing: Thing | None
    clause: Clause
    first: int
    stop: int
    owns: bool
    """Whether plurals in the list belong to the thing (`a customer has orders`)."""
    examples: bool = False
    """Whether the list says that it is not complete."""


_CONNECT = re.compile(
    r"(?:,? ?(?:which|that|who|should|must|will|can|may|also|to|need to|needs to) )*"
    r"(?P<verb>with|having|has|have|contains?|includes?|include|containing|consists? of|stores?|records?|needs?|tracks?|carry|carries|comes? with|come with|\(|:|-|–|—|"
    r"(?:is|are) (?:described|defined|identified) by)"
    r"(?: (?:(?:at least|also|both|the|following|these|such|a|an|some|only|just|basic|usual|fields?|attributes?|columns?|properties|data|information|details|including|include|like|as|:|,|\() ?)*(?:fields?|attributes?|columns?|properties|data|details|information|following)(?: (?:such as|like|including|are|:|\())*(?= |$)| :)?"
)
_FIELDS = re.compile(r"^(?:(?:the|its|their|main|key|required|with|has) )*(?:fields|attributes|columns|properties)(?: (?:are|include|including|:|-|–))+")
_PRONOUN = re.compile(r"^(?:it|they|each(?: one)?|every one|these|this|both) (?:also )?(?:should |must |will |can )?(?:has|have|contains?|includes?|stores?|needs?)(?: (?:also|the|following|fields|:))* ")
_OF_EACH = re.compile(r"(?<!\S)(?:store|stores|track|tracks|record|records|keep|keeps|capture|captures|save|need|know|hold) (?=.* (?:for|of|about|on) (?:each|every|all|the|a|an|our)? ?)")
_FOR_EACH = re.compile(r"^(?:for|of) (?:each|every|an?|all|the) ")
_USERS = re.compile(r"^(?:(?:each|every|a|an|the|all|registered) )*users?(?: accounts?| profiles?)? (?:has|have|with|:|\(|should have|must have)(?= )")
_VALUES = re.compile(r"^(?:(?:the|its|possible|allowed|order|valid) )*(?:status|statuses|state|states|priority|priorities|type|category|severity)(?: (?:values|is|are|can be|may be|one of|include|flow|workflow|goes|moves|from))* ?(?::|is|are|can|may|\(|-|–|=)")
_EXAMPLES = re.compile(r"(?<!\S)(?:such as|like|eg|including|for example|etc|at least|among others|and so on)(?!\S)")
_ENDS = re.compile(r"^(?:so|where|while|when|whenever|whose|because|if|then|until|unless|but|each|every|can|cannot|may|should|must|will|using|via|is|are|for|to|by|from|in|on|at|per|sorted|searchable|filterable|into|through|as|managed|stored|accessible|only)$")
_PAIRED = frozenset(
    "start end first last check_in check_out checkin checkout from to billing shipping home work opening closing departure arrival min max minimum maximum"
    " pickup delivery pick_up drop_off dropoff issue due created updated middle family given begin birth death planned actual estimated buying selling purchase sale".split()
)
_PAIR_HEADS = frozenset("date time name address price amount number location city hour cost price at quantity phone email".split())
_QUALIFIER = re.compile(
    r"^(?:and )?(?:which (?:is|are|must|may|can)|that (?:is|are|must|may|can)|must be|should be|(?:optional|optionally|required|mandatory|unique)(?= *(?:$|,|and|\.|\)|;|field))|(?:up to|max|maximum|min|minimum|at least|at most|no more than)(?: of)? [\d.,]+(?: (?:characters|chars|letters|digits|%))?(?= *(?:$|,|and|\.|\)|;))|default|defaults|defaulting|"
    r"positive|non negative|not null|nullable|between|if any|if known|greater|less|one of|either|can be|both (?:required|optional|unique)|all (?:required|optional)|in (?:cents|euros?|usd|eur|dollars|kg|minutes|hours|km|percent)|initially|\d+ (?:characters|chars))(?!\S)"
)


def regions(page: Page, things: Things) -> Iterator[Region]:
    """All lists of fields, in the order of the brief."""
    before: Thing | None = None
    for clause in page.clauses:
        found = list(_in_clause(clause, things, before))
        yield from found
        mentions = things.in_clause(clause)
        before = found[-1].thing if found else (mentions[0][2] if mentions else before)


def _in_clause(clause: Clause, things: Things, before: Thing | None) -> Iterator[Region]:
    text = clause.text
    if _USERS.match(text) and not things.in_clause(clause):
        start = _USERS.match(text).group().count(" ") + 1  # type: ignore[union-attr]
        yield Region(None, clause, start, len(clause.words), owns=True)
        return
    mentions = things.in_clause(clause)
    if mentions and _leads(clause, mentions[0][0]) and _VALUES.match(" ".join(clause.words[mentions[0][1] :])):
        yield _region(mentions[0][2], clause, mentions[0][1], len(clause.words), owns=False)
        return
    if before and _VALUES.match(text) and not things.in_clause(clause, 0, 2):
        yield _region(before, clause, 0, len(clause.words), owns=False)
        return
    above = _above(clause, things)
    if match := _FIELDS.match(text):
        thing = above or before
        if thing:
            yield _region(thing, clause, match.group().count(" ") + 1, len(clause.words), owns=False)
        return
    if (match := _PRONOUN.match(text)) and (before or above):
        thing = before or above
        if thing:
            yield _region(thing, clause, match.group().strip().count(" ") + 1, len(clause.words), owns=True)
        return
    own = list(_after_mentions(clause, things))
    yield from own
    if not own and above and clause.kind in ("item", "row") and not _starts_sentence(clause, things):
        yield _region(above, clause, 0, len(clause.words), owns=True)
    elif not own:
        yield from _of_each(clause, things)


def _region(thing: Thing, clause: Clause, first: int, stop: int, *, owns: bool) -> Region:
    examples = bool(_EXAMPLES.search(" ".join(clause.words[max(0, first - 4) : stop])))
    return Region(thing, clause, first, stop, owns, examples)


def _above(clause: Clause, things: Things) -> Thing | None:
    """The thing that a list item or a sentence under a heading describes."""
    for at in clause.ancestors():
        mentions = things.in_clause(at)
        if mentions and at.kind != "sentence" and mentions[0][0] <= 2 and len({m[2] for m in mentions}) == 1:
            return mentions[0][2]
        if mentions and at.kind == "sentence" and clause.kind == "item":
            last = mentions[-1]
            tail = " ".join(at.words[last[1] :])
            if re.fullmatch(r"(?:(?:has|have|with|contains?|includes?|should have|fields?|the|following|attributes?|needs?|:) ?)+", tail):
                return last[2]
            return None
        if mentions:
            return None
    return None


def _starts_sentence(clause: Clause, things: Things) -> bool:
    """Whether an item is a statement of its own rather than a field."""
    words = clause.words
    return bool(
        re.search(r"(?<!\S)(?:belongs?|has|have|can|cannot|may|must be able|should be able|users?|only|filter|filters|sort|search|rate|list|assigned|->)(?!\S)", clause.text)
        and not re.search(r"can be (?:empty|null|blank|[a-z ]+ or )", clause.text)
    ) or (words[:1] in (("filter",), ("filters",), ("search",), ("sort",)))


def _after_mentions(clause: Clause, things: Things) -> Iterator[Region]:
    """Lists that follow a thing's name: `orders with …`, `Orders: …`, `orders (…)`."""
    mentions = things.in_clause(clause)
    starts: list[tuple[int, int, Thing, str]] = []
    for first, stop, thing in mentions:
        match = _CONNECT.match(clause.text, _offset(clause, stop))
        if not match or stop >= len(clause.words) or clause.words[max(0, first - 1)] in ("of", "per"):
            continue
        verb = match["verb"]
        if verb in (":", "-", "–", "—") and not _leads(clause, first):
            continue
        starts.append((first, stop + match.group().strip().count(" ") + 1, thing, verb))
    if mentions and not starts and clause.kind != "sentence" and _leads(clause, mentions[0][0]):
        begin = next((i for i, word in enumerate(clause.words) if word in (":", "-", "–", "—")), 0)
        starts += [(mentions[0][0], begin + 1, mentions[0][2], "has")] if begin > mentions[0][1] else []
    starts += _continued(clause, mentions, starts)
    starts.sort(key=lambda start: start[0])
    for number, (_, begin, thing, verb) in enumerate(starts):
        following = [first for first, *_ in starts[number + 1 :] if first >= begin]
        if verb == "(":
            end = _closing(clause.words, begin)
        else:
            end = _end(clause, begin, _list_start(clause, following[0]) if following else len(clause.words))
        owns = verb not in ("with", "(", "having") or begin <= 4
        yield _region(thing, clause, begin, end, owns=owns)


_AND_HAS = re.compile(r"(?<!\S)(?:and|,|, and|which|that|who) (?:also |each |they |it |every one )*(?:should have|must have|with|having|has|have|contains?|stores?|includes?)(?= )")


def _continued(
    clause: Clause, mentions: list[tuple[int, int, Thing]], starts: list[tuple[int, int, Thing, str]]
) -> list[tuple[int, int, Thing, str]]:
    """`A loan belongs to a member and has a due date`: what a sentence goes on to say of its subject."""
    if not mentions or not _leads(clause, mentions[0][0]):
        return []
    known = {begin for _, begin, _, _ in starts}
    found = [(first, stop, mentions[0][2], "has") for first, stop, _ in clause.find(_AND_HAS)]
    return [start for start in found if start[1] not in known and start[0] > mentions[0][0]]


def _leads(clause: Clause, first: int) -> bool:
    """Whether a clause begins with the noun at `first`."""
    return all(word in DETERMINERS or word in ("for",) for word in clause.words[:first])


def _list_start(clause: Clause, first: int) -> int:
    while first > 0 and clause.words[first - 1] in DETERMINERS | {",", "and"}:
        first -= 1
    return first


def _offset(clause: Clause, index: int) -> int:
    return sum(len(word) + 1 for word in clause.words[:index])


def _closing(words: tuple[str, ...], begin: int) -> int:
    depth = 1
    for index in range(begin, len(words)):
        depth += (words[index] in "([{") - (words[index] in ")]}")
        if depth == 0:
            return index
    return len(words)


def _end(clause: Clause, begin: int, limit: int) -> int:
    """Where a list of fields ends before `limit`: at the full stop, or where a new statement begins."""
    depth = 0
    for index in range(begin, limit):
        word = clause.words[index]
        depth += (word in "([{") - (word in ")]}")
        if depth < 0 or (depth == 0 and word in (".", ";")):
            return index
        opens = clause.words[index - 1] in (",", "and") and index > begin
        if depth == 0 and opens and re.match(r"^(?:each|every|users?|only|customers can|is|are|can|cannot|they|it|we|support|rate|search|jwt|oauth2|role|roles|rbac|postgresql|redis)$", word):
            return index
    return limit


def _of_each(clause: Clause, things: Things) -> Iterator[Region]:
    """`store the name and email of each customer`, `for each customer we store …`."""
    mentions = things.in_clause(clause)
    if not mentions:
        return
    if _FOR_EACH.match(clause.text) and mentions[0][0] <= 3:
        match = re.search(r"(?<!\S)(?:store|track|record|keep|capture|save|need|know|hold|there is|we need)(?: (?:the|its|their|track|of|following|:))*(?!\S)", clause.text)
        if match:
            begin = clause.text[: match.end()].count(" ") + 1
            yield _region(mentions[0][2], clause, begin, _end(clause, begin, len(clause.words)), owns=False)
    elif match := _OF_EACH.search(clause.text):
        begin = clause.text[: match.end()].strip().count(" ") + 1
        for first, _, thing in mentions:
            opening = re.search(r"(?:for|of|about|on)(?: (?:each|every|all|the|a|an|our))?$", " ".join(clause.words[begin:first]))
            if opening and first - begin >= 2:
                yield _region(thing, clause, begin, first - opening.group().count(" ") - 1, owns=False)
                return


def items(clause: Clause, first: int, stop: int) -> Iterator[tuple[int, int]]:
    """The items of a list between two words: cut at commas and `and`, but not inside brackets, ranges and values."""
    words = clause.words
    begin, depth = first, 0
    index = first
    while index < stop:
        word = words[index]
        depth = max(0, depth + (word in "([{") - (word in ")]}"))
        cut = depth == 0 and (word in (",", ";", "&", "plus") or word == "and" or (word == "as" and words[index + 1 : index + 3] == ("well", "as")))
        if cut and not _holds_together(words, begin, index, stop):
            if index > begin:
                yield begin, index
            begin = index + (3 if word == "as" else 1)
            index = begin
            continue
        index += 1
    if begin < stop:
        yield begin, stop


def _holds_together(words: tuple[str, ...], begin: int, index: int, stop: int) -> bool:
    """Whether the words on both sides of a separator are one item."""
    rest = " ".join(words[index + 1 : min(stop, index + 8)])
    if words[index] == "and" and "between" in words[max(begin, index - 3) : index]:
        return True
    if _QUALIFIER.match(rest):
        return True
    return _in_values(words, begin, index, stop)


_VALUES_OF = re.compile(r"(?:one of|either|can be|could be|may be|which is|that is|status of|state of|priority of|type of|values|values :|statuses|(?:status|state|priority|type|severity|role|level|kind|category) (?::|=|-))(?: \S+)?(?: (?:,|\|) \S+(?: \S+)?)*$")


def _in_values(words: tuple[str, ...], begin: int, index: int, stop: int) -> bool:
    """Whether the separator stands in values without brackets: `a status of draft, published or archived`."""
    before = " ".join(words[begin:index])
    if not _VALUES_OF.search(before) or " or " in f" {before} ":
        return False
    rest = list(words[index + 1 : stop])
    if "or" in rest[:8]:
        return True
    named = re.search(r"(?<!\S)(?:status|state|priority|type|severity|level|kind|category|values|role) (?::|=|-)|values", before)
    rest = " ".join(rest).partition(" ( ")[0].rstrip(" .").split()
    return bool(named) and all(re.fullmatch(r"[a-z]+|,|and", word) for word in rest) and len(rest) <= 20


def paired(parts: list[tuple[int, int]], words: tuple[str, ...]) -> dict[int, str]:
    """Items that borrow the last word of the next: `start and end date` → {0: "date"}."""
    heads: dict[int, str] = {}
    for number in range(len(parts) - 1):
        own = [word for word in words[slice(*parts[number])] if word not in DETERMINERS]
        following = words[slice(*parts[number + 1])]
        last = next((singular_words((word,))[0] for word in following[1:3] if singular_words((word,))[0] in _PAIR_HEADS), "")
        if "_".join(own) in _PAIRED and last:
            heads[number] = last
    return heads


def plural_item(words: tuple[str, ...]) -> bool:
    """Whether an item names many."""
    return bool(words) and (is_plural(words[-1]) or bool({"many", "multiple", "several"} & set(words)))
