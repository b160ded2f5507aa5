"""The fields that a brief names.

What lives here: from the items of a list to fields of a thing, and to references where an item names another thing. What
must not: where lists are (`items.py`), sentences about relations (`relations.py`).
"""

import keyword
import re

from backwright_workbench.blueprint.checks.names import STANDARD_COLUMNS
from backwright_workbench.blueprint.model import USER, FieldModel
from backwright_workbench.blueprint.naming import plural
from backwright_workbench.brief.constraints import FILLER, SURE_TYPES, Constraints
from backwright_workbench.brief.grammar import DETERMINERS, VERBS, singular_words
from backwright_workbench.brief.inference import infer_field
from backwright_workbench.brief.items import Region, items, paired, plural_item, regions
from backwright_workbench.brief.links import PEOPLE, link
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.quantities import NUMBER, number
from backwright_workbench.brief.states import chain
from backwright_workbench.brief.text import Clause
from backwright_workbench.brief.things import Thing, Things
from backwright_workbench.brief.values import COMPOSITE, ENUM_NAMES, values_in

_NAME_ENDS = frozenset(
    "which that must should can could may is are was default defaults defaulting up max maximum min minimum at between from"
    " required optional optionally nullable unique not as no in if one either limited greater less positive non with to"
    " initially for belongs belong so when where while whose who by on per than has have only used".split()
)
_OF_HEADS = frozenset("number date time place country year type name price list state level status unit point rate day month kind cost city amount percentage".split())
_UNITS = frozenset("minutes hours days seconds weeks months years kg grams km miles meters metres cm mm percent liters litres celsius watts".split())
_MONEY_UNITS = frozenset("cents euro euros eur usd dollars gbp pounds $ € £ currency".split())
_LEAD = DETERMINERS | {"optional", "required", "mandatory", "unique", "optionally", "has", "have", "with", "also", "and", "or", "of", "free", "short", "long", "auto", "generated", ":", "-", "–", "•"}
_BUILT_IN = {"id": "id", "ids": "id", "uuid": "id", "created": "created_at", "updated": "updated_at", "created_date": "created_at", "creation_date": "created_at", "date_created": "created_at", "created_on": "created_at", "last_updated": "updated_at", "timestamps": "created_at", "updated_on": "updated_at", "modified_at": "updated_at", "created_time": "created_at"}
_SENSITIVE = frozenset("password password_hash hashed_password".split())
_NEEDED = frozenset("money enum email date datetime integer".split())
_LATER = re.compile(r"(end|due|completed|closed|finished|resolved|expir\w*|cancelled|deleted|returned|return|birth|death|dob|birthday|actual|last|paid|shipped|delivered|published|archived|deadline|discharge\w*|leave|left|termination)(_.*)?|.*_(until|birth)")
_MOST = re.compile(rf"(?:at most|up to|max(?:imum)?(?: of)?|no more than) (?P<count>{NUMBER}) (?=[a-z])")
_STATUS = re.compile(r"^(?:status(?:es)?(?:_(?:flow|workflow|values?|transitions?|lifecycle))?|workflow|lifecycle)$")
_STARTING = frozenset("status state stage phase priority severity urgency importance visibility level tier role".split())
_MAX_NAME = 40
_MAX_FIELDS = 80


def read_fields(page: Page, things: Things) -> None:
    """Give every thing the fields that the brief names for it."""
    for region in regions(page, things):
        if region.thing is None:
            continue
        said = _read_region(page, things, region, region.thing)
        if said and not region.examples:
            region.thing.exhaustive = True
    _absorb_fields(things)


def _absorb_fields(things: Things) -> None:
    """A noun in passing that a thing has as a plain field is that field: the grade of an enrollment is no entity."""
    for thing in [thing for thing in things if not thing.listed and not thing.fields]:
        owner = next((o for o in things if o is not thing and thing.snake in o.fields), None)
        if owner and not any(f.to == thing.name for o in things for f in o.links.values()):
            things.absorb(thing, owner)


