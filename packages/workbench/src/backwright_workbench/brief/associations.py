"""Relations that are things of their own, or lead back to the same kind.

What lives here: `members borrow books`, many to many, trees. What must not: plain references
(`relations.py`).
"""

from itertools import pairwise

from backwright_workbench.blueprint.naming import pascal
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.identity import identify
from backwright_workbench.brief.inference import generic_entity
from backwright_workbench.brief.lexicon import relations as terms
from backwright_workbench.brief.lexicon.relations import ASSOCIATIONS
from backwright_workbench.brief.links import link
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.pairs import Mention, between, mentions_in, verb_of
from backwright_workbench.brief.things import Thing, Things

_INTO = ("in", "into", "for", "on", "to", "at")
"""Between what is tied and what it is tied to: `enroll dogs in courses`."""


def reference_to(thing: Thing, other: Thing) -> str:
    """The usual field of a thing that refers to another; the one of its name if there are several."""
    names = [
        name
        for name, field in thing.entry.fields.items()
        if thing.known and other.known and field.to == other.entry.name
    ]
    return other.snake if other.snake in names else next(iter(names), "")


def knows(thing: Thing, other: Thing) -> bool:
    """Whether a thing refers to another already, by the catalogue or by the brief."""
    return bool(reference_to(thing, other)) or any(field.to == other.name for field in thing.links.values())


def read_associations(page: Page, things: Things, catalogue: Catalogue) -> None:
    """`Members borrow books`: the borrowing is a thing that refers to both. After fields are read, which
    may say as much.
    """
    for clause in page.clauses:
        for here, there in pairwise(mentions_in(clause, things)):
            words = between(clause, here, there)
            noun = ASSOCIATIONS.get(verb_of(words), "")
            if not noun and here.first and words in _INTO:
                noun = ASSOCIATIONS.get(clause.words[here.first - 1], "")
            if noun and here.thing and there.thing and here.thing is not there.thing:
                _associate(page, things, catalogue, clause, (here, there), noun)


def _associate(
    page: Page, things: Things, catalogue: Catalogue, clause: Clause, pair: tuple[Mention, Mention], noun: str
) -> None:
    here, there = pair
    doer, done = here.thing, there.thing
    if doer is None or done is None:
        return
    others = [thing for thing in things if thing not in (doer, done)]
    if knows(done, doer) or any(joins(thing, doer, done) for thing in others):
        page.claim(clause, here.stop, there.first, f"entities.{doer.name}")
        return
    words = tuple(noun.split())
    thing = things.meant_by(words)
    if thing is None and catalogue.find(noun):
        thing = identify(words, things, catalogue, (), page)
        if thing:
            said = page.quote(clause, here.first, there.stop)
            why = "it happens more than once and has data of its own"
            page.assume(f"{thing.name} records {said}", why, f"entities.{thing.name}", f"{thing.name}:")
    if thing in (None, doer, done):
        return
    assert thing is not None
    for other in (doer, done):
        if not knows(thing, other):
            link(thing, other.snake, other.name, optional=False)
    page.claim(clause, here.first, there.stop, f"entities.{thing.name}")


def joins(thing: Thing, one: Thing, two: Thing) -> bool:
    return knows(thing, one) and knows(thing, two)


def many_to_many(page: Page, things: Things, clause: Clause, mentions: list[Mention]) -> None:
    """`many-to-many between students and courses`, `a book can have several authors`."""
    said = next(iter(clause.find(terms.JOIN)), None)
    if not said:
        return
    before = list(dict.fromkeys(m.thing for m in mentions if m.thing and m.stop <= said[0]))
    after = list(dict.fromkeys(m.thing for m in mentions if m.thing and m.first >= said[1]))
    both = clause.words[said[1] : said[1] + 1] in (("between",), (":",)) and len(after) > 1
    ends = after[:2] if both or not before else [before[-1], *(t for t in after if t is not before[-1])][:2]
    ends = ends if len(ends) > 1 else before[-2:]
    if len(ends) < 2:
        return
    one, two = ends
    page.claim(clause, said[0], said[1], f"entities.{one.name}", f"entities.{two.name}")
    join(things, one, two, page)


def join(things: Things, one: Thing, two: Thing, page: Page) -> Thing:
    """The thing that holds which of the one go with which of the other: one that is there, or a new one."""
    for thing in things:
        if thing not in (one, two) and joins(thing, one, two):
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


def trees(page: Page, things: Things, clause: Clause) -> None:
    """`categories can have subcategories`, `parent category`: a thing below another of its kind."""
    for first, stop, match in clause.find(terms.TREE):
        noun = next(word for word in match.groups() if word)
        thing = things.meant_by((noun,))
        if thing:
            name = link(thing, "parent", thing.name, optional=True)
            page.claim(clause, first, stop, f"entities.{thing.name}.fields.{name}")
