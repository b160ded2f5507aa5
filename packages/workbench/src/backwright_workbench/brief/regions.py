"""Where the brief lists the fields of a thing: `Each order has …`, `Products: …`, nested lists.

What lives here: finding these lists. What must not: cutting them into items (`items.py`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.field_lines import is_field, labelled, typed
from backwright_workbench.brief.grammar import BREAKS
from backwright_workbench.brief.lexicon import items as terms
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.recordings import recordings
from backwright_workbench.brief.region_ends import end_of_list
from backwright_workbench.brief.region_starts import Start, closing, continued, leads, list_start, start_after
from backwright_workbench.brief.things import Thing, Things

_SHORT_HEADING = 4


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
    maybe: bool = False
    """Whether a row need not have what it lists (`may have a room`)."""
    one: bool = False
    """Whether it is one field, with commas only in what is said of it."""


def regions(page: Page, things: Things) -> Iterator[Region]:
    """All lists of fields, in the order of the brief."""
    before: Thing | None = None
    for clause in page.clauses:
        found = list(_in_clause(page, clause, things, before))
        yield from found
        mentions = things.in_clause(clause)
        subject = mentions[0][2] if mentions and not _compound(clause, mentions[0][1]) else before
        before = found[-1].thing if found else subject


def _compound(clause: Clause, stop: int) -> bool:
    """Whether a noun goes on after these words: `piano` in `a piano school` is no piano."""
    following = clause.tokens[stop : stop + 1]
    return bool(following) and following[0].is_word and following[0].word not in BREAKS


def _in_clause(page: Page, clause: Clause, things: Things, before: Thing | None) -> Iterator[Region]:
    text = clause.text
    if clause.entity_stop and (named := things.meant_by(clause.words[: clause.entity_stop])):
        yield _region(named, clause, clause.entity_stop + 1, len(clause.words), owns=False)
        return
    above = _above(clause, things)
    if above and clause.lists_fields:
        yield _region(above, clause, 0, len(clause.words), owns=False)
        return
    described = clause.kind != "header" and clause.parent in things.heads
    described = described and not (above and _tells_of_another(clause, things, above))
    if above and described and (labelled(clause) or is_field(clause)):
        yield Region(above, clause, 0, len(clause.words), owns=False, one=labelled(clause))
        return
    if _in_other_section(clause):
        return
    if terms.USERS.match(text) and not things.in_clause(clause):
        start = terms.USERS.match(text).group().count(" ") + 1  # type: ignore[union-attr]
        yield Region(None, clause, start, len(clause.words), owns=True)
        return
    mentions = things.in_clause(clause)
    if (
        mentions
        and not (mentions[0][2] is above and "status" not in text)
        and leads(clause, mentions[0][0])
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
    if told := list(_written_down(clause, things)):
        yield from told
        return
    own = (
        [] if above and _names_field(clause, mentions, above) else list(_after_mentions(page, clause, things))
    )
    yield from own
    if not own and above and clause.kind in ("item", "row") and not _starts_sentence(clause, things):
        yield _region(above, clause, 0, len(clause.words), owns=True)
    elif not own:
        yield from _of_each(clause, things)


def _tells_of_another(clause: Clause, things: Things, above: Thing) -> bool:
    """Whether a paragraph lists the fields of another thing than the one above: `Stop - parcel, courier, sequence`."""
    mentions = things.in_clause(clause) if clause.kind == "sentence" else []
    listed = mentions and clause.words[mentions[0][1] : mentions[0][1] + 1] in ((":",), ("-",), ("(",))
    return (
        bool(listed)
        and mentions[0][:1] == (0,)
        and mentions[0][2] is not above
        and clause.words.count(",") > 1
    )


def _written_down(clause: Clause, things: Things) -> Iterator[Region]:
    """What a sentence says that is written down of each of some thing."""
    for found in recordings(clause):
        thing = things.meant_by(clause.words[found.first : found.stop])
        if thing is not None:
            end = end_of_list(clause, found.begin, found.end)
            while end > found.begin and clause.words[end - 1] in (",", "and"):
                end -= 1
            yield _region(thing, clause, found.begin, end, owns=False)


def _in_other_section(clause: Clause) -> bool:
    """Whether a clause stands under a heading about rights, queries or technology."""
    heading = next((at for at in clause.ancestors() if at.kind == "heading"), None)
    words = {*heading.words} if heading else set()
    return bool(words & terms.OTHER_SECTIONS) and len(words) <= _SHORT_HEADING


def _names_field(clause: Clause, mentions: list[tuple[int, int, Thing]], above: Thing) -> bool:
    """Whether the thing that a clause under another begins with is only part of a field: `hive (link to Hive)`,
    `hive type: a | b`.
    """
    if not mentions or not leads(clause, mentions[0][0]):
        return False
    rest = clause.words[mentions[0][1] :]
    return typed(rest) or (mentions[0][2] is above and ":" in rest[1:3])


def _region(thing: Thing, clause: Clause, first: int, stop: int, *, owns: bool) -> Region:
    examples = bool(terms.EXAMPLES.search(" ".join(clause.words[max(0, first - 4) : stop])))
    maybe = bool(terms.MAYBE.search(" ".join(clause.words[max(0, first - 5) : first])))
    return Region(thing, clause, first, stop, owns, examples, maybe)


def _above(clause: Clause, things: Things) -> Thing | None:
    """The thing that a list item or a sentence under a heading describes."""
    for at in clause.ancestors():
        if at in things.heads:
            return things.heads[at]
        if at.kind == "heading" and things.heads and not set(at.words) & terms.FIELD_HEADINGS:
            return None
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


def _after_mentions(page: Page, clause: Clause, things: Things) -> Iterator[Region]:
    """Lists that follow a thing's name: `orders with …`, `Orders: …`, `orders (…)`."""
    mentions = things.in_clause(clause)
    starts = [start for mention in mentions if (start := start_after(page, clause, mentions, mention))]
    if mentions and not starts and clause.kind != "sentence" and leads(clause, mentions[0][0]):
        begin = next((i for i, word in enumerate(clause.words) if word in (":", "-")), 0)
        if begin > mentions[0][1] and not terms.QUERIES & set(clause.words[begin + 1 : begin + 3]):
            starts = [Start(mentions[0][0], begin + 1, mentions[0][2], "has")]
    starts += continued(clause, mentions, starts)
    starts.sort(key=lambda start: start.first)
    for number, start in enumerate(starts):
        following = [other.first for other in starts[number + 1 :] if other.first >= start.begin]
        if start.verb == "(":
            end = closing(clause.words, start.begin)
        else:
            limit = list_start(clause, following[0]) if following else len(clause.words)
            end = end_of_list(clause, start.begin, limit)
        owns = start.verb not in ("with", "(", "having") or start.begin <= 4
        yield _region(start.thing, clause, start.begin, end, owns=owns)


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
            yield _region(
                mentions[0][2], clause, begin, end_of_list(clause, begin, len(clause.words)), owns=False
            )
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