def _read_region(page: Page, things: Things, region: Region, thing: Thing) -> int:
    clause = region.clause
    text = " ".join(clause.words[region.first : region.stop])
    if clause.words[region.first - 1 : region.first] == ("(",) and " or " in text and (kinds := values_in(text)):
        thing.fields["type"] = FieldModel(type="enum", values=kinds)
        page.claim(clause, region.first, region.stop, f"entities.{thing.name}.fields.type")
        return 0
    parts = list(items(clause, region.first, region.stop))
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
        count += _field(page, thing, clause, first, stop, borrowed.get(number, ""))
    return count


def _reference(
    page: Page, things: Things, region: Region, thing: Thing, first: int, stop: int, *, named: bool
) -> bool:
    """Whether an item names another thing: one of it (`a customer`), or many (`several orders`)."""
    clause = region.clause
    while first < stop and clause.words[first] in _LEAD | {"one", "list"}:
        first += 1
    hit = things.at(clause, first)
    words = clause.words[first:stop]
    if hit and hit[0] is thing and hit[1] < len(words):
        return bool({"belongs", "belong", "has", "have"} & set(words))
    if hit and first + hit[1] <= stop:
        other, length = hit
        tail = set(clause.words[first + length : stop]) - FILLER
        if tail - {"optional", "required", "reference", "ref", "fk", "foreign", "key", "id", "it", "belongs", "relation", "link", "linked"}:
            return False
        many = plural_item(clause.words[max(region.first, first - 2) : first + length])
        if many and "_".join(words[:length]) in thing.entry.fields:
            return False
        optional = "optional" in clause.words[max(region.first, first - 3) : stop]
        if not many:
            link(thing, "_".join(singular_words(words[:length])), other.name, optional=optional)
            page.claim(clause, first, stop, f"entities.{thing.name}.fields.{'_'.join(singular_words(words[:length]))}")
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
        to = _person(things, name) or (usual.to if usual and usual.to and things.named(usual.to) else None) or USER
        link(thing, name, to, optional=person == "optional")
        page.claim(clause, first, stop, f"entities.{thing.name}.fields.{name}")
        return True
    return False


def _person(things: Things, name: str) -> str | None:
    """The thing that a word for a person means here: an assignee is the one technician there is."""
    if (thing := things.meant_by((name,))) is not None:
        return thing.name
    workers = [thing.name for thing in things if thing.entry.person and thing.entry.name in ("Technician", "Employee", "Agent")]
    return workers[0] if name in ("assignee", "assigned_to", "handler") and len(workers) == 1 else None


def _field(page: Page, thing: Thing, clause: Clause, first: int, stop: int, borrowed: str) -> int:
    """Read one item; gives the number of fields it led to. Words that mean nothing stay on the page, unclaimed."""
    words = clause.words
    said = Constraints()
    begin = first
    while first < stop and words[first] in _LEAD:
        if words[first] in ("optional", "optionally"):
            said.flags.add("optional")
        elif words[first] in ("required", "mandatory"):
            said.flags.add("required")
        elif words[first] == "unique":
            said.flags.add("unique")
        first += 1
    if most := _MOST.match(" ".join(words[first:stop])):
        said.high = number(most["count"])
        said.low, said.type = 1, "integer"
        first += most.group().count(" ")
        borrowed, end = "", stop
        name = f"max_{_name(words[first:end], '')}" if _name(words[first:end], "") else ""
    else:
        end = _name_end(clause, first, stop)
        name = _name(words[first:end], borrowed)
    if words[end : end + 2] == ("/", "time") and name.endswith("_date"):
        name, end = f"{name.removesuffix('_date')}_time", end + 2
    if not name:
        return 0
    name = _STATUS.sub("status", name)
    if name.endswith("_flag"):
        name, said.type = name.removesuffix("_flag"), "boolean"
    if name in _BUILT_IN or name in STANDARD_COLUMNS or name in _SENSITIVE:
        element = f"entities.{thing.name}.{_BUILT_IN.get(name, name)}" if name not in _SENSITIVE else "auth"
        page.claim(clause, first, stop, element, note="every row has it" if name not in _SENSITIVE else "passwords belong to accounts")
        return 0
    rest = " ".join(words[end:stop])
    if _composite(page, thing, clause, first, end, stop, name):
        return 2
    bracketed = words[end : end + 1] and words[end] in ("(", ":", "[", "-", "–", "=", "|", ",")
    unit = words[end + 1] if words[end : end + 1] == ("in",) and end + 1 < stop else ""
    if unit in _UNITS and not name.endswith(unit):
        name = f"{name}_{unit}"
    said.values = _values(name, rest, bool(bracketed))
    base = _usual(thing, name)
    field_name = _resolve(thing, name)
    if said.values:
        taken = [(0, len(rest))]
        said.read(rest, bracketed=False)
        said.type = None
        said.starts = name.split("_")[-1] in _STARTING
        if said.default is None and name.split("_")[-1] in ("priority", "severity", "urgency", "importance"):
            said.default = next((value for value in ("medium", "normal") if value in said.values), None)
        if "→" in rest:
            thing.states = chain(field_name, rest, said.values)
    else:
        taken = said.read(rest, bracketed=bool(bracketed))
    field = said.apply(_needed(base, field_name, said, thing))
    _merge(page, thing, clause, (first, stop), field_name, field, listed=bool(said.values))
    element = f"entities.{thing.name}.fields.{field_name}"
    page.claim(clause, begin, end, element)
    _claim_spans(page, clause, end, rest, taken, element)
    if unit in _UNITS | _MONEY_UNITS:
        page.claim(clause, end, end + 2, element)
    return 1


