"""Sentences about how things relate.

What lives here: from two things and the words between them to a reference. What must not: lists of fields (`fields.py`),
what the catalogue knows about the two anyway (`shape.py` keeps that).
"""

import re
from dataclasses import dataclass

from backwright_workbench.blueprint.model import USER
from backwright_workbench.blueprint.naming import pascal
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.grammar import DETERMINERS, is_plural
from backwright_workbench.brief.identity import identify
from backwright_workbench.brief.inference import generic_entity
from backwright_workbench.brief.links import BY_CALLER, link
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.text import Clause
from backwright_workbench.brief.things import Thing, Things

ASSOCIATIONS = {
    "borrow": "loan", "borrows": "loan", "lend": "loan", "enroll": "enrollment", "enrol": "enrollment", "enrolls": "enrollment",
    "enrolled": "enrollment", "book": "booking", "books": "booking", "reserve": "booking", "reserves": "booking", "rent": "rental",
    "rents": "rental", "order": "order", "buy": "order", "purchase": "order", "review": "review", "reviews": "review", "rate": "review",
    "apply": "job application", "donate": "donation", "subscribe": "subscription",
}  # fmt: skip
"""Verbs between two things whose doing is a thing of its own."""

_MAKES = frozenset(
    "place places create creates write writes own owns submit submits post posts make makes teach teaches manage manages file"
    " files publish publishes report reports log logs raise raises have has lead leads run runs organize organizes host hosts"
    " receive receives pay pays give gives conduct conducts supervise supervises open opens hold holds".split()
)
_PASSIVE = {
    "assigned": "assignee", "written": "author", "authored": "author", "owned": "owner", "reported": "reporter", "submitted": "submitter",
    "uploaded": "uploader", "organized": "organizer", "organised": "organizer", "approved": "approver", "reviewed": "reviewer",
    "requested": "requester", "created": "creator", "posted": "author", "managed": "manager", "handled": "handler",
}  # fmt: skip
_OPTIONAL = re.compile(r"(?<!\S)(?:can|may|optionally|could|might|optional|sometimes|zero or one|if any)(?!\S)")
_AUX = r"(?:(?:is|are|be|was|were|can|may|must|should|will|could|also|always|optionally|only|then|which|that|and|has to|have to|they|it|each) )*"
_TO_ONE = re.compile(
    rf"{_AUX}(?:belongs?|belonging|(?:refers?|links?|relates?|report(?:s|ing)?|points?)|(?P<verb>assigned|linked|related|attached|connected|tied|associated|"
    r"made|placed|written|authored|created|posted|owned|submitted|taught|led|managed|handled|reported|booked|issued|sold|supplied|driven|treated|"
    r"reviewed|approved|requested|uploaded|organi[sz]ed|[a-z]{3,}ed|run|hosted|conducted|performed|performed|scheduled|recorded|paid|given|performed|located|stored|held|made))"
    r"(?: out)? (?:to|by|with|in|at|for|from|on)(?: (?:a|an|the|one|exactly|exactly one|single|some|any|specific|its|their|our|only))*"
    rf"|{_AUX}references?(?: (?:a|an|the|one))*"
)
_TO_MANY = re.compile(
    rf"{_AUX}(?:has|have|contains?|includes?|groups?|owns?|consists? of|holds?|with|having|covers?|comes? with)(?: (?:at least|one or more|zero or more|any number of|a list of|a number of|many|multiple|several|various|some|their|its|own|different|one to many))*"
)
_PREPOSITION = re.compile(r"(?:for|of|on|in|from|about|against|within|under|by|at)(?: (?:a|an|the|each|every|one|any|specific|its|their|our))*")
_JOIN = re.compile(r"(?<!\S)(?:many to many|n to n|n : m|m : n|n : n|m2m)(?!\S)")
_ONE_TO_MANY = re.compile(r"(?<!\S)(?:one to many|1 (?:to|:) (?:n|many))(?!\S)")
_TREE = re.compile(r"(?<!\S)(?:sub ?(?P<sub>[a-z]+)|parent (?P<parent>[a-z]+)|nested (?P<nested>[a-z]+)|child (?P<child>[a-z]+))(?!\S)")


@dataclass(frozen=True)
class _Mention:
    first: int
    stop: int
    thing: Thing | None
    """`None` is a user."""


def read_relations(page: Page, things: Things, catalogue: Catalogue) -> None:
    """Give things the references that sentences tell of."""
    subjects: dict[int, Thing] = {}
    for clause in page.clauses:
        _trees(page, things, clause)
        mentions = _mentions(clause, things)
        if re.match(_TO_ONE.pattern, clause.text) and clause.block in subjects:
            mentions = [_Mention(0, 0, subjects[clause.block]), *mentions]
        elif mentions and mentions[0].thing:
            subjects.setdefault(clause.block, mentions[0].thing)
        _subject_goes_on(page, clause, mentions)
        for here, there in zip(mentions, mentions[1:], strict=False):
            between = " ".join(clause.words[here.stop : there.first])
            if _relate(page, things, catalogue, clause, here, there, between):
                named = [f"entities.{m.thing.name}" for m in (here, there) if m.thing]
                page.claim(clause, here.stop, there.first, *named)
        _many_to_many(page, things, catalogue, clause, mentions)
        _again(page, things, clause, mentions)


