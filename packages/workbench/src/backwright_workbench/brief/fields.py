"""The fields that a brief names.

What lives here: from the items of a list to fields of a thing, and to references where an item names another
thing. What must not: where lists are (`items.py`), sentences about relations (`relations.py`).
"""

from collections import Counter

from backwright_workbench.blueprint.model import USER, FieldModel
from backwright_workbench.blueprint.naming import plural
from backwright_workbench.brief.accounts import read_account_fields
from backwright_workbench.brief.associations import joins, knows, reference_to
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.field_items import read_item
from backwright_workbench.brief.grammar import BREAKS, VERBS, is_plural, singular_words
from backwright_workbench.brief.inference import infer_field
from backwright_workbench.brief.items import items, paired, plural_item
from backwright_workbench.brief.lexicon import fields as terms
from backwright_workbench.brief.lexicon.constraints import FILLER
from backwright_workbench.brief.lexicon.items import QUERIES
from backwright_workbench.brief.lexicon.links import PEOPLE
from backwright_workbench.brief.lexicon.relations import JOIN
from backwright_workbench.brief.links import link
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.regions import Region, regions
from backwright_workbench.brief.targets import read_target
from backwright_workbench.brief.things import Thing, Things
from backwright_workbench.brief.uploads import read_carried
from backwright_workbench.brief.values import values_in

_MAX_FIELDS = 80
_LIST = 2
"""So many fields and references are a list of them all; one alone is said of a thing that has more."""
_QUALIFIED = 2
"""A name of so many words may say of which kind the thing is that its last word means."""
_STATES = {"status", "state", "stage", "phase"}
"""Fields that say where a row stands, and nothing of what it is."""


def read_fields(page: Page, things: Things) -> None:
    """Give every thing the fields that the brief names for it."""
    listed: Counter[Thing] = Counter()
    for region in regions(page, things):
        if region.thing is None:
            read_account_fields(page, things, region)
            continue
        count = _read_region(page, things, region, region.thing)
        described = region.first == 0 and region.clause.kind in ("item", "row")
        listed[region.thing] += 0 if region.examples or region.maybe else count * (1 + described)
    for thing, count in listed.items():
        if thing.fields.keys() - _STATES and count:
            thing.exhaustive = thing.exhaustive or count + len(thing.links) >= _LIST
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
    """Read the items of a list; gives the number of those that say what the thing itself has."""
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
    if clause.lists_fields or region.one:
        parts = [(region.first, region.stop)]
    borrowed = paired(parts, clause.words)
    count, built_in = 0, 0
    for number, (first, stop) in enumerate(parts):
        if len(thing.fields) >= _MAX_FIELDS:
            break
        if page.claimed_for(clause, first, f"entities.{thing.name}.fields."):
            page.claim(clause, first, stop, f"entities.{thing.name}.fields")
            count += 1
            continue
        if _parts(page, things, thing, clause, first, stop):
            continue
        if _who_did(page, thing, clause, first, stop):
            count += 1
            continue
        if JOIN.search(" ".join(clause.words[first:stop])):
            continue
        if read_target(page, things, thing, clause, first, stop):
            continue
        if _reference(page, things, region, thing, first, stop, named=count > 0):
            continue
        if _is_rule(things, clause, first, stop) or read_carried(page, thing, clause, first, stop):
            continue
        known = len(thing.fields)
        count += read_item(page, thing, clause, first, stop, borrowed.get(number, ""))
        built_in += len(thing.fields) == known and page.claimed_for(clause, first, f"entities.{thing.name}.")
    return count + built_in


def _parts(page: Page, things: Things, thing: Thing, clause: Clause, first: int, stop: int) -> bool:
    """Whether an item names the parts of a thing with what each has: `a list of items with quantity`."""
    mentions = things.in_clause(clause, first, stop)
    if not mentions or clause.words[mentions[0][1] : mentions[0][1] + 1] != ("with",):
        return False
    _, begin, part = mentions[0]
    if part is thing or not knows(part, thing) or not is_plural(clause.words[begin - 1]):
        return False
    page.claim(clause, first, begin + 1, f"entities.{part.name}.fields")
    _read_region(page, things, Region(part, clause, begin + 1, stop, owns=False), part)
    return True