def _claim_spans(page: Page, clause: Clause, begin: int, rest: str, taken: list[tuple[int, int]], element: str) -> None:
    at = 0
    for index, word in enumerate(rest.split(" ") if rest else ()):
        if word in FILLER or any(a <= at < b for a, b in taken):
            page.claim(clause, begin + index, begin + index + 1, element)
        at += len(word) + 1


def _name_end(clause: Clause, first: int, stop: int) -> int:
    """Where the words that name a field end."""
    open_values = {"/", "|", "or"} & set(clause.words[first + 1 : stop]) and "(" not in clause.words[first:stop]
    if open_values and clause.words[first] in ENUM_NAMES:
        return first + 1
    for index in range(first, stop):
        token, word = clause.tokens[index], clause.words[index]
        if word == "of" and index > first and clause.words[index - 1] in _OF_HEADS and clause.words[first] not in ENUM_NAMES - {"type"}:
            continue
        if word == "per" and index > first and clause.words[index - 1] in ("price", "cost", "rate", "fee", "amount", "salary", "pay", "charge"):
            continue
        if word in ("in", "to") and index == first:
            continue
        following = clause.words[index + 1 : stop]
        if word in ("at", "on", "by") and index == first + 1 and (not following or following[0] in SURE_TYPES or not clause.tokens[index + 1].is_word):
            return index + 1
        if not token.is_word and not (token.kind == "number" and index > first):
            return index
        if index > first and (word in _NAME_ENDS or word in SURE_TYPES or word == "of" or token.kind == "number"):
            return index
    return stop


def _name(words: tuple[str, ...], borrowed: str) -> str:
    """The words as the name of a field; empty if they cannot be one."""
    kept = [word for word in words if word not in DETERMINERS]
    if kept and kept[-1] in ("field", "column", "attribute", "value") and len(kept) > 1:
        kept = kept[:-1]
    if kept[:3] in (["maximum", "number", "of"], ["max", "number", "of"]):
        kept = ["max", *kept[3:]]
    if kept and kept[-1] in ("dates", "times", "numbers", "addresses", "names", "prices", "amounts"):
        kept[-1] = singular_words((kept[-1],))[0]
    if borrowed:
        kept.append(borrowed)
    name = "_".join(kept)
    if not 1 <= len(kept) <= 5 or len(name) > _MAX_NAME or not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name):
        return ""
    if len(name) == 1 or (kept[0] in VERBS - _NOUN_VERBS and infer_field(name) == infer_field("unheard")):
        return ""
    if keyword.iskeyword(name) or name in ("metadata", "registry", "self", "copy", "json", "schema", "dict", "validate", "construct", "row", "type_annotation_map"):
        return f"{name}_value"
    return name


_NOUN_VERBS = frozenset("record records work works rent rents contact contacts share start end display place places control access change level set range links link rate rates store sign pay leave moves visits watch move number purchase transfer".split())


