"""The fields that a brief names.

What lives here: from the items of a list to fields of a thing, and to references where an item names another
thing. What must not: where lists are (`items.py`), sentences about relations (`relations.py`).
"""

from backwright_workbench.blueprint.model import USER, FieldModel
from backwright_workbench.blueprint.naming import plural
from backwright_workbench.brief.accounts import read_account_fields
from backwright_workbench.brief.field_items import read_item
from backwright_workbench.brief.grammar import singular_words
from backwright_workbench.brief.items import items, paired, plural_item
from backwright_workbench.brief.lexicon import fields as terms
from backwright_workbench.brief.lexicon.constraints import FILLER
from backwright_workbench.brief.lexicon.links import PEOPLE
from backwright_workbench.brief.links import link
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.regions import Region, regions
from backwright_workbench.brief.things import Thing, Things
from backwright_workbench.brief.values import values_in

_MAX_FIELDS = 80


def read_fields(page: Page, things: Things) -> None:
    """Give every thing the fields that the brief names for it."""
    for region in regions(page, things):
        if region.thing is None:
            read_account_fields(page, things, region)
            continue
        said = _read_region(page, things, region, region.thing)
        if said and not region.examples:
            region.thing.exhaustive = True
    _absorb_fields(things)


def _absorb_fields(things: Things) -> None:
    """A noun in passing that a thing has as a plain field is that field: the grade of an enrollment is no
    entity.
    """
    for thing in [thing for thing in things if not thing.listed and not thing.fields]:
        names = {thing.snake, plural(thing.name)}
        owner = next(
            (o for o in things if o is not thing and (names & o.fields.keys() or _valued(o, thing.snake))),
            None,
        )
        if owner and not any(f.to == thing.name for o in things for f in o.links.values()):
            things.absorb(thing, owner)


def _valued(thing: Thing, word: str) -> bool:
    return any(word in field.values for field in thing.fields.values())


def _read_region(page: Page, things: Things, region: Region, thing: Thing) -> int:
    clause = region.clause
    text = " ".join(clause.words[region.first : region.stop])
    if (
        clause.words[region.first - 1 : region.first] == ("(",)
        and " or " in text
        and (kinds := values_in(text))
    ):
        thing.fields["type"] = FieldModel(type="enum", values=kinds)
        page.claim(clause, region.first, region.stop, f"entities.{thing.name}.fields.type")
        return 0
    parts = list(items(clause, region.first, region.stop))
    if clause.lists_fields:
        parts = [(region.first, region.stop)]
    borrowed = paired(parts, clause.words)
    count = 0
    for number, (first, stop) in enumerate(parts):
        if len(thing.fields) >= _MAX_FIELDS:
            return count
        if page.claimed_for(clause, first, f"entities.{thing.name}.fields."):
            page.claim(clause, first, stop, f"entities.{thing.name}.fields")
            count += 1
            continue
        if _reference(page, things, region, thing, first, stop, named=count > 0):
            continue
        count += read_item(page, thing, clause, first, stop, borrowed.get(number, ""))
    return count


def _reference(
    page: Page, things: Things, region: Region, thing: Thing, first: int, stop: int, *, named: bool
) -> bool:
    """Whether an item names another thing: one of it (`a customer`), or many (`several orders`)."""
    clause = region.clause
    while first < stop and clause.words[first] in terms.LEAD | {"one", "list"}:
        first += 1
    hit = things.at(clause, first)
    words = clause.words[first:stop]
    if hit and hit[0] is thing and hit[1] < len(words):
        return bool({"belongs", "belong", "has", "have"} & set(words))
    if hit and first + hit[1] <= stop:
        other, length = hit
        tail = set(clause.words[first + length : stop]) - FILLER
        if tail - {
            "optional",
            "required",
            "reference",
            "ref",
            "fk",
            "foreign",
            "key",
            "id",
            "it",
            "belongs",
            "relation",
            "link",
            "linked",
        }:
            return False
        many = plural_item(clause.words[max(region.first, first - 2) : first + length])
        if many and "_".join(words[:length]) in thing.entry.fields:
            return False
        optional = "optional" in clause.words[max(region.first, first - 3) : stop]
        if not many:
            link(thing, "_".join(singular_words(words[:length])), other.name, optional=optional)
            page.claim(
                clause,
                first,
                stop,
                f"entities.{thing.name}.fields.{'_'.join(singular_words(words[:length]))}",
            )
        elif region.owns and other is not thing:
            link(other, thing.snake, thing.name, optional=False)
            page.claim(clause, first, first + length, f"entities.{other.name}.fields.{thing.snake}")
        elif named or not region.owns:
            return False
        return True
    name = "_".join(words)
    person = PEOPLE.get(name)
    usual = thing.entry.fields.get(name)
    stands_in = name in thing.entry.stand_ins and not (usual and things.of_entry(usual.to or ""))
    if person and not (usual and usual.type != "reference" and thing.known) and not stands_in:
        to = (
            _person(things, name)
            or (usual.to if usual and usual.to and things.named(usual.to) else None)
            or USER
        )
        link(thing, name, to, optional=person == "optional")
        page.claim(clause, first, stop, f"entities.{thing.name}.fields.{name}")
        return True
    return False


def _person(things: Things, name: str) -> str | None:
    """The thing that a word for a person means here: an assignee is the one technician there is."""
    if (thing := things.meant_by((name,))) is not None:
        return thing.name
    workers = [
        thing.name
        for thing in things
        if thing.entry.person and thing.entry.name in ("Technician", "Employee", "Agent")
    ]
    return workers[0] if name in ("assignee", "assigned_to", "handler") and len(workers) == 1 else None