def _who_did(page: Page, thing: Thing, clause: Clause, first: int, stop: int) -> bool:
    """Whether an item asks who did something (`who approved it`): a reference to an account."""
    match = terms.WHO_DID.match(" ".join(clause.words[first:stop]))
    if match is None:
        return False
    verb = match["did"]
    caller = verb in terms.ENTERS
    name = link(thing, f"{terms.DONE.get(verb, verb)}_by", USER, optional=not caller)
    if caller:
        thing.links[name] = FieldModel(type="reference", to=USER, set="actor")
    page.claim(clause, first, stop, f"entities.{thing.name}.fields.{name}")
    return True


def _is_rule(things: Things, clause: Clause, first: int, stop: int) -> bool:
    """Whether an item bounds how many rows there may be (`at most 5 active loans`): a rule, and no field."""
    match = terms.MOST.match(" ".join(clause.words[first:stop]))
    if not match:
        return False
    begin = first + match.group().count(" ")
    counts_things = bool(things.in_clause(clause, begin, stop))
    return counts_things or bool({"per", "once", "time"} & set(clause.words[begin : stop + 4]))


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
        if tied := _tied(things, clause, thing, first + length, stop):
            for name, to in (("_".join(singular_words(words[:length])), other.name), tied):
                link(thing, name, to, optional=False)
                page.claim(clause, first, stop, f"entities.{thing.name}.fields.{name}")
            return True
        tail = {singular_words((word,))[0] for word in clause.words[first + length : stop]} - FILLER
        after = clause.words[first + length : first + length + 2]
        if after[:1] in terms.RELATIVE or (after[:1] == ("(",) and QUERIES & {*after}):
            tail = set()
        tail -= set(other.snake.split("_"))
        if tail - {
            "optional",
            "required",
            "mandatory",
            "nullable",
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
        elif any(joins(tie, thing, other) for tie in things if tie not in (thing, other)):
            page.claim(clause, first, first + length, f"entities.{thing.name}")
        elif other is not thing and (region.owns or _comes_with(region, thing, other)):
            link(other, thing.snake, thing.name, optional=False)
            page.claim(clause, first, first + length, f"entities.{other.name}.fields.{thing.snake}")
        elif other is not thing and reference_to(thing, other) and not thing.fields:
            page.claim(clause, first, first + length, f"entities.{thing.name}")
        elif named or not region.owns:
            return False
        return True
    if listed := _of_some_kind(things, thing, words):
        link(thing, "_".join(singular_words(words)), listed.name, optional="optional" in words)
        page.claim(clause, first, stop, f"entities.{thing.name}.fields.{'_'.join(singular_words(words))}")
        return True
    name = "_".join(words)
    person = PEOPLE.get(name) or ("required" if name in things.actors else None)
    person = person or ("optional" if terms.DONE_BY.fullmatch(name) else None)
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


def _of_some_kind(things: Things, thing: Thing, words: tuple[str, ...]) -> Thing | None:
    """The thing that the brief lists and whose name ends a field that means nothing else: the plan of a
    `membership plan`.
    """
    name = "_".join(words)
    strange = len(words) == _QUALIFIED and infer_field(name) == infer_field("unheard")
    if not strange or name in thing.entry.fields or is_plural(words[-1]):
        return None
    other = things.meant_by(words[-1:])
    return other if other and other.listed and other is not thing and other.snake == words[-1] else None


def _tied(things: Things, clause: Clause, thing: Thing, at: int, stop: int) -> tuple[str, str] | None:
    """The other thing that an item ties to the one it begins with: the employee of `device given to an employee`."""
    others = [m for m in things.in_clause(clause, at, stop) if m[2] is not thing]
    between = clause.words[at : others[0][0]] if len(others) == 1 else ()
    verb = between[:1] and between[0] not in BREAKS - VERBS and clause.tokens[at].is_word
    joined = terms.TYING & {*between[1:]} or (between[:1] and between[0] in VERBS)
    if not verb or not joined or is_plural(clause.words[others[0][1] - 1]):
        return None
    return "_".join(clause.words[others[0][0] : others[0][1]]), others[0][2].name


def _comes_with(region: Region, thing: Thing, other: Thing) -> bool:
    """Whether `orders with order lines` says that the many belong to the one: they are known to, or called so."""
    before = region.clause.words[region.first - 1 : region.first]
    part = bool(reference_to(other, thing)) or other.snake.startswith(f"{thing.snake}_")
    return before == ("with",) and part and not reference_to(thing, other)


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