_GOES_ON = re.compile(rf"(?:.* )?(?:,|and|, and|which|that|who|but) (?P<rest>{_TO_ONE.pattern})")


def _subject_goes_on(page: Page, clause: Clause, mentions: list[_Mention]) -> None:
    """`Products have a price and belong to a category`: the second half is about the first noun too."""
    for there in mentions[1:]:
        between = " ".join(clause.words[mentions[0].stop : there.first])
        match = _GOES_ON.fullmatch(between)
        if match and mentions[0].first <= 2 and there.first > mentions[0].stop and mentions[0].thing is not there.thing:
            first = there.first - match["rest"].count(" ") - 1
            optional = bool(_OPTIONAL.search(match["rest"]))
            _refer(page, clause, mentions[0], there, match["verb"] or "", optional=optional, between=(first, there.first), whole=False)


def _mentions(clause: Clause, things: Things) -> list[_Mention]:
    found = [_Mention(first, stop, thing) for first, stop, thing in things.in_clause(clause)]
    taken = {index for m in found for index in range(m.first, m.stop)}
    users = [
        _Mention(i, i + 1, None) for i, word in enumerate(clause.words) if word in ("user", "users") and i not in taken
    ]
    return sorted((*found, *users), key=lambda mention: mention.first)


def _relate(
    page: Page, things: Things, catalogue: Catalogue, clause: Clause, here: _Mention, there: _Mention, between: str
) -> bool:
    """Read one pair. Gives whether the words between told of a relation."""
    many = is_plural(clause.words[there.stop - 1])
    optional = bool(_OPTIONAL.search(between)) or "optional" in clause.words[there.stop : there.stop + 2]
    if match := _TO_ONE.fullmatch(between):
        _refer(page, clause, here, there, match["verb"] or "", optional=optional, between=(here.stop, there.first))
        return True
    if here.thing is there.thing:
        return False
    plain = re.sub(r"^(?:(?:,|i|we|they|you|can|may|must|should|will|could|also|want|wants|to|be|able|would|like|need) )+", "", between)
    if many and there.thing and _TO_MANY.fullmatch(between) and (here.thing is None or not between.startswith("with")):
        if here.thing and any(_joins(t, here.thing, there.thing) for t in things if t not in (here.thing, there.thing)):
            page.claim(clause, here.stop, there.first, f"entities.{here.thing.name}")
            return True
        _refer(page, clause, there, here, "", optional=False, between=(here.stop, there.first))
        return True
    if _PREPOSITION.fullmatch(between) and here.thing and there.thing:
        if not _knows(here.thing, there.thing) and not _knows(there.thing, here.thing) and here.stop - here.first:
            _refer(page, clause, here, there, "", optional=False, between=(here.stop, there.first))
        return True
    verb = next((word for word in plain.split() if word not in DETERMINERS), "")
    short = len([word for word in plain.split() if word not in DETERMINERS]) <= 2
    if verb in ASSOCIATIONS and short and there.thing and here.thing:
        return _associate(page, things, catalogue, clause, here, there, ASSOCIATIONS[verb])
    if verb in _MAKES and short and there.thing and (here.thing is None or here.thing.entry.person):
        if here.thing is None or not _knows(there.thing, here.thing):
            name = "owner" if here.thing is None else ""
            _refer(page, clause, there, here, "owned" if name else "", optional=False, between=(here.stop, there.first))
        return True
    return False


def _refer(
    page: Page, clause: Clause, here: _Mention, there: _Mention, verb: str, *, optional: bool, between: tuple[int, int], whole: bool = True
) -> None:
    """Let the thing at `here` refer to that at `there`, and claim the words that said so."""
    if here.thing is None:
        return
    thing, other = here.thing, there.thing
    to = other.name if other else USER
    role = _PASSIVE.get(verb, "")
    mine = next((n for n, f in thing.entry.fields.items() if f.set == "actor"), "")
    if other is None and mine and role in ("", "owner", "creator", "author"):
        link(thing, mine, USER, optional=False)
        page.claim(clause, *between, f"entities.{thing.name}.fields.{mine}")
        page.claim(clause, here.first, here.stop, f"entities.{thing.name}.fields.{mine}")
        page.claim(clause, there.first, there.stop, f"entities.{thing.name}.fields.{mine}")
        return
    name = other.snake if other else "user"
    if verb == "assigned" or (other is None and role):
        name = role
    elif other is None and verb:
        name, optional = f"{verb}_by", True
    elif other is thing:
        name = "manager" if thing.entry.person else "parent"
        optional = True
    known = other and _reference_to(thing, other)
    if known and verb != "assigned":
        usual = thing.entry.fields[known].optional
        name = link(thing, known, to, optional=optional or (usual and "must" not in clause.words))
    else:
        name = link(thing, name, to, optional=optional or verb == "assigned")
    element = f"entities.{thing.name}.fields.{name}"
    page.claim(clause, *between, element)
    for mention in (here, there) if whole else (there,):
        page.claim(clause, mention.first, mention.stop, element)


