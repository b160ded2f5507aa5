"""What people do to things, where the doing is a thing: `As a student I want to enroll in courses` makes enrolments.

What lives here: the verbs, who does it, and the thing that ties both. What must not: two things with such a verb right
between them (`associations.py`), rights (`permissions.py`).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from backwright_workbench.blueprint.model import USER, FieldModel
from backwright_workbench.blueprint.naming import pascal
from backwright_workbench.brief.associations import knows
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.grammar import DETERMINERS, singular_words, sounds_like_person
from backwright_workbench.brief.identity import identify, legal_name
from backwright_workbench.brief.inference import generic_entity, infer_field
from backwright_workbench.brief.lexicon import deeds as terms
from backwright_workbench.brief.lexicon.constraints import RANGE
from backwright_workbench.brief.links import link
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.quantities import number
from backwright_workbench.brief.renaming import rename_references
from backwright_workbench.brief.things import Thing, Things


@dataclass(frozen=True)
class _Doing:
    """A verb of a clause, who does it, and to what."""

    clause: Clause
    first: int
    stop: int
    deed: terms.Deed
    doer: Thing | str
    done: Thing


def read_deeds(page: Page, things: Things, catalogue: Catalogue) -> None:
    """Enter the things that doings are, each with references to what it is done to and to who does it."""
    before: Thing | None = None
    for clause in page.clauses:
        for doing in _doings(clause, things, before):
            _record(page, things, catalogue, doing)
        before = things.subject(clause) or before
    for clause in page.clauses:
        _occasion(page, things, clause)
        _measured(page, things, clause)
        _timed(page, things, clause)


def _doings(clause: Clause, things: Things, before: Thing | None) -> Iterator[_Doing]:
    doer = _doer(clause, things)
    for at in range(1, len(clause.words)):
        for length in (2, 1):
            deed = terms.DEEDS.get(" ".join(clause.words[at : at + length]))
            if not deed or clause.words[at - 1] in DETERMINERS | {"of"}:
                continue
            target = at + length
            if deed.after:
                if clause.words[target : target + 1] == () or clause.words[target] not in deed.after:
                    continue
                target += 1
            found = _target(clause, things, target) if doer else None
            if found and found[0] is not doer:
                yield _Doing(clause, at, found[1], deed, doer, found[0])
            break


def _target(clause: Clause, things: Things, at: int) -> tuple[Thing, int] | None:
    """What is done to: the thing named there, or the last one named before it where only `them` is said."""
    words = clause.words
    while at < len(words) and words[at] in DETERMINERS | {"of", "one", "up"}:
        at += 1
    if words[at : at + 1] in (("them",), ("it",)):
        named = things.in_clause(clause, 0, at)
        return (named[-1][2], at + 1) if named else None
    hit = things.at(clause, at) if at < len(words) else None
    return (hit[0], at + hit[1]) if hit else None


def _doer(clause: Clause, things: Things) -> Thing | str:
    """Who a clause says does it: a thing that keeps such people, or the name of a role; empty if nobody is named."""
    match = terms.STORY.match(clause.text) or terms.SUBJECT.match(clause.text)
    if not match:
        return ""
    role = singular_words(tuple(match["role"].split()))
    thing = things.meant_by(role)
    if thing is not None:
        return thing if thing.entry.person else ""
    name = "_".join(role)
    story = bool(terms.STORY.match(clause.text))
    return name if story or name == "user" or name in things.actors or sounds_like_person(name) else ""


def _record(page: Page, things: Things, catalogue: Catalogue, doing: _Doing) -> None:
    done, noun = doing.done, doing.deed.noun
    kin = next((family for family in terms.FAMILIES if noun in family), frozenset({noun}))
    staff = doing.doer in terms.STAFF or (isinstance(doing.doer, Thing) and doing.doer.snake in terms.STAFF)
    ends = (done, doing.doer)
    if done.snake.split("_")[-1] in terms.OF_ITSELF | kin or (noun == "review" and staff):
        return
    thing = next((t for t in things if t not in ends and t.snake.split("_")[-1] in kin), None)
    if thing is None:
        if isinstance(doing.doer, Thing) and knows(done, doing.doer):
            return
        thing = _made(page, things, catalogue, doing)
    else:
        _settle_sense(things, thing, done)
    if thing is None or thing in ends:
        return
    if not knows(thing, done):
        link(thing, done.snake, done.name, optional=False)
    _link_doer(things, thing, doing.doer)
    page.claim(doing.clause, doing.first, doing.stop, f"entities.{thing.name}")


def _made(page: Page, things: Things, catalogue: Catalogue, doing: _Doing) -> Thing | None:
    """A new thing for a doing: the catalogue's where its entry is about what is done to, else a plain one."""
    noun, done = doing.deed.noun, doing.done
    words = tuple(noun.split())
    entry = catalogue.find(noun, things.domains)
    if entry and done.known and any(f.to == done.entry.name for f in entry.fields.values()):
        thing = identify(words, things, catalogue, things.domains, page)
        rename_references(things)
    else:
        name = legal_name(pascal(noun), page)
        thing = things.add(Thing(name, generic_entity(name, ("note",)), known=False), [words])
    if thing is not None:
        said = page.quote(doing.clause, doing.first, doing.stop)
        why = "it happens more than once and has data of its own"
        page.assume(f"{thing.name} records {said}", why, f"entities.{thing.name}", f"{thing.name}:")
    return thing