def _composite(page: Page, thing: Thing, clause: Clause, first: int, end: int, stop: int, name: str) -> bool:
    """`address (street, city, zip)`: a bracket that lists parts makes a field of each."""
    words = clause.words
    if name.split("_")[-1] not in COMPOSITE or words[end : end + 1] not in (("(",), (":",)) or "," not in words[end:stop]:
        return False
    close = stop - 1 if words[stop - 1] == ")" else stop
    prefix = name + "_" if name in ("name", "names") else ""
    parts = list(items(clause, end + 1, close))
    if any(not _name(words[a:b], "") for a, b in parts):
        return False
    for a, b in parts:
        part = _name(words[a:b], "")
        part = f"{part}_name" if prefix and not part.endswith("name") else part
        thing.fields[part] = infer_field(part)
        page.claim(clause, a, b, f"entities.{thing.name}.fields.{part}")
    page.claim(clause, first, end, f"entities.{thing.name}.fields")
    return True


def _values(name: str, rest: str, bracketed: bool) -> tuple[str, ...]:
    """The values of a field that can have some."""
    likely = name.split("_")[-1] in ENUM_NAMES
    usual = infer_field(name).type
    if not rest or (not likely and usual not in ("string", "enum")):
        return ()
    said = re.match(r"(?:,? ?(?:which|that|with|:|\(|-|–|=) ?)*(?:enum|one of|either|can be|could be|may be|is either|values|possible values|is one of|must be one of)(?!\S)", rest)
    if bracketed or said or (likely and (rest.startswith("of ") or re.match(r"[a-z ]+ (?:/|\||,|or) ", rest))):
        if not likely and not said and "|" not in rest and "/" not in rest and "→" not in rest and not rest.startswith("("):
            return ()
        return values_in(re.sub(r"^(?:,? ?(?:which|that|with) )*(?:is |must be )?", "", rest))
    return ()


def _usual(thing: Thing, name: str) -> FieldModel:
    """What is usual for a field of that name in that thing."""
    entry = thing.entry
    field = entry.fields.get(_resolve(thing, name))
    if field is None or field.type == "reference":
        field = entry.stand_ins.get(name) or _inferred(name)
    return field


def _inferred(name: str) -> FieldModel:
    """What the name suggests; a count, price or date says so with its first word too (`quantity_available`)."""
    field, first = infer_field(name), name.split("_")[0]
    if first in ("quantity", "number", "count", "price", "cost", "amount", "date") and field == infer_field("unheard"):
        return infer_field(first)
    return field


def _resolve(thing: Thing, name: str) -> str:
    """The brief's word for a field, or the catalogue's where both mean the same and only number or ending differ."""
    if name in thing.entry.fields or not thing.known:
        return name
    for form in (f"{name}s", name.removesuffix("s"), plural(name)):
        field = thing.entry.fields.get(form)
        if field is not None and field.type != "reference":
            return form
    return name


def _needed(field: FieldModel, name: str, said: Constraints, thing: Thing) -> FieldModel:
    """A field that the brief lists is required where its type and name suggest that a row is worth little without it."""
    if name in thing.entry.fields and thing.known:
        return field
    if field.optional and field.type in _NEEDED and not _LATER.fullmatch(name) and field.type != "integer":
        return field.model_copy(update={"optional": False})
    if field.optional and field.type == "integer" and name.split("_")[-1] in ("quantity", "rating", "capacity", "year", "duration", "stock", "minutes", "hours"):
        return field.model_copy(update={"optional": False})
    return field


def _merge(page: Page, thing: Thing, clause: Clause, span: tuple[int, int], name: str, field: FieldModel, *, listed: bool) -> None:
    """Enter a field; two different lists of values for one field contradict each other."""
    before = thing.fields.get(name)
    quote = page.quote(clause, *span)
    if before and before.values and listed and set(before.values) != set(field.values) and (thing.name, name) in page.values_at:
        page.contradict(f"{thing.name}.{name} has two lists of values", page.values_at[thing.name, name], quote)
        return
    if before and before.values and not listed:
        return
    if listed:
        page.values_at.setdefault((thing.name, name), quote)
    thing.fields[name] = field