def _reference_to(thing: Thing, other: Thing) -> str:
    """The usual field of a thing that refers to another; the one of its name if there are several."""
    names = [name for name, field in thing.entry.fields.items() if thing.known and other.known and field.to == other.entry.name]
    return other.snake if other.snake in names else next(iter(names), "")


def _knows(thing: Thing, other: Thing) -> bool:
    """Whether a thing refers to another already, by the catalogue or by the brief."""
    return bool(_reference_to(thing, other)) or any(field.to == other.name for field in thing.links.values())


def _associate(
    page: Page, things: Things, catalogue: Catalogue, clause: Clause, here: _Mention, there: _Mention, noun: str
) -> bool:
    """`members borrow books`: the borrowing is a thing that refers to both."""
    doer, done = here.thing, there.thing
    if doer is None or done is None:
        return False
    page.claim(clause, here.stop, there.first, f"entities.{doer.name}")
    if _knows(done, doer) or any(thing is not doer and thing is not done and _joins(thing, doer, done) for thing in things):
        return True
    thing = things.meant_by(tuple(noun.split()))
    if thing is None:
        if not catalogue.find(noun):
            return False
        thing = identify(tuple(noun.split()), things, catalogue, (), page)
        if thing is None:
            return False
        said = page.quote(clause, here.first, there.stop)
        page.assume(f"{thing.name} records {said}", "it happens more than once and has data of its own", f"entities.{thing.name}", f"{thing.name}:")
    if thing is done or thing is doer:
        return True
    for other in (doer, done):
        if not _knows(thing, other):
            link(thing, other.snake, other.name, optional=False)
    page.claim(clause, here.first, there.stop, f"entities.{thing.name}")
    return True


def _joins(thing: Thing, one: Thing, two: Thing) -> bool:
    return _knows(thing, one) and _knows(thing, two)


def _many_to_many(page: Page, things: Things, catalogue: Catalogue, clause: Clause, mentions: list[_Mention]) -> None:
    """`many-to-many between students and courses`, `a book can have several authors`."""
    said = next(iter(clause.find(_JOIN)), None)
    named = [mention.thing for mention in mentions if mention.thing]
    if not said or len(dict.fromkeys(named)) < 2:
        return
    one, two = list(dict.fromkeys(named))[:2]
    page.claim(clause, said[0], said[1], f"entities.{one.name}", f"entities.{two.name}")
    join(things, one, two, page)


def join(things: Things, one: Thing, two: Thing, page: Page) -> Thing:
    """The thing that holds which of the one go with which of the other: one that is there, or a new one."""
    for thing in things:
        if thing not in (one, two) and _joins(thing, one, two):
            return thing
    one.links = {name: field for name, field in one.links.items() if field.to != two.name}
    two.links = {name: field for name, field in two.links.items() if field.to != one.name}
    name = pascal(f"{one.snake} {two.snake}")
    thing = Thing(name, generic_entity(name, ("note",)), known=False)
    thing.exhaustive, thing.listed = True, True
    things.add(thing, [(*one.snake.split("_"), *two.snake.split("_"))])
    link(thing, one.snake, one.name, optional=False)
    link(thing, two.snake, two.name, optional=False)
    thing.unique.append((one.snake, two.snake))
    page.assume(
        f"{name} holds which {one.name} goes with which {two.name}",
        "each of them may have many of the other",
        f"entities.{name}",
        f"{name}:",
    )
    return thing


def _trees(page: Page, things: Things, clause: Clause) -> None:
    """`categories can have subcategories`, `parent category`: a thing below another of its kind."""
    for first, stop, match in clause.find(_TREE):
        noun = next(word for word in match.groups() if word)
        thing = things.meant_by((noun,))
        if thing:
            name = link(thing, "parent", thing.name, optional=True)
            page.claim(clause, first, stop, f"entities.{thing.name}.fields.{name}")


def _again(page: Page, things: Things, clause: Clause, mentions: list[_Mention]) -> None:
    """The second half of `a comment belongs to a post and (to) a user`: same thing, next reference."""
    at = next((i for i, word in enumerate(clause.words) if word in ("belongs", "belong", "linked", "related", "references")), None)
    if at is None or len(mentions) < 3:
        return
    before = [mention for mention in mentions if mention.stop <= max(at, mentions[0].stop)]
    after = [mention for mention in mentions if mention.first > at]
    if not before or len(after) < 2:
        return
    for previous, mention in zip(after, after[1:], strict=False):
        between = " ".join(clause.words[previous.stop : mention.first])
        if not re.fullmatch(r"(?:, )?(?:and )?(?:also )?(?:to )?(?:a|an|the|one|exactly one)?", between.strip() + ("" if between.endswith(" ") else "")):
            return
        _refer(page, clause, before[-1], mention, "", optional=False, between=(previous.stop, mention.first))


__all__ = ["BY_CALLER", "join", "read_relations"]
