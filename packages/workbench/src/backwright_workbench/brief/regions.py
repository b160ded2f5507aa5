"""Where the brief lists the fields of a thing: `Each order has …`, `Products: …`, nested lists.

What lives here: finding these lists. What must not: cutting them into items (`items.py`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.grammar import DETERMINERS
from backwright_workbench.brief.lexicon import items as terms
from backwright_workbench.brief.page import Page
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
    above = _above(clause, things)
    if clause.lists_fields and above:
        yield _region(above, clause, 0, len(clause.words), owns=False)
        return
    if terms.USERS.match(text) and not things.in_clause(clause):
        start = terms.USERS.match(text).group().count(" ") + 1  # type: ignore[union-attr]
        yield Region(None, clause, start, len(clause.words), owns=True)
        return
    mentions = things.in_clause(clause)
    if (
        mentions
        and _leads(clause, mentions[0][0])
        and terms.VALUES.match(" ".join(clause.words[mentions[0][1] :]))
    ):
        yield _region(mentions[0][2], clause, mentions[0][1], len(clause.words), owns=False)
        return
    if before and terms.VALUES.match(text) and not things.in_clause(clause, 0, 2):
        yield _region(before, clause, 0, len(clause.words), owns=False)
        return
    if match := terms.FIELDS.match(text):
        thing = above or before
        if thing:
            yield _region(thing, clause, match.group().count(" ") + 1, len(clause.words), owns=False)
        return
    if (match := terms.PRONOUN.match(text)) and (before or above):
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
    examples = bool(terms.EXAMPLES.search(" ".join(clause.words[max(0, first - 4) : stop])))
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
            if re.fullmatch(
                r"(?:(?:has|have|with|contains?|includes?|should have|fields?|the|following"
                r"|attributes?|needs?|:) ?)+",
                tail,
            ):
                return last[2]
            return None
        if mentions:
            return None
    return None


def _starts_sentence(clause: Clause, things: Things) -> bool:
    """Whether an item is a statement of its own rather than a field."""
    words = clause.words
    return bool(
        re.search(
            r"(?<!\S)(?:belongs?|has|have|can|cannot|may|must be able|should be able|users?|only"
            r"|filter|filters|sort|search|rate|list|assigned|->)(?!\S)",
            clause.text,
        )
        and not re.search(r"can be (?:empty|null|blank|[a-z ]+ or )", clause.text)
    ) or (words[:1] in (("filter",), ("filters",), ("search",), ("sort",)))


@dataclass(frozen=True)
class _Start:
    """Where a list of a thing's fields begins: the word that means the thing, the list's first word, what
    joins them.
    """

    first: int
    begin: int
    thing: Thing
    verb: str


def _after_mentions(clause: Clause, things: Things) -> Iterator[Region]:
    """Lists that follow a thing's name: `orders with …`, `Orders: …`, `orders (…)`."""
    mentions = things.in_clause(clause)
    starts = [start for mention in mentions if (start := _start(clause, mentions, mention))]
    if mentions and not starts and clause.kind != "sentence" and _leads(clause, mentions[0][0]):
        begin = next((i for i, word in enumerate(clause.words) if word in (":", "-")), 0)
        if begin > mentions[0][1]:
            starts = [_Start(mentions[0][0], begin + 1, mentions[0][2], "has")]
    starts += _continued(clause, mentions, starts)
    starts.sort(key=lambda start: start.first)
    for number, start in enumerate(starts):
        following = [other.first for other in starts[number + 1 :] if other.first >= start.begin]
        if start.verb == "(":
            end = _closing(clause.words, start.begin)
        else:
            limit = _list_start(clause, following[0]) if following else len(clause.words)
            end = _end(clause, start.begin, limit)
        owns = start.verb not in ("with", "(", "having") or start.begin <= 4
        yield _region(start.thing, clause, start.begin, end, owns=owns)


def _start(
    clause: Clause, mentions: list[tuple[int, int, Thing]], mention: tuple[int, int, Thing]
) -> _Start | None:
    """The list that follows a mention, if a connecting word does."""
    first, stop, thing = mention
    match = terms.CONNECT.match(clause.text, _offset(clause, stop))
    if not match or stop >= len(clause.words) or clause.words[max(0, first - 1)] in ("of", "per"):
        return None
    verb = match["verb"]
    if verb in (":", "-") and not _leads(clause, first):
        return None
    leader = mentions[0]
    before = " ".join(clause.words[leader[1] : first])
    if verb in ("with", "having") and _leads(clause, leader[0]) and terms.BELONGING_TO.fullmatch(before):
        thing = leader[2]
    return _Start(first, stop + match.group().strip().count(" ") + 1, thing, verb)


def _continued(clause: Clause, mentions: list[tuple[int, int, Thing]], starts: list[_Start]) -> list[_Start]:
    """`A loan belongs to a member and has a due date`: what a sentence goes on to say of its subject."""
    if not mentions or not _leads(clause, mentions[0][0]):
        return []
    known = {start.begin for start in starts}
    return [
        _Start(first, stop, mentions[0][2], "has")
        for first, stop, _ in clause.find(terms.AND_HAS)
        if stop not in known
        and first > mentions[0][0]
        and not terms.YES_OR_NO.match(" ".join(clause.words[stop - 1 :]))
    ]


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
        if (
            depth == 0
            and opens
            and re.match(
                r"^(?:each|every|users?|only|customers can|is|are|can|cannot|they|it|we|support|rate"
                r"|search|jwt|oauth2|role|roles|rbac|postgresql|redis)$",
                word,
            )
        ):
            return index
    return limit


def _of_each(clause: Clause, things: Things) -> Iterator[Region]:
    """`store the name and email of each customer`, `for each customer we store …`."""
    mentions = things.in_clause(clause)
    if not mentions:
        return
    if terms.FOR_EACH.match(clause.text) and mentions[0][0] <= 3:
        match = re.search(
            r"(?<!\S)(?:store|track|record|keep|capture|save|need|know|hold|there is|we need)(?: "
            r"(?:the|its|their|track|of|following|:))*(?!\S)",
            clause.text,
        )
        if match:
            begin = clause.text[: match.end()].count(" ") + 1
            yield _region(mentions[0][2], clause, begin, _end(clause, begin, len(clause.words)), owns=False)
    elif match := terms.OF_EACH.search(clause.text):
        begin = clause.text[: match.end()].strip().count(" ") + 1
        for first, _, _ in mentions:
            opening = re.search(
                r"(?:for|of|about|on)(?: (?:each|every|all|the|a|an|our))?$",
                " ".join(clause.words[begin:first]),
            )
            if opening and first - begin >= 2:
                end = first - opening.group().count(" ") - 1
                listed = [t for at, _, t in mentions if at >= first]
                yield from (_region(each, clause, begin, end, owns=False) for each in listed)
                return