def _settle_sense(things: Things, thing: Thing, done: Thing) -> None:
    """A known doing of something that is not here is another one: the booking of a desk is no stay in a hotel."""
    needs = [f.to for f in thing.entry.fields.values() if f.to not in (None, USER)]
    here = any(things.of_entry(to) for to in needs if to)
    if thing.known and needs and not here and done.entry.name not in needs:
        thing.known, thing.entry = False, generic_entity(thing.name, ("note",))


def _link_doer(things: Things, thing: Thing, doer: Thing | str) -> None:
    if isinstance(doer, Thing):
        if not knows(thing, doer):
            link(thing, doer.snake, doer.name, optional=False)
        return
    usual = [n for n, f in thing.entry.fields.items() if f.to == USER or f.to in things.actors.values()]
    stand_in = any(f.to == USER for f in thing.entry.stand_ins.values())
    said = any(f.to == USER for f in thing.links.values())
    if not usual and not stand_in and not said and doer not in thing.fields:
        thing.links[doer] = FieldModel(type="reference", to=USER, set="actor")


def _occasion(page: Page, things: Things, clause: Clause) -> None:
    """`When an object leaves the house, we record a transport`: the transport is of the object."""
    for first, stop, _ in clause.find(terms.OCCASION):
        made = things.at(clause, stop + 1)
        about = things.in_clause(clause, first, stop)
        if made and about and about[0][2] is not made[0] and not knows(made[0], about[0][2]):
            name = link(made[0], about[0][2].snake, about[0][2].name, optional=False)
            page.claim(clause, first, stop + 1 + made[1], f"entities.{made[0].name}.fields.{name}")


def _measured(page: Page, things: Things, clause: Clause) -> None:
    """`Grade submissions from 1 to 6`: a number on what is graded."""
    for at, word in enumerate(clause.words):
        name = terms.MEASURES.get(word, "")
        found = _target(clause, things, at + 1) if name else None
        bounds = next(iter(clause.find(RANGE)), None)
        if not found or not bounds or bounds[0] < found[1]:
            continue
        rated = [t for t in things if t.snake in ("review", "rating") and knows(t, found[0])]
        thing = rated[0] if rated and name == "rating" else found[0]
        low, high = sorted((number(bounds[2]["low"]), number(bounds[2]["high"])))
        thing.fields[name] = FieldModel(
            type="integer", min=int(low), max=int(high), optional=name != "rating"
        )
        page.claim(clause, at, bounds[1], f"entities.{thing.name}.fields.{name}")


def _timed(page: Page, things: Things, clause: Clause) -> None:
    """`An order for a pickup day`, `book a desk for a date`: when it is meant for, on what is entered."""
    for first, stop, match in clause.find(terms.WHEN_FIELD):
        named = things.in_clause(clause, 0, first)
        if not named or named[-1][1] != first or not page.free(clause, first, stop):
            continue
        deed = next((d for at in range(first) if (d := terms.DEEDS.get(clause.words[at]))), None)
        about = named[-1][2]
        booked = [t for t in things if deed and t.snake.endswith(deed.noun) and knows(t, about)]
        thing = booked[0] if booked else about
        name = "_".join(match["name"].split())
        if name not in thing.fields and name not in thing.entry.fields and _dates(thing) == 0:
            thing.fields[name] = infer_field(name).model_copy(
                update={"type": "date", "max": None, "optional": False}
            )
            page.claim(clause, first, stop, f"entities.{thing.name}.fields.{name}")


def _dates(thing: Thing) -> int:
    return sum(field.type in ("date", "datetime") for field in thing.fields.values())
